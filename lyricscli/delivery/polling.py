"""Polling: when to ask the service, and what its answers mean for the wait."""

import asyncio  # noqa: TID253 (imported by use cases only)
import random
from collections.abc import Awaitable, Callable, Iterator
from itertools import repeat

from lyricscli.errors import ServiceError
from lyricscli.models import Failure, Outcome, Reason, TaskStatus

BESIDE_CALLBACK = 15.0
"""Seconds between polls while a callback is expected; the documentation recommends it for lyrics."""

RAMP_START, RAMP_END, RAMP_GROWTH = 3.0, 15.0, 1.4
"""Without a callback: seconds of the first pause, of the longest, and the factor between one and the next."""

JITTER = 0.1
"""Share of a pause that chance may add or take, so that many clients do not ask in step."""

ID_GRACE = 90.0
"""Seconds after the submission in which a good id may still be unknown to the service (observed)."""

PASSING = frozenset({Reason.UNAVAILABLE, Reason.RATE_LIMITED, Reason.MAINTENANCE, Reason.BAD_RESPONSE})
"""What may be gone at the next read; any other refusal of a read ends the polling."""

Read = Callable[[], Awaitable[Outcome | None]]
"""Asks once; None while the service does not know the id. Raises ServiceError."""


def ramp(rng: random.Random) -> Iterator[float]:
    """Yield pauses in seconds that grow from RAMP_START to RAMP_END, each with jitter."""
    pause = RAMP_START
    while True:
        yield pause * rng.uniform(1 - JITTER, 1 + JITTER)
        pause = min(pause * RAMP_GROWTH, RAMP_END)


def pauses(interval: float | None, *, callback_expected: bool, rng: random.Random) -> Iterator[float]:
    """Choose the pauses: the user's fixed interval, the slow beat beside a callback, or the ramp."""
    if interval is not None:
        return repeat(interval)
    return repeat(BESIDE_CALLBACK) if callback_expected else ramp(rng)


class Poller:
    """Asks for one task until its outcome is final.

    `age` is the task's, in seconds, when polling begins. `hurry()` changes over to another beat when the
    callback can no longer be expected. `word` is the last status word that was not understood, `problem` the
    last error that was passed over.
    """

    def __init__(self, read: Read, beat: Iterator[float], *, age: float = 0.0) -> None:
        self._read = read
        self._beat = beat
        self._hurried = asyncio.Event()
        self._born = asyncio.get_running_loop().time() - age
        self.word: str | None = None
        self.problem: ServiceError | None = None

    def hurry(self, beat: Iterator[float]) -> None:
        """Follow another beat from now on; a pause under way ends."""
        self._beat = beat
        self._hurried.set()

    async def run(self, *, at_once: bool = False) -> Outcome:
        """Poll until the outcome is final and return it. Raises ServiceError for a refusal that will stay."""
        if not at_once:
            await self._pause(next(self._beat))
        while True:
            outcome, wait = await self._ask()
            if outcome is not None and outcome.status.is_final:
                return outcome
            await self._pause(max(next(self._beat), wait))

    async def _ask(self) -> tuple[Outcome | None, float]:
        """Ask once; return what is known, and the seconds the service wants to be left alone."""
        try:
            outcome = await self._read()
        except ServiceError as error:
            if error.error.reason not in PASSING:
                raise
            self.problem = error
            return None, error.retry_after or 0.0
        self.problem = None
        if outcome is None:
            return self._absent(), 0.0
        self.word = outcome.word
        return (None if self._may_lag(outcome) else outcome), 0.0

    def _may_lag(self, outcome: Outcome) -> bool:
        """Tell whether a record claims success without lyrics, which may follow while the task is young."""
        empty = outcome.error is not None and outcome.error.reason is Reason.BAD_RESPONSE
        return empty and self._is_young()

    def _absent(self) -> Outcome | None:
        """Tell what it means that the service does not know the id: after a while, no such task."""
        if self._is_young():
            return None
        failure = Failure(Reason.NOT_FOUND, "the service does not know this task, or keeps it no longer")
        return Outcome(TaskStatus.FAILED, error=failure)

    def _is_young(self) -> bool:
        return asyncio.get_running_loop().time() - self._born < ID_GRACE

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._hurried.wait()
        except TimeoutError:
            return
        self._hurried.clear()
        await asyncio.sleep(next(self._beat))
