"""The tunnel: one agent of ngrok's, started, listened to, asked for a public address, and ended.

The process is ours and not pyngrok's, which takes the first error in the log for the end, where the agent
goes on to its second try, and which a silent agent blocks for ever. All is done in the loop; a thread reads
the log, so that its flood holds nothing up, and carries there what it tells.
"""

import asyncio  # noqa: TID253 (imported by what opens a gate, which runs in a loop)
import atexit
import json
import re
import secrets
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from lyricscli.delivery.gate import Address
from lyricscli.delivery.ngrok import agent
from lyricscli.delivery.ngrok.agent import TunnelOptions
from lyricscli.delivery.ngrok.orphans import GRACE, AgentRecord, end_orphans
from lyricscli.errors import TunnelError

T = TypeVar("T")

CLOSE_TIMEOUT = 2.0  # seconds for the agent to give an address back
KILL_TIMEOUT = 1.0  # seconds for the system to bury a process
NOT_YET = 503  # what the local API answers before there is a session
ASK_AGAIN = 0.25  # seconds, if nothing new is said meanwhile
LONGEST_LINE = 2**13  # characters of a line of log; the agent's have some hundreds

_FIELD = r'\b(\w+)=("(?:[^"\\]|\\.)*"|\S*)'
_SERVES, _HAS_SESSION, _CUT = "starting web service", "client session established", "session closed"
_CLOSED = TunnelError("the tunnel was closed")


