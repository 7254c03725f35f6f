"""The postman: one POST to a receiver of callbacks, and what the receiver made of it.

What the emulator, `listen` and `trigger` send goes through here. A letter travels as it is, byte for byte;
all that is added to it is in the postman's `Manner`.
"""

import asyncio  # noqa: TID253 (imported by what already runs a loop)
import io
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import NamedTuple, Self

import aiohttp  # noqa: TID253 (likewise)
from multidict import CIMultiDict
from yarl import URL

from lyricscli.api.headers import QUERY, end_to_end, header, inflated
from lyricscli.api.providers import proxy_for

ANSWER_BYTES = 2**20
"""How much of a receiver's answer is read."""

DROPS = 100
"""In about how many pieces a dripping body comes."""

PATIENCE = 15.0
"""Seconds after which the service takes a callback for not delivered (documented)."""

NEIGHBOUR_SECONDS = 1.0
"""How long the other loopback address gets to show that somebody listens there."""

JSON_BODY = (("Content-Type", "application/json"),)

_LOOPBACKS = {"127.0.0.1": "::1", "::1": "127.0.0.1"}
# What aiohttp would say of its own accord, as if the sender had said it.
_OF_THE_LIBRARY = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_SWITCHING_PROTOCOLS, _OK = 101, 200
_TAKEN, _REDIRECTS = range(200, 300), range(300, 400)


class Letter(NamedTuple):
    """One callback ready to be sent. A signature covers `task_id`; `drips` asks for a slow body."""

    task_id: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = JSON_BODY
    query: str = ""
    drips: bool = False


class Receipt(NamedTuple):
    """What became of a letter: the receiver's status, headers and answer, or the error.

    `seconds` is how long it took, `dripped` how much of that the letter itself took on its way; `reached` is
    False where nobody could be connected to.
    """

    status: int | None
    seconds: float
    body: bytes = b""
    headers: Mapping[str, str] = {}
    error: str | None = None
    reached: bool = True
    dripped: float = 0.0

    @property
    def is_in_time(self) -> bool:
        """Whether the service would still have listened."""
        return self._delay <= PATIENCE

    @property
    def is_taken(self) -> bool:
        """Whether the receiver took the callback, in time."""
        return self.status in _TAKEN and self.is_in_time

    @property
    def doubt(self) -> str:
        """What the service would make of the answer, where that is not plain; else empty."""
        if not self.is_in_time:
            return f"This took {self._delay:.1f} s: the service gives up after {PATIENCE:g} s."
        if self.is_taken and self.status != _OK:
            return "The documentation asks for status 200; whether the service takes another is not known."
        return ""

    @property
    def _delay(self) -> float:
        return max(0.0, self.seconds - self.dripped)

    @property
    def text(self) -> str:
        """The answer as text."""
        with suppress(ValueError):
            return inflated(self.headers, self.body, ANSWER_BYTES).decode(errors="replace")
        return "(a compressed answer that grows beyond all measure)"

    @property
    def location(self) -> str | None:
        """Where a redirect leads; it is not followed."""
        return header(self.headers, "Location") if self.status in _REDIRECTS else None


class Manner(NamedTuple):
    """How a postman works.

    `agent` is the User-Agent of letters that have none. `headers` are added, in the place of the letter's
    own of that name. `insecure` takes any certificate. `is_proxied` goes by the environment's proxies.
    """

    agent: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    insecure: bool = False
    is_proxied: bool = False


def replayed(headers: Mapping[str, str], body: bytes, task_id: str = "") -> Letter:
    """Return a callback that once came, but for the headers of its connection; JSON or not."""
    return Letter(task_id, body, end_to_end(headers), header(headers, QUERY) or "")


PLAIN = Manner()


