"""What can be examined without settings or a network: versions, the library, proxies, agents left behind."""

import os
import platform
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from importlib import metadata
from pathlib import Path

from lyricscli import __version__
from lyricscli.api.providers import checked_proxy
from lyricscli.config.settings import Home
from lyricscli.delivery.ngrok.orphans import end_orphans
from lyricscli.errors import ExitCode, UsageError
from lyricscli.files import is_exposed
from lyricscli.jobs.doctor.case import Diagnosis, State, fail, ok, warn
from lyricscli.jobs.report import PACKAGES
from lyricscli.store.database import OPEN_TIMEOUT, open_read_only
from lyricscli.store.schema import VERSION

READING_LIMIT = 20.0
"""Seconds for SQLite to read through the library; a hundred thousand tasks take about one."""

LEAST_ROOM = 2**20
"""Bytes on the disk that a task can be kept in: some pages of the library and of its log."""

ANOTHER_HOME = "Point LYRICS_HOME at another directory."
WRITABLE = f"Make it writable, or p{ANOTHER_HOME[1:]}"

PRIMARY = 0xFF
"""The bits of SQLite's result that are the kind of error (https://www.sqlite.org/rescode.html)."""

_IN_USE = ("is in use by another program", "Run it again when that program is done.")
_TROUBLES = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "Keep a copy of it; then let SQLite save what it can: sqlite3 library.db .recover",
    ),
    sqlite3.SQLITE_NOTADB: ("is no library", ANOTHER_HOME),
    sqlite3.SQLITE_INTERRUPT: ("takes long to be read through", "`lyrics library check` takes the time."),
}

STEPS = 100_000
"""SQLite's instructions between two looks at the clock: some milliseconds."""


def versions(_: Home) -> Diagnosis:
    """Tell the versions of Python and of what is used."""
    missing = [name for name in PACKAGES if _version(name) is None]
    if missing:
        return fail("versions", f"{', '.join(missing)} cannot be found", "Install lyricscli again with pip.")
    words = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return ok("versions", f"lyrics {__version__}, Python {platform.python_version()}, {words}")


def library(home: Home) -> Diagnosis:
    """Read through the library's file: integrity, schema, size, who may read it."""
    path = home.library
    try:
        if not path.exists():
            return _room_for(path)
        with closing(_opened(path)) as database:
            found = _readable_library(path, database)
            return found if found.state is State.FAIL else _refused(path, database) or found
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & PRIMARY
        what, advice = _TROUBLES.get(code, ("cannot be read", ANOTHER_HOME))
        return fail("library", f"{path} {what}: {error}", advice)
    except OSError as error:
        return fail("library", f"{path} cannot be read: {error.strerror or error}", ANOTHER_HOME)


def proxies(_: Home) -> Diagnosis:
    """Name the proxy variables that are set: requests to the service, and the ngrok agent, go by them."""
    found = {name: value for name, value in os.environ.items() if name.lower() in _PROXIES and value}
    if not found:
        return ok("proxies", "none is set")
    words = ", ".join(f"{name}={_without_password(value)}" for name, value in sorted(found.items()))
    for name, value in found.items():
        try:
            if name.lower() != "no_proxy":
                checked_proxy(name, value)
        except UsageError as error:
            return fail("proxies", f"{words}: {error.message.rstrip('.')}", error.advice, ExitCode.USAGE)
    return ok("proxies", f"{words}: requests to the service go that way, those to this machine do not")


def orphans(home: Home) -> Diagnosis:
    """End agents whose run was killed."""
    ended = end_orphans(home.run)
    if ended:
        pids = ", ".join(map(str, ended))
        return ok("orphans", f"ngrok agents left by a killed run are ended now: process {pids}")
    return ok("orphans", "no ngrok agent was left behind")


MACHINE: tuple[Callable[[Home], Diagnosis], ...] = (versions, library, proxies, orphans)

_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _opened(path: Path) -> sqlite3.Connection:
    """Open a library to be read, as any command does where it can be written: nothing is left beside it then.

    Where not, what nobody is writing is read without the files that SQLite would make.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) and _free(path) >= LEAST_ROOM:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=OPEN_TIMEOUT)
    return open_read_only(path)


def _free(path: Path) -> int:
    return shutil.disk_usage(path.parent).free


def _refused(path: Path, database: sqlite3.Connection) -> Diagnosis | None:
    """Tell what keeps a library from being written. Raises sqlite3.Error where another program does."""
    for place in (path, path.parent):
        if not os.access(place, os.W_OK):
            theirs = hasattr(os, "geteuid") and place.stat().st_uid != os.geteuid()
            whose = " and belongs to another user" if theirs else ""
            return fail("library", f"{place} cannot be written{whose}; what is in it can be read", WRITABLE)
    if _free(path) < LEAST_ROOM:
        meaning = f"the disk of {path} is full; what is in it can be read"
        return fail("library", meaning, f"Make room, or p{ANOTHER_HOME[1:]}")
    database.execute("BEGIN IMMEDIATE")
    database.execute("ROLLBACK")
    return None


def _room_for(path: Path) -> Diagnosis:
    """Tell whether a library can be made where there is none."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return ok("library", f"there is none yet; the first task makes {path}")
    return fail("library", f"{path} cannot be made: {folder} cannot be written", WRITABLE)


def _readable_library(path: Path, database: sqlite3.Connection) -> Diagnosis:
    until = time.monotonic() + READING_LIMIT
    database.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    schema = database.execute("PRAGMA user_version").fetchone()[0]
    if schema > VERSION:
        newer = f"{path} has schema {schema}; this lyrics knows {VERSION}"
        return fail("library", newer, f"Upgrade lyrics, or p{ANOTHER_HOME[1:]}")
    if not schema:
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return fail("library", f"{path} is another program's database", ANOTHER_HOME)
        return ok("library", f"there is nothing in {path} yet")
    flaw = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if flaw != "ok":
        raise sqlite3.DatabaseError(flaw)
    tasks = database.execute("SELECT count(*) FROM tasks").fetchone()[0]
    size = path.stat().st_size / 2**20
    meaning = f"{path} is whole: {tasks} tasks, {size:.1f} MiB, schema {schema}"
    if is_exposed(path) and is_exposed(path.parent):
        advice = f"Take it from them: chmod go= {path}"
        return warn("library", f"{meaning}; others on this machine can read it", advice)
    return ok("library", meaning)


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", url)
