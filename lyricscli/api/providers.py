"""The services that are known (services.json): where, behind which proxy, how they speak, what they take."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lyricscli.errors import Failure, Reason, ServiceError, UsageError
from lyricscli.quantities import Rate, is_loopback, web_address

_TABLES: dict[str, Any] = json.loads(Path(__file__).with_name("services.json").read_text("utf-8"))

RATE = Rate(20, 10.0)
"""New tasks that an account may submit: beyond it they are refused, not queued (documented by kie)."""

COST = 0.4
"""Credits that one lyrics task takes (documented for one provider, observed at the other)."""


_WITHOUT_BLANKS = (  # compiled when first used
    "[\u0e00-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9d\U00020000-\U0003fffd]"
)
"""Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese (the blocks of Unicode), without their marks."""


class PromptUnit(StrEnum):
    """What a service counts prompts in."""

    WORDS = "words"
    CHARACTERS = "characters"


class PromptLimit(NamedTuple):
    """How long a prompt may be."""

    most: int
    unit: PromptUnit

    def measure(self, prompt: str) -> int:
        """Count the prompt in the limit's unit.

        Words are what white space separates, and each character of a script that writes without blanks, as
        the provider's Chinese page has it.
        """
        if self.unit is PromptUnit.CHARACTERS:
            return len(prompt)
        rest, characters = (prompt, 0) if prompt.isascii() else re.subn(_WITHOUT_BLANKS, " ", prompt)
        return characters + sum(any(map(str.isalnum, word)) for word in rest.split())

    def check(self, prompt: str) -> None:
        """Raise ServiceError (`prompt_too_long`) where the service would refuse, or cut, the prompt."""
        length = self.measure(prompt)
        if length <= self.most:
            return
        excess = length - self.most
        unit = self.unit if excess > 1 else self.unit.removesuffix("s")
        message = f"The prompt has {length} {self.unit}; the service takes {self.most}."
        raise ServiceError(Failure(Reason.PROMPT_TOO_LONG, message), f"Cut {excess} {unit}.")


def _codes(table: Mapping[str, str]) -> Mapping[int, Reason]:
    return MappingProxyType({int(code): Reason(reason) for code, reason in table.items() if code != "about"})


FAILURES = _codes(_TABLES["failures"])
"""What an error code in a callback or a record means for the task."""

READ_ERRORS = _codes(_TABLES["read_errors"])
"""What an error code means for the read itself."""

GATEWAY = _codes(_TABLES["gateway"])
"""What a status means that is not the provider's own."""


DialectName = StrEnum("DialectName", {name.upper(): name for name in _TABLES["dialects"]})  # type: ignore[misc]
"""What each way to speak is called, wherever one is chosen."""

SUNOAPI = DialectName("sunoapi")
"""The one that is spoken where nothing else is said."""


class Dialect(NamedTuple):
    """How one kind of service speaks.

    `refusals` holds the codes with which a submission is certainly refused. `credits_path` is None where no
    call tells the credits. `hook` is what a submission calls the callback address, and `model` is set where
    it names one. With `word_codes` the codes are words. `usual` is the provider whose limits a service of
    one's own has where it says nothing else.
    """

    name: DialectName
    submit_path: str
    record_path: str
    refusals: Mapping[int, Reason]
    credits_path: str | None = None
    hook: str = "callBackUrl"
    model: str | None = None
    word_codes: bool = False
    usual: str = "sunoapi"

    def is_spoken(self, code: str | None) -> bool:
        """Whether a code that is a word is one of this dialect, not of a gateway before the service."""
        return self.word_codes and code is not None


DIALECTS: Mapping[DialectName, Dialect] = MappingProxyType(
    {
        DialectName(name): Dialect(
            name=DialectName(name), **{**row, "refusals": _codes(_TABLES["refusals"] | row["refusals"])}
        )
        for name, row in _TABLES["dialects"].items()
    }
)


class Provider(NamedTuple):
    """A service. `base_url` is None where the program itself serves it, on loopback.

    `key_variable` names the environment variable of its key, and `key_url` the page that gives one; both are
    None where no key is needed. `tasks_url` is its own list of tasks,
    where it has one. `signed` says whether callbacks can carry an HMAC signature. `rate` is how
    many new tasks it takes in which time, None where it takes any; `cost` is what one takes in credits.
    """

    name: str
    base_url: str | None
    dialect: Dialect
    limit: PromptLimit
    key_variable: str | None = None
    key_url: str | None = None
    signed: bool = False
    tasks_url: str | None = None
    rate: Rate | None = RATE
    cost: float = COST

    @property
    def needs_key(self) -> bool:
        """Whether a call without a key is pointless."""
        return self.key_variable is not None


def _provider(name: str, row: dict[str, Any]) -> Provider:
    count, unit = row.pop("limit")
    limit, dialect = PromptLimit(count, PromptUnit(unit)), DIALECTS[row.pop("dialect")]
    rate = None if row.pop("is_ours", False) else RATE
    return Provider(name=name, limit=limit, dialect=dialect, rate=rate, **{"base_url": None, **row})


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {name: _provider(name, row) for name, row in _TABLES["providers"].items()}
)


def proxy_for(address: str) -> str | None:
    """Give the proxy that requests to an address go through, and none for loopback.

    `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` count, in either case; aiohttp's own `trust_env`
    also reads ~/.netrc, and then refuses to send the key beside what it found. Raises UsageError, naming the
    variable, where it holds no HTTP proxy.
    """
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(address)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    name = next((name for name in (parts.scheme, "all") if proxies.get(name)), None)
    return checked_proxy(f"{name}_proxy", proxies[name]) if name is not None else None


def checked_proxy(variable: str, value: str) -> str:
    """Give the address of an HTTP proxy, its password with it. Raises UsageError naming the variable."""
    address = value if "//" in value else f"http://{value}"
    scheme = urlsplit(address).scheme
    if scheme not in {"http", "https"}:
        raise UsageError(f"{variable} names a {scheme} proxy, which cannot be used.", "Name an HTTP proxy.")
    try:
        web_address(scheme + "://" + address.partition("//")[2].rpartition("@")[2])
    except ValueError as error:
        raise UsageError(
            f"{variable} holds no address of a proxy.", "It is to be like http://proxy.example.com:8080."
        ) from error
    return address
