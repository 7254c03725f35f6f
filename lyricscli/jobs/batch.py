"""The use cases of many tasks at one desk: prompts, each line paid at most once, and unfinished tasks."""

import asyncio  # noqa: TID253 (imported by the command that waits)
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from lyricscli.errors import ExitCode, Failure, LibraryError, Reason, UnsavedError
from lyricscli.jobs.desk import Desk, Order
from lyricscli.jobs.generate import begin, carry_out, expect_again, prepare, resume
from lyricscli.jobs.prompt_file import BatchEntry, Prompts
from lyricscli.models import DeliveredBy, Task, TaskStatus
from lyricscli.quantities import Rate

T = TypeVar("T")

AT_ONCE = 16
"""Tasks that are resumed at the same time."""

DOUBTS = 3
"""Submissions in a row that may or may not have been accepted, and paid, before no more are made."""

MARGIN = 0.2
"""Seconds kept beyond a rate's window: requests arrive less evenly than they leave."""


class Allowance(NamedTuple):
    """What the user allows.

    `most` is how many tasks may be paid for; `name` sets this batch apart from others of the same lines.
    """

    rate: Rate | None
    concurrency: int
    most: int | None = None
    fail_fast: bool = False
    retry_failed: bool = False
    name: str = ""


@dataclass(slots=True)
class Tally:
    """What became of the lines so far; `stopped` is why no more are submitted, but for the user's limit."""

    total: int
    counts: Counter[TaskStatus] = field(default_factory=Counter)
    recalled: int = 0
    stopped: Failure | None = None

    @property
    def done(self) -> int:
        """How many lines have a document, or a task that was left to itself."""
        return self.counts.total()

    @property
    def left(self) -> int:
        """How many lines have neither."""
        return self.total - self.done

    @property
    def unfinished(self) -> int:
        """How many lines have a task that can still be finished."""
        return self.counts[TaskStatus.PENDING] + self.counts[TaskStatus.SUBMITTING]

    def exit_code(self) -> ExitCode:
        """Say how the batch ended, by the most telling of its outcomes."""
        if self.stopped is not None:
            return self.stopped.reason.exit_code
        if self.counts[TaskStatus.FAILED]:
            return ExitCode.FAILED
        if self.counts[TaskStatus.UNKNOWN]:
            return ExitCode.SERVICE
        return ExitCode.UNFINISHED if self.unfinished or self.left else ExitCode.OK


async def run_batch(
    prompts: Prompts, terms: Allowance, tally: Tally, desk: Desk
) -> AsyncGenerator[list[tuple[int, Task]], None]:
    """Bring every line as far as the terms and the service let it, counting in `tally`.

    Yields the indexes and tasks of lines of which nothing more is expected in this run, those that end
    together at once. Lines that an earlier run finished are answered from the library, and accepted ones are
    waited for; only those that no run got accepted are submitted. Raises LibraryError; the task of an
    UnsavedError is yielded first.
    """
    desk.library.abandon_dead_submissions()
    batch = _Batch(terms, tally, desk)
    lines = side_by_side((batch.finish(entry) for entry in prompts), terms.concurrency)
    async with aclosing(lines) as groups:
        async for group in groups:
            if ended := [(line.index, line.task) for line in group if line.task is not None]:
                yield ended
            for line in group:
                if line.error is not None:
                    raise line.error


@dataclass(frozen=True, slots=True)
class _Ended:
    """A line's task, None where it is not to be submitted; `error` is why its lyrics could not be kept."""

    index: int
    task: Task | None
    error: UnsavedError | None = None


