"""The checkup: every examination side by side, each with a deadline."""

import asyncio  # noqa: TID253 (imported by the command that examines)
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lyricscli.config.settings import Home
from lyricscli.delivery.gate import PROBE_TIMEOUT
from lyricscli.errors import LyricsError
from lyricscli.jobs.doctor import machine, reach, service
from lyricscli.jobs.doctor.case import Case, Check, Diagnosis, fail

SHORTEST_SECRET = 8
"""Characters from which a key is looked for in what is said; a shorter one could be any word."""


@dataclass(frozen=True, slots=True)
class Examination:
    """One line of the table: its name, how it is done, and how many seconds it may take."""

    name: str
    work: Callable[[], Awaitable[Diagnosis]]
    deadline: float


def of_machine(home: Home) -> list[Examination]:
    """List what can be examined whatever is configured."""
    return [
        Examination(check.__name__, partial(asyncio.to_thread, check, home), machine.READING_LIMIT + 5)
        for check in machine.MACHINE
    ]


CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", service.settings),
    ("provider", service.provider),
    ("clock", service.clock),
    ("key", service.key),
    ("credits", service.credits_left),
    ("agent", reach.agent),
    ("token", reach.token),
    ("tunnel", reach.tunnel),
    ("callback", reach.callback),
)


def of_case(case: Case) -> list[Examination]:
    """List what depends on the settings."""
    longest = case.agent.start_timeout + PROBE_TIMEOUT + service.ANSWER_TIMEOUT
    return [Examination(name, partial(check, case), longest) for name, check in CHECKS]


async def examine(table: Sequence[Examination], secrets: Sequence[str] = ()) -> list[Diagnosis]:
    """Examine everything at once; return the findings in the table's order, with no secret in them."""
    findings = await asyncio.gather(*(_in_time(one) for one in table))
    return [_without(secrets, finding) for finding in findings]


async def _in_time(one: Examination) -> Diagnosis:
    try:
        async with asyncio.timeout(one.deadline):
            return await one.work()
    except TimeoutError:
        return fail(one.name, f"nothing came of it within {one.deadline:g} s", "Run it again.")
    except LyricsError as error:
        return fail(one.name, error.message, error.advice, error.exit_code)


def _without(secrets: Sequence[str], finding: Diagnosis) -> Diagnosis:
    """Take out what the service or the agent may have quoted."""
    meaning = finding.meaning
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            meaning = meaning.replace(secret, "[key]")
    return replace(finding, meaning=meaning)
