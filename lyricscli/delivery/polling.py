"""Polling: when to ask the service for a task, what its answers mean."""

import asyncio  # noqa: TID253 (imported by use cases only)
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import TypeVar

from lyricscli.api.protocol import Reply
from lyricscli.errors import Failure, Reason, ServiceError
from lyricscli.models import Outcome, TaskStatus

BESIDE_CALLBACK = 15.0
"""Seconds between polls while a callback is expected; the documentation recommends it for lyrics."""

FIRST = 2.0
"""Seconds from the submission to the first poll where no callback is expected; lyrics take 2 to 8 s."""

PAUSES = ((12.0, 1.0), (30.0, 1.5), (120.0, 2.0), (inf, 5.0))
"""Up to which age of a task, in seconds, which pause: on average the result is seen within a second."""

JITTER = 0.1
"""Share of a pause that chance may add or take, so that many clients do not ask in step."""

SHORTEST = 1 / 3
"""Seconds between two reads of a task at least: both providers take three a second (documented)."""

SPACING = 0.102
"""Seconds between two reads of a command at least: ten a second, whatever the number of its tasks."""

READS_AT_ONCE = 16
"""Reads under way at the same time, for all tasks together."""

GRACE = 90.0
"""Seconds in which a good id may be unknown to the service (observed), or lyrics be missing in a record."""

TRIES = 3
"""Reads in a row that are refused for the key, or as wrong, before a wait that only polls gives up."""

LONGEST_PAUSE = 60.0
"""Seconds that `Retry-After` and failures can put off a read at most: a song takes less."""

NEVER = inf
"""A pause that only a callback ends."""

T = TypeVar("T")

Read = Callable[[str], Awaitable[tuple[Outcome | None, Reply]]]
"""Asks once for a task id; the outcome is None while the service does not know it. Raises ServiceError."""


def pause_at(age: float) -> float:
    """Return the seconds from one read of a task to the next where no callback is expected."""
    return FIRST - age if age < FIRST else next(pause for until, pause in PAUSES if age < until)


class Watch:
    """One task that is asked for, and what its reads told so far.

    `born` and `ends` are the loop's times of the submission and of the deadline. `interval` is the user's
    fixed pause. `slow` is the pause while a callback is expected; None where none is, and from the moment
    that one came and did not say it all. `callback_due` tells whether a callback can still end the wait.
    `told` is what the last record said, `problem` why the last read failed, `reply` the last good answer.
    """

    def __init__(  # noqa: PLR0913 (what it is made of, by name)
        self,
        task_id: str,
        read: Read,
        *,
        born: float,
        ends: float,
        interval: float | None,
        slow: float | None,
        callback_due: Callable[[], bool],
        wake: asyncio.Event,
    ) -> None:
        self.task_id, self.read, self.born, self.ends = task_id, read, born, ends
        self.interval, self.slow, self.callback_due, self.wake = interval, slow, callback_due, wake
        self.told: Outcome | None = None
        self.problem: ServiceError | None = None
        self.reply: Reply | None = None
        self.is_woken = False
        self._last = -inf
        self._doubted: float | None = None
        self._failures = self._refusals = 0

    async def rest(
        self, seconds: float | None = None, is_settled: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait until it is time to read: the next pause (or `seconds`), a wake-up, or the deadline.

        What wakes may have settled the task: then there is nothing to read, and no pause between two reads.
        """
        now, soonest = _now(), self._last + SHORTEST
        due = min(now + (self._pause(now) if seconds is None else seconds), self.ends)
        while not is_settled() and await self._woken(max(due, soonest)):
            self.slow, self.is_woken, due = None, True, soonest

    async def _woken(self, when: float) -> bool:
        """Wait until then for a wake-up, and tell whether there was one."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(when):
                await self.wake.wait()
        was_woken = self.wake.is_set()
        self.wake.clear()
        return was_woken

    @property
    def is_over(self) -> bool:
        """Whether the last read ended at the deadline or after it: there is one look before giving up."""
        return self._last >= self.ends

    async def look(self) -> Outcome | None:
        """Read once; return what the service says of the task, or None where it says nothing of it.

        A failure that lyrics may still follow is none yet. Raises ServiceError where reading is refused for
        good and nothing else can bring the result.
        """
        try:
            outcome, reply = await self.read(self.task_id)
        except ServiceError as error:
            self._failed(error)
            return None
        finally:
            self._last = _now()
        self.problem, self.reply, self._failures, self._refusals = None, reply, 0, 0
        if outcome is None:
            return self._absent()
        self.told = outcome
        return None if outcome.may_pass and self._may_follow() else outcome

    @property
    def refused(self) -> ServiceError | None:
        """Why reading is refused, and not in passing."""
        return self.problem if self._refusals >= TRIES else None

    def _failed(self, error: ServiceError) -> None:
        self.problem = error
        self._failures += 1
        self._refusals += not error.error.reason.worth_another_read
        if self.refused is not None and not self.callback_due():
            raise error

    def _absent(self) -> Outcome | None:
        """Tell what it means that the service does not know the id: after a while, no such task."""
        if _now() - self.born < GRACE:
            return None
        failure = Failure(Reason.NOT_FOUND, "the service does not know this task, or keeps it no longer")
        if self.callback_due():
            self.problem = ServiceError(failure)
            return None
        return Outcome(TaskStatus.FAILED, error=failure)

    def _may_follow(self) -> bool:
        self._doubted = _now() if self._doubted is None else self._doubted
        return _now() - self._doubted < GRACE

    def _pause(self, now: float) -> float:
        if self.interval is not None and self.slow != NEVER:
            pause = max(self.interval, SHORTEST)
        elif self.slow is not None:
            pause = self.slow
        else:
            pause = pause_at(now - self.born) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (jitter)
        return max(pause, min(self._asked_for(pause), LONGEST_PAUSE))

    def _asked_for(self, pause: float) -> float:
        """Return what `Retry-After` and failures in a row make of a pause."""
        if self.problem is None:
            return pause
        backoff = (
            pause if self.interval is not None else min(pause * 2 ** (self._failures - 1), BESIDE_CALLBACK)
        )
        return max(backoff, self.problem.retry_after or 0.0)


class Poller:
    """Reads for all tasks of a command, at most ten a second, first come, first served."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._watches: set[Watch] = set()
        self._places = asyncio.Semaphore(READS_AT_ONCE)
        self._turn = asyncio.Lock()
        self._next = -inf

    async def read(self, task_id: str) -> tuple[Outcome | None, Reply]:
        """Ask for a task once it is its turn. Raises ServiceError."""
        async with self._places:
            async with self._turn:
                await asyncio.sleep(max(0.0, self._next - _now()))
                self._next = _now() + SPACING
            return await self._read(task_id)

    @contextmanager
    def watching(self, watch: Watch) -> Iterator[Watch]:
        """Let a watch hear of `hurry` for as long as the block lasts."""
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def hurry(self) -> None:
        """Wake all: callbacks can no longer come, and one may have been lost on its way."""
        for watch in self._watches:
            watch.wake.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
