"""The use case: one task, from the library first, else from the service that has it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from lyricscli.errors import NoSuchTaskError
from lyricscli.models import DeliveredBy, Payload, PayloadKind, Settlement, Submission, Task
from lyricscli.store.library import Library

if TYPE_CHECKING:
    from lyricscli.jobs.desk import Service


def from_library(library: Library, name: str) -> Task:
    """Return the task that NAME means, as the library has it. Raises NoSuchTaskError."""
    task = library.find(name)
    return replace(task, delivered_by=DeliveredBy.LIBRARY) if task.status.has_lyrics else task


async def from_service(library: Library, service: "Service", name: str, known: Task | None) -> Task:
    """Ask the service for a task, keep what it says, and return it.

    A task that the library does not know is added to it. Raises NoSuchTaskError when the service does not
    know it either, and ServiceError when it cannot be asked.
    """
    task_id = known.task_id if known is not None and known.task_id is not None else name
    from lyricscli.api.protocol import recorded_prompt

    async with service.client() as client:
        outcome, reply = await client.record(task_id)
    if outcome is None and known is None:
        raise NoSuchTaskError(
            f"neither the library nor {service.provider.name} knows a task {name!r}",
            "`lyrics list` shows what is in the library; providers keep a task for about two weeks.",
        )
    if outcome is None:
        assert known is not None
        return known
    payload = Payload(PayloadKind.RECORD, reply.body, {})
    if known is not None:
        return library.settle(Settlement(known.row, outcome, DeliveredBy.POLL, payload))
    prompt = recorded_prompt(reply.body)
    submission = Submission(service.provider.name, service.kept_as, prompt, prompt)
    return library.adopt(submission, task_id, outcome, payload)
