"""What the tests of the text share: a measure of how their time grows."""

import time

import pytest


@pytest.fixture
def grows_as_the_text():
    """Give a check that eight times the text costs some eight times the CPU, not its square, 64 times."""

    def check(work, unit, size=2**13):
        def seconds(length):
            text = unit * (length // len(unit))
            started = time.process_time()
            work(text)
            return time.process_time() - started

        seconds(2**8)  # loads what is loaded once
        small = min(seconds(size) for _ in range(3))
        assert any(seconds(8 * size) < 24 * small + 0.05 for _ in range(3))

    return check
