"""The command tree as a shell needs it: names, helps, and what may stand where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import typer

from lyricscli.cli import app as cli

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)


class Kind(StrEnum):
    """What a value is, where it is not one of some words; written into the scripts."""

    TASK = "@task"
    FILE = "@file"
    TEXT = "@text"


@dataclass(frozen=True, slots=True)
class Value:
    """What an option or an argument takes: one of `words`, or where there are none, something of a kind."""

    kind: Kind = Kind.TEXT
    words: tuple[str, ...] = ()

    @property
    def spec(self) -> str:
        """Write it as the scripts read it: `@task`, `@file`, `@text` or `one|another`."""
        return "|".join(self.words) or self.kind


@dataclass(frozen=True, slots=True)
class Option:
    """An option with all its names; a flag takes no value. `repeats` says whether it may come again."""

    names: tuple[str, ...]
    help: str
    value: Value | None
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command, found under the words of `path`. It has commands or arguments; the last may repeat."""

    path: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    arguments: tuple[Value, ...] = ()
    repeats: bool = False
    commands: tuple["Command", ...] = ()

    @property
    def name(self) -> str:
        """The last word of its path."""
        return self.path[-1] if self.path else ""

    def walk(self) -> Iterator["Command"]:
        """Yield it and everything below, each before what is below it."""
        yield self
        for command in self.commands:
            yield from command.walk()


def read_tree() -> Command:
    """Import every command and return the whole tree."""
    root = _command((), "", typer.main.get_command(cli.app))
    entries = (_command((entry.name,), entry.help, cli.load(entry.name)) for entry in cli.COMMANDS)
    return Command(root.path, root.help, root.options, commands=tuple(entries))


def _command(path: tuple[str, ...], text: str, command: Any) -> Command:
    shown = [param for param in command.params if not getattr(param, "hidden", False)]
    arguments = [param for param in shown if param.param_type_name == "argument"]
    below = getattr(command, "commands", {})
    return Command(
        path,
        text,
        options=(
            *(_option(path, param) for param in shown if param.param_type_name == "option"),
            Option(("--help",), "Show how to use it.", None),
        ),
        arguments=tuple(_value(path, param) for param in arguments),
        repeats=bool(arguments) and arguments[-1].nargs == -1,
        commands=tuple(_command((*path, name), _first_line(sub), sub) for name, sub in below.items()),
    )


def _option(path: tuple[str, ...], param: Any) -> Option:
    value = None if param.is_flag else _value(path, param)
    return Option((*param.opts, *param.secondary_opts), param.help or "", value, param.multiple)


def _value(path: tuple[str, ...], param: Any) -> Value:
    """Say what a parameter takes, by its type, else by its name."""
    words = getattr(param.type, "choices", None) or _known_words(path, param.name)
    if words:
        assert all(_WORD.fullmatch(word) for word in words), words
        return Value(words=tuple(words))
    if param.type.name in {"path", "file", "directory", "filename"}:
        return Value(Kind.FILE)
    is_task = (param.metavar or param.name).upper().startswith("TASK")
    return Value(Kind.TASK if is_task else Kind.TEXT)


def _known_words(path: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the words that a parameter usually takes without being held to them."""
    from lyricscli.api.providers import PROVIDERS
    from lyricscli.config.settings import KEY_VARIABLES, KEYS, OTHER_SECRETS
    from lyricscli.sandbox.scenarios import SCENARIOS

    if name == "provider":
        return (*KEY_VARIABLES, *OTHER_SECRETS) if path[0] == "auth" else tuple(PROVIDERS)
    if name == "scenario":
        return tuple(SCENARIOS)
    return tuple(KEYS) if path[:1] == ("config",) and name == "name" else ()


def _first_line(command: Any) -> str:
    return str(command.help or "").split("\n", 1)[0]
