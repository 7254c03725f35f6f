"""The library's file: opened, changed by transactions or a journal, read by name. It lends no connection."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from lyricscli.errors import LibraryError, LyricsError
from lyricscli.files import unmade
from lyricscli.store import schema

if TYPE_CHECKING:
    import asyncio

TURN_PAUSE = 0.005
"""Seconds between two looks whether another process's transaction is over."""

QUIET = 2
"""Rounds of the loop that bring no change before those that came are made."""

MOST_TOGETHER = 1000
"""Changes that are made whether or not more come."""

MOST_AT_END = 1000
"""Statements that a transaction puts off to its end at most: an imported library is one transaction."""

P = ParamSpec("P")
T = TypeVar("T")

Values = Sequence[Any] | Mapping[str, Any]
"""What stands for the question marks of a statement, or for its `:names`."""

OPEN_TIMEOUT = 2.0
"""Seconds after which a library that another program keeps to itself is told to be in use."""

BUSY_TIMEOUT = 15.0
"""Seconds to wait for another process's transaction; each of ours takes milliseconds."""

LOG_PAGES = 4000
"""Pages of the log, 16 MiB, that are folded back in at once: what changes often is written less often."""

_PRIMARY = 0xFF
"""The bits of SQLite's result that are the kind of error (https://www.sqlite.org/rescode.html)."""

_LOOK = f"Check the disk's space and the directory's permissions; {schema.DOCTOR}"
_TROUBLES = {
    sqlite3.SQLITE_READONLY: (
        "the library {} can only be read",
        "Make it and its directory writable, or room on its disk; `lyrics doctor` says which.",
    ),
    sqlite3.SQLITE_NOTADB: ("{} is no library: it is not a database", f"{schema.ASIDE} {schema.DOCTOR}"),
    sqlite3.SQLITE_CORRUPT: (
        "the library {} is damaged",
        "Keep a copy of it; `lyrics doctor` says how to save what can be saved.",
    ),
}
"""What is wrong with a library, and what to do, by the kind of SQLite's error."""

_NO_ROOM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
"""What opening a library meets where its log finds no room beside it."""


class Database:
    """One file of tables; a context manager. Raises LibraryError if SQLite or the disk fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._at_end: dict[tuple[str, int], None] = {}
        self._patience = OPEN_TIMEOUT
        with self._translated():
            self._database = connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; SQLite then folds its journal back in."""
        self._database.close()

    def rows(self, query: str, values: Values = ()) -> list[sqlite3.Row]:
        """Return what a query finds, each row's values by the names of its columns."""
        with self._translated():
            return self._database.execute(query, values).fetchall()

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the file and with what belongs to tasks."""
        found = [row["integrity_check"] for row in self.rows("PRAGMA integrity_check")]
        lost = self.rows("PRAGMA foreign_key_check")
        broken = [str(line) for line in found if line != "ok"]
        return broken + [f"{one['table']}: row {one['rowid']} belongs to no task" for one in lost]

    def change(self, statement: str, values: Values = ()) -> int:
        """Run a statement within the caller's transaction, and return how many rows it changed."""
        return self._database.execute(statement, values).rowcount

    def change_each(self, statement: str, values: Sequence[Values]) -> None:
        """Run a statement for each of several values, likewise."""
        self._database.executemany(statement, values)

    def change_at_end(self, statement: str, row: int) -> None:
        """Run a statement about a `:row` once, when all else of the transaction is done.

        The full-text index is for this: FTS5 writes out what it has gathered whenever another statement that
        may write several rows comes between, which costs more than all else that is written of a task.
        """
        self._at_end[statement, row] = None
        if len(self._at_end) == MOST_AT_END:
            self._finish()

    def insert(self, table: str, values: Mapping[str, Any], how: str = "INSERT") -> int:
        """Write a row, its values by column, within the caller's transaction, and return its number."""
        statement = _insert(how, table, tuple(values))
        return self._database.execute(statement, tuple(values.values())).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes of the block durable at its end, or none of them.

        Within another such block, and in a change of the journal, it is part of that one.
        """
        if self._database.in_transaction:
            yield
            return
        for pause in self.turn():
            time.sleep(pause)
        with self._translated(), self._ending():
            yield

    def together(self, changes: Iterable[Callable[[], T]]) -> list[T]:
        """Make changes durable once a transaction has begun, or none of them; return what they return."""
        with self._translated(), self._ending():
            return [change() for change in changes]

    @contextmanager
    def _ending(self) -> Iterator[None]:
        try:
            yield
            self._finish()
            self._database.execute("COMMIT")
        except BaseException:
            self._at_end.clear()
            if self._database.in_transaction:  # a full disk may have undone it already
                self._database.execute("ROLLBACK")
            raise

    def turn(self) -> Iterator[float]:
        """Begin a transaction; yield the seconds to the next try while another process writes.

        Where nothing was written yet, one who keeps the library to itself is given up on early. Others that
        write in turn are waited for, and so is anybody once something was written.
        """
        began = quiet = time.monotonic()
        seen: int | None = None
        while not self._begins():
            now, before, seen = time.monotonic(), seen, self._changes_of_others()
            quiet = now if seen != before else quiet
            if now - quiet > self._patience or now - began > BUSY_TIMEOUT:
                raise self._in_use()
            yield TURN_PAUSE
        self._patience = BUSY_TIMEOUT

    def _begins(self) -> bool:
        """Begin at once; false where another process writes."""
        with self._translated():
            self._database.execute("PRAGMA busy_timeout = 0")
            try:
                self._database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY:
                    raise
                return False
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {round(self._patience * 1000)}")
            return True

    def _changes_of_others(self) -> int:
        return int(self.rows("PRAGMA data_version")[0]["data_version"])

    def _finish(self) -> None:
        for statement, row in self._at_end:
            self._database.execute(statement, {"row": row})
        self._at_end.clear()

    def _in_use(self) -> LibraryError:
        message = f"another program is using the library {self.path}"
        return LibraryError(message, "Run the command again when it is done.")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn SQLite's and the system's errors into ours."""
        try:
            yield
        except LyricsError:
            raise
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise self._in_use() from error
            kind = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
            what, advice = _TROUBLES.get(kind, ("the library {} cannot be used: {error}", _LOOK))
            raise LibraryError(what.format(self.path, error=error), advice) from error
        except IsADirectoryError as error:
            message = f"{self.path} is a directory, and no library"
            raise LibraryError(message, f"{schema.ASIDE} {schema.DOCTOR}") from error
        except OSError as error:
            advice = "Make the directory writable, or point LYRICS_HOME at another one."
            raise LibraryError(f"{self.path}: {error.strerror or error}", advice) from error


