"""The gate: a listener and its public address, opened in one way for whoever waits for callbacks."""

import asyncio  # noqa: TID253 (imported by use cases only)
import hashlib
import hmac
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from importlib import import_module
from itertools import chain, repeat
from typing import NamedTuple, Self, TypeAlias
from urllib.parse import unquote, urlsplit

from lyricscli.errors import TunnelError, UsageError, telling

UNREACHABLE = "https://polled-instead.invalid/"
"""The callback address when nobody listens: `.invalid` never resolves (RFC 2606); it only has to be there."""

BACKLOG = 256

PATH_BYTES = 32
"""Random bytes of a secret path: 256 bits."""

REOPEN_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each try to open a lost address again; the last one repeats."""

CLOCK_JUMP = 10.0
"""Seconds that a machine must have slept, or its clock have been set, for an address to be doubted."""


class Said(NamedTuple):
    """What a sender is answered: a status, and the body and headers of whoever decided it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


RECEIVED = Said(200, b'{"status":"received"}\n', (("Content-Type", "application/json"),))
NOT_FOUND = Said(404, b"not found\n", (("Content-Type", "text/plain; charset=utf-8"),))

Receive = Callable[[str, Mapping[str, str], bytes], Awaitable[Said]]
"""Takes a callback's path, headers (its query among them) and body as they came, and returns the answer."""


# The secret paths


def new_path() -> str:
    """Make an unguessable path."""
    return "/c/" + secrets.token_urlsafe(PATH_BYTES)


class Paths:
    """The secret paths in use. Looking one up takes no longer the more of it was guessed.

    The table is keyed by a hash under a key of this process, so that neither the hash nor the table's order
    tells a stranger anything about a path; the last comparison is constant-time.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(PATH_BYTES)
        self._paths: dict[bytes, str] = {}
        self._prefix = ""

    def add(self, path: str) -> None:
        """Start to answer on a path."""
        self._paths[self._digest(path)] = path

    def discard(self, path: str) -> None:
        """Stop answering on a path."""
        self._paths.pop(self._digest(path), None)

    def mount(self, base: str) -> None:
        """Answer also below the path of a base URL: a reverse proxy may or may not strip its own prefix."""
        self._prefix = unquote(urlsplit(base).path).rstrip("/")

    def find(self, path: str) -> str | None:
        """Return the secret path that a request's path, decoded, leads to, if it is one in use."""
        for one in {path, path.removeprefix(self._prefix)}:
            known = self._paths.get(self._digest(one), "")
            if hmac.compare_digest(known.encode(), one.encode(errors="replace")) and known:
                return known
        return None

    def _digest(self, path: str) -> bytes:
        return hashlib.blake2b(path.encode(errors="replace"), key=self._key, digest_size=PATH_BYTES).digest()


# What is opened


class Address:
    """What makes a local port reachable from the service: here a URL that is simply there.

    `known_url` is the base URL, where it is known before it works.
    """

    def __init__(self, known_url: str | None) -> None:
        self.known_url = known_url

    def start(self) -> None:
        """Begin, in the background, to make the port reachable."""

    async def url(self) -> str:
        """Wait for the base URL to work, and return it. Raises TunnelError."""
        assert self.known_url is not None
        return self.known_url

    async def lost(self) -> TunnelError:
        """Return only when the address is cut off, with the reason."""
        never: asyncio.Future[TunnelError] = asyncio.get_running_loop().create_future()
        return await never

    async def back(self) -> None:
        """Wait for one that was cut off to come back by itself. Raises TunnelError when it does not."""

    async def close(self) -> None:
        """Take the address down and leave nothing behind. May be called again."""

    def kill(self) -> None:
        """Do so at once, from a signal handler."""


