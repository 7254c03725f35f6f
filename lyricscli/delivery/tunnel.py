"""The tunnel: a public address for the listener, opened in the background and gone when the command ends.

Threads, all daemons, so none can hold up the interpreter's exit:

    open      finds, asks and starts the agent, waits for its session, opens the endpoint
    watch     reads the agent's log to its end: readiness, refusals, drops, death
    deadline  ends an attempt that takes too long
    close     disconnects, terminates, waits, kills

They meet in two futures: `_opened`, the public URL or why there is none, and `_gone`, why an open one ended.
asyncio and pyngrok are imported where they are used: a tunnel starts while they load.
"""

import atexit
import contextlib
import secrets
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self, TypeVar

from lyricscli.delivery.agent import (
    GET_AGENT,
    Agent,
    TunnelOptions,
    Version,
    agent_version,
    find_agent,
    own_authtoken,
)
from lyricscli.delivery.ngrok_api import (
    HOW_TO_LOG_IN,
    LOOK_FURTHER,
    NGROK_CODE,
    NO_CODE_ADVICE,
    PublicEndpoint,
    agent_config,
    close_endpoint,
    open_endpoint,
    refusal,
)
from lyricscli.delivery.orphans import end_orphans
from lyricscli.errors import TunnelError

__all__ = ["Tunnel", "TunnelOptions", "agent_version", "end_orphans", "find_agent"]

T = TypeVar("T")

WEB_SERVICE = "starting web service"  # its addr= is the local API
# The agent is ready when it has logged all of these, in any order: pyngrok 9.1, process.py.
READY = frozenset({WEB_SERVICE, "client session established", "tunnel session started"})
DROPS = ("session closed", "failed to reconnect session")
# A line without any of these is not worth parsing.
NOTABLE = (*READY, "lvl=eror", "lvl=crit")