class _Batch:
    """What the lines of one batch share."""

    def __init__(self, terms: Allowance, tally: Tally, desk: Desk) -> None:
        self._desk = desk
        self._terms = terms
        self._tally = tally
        self._limiter = Limiter(terms.rate)
        self._paid = 0
        self._doubts = 0

    async def finish(self, entry: BatchEntry) -> _Ended:
        """Bring a line to its end in this run."""
        service = self._desk.service
        key = entry.key(service.provider.name, service.kept_as, self._terms.name)
        known = self._desk.library.of_batch(key)
        try:
            if known is None or self._is_open(known):
                task = await self._submit(entry, key, known)
            else:
                self._tally.recalled += 1
                task = await self._recall(known)
        except UnsavedError as error:
            self._limiter.close()  # nothing more is paid for that cannot be kept
            self._tally.counts[error.task.status] += 1
            return _Ended(entry.index, error.task, error)
        except (asyncio.CancelledError, LibraryError):
            with suppress(LibraryError):  # what was accepted is not told as not submitted
                begun = self._desk.library.of_batch(key)
                if begun is not None and not self._is_open(begun):
                    is_sent = begun.status is TaskStatus.SUBMITTING
                    self._tally.counts[TaskStatus.UNKNOWN if is_sent else begun.status] += 1
            raise
        if task is not None:
            self._tally.counts[task.status] += 1
        return _Ended(entry.index, task)

    def _is_open(self, task: Task) -> bool:
        """Tell whether a line may be submitted again: nothing was paid for it, or the user says so."""
        return task.was_refused or (task.status is TaskStatus.FAILED and self._terms.retry_failed)

    async def _recall(self, task: Task) -> Task:
        """Finish what an earlier run began; what it is not known of whether it was accepted stays so."""
        if task.status is TaskStatus.PENDING:
            task = await resume(task, self._desk)
            self._desk.inbox.forget(task.row)
        elif task.status is TaskStatus.UNKNOWN:
            task = await self._desk.inbox.recover(task)
        elif task.status.has_lyrics:
            task = task._replace(delivered_by=DeliveredBy.LIBRARY)
        return task

    async def _submit(self, entry: BatchEntry, key: str, known: Task | None) -> Task | None:
        if not self._may_pay():
            return None
        order = Order.of(entry.prompt, entry.metadata, self._desk.service.provider.limit)
        submission, url = await prepare(order, self._desk, key)
        if not await self._limiter.admits():
            return None
        library = self._desk.library

        def others() -> Task | None:
            newest = library.of_batch(key)
            return newest if newest != known else None

        claim = partial(library.begin_unless, others, submission)
        task, is_ours = await begin(claim, self._desk)
        if not is_ours:
            return await self._recall(task)
        task = await carry_out(task, url, self._desk)
        self._desk.inbox.forget(task.row)
        self._judge(task)
        return task

    def _may_pay(self) -> bool:
        most = self._terms.most
        if self._tally.stopped is not None or (most is not None and self._paid >= most):
            return False
        self._paid += 1
        return True

    def _judge(self, task: Task) -> None:
        """Draw the conclusion from a submission's end: whether there is to be another one."""
        refused = task.was_refused
        self._paid -= refused
        self._doubts = self._doubts + 1 if task.status is TaskStatus.UNKNOWN else 0
        if refused and task.error is not None and task.error.reason.ends_batch:
            self._stop(task.error)
        elif self._doubts >= DOUBTS:
            why = f"it is not known whether the last {DOUBTS} submissions were accepted"
            self._stop(Failure(Reason.UNAVAILABLE, why))
        elif self._terms.fail_fast and task.status in {TaskStatus.FAILED, TaskStatus.UNKNOWN}:
            self._stop(task.error or Failure(Reason.GENERATION_FAILED, "a task failed"))

    def _stop(self, why: Failure) -> None:
        """Submit nothing more; what is accepted is still waited for."""
        self._limiter.close()
        self._tally.stopped = self._tally.stopped or why


class Limiter:
    """Lets through what a rate allows, first come, first served; None lets everything through."""

    def __init__(self, rate: Rate | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._turn = asyncio.Lock()
        self._closed = asyncio.Event()
        self._passed: deque[float] = deque(maxlen=rate.tasks if rate else 0)

    def close(self) -> None:
        """Let nothing through any more; who waits is told at once."""
        self._closed.set()

    async def admits(self) -> bool:
        """Wait for a place and take it; false when there will be none."""
        async with self._turn:
            while not self._closed.is_set() and (pause := self._pause()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._closed.wait()
            self._passed.append(self._clock())
            return not self._closed.is_set()

    def _pause(self) -> float:
        if self._rate is None or len(self._passed) < self._rate.tasks:
            return 0.0
        return self._passed[0] + self._rate.seconds + MARGIN - self._clock()


async def resume_all(tasks: Sequence[Task], desk: Desk) -> AsyncGenerator[Task, None]:
    """Finish several tasks side by side, and yield each as it ends; the callbacks of all are taken."""
    for task in tasks:
        expect_again(task, desk)
    async with aclosing(side_by_side((resume(task, desk) for task in tasks), AT_ONCE)) as groups:
        async for group in groups:
            for task in group:
                yield task


async def side_by_side(work: Iterable[Coroutine[Any, Any, T]], at_once: int) -> AsyncGenerator[list[T], None]:
    """Do so many things at the same time, and yield together what those returned that end together.

    The next ones begin while that is looked at, and no more. The first error ends all, and is raised.
    """
    waiting, running = iter(work), set[asyncio.Task[T]]()
    try:
        running |= {asyncio.create_task(one) for one in islice(waiting, at_once)}
        while running:
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            done = [task.result() for task in ended if task.exception() is None]
            if len(done) == len(ended):
                running |= {asyncio.create_task(one) for one in islice(waiting, len(ended))}
            if done:
                yield done
            for task in ended:
                task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