class Journal:
    """Makes changes in the order they come, together once the loop has no more of them for the moment.

    So each change is durable when `write` is done without a disk flush of its own. All is done in the loop:
    a thread for the way to the disk hands the interpreter over so often that it takes longer than the way.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    def write(self, change: Callable[P, T], *args: P.args, **more: P.kwargs) -> "asyncio.Future[T]":
        """Make a change; what it returns can be awaited, and is on disk then, or what prevented that.

        It is made whether or not somebody goes on waiting for it.
        """
        import asyncio

        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._queue.append((partial(change, *args, **more), done))
        if len(self._queue) == 1:
            loop.call_soon(self._gather, loop, 1, 0)
        return done

    def _gather(self, loop: "asyncio.AbstractEventLoop", seen: int, quiet: int) -> None:
        """Look once more as long as changes come."""
        quiet = quiet + 1 if len(self._queue) == seen else 0
        if quiet < QUIET and len(self._queue) < MOST_TOGETHER:
            loop.call_soon(self._gather, loop, len(self._queue), quiet)
        else:
            self._make(loop, self._database.turn())

    def _make(
        self, loop: "asyncio.AbstractEventLoop", turn: Iterator[float], most: int | None = None
    ) -> None:
        """Make the changes that came durable; later where another process writes.

        Of several that cannot be made together each is made alone: what is wrong with one is its own matter.
        """
        error: Exception | None = None
        results: list[Any] = []
        count = 0
        try:
            for pause in turn:
                loop.call_later(pause, self._make, loop, turn, most)
                return
            count = most or len(self._queue)
            results = self._database.together([change for change, _ in self._queue[:count]])
        except Exception as caught:  # noqa: BLE001 (raised where the change was asked for)
            error = caught
        if error is not None and count > 1:
            loop.call_soon(self._make, loop, self._database.turn(), 1)
            return
        count = count or len(self._queue)  # where there was no turn, there is none for any of them
        entries, self._queue = self._queue[:count], self._queue[count:]
        for number, (_, done) in enumerate(entries):
            if done.done():
                continue
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(results[number])
        if self._queue:
            loop.call_soon(self._make, loop, self._database.turn(), most)


@cache
def _insert(how: str, table: str, columns: tuple[str, ...]) -> str:
    return f"{how} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def connect(path: Path) -> sqlite3.Connection:
    """Open the library file, creating or migrating it as needed. The file is readable by its owner only.

    Transactions are explicit. `synchronous=FULL` makes every commit survive a power loss
    (https://www.sqlite.org/pragma.html#pragma_synchronous). Raises LibraryError for a library from a newer
    program; SQLite's and the system's own errors are the caller's to translate.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unmade(path.parent, error) from error
    if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return _read_only(path)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path, timeout=OPEN_TIMEOUT, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    try:
        schema.bring_up_to_date(database, path)
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    except BaseException as error:
        database.close()
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _NO_ROOM and path.stat().st_size:
            return _read_only(path)
        raise
    return database


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a library that can only be read, without leaving a trace.

    One that nobody is writing, whose log holds nothing, is whole in its file.
    """
    log = path.with_name(f"{path.name}-wal")
    mode = "ro" if log.exists() and log.stat().st_size else "ro&immutable=1"
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
    version = schema.version_of(database)
    if version != schema.VERSION:
        database.close()
        raise LibraryError(
            f"{path} can only be read and is of another version (schema {version}, ours is {schema.VERSION})",
            "Make it writable, and room on its disk, so that it can be brought up to date.",
        )
    return database
