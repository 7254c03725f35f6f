"""What an answer makes of a task: half is not whole, and later truth never degrades earlier truth."""

import pytest

from lyricscli.errors import Failure, Reason
from lyricscli.models import Outcome, Task, TaskStatus, Variant, VariantStatus, improve

HALF = Variant(1, "", VariantStatus.UNFINISHED, "[Verse]\nThe fir")
LONGER = Variant(1, "", VariantStatus.UNFINISHED, "[Verse]\nThe first li")
QUEUED = Variant(1, "", VariantStatus.UNFINISHED, "")
WHOLE = Variant(1, "T", VariantStatus.COMPLETE, "[Verse]\nThe first line")
SECOND = Variant(2, "U", VariantStatus.COMPLETE, "la")
HALF_SECOND = Variant(2, "", VariantStatus.UNFINISHED, "l")
FAILED = Variant(1, "", VariantStatus.FAILED, "", "no luck")
PENDING, DONE = TaskStatus.PENDING, TaskStatus.COMPLETE
FAILURE = Failure(Reason.GENERATION_FAILED, "no luck")


def task(status=PENDING, *variants, task_id="t", error=None):
    return Task(
        1,
        task_id,
        "sunoapi",
        "https://x",
        status,
        "p",
        "p",
        "2026-01-01T00:00:00Z",
        variants=variants,
        error=error,
    )


@pytest.mark.parametrize(
    ("known", "outcome", "status", "variants"),
    [
        ((), Outcome(PENDING, (HALF,)), PENDING, (HALF,)),
        ((HALF,), Outcome(PENDING, (LONGER,)), PENDING, (LONGER,)),
        ((HALF,), Outcome(PENDING, (QUEUED,)), PENDING, (HALF,)),
        ((HALF,), Outcome(PENDING), PENDING, (HALF,)),
        ((HALF,), Outcome(DONE, (WHOLE, SECOND)), DONE, (WHOLE, SECOND)),
        ((HALF, HALF_SECOND), Outcome(DONE, (WHOLE,)), DONE, (WHOLE,)),
        ((WHOLE,), Outcome(PENDING, (HALF, HALF_SECOND)), PENDING, (WHOLE, HALF_SECOND)),
        (
            (WHOLE, HALF_SECOND),
            Outcome(TaskStatus.FAILED, error=FAILURE),
            TaskStatus.PARTIAL,
            (WHOLE, HALF_SECOND),
        ),
        ((HALF,), Outcome(TaskStatus.FAILED, (FAILED,), FAILURE), TaskStatus.FAILED, (HALF,)),
    ],
)
def test_a_half_is_kept_until_the_whole_comes(known, outcome, status, variants):
    better = improve(task(PENDING, *known), outcome)
    assert (better.status, better.variants) == (status, variants)


@pytest.mark.parametrize(
    "outcome", [Outcome(PENDING, (HALF,)), Outcome(PENDING), Outcome(TaskStatus.FAILED, error=FAILURE)]
)
def test_a_finished_task_stays_finished(outcome):
    assert improve(task(DONE, WHOLE), outcome) == task(DONE, WHOLE)


def test_a_task_in_doubt_is_pending_once_its_id_is_known():
    doubtful = Failure(Reason.UNAVAILABLE, "HTTP 524")
    assert improve(task(TaskStatus.UNKNOWN, error=doubtful), Outcome(PENDING)) == task()
    nameless = task(TaskStatus.UNKNOWN, task_id=None)
    assert improve(nameless, Outcome(PENDING)) == nameless


def test_only_final_statuses_end_a_wait():
    assert {status for status in TaskStatus if status.is_final} == {
        TaskStatus.COMPLETE,
        TaskStatus.PARTIAL,
        TaskStatus.FAILED,
    }
