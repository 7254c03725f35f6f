"""The help page of a command, read from its declaration: for a terminal, and for the manual.

Typer's own pages name types (`<str>`, `[x>=0]`) and run an example into the paragraph before it. These name
what a value is, keep an example on a line of its own, put long lists of options into groups, and suit any
window from 40 columns. Nothing here imports Rich.
"""

import inspect
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from textwrap import wrap
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

VALUES = {
    "base_url": "URL",
    "callback_url": "URL",
    "drip": "TIME",
    "form": "FORMAT",
    "language": "LANGUAGE",
    "latency": "TIME",
    "listen": "HOST:PORT",
    "name": "NAME",
    "ngrok_domain": "DOMAIN",
    "poll_interval": "TIME",
    "provider": "NAME",
    "scenario": "SCENARIO",
    "since": "TIME",
    "tag": "TAG",
    "task": "TASK",
    "tasks": "TASK",
    "timeout": "TIME",
    "untag": "TAG",
}
"""What a text is called, by its parameter's name."""

KINDS = {"path": "FILE", "integer": "N", "integer range": "N", "int": "N", "int range": "N"}
KINDS |= {"float": "N", "float range": "N", "number": "N"}
"""What another value is called, by its type; the declaration's own metavar comes before both."""

GROUPS = {
    "Song": ("style", "theme", "mood", "language", "structure"),
    "Service": ("provider", "base_url", "min_credits", "max_credits", "rate", "concurrency"),
    "Waiting": (
        *("via", "tunnel", "ngrok_domain", "callback_url", "listen", "timeout", "poll_interval"),
        *("no_wait", "verify", "reuse", "notify"),
    ),
    "Output": ("variant", "title_only", "json", "plain", "output", "quiet"),
}
"""Where an option stands, by its parameter's name, on a page that has many of them."""

MANY = 14
"""Options from which a page groups them."""

LONGEST_CHOICE = 18
"""Characters of `one|another` that stand beside an option; more are told in its text."""

WIDEST, NARROW, INDENT, TERM = 80, 60, 2, 26
"""Columns: a page at most; from where terms and texts stand side by side; an indent; a term at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """A term (an option, an argument, a command) and what it means."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its rows."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is said of one command. Examples are command lines, to be copied as they are."""

    usage: str
    paragraphs: tuple[str, ...]
    examples: tuple[str, ...]
    sections: tuple[Section, ...]


def page_of(command: Any, ctx: typer.Context) -> Page:
    """Read a command's page from its declaration."""
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    paragraphs, examples = _words(command.help or "")
    sections = (
        Section("Arguments", tuple(Row(_value(param), _text(param)) for param in arguments)),
        *_options(command.get_params(ctx)),
        *command.more_sections(),
    )
    usage = " ".join([ctx.command_path, *map(_usage, arguments), *command.usage_words])
    return Page(usage, paragraphs, examples, tuple(section for section in sections if section.rows))


class Command(TyperCommand):
    """A command with our page."""

    usage_words = ("[options]",)

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]
        """Return the page for the window."""
        return render(page_of(self, ctx), ctx)

    def more_sections(self) -> Iterable[Section]:
        """Return what stands below the options."""
        return ()


class Group(TyperGroup):
    """A command of commands with our page."""

    usage_words = ("COMMAND", "[options]")

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]
        """Return the page for the window."""
        return render(page_of(self, ctx), ctx)

    def more_sections(self) -> Iterable[Section]:
        """Return the table of commands, each with the first sentence of its help."""
        rows = (Row(name, _words(command.help or "")[0][0]) for name, command in self.commands.items())
        yield Section("Commands", tuple(rows))


