"""The journal: changes to what is on disk, from a running loop, many in one durable transaction."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Transactions(Protocol):
    """What changes are made to, one transaction after another."""

    def begins(self) -> bool:
        """Begin a transaction at once; false where another process is in the way."""

    def begin_patiently(self) -> None:
        """Wait for the other process, in a thread, and begin."""

    def sealed(self) -> Callable[[], None]:
        """Take no more changes; return what makes them durable, in a thread."""

    def take_back(self) -> None:
        """Undo what is not durable."""


class Journal:
    """Makes changes in the order they come, in the loop; only the way to the disk is a thread's.

    What comes while one transaction is on its way to the disk shares the next, so that each change is durable
    when `write` returns without a disk flush of its own. Two threads that hand the interpreter over for each
    change would take longer than the changes do.
    """

    def __init__(self, ledger: Transactions) -> None:
        self._ledger = ledger
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
                results = await self._make([change for change, _ in entries])
            except Exception as error:  # noqa: BLE001 (raised where the change was asked for)
                for _, done in entries:
                    if not done.done():
                        done.set_exception(error)
            else:
                for (_, done), result in zip(entries, results, strict=True):
                    if not done.done():
                        done.set_result(result)

    async def _make(self, changes: list[Callable[[], Any]]) -> list[Any]:
        if not self._ledger.begins():
            await asyncio.to_thread(self._ledger.begin_patiently)
        try:
            results = [change() for change in changes]
            await asyncio.to_thread(self._ledger.sealed())
        except Exception:
            self._ledger.take_back()
            raise
        return results
