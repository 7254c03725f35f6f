"""What can be examined of the service, without spending anything, and of the way that callbacks come in."""

import asyncio  # noqa: TID253 (imported by the command that examines)
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lyricscli.api.headers import WINDOW_SECONDS, header, http_date
from lyricscli.config import keys
from lyricscli.config.settings import DEFAULT, Settings
from lyricscli.delivery.gate import Gate
from lyricscli.delivery.ngrok.agent import (
    ENDPOINTS_SINCE,
    GET_AGENT,
    HOW_TO_LOG_IN,
    HOW_TO_UPDATE,
    TunnelOptions,
    Version,
    agent_version,
    find_agent,
    own_settings,
)
from lyricscli.errors import Failure, LyricsError, NoKeyError, Reason, ServiceError, TunnelError
from lyricscli.files import is_exposed
from lyricscli.jobs.desk import Service
from lyricscli.jobs.doctor.checkup import Diagnosis, ok, skipped, warn
from lyricscli.quantities import is_loopback

ANSWER_TIMEOUT = 10.0
"""Seconds for the service to say anything at all."""

NOTABLE_SKEW = 60.0
"""Seconds between two clocks that deserve a word; a Date header itself is exact to one."""

OFFLINE = "--offline"
NOT_NEEDED = "no tunnel is needed as things are configured"
POLL_ON_PURPOSE = " Without callbacks: `lyrics config set tunnel none`."


@dataclass(frozen=True)
class Case:
    """What is configured and examined; what several checks ask for is asked once.

    `needs_tunnel` says that callbacks come in through ngrok, `agent` how; `gate` is None where nothing is
    opened. Without `network` nothing leaves this machine.
    """

    settings: Settings
    service: Service
    agent: TunnelOptions
    needs_tunnel: bool
    gate: Gate | None
    network: bool = True

    @property
    def deadline(self) -> float:
        """The seconds that a check may take."""
        return 2 * self.agent.start_timeout + ANSWER_TIMEOUT

    @property
    def can_ask(self) -> bool:
        """Whether the service may be asked."""
        return self.network or is_loopback(self.service.base_url)

    @property
    def secrets(self) -> list[str]:
        """Every key and token in use, which nothing may show."""
        held = [key.reveal() for key in (self.service.key, self.service.webhook_key) if key is not None]
        return [*held, self.agent.authtoken or ""]

    @cached_property
    def contact(self) -> "asyncio.Future[tuple[float, float | None]]":
        """The seconds that an answer took, and how many the service's clock is ahead, where it says."""
        return asyncio.ensure_future(_contact(self.service))

    @cached_property
    def credits(self) -> "asyncio.Future[float]":
        """The credits that are left."""
        return asyncio.ensure_future(_credits(self.service))


async def settings(case: Case) -> Diagnosis:
    """Tell what is set and where, and that the rest are defaults."""
    given = case.settings
    words = [f"{name} {one} ({one.source})" for name, one in given.values.items() if one.source != DEFAULT]
    return ok(f"{', '.join(words) or 'all are defaults'}; config.toml and keys are in {given.home.config}")


async def provider(case: Case) -> Diagnosis:
    """Find the service reachable: any HTTP answer will do."""
    name = "sandbox (nothing is configured)" if case.settings.is_fallback else case.service.provider.name
    if not case.can_ask:
        return skipped(f"{name} at {case.service.base_url}: {OFFLINE}")
    seconds, _ = await asyncio.shield(case.contact)
    return ok(f"{name} at {case.service.base_url} answers in {seconds:.2f} s")


async def clock(case: Case) -> Diagnosis:
    """Compare the clocks: a signed callback is good for five minutes."""
    if not case.can_ask:
        return skipped(OFFLINE)
    try:
        _, ahead = await asyncio.shield(case.contact)
    except ServiceError:
        return skipped("the service does not answer")
    if ahead is None:
        return skipped("the service does not say its time")
    if abs(ahead) < NOTABLE_SKEW:
        return ok(f"within {max(1.0, abs(ahead)):.0f} s of the service's")
    meaning = f"{abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} the service's"
    advice = "Let the system set its clock by the network."
    if abs(ahead) > WINDOW_SECONDS and case.service.webhook_key is not None:
        raise LyricsError(f"{meaning}: signed callbacks are refused as stale", advice)
    return warn(f"{meaning}; signed callbacks are good for {WINDOW_SECONDS // 60} minutes", advice)


