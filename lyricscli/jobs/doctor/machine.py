"""What can be examined without settings or a network: versions, the library, proxies, agents left behind."""

import os
import platform
import re
import shutil
import sqlite3
import time
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

from lyricscli import __version__
from lyricscli.api.providers import checked_proxy
from lyricscli.config.settings import Home
from lyricscli.delivery.ngrok.orphans import end_orphans
from lyricscli.errors import LibraryError, LyricsError, UsageError
from lyricscli.files import is_exposed
from lyricscli.jobs import report
from lyricscli.jobs.doctor.checkup import Diagnosis, ok, warn
from lyricscli.store.database import OPEN_TIMEOUT, open_read_only
from lyricscli.store.schema import ASIDE, VERSION

READING_LIMIT = 20.0
"""Seconds for SQLite to read through the library; a hundred thousand tasks take about one."""
DEADLINE = READING_LIMIT + 5

LEAST_ROOM = 2**20
"""Bytes on the disk that a task can be kept in: some pages of the library and of its log."""

STEPS = 100_000
"""SQLite's instructions between two looks at the clock: some milliseconds."""

PRIMARY = 0xFF
"""The bits of SQLite's result that are the kind of error (https://www.sqlite.org/rescode.html)."""

ANOTHER_HOME = "Point LYRICS_HOME at another directory."
OR_ANOTHER = "or point LYRICS_HOME at another directory."

_IN_USE = ("is in use by another program", "Run it again when that program is done.")
_TROUBLES = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "Keep a copy of it; then let SQLite save what it can: sqlite3 library.db .recover",
    ),
    sqlite3.SQLITE_NOTADB: ("is no library", ASIDE),
    sqlite3.SQLITE_INTERRUPT: ("takes long to be read through", "`lyrics library check` takes the time."),
}
_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


def versions(_: Home) -> Diagnosis:
    """Tell the versions of Python and of what is used."""
    try:
        words = ", ".join(report.versions())
    except PackageNotFoundError as error:
        raise LyricsError(f"{error.name} cannot be found", "Install lyricscli again with pip.") from error
    return ok(f"lyrics {__version__}, Python {platform.python_version()}, {words}")


def library(home: Home) -> Diagnosis:
    """Read through the library's file: integrity, schema, size, who may read and write it."""
    path = home.library
    try:
        if not path.exists():
            return _room_for(path)
        with closing(_opened(path)) as database:
            found = _read_through(path, database)
            _try_to_write(path, database)
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & PRIMARY
        what, advice = _TROUBLES.get(code, ("cannot be read", ANOTHER_HOME))
        raise LibraryError(f"{path} {what}: {error}", advice) from error
    except OSError as error:
        raise LibraryError(f"{path} cannot be read: {error.strerror or error}", ANOTHER_HOME) from error
    return found


def proxies(_: Home) -> Diagnosis:
    """Name the proxy variables that are set: requests to the service, and the ngrok agent, go by them."""
    found = {name: value for name, value in os.environ.items() if name.lower() in _PROXIES and value}
    if not found:
        return ok("none is set")
    shown = {name: re.sub(r"//[^/@]*@", "//…@", value) for name, value in sorted(found.items())}
    words = ", ".join(f"{name}={value}" for name, value in shown.items())
    for name, value in found.items():
        try:
            if name.lower() != "no_proxy":
                checked_proxy(name, value)
        except UsageError as error:
            raise UsageError(f"{words}: {error.message}", error.advice) from error
    return ok(f"{words}: requests to the service go that way, those to this machine do not")


def orphans(home: Home) -> Diagnosis:
    """End agents whose run was killed."""
    pids = ", ".join(map(str, end_orphans(home.run)))
    told = f"ngrok agents left by a killed run are ended now: process {pids}"
    return ok(told if pids else "no ngrok agent was left behind")


CHECKS = (versions, library, proxies, orphans)


def _opened(path: Path) -> sqlite3.Connection:
    """Open a library to be read, as any command does where it can be written: nothing is left beside it then.

    Where not, what nobody is writing is read without the files that SQLite would make.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) and _free(path) >= LEAST_ROOM:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=OPEN_TIMEOUT)
    return open_read_only(path)


def _free(path: Path) -> int:
    return shutil.disk_usage(path.parent).free


def _try_to_write(path: Path, database: sqlite3.Connection) -> None:
    """Raise LibraryError for what keeps a library from being written, sqlite3.Error for another program."""
    for place in (path, path.parent):
        if not os.access(place, os.W_OK):
            theirs = hasattr(os, "geteuid") and place.stat().st_uid != os.geteuid()
            whose = " and belongs to another user" if theirs else ""
            raise LibraryError(
                f"{place} cannot be written{whose}; what is in it can be read",
                f"Make it writable, {OR_ANOTHER}",
            )
    if _free(path) < LEAST_ROOM:
        meaning = f"the disk of {path} is full; what is in it can be read"
        raise LibraryError(meaning, f"Make room, {OR_ANOTHER}")
    database.execute("BEGIN IMMEDIATE")
    database.execute("ROLLBACK")


def _room_for(path: Path) -> Diagnosis:
    """Tell whether a library can be made where there is none."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return ok(f"there is none yet; the first task makes {path}")
    raise LibraryError(
        f"{path} cannot be made: {folder} cannot be written", f"Make it writable, {OR_ANOTHER}"
    )


def _read_through(path: Path, database: sqlite3.Connection) -> Diagnosis:
    def one(query: str) -> Any:
        return database.execute(query).fetchone()[0]

    until = time.monotonic() + READING_LIMIT
    database.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    schema = one("PRAGMA user_version")
    if schema > VERSION:
        newer = f"{path} has schema {schema}; this lyrics knows {VERSION}"
        raise LibraryError(newer, f"Upgrade lyrics, {OR_ANOTHER}")
    if not schema and one("SELECT count(*) FROM sqlite_master"):
        raise LibraryError(f"{path} is another program's database", ASIDE)
    if not schema:
        return ok(f"there is nothing in {path} yet")
    if (flaw := one("PRAGMA quick_check(1)")) != "ok":
        raise sqlite3.DatabaseError(flaw)
    tasks, size = one("SELECT count(*) FROM tasks"), path.stat().st_size / 2**20
    meaning = f"{path} is whole: {tasks} tasks, {size:.1f} MiB, schema {schema}"
    if is_exposed(path) and is_exposed(path.parent):
        return warn(f"{meaning}; others on this machine can read it", f"Take it from them: chmod go= {path}")
    return ok(meaning)