def dress(app: typer.Typer) -> None:
    """Give an app and its commands our pages."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command


def render(page: Page, ctx: typer.Context) -> str:
    """Return the page for this window: headings bold at a terminal that shows it."""
    if os.environ.get("FORCE_COLOR"):
        ctx.color = True
    width = max(min(shutil.get_terminal_size().columns, WIDEST), 2 * INDENT + 10)
    return "\n".join(_lines(page, width, bold=ctx.color or _shows_bold()))


def _shows_bold() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or os.name == "nt"
    return sys.stdout.isatty() and not plain


def _lines(page: Page, width: int, *, bold: bool) -> Iterator[str]:
    def heading(text: str) -> str:
        return f"\x1b[1m{text}:\x1b[0m" if bold else f"{text}:"

    first, *more = wrap(page.usage, width - len("Usage: "))
    yield f"{heading('Usage')} {first}"
    yield from (f"       {line}" for line in more)
    for paragraph in page.paragraphs:
        yield ""
        yield from wrap(paragraph, width)
    if page.examples:
        yield from ("", heading("Example" if len(page.examples) == 1 else "Examples"))
        yield from (" " * INDENT + example for example in page.examples)
    for section in page.sections:
        yield from ("", heading(section.heading))
        yield from _table(section.rows, width)


def _table(rows: tuple[Row, ...], width: int) -> Iterator[str]:
    """Yield the rows with their texts beside the terms, or below where the window or a term needs it."""
    column = 2 * INDENT + max((len(row.term) for row in rows if len(row.term) <= TERM), default=0)
    if width < NARROW and column > 2 * width // 5:
        column = 3 * INDENT
    for row in rows:
        texts = wrap(row.text, width - column) or [""]
        term = " " * INDENT + row.term
        if len(term) + INDENT <= column:
            yield (term.ljust(column) + texts.pop(0)).rstrip()
        else:
            yield term
        yield from (" " * column + text for text in texts)


def _words(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a help text into paragraphs and examples: an example is a paragraph of lines after `Example:`."""
    paragraphs, examples = [], []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        found = re.match(r"Examples?:\s*", paragraph)
        if found:
            examples += [line.strip() for line in paragraph[found.end() :].splitlines()]
        elif paragraph.strip():
            paragraphs.append(" ".join(paragraph.split()))
    return tuple(paragraphs), tuple(examples)


def _options(params: Iterable[Any]) -> Iterator[Section]:
    """Yield the options, in groups where they are many; a group of one is none."""
    shown = [param for param in params if param.param_type_name == "option" and not param.hidden]
    groups = {
        heading: [param for param in shown if param.name in names]
        for heading, names in GROUPS.items()
        if len(shown) >= MANY
    }
    groups = {heading: members for heading, members in groups.items() if len(members) > 1}
    grouped = [param for members in groups.values() for param in members]
    others = [param for param in shown if param not in grouped]
    for heading, members in {"Options": others, **groups}.items():
        yield Section(heading, tuple(Row(_term(param), _text(param)) for param in members))


def _usage(argument: Any) -> str:
    value = _value(argument)
    return value if argument.required else f"[{value}]"


def _term(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return names if option.is_flag else f"{names} {_value(option)}"


def _value(param: Any) -> str:
    """Name what a parameter takes."""
    choices = "|".join(_choices(param))
    is_option = param.param_type_name == "option"
    if choices and is_option and len(choices) <= LONGEST_CHOICE:
        return choices
    name = param.metavar or KINDS.get(param.type.name) or VALUES.get(param.name)
    if name is None:
        name = "TEXT" if is_option and not choices else param.name.rstrip("_").upper()
    return f"{name}..." if param.nargs == -1 else str(name)


def _choices(param: Any) -> tuple[str, ...]:
    return tuple(map(str, getattr(param.type, "choices", ())))


def _text(param: Any) -> str:
    """Return what a parameter means, its choices where they do not stand beside it, and its default."""
    if param.name == "help":
        return "Show this help."
    choices = _choices(param)
    told = f"One of: {', '.join(choices)}." if choices and "|".join(choices) != _value(param) else ""
    return " ".join(part for part in (param.help or "", told, _default(param)) if part)


def _default(param: Any) -> str:
    if isinstance(param.show_default, str):
        return f"({param.show_default})"
    default = param.default.value if isinstance(param.default, Enum) else param.default
    is_worth_telling = isinstance(default, str | int | float | Path) and not isinstance(default, bool)
    return f"({default})" if is_worth_telling and default != "" else ""
