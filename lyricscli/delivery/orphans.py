"""Agents that outlive us: each is on record while it runs, so that the next run can end what a SIGKILL left.

A record is a file `agent-XXXX.json` in the state directory, beside `agent-XXXX.yml`, the agent's own config,
which holds the authtoken and whose random name stands in the agent's argv. An agent is ended only when its
process number, start time and command line are those on record and its owner is gone.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

GRACE = 2.0  # seconds between SIGTERM and SIGKILL: the agent frees its endpoint at the service
POLL = 0.02  # seconds between looks at a process that is not our child and so cannot be waited for
PS_TIMEOUT = 2.0  # seconds
_STATE, _START_TIME = 0, 19  # fields of /proc/PID/stat, counted after the command's name: proc(5)


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told from a later one of the same number by its start time (in the system's own words)."""

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Record:
    """An agent on record. `agent` is None from just before its start until its process number is known."""

    owner: Process
    agent: Process | None
    config: str

    def save(self, path: Path) -> None:
        """Write the record at once or not at all, so that a SIGKILL leaves no half of it."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)


def describe(pid: int) -> Process:
    """Return a live process, for a record. Where the system tells no start time it is empty: no proof."""
    with suppress(OSError, subprocess.SubprocessError):
        return _identify(pid) or Process(pid, "")
    return Process(pid, "")


def end_orphans(state_dir: Path) -> list[int]:
    """End the agents of runs that are gone, remove their files, and return the process numbers ended.

    Nothing is done where processes cannot be told apart (Windows).
    """
    if sys.platform == "win32":
        return []
    with suppress(OSError, subprocess.SubprocessError):
        return [pid for path in sorted(state_dir.glob("agent-*.json")) for pid in _end_orphan(path)]
    return []


def _end_orphan(path: Path) -> list[int]:
    record = _read(path)
    if record is None or not record.owner.started or _is_alive(record.owner):
        return []
    orphans = [pid for pid in _candidates(record) if _runs_with(pid, record.config)]
    for pid in orphans:
        _end(pid)
    path.with_suffix(".yml").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    return orphans


def _read(path: Path) -> Record | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        agent = document["agent"]
        return Record(Process(**document["owner"]), Process(**agent) if agent else None, document["config"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _candidates(record: Record) -> list[int]:
    """Return the recorded agent if it lives; every process, if its owner died before the number was known."""
    if record.agent is not None:
        return [record.agent.pid] if _is_alive(record.agent) else []
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]


def _identify(pid: int) -> Process | None:
    """Return the live process of that number, or None. OSError or SubprocessError: it cannot be known."""
    seen = _look_at(pid)
    return Process(pid, seen[0]) if seen else None


def _is_alive(process: Process) -> bool:
    return _identify(process.pid) == process


def _runs_with(pid: int, config: str) -> bool:
    seen = _look_at(pid)
    return seen is not None and seen[1].endswith(f" --config {config}")


def _end(pid: int) -> None:
    process = _identify(pid)
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE
        if process is None or not _is_alive(process):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        while _is_alive(process) and time.monotonic() < deadline:
            time.sleep(POLL)


def _look_at(pid: int) -> tuple[str, str] | None:
    """Return a live process's start time and command line; None if there is none (or only a zombie)."""
    return _look_in_proc(pid) if Path("/proc/self/stat").exists() else _ask_ps(pid)


def _look_in_proc(pid: int) -> tuple[str, str] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[_STATE] == "Z":
        return None
    return fields[_START_TIME], command.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")


def _ask_ps(pid: int) -> tuple[str, str] | None:
    """Ask POSIX `ps`, for systems without /proc; `lstart` is its start time, always 24 characters wide."""
    answer = subprocess.run(  # noqa: S603 - fixed words and a number
        ["/bin/ps", "-ww", "-o", "lstart=", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PS_TIMEOUT,
        check=False,
        env={"LC_ALL": "C"},
    )
    line = answer.stdout.strip()
    return (line[:24], line[24:].strip()) if line else None
