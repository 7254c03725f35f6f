import asyncio

import pytest

from lyricscli.jobs.batch import Limiter
from lyricscli.quantities import Rate, read_rate


@pytest.mark.parametrize(
    ("text", "rate"), [("20/10s", Rate(20, 10.0)), ("1/2m", Rate(1, 120.0)), ("5/0.5s", Rate(5, 0.5))]
)
def test_a_rate_is_a_count_in_a_time(text, rate):
    assert read_rate(text) == rate


@pytest.mark.parametrize("text", ["", "20", "0/10s", "20/0s", "-1/s", "20/soon", "20/10s/2"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="number"):
        read_rate(text)


async def test_no_window_of_the_rate_ever_sees_more_than_its_count():
    rate = Rate(5, 0.05)
    limiter, passed = Limiter(rate), []

    async def one():
        assert await limiter.admits()
        passed.append(asyncio.get_running_loop().time())

    await asyncio.gather(*(one() for _ in range(11)))
    gaps = [later - earlier for earlier, later in zip(passed, passed[rate.tasks :], strict=False)]
    assert len(gaps) == 6
    assert min(gaps) >= rate.seconds


async def test_closing_tells_all_who_wait_at_once():
    limiter = Limiter(Rate(1, 3600.0))
    assert await limiter.admits()
    waiting = [asyncio.create_task(limiter.admits()) for _ in range(3)]
    await asyncio.sleep(0)
    limiter.close()
    assert await asyncio.gather(*waiting) == [False] * 3


async def test_without_a_rate_everything_passes():
    limiter = Limiter(None)
    assert all([await limiter.admits() for _ in range(1000)])
