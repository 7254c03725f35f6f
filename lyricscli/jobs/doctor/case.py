"""The case, which is what is configured and examined, and the diagnoses: how it stands and what to do."""

import asyncio  # noqa: TID253 (imported by the command that examines)
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from lyricscli.config.settings import Settings
from lyricscli.delivery.gate import Gate
from lyricscli.delivery.ngrok.agent import TunnelOptions
from lyricscli.errors import ExitCode
from lyricscli.jobs.desk import Service
from lyricscli.quantities import is_loopback

T = TypeVar("T")


class State(StrEnum):
    """How it stands. Only `fail` says that something which is configured does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the doctor's: what was examined, how it stands, what that means, what to do.

    `exit_code` is how the command ends when this is the first failure.
    """

    name: str
    state: State
    meaning: str
    advice: str = ""
    exit_code: ExitCode = ExitCode.FAILED

    @property
    def words(self) -> str:
        """The meaning and the advice as sentences on one line."""
        return f"{self.meaning}. {self.advice}" if self.advice else self.meaning


def ok(name: str, meaning: str) -> Diagnosis:
    """Find it well."""
    return Diagnosis(name, State.OK, meaning)


def warn(name: str, meaning: str, advice: str = "") -> Diagnosis:
    """Find something that works, or is not needed, and is not as it should be."""
    return Diagnosis(name, State.WARN, meaning, advice)


def fail(name: str, meaning: str, advice: str, exit_code: ExitCode = ExitCode.FAILED) -> Diagnosis:
    """Find that it does not work."""
    return Diagnosis(name, State.FAIL, meaning, advice, exit_code)


def skipped(name: str, why: str) -> Diagnosis:
    """Leave it unexamined."""
    return Diagnosis(name, State.SKIPPED, why)


def exit_code_of(findings: Sequence[Diagnosis]) -> ExitCode:
    """Return the code of the first failure, else success."""
    failures = (finding.exit_code for finding in findings if finding.state is State.FAIL)
    return next(failures, ExitCode.OK)


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined.

    `needs_tunnel` says that callbacks come in through ngrok, `agent` how; `gate` is None where nothing is
    opened. Without `network` nothing leaves this machine.
    """

    settings: Settings
    service: Service
    agent: TunnelOptions
    needs_tunnel: bool
    gate: Gate | None
    network: bool = True
    _shared: dict[Callable[["Case"], Awaitable[Any]], asyncio.Future[Any]] = field(default_factory=dict)

    @property
    def key_source(self) -> str | None:
        """Where the provider's key comes from, None where there is none."""
        return self.service.key.source if self.service.key is not None else None

    @property
    def can_ask(self) -> bool:
        """Whether the service may be asked."""
        return self.network or is_loopback(self.service.base_url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return every key and token in use, which nothing may show."""
        keys = (self.service.key, self.service.webhook_key)
        token = () if self.agent.authtoken is None else (self.agent.authtoken,)
        return (*(key.reveal() for key in keys if key is not None), *token)

    async def once(self, work: Callable[["Case"], Awaitable[T]]) -> T:
        """Do what several checks need once, and give each the same result or error."""
        if work not in self._shared:
            self._shared[work] = asyncio.ensure_future(work(self))
        result: T = await asyncio.shield(self._shared[work])
        return result


Check = Callable[[Case], Awaitable[Diagnosis]]
