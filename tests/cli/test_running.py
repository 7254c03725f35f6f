"""A use case ends at a signal, whichever thread the system hands that to."""

import asyncio
import os
import signal
import sys
import threading
import time

import pytest

from lyricscli.cli.running import run
from lyricscli.errors import InterruptedBySignal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def take_it(other):
    """Have this thread take a SIGTERM once the other one sleeps: each time it could run on, it did not."""
    asleep = 0
    while asleep < 200:
        asleep = asleep + 1 if sys._current_frames()[other].f_code.co_name == "select" else 0
        time.sleep(0)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)


def test_a_signal_that_another_thread_takes_wakes_a_loop_that_sleeps():
    late = []

    async def sleeping():
        loop, forever = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def give_up():
            late.append(True)
            loop.call_soon_threadsafe(lambda: None)

        guard = threading.Timer(5, give_up)
        guard.start()
        threading.Thread(target=take_it, args=(threading.get_ident(),)).start()
        try:
            await forever
        finally:
            guard.cancel()

    with pytest.raises(InterruptedBySignal) as ended:
        run(sleeping())
    assert (ended.value.exit_code, late) == (143, [])
