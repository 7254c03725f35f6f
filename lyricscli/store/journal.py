"""The journal: changes to what is on disk, from a running loop, many in one durable transaction."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from lyricscli.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")


class Journal:
    """Makes changes in the order they come, in the loop; only the way to the disk is a thread's.

    What comes while one transaction is on its way to the disk shares the next, so that each change is durable
    when `write` is done without a disk flush of its own. Two threads that hand the interpreter over for each
    change would take longer than the changes do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    def write(self, change: Callable[P, T], *args: P.args, **more: P.kwargs) -> asyncio.Future[T]:
        """Make a change; what it returns can be awaited, and is on disk then, or what prevented that.

        It is made whether or not somebody goes on waiting for it.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((partial(change, *args, **more), done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        return done

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
        if not self._database.begins():
            await asyncio.to_thread(self._database.begin_patiently)
        try:
            results = [change() for change in changes]
            await asyncio.to_thread(self._database.sealed())
        except Exception:
            self._database.take_back()
            raise
        return results
