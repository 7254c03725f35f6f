"""Run a use case until it ends: Ctrl-C, SIGTERM and SIGHUP cancel it, a second one ends at once."""

import os
import signal
import socket
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lyricscli.errors import InterruptedBySignal
from lyricscli.processes import exit_code_of_signal, handling

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from lyricscli.models import Task
    from lyricscli.terminal.results import Style

Result = TypeVar("Result")

at_hard_exit: list[Callable[[], None]] = []
"""What a second signal calls before it ends the process: what would otherwise outlive it."""


class Display(Protocol):
    """What is seen of a running command; `task` is the one that an interruption leaves unfinished."""

    task: "Task | None"

    def stop(self) -> None:
        """Take the live display away."""


def ask(
    phase: str, main: Coroutine[Any, Any, Result], *, quiet: bool = False, notices: Iterable[str] = ()
) -> Result:
    """Run what asks a service something, and show meanwhile what is being done; else as `run`."""
    from lyricscli.terminal.progress import Progress

    with Progress(quiet=quiet) as progress:
        for line in notices:
            progress.notice(line)
        progress.phase(phase)
        return run(main, progress)


def run(
    main: Coroutine[Any, Any, Result], progress: Display | None = None, style: "Style | None" = None
) -> Result:
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

        with _woken_by_signals(loop), handling(ask_to_end):
            return await main

    try:
        return asyncio.run(supervised())
    except asyncio.CancelledError:
        if progress is not None:
            progress.stop()
            _show_unfinished(progress.task, style)
        raise InterruptedBySignal(exit_code_of_signal(received[0])) from None
    finally:
        at_hard_exit.clear()


@contextmanager
def _woken_by_signals(loop: "AbstractEventLoop") -> Iterator[None]:
    """Let signals wake the loop: of one that comes just before it sleeps, Python hears only once it wakes.

    On Windows asyncio does so itself.
    """
    if os.name != "posix":
        yield
        return
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        far.setblocking(False)
        loop.add_reader(near, near.recv, 64)
        before = signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(near)


def _show_unfinished(task: "Task | None", style: "Style | None") -> None:
    if task is not None and not task.status.is_final:
        from lyricscli.terminal.results import Style, show_task

        show_task(task, style or Style())


def _end_at_once(number: int) -> None:
    for clean in at_hard_exit:
        clean()
    os._exit(exit_code_of_signal(number))
