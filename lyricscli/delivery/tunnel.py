"""The tunnel: a public address for the listener, opened in the background and gone when the command ends.

Threads, all daemons, so none can hold up the interpreter's exit:

    open      ends orphans, opens the tunnel through pyngrok, then waits for the agent's end
    deadline  ends an attempt that takes too long

and pyngrok's own, which reads the agent's log. They meet in two futures: `_opened`, the public URL or why
there is none, and `_gone`, why an open one ended. asyncio and pyngrok are imported where they are used: a
tunnel starts while they load.
"""

import atexit
import contextlib
import threading
from concurrent.futures import Future, InvalidStateError
from types import TracebackType
from typing import Self, TypeVar

from lyricscli.delivery.agent import TunnelOptions, agent_version, find_agent
from lyricscli.delivery.ngrok import Agent
from lyricscli.delivery.orphans import end_orphans
from lyricscli.delivery.refusals import LOOK_FURTHER, NO_CODE_ADVICE
from lyricscli.errors import TunnelError
from lyricscli.processes import forget_secrets_in_environment

__all__ = ["Tunnel", "TunnelOptions", "agent_version", "end_orphans", "find_agent"]

T = TypeVar("T")


class Tunnel:
    """A public address for 127.0.0.1:`port`, as an async context manager."""

    def __init__(self, port: int, options: TunnelOptions) -> None:
        self._port = port
        self._options = options
        # With a reserved domain the address is known before the tunnel is up.
        self.known_url = f"https://{options.domain}" if options.domain else None
        self._agent = Agent(self._report)
        self._opened: Future[str] = Future()
        self._gone: Future[TunnelError] = Future()
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
        # pyngrok gives the agent our environment. Here and not in the thread, as others may be reading it.
        forget_secrets_in_environment()
        atexit.register(self.kill)
        self._deadline.start()
        threading.Thread(target=self._open, daemon=True).start()

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
            await asyncio.to_thread(self._shut)
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
            url = self._agent.open(self._port, self._options)
            with contextlib.suppress(InvalidStateError):  # it may have failed in the last moment
                self._opened.set_result(url)
            self._deadline.cancel()
            self._report(self._agent.wait())
        except TunnelError as error:
            self._report(error)
        except Exception as error:  # noqa: BLE001 - a thread's exception would be lost, and the URL awaited
            self._report(TunnelError(f"the tunnel could not be opened: {error}", LOOK_FURTHER))

    def _report(self, error: TunnelError) -> None:
        """Take note of the end: of the attempt, which then ends the agent, or of an open tunnel."""
        try:
            self._opened.set_exception(error)
        except InvalidStateError:
            if self._opened.exception() is None and not self._closing:
                with contextlib.suppress(InvalidStateError):
                    self._gone.set_result(error)
            return
        self._deadline.cancel()
        if not self._closing:
            self._agent.end()

    def _shut(self) -> None:
        self._agent.end()
        atexit.unregister(self.kill)


async def _result_of(future: Future[T]) -> T:
    """Await a thread's future; a cancelled wait leaves it alone."""
    import asyncio

    return await asyncio.shield(asyncio.wrap_future(future))
