"""The use case: tasks by their ids, from the library first, else from the service that has them."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lyricscli.errors import NoSuchTaskError
from lyricscli.models import DeliveredBy, Payload, PayloadKind, Settlement, Submission, Task
from lyricscli.store.library import Library

if TYPE_CHECKING:
    from lyricscli.delivery.polling import Read
    from lyricscli.jobs.desk import Service


def from_library(library: Library, name: str) -> Task:
    """Return the task that NAME means, as the library has it. Raises NoSuchTaskError."""
    task = library.find(name)
    return task._replace(delivered_by=DeliveredBy.LIBRARY) if task.status.has_lyrics else task


async def from_service(library: Library, service: "Service", name: str, known: Task | None) -> Task:
    """Ask the service for a task, keep what it says, and return it.

    A task that the library does not know is added to it. Raises NoSuchTaskError when the service does not
    know it either, and ServiceError when it cannot be asked.
    """
    task_id = known.task_id if known is not None and known.task_id is not None else name
    async with service.client() as client:
        task = await _fetched(library, service, client.record, task_id, known) or known
    if task is None:
        raise NoSuchTaskError(
            f"neither the library nor {service.provider.name} knows a task {name!r}",
            "`lyrics list` shows what is in the library; providers keep a task for about two weeks.",
        )
    return task


class Adopted(NamedTuple):
    """What became of one id: the task, or None where the service knows none; `was_known` is one it had."""

    task_id: str
    task: Task | None
    was_known: bool


async def adopted(library: Library, service: "Service", ids: Sequence[str]) -> AsyncIterator[Adopted]:
    """Ask for each id in turn, and yield what became of it; one with lyrics here is not asked for.

    What was kept stays where an error ends it. Raises ServiceError when the service cannot be asked.
    """
    from lyricscli.delivery.polling import Poller

    async with service.client() as client:
        poller = Poller(client.record)
        for task_id in ids:
            known = task = _known(library, service, task_id)
            if known is None or not known.status.has_lyrics:
                task = await _fetched(library, service, poller.read, task_id, known)
            yield Adopted(task_id, task, known is not None)


async def _fetched(
    library: Library, service: "Service", read: "Read", task_id: str, known: Task | None
) -> Task | None:
    """Ask for a task and keep what is said; None where the service does not know it.

    One that the library does not know is joined with a submission of the same prompt that may have been
    accepted, where there is one.
    """
    from lyricscli.api.protocol import recorded_prompt

    outcome, reply = await read(task_id)
    if outcome is None:
        return None
    payload = Payload(PayloadKind.RECORD, reply.body, {})
    if known is not None:
        return library.settle(Settlement(known.row, outcome, DeliveredBy.POLL, payload))
    prompt = recorded_prompt(reply.body)
    submission = Submission(service.provider.name, service.kept_as, prompt, prompt)
    lost = library.doubtful(submission) if prompt else None
    if lost is not None:
        return library.settle(Settlement(lost.row, outcome, DeliveredBy.POLL, payload, task_id))
    return library.adopt(submission, task_id, outcome, payload)


def _known(library: Library, service: "Service", task_id: str) -> Task | None:
    try:
        task = library.find(task_id)
    except NoSuchTaskError:
        return None
    is_this = (task.task_id, task.provider, task.base_url)
    return task if is_this == (task_id, service.provider.name, service.kept_as) else None
