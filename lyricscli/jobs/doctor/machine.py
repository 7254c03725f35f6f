"""What can be examined without settings or a network: versions, the library, proxies, agents left behind."""

import os
import platform
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from importlib import metadata
from pathlib import Path

from lyricscli import __version__
from lyricscli.api.proxy import checked_proxy
from lyricscli.config.settings import Home
from lyricscli.delivery.ngrok.orphans import end_orphans
from lyricscli.errors import UsageError
from lyricscli.files import is_exposed
from lyricscli.jobs.doctor.findings import Diagnosis, fail, ok, warn
from lyricscli.jobs.report import PACKAGES
from lyricscli.models import ExitCode
from lyricscli.store.schema import MIGRATIONS

OLDEST_PYTHON = (3, 11)

TESTED = {"typer": "0.28."}
"""Packages of which only some releases will do (see pyproject.toml)."""

READING_LIMIT = 20.0
"""Seconds for SQLite to read through the library; a hundred thousand tasks take about one."""

STEPS = 100_000
"""SQLite's instructions between two looks at the clock: some milliseconds."""


def versions(_: Home) -> Diagnosis:
    """Tell the versions of Python and of what is used."""
    missing = [name for name in PACKAGES if _version(name) is None]
    if missing:
        return fail("versions", f"{', '.join(missing)} cannot be found", "Install lyricscli again with pip.")
    found = {name: _version(name) or "" for name in PACKAGES}
    words = ", ".join(f"{name} {version}" for name, version in found.items())
    meaning = f"lyrics {__version__}, Python {platform.python_version()}, {words}"
    other = [name for name, start in TESTED.items() if not found[name].startswith(start)]
    if sys.version_info < OLDEST_PYTHON or other:
        wanted = ", ".join(f"{name} {TESTED[name]}x" for name in other) or "Python 3.11"
        return warn("versions", meaning, f"This was made for {wanted}: install lyricscli again with pip.")
    return ok("versions", meaning)


def library(home: Home) -> Diagnosis:
    """Read through the library's file: integrity, schema, size, who may read it."""
    path = home.library
    if not path.exists():
        return _room_for(path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return _readable_library(path, database)
    except (sqlite3.Error, OSError) as error:
        return fail(
            "library",
            f"{path} cannot be read: {error}",
            f"Keep a copy of it; then let SQLite save what it can: sqlite3 {path.name} .recover",
        )


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


def _room_for(path: Path) -> Diagnosis:
    """Tell whether a library can be made where there is none."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return ok("library", f"there is none yet; the first task makes {path}")
    advice = "Make it writable, or point LYRICS_HOME at another directory."
    return fail("library", f"{path} cannot be made: {folder} cannot be written", advice)


def _readable_library(path: Path, database: sqlite3.Connection) -> Diagnosis:
    until = time.monotonic() + READING_LIMIT
    database.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    schema = database.execute("PRAGMA user_version").fetchone()[0]
    if schema > len(MIGRATIONS):
        newer = f"{path} has schema {schema}; this lyrics knows {len(MIGRATIONS)}"
        return fail("library", newer, "Upgrade lyrics, or point LYRICS_HOME at another directory.")
    flaw = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if flaw != "ok":
        raise sqlite3.DatabaseError(flaw)
    tasks = database.execute("SELECT count(*) FROM tasks").fetchone()[0] if schema else 0
    size = path.stat().st_size / 2**20
    meaning = f"{path} is whole: {tasks} tasks, {size:.1f} MiB, schema {schema}"
    if not os.access(path, os.W_OK):
        return fail("library", f"{path} cannot be written", f"Give it to yourself: chmod u+w {path}")
    if is_exposed(path) and is_exposed(path.parent):
        advice = f"Take it from them: chmod go= {path}"
        return warn("library", f"{meaning}; others on this machine can read it", advice)
    return ok("library", meaning)


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", url)
