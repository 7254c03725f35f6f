"""The ephemeral listener: one secret path a task, POST and JSON only; everything else is a flat 404.

Its socket is bound before it serves, so that the tunnel can start meanwhile. Nothing that a stranger sends is
logged, echoed or answered with more than "not found".
"""

import asyncio  # noqa: TID253 (imported by use cases only, once a listener is wanted)
import hmac
import json
import logging
import secrets
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

# Not from aiohttp.web, which loads applications, routes and static files too: 14 ms of every `generate`.
from aiohttp.web_protocol import RequestHandler, RequestPayloadError  # noqa: TID253 (likewise)
from aiohttp.web_request import BaseRequest  # noqa: TID253 (likewise)
from aiohttp.web_response import Response, StreamResponse  # noqa: TID253 (likewise)
from aiohttp.web_server import Server  # noqa: TID253 (likewise)
from multidict import CIMultiDict

from lyricscli.api.headers import BODY_LIMIT, QUERY, inflated, is_json_like
from lyricscli.delivery.gate import NOT_FOUND, Paths, Receive, Said
from lyricscli.errors import TunnelError

if TYPE_CHECKING:
    from lyricscli.api.postman import Receipt

PARTS_LIMIT = 100_000
"""Objects and lists in one callback: reading more takes longer than a sender may ask for."""

HEAD_LIMIT = 64 * 2**10
"""Bytes of a request's line and headers together."""

REQUEST_TIMEOUT = 10.0
"""Seconds for a request's head, and again for its body; the provider gives up after 15 s (documented)."""

CONNECTION_LIMIT = 256
"""Connections at once. For one more the oldest that asks for nothing yet is closed, or else the new one."""

LINGER = 1.0
"""Seconds for a callback under way when the listener closes, and for a refused body to end."""

PROBE_PAUSE = 0.25
"""Seconds between two tries: a new name takes a moment to be known everywhere."""

NONCE_BYTES = 32

NGROK_SAYS = "ERR_NGROK_"

SKIP_INTERSTITIAL = ("ngrok-skip-browser-warning", "1")
"""Asks ngrok not to put its warning page for browsers in between."""

PROBE_ADVICE = (
    "Does it lead to this listener, path included, and take a POST? Some networks cannot reach their own"
    " public address from inside."
)

_SILENT = logging.getLogger(__name__)  # what strangers send is no news to the user
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class _Answer(Response):
    """A response that does not say which program sent it."""

    def __init__(self, said: Said) -> None:
        super().__init__(status=said.status, body=said.body, headers=CIMultiDict(said.headers))

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall("Server", None)


