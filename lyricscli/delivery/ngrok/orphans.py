"""Agents that outlive us: each is on record while it runs, so that a later command can end it.

A record, `agent-RANDOM.run`, names the agent's config, `agent-RANDOM.yml`, which holds the authtoken. The run
locks its record, and the agent inherits a lock on its config. The kernel takes both away however a process
ends, and every process namespace that shares the home sees them: the files of what runs elsewhere are left
alone. An agent is ended only when its owner is gone, and it was started with that config and holds it open.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "win32":  # nothing is ended there
    flock = LOCK_EX = LOCK_NB = None
else:
    from fcntl import LOCK_EX, LOCK_NB, flock

GRACE = 2.0  # seconds between SIGTERM and SIGKILL: the agent frees its endpoint at the service
_ASK_AGAIN = 0.01  # seconds
_PREFIX = "agent-"
_SUFFIX = ".run"


class AgentRecord:
    """The files of one agent of this run: the record, and the agent's config in `config_dir`.

    `inherited` is what the agent must be started with: the lock on its config.
    """

    def __init__(self, state_dir: Path, config_dir: Path, config: str) -> None:
        for folder in (state_dir, config_dir):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = _PREFIX + os.urandom(16).hex()
        self.config = config_dir.resolve() / f"{name}.yml"
        self._path = state_dir.resolve() / (name + _SUFFIX)
        # Nobody looks at it before it is locked and whole. (Windows renames no open file, and nobody looks.)
        new = self._path if flock is None else self._path.with_suffix(".new")
        self._files = [_create(new, json.dumps({"config": str(self.config)}))]
        new.rename(self._path)
        self._files.append(_create(self.config, config))
        self.inherited = () if flock is None else (self._files[1].fileno(),)

    def forget(self) -> None:
        """Remove the files, the record last: without it nobody looks for the agent. May be called again."""
        with suppress(OSError):
            for file in self._files:
                file.close()
            self.config.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


def end_orphans(state_dir: Path) -> list[int]:
    """End the agents of runs that are gone, remove their files, and return the process numbers ended."""
    records = sorted(state_dir.glob(f"{_PREFIX}*{_SUFFIX}"))
    return [pid for record in records for pid in _end_orphan(record)]


def _end_orphan(path: Path) -> list[int]:
    ended: list[int] = []
    with suppress(OSError, ValueError, TypeError, KeyError), path.open("r+", encoding="utf-8") as record:
        if not _lock(record):
            return ended
        config = Path(json.load(record)["config"])
        if config.stem == path.stem and _is_free(config, ended):
            config.unlink(missing_ok=True)
            path.unlink()
    return ended


def _is_free(config: Path, ended: list[int]) -> bool:
    """Tell whether no agent has the config any more, once those that can be proven to are `ended`."""
    with suppress(FileNotFoundError), config.open("r+", encoding="utf-8") as file:
        return _lock(file) or any(_lock(file, GRACE) for _ in _ending(str(config), ended))
    return True


def _ending(config: str, ended: list[int]) -> "Iterator[None]":
    """Signal, ever more strongly, the processes that were started with the config and inherited it open."""
    import psutil

    agents: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_started_so = process.cmdline()[-2:] == ["--config", config]
            if is_started_so and config in {file.path for file in process.open_files()}:
                agents.append(process)
    ended += [agent.pid for agent in agents]
    for end in (psutil.Process.terminate, psutil.Process.kill) if agents else ():
        for agent in agents:
            with suppress(psutil.Error):
                end(agent)
        yield


def _create(path: Path, text: str) -> IO[str]:
    """Make a private file, locked for as long as it is open, whoever has it open."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    _lock(file)
    file.write(text)
    file.flush()
    return file


def _lock(file: IO[str], patience: float = 0.0) -> bool:
    """Take a lock that is held until the file is closed; false where it cannot be had within that time."""
    late = time.monotonic() + patience
    while flock is not None:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError:
            if time.monotonic() >= late:
                break
            time.sleep(_ASK_AGAIN)
        else:
            return True
    return False
