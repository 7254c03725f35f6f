"""What a shell offers at the press of Tab: Typer's engine, given tasks, providers, scenarios and settings.

A shell runs what it is given, so nothing comes out of here that could act there: ids of a few harmless
characters only, and titles without what any of the four shells expands.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import typer

from lyricscli.errors import LyricsError

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "_LYRICS_COMPLETE"
"""The variable in which a completion script asks, by Typer's convention: `complete_bash` and the like."""

MOST = 50
"""Tasks offered at once, the newest; a longer beginning finds the others."""

LONGEST_TITLE = 60
"""Characters of a title: it stands beside the id on one line."""

PATIENCE = 0.2
"""Seconds to wait for another process's transaction before nothing is offered."""

_TASKS = """
    SELECT coalesce(task_id, 'local-' || row), coalesce(
        (SELECT title FROM variants WHERE task_row = row AND status = 'complete' ORDER BY number LIMIT 1),
        substr(prompt, 1, 200)
    )
    FROM tasks WHERE {which} ORDER BY row DESC LIMIT :most
"""
_VARIANTS = """
    SELECT :start || ':' || number, title FROM variants
    WHERE task_row = (SELECT row FROM tasks WHERE task_id = :start) ORDER BY number LIMIT :most
"""
_BY_ID = "task_id >= :start AND task_id < :start || char(1114111)"
"""Through the index: a walk over all of a large library would take too long."""
_BY_NAME = "substr(coalesce(task_id, 'local-' || row), 1, length(:start)) = :start"
"""Back from the newest row, for what may begin a name that is no id: nothing, or a part of `local-`."""

_HARMLESS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*:")
"""An id is the service's data and ends up on a command line: one with any other character is not offered."""
_QUIET = str.maketrans({"'": "\u2019", '"': "\u201d"} | dict.fromkeys("\\$`<>|;&(){}[]*?~!#%^=:", " "))
"""A title is only read, but a shell evaluates it first: quotes become typographic, the rest blanks."""


def main() -> None:
    """Answer a completion script, which put what it knows into the environment."""
    from typer._click.shell_completion import ShellComplete
    from typer._completion_classes import completion_init

    from lyricscli.cli.app import app

    found = ShellComplete.get_completions

    def whole_words(self: ShellComplete, args: list[str], incomplete: str) -> list[Any]:
        """Offer `--via=poll` for `--via=p`: a shell replaces the word, and Typer says `poll` alone.

        Where the settings cannot be read nothing is offered, as a command will say why.
        """
        items: list[Any] = []
        with suppress(LyricsError):
            items = found(self, args, incomplete)
        option, equals, _ = incomplete.partition("=")
        for item in items if equals and option.startswith("-") else ():
            item.value = f"{option}={item.value}"
        return items

    ShellComplete.get_completions = whole_words  # type: ignore[method-assign]
    completion_init()
    typer.main.get_command(app)(prog_name="lyrics", complete_var=VARIABLE)


# Typer leaves out of an answer what does not begin like the word; only tasks are too many for that.


def tasks(incomplete: str) -> list[tuple[str, str]]:
    """Offer the newest tasks by id with their titles, `last`, and after a colon a task's variants."""
    from lyricscli.config.settings import home

    last = [("last", "the newest task")] if "last".startswith(incomplete) else []
    return last + list(_offered(home().library, incomplete))


def providers() -> list[str]:
    """Offer the names of the services, those of `config.toml` included."""
    from lyricscli.config.settings import load

    return list(load().services)


def keys() -> list[str]:
    """Offer what `auth` keeps a secret for."""
    from lyricscli.config import keys
    from lyricscli.config.settings import load

    return keys.services(load())


def scenarios() -> list[tuple[str, str]]:
    """Offer the emulator's scenarios with what they do."""
    from lyricscli.sandbox.scenarios import SCENARIOS

    return [(name, one.help) for name, one in SCENARIOS.items()]


def settings() -> list[tuple[str, str]]:
    """Offer the settings with what they mean."""
    from lyricscli.config.settings import KEYS

    return [(name, key.help) for name, key in KEYS.items()]


def setting_values(ctx: typer.Context) -> list[str]:
    """Offer the values of the setting that stands before, where they can be listed."""
    from lyricscli.config.settings import KEYS

    name = ctx.params.get("name", "")
    return providers() if name == "provider" else getattr(KEYS.get(name), "choices", [])


def _offered(library: "Path", start: str) -> Iterator[tuple[str, str]]:
    try:
        rows = _rows(library, start)
    except (sqlite3.Error, UnicodeError):
        return
    for name, title in rows:
        if name[:1] not in {"", "-"} and _HARMLESS.issuperset(name):
            yield name, _line(title or "")


def _rows(library: "Path", start: str) -> list[tuple[str, str]]:
    """Read without leaving a trace: a library that nobody is writing has no journal, and needs none."""
    mode = "ro" if os.path.exists(f"{library}-wal") else "ro&immutable=1"  # noqa: PTH110 (the path's text, plus)
    task, colon, _ = start.partition(":")
    which = _BY_NAME if "local-".startswith(start[:6]) else _BY_ID
    query = _VARIANTS if colon else _TASKS.format(which=which)
    database = sqlite3.connect(f"{library.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE)
    try:
        return database.execute(query, {"start": task, "most": MOST}).fetchall()
    finally:
        database.close()


def _line(title: str) -> str:
    """Make one short line of a title: what is not printable, or could act in a shell, becomes a blank."""
    kept = "".join(one if one.isprintable() else " " for one in title[: LONGEST_TITLE * 4].translate(_QUIET))
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
