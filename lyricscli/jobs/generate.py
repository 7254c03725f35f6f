"""The use case: submit a prompt, await its lyrics, save them. It knows neither the terminal nor argv."""

import asyncio  # noqa: TID253 (imported by the commands that wait)
import random
import time
from calendar import timegm
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Protocol

from lyricscli.delivery.paths import new_path
from lyricscli.delivery.polling import NEVER, Poller, Watch, pauses
from lyricscli.delivery.race import race
from lyricscli.delivery.reception import Plan, Reception
from lyricscli.errors import (
    LibraryError,
    NotAcceptedError,
    ServiceError,
    UnknownSubmissionError,
    UnsavedError,
)
from lyricscli.jobs.inbox import Checks, Inbox
from lyricscli.models import DeliveredBy, Failure, Outcome, Reason, Submission, Task, TaskStatus, Via
from lyricscli.settlement import Payload, PayloadKind, Settlement, improve
from lyricscli.store.library import Library

if TYPE_CHECKING:
    from lyricscli.api.client import Client
    from lyricscli.api.providers import Provider
    from lyricscli.config.settings import Secret

RESUBMIT_PAUSES = (2.0, 8.0)
"""Seconds before a submission that was not accepted is sent again: together the 10 s of the rate limit."""

SUBMIT_GRACE = 5.0
"""Seconds that an interrupted command still gives a submission under way to say its task id."""

AT_ONCE = 16
"""Tasks that are resumed at the same time."""

UNKNOWN_GRACE = 15.0
"""Seconds to wait for the callback of a submission that may have been accepted; lyrics take 2 to 8 s."""

CONFIRM_TIMEOUT = 5.0
"""Seconds for the one read that confirms a failure which came by callback."""


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

    def finished(self, task: Task) -> None:
        """Say that the task is settled and saved; what was opened for it is still being closed."""


@dataclass(frozen=True, slots=True)
class Service:
    """Who is asked: a provider, where it is now, the name its tasks are kept under, and the key."""

    provider: "Provider"
    base_url: str
    kept_as: str
    key: "Secret | None"
    webhook_key: "Secret | None" = None

    def client(self, limit: float = inf) -> "Client":
        """Make the HTTP client; no call takes longer than `limit` seconds. Imports aiohttp."""
        from lyricscli.api.client import Client, Timeouts

        usual = Timeouts()
        timeouts = Timeouts(usual.connect, min(usual.submit, limit), min(usual.read, limit))
        key = self.key.reveal() if self.key else None
        return Client(self.base_url, self.provider.dialect, key, timeouts=timeouts)


@dataclass(frozen=True, slots=True)
class Patience:
    """How a result is awaited: `timeout` and `poll_interval` in seconds; `wait` false submits only."""

    via: Via = Via.AUTO
    timeout: float = 600.0
    poll_interval: float | None = None
    verify: bool = False
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for. `song` names the song that it is another take of, where the user said so."""

    prompt: str
    sent_prompt: str
    metadata: dict[str, str]
    song: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step of one command shares."""

    service: Service
    library: Library
    client: "Client"
    inbox: Inbox
    reception: Reception
    poller: Poller
    patience: Patience
    observer: Observer


@asynccontextmanager
async def open_desk(
    service: Service, library: Library, plan: Plan, patience: Patience, observer: Observer
) -> AsyncIterator[Desk]:
    """Open the reception and the client; both are closed, and nothing is left behind, however it ends."""
    checks = Checks(service.provider.dialect, service.webhook_key, trust=not patience.verify)
    inbox = Inbox(library, checks, observer.notice)
    observer.phase(Phase.OPENING)
    async with (
        Reception(plan, inbox, observer.notice) as reception,
        service.client(patience.timeout) as client,
        Poller(client.record) as poller,
    ):
        yield Desk(service, library, client, inbox, reception, poller, patience, observer)


async def generate(order: Order, desk: Desk) -> Task:
    """Submit, await, save. The task returned may be failed, pending or unknown: its status says so."""
    submission, url = await prepare(order, desk)
    return await carry_out(desk.library.begin(submission), url, desk)


async def prepare(order: Order, desk: Desk, batch_key: str | None = None) -> tuple[Submission, str]:
    """Return what is to be submitted and its callback address, on a secret path of its own."""
    path = new_path()
    url = await desk.reception.callback_url(path)
    submission = Submission(
        provider=desk.service.provider.name,
        base_url=desk.service.kept_as,
        prompt=order.prompt,
        sent_prompt=order.sent_prompt,
        metadata=order.metadata,
        callback_path=path,
        batch_key=batch_key,
        song=order.song,
    )
    return submission, url


