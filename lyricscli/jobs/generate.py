"""The use case: submit a prompt, await its lyrics, save them. It knows neither the terminal nor argv."""

import asyncio  # noqa: TID253 (imported by the commands that wait)
import time
from calendar import timegm
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from lyricscli.delivery.gate import new_path
from lyricscli.delivery.polling import BESIDE_CALLBACK, NEVER, Watch
from lyricscli.errors import (
    Failure,
    LibraryError,
    NotAcceptedError,
    Reason,
    ServiceError,
    UnknownSubmissionError,
    UnsavedError,
)
from lyricscli.jobs.desk import Desk, Order, Phase
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Payload,
    PayloadKind,
    Settlement,
    Submission,
    Task,
    TaskStatus,
    Variant,
    Via,
    improve,
)

RESUBMIT_PAUSES = (2.0, 8.0)
"""Seconds before a submission that was not accepted is sent again: together the 10 s of the rate limit."""

SUBMIT_GRACE = 5.0
"""Seconds that an interrupted command still gives a submission under way to say its task id."""

UNKNOWN_GRACE = 15.0
"""Seconds to wait for the callback of a submission that may have been accepted; lyrics take 2 to 8 s."""

CONFIRM_TIMEOUT = 5.0
"""Seconds for the one read that confirms a failure which came by callback."""

GLANCE = 0.2
"""Seconds between two looks at a task that another command is submitting."""


async def generate(order: Order, desk: Desk, *, reuse: bool = False) -> Task:
    """Submit, await, save. The task returned may be failed, pending or unknown: its status says so.

    With `reuse` a task of the same prompt that has lyrics, or may still get them, is returned instead.
    """
    library = desk.library
    claim = library.begin_unless_known if reuse else partial(library.begin_unless, lambda: None)
    while True:
        submission, url = await prepare(order, desk)
        task, is_new = await begin(partial(claim, submission), desk)
        if is_new:
            return await carry_out(task, url, desk)
        task = await resume_twin(task, desk)
        if not task.was_refused:
            return task


async def prepare(order: Order, desk: Desk, batch_key: str | None = None) -> tuple[Submission, str]:
    """Return what is to be submitted and its callback address, on a secret path of its own."""
    if order.left_out:
        left_out = ", ".join(order.left_out)
        desk.observer.notice(
            f"The prompt has no room for: {left_out}. It is kept with the song all the same."
        )
    path = new_path()
    url = await desk.gate.callback_url(path)
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


async def begin(claim: Callable[[], tuple[Task, bool]], desk: Desk) -> tuple[Task, bool]:
    """Write the row, unless `claim` finds a task that stands for it; an interruption leaves none behind."""
    work = desk.write(claim)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        task, is_new = await work
        if is_new:
            failure = Failure(Reason.UNAVAILABLE, "interrupted before it was submitted")
            await desk.write(desk.library.refuse, task.row, failure)
        raise


async def carry_out(task: Task, url: str, desk: Desk) -> Task:
    """Submit a task that has its row, await it, save it."""
    desk.inbox.expect(task)
    begun, task = task, await submit(task, url, desk)
    if not desk.patience.wait or task.status.is_final:
        return task
    if task.task_id is not None:
        return await await_result(task, desk, age=None if task.row == begun.row else age_of(task))
    return await await_unknown(task, desk) if desk.gate.works else task


# Send once, and never twice


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
            await desk.write(desk.library.refuse, task.row, failure)
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
            desk.observer.notice(f"{error.message.rstrip(' .')}. Trying again in {seconds:.0f} s.")
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
            await desk.write(desk.library.refuse, task.row, failure, unknown=True)
            desk.observer.notice(
                f"It is not known whether the service accepted the task; it is kept as {task.ref}."
                f" `lyrics wait {task.ref}` says what to do."
            )
        await asyncio.gather(work, return_exceptions=True)
        raise


async def _post(task: Task, url: str, desk: Desk) -> Task:
    try:
        task_id, reply = await desk.client.submit(task.sent_prompt, url)
    except NotAcceptedError:
        raise
    except ServiceError as error:
        return await _refuse(task, error, desk)
    payload = Payload(PayloadKind.SUBMIT, reply.body, {})
    accepted = await desk.write(desk.library.accept, task, task_id, payload)
    if accepted.row == task.row:
        desk.observer.accepted(accepted)
    else:
        desk.observer.notice(
            f"The service gave the id of an earlier task again, {accepted.ref} (“{accepted.prompt}”);"
            " that is the task that follows."
        )
        desk.observer.resumed(accepted)
    await desk.inbox.learn(task.row, accepted)
    return accepted


