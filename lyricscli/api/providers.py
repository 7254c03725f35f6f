"""The services that are known: where they are, how they speak, how long a prompt may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from lyricscli.api.dialects import KIE, SUNOAPI, Dialect
from lyricscli.errors import ServiceError, UsageError
from lyricscli.models import Failure, Reason
from lyricscli.quantities import Rate

RATE = Rate(20, 10.0)
"""New tasks that an account may submit: beyond it they are refused, not queued (documented by kie)."""

COST = 0.4
"""Credits that one lyrics task takes (documented for one provider, observed at the other)."""


class PromptUnit(StrEnum):
    """What a service counts prompts in."""

    WORDS = "words"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class PromptLimit:
    """How long a prompt may be."""

    count: int
    unit: PromptUnit

    def measure(self, prompt: str) -> int:
        """Count the prompt in the limit's unit; words are what white space separates."""
        return len(prompt.split()) if self.unit is PromptUnit.WORDS else len(prompt)

    def check(self, prompt: str) -> None:
        """Raise ServiceError (`prompt_too_long`) where the service would refuse, or cut, the prompt."""
        length = self.measure(prompt)
        if length <= self.count:
            return
        excess = length - self.count
        unit = self.unit if excess > 1 else self.unit.removesuffix("s")
        message = f"The prompt has {length} {self.unit}; the service takes {self.count}."
        raise ServiceError(Failure(Reason.PROMPT_TOO_LONG, message), f"Cut {excess} {unit}.")


@dataclass(frozen=True, slots=True)
class Provider:
    """A service. `base_url` is None where the program itself serves it, on loopback.

    `key_variable` names the environment variable of its key, and `key_url` the page that gives one; both are
    None where no key is needed. `signed` says whether callbacks can carry an HMAC signature. `rate` is how
    many new tasks it takes in which time, None where it takes any; `cost` is what one takes in credits.
    """

    name: str
    base_url: str | None
    dialect: Dialect
    limit: PromptLimit
    key_variable: str | None = None
    key_url: str | None = None
    signed: bool = False
    rate: Rate | None = RATE
    cost: float = COST

    @property
    def needs_key(self) -> bool:
        """Whether a call without a key is pointless."""
        return self.key_variable is not None


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        provider.name: provider
        for provider in (
            Provider(
                name="sunoapi",
                base_url="https://api.sunoapi.org",
                dialect=SUNOAPI,
                limit=PromptLimit(200, PromptUnit.WORDS),
                key_variable="SUNO_API_KEY",
                key_url="https://sunoapi.org/api-key",
            ),
            Provider(
                name="kie",
                base_url="https://api.kie.ai",
                dialect=KIE,
                limit=PromptLimit(200, PromptUnit.CHARACTERS),
                key_variable="KIE_API_KEY",
                key_url="https://kie.ai/api-key",
                signed=True,
            ),
            Provider(
                name="sandbox",
                base_url=None,
                dialect=SUNOAPI,
                limit=PromptLimit(200, PromptUnit.WORDS),
                rate=None,
            ),
        )
    }
)


def builtin(name: str) -> Provider:
    """Give the built-in provider of that name; raises UsageError."""
    if name not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise UsageError(f'There is no provider "{name}" built in.', f"Choose one of: {known}.")
    return PROVIDERS[name]
