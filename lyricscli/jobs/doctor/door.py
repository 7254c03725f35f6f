"""The door: a listener and its address, opened as a command that waits for callbacks opens them."""

import asyncio  # noqa: TID253 (imported by the command that examines)
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from lyricscli.delivery.listener import NOT_FOUND, RECEIVED, Listener, Said
from lyricscli.delivery.paths import Paths, new_path, prefix_of
from lyricscli.delivery.probe import Probe
from lyricscli.delivery.reception import Plan


class Door:
    """Open while the context lasts; takes nothing but a nonce of its own. The plan has an address."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._path = new_path()
        self._paths = Paths()
        self._probe = Probe()

    async def __aenter__(self) -> Self:
        assert self._plan.address is not None
        sock = self._plan.bind.bind()
        self._address = self._plan.address(sock.getsockname()[1])
        self._address.start()
        self._started = time.monotonic()
        self._opening = asyncio.ensure_future(self._open())
        self._listener = await Listener(sock, self._paths, self._receive).__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listener.__aexit__(kind, error, trace)
        self._opening.cancel()
        await asyncio.gather(self._opening, return_exceptions=True)
        await self._address.close()

    async def opened(self) -> tuple[str, float]:
        """Return the base URL and the seconds it took to come. Raises TunnelError."""
        return await asyncio.shield(self._opening)

    async def round_trip(self) -> float:
        """Send a nonce through the URL and return the seconds it took. Raises TunnelError."""
        base, _ = await self.opened()
        self._paths.add(self._path)
        self._paths.add(prefix_of(base) + self._path)
        return await self._probe.go_round(base.rstrip("/") + self._path)

    def kill(self) -> None:
        """End what would outlive this process, at once; for a second Ctrl-C."""
        self._address.kill()

    async def _open(self) -> tuple[str, float]:
        url = await self._address.url()
        return url, time.monotonic() - self._started

    async def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Said:
        del path, headers
        return RECEIVED if self._probe.recognises(body) else NOT_FOUND
