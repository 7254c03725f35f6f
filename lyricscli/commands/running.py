"""Run a use case until it ends: Ctrl-C, SIGTERM and SIGHUP cancel it, a second one ends at once."""

import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lyricscli.errors import ExitCode, InterruptedBySignal, UnsavedError

if TYPE_CHECKING:
    from lyricscli.models import Task
    from lyricscli.output.results import Style

Result = TypeVar("Result")

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]
at_hard_exit: list[Callable[[], None]] = []
"""What a second signal calls before it ends the process: what would otherwise outlive it."""


class Shown(Protocol):
    """What is seen of a running command; `task` is the one that an interruption leaves unfinished."""

    task: "Task | None"

    def stop(self) -> None:
        """Take the live display away."""

    def finished(self, task: "Task") -> None:
        """Print a result."""


def run(main: Coroutine[Any, Any, Result], progress: "Shown", style: "Style") -> Result:
    """Run a coroutine to its end.

    When a signal ends it, everything it opened is closed first, then the task and how to go on are told.
    Raises InterruptedBySignal.
    """
    import asyncio

    received: list[int] = []

    async def supervised() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def ask_to_end(number: int, _: FrameType | None) -> None:
            if received:
                _end_at_once(received[0])
            received.append(number)
            loop.call_soon_threadsafe(task.cancel)

        with handling(ask_to_end):
            return await main

    try:
        return asyncio.run(supervised())
    except asyncio.CancelledError:
        progress.stop()
        if progress.task is not None and not progress.task.status.is_final:
            from lyricscli.output.results import show_task

            show_task(progress.task, style)
        raise InterruptedBySignal(exit_code_of_signal(received[0])) from None
    except UnsavedError as error:
        progress.finished(error.task)
        raise
    finally:
        at_hard_exit.clear()


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the signals that end a command into InterruptedBySignal, so that what is open gets closed."""

    def interrupt(number: int, _: FrameType | None) -> None:
        raise InterruptedBySignal(exit_code_of_signal(number))

    with handling(interrupt):
        yield


@contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that end a command, and give them back afterwards.

    What was ignored stays ignored: `nohup` asks for that, and a shell for its background jobs.
    """
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _end_at_once(number: int) -> None:
    from lyricscli.output.progress import SHOW_CURSOR

    for clean in at_hard_exit:
        clean()
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), SHOW_CURSOR.encode())
    os._exit(exit_code_of_signal(number))


def exit_code_of_signal(number: int) -> ExitCode:
    """Say how a command ends that a signal ended."""
    return ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.TERMINATED
