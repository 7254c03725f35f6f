"""The checkup: one function a check, which gives a diagnosis or raises; all are made side by side.

A check is named as the line that tells of it. What it raises is its failure, with its advice and exit code.
"""

import asyncio  # noqa: TID253 (imported by the command that examines)
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from lyricscli.errors import ExitCode, LyricsError

SHORTEST_SECRET = 8
"""Characters from which a key is looked for in what is said; a shorter one could be any word."""


class State(StrEnum):
    """How it stands. Only `fail` says that something which is configured does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Diagnosis(NamedTuple):
    """One line of the doctor's: how it stands, what that means, what to do, and what was examined.

    `exit_code` is how the command ends when this is the first failure.
    """

    state: State
    meaning: str
    advice: str = ""
    name: str = ""
    exit_code: ExitCode = ExitCode.OK

    @property
    def words(self) -> str:
        """The meaning and the advice as sentences on one line."""
        return f"{self.meaning}. {self.advice}" if self.advice else self.meaning


ok, warn, skipped = (partial(Diagnosis, state) for state in (State.OK, State.WARN, State.SKIPPED))


def failed(error: LyricsError, name: str = "") -> Diagnosis:
    """Find that something does not work."""
    return Diagnosis(State.FAIL, error.message.rstrip("."), error.advice, name, error.exit_code)


def exit_code_of(diagnoses: Sequence[Diagnosis]) -> ExitCode:
    """Return the code of the first failure, else success."""
    return next((one.exit_code for one in diagnoses if one.state is State.FAIL), ExitCode.OK)


async def examine(
    checks: Sequence[Callable[..., Any]], subject: Any, deadline: float, secrets: Sequence[str] = ()
) -> list[Diagnosis]:
    """Make every check of a subject at once, each in `deadline` seconds; return what is found in their order.

    One that is no coroutine gets a thread. No secret is in what is found, whoever quoted it.
    """
    found = await asyncio.gather(*(_diagnosis(check, subject, deadline) for check in checks))
    told = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    return [one._replace(meaning=_without(told, one.meaning)) for one in found]


async def _diagnosis(check: Callable[..., Any], subject: Any, deadline: float) -> Diagnosis:
    try:
        async with asyncio.timeout(deadline):
            work = check(subject) if iscoroutinefunction(check) else asyncio.to_thread(check, subject)
            found: Diagnosis = await work
    except TimeoutError:
        found = failed(LyricsError(f"nothing came of it within {deadline:g} s", "Run it again."))
    except LyricsError as error:
        found = failed(error)
    return found._replace(name=check.__name__)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return text