async def key(case: Case) -> Diagnosis:
    """Find a key where one is needed: accepted, as asking for the credits shows, and out of others' reach."""
    provider, configured = case.service.provider, case.service.key
    if not provider.needs_key:
        return ok(f"{provider.name} needs none")
    if configured is None:
        raise keys.missing(provider)
    where, file = f"the one from {configured.source}", case.settings.home.keys_file
    if not case.can_ask:
        meaning = f"{where} is configured; not tried: {OFFLINE}"
    else:
        try:
            await asyncio.shield(case.credits)
        except ServiceError as error:
            if error.error.reason is not Reason.UNAUTHORIZED:
                return skipped(f"{where} is configured; it could not be tried")
            advice = keys.advice_on(error.error, provider.name)
            raise NoKeyError(f"{where} is refused: {error.message}", advice) from error
        meaning = f"{where} is accepted"
    if is_exposed(file):
        advice = "`lyrics auth status` takes it from them."
        return warn(f"{meaning}; others on this machine can read {file}", advice)
    return ok(meaning)


async def credits(case: Case) -> Diagnosis:  # noqa: A001 (the name of its line)
    """Ask for the credits: less than one task costs is a failure to come."""
    provider = case.service.provider
    if provider.needs_key and case.service.key is None:
        return skipped("there is no key to ask with")
    if not case.can_ask:
        return skipped(OFFLINE)
    if provider.dialect.credits_path is None:
        return skipped("this service has no call that tells them")
    try:
        left = await asyncio.shield(case.credits)
    except ServiceError as error:
        if error.error.reason is Reason.UNAUTHORIZED:
            return skipped("the key is refused")
        raise
    if left < provider.cost:
        meaning = f"{left:g} are left; a task costs {provider.cost:g}"
        raise ServiceError(Failure(Reason.INSUFFICIENT_CREDITS, meaning), "Top up at the provider.")
    return ok(f"{left:g} are left")


def agent(case: Case) -> Diagnosis:
    """Find the ngrok agent and ask its version; it has to be there only where a tunnel is needed."""
    try:
        path, version = _agent(case.agent)
    except (TunnelError, OSError) as error:
        if not case.needs_tunnel:
            return skipped(f"{error}; {NOT_NEEDED}")
        raise LyricsError(f"{error}", getattr(error, "advice", GET_AGENT)) from error
    meaning = f"ngrok {'.'.join(map(str, version))} at {path}"
    if version < ENDPOINTS_SINCE and case.needs_tunnel:
        return warn(f"{meaning} is old: the service may refuse it", HOW_TO_UPDATE)
    return ok(meaning)


def token(case: Case) -> Diagnosis:
    """Find the authtoken; only opening a tunnel shows what it is worth."""
    if case.agent.authtoken is not None:
        return ok("an ngrok authtoken is configured")
    if not case.needs_tunnel:
        return skipped(NOT_NEEDED)
    if own_settings().get("authtoken"):
        return ok("the one in ngrok's own configuration is used")
    raise LyricsError("there is no ngrok authtoken", HOW_TO_LOG_IN + POLL_ON_PURPOSE)


async def tunnel(case: Case) -> Diagnosis:
    """Open a tunnel, as a command that waits for a callback does."""
    if not case.needs_tunnel:
        return skipped(NOT_NEEDED)
    if case.gate is None:
        return skipped(OFFLINE)
    if await asyncio.to_thread(find_agent, case.agent) is None:
        return skipped("there is no agent")
    return ok(f"{await case.gate.opened()} was opened in {case.gate.seconds:.1f} s")


async def callback(case: Case) -> Diagnosis:
    """Send a nonce to the address that callbacks are sent to, and see it come in."""
    if case.gate is None:
        return skipped(OFFLINE if case.needs_tunnel else "results are polled, as configured")
    try:
        url = await case.gate.opened()
    except TunnelError:
        return skipped("there is no tunnel")
    return ok(f"a probe went round through {url} in {await case.gate.probe():.2f} s")


CHECKS = (settings, provider, clock, key, credits, agent, token, tunnel, callback)


def _agent(options: TunnelOptions) -> tuple[Path, Version]:
    path = find_agent(options)
    if path is None:
        where = f"not at {options.agent}" if options.agent else "not installed"
        raise TunnelError(f"the ngrok agent is {where}", GET_AGENT + POLL_ON_PURPOSE)
    return path, agent_version(path)


async def _contact(service: Service) -> tuple[float, float | None]:
    async with service.client(ANSWER_TIMEOUT) as client:
        began = time.time()
        reply = await client.greet()
        ended = time.time()
    date = http_date(header(reply.headers, "Date") or "")
    return ended - began, None if date is None else date - (began + ended) / 2


async def _credits(service: Service) -> float:
    async with service.client(ANSWER_TIMEOUT) as client:
        return await client.credits()
