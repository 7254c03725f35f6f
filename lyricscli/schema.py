"""The library's tables: created whole, migrated one step at a time, shared by several processes."""

import os
import sqlite3
from pathlib import Path

from lyricscli.errors import LibraryError

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
)
"""Step N takes a library from version N to N + 1. A step that has been released is never edited."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the library file, creating or migrating it as needed. The file is readable by its owner only.

    Transactions are explicit. `synchronous=FULL` makes every commit survive a power loss
    (https://www.sqlite.org/pragma.html#pragma_synchronous). Raises LibraryError for a library from a newer
    program; SQLite's and the system's own errors are the caller's to translate.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    try:
        _bring_up_to_date(database, path)
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        database.close()
        raise
    return database


def _bring_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"{path} was written by a newer lyrics (schema {version}, this one knows {len(MIGRATIONS)})",
            "Upgrade lyrics, or point LYRICS_HOME at another directory.",
        )
    if version < len(MIGRATIONS):
        _migrate(database)


def _migrate(database: sqlite3.Connection) -> None:
    """Apply the missing steps in one transaction; a process that comes second finds nothing to do."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        for step in MIGRATIONS[version:]:
            for statement in step.split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
