"""Agents that outlive us: each is on record while it runs, so that a later command can end it.

A record, `agent-RANDOM.run`, names the agent's config (which holds the authtoken, and stands in the agent's
command line), its process, and where that number means anything. The run that owns it holds a lock on it,
which the kernel takes away whatever ends the run: process namespaces that share a home see that the owner
lives. An agent is ended only when its owner is gone and its command line, process number and start time are
those on record.
"""

import json
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from lyricscli.processes import identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psutil import Process

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows: nothing is ended there
    flock = None  # type: ignore[assignment]

GRACE = 2.0  # seconds between SIGTERM and SIGKILL: the agent frees its endpoint at the service
_PREFIX = "agent-"
_SUFFIX = ".run"


class AgentRecord:
    """The files of one agent of this run: the record, and the agent's config in `config_dir`."""

    def __init__(self, state_dir: Path, config_dir: Path, config: str) -> None:
        for folder in (state_dir, config_dir):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = _PREFIX + secrets.token_hex(16)
        self.config = config_dir.resolve() / f"{name}.yml"
        self._path = state_dir.resolve() / (name + _SUFFIX)
        # Nobody looks at it before it is locked and whole. (Windows renames no open file, and nobody looks.)
        new = self._path if flock is None else self._path.with_suffix(".new")
        self._file = _create(new)
        _lock(self._file)
        self.agent_is(None)
        new.rename(self._path)
        with _create(self.config) as file:
            file.write(config)

    def agent_is(self, pid: int | None) -> None:
        """Note which process was started with the config."""
        agent = None if pid is None else identity(pid)
        self._file.seek(0)
        self._file.write(json.dumps({"config": str(self.config), "place": _place(), "agent": agent}))
        self._file.flush()

    def forget(self) -> None:
        """Remove the files, the record last: without it nobody looks for the agent. May be called again."""
        with suppress(OSError):
            self._file.close()
            self.config.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


def end_orphans(state_dir: Path) -> list[int]:
    """End the agents of runs that are gone, remove their files, and return the process numbers ended.

    A look at one directory where there is no record.
    """
    try:
        names = [name for name in os.listdir(state_dir) if name.startswith(_PREFIX)]  # noqa: PTH208 (quicker)
    except OSError:
        return []
    return [pid for name in sorted(names) if name.endswith(_SUFFIX) for pid in _end_orphan(state_dir / name)]


def _end_orphan(path: Path) -> list[int]:
    try:
        with path.open("r+", encoding="utf-8") as file:
            if not _lock(file):
                return []
            record = json.load(file)
            config, (boot, namespace) = Path(record["config"]), record["place"]
            if boot == _place()[0] and namespace != _place()[1]:
                return []  # it may run where we cannot see it
            pids = [_end(agent) for agent in _agents_of(config, record["agent"])]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    with suppress(OSError):
        config.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    return pids


def _agents_of(config: Path, agent: str | None) -> "Iterator[Process]":
    """Yield the agent on record; if its owner died before it was on record, whatever runs with `config`."""
    import psutil

    number = agent.partition(":")[0] if agent else None
    for process in psutil.process_iter() if number is None else _process(int(number)):
        with suppress(psutil.Error):
            if process.cmdline()[-2:] == ["--config", str(config)] and agent in {None, identity(process.pid)}:
                yield process


def _process(pid: int) -> "Iterator[Process]":
    import psutil

    with suppress(psutil.Error):
        yield psutil.Process(pid)


def _end(agent: "Process") -> int:
    import psutil

    pid: int = agent.pid
    for end in (agent.terminate, agent.kill):
        with suppress(psutil.Error):
            end()
            agent.wait(GRACE)
            break
    return pid


def _create(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")


def _lock(file: IO[str]) -> bool:
    """Take the owner's lock for as long as the file is open; false where it cannot be had."""
    if flock is None:
        return False
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


@cache
def _place() -> tuple[str, str]:
    """Say where a process number means something: the machine's boot and, on Linux, the process namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return boot, os.readlink("/proc/self/ns/pid")  # noqa: PTH115 (the link leads to no path)
    except OSError:
        return "", ""
