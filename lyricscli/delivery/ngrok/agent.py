"""The ngrok agent of this machine: where it is, what it is started with, and what its words mean."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lyricscli.errors import TunnelError, telling
from lyricscli.processes import without_any_secret

Version = tuple[int, int, int]

ENDPOINTS_SINCE: Version = (3, 30, 0)  # the first agent with /api/endpoints, says ngrok's changelog
STRICT_SINCE: Version = (3, 0, 0)  # the first agent that refuses names it does not know
SMALLER_THAN_AN_AGENT = 2**20  # bytes; the agent has some tens of MiB, a command installed by pip hardly any
VERSION_TIMEOUT = 5.0  # seconds for `ngrok --version`, which usually takes a tenth of one

LONGEST_QUOTE = 300  # characters of a message of ngrok's that we repeat

NGROK_CODE = re.compile(r"ERR_NGROK_\d+")
HOW_TO_LOG_IN = (
    "Copy your authtoken from https://dashboard.ngrok.com/get-started/your-authtoken (a free account will do)"
    " and store it with `lyrics auth login`."
)
HOW_TO_UPDATE = "Update the agent with `ngrok update`."
# What the codes ask of the user; the sentences are at https://ngrok.com/docs/errors.
ADVICE = {
    "ERR_NGROK_105": HOW_TO_LOG_IN,
    "ERR_NGROK_107": HOW_TO_LOG_IN,
    "ERR_NGROK_108": "End the other agent; https://dashboard.ngrok.com/agents lists those that run.",
    "ERR_NGROK_120": HOW_TO_UPDATE,
    "ERR_NGROK_121": HOW_TO_UPDATE,
    "ERR_NGROK_320": "Name a domain of the account that the authtoken belongs to.",
    "ERR_NGROK_334": "Another run or agent serves your account's address: end it, or name another domain with"
    " --ngrok-domain.",
    "ERR_NGROK_4018": HOW_TO_LOG_IN,
}
ADVICE_WITH_DOMAIN = {
    **ADVICE,
    "ERR_NGROK_334": "Another run or agent serves this address: end it, or leave the domain out.",
}
LOOK_FURTHER = "`lyrics doctor` looks further."
NO_CODE_ADVICE = f"Check the network; {LOOK_FURTHER}"

DOWNLOAD_PAGE = "https://ngrok.com/download"
GET_AGENT = f"Install the agent from {DOWNLOAD_PAGE}, or let `lyrics doctor --install-agent` fetch it."
MAY_NOT_RUN = "Is it executable, and not on a noexec mount?"

KEPT = {
    "connect_url": "server_addr",
    "connect_cas": "root_cas",
    "proxy_url": "http_proxy",
    "dns_resolver_ips": "dns_resolver_ips",
    "crl_noverify": "crl_noverify",
}
"""What of the user's own agent settings it takes to reach ngrok: its name, and the one in the first layouts
(https://ngrok.com/docs/agent/config/v3, and the agent's own list)."""


@dataclass(frozen=True, slots=True)
class TunnelOptions:
    """How to open a tunnel.

    `authtoken` None means the one in ngrok's own config, if any; `domain` is a reserved name without scheme;
    `agent` is the path of the ngrok binary (None: found as `find_agent` says); `state_dir` is a private
    directory for the agent's config and record. `start_timeout` and `restore_timeout` are in seconds: until
    the tunnel is open, and until an agent that lost its session has it again.
    """

    authtoken: str | None = field(repr=False)
    domain: str | None
    agent: Path | None
    state_dir: Path
    start_timeout: float = 15.0
    restore_timeout: float = 30.0


def find_agent(options: TunnelOptions) -> Path | None:
    """Return the agent's executable: the one named, else PATH's, else pyngrok's. Never downloads."""
    path = options.agent
    if path is None:
        path = _on_path() or _pyngrok_place()
    return path if path.is_file() else None


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
    from pyngrok.conf import PyngrokConfig  # 0.1 s, needed only when PATH has no agent

    return Path(PyngrokConfig().ngrok_path)


def install_agent() -> Path:
    """Download the agent to the place where pyngrok keeps it, and return that once it has said its version.

    pyngrok tells its progress on stdout, which belongs to results: here on stderr. Raises TunnelError.
    """
    from pyngrok import installer
    from pyngrok.exception import PyngrokError

    place = _pyngrok_place()
    told, advice = "the ngrok agent could not be downloaded", f"Install it from {DOWNLOAD_PAGE}."
    with (
        telling(told, advice, TunnelError, (PyngrokError, OSError)),
        contextlib.redirect_stdout(sys.stderr),
    ):
        installer.install_ngrok(str(place))
    agent_version(place)
    return place


def start(argv: list[str], inherited: tuple[int, ...] = ()) -> "subprocess.Popen[str]":
    """Start the agent: what it says, on whichever stream, comes out of `stdout`. Raises TunnelError.

    `inherited` are open files that it gets; of the environment it gets no secret. It has a session of its
    own: else Ctrl-C at the terminal would end it before it gave its address back.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own agent
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=without_any_secret(os.environ),
            start_new_session=True,
            pass_fds=inherited,
        )
    except OSError as error:
        advice = MAY_NOT_RUN if isinstance(error, PermissionError) else GET_AGENT
        raise TunnelError(f"{argv[0]} cannot be started: {error.strerror}", advice) from error


def agent_version(path: Path, timeout: float = VERSION_TIMEOUT) -> Version:
    """Ask the agent for its version. TunnelError when it does not say it within `timeout` seconds."""
    return version_said(path, start([str(path), "--version"]), timeout)


def version_said(path: Path, asked: "subprocess.Popen[str]", timeout: float = VERSION_TIMEOUT) -> Version:
    """Return the version from an agent that was started to say it. Raises TunnelError."""
    with asked:
        try:
            said, _ = asked.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            said = ""
        finally:
            asked.kill()
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        raise TunnelError(f"{path} did not say its version", "Is it the ngrok agent? " + GET_AGENT)
    return int(match[1]), int(match[2]), int(match[3])


def own_settings() -> dict[str, Any]:
    """Return the settings that the user gave to ngrok itself; under `authtoken` a token, or nothing.

    Of several files the first with a token counts. Raises TunnelError when there is none and a file cannot be
    read.
    """
    unreadable: TunnelError | None = None
    found: dict[str, Any] = {}
    for path in _own_files():
        try:
            settings = _settings_in(path)
        except TunnelError as error:
            unreadable = unreadable or error
        else:
            found = found or settings
            if settings.get("authtoken"):
                return settings
    if unreadable is not None:
        raise unreadable
    return found


def _own_files() -> Iterator[Path]:
    """Yield where agents keep their config: v3, a v3 from a snap, v2."""
    import platformdirs

    yield platformdirs.user_config_path("ngrok", appauthor=False) / "ngrok.yml"
    yield _snap_home() / "current" / ".config" / "ngrok" / "ngrok.yml"
    yield Path.home() / ".ngrok2" / "ngrok.yml"


def _settings_in(path: Path) -> dict[str, Any]:
    """Return the agent's settings in a file, under their names of layout "3"; none if there is no file."""
    import yaml

    try:
        text = path.read_bytes().decode(errors="replace")
        document = yaml.safe_load("".join(c if c.isprintable() or c in "\r\n" else " " for c in text)) or {}
        settings = {**document, **(document.get("agent") or {})}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not the YAML that ngrok writes"
        raise TunnelError(f"{path} cannot be read: {why}", "Mend it, or run `lyrics auth login`.") from error
    if not isinstance(settings.get("authtoken"), str):
        settings.pop("authtoken", None)
    return settings | {new: settings[old] for new, old in KEPT.items() if old in settings}


def configure(version: Version, options: TunnelOptions) -> str:
    """Return the text of an agent's config, with the token, and with the inspector, which keeps bodies, off.

    Raises TunnelError when there is no token.
    """
    try:
        own = own_settings()
    except TunnelError:
        if not options.authtoken:
            raise
        own = {}
    token = options.authtoken or own.get("authtoken")
    if not token:
        raise TunnelError("ngrok needs an authtoken and has none", HOW_TO_LOG_IN, "ERR_NGROK_4018")
    is_new = version >= ENDPOINTS_SINCE
    settings = {
        **{_name(name, version): own[name] for name in KEPT if own.get(name)},
        "authtoken": token,
        "web_addr": f"127.0.0.1:{_free_port()}",  # the default, 4040, may be wanted by an agent of the user's
        "inspect_db_size": -1,
        "remote_management": False,
        "update_check": False,
    }
    document = {"version": "3", "agent": settings} if is_new else {"version": "2", **settings}
    return json.dumps(document)  # JSON is YAML


def _name(name: str, version: Version) -> str:
    keeps_old = version < ENDPOINTS_SINCE and (name != "proxy_url" or version < STRICT_SINCE)
    return KEPT[name] if keeps_old else name


def config_dir(path: Path, options: TunnelOptions) -> Path:
    """Say where an agent can read its config: one from a snap sees neither hidden directories nor /tmp."""
    return _snap_home() / "common" if path.resolve().name == "snap" else options.state_dir


def _snap_home() -> Path:
    return Path.home() / "snap" / "ngrok"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def refusal(text: str, advice: Mapping[str, str] = ADVICE) -> TunnelError:
    """Turn what ngrok says into our error; `advice` says what each code asks of the user."""
    found = NGROK_CODE.search(text)
    code = found.group() if found else None
    # The log writes line breaks as two characters; what follows the first sentence is general advice.
    first = re.split(r"\\r|\\n|[\r\n]|\. ", text.strip(), maxsplit=1)[0]
    said = re.sub(r"^(authentication failed|failed to start (tunnel|endpoint)): ", "", first)
    said = "".join(c if c.isprintable() else " " for c in said)[:LONGEST_QUOTE].rstrip(". ")
    if code is None:
        return TunnelError(f"ngrok: {said}", NO_CODE_ADVICE)
    message = f"ngrok: {said}" if code in said else f"ngrok: {said} ({code})"
    return TunnelError(message, advice.get(code, f"See https://ngrok.com/docs/errors/{code.lower()}."), code)


def reason_in(body: str) -> str:
    """Return the sentence in an error's body from the agent's local API, or all of it if there is none."""
    try:
        document = json.loads(body)
        return str(document.get("details", {}).get("err") or document.get("msg") or body)
    except (ValueError, AttributeError):
        return body
