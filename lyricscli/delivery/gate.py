"""The gate: a listener and its public address, opened in one way for whoever waits for callbacks."""

import asyncio  # noqa: TID253 (imported by use cases only)
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from lyricscli.delivery.address import (
    RECEIVED,
    UNREACHABLE,
    Address,
    Endpoint,
    Paths,
    Receive,
    Said,
    new_path,
)
from lyricscli.errors import TunnelError

if TYPE_CHECKING:
    from lyricscli.delivery.listener import Listener

PROBE_TIMEOUT = 15.0
"""Seconds for a nonce to go round: what the provider itself gives a callback (documented)."""

REOPEN_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each try to open a lost address again; the last one repeats."""

CLOCK_JUMP = 10.0
"""Seconds that a machine must have slept, or its clock have been set, for an address to be doubted."""


class Upkeep(NamedTuple):
    """How an open address is looked after, in seconds.

    Silence of `idle` makes whoever asked for proof see for himself; `tick` is the time between two looks at
    the wall clock.
    """

    probe_timeout: float = PROBE_TIMEOUT
    pauses: tuple[float, ...] = REOPEN_PAUSES
    idle: float = 60.0
    tick: float = 5.0
    clock: Callable[[], float] = time.time


class Plan(NamedTuple):
    """How callbacks are to come in.

    `address` makes the address for a bound port; None means that nobody listens. `required` turns a missing
    address into an error.
    """

    address: Callable[[int], Address] | None = None
    bind: Endpoint = Endpoint()
    required: bool = False
    upkeep: Upkeep = Upkeep()


class Opened(NamedTuple):
    """The URL works; with proof: a nonce went round."""

    url: str


class Dropped(NamedTuple):
    """The URL is cut off; it may come back by itself."""

    error: TunnelError


class Back(NamedTuple):
    """The URL works again: a nonce went round."""

    url: str


class Lost(NamedTuple):
    """The URL works no more. Another is opened in `retry_in` seconds; None where none ever was."""

    error: TunnelError
    retry_in: float | None


Change: TypeAlias = Opened | Dropped | Back | Lost


class Gate:
    """Opens what a plan says, in the order that costs the least time; `works` while callbacks can come.

    The socket is bound and the tunnel's agent started first; aiohttp is imported while the agent comes up.
    `receive` is given each callback on one of `paths`, `refused` the path of a request that was none and why.
    `report` is told of every change. Where a path to `prove` is given, an address counts as open once a nonce
    went round on that path, and is doubted when it is silent or when the clock jumps.
    """

    def __init__(  # noqa: PLR0913 (what it is given, by name)
        self,
        plan: Plan,
        paths: Paths,
        receive: Receive,
        *,
        report: Callable[[Change], None] = lambda _: None,
        refused: Callable[[str, str], None] = lambda *_: None,
        prove: str | None = None,
    ) -> None:
        self._plan = plan
        self._paths = paths
        self._take = receive
        self._report = report
        self._refused = refused
        self._is_proven = prove is not None
        self._path = prove or new_path()
        self._address: Address | None = None
        self._listener: Listener | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._first = asyncio.Event()
        self._base: str | None = None
        self._error: Exception | None = None
        self._on_loss: Callable[[], None] = lambda: None
        self.works = plan.address is not None
        self.seconds = 0.0
        """What the first address took to open."""

    async def __aenter__(self) -> Self:
        if self._plan.address is None:
            return self
        sock = self._plan.bind.bind()
        try:
            self._port = sock.getsockname()[1]
            self._address = self._plan.address(self._port)
            self._address.start()
            self._started = self._heard = time.monotonic()
            from lyricscli.delivery.listener import Listener, Probe

            self._probe = Probe()
            self._paths.add(self._path)
            self._listener = await Listener(sock, self._paths, self._receive, self._refused).__aenter__()
        except BaseException:
            sock.close()
            await self._close_address()
            raise
        self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *raised: object) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        try:  # the listener first: its last answer still finds its way out
            if self._listener is not None:
                await self._listener.__aexit__(*raised)
        finally:
            await self._close_address()

    def kill(self) -> None:
        """End what would outlive this process, at once; for a second Ctrl-C."""
        if self._address is not None:
            self._address.kill()

    def watch(self, on_loss: Callable[[], None]) -> None:
        """Call `on_loss` whenever callbacks can no longer come."""
        self._on_loss = on_loss

    async def callback_url(self, path: str) -> str:
        """Return the address to submit for a secret path, once it is open unless it is known before.

        Without one it is an address that can never resolve. Raises TunnelError when the plan requires one.
        """
        if self._address is None:
            return UNREACHABLE
        try:
            return self._url(self._address.known_url or await self.opened(), path)
        except TunnelError:
            if self._plan.required:
                raise
            return UNREACHABLE

    async def opened(self) -> str:
        """Wait for the address to be open, and return its base URL. Raises TunnelError."""
        await self._first.wait()
        if self._base is None:
            assert self._error is not None
            raise self._error
        return self._base

    async def probe(self) -> float:
        """Send a nonce through the open address, and return the seconds it took. Raises TunnelError."""
        url = self._url(await self.opened(), self._path)
        return await self._probe.go_round(url, self._plan.upkeep.probe_timeout)

    def _url(self, base: str, path: str) -> str:
        self._paths.mount(base)
        return base.rstrip("/") + path

    async def _keep(self) -> None:
        """Keep the address open, and open another each time it is lost; a first failure is the end."""
        pauses = self._pauses()
        try:
            while True:
                assert self._address is not None
                assert self._plan.address is not None
                try:
                    self._says_open(await self._open(self._address))
                    pauses = self._pauses()
                    error = await self._loss(self._address)
                except TunnelError as caught:
                    error = caught
                self._shut()
                if self._base is None:
                    raise error  # noqa: TRY301 (the one place that ends it)
                await self._close_address()
                pause = next(pauses)
                self._report(Lost(error, pause))
                await asyncio.sleep(pause)
                self._address = self._plan.address(self._port)
                self._address.start()
        except Exception as error:
            self._error = error
            self._first.set()
            if not isinstance(error, TunnelError):
                raise
            is_known = self._address is not None and self._address.known_url is not None
            if not self._is_proven and (is_known or not self._plan.required):  # else it is raised
                self._report(Lost(error, None))

    async def _open(self, address: Address) -> str:
        base = await address.url()
        if self._is_proven:
            await self._prove(base)
        return base

    def _says_open(self, base: str) -> None:
        if self._base is None:
            self.seconds = time.monotonic() - self._started
        # What was submitted before leads to the address that was open then.
        self.works = self._is_proven or self._base in {None, base}
        self._base = base
        self._first.set()
        self._report(Opened(self._told(base)))

    async def _loss(self, address: Address) -> TunnelError:
        """Watch an open address, through all that it gets over by itself; return why it is gone for good."""
        assert self._base is not None
        while True:
            error = await self._cut(address, self._base)
            self._shut()
            self._report(Dropped(error))
            await address.back()
            await self._prove(self._base)
            self.works = True
            self._report(Back(self._told(self._base)))

    async def _cut(self, address: Address, base: str) -> TunnelError:
        """Wait until the address says that it is cut off. Raises TunnelError when a probe does."""
        keep, lost = self._plan.upkeep, asyncio.ensure_future(address.lost())
        try:
            while True:
                before = keep.clock()
                await asyncio.wait({lost}, timeout=keep.tick)
                if lost.done():
                    return lost.result()
                jumped = abs(keep.clock() - before - keep.tick) > CLOCK_JUMP
                if self._is_proven and (jumped or time.monotonic() - self._heard >= keep.idle):
                    await self._prove(base)
        finally:
            lost.cancel()

    async def _prove(self, base: str) -> None:
        await self._probe.go_round(self._url(base, self._path), self._plan.upkeep.probe_timeout)

    def _shut(self) -> None:
        if self.works:
            self.works = False
            self._on_loss()

    def _told(self, base: str) -> str:
        return base.rstrip("/") + (self._path if self._is_proven else "")

    def _pauses(self) -> Iterator[float]:
        return chain(self._plan.upkeep.pauses, repeat(self._plan.upkeep.pauses[-1]))

    async def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Said:
        self._heard = time.monotonic()
        return RECEIVED if self._probe.recognises(body) else await self._take(path, headers, body)

    async def _close_address(self) -> None:
        if self._address is not None:
            await self._address.close()
