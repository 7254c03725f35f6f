"""A limit on how often something may happen."""

from collections import deque

from lyricscli.sandbox.options import RateLimit

MOST_NAMES = 1000
"""Names remembered at once; what has gone quiet is dropped beyond that."""


class Throttle:
    """Admits at most `limit` calls of a name in a sliding window. A refused call does not count."""

    def __init__(self, limit: RateLimit | None) -> None:
        self._limit = limit
        self._admitted: dict[str, deque[float]] = {}

    def admits(self, name: str, now: float) -> bool:
        """Say whether the call may pass at this moment (seconds), and count it if so."""
        if self._limit is None:
            return True
        if len(self._admitted) > MOST_NAMES:
            self._drop_quiet(now - self._limit.seconds)
        times = self._admitted.setdefault(name, deque(maxlen=self._limit.count))
        if len(times) == self._limit.count and now - times[0] < self._limit.seconds:
            return False
        times.append(now)
        return True

    def _drop_quiet(self, since: float) -> None:
        self._admitted = {name: times for name, times in self._admitted.items() if times[-1] >= since}