class Tunnel(Address):
    """A public address for 127.0.0.1:`port`. With a reserved domain it is known before the tunnel is up."""

    def __init__(self, port: int, options: TunnelOptions) -> None:
        super().__init__(f"https://{options.domain}" if options.domain else None)
        self._port = port
        self._options = options
        self._opening: asyncio.Task[None] | None = None
        self._child: subprocess.Popen[str] | None = None
        self._record: AgentRecord | None = None
        self._token = ""
        self._version = agent.ENDPOINTS_SINCE
        # What the agent told: where its local API is, the open address and its place there, its last error.
        self._api = self._url = self._endpoint = self._trouble = ""
        self._has_session = self._was_cut = False
        self._failure: TunnelError | None = None
        self._news = asyncio.Event()

    def start(self) -> None:
        """Start opening the tunnel in the background and return at once."""
        atexit.register(self.kill)
        self._opening = asyncio.create_task(self._open())

    async def url(self) -> str:
        """Wait for the public URL. TunnelError when the tunnel fails, or is not up within `start_timeout`."""
        return await self._until(lambda: self._url)

    async def lost(self) -> TunnelError:
        """Wait until the open tunnel is cut off or its agent ends, and say why; never returns otherwise."""
        await self.url()
        try:
            await self._until(lambda: self._was_cut)
        except TunnelError as error:
            return await super().lost() if error is _CLOSED else error
        self._was_cut = False
        return TunnelError("ngrok: session closed", agent.NO_CODE_ADVICE)

    async def back(self) -> None:
        """Wait until the agent that was cut off has its session again, and with it the address.

        TunnelError when it ends, or has none within `restore_timeout`.
        """
        try:
            async with asyncio.timeout(self._options.restore_timeout):
                await self._until(lambda: self._has_session)
        except TimeoutError:
            what = f"the ngrok agent did not get it back within {self._options.restore_timeout:g} s"
            raise self._late(what) from None

    async def close(self) -> None:
        """Disconnect, terminate the agent, wait, kill it: a few seconds at worst. May be called again."""
        self._fail(_CLOSED)
        try:
            if self._opening is not None:
                self._opening.cancel()
                await asyncio.wait({self._opening})
            await self._end()
        finally:
            self.kill()
        atexit.unregister(self.kill)

    def kill(self) -> None:
        """End the agent at once, wherever the tunnel stands: for signal handlers and a second Ctrl-C."""
        self._fail(_CLOSED)
        if self._child is not None:
            self._child.kill()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(KILL_TIMEOUT)
        if self._record is not None:
            self._record.forget()

    # Opening and ending

    async def _open(self) -> None:
        """Start the agent and have it open the address; if that fails, end the agent."""
        seconds = self._options.start_timeout
        try:
            await asyncio.to_thread(end_orphans, self._options.state_dir)
            async with asyncio.timeout(seconds):
                await self._start_agent()
                await self._publish()
        except TimeoutError:
            self._fail(self._late(f"the ngrok agent was not ready within {seconds:g} s"))
        except TunnelError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - else the URL would be awaited for ever
            self._fail(TunnelError(f"the tunnel could not be opened: {error}", agent.LOOK_FURTHER))
        else:
            return
        await self._end()

    async def _end(self) -> None:
        """Have the address given back and the agent end itself, and kill it; nothing starts afterwards."""
        endpoint, self._endpoint = self._endpoint, ""
        if endpoint:
            with suppress(OSError, TunnelError):  # it may be gone already
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self._ask("DELETE", endpoint)
        if self._child is not None:
            self._child.terminate()
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._child.wait, GRACE)
        self.kill()

    async def _start_agent(self) -> None:
        """Ask the agent's version, and start it with a config that only this user can read."""
        path = await asyncio.to_thread(agent.find_agent, self._options)
        if path is None:
            raise TunnelError("the ngrok agent is not installed", agent.GET_AGENT)
        asked = self._begin([str(path), "--version"])
        self._version = await asyncio.to_thread(agent.version_said, path, asked)
        config = await asyncio.to_thread(agent.configure, self._version, self._options)
        settings = json.loads(config)
        self._token = settings.get("agent", settings)["authtoken"]
        self._refuse_if_over()
        self._record = AgentRecord(self._options.state_dir, agent.config_dir(path, self._options), config)
        log = ("--log", "stdout", "--config", str(self._record.config))
        child = self._begin([str(path), "start", "--none", *log], self._record.inherited)
        carried = (child, asyncio.get_running_loop())
        threading.Thread(target=self._read_log, args=carried, daemon=True).start()

    def _begin(self, argv: list[str], inherited: tuple[int, ...] = ()) -> "subprocess.Popen[str]":
        """Start a process that `kill` will find, unless all is over."""
        self._refuse_if_over()
        self._child = agent.start(argv, inherited)
        return self._child

    async def _publish(self) -> None:
        """Have the address opened, as soon as the agent has its session."""
        kind = "endpoints" if self._version >= agent.ENDPOINTS_SINCE else "tunnels"
        while True:
            await self._until(lambda: self._api)
            status, body = await self._ask("POST", f"/api/{kind}", self._wanted())
            if status != NOT_YET or agent.NGROK_CODE.search(body):
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_AGAIN):
                    await self._news.wait()
            self._refuse_if_over()
        if status == 404:  # noqa: PLR2004
            raise TunnelError(f"the ngrok agent does not know /api/{kind}", agent.HOW_TO_UPDATE)
        if status >= 400:  # noqa: PLR2004
            raise self._refusal(agent.reason_in(body))
        try:
            answer = json.loads(body)
            url, endpoint = answer["url" if kind == "endpoints" else "public_url"], str(answer["uri"])
        except (ValueError, TypeError, KeyError) as error:
            raise TunnelError("the ngrok agent's answer made no sense", agent.HOW_TO_UPDATE) from error
        self._url, self._endpoint, self._has_session, self._was_cut = str(url), endpoint, True, False
        self._tell()

    def _wanted(self) -> dict[str, Any]:
        """Describe the address in the agent's own terms, which changed twice."""
        name, domain = f"lyrics-{secrets.token_hex(4)}", self._options.domain
        upstream = f"http://127.0.0.1:{self._port}"  # a bare port would be `localhost`, which may be ::1
        if self._version >= agent.ENDPOINTS_SINCE:
            wanted: dict[str, Any] = {"name": name, "upstream": {"url": upstream}}
            return wanted | ({"url": f"https://{domain}"} if domain else {})
        is_new = self._version >= agent.STRICT_SINCE
        wanted = {"name": name, "addr": upstream, "proto": "http"} | ({} if is_new else {"bind_tls": "true"})
        return wanted | ({"domain" if is_new else "hostname": domain} if domain else {})

    async def _ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Ask the local API directly, whatever proxies the environment names.

        If it breaks off, the agent's own last words say why. Raises TunnelError.
        """
        import aiohttp

        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, f"http://{self._api}{path}", json=body) as answer,
            ):
                return answer.status, await answer.text("utf-8", errors="replace")
        except (aiohttp.ClientError, OSError) as error:
            with suppress(TimeoutError):
                async with asyncio.timeout(KILL_TIMEOUT):
                    await self._until(lambda: False)
            raise self._refusal(f"the agent does not answer: {error}") from error

    # What the agent says

    def _read_log(self, child: "subprocess.Popen[str]", loop: asyncio.AbstractEventLoop) -> None:
        """Read all that the agent says, in a thread of its own, and its end."""
        assert child.stdout is not None
        with suppress(RuntimeError):  # the loop may be closed
            with child.stdout as said:
                for line in iter(lambda: said.readline(LONGEST_LINE), ""):
                    if told := _told(line):
                        loop.call_soon_threadsafe(self._heed, told)
            loop.call_soon_threadsafe(self._ended, child.wait())

    def _heed(self, told: dict[str, str]) -> None:
        message, error = told["msg"], told.get("err", "")
        if message == _SERVES:
            self._api = told.get("addr", "")
        elif message == _HAS_SESSION:
            self._has_session, self._trouble = self._failure is None, ""
        elif told["lvl"] == "stderr":
            self._trouble = self._trouble or error
        else:
            self._trouble = error or message
            if told["lvl"] == "crit" or (not self._url and agent.NGROK_CODE.search(" ".join(told.values()))):
                self._fail(self._refusal(self._trouble))
            elif message.startswith(_CUT) and self._has_session:
                self._has_session, self._was_cut = False, True
        self._tell()

    def _ended(self, status: int) -> None:
        self._fail(self._refusal(self._trouble or f"the agent ended with status {status}"))

    def _refusal(self, text: str) -> TunnelError:
        """Explain ngrok's words, which may quote the token."""
        text = text.replace(self._token, "[authtoken]") if self._token else text
        return agent.refusal(text, agent.ADVICE_WITH_DOMAIN if self._options.domain else agent.ADVICE)

    def _late(self, what: str) -> TunnelError:
        """Tell what did not happen in time, and the last error, which may say why."""
        last = f"; its last error: {self._refusal(self._trouble).message}" if self._trouble else ""
        return TunnelError(what + last, agent.NO_CODE_ADVICE)

    def _refuse_if_over(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _fail(self, error: TunnelError) -> None:
        """Note why it is over; the first reason counts."""
        self._failure = self._failure or error
        self._has_session = False
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _until(self, found: Callable[[], T]) -> T:
        """Wait until there is something to be found. Raises TunnelError when the tunnel fails."""
        while not (value := found()):
            self._refuse_if_over()
            await self._news.wait()
        return value


def _told(line: str) -> dict[str, str]:
    """Return what a line says that matters: the fields of the log's, a complaint on stderr; else nothing."""
    if line.startswith("ERROR:"):
        return {"lvl": "stderr", "msg": "", "err": line.removeprefix("ERROR:").strip()}
    told = {"lvl": "", "msg": ""} | {name: _unquoted(value) for name, value in re.findall(_FIELD, line)}
    return told if told["lvl"] in {"eror", "crit"} or told["msg"] in {_SERVES, _HAS_SESSION} else {}


def _unquoted(value: str) -> str:
    return value[1:-1].replace('\\"', '"') if value.startswith('"') else value
