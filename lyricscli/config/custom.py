"""Providers of the user's own: `[providers.NAME]` in `config.toml`, checked when it is read.

    [providers.mine]
    base_url = "https://lyrics.example.com"  # the one key that must be there
    dialect = "sunoapi"                      # how it speaks, a name of services.json
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
from enum import StrEnum
from pathlib import Path
from typing import Any

from lyricscli.api.providers import (
    DIALECTS,
    PROVIDERS,
    SUNOAPI,
    DialectName,
    PromptLimit,
    PromptUnit,
    Provider,
)
from lyricscli.config.file import line_of
from lyricscli.config.settings import API_KEY, OTHER_SECRETS, service_address
from lyricscli.errors import UsageError, nearest
from lyricscli.quantities import read_rate

LONGEST_PROMPT = 1_000_000
"""A prompt limit beyond this is a slip; it is also what is read of a prompt at most."""
LARGEST_COST = 1_000_000
"""Credits for one task beyond which a cost is a slip, or no number."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)


def _text(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("it is a text in quotes")  # noqa: TRY004 (every wrong value is a ValueError here)
        return read(value)

    return checked


def _one_of(choices: type[StrEnum]) -> Callable[[str], Any]:
    def member(word: str) -> StrEnum:
        if word not in set(choices):
            raise ValueError("it is one of " + ", ".join(choices))
        return choices(word)

    return member


def _count(value: Any) -> int:
    if type(value) is not int or not 0 < value <= LONGEST_PROMPT:
        raise ValueError(f"it is a whole number from 1 to {LONGEST_PROMPT}")
    return value


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LARGEST_COST:
        raise ValueError("it is a number of credits, above zero")
    return float(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it is true or false")  # noqa: TRY004 (as above)
    return value


FIELDS = {
    "base_url": _text(service_address),
    "dialect": _text(_one_of(DialectName)),
    "prompt_limit": _count,
    "prompt_unit": _text(_one_of(PromptUnit)),
    "rate": _text(lambda text: None if text == "none" else read_rate(text)),
    "cost": _amount,
    "signed": _switch,
    "key": _switch,
}


def custom_providers(tables: Mapping[str, Any], path: Path) -> dict[str, Provider]:
    """Read every `[providers.NAME]`; raises UsageError naming file and line of the first thing wrong."""
    return {name: _provider(name, table, path) for name, table in tables.items()}


def _provider(name: str, table: Any, path: Path) -> Provider:
    def error(key: str | None, message: str, advice: str) -> UsageError:
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return UsageError(f"{path}:{line_of(text, ('providers', name), key)}: {message}", advice)

    if name in PROVIDERS:
        raise error(None, f"the provider {name!r} is built in", "Give yours another name.")
    if name in OTHER_SECRETS or not _NAME.fullmatch(name):
        advice = "Use letters, digits, - and _, but not ngrok or webhook."
        raise error(None, f"{name!r} cannot be a provider's name", advice)
    if not isinstance(table, Mapping):
        raise error(None, f"the provider {name!r} is not a table", f"Write [providers.{name}].")
    told = {}
    for key, value in table.items():
        if key not in FIELDS:
            advice = nearest(key, FIELDS) or f"There are: {', '.join(FIELDS)}."
            raise error(key, f"a provider has no setting `{key}`", advice)
        try:
            told[key] = FIELDS[key](value)
        except ValueError as wrong:
            raise error(key, f"{key} is {value!r}: {wrong}", "Correct that line.") from wrong
    if "base_url" not in told:
        advice = 'For example: base_url = "https://lyrics.example.com"'
        raise error(None, f"the provider {name!r} has no base_url", advice)
    return _made(name, told)


def _made(name: str, told: Mapping[str, Any]) -> Provider:
    """Make a provider of what is told; the rest is as with the built-in one of the dialect."""
    dialect = DIALECTS[told.get("dialect", SUNOAPI)]
    usual = PROVIDERS[dialect.usual]
    limit = PromptLimit(told.get("prompt_limit", usual.limit.most), told.get("prompt_unit", usual.limit.unit))
    return Provider(
        name=name,
        base_url=told["base_url"],
        dialect=dialect,
        limit=limit,
        key_variable=API_KEY if told.get("key", True) else None,
        signed=told.get("signed", False),
        rate=told.get("rate", usual.rate),
        cost=told.get("cost", usual.cost),
    )
