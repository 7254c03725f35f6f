"""The desk: what every step of a command about tasks shares, and who is told of it."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, Protocol, Self, TypeVar

from lyricscli.delivery.gate import Back, Change, Dropped, Gate, Lost, Opened, Plan
from lyricscli.delivery.polling import Poller
from lyricscli.errors import Failure, Reason, ServiceError
from lyricscli.jobs.inbox import Checks, Inbox
from lyricscli.models import PARTS, Task, Via
from lyricscli.quantities import whole
from lyricscli.store.library import Library

if TYPE_CHECKING:
    from asyncio import Future

    from lyricscli.api.client import Client
    from lyricscli.api.providers import PromptLimit, Provider
    from lyricscli.config.settings import Secret, Settings
    from lyricscli.sandbox.writer.own import Writer

P = ParamSpec("P")
T = TypeVar("T")

EMBEDDED = "embedded"
"""The base URL under which tasks of the embedded service are kept: its port changes with every run."""

SHORTEST_CALL = 2.0
"""Seconds that a call may take however short the wait is: a submission takes 0.35 s (observed)."""


class Phase(StrEnum):
    """What a command is doing, for whoever watches."""

    OPENING = "opening the callback address"
    SUBMITTING = "submitting"
    WAITING = "waiting for the lyrics"


class Observer(Protocol):
    """Is told what happens, as it happens."""

    def phase(self, phase: Phase) -> None:
        """Say what is being done now."""

    def notice(self, message: str) -> None:
        """Say something that the user should know, once."""

    def accepted(self, task: Task) -> None:
        """Say that the task has an id, and is paid for."""

    def resumed(self, task: Task) -> None:
        """Say that an accepted task of an earlier command is waited for."""


class Service(NamedTuple):
    """Who is asked: a provider, where it is now, the name its tasks are kept under, and the key."""

    provider: "Provider"
    base_url: str
    kept_as: str
    key: "Secret | None"
    webhook_key: "Secret | None" = None

    def client(self, limit: float = inf) -> "Client":
        """Make the HTTP client; no call takes much longer than `limit` seconds. Imports aiohttp."""
        from lyricscli.api.client import Client

        key = self.key.reveal() if self.key else None
        return Client(self.base_url, self.provider.dialect, key, limit=max(limit, SHORTEST_CALL))

    async def credits_left(self) -> float:
        """Ask for the credits that are left. Raises ServiceError."""
        async with self.client() as client:
            return await client.credits()

    async def require_credits(self, least: float) -> None:
        """Raise ServiceError when fewer are left (`insufficient_credits`), or why that cannot be known."""
        left = await self.credits_left()
        if left < least:
            have, want = whole(left), whole(least)
            message = f"{have} credits are left, and --min-credits is {want}; nothing was sent"
            raise ServiceError(Failure(Reason.INSUFFICIENT_CREDITS, message))


class Patience(NamedTuple):
    """How a result is awaited: `timeout` and `poll_interval` in seconds; `wait` false submits only."""

    via: Via = Via.AUTO
    timeout: float = 600.0
    poll_interval: float | None = None
    verify: bool = False
    wait: bool = True


class Order(NamedTuple):
    """What the user asked for. `song` names the song that it is another take of, where the user said so.

    `left_out` names the metadata that the prompt to send has no room for.
    """

    prompt: str
    sent_prompt: str
    metadata: Mapping[str, str]
    song: str | None = None
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, prompt: str, metadata: Mapping[str, str], limit: "PromptLimit", song: str | None = None
    ) -> Self:
        """Make an order that sends as much of the metadata along as fits; the prompt itself is never cut."""
        sent, left_out = prompt, []
        for name in PARTS:
            if value := " ".join(metadata.get(name, "").split()):
                longer = _joined(sent, f"{name.capitalize()}: {value.rstrip('.')}.")
                if limit.measure(longer) <= limit.most:
                    sent = longer
                else:
                    left_out.append(name)
        return cls(prompt, sent, metadata, song, tuple(left_out))


def _joined(text: str, part: str) -> str:
    if not text.strip():
        return text + part
    stop = "" if text.rstrip()[-1] in ".!?…。！？" else "."  # noqa: RUF001 (Chinese stops)
    return f"{text}{stop} {part}" if text == text.rstrip() else f"{text}{part}"


class Desk(NamedTuple):
    """What every step of one command shares."""

    service: Service
    library: Library
    client: "Client"
    inbox: Inbox
    gate: Gate
    poller: Poller
    patience: Patience
    observer: Observer

    def write(self, change: Callable[P, T], *args: P.args, **more: P.kwargs) -> "Future[T]":
        """Change the library: see Journal.write."""
        return self.inbox.journal.write(change, *args, **more)


class Told:
    """Says of the callback address only what a user should know, once."""

    def __init__(self, notice: Callable[[str], None], *, required: bool) -> None:
        self._notice = notice
        self._instead = "waiting goes on" if required else "the result will be polled"
        self._url: str | None = None
        self._is_lost = False

    def __call__(self, change: Change) -> None:
        """Take note of a change."""
        match change:
            case Dropped(error):
                self._notice(f"{error.message}; {self._instead}, and callbacks may come back.")
            case Lost(error) if not self._is_lost:
                self._notice(f"{error.message}; {self._instead}. {error.advice}".rstrip())
            case Back(url) | Opened(url):
                if isinstance(change, Back) or (self._is_lost and url == self._url):
                    self._notice("The callback address is back.")
                self._url = self._url or url
            case _:
                pass
        self._is_lost = isinstance(change, Lost)


@asynccontextmanager
async def open_desk(
    service: Service, library: Library, plan: Plan, patience: Patience, observer: Observer
) -> AsyncIterator[Desk]:
    """Open the gate and the client; both are closed, and nothing is left behind, however it ends."""
    checks = Checks(service.webhook_key, trust=not patience.verify)
    inbox = Inbox(library, checks, observer.notice)
    observer.phase(Phase.OPENING)
    tell = Told(observer.notice, required=plan.required)
    async with (
        Gate(plan, inbox.paths, inbox.answer, report=tell, refused=inbox.refused) as gate,
        service.client(patience.timeout) as client,
    ):
        yield Desk(service, library, client, inbox, gate, Poller(client.record), patience, observer)


@asynccontextmanager
async def open_service(
    settings: "Settings", task: Task | None = None, *, examined: bool = False
) -> AsyncIterator[Service]:
    """Yield the service to ask, the embedded one running for as long; for a known task, the one that has it.

    Where it is only `examined` it may lack a key, and the embedded one leaves no file. Else raises NoKeyError
    when the provider needs a key and there is none; UsageError where the proxy of the environment is none.
    """
    from lyricscli.api.providers import proxy_for
    from lyricscli.config import keys
    from lyricscli.config.settings import WEBHOOK

    provider, key = settings.service, settings.secret(settings.provider)
    kept_as = (task.base_url if task is not None else None) or settings.address or EMBEDDED
    proxy_for("" if kept_as == EMBEDDED else kept_as)
    if provider.needs_key and key is None and not examined:
        raise keys.missing(provider)
    if kept_as == EMBEDDED:
        async with _embedded(settings, None if examined else settings.home.sandbox) as address:
            yield Service(provider, address, EMBEDDED, None)
        return
    try:
        yield Service(provider, kept_as, kept_as, key, settings.secret(WEBHOOK))
    except ServiceError as error:
        if error.error.reason is Reason.UNAUTHORIZED:
            error.advice = keys.advice_on(error.error, provider.name)
        raise


@asynccontextmanager
async def _embedded(settings: "Settings", store: Path | None) -> AsyncIterator[str]:
    from lyricscli.sandbox.behaviour import EmulatorOptions
    from lyricscli.sandbox.server import emulator

    options = EmulatorOptions(
        latency=settings["sandbox_latency"],
        seed=settings["sandbox_seed"],
        submissions=None,
        reads=None,
        writer=own_writer(settings),
    )
    async with emulator(options, store=store) as address:
        yield address


def own_writer(settings: "Settings") -> "Writer | None":
    """Return the program that writes in the sandbox, where one is set. Raises UsageError."""
    command = settings["sandbox_writer"]
    if not command:
        return None
    from lyricscli.config.settings import without_secrets
    from lyricscli.sandbox.writer.own import Writer, words_of

    timeout, variants = settings["sandbox_writer_timeout"], settings["sandbox_variants"]
    return Writer(words_of(command), without_secrets(os.environ), variants, timeout)
