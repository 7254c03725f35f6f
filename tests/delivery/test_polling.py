"""When the service is asked, and what its answers mean for the wait."""

import asyncio
import itertools
import random

import pytest

from lyricscli.delivery import polling
from lyricscli.delivery.polling import Poller, pauses, ramp
from lyricscli.errors import ServiceError
from lyricscli.models import Failure, Outcome, Reason, TaskStatus

PENDING = Outcome(TaskStatus.PENDING)
COMPLETE = Outcome(TaskStatus.COMPLETE)
LAGGING = Outcome(TaskStatus.FAILED, error=Failure(Reason.BAD_RESPONSE, "success, but no variants"))


def error(reason):
    return ServiceError(Failure(reason, str(reason)))


def reading(*answers):
    """Make a reader that gives the answers in order, and counts."""
    left = list(answers)

    async def read():
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return read, left


def at_once():
    return itertools.repeat(0.0)


def test_the_ramp_grows_from_3_to_15_seconds_with_jitter():
    steps = list(itertools.islice(ramp(random.Random(1)), 50))
    assert 2.7 <= steps[0] <= 3.3
    assert all(13.5 <= step <= 16.5 for step in steps[10:])
    assert len(set(steps)) == len(steps)


def test_beside_a_callback_the_beat_is_15_seconds_and_a_fixed_interval_wins():
    rng = random.Random(1)
    assert next(pauses(None, callback_expected=True, rng=rng)) == 15
    assert next(pauses(0.5, callback_expected=True, rng=rng)) == 0.5
    assert next(pauses(None, callback_expected=False, rng=rng)) < 4


async def test_it_asks_until_the_outcome_is_final():
    read, left = reading(None, PENDING, PENDING, COMPLETE, PENDING)
    assert await Poller(read, at_once()).run() == COMPLETE
    assert len(left) == 1


@pytest.mark.parametrize("reason", polling.PASSING)
async def test_a_passing_trouble_is_asked_past(reason):
    read, _ = reading(error(reason), COMPLETE)
    poller = Poller(read, at_once())
    assert await poller.run() == COMPLETE
    assert poller.problem is None


@pytest.mark.parametrize("reason", [Reason.UNAUTHORIZED, Reason.BAD_REQUEST])
async def test_a_refusal_that_will_stay_ends_the_polling(reason):
    read, left = reading(error(reason), COMPLETE)
    with pytest.raises(ServiceError):
        await Poller(read, at_once()).run()
    assert len(left) == 1


async def test_an_id_that_is_unknown_for_too_long_does_not_exist():
    read, _ = reading(None)
    outcome = await Poller(read, at_once(), age=polling.ID_GRACE + 1).run()
    assert outcome.error.reason is Reason.NOT_FOUND


async def test_success_without_lyrics_is_read_again_while_the_task_is_young():
    read, _ = reading(LAGGING, COMPLETE)
    assert await Poller(read, at_once()).run() == COMPLETE
    read, _ = reading(LAGGING, COMPLETE)
    assert await Poller(read, at_once(), age=polling.ID_GRACE + 1).run() == LAGGING


async def test_the_word_that_was_not_understood_is_remembered():
    read, _ = reading(Outcome(TaskStatus.PENDING, word="BREWING"), COMPLETE)
    poller = Poller(read, at_once())
    seen = []

    async def watching():
        seen.append(poller.word)
        return await read()

    poller._read = watching
    await poller.run()
    assert seen == [None, "BREWING"]


async def test_hurry_ends_a_pause_under_way():
    read, _ = reading(COMPLETE)
    poller = Poller(read, itertools.repeat(3600.0))
    run = asyncio.create_task(poller.run())
    await asyncio.sleep(0)
    poller.hurry(at_once())
    assert await asyncio.wait_for(run, 5) == COMPLETE


async def test_the_pause_that_the_service_asks_for_is_kept():
    waits = []
    asked = error(Reason.RATE_LIMITED)
    asked.retry_after = 7.0
    read, _ = reading(asked, COMPLETE)
    poller = Poller(read, at_once())

    async def pause(seconds):
        waits.append(seconds)

    poller._pause = pause
    await poller.run(at_once=True)
    assert waits == [7.0]