class Tunnel:
    """A public address for 127.0.0.1:`port`, as an async context manager."""

    def __init__(self, port: int, options: TunnelOptions) -> None:
        self._port = port
        self._options = options
        # With a reserved domain the address is known before the tunnel is up.
        self.known_url = f"https://{options.domain}" if options.domain else None
        self._agent = Agent()
        self._endpoint: PublicEndpoint | None = None
        self._authtoken: str | None = None
        self._api: str | None = None
        self._awaited = set(READY)
        self._ready = threading.Event()
        self._opened: Future[str] = Future()
        self._gone: Future[TunnelError] = Future()
        self._settling = threading.Lock()
        self._started = False
        self._closing = False
        too_late = f"the ngrok agent was not ready within {options.start_timeout:g} s"
        self._deadline = threading.Timer(
            options.start_timeout, self._report, [TunnelError(too_late, NO_CODE_ADVICE)]
        )
        self._deadline.daemon = True

    def start(self) -> None:
        """Start opening the tunnel in the background and return at once."""
        self._started = True
        atexit.register(self.kill)
        self._deadline.start()
        _in_background(self._open)

    async def url(self) -> str:
        """Wait for the public URL. TunnelError when the tunnel fails, or is not up within `start_timeout`."""
        return await _result_of(self._opened)

    async def lost(self) -> TunnelError:
        """Wait until the open tunnel drops or its agent dies, and say why; never returns otherwise."""
        return await _result_of(self._gone)

    async def close(self) -> None:
        """Disconnect, terminate the agent, wait, kill it: a few seconds at worst. May be called again."""
        import asyncio

        self._closing = True
        self._report(TunnelError("the tunnel was closed"))
        try:
            await _result_of(_in_background(self._shut))
        except asyncio.CancelledError:
            self.kill()
            raise

    def kill(self) -> None:
        """End the agent at once, wherever the tunnel stands: for signal handlers and a second Ctrl-C."""
        self._closing = True
        self._agent.kill()

    async def __aenter__(self) -> Self:
        if not self._started:
            self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _open(self) -> None:
        try:
            end_orphans(self._options.state_dir)
            version = self._start_agent()
            _in_background(self._watch)
            self._ready.wait()
            self._connect(version)
        except TunnelError as error:
            self._report(error)
        except Exception as error:  # noqa: BLE001 - a thread's exception would be lost, and the URL awaited
            self._report(TunnelError(f"the tunnel could not be opened: {error}", LOOK_FURTHER))

    def _start_agent(self) -> Version:
        path = find_agent(self._options)
        if path is None:
            raise TunnelError("the ngrok agent is not installed", GET_AGENT)
        self._authtoken = self._options.authtoken or own_authtoken()
        if self._authtoken is None:
            raise TunnelError("ngrok needs an authtoken and has none", HOW_TO_LOG_IN, "ERR_NGROK_4018")
        version = self._agent.version(path)
        config = agent_config(version, self._authtoken, f"127.0.0.1:{_free_port()}")
        self._agent.start(path, self._options.state_dir, config)
        return version

    def _connect(self, version: Version) -> None:
        if self._opened.done() or self._api is None:
            return
        name = f"lyrics-{secrets.token_hex(4)}"
        upstream = f"http://127.0.0.1:{self._port}"  # a bare port would be `localhost`, which may be ::1
        self._endpoint = open_endpoint(self._api, version, name, upstream, self._options.domain)
        with self._settling:
            if not self._opened.done():
                self._opened.set_result(self._endpoint.url)
        self._deadline.cancel()

    def _watch(self) -> None:
        last_words = ""
        for line in self._agent.lines():
            if line.startswith("ERROR:"):
                last_words = last_words or line.removeprefix("ERROR:").strip()
            elif any(mark in line for mark in NOTABLE):
                with contextlib.suppress(Exception):  # a line that cannot be parsed must not end the watch
                    self._heed(line)
        status = self._agent.exit_status()
        self._report(self._refusal(last_words or f"the agent ended with status {status}"))

    def _heed(self, line: str) -> None:
        from pyngrok.log import NgrokLog

        log = NgrokLog(line)
        message = log.msg or ""
        if log.lvl in {"ERROR", "CRITICAL"}:
            if log.lvl == "CRITICAL" or NGROK_CODE.search(line) or message.startswith(DROPS):
                self._report(self._refusal(log.err or message))
            return
        if WEB_SERVICE in message and log.addr:
            self._api = f"http://{log.addr}"
        self._awaited = {step for step in self._awaited if step not in message}
        if not self._awaited:
            self._ready.set()

    def _refusal(self, text: str) -> TunnelError:
        """Explain ngrok's words, which may quote the token."""
        return refusal(text.replace(self._authtoken, "[authtoken]") if self._authtoken else text)

    def _report(self, error: TunnelError) -> None:
        """Take note of the end: of the attempt, which then ends the agent, or of an open tunnel."""
        with self._settling:
            failed = not self._opened.done()
            if failed:
                self._opened.set_exception(error)
            elif not self._closing and not self._gone.done() and self._opened.exception() is None:
                self._gone.set_result(error)
        if failed:
            self._deadline.cancel()
            self._ready.set()
            if not self._closing:
                self._agent.end()

    def _shut(self) -> None:
        if self._endpoint is not None:
            with contextlib.suppress(TunnelError):
                close_endpoint(self._endpoint)
        self._agent.end()
        atexit.unregister(self.kill)


def _free_port() -> int:
    """Find a port for the agent's web service; its default, 4040, may be wanted by an agent of the user's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _in_background(work: Callable[[], None]) -> Future[None]:
    done: Future[None] = Future()

    def run() -> None:
        try:
            work()
        finally:
            done.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    return done


async def _result_of(future: Future[T]) -> T:
    """Await a thread's future. Unlike with `asyncio.wrap_future`, a cancelled wait leaves it alone."""
    import asyncio

    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake(_: Future[T]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(woken.set)

    future.add_done_callback(wake)
    await woken.wait()
    return future.result()
