"""Processes: who runs, the signals that end a command, and what a child may inherit."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from lyricscli.errors import ExitCode, InterruptedBySignal, UsageError, telling

if TYPE_CHECKING:
    from asyncio.subprocess import Process

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]
USUAL_GARBAGE = 700
"""New objects after which Python looks for garbage, as it does by itself; see the start in `__main__`."""

LAST_WORDS = 2.0
"""Seconds for the pipe of a program that was ended; one that left its group may hold it open."""

SECRET_VARIABLE = "(?i)(KEY|TOKEN|SECRET|PASSWORD)$"  # noqa: S105 (a pattern)
"""How the names of secrets end: those above, NGROK_API_KEY, and other programs' by convention."""


def identity(pid: int) -> str | None:
    """Name a live process as `PID:START`, or return None when there is none.

    START is when it began: on Linux in clock ticks since boot, from `/proc/PID/stat` (proc(5), field 22), as
    the wall clock may be set back; elsewhere what psutil says, in seconds since the epoch.
    """
    started = _started_on_linux(pid) if sys.platform.startswith("linux") else _started(pid)
    return f"{pid}:{started}" if started else None


@cache
def own_identity() -> str:
    """Name this process."""
    return identity(os.getpid()) or f"{os.getpid()}:"


def is_alive(name: str) -> bool:
    """Tell whether the process that `identity` named is still the one running."""
    pid, _, started = name.partition(":")
    if not pid.isdecimal():
        return False
    alive = identity(int(pid))
    return alive == name if started else alive is not None


def _started_on_linux(pid: int) -> str:
    """Read it without psutil, whose import would take longer than all else that a stored `show` does."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The command's name stands in parentheses and may hold anything, blanks and parentheses included.
    fields = stat.rpartition(")")[2].split()
    is_zombie = fields[0] == "Z"
    return "" if is_zombie else fields[19]


def _started(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""


def stay() -> None:
    """Begin a long run: all is imported, and from here on garbage is looked for as often as usual."""
    import gc

    gc.freeze()
    gc.set_threshold(USUAL_GARBAGE)


@contextmanager
def lending_ctrl_c() -> Iterator[None]:
    """Leave Ctrl-C to a program that has the terminal; what else ends a command is InterruptedBySignal."""

    def hear(number: int, _: FrameType | None) -> None:
        if number != signal.SIGINT:
            raise InterruptedBySignal(exit_code_of_signal(number))

    with handling(hear):
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


def exit_code_of_signal(number: int) -> ExitCode:
    """Say how a command ends that a signal ended."""
    return ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.TERMINATED


def without_any_secret(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a program that needs no secret, neither ours nor another program's."""
    return {name: value for name, value in environ.items() if not re.search(SECRET_VARIABLE, name)}


def split_command(command: str, what: str, advice: str) -> list[str]:
    """Split a command line as a shell does, on Windows without escapes. Raises UsageError about `what`."""
    import shlex

    with telling(f"{what} {command!r} cannot be read", advice, UsageError, ValueError):
        if os.name == "posix":
            return shlex.split(command)
        return [word.strip('"') for word in shlex.split(command, posix=False)]


async def end_group(process: "Process") -> None:
    """End a program whose output is a pipe, and what it started, and wait for it a little."""
    import asyncio

    kill_group(process)
    # What is left in the pipe is read away: asyncio calls a process ended only when that is at its end.
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS):
            await asyncio.shield(_rest(process))


async def _rest(process: "Process") -> None:
    assert process.stdout is not None
    while await process.stdout.read(2**16):
        pass
    await process.wait()


def kill_group(process: "Process") -> None:
    """End a program and what it started in its own session; on Windows, which has no groups, it alone."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
