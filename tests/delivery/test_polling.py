import asyncio
import random
from itertools import pairwise

import pytest

from lyricscli.api.protocol import Reply
from lyricscli.delivery import polling
from lyricscli.delivery.polling import GRACE, NEVER, TRIES, Poller, Watch, pause_at
from lyricscli.errors import Failure, Reason, ServiceError
from lyricscli.models import Outcome, TaskStatus

PENDING = Outcome(TaskStatus.PENDING, word="BREWING", is_known=False)
DONE = Outcome(TaskStatus.COMPLETE)
EMPTY = Outcome(
    TaskStatus.FAILED, error=Failure(Reason.BAD_RESPONSE, "no lyrics"), word="SUCCESS", may_pass=True
)
REPLY = Reply(200, {}, b"{}")


class Records:
    """Answers reads from a script; the last answer stays. `asked` has every id with its time."""

    def __init__(self, *script):
        self.script = list(script)
        self.asked = []
        self.at_once = self.most_at_once = 0

    async def read(self, task_id):
        """Answer one read."""
        self.asked.append((task_id, asyncio.get_running_loop().time()))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer, REPLY


def refused(reason, retry_after=None):
    error = ServiceError(Failure(reason, "no"))
    error.retry_after = retry_after
    return error


def watch_of(read, age=0.0, timeout=600.0, interval=0.001, **more):
    now = asyncio.get_running_loop().time()
    slow, due = more.get("slow"), more.get("due", False)
    return Watch(
        "a",
        read,
        born=now - age,
        ends=now + timeout,
        interval=interval,
        slow=slow,
        callback_due=lambda: due,
        wake=asyncio.Event(),
    )


@pytest.fixture(autouse=True)
def no_floor(monkeypatch):
    monkeypatch.setattr(polling, "SHORTEST", 0.0)


async def looks(watch, count):
    """Read so often, and return what is said each time."""
    said = []
    for _ in range(count):
        await watch.rest()
        said.append(await watch.look())
    return said


async def test_what_the_reads_tell_is_remembered():
    watch = watch_of(Records(PENDING, refused(Reason.UNAVAILABLE), DONE).read)
    assert await looks(watch, 2) == [PENDING, None]
    assert (watch.told, watch.problem.error.reason) == (PENDING, Reason.UNAVAILABLE)
    assert await looks(watch, 1) == [DONE]
    assert (watch.problem, watch.reply) == (None, REPLY)


PASSING = [Reason.UNAVAILABLE, Reason.RATE_LIMITED, Reason.MAINTENANCE, Reason.INSUFFICIENT_CREDITS]


@pytest.mark.parametrize("reason", PASSING)
async def test_what_says_nothing_of_the_task_never_ends_the_reading(reason):
    watch = watch_of(Records(refused(reason)).read)
    assert await looks(watch, 3 * TRIES) == [None] * 3 * TRIES
    assert watch.refused is None


async def test_a_key_that_stays_refused_ends_a_wait_that_only_polls():
    watch = watch_of(Records(refused(Reason.UNAUTHORIZED)).read)
    await looks(watch, TRIES - 1)
    with pytest.raises(ServiceError):
        await looks(watch, 1)


async def test_a_key_refused_in_passing_is_tried_again():
    once = refused(Reason.UNAUTHORIZED)
    watch = watch_of(Records(once, once, PENDING, once, once, DONE).read)
    assert (await looks(watch, 6))[-1] is DONE


async def test_a_refused_key_ends_no_wait_for_a_callback_that_may_come():
    watch = watch_of(Records(refused(Reason.UNAUTHORIZED)).read, due=True)
    assert await looks(watch, 3 * TRIES) == [None] * 3 * TRIES
    assert watch.refused is not None


@pytest.mark.parametrize(
    ("age", "due", "ends"), [(0, False, False), (GRACE, False, True), (GRACE, True, False)]
)
async def test_an_unknown_id_is_not_yet_there_and_then_gone_unless_a_callback_may_come(age, due, ends):
    watch = watch_of(Records(None).read, age=age, due=due)
    (outcome,) = await looks(watch, 1)
    assert (outcome is not None and outcome.error.reason is Reason.NOT_FOUND) is ends


async def test_a_failure_that_lyrics_may_follow_is_believed_after_the_grace_time(monkeypatch):
    watch = watch_of(Records(EMPTY).read)
    assert await looks(watch, 2) == [None, None]
    monkeypatch.setattr(polling, "GRACE", 0.0)
    assert await looks(watch, 1) == [EMPTY]


async def test_there_is_one_look_however_short_the_wait():
    records = Records(PENDING)
    watch = watch_of(records.read, timeout=0.0, interval=None)
    while not watch.is_over:
        await looks(watch, 1)
    assert len(records.asked) == 1


async def test_an_hour_of_retry_after_leaves_the_last_look():
    records = Records(refused(Reason.RATE_LIMITED, 3600.0), DONE)
    watch = watch_of(records.read, timeout=0.05)
    assert await looks(watch, 2) == [None, DONE]
    assert watch.is_over


async def test_a_wake_up_ends_a_pause_and_the_slow_beat():
    watch = watch_of(Records(DONE).read, slow=NEVER)
    watch.wake.set()
    assert await looks(watch, 1) == [DONE]
    assert (watch.is_woken, watch.slow) == (True, None)


async def test_reads_of_a_command_are_spaced_whatever_the_number_of_its_tasks():
    records = Records(DONE)
    poller = Poller(records.read)
    await asyncio.gather(*(poller.read(str(number)) for number in range(12)))
    ids, times = zip(*records.asked, strict=True)
    assert ids == tuple(map(str, range(12))), "first come, first served"
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.1


async def test_hurry_wakes_those_that_are_watched():
    poller = Poller(Records(DONE).read)
    watch, other = watch_of(poller.read, slow=NEVER), watch_of(poller.read, slow=NEVER)
    with poller.watching(watch):
        poller.hurry()
    assert (watch.wake.is_set(), other.wake.is_set()) == (True, False)


def test_the_pauses_follow_the_age_of_the_task():
    ages = [0.0]
    while ages[-1] < 200:
        ages.append(ages[-1] + pause_at(ages[-1]))
    assert ages[:4] == [0.0, 2.0, 3.0, 4.0]
    assert [pause_at(age) for age in (11.9, 12, 29.9, 30, 119, 120, 3600)] == [1, 1.5, 1.5, 2, 2, 5, 5]


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.uniform(2, 8),
        lambda rng: rng.lognormvariate(1.79, 0.5),
        lambda rng: rng.lognormvariate(3, 0.5),
    ],
    ids=["uniform 2 to 8 s", "around 6 s", "around 20 s"],
)
def test_a_result_is_seen_within_a_second_on_average(draw):
    rng = random.Random(5)
    late = []
    for _ in range(2000):
        ready, age = draw(rng), 0.0
        while age < ready:
            age += pause_at(age) * rng.uniform(0.9, 1.1)
        late.append(age - ready)
    assert sum(late) / len(late) < 1.0
