"""The ngrok agent as a child process: found, started with its secrets in a private file, ended for certain.

The agent is started here and not by pyngrok, whose own start passes the authtoken on argv, hands down our
whole environment and our stderr, reads the log without a time limit while it holds a process-wide lock, and
downloads a missing agent.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lyricscli.delivery.orphans import GRACE, forget, new_config, put_on_record
from lyricscli.errors import TunnelError

Version = tuple[int, int, int]

VERSION_TIMEOUT = 5.0  # seconds for `ngrok --version`, which usually takes a tenth of one
KILL_TIMEOUT = 1.0  # seconds for the system to bury a killed process
LONGEST_LINE = 65536  # characters of log read at once, whatever the agent writes
# Names that hold credentials by convention, such as NGROK_AUTHTOKEN; the agent needs none of them.
SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)

GET_AGENT = "Install the agent from https://ngrok.com/download, or let `lyrics doctor` fetch it."


@dataclass(frozen=True, slots=True)
class TunnelOptions:
    """How to open a tunnel.

    `authtoken` None means the one in ngrok's own config, if any; `domain` is a reserved name without scheme;
    `agent` is the path of the ngrok binary (None: found as `find_agent` says); `start_timeout` is in seconds;
    `state_dir` is a private directory for the agent's config and record.
    """

    authtoken: str | None = field(repr=False)
    domain: str | None
    agent: Path | None
    state_dir: Path
    start_timeout: float = 15.0


def find_agent(options: TunnelOptions) -> Path | None:
    """Return the agent's executable: the one named, else PATH's, else pyngrok's. Never downloads."""
    path = options.agent
    if path is None:
        found = shutil.which("ngrok")
        path = Path(found) if found else _pyngrok_place()
    return path if os.access(path, os.X_OK) and path.is_file() else None


def _pyngrok_place() -> Path:
    from pyngrok.conf import PyngrokConfig  # 0.15 s, needed only when PATH has no agent

    return Path(PyngrokConfig().ngrok_path)


def own_authtoken() -> str | None:
    """Return the token that the user gave to ngrok itself (`ngrok config add-authtoken`), if any."""
    import yaml
    from pyngrok import conf, installer

    try:
        config = installer.get_ngrok_config(conf.DEFAULT_NGROK_CONFIG_PATH)
        token = (config.get("agent") or config).get("authtoken")
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return None
    return token if isinstance(token, str) and token else None


def agent_version(path: Path) -> Version:
    """Ask the agent for its version. TunnelError when it does not answer within `VERSION_TIMEOUT`."""
    return Agent().version(path)


class Agent:
    """A tunnel's one child process, and its files. `end` and `kill` may come at any time, in any thread."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self._over = False
        self._config: Path | None = None
        # Reentrant: a signal handler may call `kill` while its own thread is inside.
        self._lock = threading.RLock()

    def version(self, path: Path) -> Version:
        """Return what `path --version` says; TunnelError when it says nothing of use in time."""
        try:
            said, _ = self._spawn(path, "--version").communicate(timeout=VERSION_TIMEOUT)
        except subprocess.TimeoutExpired:
            said = ""
        finally:
            self._kill_child()
        match = re.search(r"version (\d+)\.(\d+)\.(\d+)", said)
        if match is None:
            raise TunnelError(f"{path} did not say its version", "Is it the ngrok agent? " + GET_AGENT)
        return int(match[1]), int(match[2]), int(match[3])

    def start(self, path: Path, state_dir: Path, config: dict[str, object]) -> None:
        """Start the agent with `config` in a file that only this user can read, and put it on record."""
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = new_config(state_dir)
        with self._lock:
            self._refuse_if_over()
            self._config = file
            _write_private(file, json.dumps(config))  # JSON is YAML
            child = self._spawn(path, "start", "--none", "--log", "stdout", "--config", str(file))
            put_on_record(file, child.pid)

    def lines(self) -> Iterator[str]:
        """Yield the agent's log, and what it says on stderr, until it ends."""
        assert self._child is not None
        assert self._child.stdout is not None
        with self._child.stdout as log:
            while line := log.readline(LONGEST_LINE):
                yield line

    def exit_status(self) -> int | None:
        """Wait for the end of an agent whose log has ended, and return its exit status (None: it lingers)."""
        assert self._child is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._child.wait(KILL_TIMEOUT)
        return None

    def end(self) -> None:
        """Terminate the agent, wait, then kill it; remove its files. Nothing starts after this."""
        with self._lock:
            self._over = True
            child = self._child
        if child is not None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(GRACE)
        self.kill()

    def kill(self) -> None:
        """End the agent at once and remove its files. For signal handlers and the last resort."""
        with self._lock:
            self._over = True
            self._kill_child()
            if self._config is not None:
                with contextlib.suppress(OSError):
                    forget(self._config)

    def _kill_child(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(KILL_TIMEOUT)

    def _refuse_if_over(self) -> None:
        if self._over:
            raise TunnelError("the tunnel was closed while it started")

    def _spawn(self, path: Path, *arguments: str) -> subprocess.Popen[str]:
        with self._lock:
            self._refuse_if_over()
            self._child = subprocess.Popen(  # noqa: S603 - the user's own agent
                [path, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,  # ours, held by an orphan, would keep a pipe of the user's open
                env={name: value for name, value in os.environ.items() if not SECRET_NAME.search(name)},
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # else Ctrl-C at the terminal ends the agent before we disconnect
            )
            return self._child


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
