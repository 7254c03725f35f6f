"""The library's tables: created whole, migrated one step at a time, shared by several processes."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from lyricscli.errors import LibraryError, UsageError
from lyricscli.store.search import spaced

OPEN_TIMEOUT = 2.0
"""Seconds after which a library that another program keeps to itself is told to be in use."""

BUSY_TIMEOUT = 15.0
"""Seconds to wait for another process's transaction; each of ours takes milliseconds."""

MIGRATIONS = (
    """
    CREATE TABLE tasks (
        row           INTEGER PRIMARY KEY AUTOINCREMENT,
        task_id       TEXT,
        provider      TEXT NOT NULL,
        base_url      TEXT NOT NULL,
        status        TEXT NOT NULL,
        prompt        TEXT NOT NULL,
        sent_prompt   TEXT NOT NULL,
        metadata      TEXT NOT NULL,
        submitted_at  TEXT NOT NULL,
        completed_at  TEXT,
        delivered_by  TEXT,
        error_reason  TEXT,
        error_code    INTEGER,
        error_message TEXT,
        callback_path TEXT,
        owner         TEXT
    );
    CREATE UNIQUE INDEX tasks_by_id ON tasks (task_id, provider, base_url) WHERE task_id IS NOT NULL;
    CREATE INDEX tasks_unfinished ON tasks (status) WHERE status IN ('submitting', 'pending', 'unknown');
    CREATE INDEX tasks_by_prompt ON tasks (sent_prompt, provider);
    CREATE TABLE variants (
        task_row INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
        number   INTEGER NOT NULL,
        title    TEXT NOT NULL,
        status   TEXT NOT NULL,
        text     TEXT NOT NULL,
        error    TEXT,
        PRIMARY KEY (task_row, number)
    ) WITHOUT ROWID;
    CREATE TABLE payloads (
        id          INTEGER PRIMARY KEY,
        task_row    INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
        kind        TEXT NOT NULL,
        received_at TEXT NOT NULL,
        headers     TEXT NOT NULL,
        body        BLOB NOT NULL
    );
    CREATE INDEX payloads_of_task ON payloads (task_row);
    CREATE VIRTUAL TABLE search USING fts5 (prompt, titles, texts, notes, tokenize = 'unicode61');
    """,
    """
    ALTER TABLE tasks ADD COLUMN batch_key TEXT;
    CREATE INDEX tasks_by_batch ON tasks (batch_key) WHERE batch_key IS NOT NULL;
    """,
    """
    ALTER TABLE tasks ADD COLUMN song TEXT NOT NULL DEFAULT '';
    ALTER TABLE tasks ADD COLUMN pick TEXT;
    UPDATE tasks SET song = song_of(prompt);
    CREATE INDEX tasks_by_song ON tasks (song) WHERE song <> '';
    CREATE INDEX tasks_by_time ON tasks (submitted_at, row);
    CREATE TABLE versions (
        task_row INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
        variant  INTEGER NOT NULL,
        number   INTEGER NOT NULL,
        source   TEXT NOT NULL,
        title    TEXT NOT NULL,
        text     TEXT NOT NULL,
        made_by  TEXT NOT NULL,
        made_at  TEXT NOT NULL,
        PRIMARY KEY (task_row, variant, number)
    ) WITHOUT ROWID;
    CREATE TABLE reviews (
        task_row    INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
        name        TEXT NOT NULL,
        rating      INTEGER,
        verdict     TEXT,
        note        TEXT NOT NULL,
        reviewed_at TEXT NOT NULL,
        PRIMARY KEY (task_row, name)
    ) WITHOUT ROWID;
    CREATE TABLE tags (
        task_row INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
        tag      TEXT NOT NULL,
        PRIMARY KEY (task_row, tag)
    ) WITHOUT ROWID;
    CREATE INDEX tasks_by_tag ON tags (tag);
    """,
    """
    UPDATE search
        SET prompt = spaced(prompt), titles = spaced(titles), texts = spaced(texts), notes = spaced(notes)
        WHERE spaced(texts) <> texts OR spaced(prompt) <> prompt OR spaced(titles) <> titles
        OR spaced(notes) <> notes
    """,
    """
    ALTER TABLE versions ADD COLUMN language TEXT NOT NULL DEFAULT '';
    """,
)
"""Step N takes a library from version N to N + 1. A step that has been released is never edited."""


def song_of(prompt: str) -> str:
    """Name the song that a prompt asks for: letter case and white space make no other song of it."""
    return " ".join(prompt.casefold().split())


def connect(path: Path) -> sqlite3.Connection:
    """Open the library file, creating or migrating it as needed. The file is readable by its owner only.

    Transactions are explicit. `synchronous=FULL` makes every commit survive a power loss
    (https://www.sqlite.org/pragma.html#pragma_synchronous). Raises LibraryError for a library from a newer
    program; SQLite's and the system's own errors are the caller's to translate.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(
            f"{path.parent} cannot be a directory", "Set LYRICS_HOME to one that can."
        ) from error
    if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return _read_only(path)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path, timeout=OPEN_TIMEOUT, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    try:
        database.create_function("song_of", 1, song_of, deterministic=True)
        database.create_function("spaced", 1, spaced, deterministic=True)
        _bring_up_to_date(database, path)
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        database.close()
        raise
    return database


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a library that can only be read, without leaving a trace.

    One that nobody is writing is whole in its file.
    """
    mode = "ro" if path.with_name(f"{path.name}-wal").exists() else "ro&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=OPEN_TIMEOUT,
        isolation_level=None,
        check_same_thread=False,
    )


def _read_only(path: Path) -> sqlite3.Connection:
    """Open one likewise. Raises LibraryError for another version, which cannot be brought up to date."""
    database = open_read_only(path)
    database.row_factory = sqlite3.Row
    version = version_of(database)
    if version != len(MIGRATIONS):
        database.close()
        raise LibraryError(
            f"{path} is read-only and of another version (schema {version}, ours is {len(MIGRATIONS)})",
            "Make it writable, so that it can be brought up to date.",
        )
    return database


def version_of(database: sqlite3.Connection) -> int:
    """Return how many steps a library has taken."""
    return int(database.execute("PRAGMA user_version").fetchone()["user_version"])


def _bring_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    version = version_of(database)
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"{path} was written by a newer lyrics (schema {version}, this one knows {len(MIGRATIONS)})",
            "Upgrade lyrics, or point LYRICS_HOME at another directory.",
        )
    if not version and database.execute("SELECT name FROM sqlite_master").fetchone():
        raise LibraryError(f"{path} is another program's database", "Point LYRICS_HOME at another directory.")
    if version < len(MIGRATIONS):
        _migrate(database, path)


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Apply the missing steps in one transaction; a process that comes second finds nothing to do.

    A library with something in it is copied first; the copy is taken under the lock, so that no other
    process can have migrated what it shows.
    """
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(database)
        if 0 < version < len(MIGRATIONS):
            _back_up(path, backup_path(path, version))
        for step in MIGRATIONS[version:]:
            for statement in step.split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def backup_path(path: Path, version: int) -> Path:
    """Return where the library as it was at a version is kept when a newer program changes it."""
    return path.with_name(f"{path.name}.v{version}.bak")


def _back_up(path: Path, target: Path) -> None:
    """Copy the library with SQLite's own backup, whole or not at all; only its owner can read the copy."""
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(scratch, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(scratch)) as copy:
            source.backup(copy)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