class Postman:
    """Sends letters while its context lasts: a connection each, and no cookies."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, ssl=not self._manner.insecure),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_OF_THE_LIBRARY,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def post(self, url: str, letter: Letter, *, deadline: float, drip: float = 0.0) -> Receipt:
        """Send one letter and return what the receiver made of it; never raises for what the network does.

        Redirects are not followed. `deadline` and `drip` are seconds; a body that drips has its time on top.
        """
        drip = drip if letter.drips else 0.0
        receipt = await self._posted(url, letter, deadline + drip, drip)
        return receipt._replace(dripped=drip)

    async def _posted(self, url: str, letter: Letter, limit: float, drip: float) -> Receipt:
        started = time.monotonic()
        try:
            target = _target(url, letter.query)
            if (target.host or "").rstrip(".").endswith(".invalid"):
                # Such a name never resolves (RFC 6761): looking it up would only hold up the end.
                return Receipt(None, 0.0, error="the name can never resolve", reached=False)
            async with self._session.post(
                target,
                data=_dripping(letter.body, drip) if letter.drips else io.BytesIO(letter.body),
                headers=self._headers(letter),
                timeout=aiohttp.ClientTimeout(total=limit),
                allow_redirects=False,
                proxy=proxy_for(str(target)) if self._manner.is_proxied else None,
            ) as answer:
                body = b"" if answer.status == _SWITCHING_PROTOCOLS else await _bounded(answer.content)
                return Receipt(answer.status, time.monotonic() - started, body, answer.headers)
        except TimeoutError:
            return Receipt(None, time.monotonic() - started, error=f"no answer within {limit:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            seconds = time.monotonic() - started
            reached = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL)
            return Receipt(None, seconds, error=await _why(error, url), reached=reached)

    def _headers(self, letter: Letter) -> CIMultiDict[str]:
        # Of equal names in unequal letters aiohttp would keep the last only.
        spelt: dict[str, str] = {}
        headers = CIMultiDict((spelt.setdefault(name.lower(), name), value) for name, value in letter.headers)
        if self._manner.agent is not None:
            headers.setdefault("User-Agent", self._manner.agent)
        for name, _ in self._manner.headers:
            headers.popall(name, None)
        headers.extend(self._manner.headers)
        headers["Content-Length"] = str(len(letter.body))
        return headers


def _target(url: str, query: str) -> URL:
    """Return the receiver's URL with the query of the letter behind its own, neither of them rewritten."""
    base = URL(url).with_fragment(None)
    if not query:
        return base
    return URL(f"{base}{'&' if base.raw_query_string else '?'}{query}", encoded=True)


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    """Read an answer, or its beginning."""
    body = b""
    while len(body) < ANSWER_BYTES and (piece := await stream.read(ANSWER_BYTES - len(body))):
        body += piece
    return body


async def _why(error: Exception, url: str) -> str:
    """Say what went wrong, and what to do where that is known."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or error.certificate_error
        return f"its certificate is not trusted: {reason}. With --insecure any certificate is taken."
    if isinstance(error, aiohttp.ClientConnectorError) and (error.os_error.errno or 0) > 0:
        return os.strerror(error.os_error.errno or 0) + await _neighbour(URL(url))
    if isinstance(error, aiohttp.InvalidURL):
        return "this is no http(s) URL"
    return str(error) or type(error).__name__


async def _neighbour(url: URL) -> str:
    """Say where somebody listens on the other loopback address: many servers listen on one of the two."""
    other = _LOOPBACKS.get(url.host or "")
    if other is None:
        return ""
    try:
        async with asyncio.timeout(NEIGHBOUR_SECONDS):
            _, writer = await asyncio.open_connection(other, url.port)
    except (OSError, TimeoutError):
        return ""
    writer.close()
    return f" at {url.host}, but something listens there at {other}: give {url.with_host(other)}"


async def _dripping(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    size = max(1, len(body) // DROPS)
    drops = [body[start : start + size] for start in range(0, len(body), size)]
    for drop in drops:
        await asyncio.sleep(seconds / len(drops))
        yield drop
