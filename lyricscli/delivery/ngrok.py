"""One agent of ngrok's, started, watched and ended through pyngrok 9.1, whose gaps are closed here.

- It starts an agent with our stderr, which an orphan would hold open and where an agent may quote its token,
  and it tells agents apart by their path alone. So each agent gets a path of its own: a script of a line that
  joins stderr to the log. (Windows has no such scripts: there the agent keeps our stderr.)
- A silent agent blocks it, with its locks, for ever: `end` and `kill` reach for the process itself.
- It stops reading the log when the agent has died, whatever the last words are: we read on.
- It downloads an agent that is missing: so the version that its installer is asked for does not exist.

pyngrok is imported inside the functions: it costs 0.15 s, which pass in the background.
"""

import contextlib
import json
import logging
import math
import os
import secrets
import shlex
import subprocess
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyricscli.delivery.agent import (
    ENDPOINTS_SINCE,
    GET_AGENT,
    TunnelOptions,
    agent_config,
    agent_version,
    find_agent,
    own_authtoken,
)
from lyricscli.delivery.orphans import GRACE, POLL, forget, new_config, put_on_record
from lyricscli.delivery.refusals import HOW_TO_LOG_IN, HOW_TO_UPDATE, NGROK_CODE, reason_in, refusal
from lyricscli.errors import TunnelError

if TYPE_CHECKING:
    from pyngrok.conf import PyngrokConfig
    from pyngrok.log import NgrokLog
    from pyngrok.ngrok import NgrokTunnel
    from pyngrok.process import NgrokProcess

REQUEST_TIMEOUT = 10.0  # seconds: the agent asks the ngrok service before it answers
CLOSE_TIMEOUT = 2.0  # seconds for the agent to give an address back
KILL_TIMEOUT = 1.0  # seconds for the system to start or to bury a process
DROPS = ("session closed", "failed to reconnect session")  # what an agent may repeat for ever


