"""The ephemeral listener: one secret path a task, POST and JSON only; everything else is a flat 404.

Its socket is bound before it serves, so that the tunnel can start meanwhile. Nothing that a stranger sends is
logged, echoed or answered with more than "not found".
"""

import asyncio  # noqa: TID253 (imported by use cases only, once a listener is wanted)
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import web  # noqa: TID253 (likewise)
from aiohttp.web_protocol import RequestHandler  # noqa: TID253 (likewise)

from lyricscli.delivery.paths import Paths

BODY_LIMIT = 4 * 2**20
"""Bytes of one callback. Lyrics are a few KiB a variant; a thousand times that is no callback."""

REQUEST_TIMEOUT = 10.0
"""Seconds for a request's head, and again for its body; the provider gives up after 15 s (documented)."""

CONNECTION_LIMIT = 256
"""Connections at once; the ones beyond it are closed unanswered."""

LINGER = 1.0
"""Seconds for a callback under way when the listener closes, and for a refused body to end."""

Receive = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Takes a callback's path, headers and body, and returns the HTTP status to answer with."""

ANSWERS = {200: '{"status":"received"}\n', 404: "not found\n"}
"""What is said with a status; any other goes alone."""


class _Answer(web.Response):
    """A response that does not say which program sent it."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall("Server", None)


def _answer(status: int) -> _Answer:
    kind = "application/json" if status == 200 else "text/plain"  # noqa: PLR2004
    return _Answer(status=status, text=ANSWERS.get(status), content_type=kind)


def _not_found() -> _Answer:
    return _answer(404)


def _ignore(_: str) -> None:
    return None


class _Connection(RequestHandler):
    """One connection: bounded in time until its first request, never answered with an error page."""

    __slots__ = ("_head_timer",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._head_timer = self._loop.call_later(REQUEST_TIMEOUT, self._give_up, transport)
        if self._manager is not None and len(self._manager.connections) > CONNECTION_LIMIT:
            transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_timer.cancel()
        super().connection_lost(exc)

    def _give_up(self, transport: asyncio.Transport) -> None:
        if self._request_count == 0:
            transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a broken request like any other that is not ours."""
        del request, status, exc, message
        answer = _not_found()
        answer.force_close()
        return answer


def _silence() -> logging.Logger:
    """Make a logger that says nothing: what strangers send is no news to the user."""
    logger = logging.getLogger("lyricscli.delivery.listener")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Listener:
    """Serves a bound socket for as long as the context lasts, and hands callbacks to `receive`.

    `on_refused` is told, in a few words, why a request that knew a secret path was no callback.
    """

    def __init__(
        self,
        sock: socket.socket,
        paths: Paths,
        receive: Receive,
        on_refused: Callable[[str], None] = _ignore,
    ) -> None:
        self._sock = sock
        self._paths = paths
        self._receive = receive
        self._on_refused = on_refused

    async def __aenter__(self) -> Self:
        self._web = _Server(
            self._handle,
            access_log=None,
            logger=_silence(),
            keepalive_timeout=REQUEST_TIMEOUT,
            lingering_time=LINGER,
        )
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._web, sock=self._sock, backlog=CONNECTION_LIMIT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._web.pre_shutdown()
        await self._web.shutdown(LINGER)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path not in self._paths:
            return _not_found()
        if request.method != "POST":
            return self._refused(f"it is a {request.method}, not a POST")
        if request.content_type.rpartition("+")[2].rpartition("/")[2] != "json":
            return self._refused(f"its content type is {request.content_type}, not application/json")
        body = await self._body(request)
        if body is None:
            return self._refused(f"its body is longer than {BODY_LIMIT // 2**20} MiB, cut off or too slow")
        return _answer(await self._receive(request.path, dict(request.headers), body))

    def _refused(self, why: str) -> web.StreamResponse:
        self._on_refused(why)
        return _not_found()

    async def _body(self, request: web.BaseRequest) -> bytes | None:
        """Read the body within its bounds of size and time; None when it exceeds them."""
        if (request.content_length or 0) > BODY_LIMIT:
            return None
        body = bytearray()
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > BODY_LIMIT:
                        return None
        except (TimeoutError, web.RequestPayloadError, ConnectionError):
            return None
        return bytes(body)