async def _refuse(task: Task, error: ServiceError, desk: Desk) -> Task:
    """Write down a refusal, or a doubt, with what was answered: the bytes may hold what could not be read."""
    unknown = isinstance(error, UnknownSubmissionError)
    answer = Payload(PayloadKind.SUBMIT, error.body, {}) if error.body else None
    return await desk.write(desk.library.refuse, task.row, error.error, answer, unknown=unknown)


# Callback, poll, deadline


async def await_result(task: Task, desk: Desk, *, age: float | None = None) -> Task:
    """Wait for an accepted task, by callback and by polling, and return it settled and saved.

    `age`, in seconds, is that of a task which an earlier command submitted: it is asked for at once.

    When the time is over, or reading is refused for good, the task is returned as it stands, with what is
    written of it so far and the reason in `error`; the library then still has it as pending. Raises
    UnsavedError when the result cannot be written.
    """
    desk.observer.phase(Phase.WAITING)
    watch = _watch(task, desk, age)
    if watch.callback_due():
        desk.gate.watch(desk.poller.hurry)
    arrival = desk.inbox.arrival(task.row)
    try:
        with desk.poller.watching(watch):
            return await _seen(task, watch, arrival, desk, first=None if age is None else 0.0)
    except TimeoutError:
        failure = _too_late(watch, desk.patience.timeout)
    except ServiceError as error:
        failure = error.error
    task = desk.library.get(task.row)
    return task if task.status.is_final else task._replace(error=failure)


def _watch(task: Task, desk: Desk, age: float | None) -> Watch:
    assert task.task_id is not None
    now, patience = asyncio.get_running_loop().time(), desk.patience
    by_callback = patience.via is not Via.POLL and desk.inbox.expects(task.row)
    slow = NEVER if patience.via is Via.CALLBACK else BESIDE_CALLBACK
    # A callback may have come while nobody listened for a task of an earlier command.
    is_due = by_callback and desk.gate.works and age is None
    return Watch(
        task.task_id,
        desk.poller.read,
        born=now - (age or 0.0),
        ends=now + patience.timeout,
        interval=patience.poll_interval,
        slow=slow if is_due else None,
        callback_due=lambda: by_callback and desk.gate.works,
        wake=desk.inbox.stirred(task.row),
    )


async def _seen(
    task: Task, watch: Watch, arrival: "asyncio.Future[Task]", desk: Desk, first: float | None
) -> Task:
    """Read now and then, until a callback or a record ends the task; what is half written is kept on the way.

    Raises TimeoutError.
    """
    half: tuple[Variant, ...] = ()
    pause = first
    while not watch.is_over:
        await watch.rest(pause, arrival.done)
        pause = None
        outcome = None if arrival.done() else await _looked(watch, arrival)
        if arrival.done():
            return await _called_back(arrival.result(), desk)
        if outcome is not None and outcome.status.is_final:
            return await _settled_by_poll(task, outcome, watch, desk)
        if outcome is not None and outcome.variants != half:
            half = outcome.variants
            with suppress(LibraryError):  # the whole is still to come, and is told if it cannot be kept
                told = Settlement(task.row, outcome, DeliveredBy.POLL)
                task = await desk.write(desk.library.settle, told, task)
    raise TimeoutError


async def _looked(watch: Watch, arrival: "asyncio.Future[Task]") -> Outcome | None:
    """Read once, unless a callback ends the task meanwhile. Raises ServiceError."""
    reading = asyncio.create_task(watch.look())
    either: tuple[asyncio.Future[Any], ...] = (reading, arrival)
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return None if arrival.done() else reading.result()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _called_back(task: Task, desk: Desk) -> Task:
    """Return a task that a callback ended. A failure is confirmed by reading the record."""
    if task.status is TaskStatus.FAILED and task.task_id is not None:
        with suppress(TimeoutError, ServiceError):
            async with asyncio.timeout(CONFIRM_TIMEOUT):
                told, reply = await desk.poller.read(task.task_id)
            if told is not None and told.status.has_lyrics:
                payload = Payload(PayloadKind.RECORD, reply.body, {})
                return await _save(Settlement(task.row, told, DeliveredBy.CALLBACK, payload), task, desk)
    return task


