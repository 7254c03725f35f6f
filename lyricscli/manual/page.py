"""The man page in roff's `man` macros, which groff and mandoc both read."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from lyricscli import __version__
from lyricscli.cli import app as cli
from lyricscli.cli.help_page import Page, Row, page_of
from lyricscli.config import settings
from lyricscli.errors import ExitCode

FILE = Path(__file__).parent / "lyrics.1"

SUMMARY = "song lyrics from a lyrics-generation API in one blocking command"

USUAL_VARIABLES = (
    Row("NO_COLOR", "No colour and no bold, when it is set to anything."),
    Row("FORCE_COLOR", "Colour also where the output is no terminal."),
    Row("TERM", "With `dumb` nothing moves and nothing is coloured."),
    Row("COLUMNS", "The width of the window, instead of the terminal's own."),
    Row("PAGER", "What shows output that is longer than the window (less); empty turns it off."),
    Row("EDITOR, VISUAL", "What opens a file to edit."),
)
"""Variables that mean here what they mean everywhere."""

HELP = Row("--help", "Show the help of any command.")

FILES = (
    Row("config.toml", "Settings; `lyrics config path` prints where it is."),
    Row("keys.json", "API keys, readable by their owner only, beside config.toml."),
    Row("library.db", "The library: every task with its prompt, its lyrics and what the service sent."),
    Row("sandbox.db", "The tasks of the embedded sandbox."),
    Row("reports/", "Report files of unexpected errors."),
)


def manual() -> str:
    """Return the whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    overview = _page("lyrics", typer.main.get_command(cli.app))
    yield r".\" Written by `python -m lyricscli.manual` from the help of the commands: change it there."
    yield f'.TH LYRICS 1 "" "lyrics {__version__}" "User Commands"'
    yield from (".SH NAME", rf"lyrics \- {_roff(SUMMARY)}")
    yield from (".SH SYNOPSIS", _roff(overview.usage))
    yield from (".SH DESCRIPTION", *_body(overview, {"Options"}))
    yield from _table([HELP])
    for panel in cli.PANELS:
        commands = [_command(entry.name) for entry in cli.COMMANDS if entry.panel == panel]
        if commands:
            yield f'.SH "{panel.upper()} COMMANDS"'
        for pages in commands:
            for page in pages:
                yield f".SS {_roff(page.usage.removesuffix(' [options]'))}"
                yield from _body(page, {section.heading for section in page.sections} - {"Commands"})
    yield from (".SH EXIT STATUS", *_table(Row(str(code.value), code.meaning) for code in ExitCode))
    yield from (".SH ENVIRONMENT", *_table([*_variables(), *USUAL_VARIABLES]))
    yield from (".SH FILES", *_table(FILES))


def _command(name: str) -> list[Page]:
    """Return the page of a command, and of each below it."""
    command = cli.load(name)
    below: dict[str, Any] = getattr(command, "commands", {})
    return [
        _page(f"lyrics {name}", command),
        *(_page(f"lyrics {name} {sub}", below[sub]) for sub in below),
    ]


def _page(path: str, command: Any) -> Page:
    with command.make_context(path, [], resilient_parsing=True) as context:
        return page_of(command, context)


def _variables() -> Iterator[Row]:
    """Yield the settings and keys that the environment can hold."""
    yield Row(
        "LYRICS_HOME", "The directory of settings, keys and library, instead of the system's usual places."
    )
    for key in settings.KEYS.values():
        if key.variable:
            default = f" ({key.default})" if key.default else ""
            yield Row(key.variable, f"{key.help[0].upper()}{key.help[1:]}{default}.")
    yield Row("LYRICS_API_KEY", "The key of the provider in use.")
    for provider, variable in settings.KEY_VARIABLES.items():
        yield Row(variable, f"The key of {provider}.")
    for secret, variable in settings.OTHER_SECRETS.items():
        yield Row(variable, f"The {secret} {'token' if secret == settings.NGROK else 'key'}.")


def _body(page: Page, headings: set[str]) -> Iterator[str]:
    """Yield paragraphs, examples, and the sections of these headings in one table."""
    first, *more = page.paragraphs
    yield _roff(first)
    for paragraph in more:
        yield from (".PP", _roff(paragraph))
    for example in page.examples:
        yield from (".PP", ".nf", ".RS", _roff(example), ".RE", ".fi")
    rows = [row for section in page.sections if section.heading in headings for row in section.rows]
    yield from _table(row for row in rows if row.term != "--help")


def _table(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from (".TP", rf"\fB{_roff(row.term)}\fR", _roff(row.text))


def _roff(text: str) -> str:
    """Return one line of text that roff prints as it is; what stands between backticks is bold."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("^", r"\(ha")
    bold = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", escaped)
    return rf"\&{bold}" if bold.startswith(".") else bold
