"""The tasks that a shell offers: `lyrics --complete-tasks PREFIX` prints an id, a tab and a title a line.

A shell asks at every press of Tab, so this imports SQLite and nothing else: 30 ms against 200 ms through the
application. Hence also its own idea of where the library is; a test holds it to `settings.home`.
"""

import os
import sqlite3
import sys

MOST = 50
"""Tasks offered at once, the newest; a longer beginning finds the others."""

LONGEST_TITLE = 60
"""Characters of a title: it stands beside the id on one line."""

PATIENCE = 0.2
"""Seconds to wait for another process's transaction before nothing is offered."""

QUERY = """
    SELECT coalesce(task_id, 'local-' || row), coalesce(
        (SELECT title FROM variants WHERE task_row = row AND status = 'complete' ORDER BY number LIMIT 1),
        substr(prompt, 1, 200)
    )
    FROM tasks WHERE {which} ORDER BY row DESC LIMIT :most
"""
BY_ID = "task_id >= :start AND task_id < :start || char(1114111)"
"""Through the index: in a library of 10,000 a walk over all would take a fifth of the time there is."""

BY_NAME = "substr(coalesce(task_id, 'local-' || row), 1, length(:start)) = :start"
"""Back from the newest row, for what may begin a name that is no id: nothing, or a part of `local-`."""

# An id is the service's data and ends up on a command line: one with any other character is not offered.
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*")


def main(arguments: list[str]) -> None:
    """Print the tasks whose id begins with the first argument; nothing where there is no usable library."""
    text = "".join(f"{name}\t{title}\n" for name, title in tasks(library(), *arguments[:1]).items())
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def tasks(path: str, start: str = "") -> dict[str, str]:
    """Return the newest tasks by id, with titles (or prompts) that act on no terminal."""
    try:
        rows = _rows(path, start)
    except (sqlite3.Error, UnicodeError):
        return {}
    return {
        name: _title(title) for name, title in rows if name[:1] not in {"", "-"} and PLAIN.issuperset(name)
    }


def library() -> str:
    """Return where the library is, as `settings.home` says."""
    moved = os.environ.get("LYRICS_HOME")
    if moved:
        return os.path.join(os.path.expanduser(moved), "library.db")
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        data = os.path.expanduser("~/Library/Application Support")
    else:
        data = os.environ.get("XDG_DATA_HOME", "").strip() or os.path.expanduser("~/.local/share")
    return os.path.join(data, "lyrics", "library.db")


def _rows(path: str, start: str) -> list[tuple[str, str]]:
    """Read without leaving a trace: a library that nobody is writing has no journal, and needs none."""
    mode = "ro" if os.path.exists(path + "-wal") else "ro&immutable=1"
    # `?` and `#` would end the path of a URI.
    place = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    database = sqlite3.connect(f"file:{place}?mode={mode}", uri=True, timeout=PATIENCE)
    try:
        which = BY_NAME if "local-".startswith(start[:6]) else BY_ID
        return database.execute(QUERY.format(which=which), {"start": start, "most": MOST}).fetchall()
    finally:
        database.close()


def _title(title: str) -> str:
    """Make one short line of a title: what is not printable becomes a blank."""
    words = "".join(character if character.isprintable() else " " for character in title[: LONGEST_TITLE * 4])
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