async def carry_out(task: Task, url: str, desk: Desk) -> Task:
    """Submit a task that has its row, await it, save it."""
    desk.inbox.expect(task)
    task = await submit(task, url, desk)
    if task.status is TaskStatus.PENDING and desk.patience.wait:
        task = await await_result(task, desk)
    elif task.status is TaskStatus.UNKNOWN and desk.patience.wait and desk.reception.works:
        task = await await_unknown(task, desk)
    desk.observer.finished(task)
    return task


async def resume(task: Task, desk: Desk) -> Task:
    """Finish a task that an earlier command began; what cannot be finished is returned as it stands.

    Its callback path is answered again, so that the service's retries can bring home even a task whose id
    never came.
    """
    if task.callback_path is not None:
        desk.inbox.expect(task)
    if task.task_id is None:
        await desk.inbox.recover(task)
        task = desk.library.get(task.row)
    if task.status.is_final:
        pass
    elif task.task_id is not None:
        desk.observer.resumed(task)
        task = await await_result(task, desk, age=age_of(task))
    elif desk.reception.works and task.callback_path is not None:
        task = await await_unknown(task, desk, desk.patience.timeout)
    desk.observer.finished(task)
    return task


async def resume_all(tasks: Sequence[Task], desk: Desk) -> None:
    """Finish several tasks side by side; the observer is told of each as it ends."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(task: Task) -> None:
        async with places:
            await resume(task, desk)

    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(one(task))


async def submit(task: Task, url: str, desk: Desk) -> Task:
    """Send the prompt and write down what came of it: `pending` with an id, `failed`, or `unknown`."""
    desk.observer.phase(Phase.SUBMITTING)
    try:
        return await _send(task, url, desk)
    except NotAcceptedError as error:
        return await _refuse(task, error, desk)
    except asyncio.CancelledError:
        # No request is under way any more, and none that was sent is in doubt.
        if desk.library.get(task.row).status is TaskStatus.SUBMITTING:
            failure = Failure(Reason.UNAVAILABLE, "interrupted before the service had accepted it")
            desk.library.refuse(task.row, failure)
            desk.observer.notice("Nothing was accepted, and nothing is paid: run the command again.")
        raise


async def _send(task: Task, url: str, desk: Desk) -> Task:
    """POST, again only while the service certainly did not accept it. Raises NotAcceptedError."""
    for pause in RESUBMIT_PAUSES:
        try:
            return await _carried_through(task, url, desk)
        except NotAcceptedError as error:
            seconds = max(pause, error.retry_after or 0.0)
            if seconds > desk.patience.timeout:
                raise
            desk.observer.notice(f"{error.message} Trying again in {seconds:.0f} s.")
            await asyncio.sleep(seconds)
    return await _carried_through(task, url, desk)


async def _carried_through(task: Task, url: str, desk: Desk) -> Task:
    """POST once. An interruption does not tear the request apart: its answer is awaited for SUBMIT_GRACE.

    A task id that is on its way has been paid for. Raises NotAcceptedError.
    """
    work = asyncio.create_task(_post(task, url, desk))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work}, timeout=SUBMIT_GRACE)
        if not work.done():
            work.cancel()
            failure = Failure(Reason.UNAVAILABLE, "interrupted before the service had answered")
            desk.library.refuse(task.row, failure, unknown=True)
            desk.observer.notice(
                f"It is not known whether the service accepted the task; it is kept as {task.ref}."
                f" `lyrics wait {task.ref}` says what to do."
            )
        await asyncio.gather(work, return_exceptions=True)
        raise


async def _post(task: Task, url: str, desk: Desk) -> Task:
    try:
        submitted = await desk.client.submit(task.sent_prompt, url)
    except NotAcceptedError:
        raise
    except ServiceError as error:
        return await _refuse(task, error, desk)
    payload = Payload(PayloadKind.SUBMIT, submitted.reply.body, {})
    task = await desk.inbox.journal.write(lambda: desk.library.accept(task.row, submitted.task_id, payload))
    desk.observer.accepted(task)
    await desk.inbox.learn(task.row, submitted.task_id)
    return task


async def _refuse(task: Task, error: ServiceError, desk: Desk) -> Task:
    """Write down a refusal, or a doubt, with what was answered: the bytes may hold what could not be read."""
    unknown = isinstance(error, UnknownSubmissionError)
    answer = Payload(PayloadKind.SUBMIT, error.body, {}) if error.body else None
    return await desk.inbox.journal.write(
        lambda: desk.library.refuse(task.row, error.error, answer, unknown=unknown)
    )


async def await_result(task: Task, desk: Desk, *, age: float | None = None) -> Task:
    """Wait for an accepted task, by callback and by polling, and return it settled and saved.

    `age`, in seconds, is that of a task which an earlier command submitted: it is asked for at once.

    When the time is over, or reading is refused, the task is returned as it stands with the reason in
    `error`; the library then still has it as pending. Raises UnsavedError when the result cannot be written.
    """
    assert task.task_id is not None
    desk.observer.phase(Phase.WAITING)
    by_callback = desk.reception.works and desk.patience.via is not Via.POLL
    # A callback may have come while nobody listened for a task of an earlier command.
    beat = _beat(desk, callback_expected=by_callback and age is None)
    polled = desk.patience.via is not Via.CALLBACK or not by_callback
    first = None if age is None else 0.0
    watch = desk.poller.watch(task.task_id, beat, age=age or 0.0, first=first if polled else NEVER)
    runners: dict[DeliveredBy, Awaitable[Outcome]] = {}
    if by_callback:
        desk.reception.watch(lambda: desk.poller.hurry(lambda: _beat(desk, callback_expected=False)))
        runners[DeliveredBy.CALLBACK] = _called_back(task, watch, desk)
    if polled:
        runners[DeliveredBy.POLL] = watch.answer
    try:
        async with asyncio.timeout(desk.patience.timeout):
            way, outcome = await race(runners)
    except TimeoutError:
        return replace(desk.library.get(task.row), error=_too_late(watch, desk.patience.timeout))
    except ServiceError as error:
        return replace(desk.library.get(task.row), error=error.error)
    finally:
        watch.answer.cancel()
    payload = Payload(PayloadKind.RECORD, watch.reply.body, {}) if watch.reply else None
    return await _save(Settlement(task.row, outcome, way, payload), desk)


async def await_unknown(task: Task, desk: Desk, seconds: float = UNKNOWN_GRACE) -> Task:
    """Give a submission with an unknown end the chance that its callback says there is a task."""
    desk.observer.notice(
        f"It is not known whether the service accepted {task.ref}; waiting for a callback that would tell."
    )
    await desk.inbox.claim(task.row)
    with suppress(TimeoutError):
        async with asyncio.timeout(min(seconds, desk.patience.timeout)):
            await desk.inbox.arrival(task.row)
    return desk.library.get(task.row)


async def _called_back(task: Task, watch: Watch, desk: Desk) -> Outcome:
    """Wait for the callback. A failure, and with `verify` everything, is confirmed by reading the record.

    A callback that brings neither lyrics nor an error leaves it to the record as well.
    """
    outcome = await desk.inbox.arrival(task.row)
    if desk.patience.verify or not outcome.status.is_final:
        desk.poller.hasten(watch)
        return await watch.answer
    if outcome.status is TaskStatus.FAILED and task.task_id is not None:
        with suppress(TimeoutError, ServiceError):
            async with asyncio.timeout(CONFIRM_TIMEOUT):
                told, _ = await desk.client.record(task.task_id)
                return told if told is not None and told.status.has_lyrics else outcome
    return outcome


def _beat(desk: Desk, *, callback_expected: bool) -> Iterator[float]:
    rng = random.Random()  # noqa: S311 (jitter, no secret)
    return pauses(desk.patience.poll_interval, callback_expected=callback_expected, rng=rng)


def _too_late(watch: Watch, seconds: float) -> Failure:
    message = f"no result within {seconds:g} s"
    if watch.word:
        message += f"; the service says {watch.word!r}, which is not a status that is known"
    elif watch.problem:
        message += f"; the last poll failed: {watch.problem.message}"
    return Failure(Reason.TIMEOUT, message)


async def _save(settlement: Settlement, desk: Desk) -> Task:
    """Settle the task in the library; a callback already is, unless the disk refused it."""
    try:
        return await desk.inbox.journal.write(lambda: desk.library.settle(settlement))
    except LibraryError as error:
        task = improve(desk.library.get(settlement.row), settlement.outcome)
        raise UnsavedError(error, replace(task, delivered_by=settlement.delivered_by)) from error


def age_of(task: Task) -> float:
    """Return the seconds since a task was submitted, by this machine's clock."""
    return max(0.0, time.time() - timegm(time.strptime(task.submitted_at, "%Y-%m-%dT%H:%M:%SZ")))
