"""The ngrok agent of this machine: where it is, what it is, and what it is started with."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lyricscli.errors import TunnelError

Version = tuple[int, int, int]

ENDPOINTS_SINCE: Version = (3, 30, 0)  # the first agent with /api/endpoints, says pyngrok 9.1
SMALLER_THAN_AN_AGENT = 2**20  # bytes; the agent has some tens of MiB, a command installed by pip hardly any
VERSION_TIMEOUT = 5.0  # seconds for `ngrok --version`, which usually takes a tenth of one

GET_AGENT = (
    "Install the agent from https://ngrok.com/download, or let `lyrics doctor --install-agent` fetch it."
)


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
        path = _on_path() or _pyngrok_place()
    return path if os.access(path, os.X_OK) and path.is_file() else None


def _on_path() -> Path | None:
    """Return PATH's agent, past pyngrok's own command of that name, which downloads one when it is run."""
    for folder in os.get_exec_path():
        found = shutil.which("ngrok", path=folder)
        if found is not None and not _is_pyngroks(Path(found)):
            return Path(found)
    return None


def _is_pyngroks(path: Path) -> bool:
    try:
        return path.stat().st_size < SMALLER_THAN_AN_AGENT and b"from pyngrok" in path.read_bytes()
    except OSError:
        return False


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


def agent_version(path: Path, started: Callable[[subprocess.Popen[str]], None] = lambda _: None) -> Version:
    """Ask the agent for its version. TunnelError when it does not answer within `VERSION_TIMEOUT`.

    Not through pyngrok, which would wait for ever. `started` is given the process that is asked.
    """
    with subprocess.Popen(  # noqa: S603 - the user's own agent
        [path, "--version"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as asked:
        try:
            started(asked)
            said, _ = asked.communicate(timeout=VERSION_TIMEOUT)
        except subprocess.TimeoutExpired:
            said = ""
        finally:
            asked.kill()
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        raise TunnelError(f"{path} did not say its version", "Is it the ngrok agent? " + GET_AGENT)
    return int(match[1]), int(match[2]), int(match[3])


def agent_config(layout: str, authtoken: str) -> dict[str, object]:
    """Return an agent's config in the layout "3" or "2", with the inspector, which keeps bodies, off."""
    settings: dict[str, object] = {
        "authtoken": authtoken,
        "web_addr": f"127.0.0.1:{_free_port()}",  # the default, 4040, may be wanted by an agent of the user's
        "inspect_db_size": -1,
        "remote_management": False,
    }
    return {"version": "3", "agent": settings} if layout == "3" else {"version": "2", **settings}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