async def _settled_by_poll(task: Task, outcome: Outcome, watch: Watch, desk: Desk) -> Task:
    """Keep the outcome; one that a callback announced and the record confirms came by callback."""
    payload = Payload(PayloadKind.RECORD, watch.reply.body, {}) if watch.reply else None
    by_callback = desk.patience.verify and watch.is_woken and desk.gate.works
    way = DeliveredBy.CALLBACK if by_callback else DeliveredBy.POLL
    return await _save(Settlement(task.row, outcome, way, payload), task, desk)


async def _save(settlement: Settlement, known: Task, desk: Desk) -> Task:
    """Settle the task in the library. Raises UnsavedError, with the task, when the disk refuses it."""
    try:
        return await desk.write(desk.library.settle, settlement, known)
    except LibraryError as error:
        task = improve(known, settlement.outcome)
        raise UnsavedError(error, task._replace(delivered_by=settlement.delivered_by)) from error


def _too_late(watch: Watch, seconds: float) -> Failure:
    """Say what was known when the time was over: what the last record said, and why the last read failed."""
    if watch.refused is not None:
        return watch.refused.error
    parts = [f"no result within {seconds:g} s"]
    told = watch.told
    if told is not None and told.variants:
        parts.append("the text is still being written")
    if told is not None and told.word:
        doubt = "" if told.is_known else ", which is not a status that is known"
        parts.append(f"the service says {told.word!r}{doubt}")
    if watch.problem is not None:
        parts.append(f"the last read failed: {watch.problem.message}")
    return Failure(Reason.TIMEOUT, "; ".join(parts))


async def await_unknown(task: Task, desk: Desk, seconds: float = UNKNOWN_GRACE) -> Task:
    """Give a submission with an unknown end the chance that its callback says there is a task."""
    desk.observer.notice(
        f"It is not known whether the service accepted {task.ref}; waiting for a callback that would tell."
    )
    await desk.inbox.claim(task.row)
    arrival, stirred = desk.inbox.arrival(task.row), desk.inbox.stirred(task.row)
    with suppress(TimeoutError):
        async with asyncio.timeout(min(seconds, desk.patience.timeout)):
            while task.task_id is None and not task.status.is_final:
                await stirred.wait()
                stirred.clear()
                task = arrival.result() if arrival.done() else desk.library.get(task.row)
    if task.task_id is None or task.status.is_final:
        return task
    return await await_result(task, desk, age=age_of(task))


# Go on with what an earlier command began


async def resume_twin(task: Task, desk: Desk) -> Task:
    """Finish an earlier task of the same prompt, or say why it is not known what became of it."""
    if not task.status.has_lyrics:
        desk.observer.notice(
            f"The same prompt was submitted before, as {task.ref}; it is not paid for again."
        )
    return await resume(task, desk)


async def resume(task: Task, desk: Desk) -> Task:
    """Finish a task that an earlier command began; what cannot be finished is returned as it stands.

    Its callback path is answered again, so that the service's retries can bring home even a task whose id
    never came.
    """
    if task.status is TaskStatus.SUBMITTING:
        task = await _await_submission(task, desk)
    expect_again(task, desk)
    if task.task_id is None:
        task = await desk.inbox.recover(task)
    if task.status.is_final:
        return task._replace(delivered_by=DeliveredBy.LIBRARY) if task.status.has_lyrics else task
    if task.task_id is not None:
        desk.observer.resumed(task)
        return await await_result(task, desk, age=age_of(task))
    if task.status is TaskStatus.UNKNOWN and desk.gate.works and task.callback_path is not None:
        return await await_unknown(task, desk, desk.patience.timeout)
    return task


def expect_again(task: Task, desk: Desk) -> None:
    """Answer on the path of a task that an earlier command has sent, unless that is done already."""
    is_sent = task.status is not TaskStatus.SUBMITTING
    if is_sent and task.callback_path is not None and not desk.inbox.expects(task.row):
        desk.inbox.expect(task)


async def _await_submission(task: Task, desk: Desk) -> Task:
    """Wait until another command has sent a task, or has ended."""
    try:
        async with asyncio.timeout(desk.patience.timeout):
            while task.status is TaskStatus.SUBMITTING:
                await asyncio.sleep(GLANCE)
                if desk.library.has_dead_submissions():
                    await desk.write(desk.library.abandon_dead_submissions)
                task = desk.library.get(task.row)
    except TimeoutError:
        return task._replace(error=Failure(Reason.UNAVAILABLE, "another command is still submitting it"))
    return task


def age_of(task: Task) -> float:
    """Return the seconds since a task was submitted, by this machine's clock."""
    return max(0.0, time.time() - timegm(time.strptime(task.submitted_at, "%Y-%m-%dT%H:%M:%SZ")))
