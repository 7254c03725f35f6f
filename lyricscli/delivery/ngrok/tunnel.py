"""The tunnel: a public address for the listener, opened in the background and gone when the command ends.

A daemon thread, which cannot hold up the interpreter's exit, opens it while aiohttp is imported; another
reads the agent's log.
"""

import asyncio  # noqa: TID253 (imported by what opens a gate, which runs in a loop)
import atexit
import threading
from collections.abc import Callable
from typing import TypeVar

from lyricscli.delivery.gate import Address
from lyricscli.delivery.ngrok.agent import NO_CODE_ADVICE, TunnelOptions
from lyricscli.delivery.ngrok.orphans import end_orphans
from lyricscli.delivery.ngrok.process import Agent
from lyricscli.errors import TunnelError

T = TypeVar("T")


class Tunnel(Address):
    """A public address for 127.0.0.1:`port`. With a reserved domain it is known before the tunnel is up."""

    def __init__(self, port: int, options: TunnelOptions) -> None:
        super().__init__(f"https://{options.domain}" if options.domain else None)
        self._port = port
        self._options = options
        self._agent = Agent(options)
        self._drops_told = 0
        self._closing = False

    def start(self) -> None:
        """Start opening the tunnel in the background and return at once."""
        atexit.register(self.kill)
        threading.Thread(target=self._run, daemon=True).start()

    async def url(self) -> str:
        """Wait for the public URL. TunnelError when the tunnel fails, or is not up within `start_timeout`."""
        return await self._until(lambda: self._agent.url)

    async def lost(self) -> TunnelError:
        """Wait until the open tunnel is cut off or its agent ends, and say why; never returns otherwise."""
        await self.url()
        return await self._until(self._loss, or_raise=False)

    async def back(self) -> None:
        """Wait until the agent that was cut off has its session again, and with it the address.

        TunnelError when it ends, or has none within `restore_timeout`.
        """
        try:
            async with asyncio.timeout(self._options.restore_timeout):
                await self._until(lambda: self._agent.has_session)
        except TimeoutError:
            what = f"the ngrok agent did not get it back within {self._options.restore_timeout:g} s"
            raise self._agent.failing(what) from None

    async def close(self) -> None:
        """Disconnect, terminate the agent, wait, kill it: a few seconds at worst. May be called again."""
        self._closing = True
        try:
            await asyncio.to_thread(self._agent.end)
        except asyncio.CancelledError:
            self.kill()
            raise
        atexit.unregister(self.kill)

    def kill(self) -> None:
        """End the agent at once, wherever the tunnel stands: for signal handlers and a second Ctrl-C."""
        self._closing = True
        self._agent.kill()

    def _run(self) -> None:
        end_orphans(self._options.state_dir)
        self._agent.run(self._port)

    def _loss(self) -> TunnelError | None:
        if self._closing:
            return None
        if self._agent.failure is None and self._agent.drops > self._drops_told:
            self._drops_told = self._agent.drops
            return TunnelError("ngrok: session closed", NO_CODE_ADVICE)
        return self._agent.failure

    async def _until(self, found: Callable[[], T | None], *, or_raise: bool = True) -> T:
        """Wait until there is something to be found; with `or_raise` the agent's failure is raised."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def listen() -> None:
            loop.call_soon_threadsafe(news.set)

        self._agent.listeners.add(listen)
        try:
            while not (value := found()):
                if or_raise and self._agent.failure is not None:
                    raise self._agent.failure
                await news.wait()
                news.clear()
        finally:
            self._agent.listeners.discard(listen)
        return value
