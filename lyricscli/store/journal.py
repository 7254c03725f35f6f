"""The journal: changes to what is on disk, from a running loop, many in one durable transaction."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ParamSpec, TypeVar

from lyricscli.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")

QUIET = 1
"""Rounds of the loop that bring no change before those that came are made."""


class Journal:
    """Makes changes in the order they come, together once the loop has no more of them for the moment.

    So each change is durable when `write` is done without a disk flush of its own. All is done in the loop:
    a thread for the way to the disk hands the interpreter over so often that it takes longer than the way.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    def write(self, change: Callable[P, T], *args: P.args, **more: P.kwargs) -> "asyncio.Future[T]":
        """Make a change; what it returns can be awaited, and is on disk then, or what prevented that.

        It is made whether or not somebody goes on waiting for it.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._queue.append((partial(change, *args, **more), done))
        if len(self._queue) == 1:
            loop.call_soon(self._gather, 1, 0)
        return done

    def _gather(self, seen: int, quiet: int) -> None:
        """Look once more as long as changes come."""
        quiet = quiet + 1 if len(self._queue) == seen else 0
        if quiet < QUIET:
            asyncio.get_running_loop().call_soon(self._gather, len(self._queue), quiet)
        else:
            self._make(self._database.turn())

    def _make(self, turn: Iterator[float]) -> None:
        """Make all changes that came durable, or none of them; later where another process writes."""
        error: Exception | None = None
        results: list[Any] = []
        try:
            for pause in turn:
                asyncio.get_running_loop().call_later(pause, self._make, turn)
                return
            results = self._database.together([change for change, _ in self._queue])
        except Exception as caught:  # noqa: BLE001 (raised where the change was asked for)
            error = caught
        entries, self._queue = self._queue, []
        for number, (_, done) in enumerate(entries):
            if done.done():
                continue
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(results[number])
