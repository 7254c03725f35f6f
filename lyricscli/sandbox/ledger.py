"""The emulator's own tasks, in a SQLite file that outlives the process and that several may share."""

import os
import sqlite3
from contextlib import AbstractContextManager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Self

from lyricscli.errors import LibraryError, telling
from lyricscli.files import make_directory

NEVER = 1e12
"""When a task is ready that a program still writes: Unix seconds, tens of thousands of years ahead."""

BUSY_SECONDS = 10.0
"""How long one process waits for another to finish its write."""

TABLE = """
CREATE TABLE IF NOT EXISTS task (
    task_id TEXT PRIMARY KEY,
    route TEXT NOT NULL,
    prompt TEXT NOT NULL,
    param TEXT NOT NULL,
    callback_url TEXT,
    scenario TEXT NOT NULL,
    seed INTEGER NOT NULL,
    cost REAL NOT NULL,
    created_at REAL NOT NULL,
    ready_at REAL NOT NULL,
    undelivered INTEGER NOT NULL
) STRICT
"""
INDEX = "CREATE INDEX IF NOT EXISTS task_by_prompt ON task (prompt)"
STEPS = ((TABLE, INDEX), ("ALTER TABLE task ADD COLUMN written TEXT",))
"""What makes each version of the schema from the one before."""

SCHEMA = len(STEPS)


class Route(StrEnum):
    """Which of the two ways a task was submitted."""

    CLASSIC = "classic"
    JOBS = "jobs"


class Entry(NamedTuple):
    """A task as the emulator knows it, a row of its table; the result follows from these fields.

    What a program wrote is in `written`, as JSON; until then `ready_at` is NEVER. The stand-in needs no more.
    `param` is the submission as JSON; times are Unix time in seconds; `cost` is in credits. `undelivered`
    says that the service gave up on the callback.
    """

    task_id: str
    route: Route
    prompt: str
    param: str
    callback_url: str | None
    scenario: str
    seed: int
    cost: float
    created_at: float
    ready_at: float
    undelivered: bool = False
    written: str | None = None


COLUMNS = ", ".join(Entry._fields)


class Ledger:
    """The tasks of one store. With no path they live in memory."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the store. Raises LibraryError."""
        self._path = path
        with self._telling():
            self._db = _opened(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, entry: Entry) -> None:
        """Keep a new task."""
        marks = ", ".join("?" * len(entry))
        self._write(f"INSERT INTO task ({COLUMNS}) VALUES ({marks})", *entry)  # noqa: S608 - constants

    def find(self, task_id: str) -> Entry | None:
        """Return the task of that id, or None."""
        row = self._read(f"SELECT {COLUMNS} FROM task WHERE task_id = ?", task_id)  # noqa: S608 - constants
        return None if row is None else Entry(row[0], Route(row[1]), *row[2:])

    def count(self, prompt: str) -> int:
        """Return how many tasks there are of that prompt."""
        return int(self._read("SELECT count(*) FROM task WHERE prompt = ?", prompt)[0])

    def finish(self, task_id: str, written: str, now: float) -> Entry | None:
        """Keep what was written, unless another process was first; return the task as it stands."""
        statement = "UPDATE task SET written = ?, ready_at = ? WHERE task_id = ? AND written IS NULL"
        self._write(statement, written, now, task_id)
        return self.find(task_id)

    def mark_undelivered(self, task_id: str) -> None:
        """Record that the callback was given up."""
        self._write("UPDATE task SET undelivered = 1 WHERE task_id = ?", task_id)

    def spent(self) -> float:
        """Return the credits that the kept tasks cost."""
        return float(self._read("SELECT total(cost) FROM task")[0])

    def refund(self, task_id: str) -> None:
        """Give back what the task cost."""
        self._write("UPDATE task SET cost = 0 WHERE task_id = ?", task_id)

    def forget(self, before: float) -> None:
        """Delete what was created before that Unix time."""
        self._write("DELETE FROM task WHERE created_at < ?", before)

    def _read(self, query: str, *values: object) -> Any:
        with self._telling():
            return self._db.execute(query, values).fetchone()

    def _write(self, statement: str, *values: object) -> None:
        with self._telling(), self._db:
            self._db.execute(statement, values)

    def _telling(self) -> AbstractContextManager[None]:
        told = f"the sandbox cannot keep its tasks in {self._path}"
        advice = "Make the file writable, or move it away."
        return telling(told, advice, LibraryError, (OSError, sqlite3.Error))


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is None:
        db = sqlite3.connect(":memory:")
    else:
        make_directory(path.parent)
        # Prompts are nobody else's business: the file is private before SQLite writes into it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    if (version := _version(db)) > SCHEMA:
        raise sqlite3.DatabaseError(f"it was written by a newer version (schema {version})")
    if version < SCHEMA:
        with suppress(sqlite3.OperationalError):  # refused without a wait while another process does it
            db.execute("PRAGMA journal_mode = WAL")
        with db:
            db.execute("BEGIN IMMEDIATE")
            # Another process may have been first; what it did is seen only from in here.
            for step in STEPS[_version(db) :]:
                for statement in step:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA}")
    db.execute("PRAGMA synchronous = NORMAL")


def _version(db: sqlite3.Connection) -> int:
    ((version,),) = db.execute("PRAGMA user_version")
    return int(version)
