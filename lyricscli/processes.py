"""Processes: who runs, the signals that end a command, and what a child may inherit."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

from lyricscli.errors import ExitCode, InterruptedBySignal

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]
SECRET_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)
"""How the names of secrets end: those above, NGROK_API_KEY, and other programs' by convention."""


def identity(pid: int) -> str | None:
    """Name a live process as `PID:START`, or return None when there is none (or this system does not tell).

    START is the kernel's start time: clock ticks since boot from `/proc/PID/stat` on Linux (proc(5), field
    22), the text of `ps -o lstart=` elsewhere. Windows offers neither cheaply: None.
    """
    started = _started(pid)
    return f"{pid}:{started}" if started else None


@cache
def own_identity() -> str:
    """Name this process; `PID:` alone where the system does not tell start times."""
    return identity(os.getpid()) or f"{os.getpid()}:"


def is_alive(name: str) -> bool:
    """Tell whether the process that `identity` named is still the one running.

    Without a start time the answer is yes while any process has that number: nothing is taken from a
    process that might live.
    """
    pid, _, started = name.partition(":")
    if not pid.isdecimal():
        return False
    if started:
        return identity(int(pid)) == name
    return _responds(int(pid))


def _started(pid: int) -> str:
    if sys.platform.startswith("linux"):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        # The command's name stands in parentheses and may hold anything, blanks and parentheses included.
        fields = stat.rpartition(")")[2].split()
        is_zombie = fields[0] == "Z"
        return "" if is_zombie else fields[19]
    if os.name != "posix":
        return ""
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (a number only)
    return "_".join(answer.stdout.split())


def _responds(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


def exit_code_of_signal(number: int) -> ExitCode:
    """Say how a command ends that a signal ended."""
    return ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.TERMINATED


def forget_secrets_in_environment() -> None:
    """Remove the variables that hold secrets from this process's environment, for good.

    Every child inherits it, where a library starts it even without a say of ours, and can be asked for it by
    whoever may read /proc; none of our children needs a secret. `Settings` keep what they were loaded with.
    """
    for name in [name for name in os.environ if SECRET_VARIABLE.search(name)]:
        os.environ.pop(name, None)
