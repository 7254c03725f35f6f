"""What is kept of one answer of the service, and what it makes of a task: pure, and never a loss."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from lyricscli.models import DeliveredBy, Outcome, Task, TaskStatus, Variant, VariantStatus


class PayloadKind(StrEnum):
    """What a raw payload answers to."""

    SUBMIT = "submit"
    CALLBACK = "callback"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Payload:
    """A message of the service as it was received."""

    kind: PayloadKind
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be kept of one answer: the row it belongs to, what it says, how it came, its bytes.

    `task_id` is what a callback on the row's own secret path says the id is; it fills an empty one.
    """

    row: int
    outcome: Outcome
    delivered_by: DeliveredBy
    payload: Payload | None = None
    task_id: str | None = None


def merge(
    known: tuple[Variant, ...], told: tuple[Variant, ...], *, told_all: bool = False
) -> tuple[Variant, ...]:
    """Join two reports of a task's variants: a complete one is never replaced, nor any text by none.

    `told_all` says that the second report is of a finished task: what was half written and is not in it has
    gone into the whole.
    """
    variants = {variant.number: variant for variant in told}
    for variant in known:
        other = variants.get(variant.number)
        if other is None:
            stays = not told_all or variant.status is not VariantStatus.UNFINISHED
        else:
            stays = bool(variant.text.strip()) and not other.text.strip()
        if stays or variant.status is VariantStatus.COMPLETE:
            variants[variant.number] = variant
    return tuple(variants[number] for number in sorted(variants))


def improve(task: Task, outcome: Outcome) -> Task:
    """Return the task as it stands after this outcome; later truth never degrades earlier truth.

    A pending outcome leaves the task pending, with whatever is written of it so far; one that may or may not
    have been accepted is pending once its id is known.
    """
    if outcome.status is TaskStatus.PENDING:
        if task.status.is_final or task.task_id is None:
            return task
        variants = merge(task.variants, outcome.variants)
        return replace(task, status=TaskStatus.PENDING, variants=variants, error=None)
    variants = merge(task.variants, outcome.variants, told_all=outcome.status.has_lyrics)
    complete = sum(variant.status is VariantStatus.COMPLETE for variant in variants)
    if complete:
        status = TaskStatus.COMPLETE if complete == len(variants) else TaskStatus.PARTIAL
        return replace(task, status=status, variants=variants, error=None)
    if outcome.status is TaskStatus.FAILED:
        return replace(task, status=TaskStatus.FAILED, variants=variants, error=outcome.error)
    return task
