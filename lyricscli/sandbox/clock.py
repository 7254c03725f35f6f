"""The time the emulator goes by, so that a test can hold it."""

import asyncio  # noqa: TID253 - only what runs in a loop sleeps
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is Unix time in seconds; `sleep` waits for seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL = Clock()
