"""Keeping to how often a service may be asked for new tasks."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from lyricscli.quantities import Rate

MARGIN = 0.2
"""Seconds kept beyond a rate's window: requests arrive less evenly than they leave."""


class Limiter:
    """Lets through what a rate allows, first come, first served; None lets everything through."""

    def __init__(self, rate: Rate | None, clock: Callable[[], float] = time.monotonic) -> None:
        import asyncio

        self._rate = rate
        self._clock = clock
        self._turn = asyncio.Lock()
        self._closed = asyncio.Event()
        self._passed: deque[float] = deque(maxlen=rate.count if rate else 0)

    def close(self) -> None:
        """Let nothing through any more; who waits is told at once."""
        self._closed.set()

    async def admits(self) -> bool:
        """Wait for a place and take it; false when there will be none."""
        import asyncio

        async with self._turn:
            while not self._closed.is_set() and (pause := self._pause()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._closed.wait()
            self._passed.append(self._clock())
            return not self._closed.is_set()

    def _pause(self) -> float:
        if self._rate is None or len(self._passed) < self._rate.count:
            return 0.0
        return self._passed[0] + self._rate.seconds + MARGIN - self._clock()