class _Connection(RequestHandler):
    """One connection: bounded in time until its first request, never answered with an error page."""

    __slots__ = ("_head_bytes", "_head_timer")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._head_bytes = 0
        self._head_timer = self._loop.call_later(REQUEST_TIMEOUT, self._give_up, transport)
        if self._manager is not None and len(self._manager.connections) > CONNECTION_LIMIT:
            others = (one for one in self._manager.connections if isinstance(one, _Connection))
            next((one for one in others if one.is_idle), self).abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        awaits_head = self._waiter is not None and not self._waiter.done()
        self._head_bytes = self._head_bytes + len(data) if awaits_head else 0
        if self._head_bytes > HEAD_LIMIT:
            self.abort()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for an answer here."""
        return not self._request_in_progress and not self._messages

    def abort(self) -> None:
        """Close it, at once and unanswered."""
        if self.transport is not None:
            self.transport.abort()

    def _give_up(self, transport: asyncio.Transport) -> None:
        if self._request_count == 0:
            transport.abort()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> StreamResponse:
        """Answer a broken request like any other that is not ours."""
        del request, status, exc, message
        answer = _Answer(NOT_FOUND)
        answer.force_close()
        return answer


class _Server(Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Listener:
    """Serves a bound socket for as long as the context lasts, and hands callbacks to `receive`.

    `on_refused` is told of a request that knew a secret path: the path, and why it was no callback.
    """

    def __init__(
        self,
        sock: socket.socket,
        paths: Paths,
        receive: Receive,
        on_refused: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._sock = sock
        self._paths = paths
        self._receive = receive
        self._on_refused = on_refused

    async def __aenter__(self) -> Self:
        self._web = _Server(
            self._handle,
            access_log=None,
            logger=_SILENT,
            auto_decompress=False,
            keepalive_timeout=REQUEST_TIMEOUT,
            lingering_time=LINGER,
        )
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._web, sock=self._sock, backlog=CONNECTION_LIMIT)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._web.pre_shutdown()
        await self._web.shutdown(LINGER)

    async def _handle(self, request: BaseRequest) -> StreamResponse:
        """Take a callback; as long as the path is not known, nothing more is read or made of a request."""
        path = self._paths.find(request.path)
        if path is None or _head_size(request) > HEAD_LIMIT:
            return _Answer(NOT_FOUND)
        if request.method != "POST":
            return self._refused(path, f"it is a {request.method}, not a POST")
        body = await self._body(request)
        if body is None:
            return self._refused(
                path, f"its body is longer than {BODY_LIMIT // 2**20} MiB, cut off or too slow"
            )
        if why := _objection(request, body):
            return self._refused(path, why)
        headers = CIMultiDict(request.headers)
        if query := request.raw_path.partition("?")[2]:
            headers.add(QUERY, query)
        return _Answer(await self._receive(path, headers, body))

    def _refused(self, path: str, why: str) -> StreamResponse:
        self._on_refused(path, why)
        return _Answer(NOT_FOUND)

    async def _body(self, request: BaseRequest) -> bytes | None:
        """Read the body, as it comes, within its bounds of size and time; None when it exceeds them."""
        if (request.content_length or 0) > BODY_LIMIT:
            return None
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray()
        try:
            if request.content.is_eof():  # as it mostly is: a timer costs more than all else here
                whole = request.content.read_nowait()
                return whole if len(whole) <= BODY_LIMIT else None
            async with asyncio.timeout(REQUEST_TIMEOUT):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > BODY_LIMIT:
                        return None
        except (TimeoutError, RequestPayloadError, ConnectionError):
            return None
        return bytes(body)


def _head_size(request: BaseRequest) -> int:
    return len(request.raw_path) + sum(len(name) + len(value) for name, value in request.raw_headers)


def _objection(request: BaseRequest, body: bytes) -> str:
    """Say why a body is no callback's, or nothing. It is inflated to be judged only, within its bound."""
    try:
        plain = inflated(request.headers, body)
    except ValueError as error:
        return str(error)
    if plain.count(b"{") + plain.count(b"[") > PARTS_LIMIT:
        return f"its body holds more than {PARTS_LIMIT} objects and lists"
    if is_json_like(plain) or request.content_type.rpartition("+")[2].rpartition("/")[2] == "json":
        return ""
    return f"its body is no JSON (its content type is {request.content_type})"


class Probe:
    """A nonce that leaves by our own public URL and must come in at our own listener.

    `recognises` is asked about every body that comes in.
    """

    def __init__(self) -> None:
        self._body = json.dumps({"probe": secrets.token_urlsafe(NONCE_BYTES)}).encode()
        self._came = False

    def recognises(self, body: bytes) -> bool:
        """Tell whether a body is the nonce."""
        ours = hmac.compare_digest(body, self._body)
        self._came = self._came or ours
        return ours

    async def go_round(self, url: str, seconds: float) -> float:
        """Send the nonce to `url` until it has come in and was answered 200; return the seconds it took.

        Raises TunnelError when that takes longer than `seconds`, saying what came back instead.
        """
        from lyricscli.api.postman import JSON_BODY, Letter, Manner, Postman

        letter, started = Letter("", self._body, (*JSON_BODY, SKIP_INTERSTITIAL)), time.monotonic()
        why, late = "", started + seconds
        async with Postman(Manner("lyrics", is_proxied=True)) as postman:
            while (left := late - time.monotonic()) > 0:
                self._came = False
                receipt = await postman.post(url, letter, deadline=left)
                if self._came and receipt.status == HTTPStatus.OK:
                    return receipt.seconds
                if not why or time.monotonic() < late:  # the last try may have had no time
                    why = _seen_instead(receipt)
                await asyncio.sleep(PROBE_PAUSE)
        raise _leads_elsewhere(url, why, time.monotonic() - started)


def _seen_instead(receipt: "Receipt") -> str:
    if receipt.status is None or NGROK_SAYS in receipt.text:
        return receipt.error or receipt.text
    place = f", a redirect to {receipt.location}" if receipt.location else ""
    return f"it answers {receipt.status}{place}"


def _leads_elsewhere(url: str, why: str, seconds: float) -> TunnelError:
    what = f"{urlsplit(url).hostname} does not lead back here"
    if NGROK_SAYS in why:
        from lyricscli.delivery.ngrok.agent import refusal

        refused = refusal(why)
        return TunnelError(f"{what}: {refused.message}", refused.advice, refused.code)
    return TunnelError(f"{what}: {why} (tried for {seconds:.0f} s)", PROBE_ADVICE)
