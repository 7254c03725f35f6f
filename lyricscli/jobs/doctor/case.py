"""The case: what is configured, and the work that several examinations share."""

import asyncio  # noqa: TID253 (imported by the command that examines)
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lyricscli.config.settings import Settings
from lyricscli.delivery.gate import Gate
from lyricscli.delivery.ngrok.agent import TunnelOptions
from lyricscli.jobs.desk import Service
from lyricscli.jobs.doctor.findings import Diagnosis
from lyricscli.quantities import is_loopback

T = TypeVar("T")


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
