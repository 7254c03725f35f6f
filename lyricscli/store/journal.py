"""The journal: changes to what is on disk, from a running loop, many in one durable transaction."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

T = TypeVar("T")


class Journal:
    """Makes changes in the order they come, off the loop's thread, durable once a `together` ends.

    What comes while one transaction is on its way to the disk shares the next, so that each change is durable
    when `write` returns without a disk flush of its own.
    """

    def __init__(self, together: Callable[[], AbstractContextManager[object]]) -> None:
        self._together = together
        self._queue: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, change: Callable[[], T]) -> T:
        """Make a change and return what it returns, once it is on disk. Raises what prevented that.

        A cancelled caller's change is made all the same.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((change, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._queue:
            entries, self._queue = self._queue, []
            try:
                results = await asyncio.to_thread(self._make, [change for change, _ in entries])
            except Exception as error:  # noqa: BLE001 (raised where the change was asked for)
                for _, done in entries:
                    if not done.done():
                        done.set_exception(error)
            else:
                for (_, done), result in zip(entries, results, strict=True):
                    if not done.done():
                        done.set_result(result)

    def _make(self, changes: Sequence[Callable[[], Any]]) -> list[Any]:
        with self._together():
            return [change() for change in changes]
