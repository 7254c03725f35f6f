"""How the emulator behaves: what it is told at first, the time it goes by, what it admits, what it tells."""

import asyncio  # noqa: TID253 - only what runs in a loop sleeps
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeAlias

from lyricscli import __version__
from lyricscli.api.postman import Manner
from lyricscli.api.providers import SUNOAPI
from lyricscli.quantities import Rate
from lyricscli.sandbox.wire import FLAVOURS, Flavour
from lyricscli.sandbox.writer.own import Writer

SUBMISSIONS = Rate(20, 10.0)
"""New tasks of one account, as both providers limit them."""

READS = Rate(3, 1.0)
"""Reads of one task, as both providers limit them."""

DAY = 86_400.0

LOOPBACK = "127.0.0.1"
"""Where it listens unless told otherwise: nobody else can reach it."""

MANNER = Manner(f"lyrics-sandbox/{__version__}")


class EmulatorOptions(NamedTuple):
    """How the emulator behaves. Every time is in seconds.

    `latency` passes between a submission and the result. With `key` None any bearer key, or none, will do;
    with `credits` None they never run out. `webhook_key` makes kie's callbacks signed. `lateness` is how long
    the `late` scenario waits after the result, `drip` how long the body of the `slow` one takes. `retention`
    None is the provider's own, `manner` how callbacks are sent, `writer` who writes. The spacing
    of the service's retries is not known: 5 s is a guess that shows all of them within half a minute.
    """

    dialect: str = SUNOAPI
    host: str = LOOPBACK
    latency: float = 2.0
    seed: int = 0
    scenario: str = "complete"
    key: str | None = None
    credits: float | None = None
    webhook_key: str | None = None
    callback_timeout: float = 15.0
    callback_retries: int = 3
    retry_spacing: float = 5.0
    lateness: float = 30.0
    drip: float = 20.0
    submissions: Rate | None = SUBMISSIONS
    reads: Rate | None = READS
    retention: float | None = None
    manner: Manner = MANNER
    writer: Writer | None = None

    @property
    def flavour(self) -> Flavour:
        """How the dialect is played."""
        return FLAVOURS[self.dialect]

    @property
    def kept_for(self) -> float:
        """How long a task can be read."""
        return self.flavour.kept_days * DAY if self.retention is None else self.retention


class Clock(NamedTuple):
    """`now` is Unix time in seconds; `sleep` waits for seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL = Clock()


MOST_NAMES = 1000
"""Names remembered at once; what has gone quiet is dropped beyond that."""


class Throttle:
    """Admits at most `limit` calls of a name in a sliding window. A refused call does not count."""

    def __init__(self, limit: Rate | None) -> None:
        self._limit = limit
        self._admitted: dict[str, deque[float]] = {}

    def admits(self, name: str, now: float) -> bool:
        """Say whether the call may pass at this moment (seconds), and count it if so."""
        if self._limit is None:
            return True
        if len(self._admitted) > MOST_NAMES:
            self._drop_quiet(now - self._limit.seconds)
        times = self._admitted.setdefault(name, deque(maxlen=self._limit.tasks))
        if len(times) == self._limit.tasks and now - times[0] < self._limit.seconds:
            return False
        times.append(now)
        return True

    def _drop_quiet(self, since: float) -> None:
        self._admitted = {name: times for name, times in self._admitted.items() if times[-1] >= since}


class Answered(NamedTuple):
    """A request was answered, or deliberately not: then `status` is None.

    `at` is Unix time in seconds, `code` the one in the body, `scenario` the one of a submission.
    """

    at: float
    method: str
    path: str
    status: int | None
    code: int | None = None
    message: str = ""
    task_id: str | None = None
    scenario: str | None = None


class Delivered(NamedTuple):
    """A callback was tried. `status` is None where no answer came; then `error` says why.

    `at` is Unix time in seconds; `seconds` is how long it took. `retry_in` is in seconds, None where nothing
    more is tried for this callback. `gave_up` says that the last retry failed.
    """

    at: float
    task_id: str
    url: str
    attempt: int
    status: int | None
    seconds: float
    error: str | None = None
    retry_in: float | None = None
    gave_up: bool = False


Event: TypeAlias = Answered | Delivered
