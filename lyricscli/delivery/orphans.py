"""Agents that outlive us: each is on record while it runs, so that the next run can end what a SIGKILL left.

An agent's config, `agent-OWNER-RANDOM.yml`, holds the authtoken, stands in the agent's argv, and is named by
the run that owns it; the `.pid` beside it names the agent's process. An agent is ended only when its command
line, process number and start time are those on record and its owner is gone.
"""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lyricscli.processes import identity, is_alive, own_identity

GRACE = 2.0  # seconds between SIGTERM and SIGKILL: the agent frees its endpoint at the service
POLL = 0.02  # seconds between looks at a process that cannot be waited for
PS_TIMEOUT = 2.0  # seconds
_NAME = re.compile(r"agent-(?P<owner>\d+\.[\w.]+)-[0-9a-f]+")


def new_config(state_dir: Path) -> Path:
    """Name a config for an agent of this run, by which a later run knows whether this one is gone."""
    owner = own_identity().replace(":", ".")  # Windows allows no colon in a name
    return state_dir.resolve() / f"agent-{owner}-{secrets.token_hex(16)}.yml"


def put_on_record(config: Path, pid: int) -> None:
    """Note which process was started with `config`."""
    config.with_suffix(".pid").write_text(identity(pid) or "", encoding="utf-8")


def forget(config: Path) -> None:
    """Remove an agent's files; the config last, for without it nobody looks for the agent."""
    for suffix in (".pid", ".sh", ".yml"):
        config.with_suffix(suffix).unlink(missing_ok=True)


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
    match = _NAME.fullmatch(config.stem)
    if match is None or is_alive(match["owner"].replace(".", ":")):
        return []
    orphans = _agents_of(config)
    for pid in orphans:
        _end(pid)
    forget(config)
    return orphans


def _agents_of(config: Path) -> list[int]:
    """Return the agent on record; if its owner died before it was on record, whatever runs with `config`."""
    started = [pid for pid, command in _commands() if command.endswith(f" --config {config}")]
    try:
        on_record = config.with_suffix(".pid").read_text(encoding="utf-8")
    except FileNotFoundError:
        on_record = ""
    return [pid for pid in started if not on_record or identity(pid) == on_record]


def _end(pid: int) -> None:
    agent = identity(pid)
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE
        if agent is None or not is_alive(agent):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        while is_alive(agent) and time.monotonic() < deadline:
            time.sleep(POLL)


def _commands() -> Iterator[tuple[int, str]]:
    """Yield every process's number and command line, its words joined by blanks."""
    if not Path("/proc/self/cmdline").exists():
        yield from _ask_ps()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (place / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            yield int(place.name), b" ".join(words).decode(errors="replace")


def _ask_ps() -> Iterator[tuple[int, str]]:
    command = ["ps", "-axww", "-o", "pid=,command="]
    answer = subprocess.run(  # noqa: S603 - fixed words
        command, capture_output=True, text=True, errors="replace", timeout=PS_TIMEOUT, check=False
    )
    for line in answer.stdout.splitlines():
        pid, _, rest = line.strip().partition(" ")
        yield int(pid), rest.strip()
