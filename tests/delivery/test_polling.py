import asyncio
import random
from itertools import islice, repeat

import pytest

from lyricscli.api.protocol import Reply
from lyricscli.delivery import polling
from lyricscli.delivery.polling import ID_GRACE, NEVER, Poller, pauses
from lyricscli.errors import ServiceError
from lyricscli.models import Failure, Outcome, Reason, TaskStatus

PENDING = Outcome(TaskStatus.PENDING, word="BREWING")
DONE = Outcome(TaskStatus.COMPLETE)
REPLY = Reply(200, {}, b"{}")
AT_ONCE = repeat(0.0)


class Records:
    """Answers reads from a script a task; the last answer stays. `asked` has every id in order."""

    def __init__(self, **scripts):
        self.scripts = {task_id: list(script) for task_id, script in scripts.items()}
        self.asked = []
        self.at_once = self.most_at_once = 0

    async def read(self, task_id):
        """Answer one read."""
        self.asked.append(task_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        script = self.scripts.get(task_id, [DONE])
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer, REPLY


def refused(reason):
    return ServiceError(Failure(reason, "no"))


async def test_a_task_is_asked_for_until_its_outcome_is_final():
    records = Records(a=[PENDING, refused(Reason.UNAVAILABLE), DONE])
    async with Poller(records.read) as poller:
        watch = poller.watch("a", AT_ONCE)
        assert await watch.answer is DONE
    assert records.asked == ["a"] * 3
    assert (watch.word, watch.problem, watch.reply) == (None, None, REPLY)


async def test_many_tasks_share_one_loop_and_few_requests_at_a_time():
    records = Records()
    async with Poller(records.read) as poller:
        watches = [poller.watch(str(number), AT_ONCE) for number in range(200)]
        await asyncio.gather(*(watch.answer for watch in watches))
    assert sorted(map(int, records.asked)) == list(range(200))
    assert records.most_at_once == polling.READS_AT_ONCE


async def test_whichever_pause_ends_first_is_asked_next():
    records = Records()
    async with Poller(records.read) as poller:
        late, early = poller.watch("late", repeat(0.05)), poller.watch("early", repeat(0.01))
        await asyncio.gather(late.answer, early.answer)
    assert records.asked == ["early", "late"]


async def test_a_refusal_that_will_stay_is_raised_and_one_that_passes_is_remembered():
    records = Records(a=[refused(Reason.UNAUTHORIZED)], b=[refused(Reason.RATE_LIMITED)])
    async with Poller(records.read) as poller:
        with pytest.raises(ServiceError):
            await poller.watch("a", AT_ONCE).answer
        stubborn = poller.watch("b", AT_ONCE)
        await poller.watch("c", AT_ONCE, first=0.01).answer
        assert stubborn.problem.error.reason is Reason.RATE_LIMITED
        assert not stubborn.answer.done()


async def test_an_unknown_id_is_young_at_first_and_then_gone():
    async with Poller(Records(a=[None]).read) as poller:
        young, old = poller.watch("a", AT_ONCE), poller.watch("a", AT_ONCE, age=ID_GRACE)
        assert (await old.answer).error.reason is Reason.NOT_FOUND
        assert not young.answer.done()


async def test_a_cancelled_watch_is_not_asked_for():
    records = Records()
    async with Poller(records.read) as poller:
        poller.watch("a", AT_ONCE, first=0.01).answer.cancel()
        await poller.watch("b", AT_ONCE, first=0.02).answer
    assert records.asked == ["b"]


async def test_a_watch_that_waits_for_ever_is_asked_for_once_it_is_hastened():
    records = Records()
    async with Poller(records.read) as poller:
        watch = poller.watch("a", AT_ONCE, first=NEVER)
        poller.hurry(lambda: AT_ONCE)
        await poller.watch("b", AT_ONCE).answer
        poller.hasten(watch)
        assert await watch.answer is DONE
    assert records.asked == ["b", "a"]


async def test_hurry_ends_the_pauses_under_way():
    records = Records()
    async with Poller(records.read) as poller:
        watches = [poller.watch(name, repeat(3600.0)) for name in "abc"]
        poller.hurry(lambda: repeat(0.0))
        await asyncio.gather(*(watch.answer for watch in watches))
    assert sorted(records.asked) == ["a", "b", "c"]


async def test_a_bug_in_reading_is_raised_where_the_answer_is_awaited():
    async with Poller(Records(a=[RuntimeError("bug")]).read) as poller:
        with pytest.raises(RuntimeError):
            await poller.watch("a", AT_ONCE).answer


def test_pauses_are_the_users_the_slow_beat_or_the_ramp():
    rng = random.Random(1)
    assert next(pauses(7.0, callback_expected=True, rng=rng)) == 7.0
    assert next(pauses(0.01, callback_expected=True, rng=rng)) == polling.SHORTEST
    assert next(pauses(None, callback_expected=True, rng=rng)) == polling.BESIDE_CALLBACK
    ramp = list(islice(pauses(None, callback_expected=False, rng=rng), 9))
    assert 2.7 <= ramp[0] <= 3.3
    assert all(13.5 <= pause <= 16.5 for pause in ramp[-3:])
