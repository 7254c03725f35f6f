"""One agent of ngrok's: started, listened to, asked for a public address over its local API, and ended.

The process is ours and not pyngrok's, which takes the first error in the log for the end, where the agent
goes on to its second try, and which a silent agent blocks for ever.
"""

import json
import os
import re
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

from lyricscli.delivery.ngrok.agent import (
    ADVICE,
    ADVICE_WITH_DOMAIN,
    ENDPOINTS_SINCE,
    GET_AGENT,
    HOW_TO_UPDATE,
    LOOK_FURTHER,
    NGROK_CODE,
    NO_CODE_ADVICE,
    STRICT_SINCE,
    VERSION_TIMEOUT,
    TunnelOptions,
    Version,
    agent_version,
    config_dir,
    configure,
    find_agent,
    reason_in,
    refusal,
    start,
)
from lyricscli.delivery.ngrok.orphans import GRACE, AgentRecord
from lyricscli.errors import TunnelError
from lyricscli.processes import without_any_secret

ANSWER_BYTES = 2**20  # of an answer of the local API
CLOSE_TIMEOUT = 2.0  # seconds for the agent to give an address back
KILL_TIMEOUT = 1.0  # seconds for the system to bury a process
NOT_YET = 503  # what the local API answers before there is a session
ASK_AGAIN = 0.25  # seconds, if nothing new is said meanwhile

_FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')


