"""Agents that outlive us: each is on record while it runs, so that the next run can end what a SIGKILL left.

An agent's config, `agent-PID-START-RANDOM.yml`, holds the authtoken, stands in the agent's argv, and is named
after the run that owns it; the `.json` beside it names the agent's process. An agent is ended only when its
process number, start time and command line are those on record and its owner is gone.
"""

import json
import os
import re
import secrets
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
_NAME = re.compile(r"agent-(?P<pid>\d+)-(?P<started>\w+)-\w+")
_STATE, _START_TIME = 0, 19  # fields of /proc/PID/stat, counted after the command's name: proc(5)
_LSTART_WIDTH = 24  # characters of a start time as `ps` writes it: Sun Nov 22 05:00:00 2026


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told from a later one of the same number by its start time (letters and digits)."""

    pid: int
    started: str


def new_config(state_dir: Path) -> Path:
    """Name a config for an agent of this run, by which a later run knows whether this one is gone."""
    owner = _describe(os.getpid())
    return state_dir.resolve() / f"agent-{owner.pid}-{owner.started}-{secrets.token_hex(16)}.yml"


def put_on_record(config: Path, pid: int) -> None:
    """Note which process was started with `config`."""
    config.with_suffix(".json").write_text(json.dumps(asdict(_describe(pid))), encoding="utf-8")


def forget(config: Path) -> None:
    """Remove an agent's config and record; the config last, for without it nobody looks for the agent."""
    config.with_suffix(".json").unlink(missing_ok=True)
    config.unlink(missing_ok=True)


def end_orphans(state_dir: Path) -> list[int]:
    """End the agents of runs that are gone, remove their files, and return the process numbers ended.

    Nothing is done where processes cannot be told apart (Windows).
    """
    if sys.platform == "win32":
        return []
    with suppress(OSError, subprocess.SubprocessError):
        configs = sorted(state_dir.resolve().glob("agent-*.yml"))
        return [pid for config in configs for pid in _end_orphan(config)]
    return []


def _end_orphan(config: Path) -> list[int]:
    owner = _NAME.fullmatch(config.stem)
    if owner is None or _is_alive(Process(int(owner["pid"]), owner["started"])):
        return []
    orphans = [pid for pid in _candidates(config) if _runs_with(pid, config)]
    for pid in orphans:
        _end(pid)
    forget(config)
    return orphans


def _candidates(config: Path) -> list[int]:
    """Return the agent on record if it lives; every process, if its owner died before it was on record."""
    try:
        agent = Process(**json.loads(config.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [agent.pid] if _is_alive(agent) else []


def _describe(pid: int) -> Process:
    """Return a live process. Where the system tells no start time it is empty, which proves nothing."""
    with suppress(OSError, subprocess.SubprocessError):
        return _identify(pid) or Process(pid, "")
    return Process(pid, "")


def _identify(pid: int) -> Process | None:
    """Return the live process of that number, or None. OSError or SubprocessError: it cannot be known."""
    seen = _look_at(pid)
    return Process(pid, re.sub(r"\W", "", seen[0])) if seen else None


def _is_alive(process: Process) -> bool:
    return _identify(process.pid) == process


def _runs_with(pid: int, config: Path) -> bool:
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
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    if fields[_STATE] == "Z":
        return None
    return fields[_START_TIME], command.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")


def _ask_ps(pid: int) -> tuple[str, str] | None:
    """Ask `ps`, on systems without /proc."""
    answer = subprocess.run(  # noqa: S603 - fixed words and a number
        ["/bin/ps", "-ww", "-o", "stat=", "-o", "lstart=", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PS_TIMEOUT,
        check=False,
        env={"LC_ALL": "C"},
    )
    state, _, rest = answer.stdout.strip().partition(" ")
    rest = rest.lstrip()
    return (rest[:_LSTART_WIDTH], rest[_LSTART_WIDTH:].strip()) if rest and state[0] != "Z" else None
