"""Output beside a running command: whoever makes it never waits for whoever reads it.

A thread writes what is put, in order, and only what a reader has room for; so it holds no lock while it
waits, and can be ended at any time.
"""

import asyncio  # noqa: TID253 (imported by commands that run a loop)
import select
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, NamedTuple, TextIO, TypeVar

from lyricscli.terminal.streams import say, write_stdout

Result = TypeVar("Result")

UNREAD_LIMIT = 16 * 2**20
"""Characters kept for a reader that does not read; what is beyond that is left out, and counted."""

LAST_WORDS = 0.5
"""Seconds for what is still unwritten when a signal ends the command."""

LOOK_EVERY = 0.1
"""Seconds between two looks whether the command is over, while nobody reads."""

# What a pipe with room takes at once, whatever its reader does (POSIX); a character has up to four bytes.
_PIECE = getattr(select, "PIPE_BUF", 512) // 4


class Written(NamedTuple):
    """A text to be written: a result, which goes to stdout, or something said about it, to stderr."""

    text: str
    is_result: bool = True


class Beside:
    """Takes lines, from any thread, and writes them while `during` runs."""

    def __init__(self) -> None:
        self._lines: SimpleQueue[Written | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._unread = self._left_out = 0
        self._over = threading.Event()

    def put(self, *lines: Written) -> None:
        """Have lines written; returns at once."""
        for line in lines:
            with self._lock:
                if self._unread > UNREAD_LIMIT:
                    self._left_out += 1
                    continue
                self._unread += len(line.text)
            self._lines.put(line)

    async def during(self, main: Coroutine[Any, Any, Result]) -> Result:
        """Run to the end, and until all is written; cancelled, leave unwritten what nobody reads.

        Raises what writing raises: that ends the run.
        """
        task, written = asyncio.ensure_future(main), asyncio.get_running_loop().create_future()
        thread = threading.Thread(target=self._write, args=(written,), daemon=True)
        thread.start()
        try:
            await asyncio.wait({task, written}, return_when=asyncio.FIRST_COMPLETED)
            self._lines.put(None)
            await written
            return await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._lines.put(None)
            thread.join(LAST_WORDS)
            self._over.set()
            thread.join(LAST_WORDS)

    def _write(self, written: "asyncio.Future[None]") -> None:
        """Write until there is no more, the reader is gone, or the command is over."""
        failure: Exception | None = None
        try:
            while (line := self._lines.get()) is not None and self._written(line):
                self._count(line)
        except Exception as error:  # noqa: BLE001 (raised where the command runs)
            failure = error
        with suppress(RuntimeError):  # the loop may be gone: then nobody asks
            written.get_loop().call_soon_threadsafe(_settle, written, failure)

    def _written(self, line: Written) -> bool:
        """Write a line as its reader takes it; false when the command ended meanwhile."""
        if not line.is_result:
            if has_room := self._has_room(sys.stderr):
                say(line.text)
            return has_room
        text = line.text + "\n"
        for start in range(0, len(text), _PIECE):
            if not self._has_room(sys.stdout):
                return False
            write_stdout(text[start : start + _PIECE])
        return True

    def _has_room(self, stream: TextIO) -> bool:
        """Wait until a stream takes more (files always do, and where that cannot be asked it is tried)."""
        with suppress(OSError, ValueError):
            while not select.select([], [stream.fileno()], [], LOOK_EVERY)[1]:
                if self._over.is_set():
                    return False
        return True

    def _count(self, line: Written) -> None:
        with self._lock:
            self._unread -= len(line.text)
            left_out, self._left_out = self._left_out, 0
        if left_out:
            say(f"{left_out} lines were left out: nobody read them.")


def _settle(written: "asyncio.Future[None]", failure: Exception | None) -> None:
    if not written.done():
        if failure is None:
            written.set_result(None)
        else:
            written.set_exception(failure)


def write(line: Written) -> None:
    """Write a line now, however long its reader takes."""
    if line.is_result:
        write_stdout(line.text + "\n")
    else:
        say(line.text)
