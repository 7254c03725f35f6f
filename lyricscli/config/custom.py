"""Providers of the user's own: `[providers.NAME]` in `config.toml`, checked when it is read.

    [providers.mine]
    base_url = "https://lyrics.example.com"  # the one key that must be there
    dialect = "sunoapi"                      # how it speaks, a name of api/dialects.py
    prompt_limit = 200                       # how long a prompt may be, in prompt_unit
    prompt_unit = "words"                    # words or characters
    rate = "20/10s"                          # new tasks it takes in a time, or "none" for any number
    cost = 0.4                               # credits that one task takes
    signed = false                           # whether its callbacks can carry kie's HMAC signature
    key = true                               # whether it wants an API key; false for an open service

What is left out is as with the built-in provider of the same dialect, and unsigned. The key of such a
provider is `LYRICS_API_KEY`, or what `lyrics auth login NAME` stored.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from lyricscli.api.dialects import DIALECTS, SUNOAPI, Dialect, DialectName
from lyricscli.api.providers import PROVIDERS, PromptLimit, PromptUnit, Provider
from lyricscli.config.file import line_of
from lyricscli.config.settings import API_KEY, OTHER_SECRETS, service_address
from lyricscli.errors import UsageError, nearest
from lyricscli.quantities import Rate, read_rate

KEYS = ("base_url", "dialect", "prompt_limit", "prompt_unit", "rate", "cost", "signed", "key")
LONGEST_PROMPT = 1_000_000
"""A prompt limit beyond this is a slip; it is also what is read of a prompt at most."""
LARGEST_COST = 1_000_000
"""Credits for one task beyond which a cost is a slip, or no number."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_Read = TypeVar("_Read")
_Choice = TypeVar("_Choice", bound=StrEnum)


def custom_providers(tables: Mapping[str, Any], path: Path) -> dict[str, Provider]:
    """Read every `[providers.NAME]`; raises UsageError naming file and line of the first thing wrong."""
    return {name: _provider(name, table, _Place(path, ("providers", name))) for name, table in tables.items()}


@dataclass(frozen=True, slots=True)
class _Place:
    """A table of a file, for error messages."""

    path: Path
    table: tuple[str, ...]

    def error(self, key: str | None, message: str, advice: str) -> UsageError:
        """Build the error, with the line of the table or of one of its keys."""
        text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        return UsageError(f"{self.path}:{line_of(text, self.table, key)}: {message}", advice)


def _provider(name: str, table: Any, place: _Place) -> Provider:
    _check_name(name, place)
    if not isinstance(table, Mapping):
        raise place.error(None, f"the provider {name!r} is not a table", f"Write [providers.{name}].")
    _check_keys(table, place)
    if "base_url" not in table:
        advice = 'For example: base_url = "https://lyrics.example.com"'
        raise place.error(None, f"the provider {name!r} has no base_url", advice)

    def value(key: str, read: Callable[[Any], _Read], default: _Read) -> _Read:
        try:
            return read(table[key]) if key in table else default
        except ValueError as error:
            raise place.error(key, f"{key} is {table[key]!r}: {error}", "Correct that line.") from error

    dialect = value("dialect", _dialect, SUNOAPI)
    usual = _usual(dialect)
    return Provider(
        name=name,
        base_url=value("base_url", _address, ""),
        dialect=dialect,
        limit=PromptLimit(
            value("prompt_limit", _count, usual.limit.count), value("prompt_unit", _unit, usual.limit.unit)
        ),
        key_variable=API_KEY if value("key", _switch, default=True) else None,
        signed=value("signed", _switch, default=False),
        rate=value("rate", _rate, usual.rate),
        cost=value("cost", _amount, usual.cost),
    )


def _check_name(name: str, place: _Place) -> None:
    if name in PROVIDERS:
        raise place.error(None, f"the provider {name!r} is built in", "Give yours another name.")
    if name in OTHER_SECRETS or not _NAME.fullmatch(name):
        raise place.error(
            None,
            f"{name!r} cannot be a provider's name",
            "Use letters, digits, - and _, but not ngrok or webhook.",
        )


def _check_keys(table: Mapping[str, Any], place: _Place) -> None:
    for key in table:
        if key not in KEYS:
            advice = nearest(key, KEYS) or f"There are: {', '.join(KEYS)}."
            raise place.error(key, f"a provider has no setting `{key}`", advice)


def _usual(dialect: Dialect) -> Provider:
    """Give the built-in provider that speaks the dialect (kie-jobs is kie's newer route)."""
    return PROVIDERS[dialect.usual]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it is a text in quotes")  # noqa: TRY004 (every wrong value is a ValueError here)
    return value


def _member(choices: type[_Choice], value: Any) -> _Choice:
    if _text(value) not in set(choices):
        raise ValueError("it is one of " + ", ".join(choices))
    return choices(value)


def _address(value: Any) -> str:
    return service_address(_text(value))


def _dialect(value: Any) -> Dialect:
    return DIALECTS[_member(DialectName, value)]


def _unit(value: Any) -> PromptUnit:
    return _member(PromptUnit, value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 < value <= LONGEST_PROMPT:
        raise ValueError(f"it is a whole number from 1 to {LONGEST_PROMPT}")
    return value


def _rate(value: Any) -> Rate | None:
    return None if _text(value) == "none" else read_rate(value)


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LARGEST_COST:
        raise ValueError("it is a number of credits, above zero")
    return float(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it is true or false")  # noqa: TRY004 (as above)
    return value
