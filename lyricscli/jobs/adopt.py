"""The use case: tasks that were made elsewhere, asked for by their ids and kept."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lyricscli.errors import NoSuchTaskError
from lyricscli.jobs.rate import Limiter
from lyricscli.models import DeliveredBy, Payload, PayloadKind, Settlement, Submission, Task
from lyricscli.quantities import Rate
from lyricscli.store.library import Library

if TYPE_CHECKING:
    from lyricscli.jobs.desk import Service

READS = Rate(10, 1.0)
"""As many as a command may read in a second, whatever it reads."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of one id: the task, or None where the service knows none; `was_known` is one it had."""

    task_id: str
    task: Task | None
    was_known: bool = False


async def adopted(library: Library, service: "Service", ids: Sequence[str]) -> AsyncIterator[Adopted]:
    """Ask for each id in turn, and yield what became of it; one with lyrics here is not asked for.

    What was kept stays where an error ends it. Raises ServiceError when the service cannot be asked.
    """
    limiter = Limiter(READS)
    async with service.client() as client:
        for task_id in ids:
            known = _known(library, service, task_id)
            if known is not None and known.status.has_lyrics:
                yield Adopted(task_id, known, was_known=True)
                continue
            await limiter.admits()
            outcome, reply = await client.record(task_id)
            if outcome is None:
                yield Adopted(task_id, None)
                continue
            payload = Payload(PayloadKind.RECORD, reply.body, {})
            if known is not None:
                task = library.settle(Settlement(known.row, outcome, DeliveredBy.POLL, payload))
                yield Adopted(task_id, task, was_known=True)
                continue
            from lyricscli.api.protocol import recorded_prompt

            prompt = recorded_prompt(reply.body)
            submission = Submission(service.provider.name, service.kept_as, prompt, prompt)
            lost = library.doubtful(submission) if prompt else None
            if lost is not None:
                settlement = Settlement(lost.row, outcome, DeliveredBy.POLL, payload, task_id)
                yield Adopted(task_id, library.settle(settlement))
            else:
                yield Adopted(task_id, library.adopt(submission, task_id, outcome, payload))


def _known(library: Library, service: "Service", task_id: str) -> Task | None:
    try:
        task = library.find(task_id)
    except NoSuchTaskError:
        return None
    is_this = (task.task_id, task.provider, task.base_url)
    return task if is_this == (task_id, service.provider.name, service.kept_as) else None