class Endpoint(NamedTuple):
    """A host and port to bind."""

    host: str = "127.0.0.1"
    port: int = 0

    def bind(self) -> socket.socket:
        """Bind a listening socket. Raises UsageError when the address cannot be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        told, advice = f"cannot listen on {self.host}:{self.port}", "Choose another --listen HOST:PORT."
        with telling(told, advice, UsageError):
            return socket.create_server((self.host, self.port), family=family, backlog=BACKLOG)


class Upkeep(NamedTuple):
    """How an open address is looked after, in seconds.

    A nonce may take `probe_timeout` to go round. Silence of `idle` makes whoever asked for proof see for
    himself; `tick` is the time between two looks at the wall clock.
    """

    probe_timeout: float = 15.0
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
        self._address = Address(None)
        self._closing = AsyncExitStack()
        self._first = asyncio.Event()
        self._base = ""
        self._error: Exception | None = None
        self._on_loss: Callable[[], None] = lambda: None
        self.works = plan.address is not None
        self.seconds = 0.0
        """What the first address took to open."""

    async def __aenter__(self) -> Self:
        if self._plan.address is None:
            return self
        async with AsyncExitStack() as opening:
            sock = opening.enter_context(self._plan.bind.bind())
            opening.push_async_callback(self._close_address)
            self._port = sock.getsockname()[1]
            self._start_address()
            self._started = self._heard = time.monotonic()
            if self._address.known_url is None:  # the loop goes on opening it meanwhile
                await asyncio.to_thread(import_module, "lyricscli.delivery.listener")
            from lyricscli.delivery.listener import Listener, Probe

            self._probe = Probe()
            self._paths.add(self._path)
            # It closes before the address: its last answer still finds its way out.
            await opening.enter_async_context(Listener(sock, self._paths, self._receive, self._refused))
            opening.push_async_callback(_cancelled, asyncio.create_task(self._keep()))
            self._closing = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    def kill(self) -> None:
        """End what would outlive this process, at once; for a second Ctrl-C."""
        self._address.kill()

    def watch(self, on_loss: Callable[[], None]) -> None:
        """Call `on_loss` whenever callbacks can no longer come."""
        self._on_loss = on_loss

    async def callback_url(self, path: str) -> str:
        """Return the address to submit for a secret path, once it is open unless it is known before.

        Without one it is an address that can never resolve. Raises TunnelError when the plan requires one.
        """
        if self._plan.address is None:
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
        if self._error is not None:
            raise self._error
        return self._base

    async def probe(self) -> float:
        """Send a nonce through the open address, and return the seconds it took. Raises TunnelError."""
        return await self._prove(await self.opened())

    async def _prove(self, base: str) -> float:
        return await self._probe.go_round(self._url(base, self._path), self._plan.upkeep.probe_timeout)

    def _url(self, base: str, path: str) -> str:
        self._paths.mount(base)
        return base.rstrip("/") + path

    def _start_address(self) -> None:
        assert self._plan.address is not None
        self._address = self._plan.address(self._port)
        self._address.start()

    async def _close_address(self) -> None:
        await self._address.close()

    async def _keep(self) -> None:
        """Keep an address open; that none could be opened is the end, and told to whoever waits."""
        try:
            await self._keep_open()
        except Exception as error:
            self._error = error
            self._first.set()
            if not isinstance(error, TunnelError):
                raise
            is_raised = self._plan.required and self._address.known_url is None
            if not self._is_proven and not is_raised:
                self._report(Lost(error, None))

    async def _keep_open(self) -> None:
        """Open the address, and another each time it is lost. Raises TunnelError where none ever was open."""
        pauses = self._pauses()
        while True:
            try:
                await self._open()
                pauses = self._pauses()
                await self._hold()
            except TunnelError as error:
                self._shut()
                await self._close_address()
                if not self._base:
                    raise
                pause = next(pauses)
                self._report(Lost(error, pause))
            await asyncio.sleep(pause)
            self._start_address()

    def _pauses(self) -> Iterator[float]:
        return chain(self._plan.upkeep.pauses, repeat(self._plan.upkeep.pauses[-1]))

    async def _open(self) -> None:
        base = await self._address.url()
        if self._is_proven:
            await self._prove(base)
        if not self._base:
            self.seconds = time.monotonic() - self._started
        # What was submitted before leads to the address that was open then.
        self.works = self._is_proven or self._base in {"", base}
        self._base = base
        self._first.set()
        self._report(Opened(self._told(base)))

    async def _hold(self) -> None:
        """Watch an open address, through all that it gets over by itself, until it raises TunnelError."""
        while True:
            error = await self._cut()
            self._shut()
            self._report(Dropped(error))
            await self._address.back()
            await self._prove(self._base)
            self.works = True
            self._report(Back(self._told(self._base)))

    async def _cut(self) -> TunnelError:
        """Wait until the address says that it is cut off. Raises TunnelError when a probe does."""
        keep, lost = self._plan.upkeep, asyncio.ensure_future(self._address.lost())
        try:
            while True:
                before = keep.clock()
                await asyncio.wait({lost}, timeout=keep.tick)
                if lost.done():
                    return lost.result()
                jumped = abs(keep.clock() - before - keep.tick) > CLOCK_JUMP
                if self._is_proven and (jumped or time.monotonic() - self._heard >= keep.idle):
                    await self._prove(self._base)
        finally:
            lost.cancel()

    def _shut(self) -> None:
        if self.works:
            self.works = False
            self._on_loss()

    def _told(self, base: str) -> str:
        return base.rstrip("/") + (self._path if self._is_proven else "")

    async def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Said:
        self._heard = time.monotonic()
        return RECEIVED if self._probe.recognises(body) else await self._take(path, headers, body)


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