class Agent:
    """A tunnel's one child process, and its files. `end` and `kill` may come at any time, in any thread.

    `report` is told, from any thread, why the tunnel cannot open or is lost.
    """

    def __init__(self, report: Callable[[TunnelError], None]) -> None:
        self._report = report
        self._authtoken = ""
        self._last_words = ""
        self._config: PyngrokConfig | None = None
        self._process: NgrokProcess | None = None
        self._endpoint: NgrokTunnel | None = None
        self._files: Path | None = None
        self._child: subprocess.Popen[str] | None = None
        self._starting = False
        self._over = False
        # Reentrant: a signal handler may call `kill` while its own thread is inside.
        self._lock = threading.RLock()

    def open(self, port: int, options: TunnelOptions) -> str:
        """Start the agent, have it forward a public address to `port` of loopback, and return its URL."""
        path = find_agent(options)
        if path is None:
            raise TunnelError("the ngrok agent is not installed", GET_AGENT)
        self._authtoken = options.authtoken or own_authtoken() or ""
        if not self._authtoken:
            raise TunnelError("ngrok needs an authtoken and has none", HOW_TO_LOG_IN, "ERR_NGROK_4018")
        try:
            self._begin()
            layout = "3" if agent_version(path, self._take) >= ENDPOINTS_SINCE else "2"
            self._configure(path, layout, options)
            return self._connect(port, options.domain)
        finally:
            self._starting = False

    def wait(self) -> TunnelError:
        """Wait until the agent ends, and return its last words or its status."""
        assert self._process is not None
        self._hear_out(self._process)
        return self._refusal(self._last_words or f"the agent ended with status {self._process.proc.wait()}")

    def end(self) -> None:
        """Disconnect, terminate the agent, wait, kill it; remove its files. Nothing starts after this."""
        self._disconnect()
        self._stop(subprocess.Popen.terminate, GRACE)
        self.kill()

    def kill(self) -> None:
        """End the agent at once and remove its files. For signal handlers and the last resort."""
        self._stop(subprocess.Popen.kill, KILL_TIMEOUT)
        if self._files is not None:
            with contextlib.suppress(OSError):
                forget(self._files)

    def _configure(self, path: Path, layout: str, options: TunnelOptions) -> None:
        """Write what the agent is started with where only this user can read it."""
        from pyngrok.conf import PyngrokConfig

        options.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            self._begin()
            self._files = new_config(options.state_dir)
            _write_private(self._files, json.dumps(agent_config(layout, self._authtoken)))  # JSON is YAML
            if os.name == "posix":
                script = f'#!/bin/sh\nexec {shlex.quote(str(path.absolute()))} "$@" 2>&1\n'
                path = self._files.with_suffix(".sh")
                _write_private(path, script, 0o700)
        config = PyngrokConfig(
            ngrok_path=str(path),
            config_path=str(self._files),
            config_version=layout,
            log_event_callback=self._hear,
            startup_timeout=math.ceil(options.start_timeout) + 1,  # the tunnel's own deadline comes first
            request_timeout=REQUEST_TIMEOUT,
            start_new_session=True,  # else Ctrl-C at the terminal ends the agent before we disconnect
            ngrok_version="none",  # the installer knows none such, and refuses
        )
        # pyngrok takes what it is not given from the environment, and would put it in the agent's argv.
        config.auth_token = config.api_key = None
        self._config = config

    def _connect(self, port: int, domain: str | None) -> str:
        from http.client import HTTPException

        from pyngrok import ngrok
        from pyngrok.exception import PyngrokError, PyngrokNgrokHTTPError

        _tame_pyngrok()
        assert self._config is not None
        wanted = {"name": f"lyrics-{secrets.token_hex(4)}"}
        if domain and self._config.config_version == "3":
            wanted["url"] = f"https://{domain}"
        elif domain:
            wanted["domain"] = domain
        upstream = f"http://127.0.0.1:{port}"  # a bare port would be `localhost`, which may be ::1
        try:
            self._endpoint = ngrok.connect(upstream, pyngrok_config=self._config, **wanted)
        except PyngrokNgrokHTTPError as error:
            raise self._refusal(reason_in(error.body)) from error
        except (ValueError, AttributeError) as error:
            raise TunnelError("the ngrok agent's answer made no sense", HOW_TO_UPDATE) from error
        except (PyngrokError, HTTPException, OSError) as error:
            if self._process is not None and self._process.proc.poll() is not None:
                raise self.wait() from error
            raise self._refusal(f"the agent does not answer: {error}") from error
        return str(self._endpoint.public_url)

    def _hear(self, log: "NgrokLog") -> None:
        """Heed a line of the agent's log. To raise would end pyngrok's reading of it and block the agent."""
        with contextlib.suppress(OSError):
            self._put_on_record()
        with contextlib.suppress(Exception):
            message = log.msg or ""
            is_fatal = NGROK_CODE.search(log.line) or message.startswith(DROPS)
            if log.line.startswith("ERROR:"):  # on stderr
                self._last_words = self._last_words or log.line.removeprefix("ERROR:")
            elif log.lvl == "CRITICAL" or (log.lvl == "ERROR" and is_fatal):
                self._report(self._refusal(log.err or message))
            elif "starting web service" in message:
                self._check_api(f"http://{log.addr}")

    def _put_on_record(self) -> None:
        with self._lock:
            if self._process is None and not self._over and (child := self._find_child()) and self._files:
                put_on_record(self._files, child.pid)

    def _check_api(self, api: str) -> None:
        """Look for the API ourselves: pyngrok takes a 404 for "not yet", and waits."""
        from pyngrok import ngrok
        from pyngrok.exception import PyngrokNgrokHTTPError

        assert self._config is not None
        path = "/api/endpoints" if self._config.config_version == "3" else "/api/tunnels"
        try:
            ngrok.api_request(api + path, timeout=REQUEST_TIMEOUT)
        except PyngrokNgrokHTTPError as error:
            if error.status_code == HTTPStatus.NOT_FOUND:
                self._report(TunnelError(f"the ngrok agent does not know {path}", HOW_TO_UPDATE))

    def _hear_out(self, process: "NgrokProcess") -> None:
        """Read the log to its end, once pyngrok's own thread has stopped."""
        from pyngrok.log import NgrokLog

        if (monitor := process._monitor_thread) is not None:  # noqa: SLF001 - hence pyngrok <9.2
            monitor.join()
        log: Any = process.proc.stdout
        with log:
            for line in log:
                self._hear(NgrokLog(line))

    def _refusal(self, text: str) -> TunnelError:
        """Explain ngrok's words, which may quote the token."""
        return refusal(text.replace(self._authtoken, "[authtoken]"))

    def _begin(self) -> None:
        """Declare that a process is about to start: `_stop` waits for it. TunnelError if all is over."""
        with self._lock:
            if self._over:
                raise TunnelError("the tunnel was closed while it started")
            self._child, self._starting = None, True

    def _take(self, child: "subprocess.Popen[str]") -> None:
        self._child = child

    def _disconnect(self) -> None:
        """Give the public address back.

        Not by `ngrok.disconnect`, which starts a new agent when ours dies under it: 3 times in 150 deaths
        within a millisecond.
        """
        if self._endpoint is not None:
            from pyngrok import ngrok

            handle = f"{self._endpoint.api_url}{self._endpoint.uri}"
            with contextlib.suppress(Exception):  # it may be gone already
                ngrok.api_request(handle, "DELETE", timeout=CLOSE_TIMEOUT)

    def _stop(self, how: "Callable[[subprocess.Popen[str]], None]", patience: float) -> None:
        with self._lock:
            self._over = True
        late = time.monotonic() + KILL_TIMEOUT
        while not (self._child or self._find_child()) and self._starting and time.monotonic() < late:
            time.sleep(POLL)
        if self._child is not None:
            how(self._child)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)

    def _find_child(self) -> "subprocess.Popen[str] | None":
        """Take hold of the agent's process. One that is silent is nowhere but in pyngrok's own table."""
        if self._config is not None:
            from pyngrok import process

            found = process._current_processes.get(self._config.ngrok_path)  # noqa: SLF001 - hence pyngrok <9.2
            if found is not None and found.pyngrok_config is self._config:
                self._process, self._child = found, found.proc
        return self._child


def _tame_pyngrok() -> None:
    """Keep pyngrok off our stderr, and its questions to the agent out of a proxy's hands; for good."""
    from urllib.request import ProxyHandler, build_opener, install_opener

    # It logs the agent's words, which may quote the token; Python shows errors that no handler takes.
    logging.getLogger("pyngrok").setLevel(logging.CRITICAL + 1)
    # Nothing else here asks through urllib's opener, and pyngrok asks on loopback alone.
    install_opener(build_opener(ProxyHandler({})))


def _write_private(path: Path, text: str, mode: int = 0o600) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
