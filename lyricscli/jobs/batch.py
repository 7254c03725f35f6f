"""The use case: many prompts through one desk, each line paid at most once, whatever interrupts it."""

import asyncio  # noqa: TID253 (imported by the command that waits)
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial

from lyricscli.errors import ExitCode, UnsavedError
from lyricscli.jobs.desk import Desk, Order
from lyricscli.jobs.generate import begin, carry_out, prepare, resume
from lyricscli.jobs.rate import Limiter
from lyricscli.jobs.spool import Entry, Spool
from lyricscli.models import DeliveredBy, Failure, Reason, Task, TaskStatus
from lyricscli.quantities import Rate

DOUBTS = 3
"""Submissions in a row that may or may not have been accepted, and paid, before no more are made."""


@dataclass(frozen=True, slots=True)
class Terms:
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
        """How many lines have a document."""
        return self.counts.total()

    @property
    def left(self) -> int:
        """How many lines have none."""
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


Compose = Callable[[str, dict[str, str]], Order]
"""Makes an order of a line's prompt and metadata."""

Keep = Callable[[int, Task], Awaitable[None]]
"""Takes the task of a line, by its index, as soon as nothing more is expected of it in this run."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that is to be done, and what is counted and told on the way."""

    spool: Spool
    terms: Terms
    tally: Tally
    compose: Compose
    keep: Keep


async def run_batch(job: Job, desk: Desk) -> None:
    """Bring every line as far as the terms and the service let it, counting in its `tally`.

    Lines that an earlier run finished are answered from the library, and accepted ones are waited for; only
    those that no run got accepted are submitted. Raises what `keep` raises, and LibraryError.
    """
    desk.library.abandon_dead_submissions()
    batch = _Batch(job, desk)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(job.terms.concurrency, len(job.spool))):
                group.create_task(batch.work())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


class _Batch:
    """The state that the workers of one batch share."""

    def __init__(self, job: Job, desk: Desk) -> None:
        self._job = job
        self._desk = desk
        self._terms = job.terms
        self._tally = job.tally
        self._entries = iter(job.spool)
        self._limiter = Limiter(job.terms.rate)
        self._paid = 0
        self._doubts = 0

    async def work(self) -> None:
        """Take line after line; all workers take from the same."""
        for entry in self._entries:
            try:
                task = await self._finish(entry)
            except UnsavedError as error:
                await self._job.keep(entry.index, error.task)
                raise
            if task is None:
                await asyncio.sleep(0)
                continue
            self._tally.counts[task.status] += 1
            await self._job.keep(entry.index, task)

    async def _finish(self, entry: Entry) -> Task | None:
        """Return the task of a line as it ends in this run; None when it is not to be submitted."""
        service = self._desk.service
        key = entry.key(service.provider.name, service.kept_as, self._terms.name)
        known = self._desk.library.of_batch(key)
        if known is None or self._is_open(known):
            return await self._submit(entry, key, known)
        self._tally.recalled += 1
        return await self._recall(known)

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
            task = replace(task, delivered_by=DeliveredBy.LIBRARY)
        return task

    async def _submit(self, entry: Entry, key: str, known: Task | None) -> Task | None:
        if not self._may_pay():
            return None
        order = self._job.compose(entry.prompt, entry.metadata)
        submission, url = await prepare(order, self._desk, key)
        if not await self._limiter.admits():
            return None
        claim = partial(self._desk.library.begin_line, submission, known)
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
