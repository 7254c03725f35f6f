"""What can be examined of the service without spending anything."""

import time
from datetime import UTC
from email.utils import parsedate_to_datetime

from lyricscli.api.headers import WINDOW_SECONDS, header
from lyricscli.config.keys import advice_on
from lyricscli.config.settings import DEFAULT
from lyricscli.errors import ExitCode, Reason, ServiceError
from lyricscli.files import is_exposed
from lyricscli.jobs.doctor.case import Case, Diagnosis, State, fail, ok, skipped, warn

ANSWER_TIMEOUT = 10.0
"""Seconds for the service to say anything at all."""

NOTABLE_SKEW = 60.0
"""Seconds between two clocks that deserve a word; a Date header itself is exact to one."""

OFFLINE = "--offline"


async def settings(case: Case) -> Diagnosis:
    """Tell what is set and where, and that the rest are defaults."""
    given = case.settings
    words = [f"{name} {one} ({one.source})" for name, one in given.values.items() if one.source != DEFAULT]
    place = f"config.toml and keys are in {given.home.config}"
    return ok("settings", f"{', '.join(words) or 'all are defaults'}; {place}")


async def provider(case: Case) -> Diagnosis:
    """Find the service reachable: any HTTP answer will do."""
    name, address = case.service.provider.name, case.service.base_url
    if case.settings.is_fallback:
        name = "sandbox (nothing is configured)"
    if not case.can_ask:
        return skipped("provider", f"{name} at {address}: {OFFLINE}")
    try:
        seconds, _ = await case.once(contact_of)
    except ServiceError as error:
        return fail("provider", f"{name}: {error.message.rstrip('.')}", error.advice, ExitCode.SERVICE)
    return ok("provider", f"{name} at {address} answers in {seconds:.2f} s")


async def clock(case: Case) -> Diagnosis:
    """Compare the clocks: a signed callback is good for five minutes."""
    if not case.can_ask:
        return skipped("clock", OFFLINE)
    try:
        _, ahead = await case.once(contact_of)
    except ServiceError:
        return skipped("clock", "the service does not answer")
    if ahead is None:
        return skipped("clock", "the service does not say its time")
    if abs(ahead) < NOTABLE_SKEW:
        return ok("clock", f"within {max(1.0, abs(ahead)):.0f} s of the service's")
    meaning = f"{abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} the service's"
    advice = "Let the system set its clock by the network."
    if abs(ahead) > WINDOW_SECONDS and case.service.webhook_key is not None:
        return fail("clock", f"{meaning}: signed callbacks are refused as stale", advice)
    return warn("clock", f"{meaning}; signed callbacks are good for {WINDOW_SECONDS // 60} minutes", advice)


async def key(case: Case) -> Diagnosis:
    """Find a key where one is needed: accepted, and out of the reach of others."""
    provider = case.service.provider
    if not provider.needs_key:
        return ok("key", f"{provider.name} needs none")
    if case.key_source is None:
        advice = f"`lyrics auth login {provider.name}` keeps one, or set {provider.key_variable}."
        return fail("key", f"there is none for {provider.name}", advice, ExitCode.NO_KEY)
    tried = await _tried_key(case, f"the one from {case.key_source}")
    file = case.settings.home.keys_file
    if tried.state is State.OK and is_exposed(file):
        meaning = f"{tried.meaning}; others on this machine can read {file}"
        return warn("key", meaning, "`lyrics auth status` takes it from them.")
    return tried


async def _tried_key(case: Case, where: str) -> Diagnosis:
    """Try the key where that costs nothing: by asking for the credits."""
    if not case.can_ask:
        return ok("key", f"{where} is configured; not tried: {OFFLINE}")
    try:
        await case.once(credits_of)
    except ServiceError as error:
        if error.error.reason is Reason.UNAUTHORIZED:
            advice = advice_on(error.error, case.service.provider.name)
            return fail("key", f"{where} is refused: {error.message}", advice, ExitCode.NO_KEY)
        return skipped("key", f"{where} is configured; it could not be tried")
    return ok("key", f"{where} is accepted")


async def credits_left(case: Case) -> Diagnosis:
    """Ask for the credits: less than one task costs is a failure to come."""
    provider = case.service.provider
    reasons = {
        "there is no key to ask with": provider.needs_key and case.key_source is None,
        OFFLINE: not case.can_ask,
        "this service has no call that tells them": provider.dialect.credits_path is None,
    }
    if why := next((why for why, applies in reasons.items() if applies), None):
        return skipped("credits", why)
    try:
        left = await case.once(credits_of)
    except ServiceError as error:
        if error.error.reason is Reason.UNAUTHORIZED:
            return skipped("credits", "the key is refused")
        return fail("credits", f"they could not be asked for: {error.message}", error.advice, error.exit_code)
    if left < provider.cost:
        meaning = f"{left:g} are left; a task costs {provider.cost:g}"
        return fail("credits", meaning, "Top up at the provider.", ExitCode.NO_CREDITS)
    return ok("credits", f"{left:g} are left")


async def contact_of(case: Case) -> tuple[float, float | None]:
    """Return the seconds that an answer took, and how many the service's clock is ahead, where it says.

    Raises ServiceError.
    """
    async with case.service.client(ANSWER_TIMEOUT) as client:
        began = time.time()
        reply = await client.greet()
        ended = time.time()
    date = _time_of(header(reply.headers, "Date") or "")
    return ended - began, None if date is None else date - (began + ended) / 2


async def credits_of(case: Case) -> float:
    """Ask for the credits left. Raises ServiceError."""
    async with case.service.client(ANSWER_TIMEOUT) as client:
        return await client.credits()


def _time_of(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
