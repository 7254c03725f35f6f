"""Who is running: a process's identity that survives the reuse of its number."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path


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
