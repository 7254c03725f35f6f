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
from lyricscli.config.settings import API_KEY, OTHER_SECRETS, chosen, service_address
from lyricscli.errors import UsageError, nearest
from lyricscli.quantities import read_rate

MOST = 1_000_000
"""A prompt limit or a cost beyond this is a slip; it is also what is read of a prompt at most."""

_NAME = r"(?a)[A-Za-z0-9][A-Za-z0-9_-]*"

_KINDS = {
    str: "it is a text in quotes",
    int: f"it is a whole number from 1 to {MOST}",
    float: "it is a number of credits, above zero",
    bool: "it is true or false",
}
FIELDS: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "base_url": (str, service_address),
    "dialect": (str, DialectName),
    "prompt_limit": (int, int),
    "prompt_unit": (str, PromptUnit),
    "rate": (str, read_rate),
    "cost": (float, float),
    "signed": (bool, bool),
    "key": (bool, bool),
}


def _value(name: str, found: Any) -> Any:
    """Read what a field is set to. Raises ValueError."""
    kind, read = FIELDS[name]
    is_number = kind in {int, float}
    if type(found) not in ({int, float} if kind is float else {kind}) or (
        is_number and not 0 < found <= MOST
    ):
        raise ValueError(_KINDS[kind])
    return chosen(read, found)


def custom_providers(tables: Mapping[str, Any], path: Path) -> dict[str, Provider]:
    """Read every `[providers.NAME]`; raises UsageError naming file and line of the first thing wrong."""
    return {name: _provider(name, table, path) for name, table in tables.items()}


def _provider(name: str, table: Any, path: Path) -> Provider:
    def error(key: str | None, message: str, advice: str) -> UsageError:
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return UsageError(f"{path}:{line_of(text, ('providers', name), key)}: {message}", advice)

    if name in PROVIDERS:
        raise error(None, f"the provider {name!r} is built in", "Give yours another name.")
    if name in OTHER_SECRETS or not re.fullmatch(_NAME, name):
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
            told[key] = _value(key, value)
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
    most, unit = told.get("prompt_limit", usual.limit.most), told.get("prompt_unit", usual.limit.unit)
    return Provider(
        name=name,
        base_url=told["base_url"],
        dialect=dialect,
        limit=PromptLimit(most, unit),
        key_variable=API_KEY if told.get("key", True) else None,
        signed=told.get("signed", False),
        rate=told.get("rate", usual.rate),
        cost=told.get("cost", usual.cost),
    )