class Agent:
    """A tunnel's one child process, and its files.

    `run` is for a thread of its own; `end` and `kill` may come at any time, in any thread. `listeners` are
    called, from any thread, whenever one of the public attributes has changed: `url`, the public address once
    it is open; `failure`, why there is none or none any more; `drops`, how often an open one was cut off;
    `has_session`, whether it is up; `trouble`, the last error of the agent's.
    """

    def __init__(self, options: TunnelOptions) -> None:
        self.url: str | None = None
        self.failure: TunnelError | None = None
        self.drops = 0
        self.has_session = False
        self.trouble = ""
        self.listeners: set[Callable[[], None]] = set()
        self._options = options
        self._version: Version = ENDPOINTS_SINCE
        self._api: str | None = None
        self._endpoint: str | None = None
        self._child: subprocess.Popen[str] | None = None
        self._record: AgentRecord | None = None
        # Reentrant: a signal handler may call `kill` while its own thread is inside.
        self._news = threading.Condition(threading.RLock())
        self._ending = threading.Lock()
        self._token = ""

    def run(self, port: int) -> None:
        """Start the agent and open a public address for `port` of loopback; if that fails, end the agent."""
        late = time.monotonic() + self._options.start_timeout
        try:
            self._start(late)
            self._open(port, late)
        except TunnelError as error:
            self._fail(error if time.monotonic() < late else self._too_late())
        except Exception as error:  # noqa: BLE001 - a thread's exception would be lost, and the URL awaited
            self._fail(TunnelError(f"the tunnel could not be opened: {error}", LOOK_FURTHER))
        else:
            return
        self.end()

    def refusal(self, text: str) -> TunnelError:
        """Explain ngrok's words, which may quote the token."""
        text = text.replace(self._token, "[authtoken]") if self._token else text
        return refusal(text, ADVICE_WITH_DOMAIN if self._options.domain else ADVICE)

    def failing(self, what: str) -> TunnelError:
        """Tell what did not happen in time, and the last error, which may say why."""
        last = f"; its last error: {self.refusal(self.trouble).message}" if self.trouble else ""
        return TunnelError(what + last, NO_CODE_ADVICE)

    def end(self) -> None:
        """Disconnect, terminate the agent, wait, kill it; remove its files. Nothing starts after this."""
        self._fail(TunnelError("the tunnel was closed"))
        with self._ending:
            endpoint, self._endpoint = self._endpoint, None
            if endpoint is not None:
                with suppress(OSError, HTTPException):  # it may be gone already
                    self._ask("DELETE", endpoint, None, CLOSE_TIMEOUT)
            self._stop(subprocess.Popen.terminate, GRACE)
            self.kill()

    def kill(self) -> None:
        """End the agent at once and remove its files. For signal handlers and the last resort."""
        self._fail(TunnelError("the tunnel was closed"))
        self._stop(subprocess.Popen.kill, KILL_TIMEOUT)
        if self._record is not None:
            self._record.forget()

    def _start(self, late: float) -> None:
        """Ask the agent's version, and start it with a config that only this user can read."""
        path = find_agent(self._options)
        if path is None:
            raise TunnelError("the ngrok agent is not installed", GET_AGENT)
        patience = min(VERSION_TIMEOUT, max(late - time.monotonic(), 0.0))
        self._version = agent_version(path, self._begin, patience)
        config = configure(self._version, self._options)
        settings = json.loads(config)
        self._token = settings.get("agent", settings)["authtoken"]
        with self._news:
            self._refuse_if_over()
            self._record = AgentRecord(self._options.state_dir, config_dir(path, self._options), config)
            log = ("--log", "stdout", "--config", str(self._record.config))
            child = self._begin([str(path), "start", "--none", *log], self._record.inherited)
        threading.Thread(target=self._listen, args=(child,), daemon=True).start()

    def _begin(self, argv: list[str], inherited: tuple[int, ...] = ()) -> "subprocess.Popen[str]":
        """Start a process that `_stop` will find, unless all is over."""
        with self._news:
            self._refuse_if_over()
            self._child = start(argv, without_any_secret(os.environ), inherited)
            return self._child

    def _refuse_if_over(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _stop(self, how: "Callable[[subprocess.Popen[str]], None]", patience: float) -> None:
        with self._news:  # from here on nothing starts
            child = self._child
        if child is not None:
            how(child)
            with suppress(subprocess.TimeoutExpired):
                child.wait(patience)

    def _open(self, port: int, late: float) -> None:
        """Have the address opened, as soon as the agent has its session."""
        kind = "endpoints" if self._version >= ENDPOINTS_SINCE else "tunnels"
        status, body = NOT_YET, ""
        while status == NOT_YET and not NGROK_CODE.search(body):
            if body:
                with self._news:
                    self._news.wait(ASK_AGAIN)
            self._wait_for(lambda: self._api, late)
            status, body = self._post(f"/api/{kind}", self._wanted(port), late)
        if status == 404:  # noqa: PLR2004
            raise TunnelError(f"the ngrok agent does not know /api/{kind}", HOW_TO_UPDATE)
        if status >= 400:  # noqa: PLR2004
            raise self.refusal(reason_in(body))
        try:
            answer = json.loads(body)
            url, self._endpoint = answer["url" if kind == "endpoints" else "public_url"], str(answer["uri"])
        except (ValueError, TypeError, KeyError) as error:
            raise TunnelError("the ngrok agent's answer made no sense", HOW_TO_UPDATE) from error
        with self._news:
            self._refuse_if_over()
            self.url, self.has_session, self.drops = str(url), True, 0
        self._tell()

    def _wanted(self, port: int) -> dict[str, Any]:
        """Describe the address in the agent's own terms, which changed twice."""
        name, domain = f"lyrics-{secrets.token_hex(4)}", self._options.domain
        upstream = f"http://127.0.0.1:{port}"  # a bare port would be `localhost`, which may be ::1
        if self._version >= ENDPOINTS_SINCE:
            wanted: dict[str, Any] = {"name": name, "upstream": {"url": upstream}}
            return {**wanted, "url": f"https://{domain}"} if domain else wanted
        wanted = {"name": name, "addr": upstream, "proto": "http"}
        is_new = self._version >= STRICT_SINCE
        if domain:
            wanted["domain" if is_new else "hostname"] = domain
        return wanted if is_new else {**wanted, "bind_tls": "true"}

    def _post(self, path: str, wanted: dict[str, Any], late: float) -> tuple[int, str]:
        """Ask the local API; if it breaks off, the agent's own last words say why. Raises TunnelError."""
        try:
            return self._ask("POST", path, wanted, late - time.monotonic())
        except (OSError, HTTPException) as error:
            with self._news:
                self._news.wait_for(lambda: self.failure, min(KILL_TIMEOUT, late - time.monotonic()))
            raise self.failure or self.refusal(f"the agent does not answer: {error}") from error

    def _ask(self, method: str, path: str, body: object, timeout: float) -> tuple[int, str]:
        """Ask the local API directly, whatever proxies the environment names."""
        assert self._api is not None
        with closing(HTTPConnection(self._api, timeout=max(timeout, 0.01))) as connection:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read(ANSWER_BYTES).decode(errors="replace")

    def _wait_for(self, found: Callable[[], object], late: float) -> None:
        """Wait until it is found. Raises TunnelError when the agent fails or is too late."""
        with self._news:
            self._news.wait_for(lambda: self.failure or found(), late - time.monotonic())
            self._refuse_if_over()
            if not found() or time.monotonic() > late:
                raise self._too_late()

    def _too_late(self) -> TunnelError:
        return self.failing(f"the ngrok agent was not ready within {self._options.start_timeout:g} s")

    def _listen(self, child: "subprocess.Popen[str]") -> None:
        """Read all that the agent says, and its end."""
        assert child.stdout is not None
        with child.stdout as said:
            for line in said:
                self._heed(line)
        status = child.wait()
        self._fail(self.refusal(self.trouble or f"the agent ended with status {status}"))

    def _heed(self, line: str) -> None:
        """Take note of a line of the log, as the agent writes it, or of a word on stderr."""
        fields = {name: _unquoted(value) for name, value in _FIELD.findall(line)}
        level, message = fields.get("lvl"), fields.get("msg", "")
        if line.startswith("ERROR:"):
            self.trouble = self.trouble or line.removeprefix("ERROR:").strip()
        elif level in {"eror", "crit"}:
            self.trouble = fields.get("err") or message
            if level == "crit" or (self.url is None and NGROK_CODE.search(line)):
                self._fail(self.refusal(self.trouble))
            elif message.startswith("session closed") and self.has_session:
                self.has_session, self.drops = False, self.drops + 1
        elif message == "starting web service":
            self._api = fields.get("addr")
        elif message == "client session established":
            self.has_session, self.trouble = self.failure is None, ""
        else:
            return
        self._tell()

    def _fail(self, error: TunnelError) -> None:
        """Note why it is over; the first reason counts."""
        with self._news:
            self.failure = self.failure or error
            self.has_session = False
        self._tell()

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()
            listeners = list(self.listeners)
        for listener in listeners:
            with suppress(RuntimeError):  # the loop of one that just left may be closed
                listener()


def _unquoted(value: str) -> str:
    return value[1:-1].replace('\\"', '"') if value.startswith('"') else value
