"""Polling: when to ask the service, and what its answers mean for the wait."""

import asyncio  # noqa: TID253 (imported by use cases only)
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count, repeat
from math import inf, isinf
from types import TracebackType
from typing import Self

from lyricscli.api.protocol import Reply
from lyricscli.errors import ServiceError
from lyricscli.models import Failure, Outcome, Reason, TaskStatus

BESIDE_CALLBACK = 15.0
"""Seconds between polls while a callback is expected; the documentation recommends it for lyrics."""

RAMP_START, RAMP_END, RAMP_GROWTH = 3.0, 15.0, 1.4
"""Without a callback: seconds of the first pause, of the longest, and the factor between one and the next."""

JITTER = 0.1
"""Share of a pause that chance may add or take, so that many clients do not ask in step."""

SHORTEST = 1 / 3
"""Seconds between two reads of a task at least: both providers take three a second (documented)."""

ID_GRACE = 90.0
"""Seconds after the submission in which a good id may still be unknown to the service (observed)."""

READS_AT_ONCE = 16
"""Reads under way at the same time, for all tasks together."""

NEVER = inf
"""The first pause of a task that is read only once somebody says `hasten`."""

Read = Callable[[str], Awaitable[tuple[Outcome | None, Reply]]]
"""Asks once for a task id; the outcome is None while the service does not know it. Raises ServiceError."""


def ramp(rng: random.Random) -> Iterator[float]:
    """Yield pauses in seconds that grow from RAMP_START to RAMP_END, each with jitter."""
    pause = RAMP_START
    while True:
        yield pause * rng.uniform(1 - JITTER, 1 + JITTER)
        pause = min(pause * RAMP_GROWTH, RAMP_END)


def pauses(interval: float | None, *, callback_expected: bool, rng: random.Random) -> Iterator[float]:
    """Choose the pauses: the user's fixed interval, the slow beat beside a callback, or the ramp."""
    if interval is not None:
        return repeat(max(interval, SHORTEST))
    return repeat(BESIDE_CALLBACK) if callback_expected else ramp(rng)


@dataclass(slots=True, eq=False)
class Watch:
    """One task that is asked for: `answer` is its final outcome, or the refusal that will stay.

    `born` is the loop's time of the submission. `word` is the last status word that was not understood,
    `problem` the last error that was passed over, `reply` the last record.
    """

    task_id: str
    beat: Iterator[float]
    born: float
    answer: asyncio.Future[Outcome]
    word: str | None = None
    problem: ServiceError | None = None
    reply: Reply | None = None


class Poller:
    """Asks for any number of tasks from one loop: the task whose pause ends first is asked next."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._watches: dict[int, Watch] = {}
        self._agenda: list[tuple[float, int]] = []
        self._numbers = count()
        self._changed = asyncio.Event()
        self._places = asyncio.Semaphore(READS_AT_ONCE)
        self._reads: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = [self._running, *self._reads]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def watch(
        self, task_id: str, beat: Iterator[float], *, age: float = 0.0, first: float | None = None
    ) -> Watch:
        """Ask for a task, `age` seconds old, until its answer is there or cancelled.

        `first` is the pause in seconds before the first read where it is not the beat's.
        """
        watch = Watch(task_id, beat, self._loop.time() - age, self._loop.create_future())
        number = next(self._numbers)
        self._watches[number] = watch
        watch.answer.add_done_callback(lambda _: self._watches.pop(number))
        self._plan(number, next(beat) if first is None else first)
        return watch

    def hasten(self, watch: Watch) -> None:
        """Ask for this task now."""
        self._replan({number: 0.0 for number, one in self._watches.items() if one is watch})

    def hurry(self, beat: Callable[[], Iterator[float]]) -> None:
        """Follow another beat for all from now on; pauses under way begin anew."""
        waiting = {number for due, number in self._agenda if not isinf(due)}
        for watch in self._watches.values():
            watch.beat = beat()
        self._replan({n: next(watch.beat) for n, watch in self._watches.items() if n in waiting})

    def _plan(self, number: int, pause: float) -> None:
        heappush(self._agenda, (self._loop.time() + pause, number))
        self._changed.set()

    def _replan(self, pauses: dict[int, float]) -> None:
        now = self._loop.time()
        self._agenda = [entry for entry in self._agenda if entry[1] not in pauses]
        self._agenda += [(now + pause, number) for number, pause in pauses.items()]
        heapify(self._agenda)
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._next_is_due()
            _, number = heappop(self._agenda)
            if number in self._watches:
                await self._places.acquire()
                read = asyncio.create_task(self._ask(number))
                self._reads.add(read)
                read.add_done_callback(self._read_ended)

    async def _next_is_due(self) -> None:
        while not self._agenda or self._agenda[0][0] > self._loop.time():
            self._changed.clear()
            due = self._agenda[0][0] if self._agenda else NEVER
            with suppress(TimeoutError):
                async with asyncio.timeout_at(None if isinf(due) else due):
                    await self._changed.wait()

    def _read_ended(self, read: asyncio.Task[None]) -> None:
        self._reads.discard(read)
        self._places.release()

    async def _ask(self, number: int) -> None:
        """Ask once; the answer ends the watch, anything else leads to the next pause."""
        watch = self._watches.get(number)
        if watch is None:
            return
        try:
            outcome, wait = await self._outcome(watch)
        except Exception as error:  # noqa: BLE001 (a bug, too, is raised where the answer is awaited)
            if not watch.answer.done():
                watch.answer.set_exception(error)
            return
        if watch.answer.done():
            return
        if outcome is not None and outcome.status.is_final:
            watch.answer.set_result(outcome)
        else:
            self._plan(number, max(next(watch.beat), wait))

    async def _outcome(self, watch: Watch) -> tuple[Outcome | None, float]:
        """Read; return what is known, and the seconds the service wants to be left alone."""
        try:
            outcome, watch.reply = await self._read(watch.task_id)
        except ServiceError as error:
            if not error.error.reason.worth_another_read:
                raise
            watch.problem = error
            return None, error.retry_after or 0.0
        watch.problem = None
        if outcome is None:
            return self._absent(watch), 0.0
        watch.word = None if outcome.is_known else outcome.word
        return (None if self._may_lag(watch, outcome) else outcome), 0.0

    def _may_lag(self, watch: Watch, outcome: Outcome) -> bool:
        """Tell whether a record reports a failure that lyrics may follow, while the task is young."""
        return outcome.may_pass and self._is_young(watch)

    def _absent(self, watch: Watch) -> Outcome | None:
        """Tell what it means that the service does not know the id: after a while, no such task."""
        if self._is_young(watch):
            return None
        failure = Failure(Reason.NOT_FOUND, "the service does not know this task, or keeps it no longer")
        return Outcome(TaskStatus.FAILED, error=failure)

    def _is_young(self, watch: Watch) -> bool:
        return self._loop.time() - watch.born < ID_GRACE
