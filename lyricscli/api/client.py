"""The one HTTP client: sends what protocol.py writes, hands it the answer, translates aiohttp's errors.

What has arrived counts. Every byte that comes is kept beside what aiohttp makes of it, so that an answer with
headers, a length or an encoding that aiohttp cannot use, or one that breaks off, is still read as far as it
came. What it says is then judged as any other answer is.
"""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from http import HTTPMethod
from math import inf
from typing import Any, Self, TypeVar

import aiohttp  # noqa: TID253 - imported lazily itself, and nothing without it
from aiohttp.abc import ResolveResult  # noqa: TID253
from aiohttp.client_proto import ResponseHandler  # noqa: TID253
from yarl import URL

from lyricscli import __version__
from lyricscli.api.headers import header, inflated
from lyricscli.api.protocol import (
    Reply,
    parse_credits,
    parse_record,
    parse_submission,
    pause_asked,
    record_address,
    submission_body,
    unknown_submission,
)
from lyricscli.api.providers import Dialect, proxy_for
from lyricscli.errors import Failure, NoKeyError, NotAcceptedError, Reason, ServiceError, read_as
from lyricscli.models import Outcome
from lyricscli.quantities import is_loopback, web_address

CONNECTING, SUBMITTING, READING = 10.0, 30.0, 15.0
"""Seconds that a connection and a whole call may take; a submission usually takes 0.35 s."""

# Some hundred variants of the longest texts; anything beyond is no answer of this service.
LONGEST_BODY = 8 * 1024 * 1024
# A header may be as long as policies and cookies make it.
_LONGEST_HEADER = 64 * 1024

_Parsed = TypeVar("_Parsed")
_FIRST_LINE = rb"HTTP/1\.\d (\d{3})[^\n]*\n"
_END_OF_HEAD = rb"\r?\n\r?\n"
_CHUNK = rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r\n"


class Client:
    """Speaks one dialect with one service; an async context manager.

    The key goes to `base_url` and nowhere else: redirects are never followed. Every call is one request on a
    connection of its own, so that a submission cannot be lost on one that the service has just closed.
    No call takes longer than `limit` seconds.
    """

    def __init__(
        self, base_url: str, dialect: Dialect, key: str | None = None, *, limit: float = inf
    ) -> None:
        self._base = URL(read_as("the base URL", web_address, base_url))
        self._dialect = dialect
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": f"lyricscli/{__version__}",
        }
        if key is not None:
            self._headers["Authorization"] = f"Bearer {_checked_key(key)}"
        self._proxy = proxy_for(base_url)
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=_Connector(force_close=True, resolver=_Resolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def submit(self, prompt: str, callback_url: str) -> tuple[str, Reply]:
        """Send the submission once; give the id of the task, and the answer that said it.

        Raises NotAcceptedError (it may be sent again), another ServiceError (refused), or
        UnknownSubmissionError (a task may exist).
        """
        body = submission_body(prompt, callback_url, self._dialect)
        try:
            reply = await self._request(HTTPMethod.POST, self._dialect.submit_path, SUBMITTING, body)
        except _Lost as lost:
            error = unknown_submission(lost.why)
            error.body = lost.came
            raise error from lost
        return self._parsed(parse_submission, reply), reply

    async def record(self, task_id: str) -> tuple[Outcome | None, Reply]:
        """Read what the service says of a task; raises ServiceError, as `parse_record`."""
        reply = await self._read(record_address(task_id, self._dialect))
        return self._parsed(parse_record, reply), reply

    async def credits(self) -> float:
        """Read how many credits are left; raises ServiceError, also where the service tells nobody."""
        if self._dialect.credits_path is None:
            message = f"a service that speaks {self._dialect.name} has no call that tells the credits"
            raise ServiceError(Failure(Reason.BAD_REQUEST, message), "Look at the service's own pages.")
        return self._parsed(parse_credits, await self._read(self._dialect.credits_path))

    async def greet(self) -> Reply:
        """Ask for the base URL itself: any answer shows that somebody is there. Raises ServiceError."""
        return await self._read("")

    async def _read(self, address: str) -> Reply:
        try:
            return await self._request(HTTPMethod.GET, address, READING)
        except _TooLarge as lost:
            raise ServiceError(
                Failure(Reason.BAD_RESPONSE, f"The answer cannot be used: {lost.why}.")
            ) from lost
        except _Lost as lost:
            raise ServiceError(
                Failure(Reason.UNAVAILABLE, f"The service did not answer: {lost.why}.")
            ) from lost

    async def _request(
        self, method: HTTPMethod, address: str, seconds: float, body: bytes | None = None
    ) -> Reply:
        """Send one request; raises NotAcceptedError where nothing was sent, and _Lost afterwards."""
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        seconds = min(seconds, self._limit)
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        came: list[bytearray] = []
        _came.set(came)
        try:
            async with self._session.request(
                method,
                URL(str(self._base).rstrip("/") + address, encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=seconds, connect=CONNECTING),
            ) as response:
                content = await _bounded(response.content)
                return Reply(response.status, dict(response.headers), _plain(response.headers, content))
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
        ) as error:
            raise self._not_sent(error) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return _as_far_as_it_came(_why(error, seconds), bytes(came[-1]) if came else b"")

    def _not_sent(self, error: aiohttp.ClientError) -> ServiceError:
        why = next((why for kind, why in _NOT_SENT.items() if isinstance(error, kind)), "connection refused")
        if isinstance(error, aiohttp.ClientHttpProxyError):
            why = f"the proxy refused ({error.status} {error.message})"
        message = f"{self._base.host}:{self._base.port} cannot be reached: {why}. Nothing was sent."
        failure = Failure(Reason.UNAVAILABLE, message)
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return ServiceError(failure)  # it will not be trusted in eight seconds either
        return NotAcceptedError(failure)

    def _parsed(self, parse: Callable[[Reply, Dialect], _Parsed], reply: Reply) -> _Parsed:
        try:
            return parse(reply, self._dialect)
        except ServiceError as error:
            error.retry_after = pause_asked(reply, time.time())
            error.body = reply.body
            raise


# The most particular first: aiohttp's connection errors inherit from one another.
_NOT_SENT = {
    aiohttp.ClientConnectorDNSError: "its name is not known (is there a network?)",
    aiohttp.ClientProxyConnectionError: "the proxy does not answer",
    aiohttp.ClientConnectorCertificateError: "its certificate is not trusted (see SSL_CERT_FILE)",
    aiohttp.ClientSSLError: "TLS failed",
    aiohttp.ConnectionTimeoutError: "it does not answer",
}


class _Lost(Exception):  # noqa: N818 - an event between two functions, not an error that anybody sees
    """The request was begun and no usable answer came; `came` is what did."""

    def __init__(self, why: str, came: bytes = b"") -> None:
        super().__init__(why)
        self.why = why
        self.came = came


class _TooLarge(_Lost):
    """The answer is past all bounds."""


# What comes for the request under way in this task, an item for each connection made for it: first that to
# a proxy, then the one through it.
_came: ContextVar[list[bytearray]] = ContextVar("came")


class _Recorder(ResponseHandler):
    """aiohttp's end of a connection, which keeps what comes."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._bytes = bytearray()
        _came.get([]).append(self._bytes)

    def data_received(self, data: bytes) -> None:
        """Keep it, within bounds, and let aiohttp read it."""
        if len(self._bytes) < LONGEST_BODY:
            self._bytes += data
        super().data_received(data)


class _Connector(aiohttp.TCPConnector):
    """Connections that keep what comes; the factory is aiohttp's, and not public."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        recorder: Callable[..., ResponseHandler] = _Recorder
        self._factory = partial(recorder, loop=self._loop)


class _Resolver(aiohttp.ThreadedResolver):
    """Looks names up as the system does, but for those that can only mean this machine (RFC 6761, 6.3)."""

    async def resolve(self, host: str, *args: Any, **more: Any) -> list[ResolveResult]:
        """Look a name up."""
        return await super().resolve("localhost" if is_loopback(host) else host, *args, **more)


def _why(error: Exception, seconds: float) -> str:
    """Say what happened to an answer."""
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    if isinstance(error, aiohttp.ClientResponseError):
        # Of several lines, with a picture of the place.
        return f"the answer is no HTTP that can be read ({error.message.splitlines()[0].rstrip(':')})"
    return "the connection was lost"


def _as_far_as_it_came(why: str, came: bytes) -> Reply:
    """Read an answer that aiohttp could not. Raises _Lost where there is nothing to read."""
    if not came:
        raise _Lost(why)
    first = re.match(_FIRST_LINE, came)
    ends = re.search(_END_OF_HEAD, came) if first else None
    if first and ends is None:
        raise _Lost(why, came)
    head, body = (came[: ends.start()], came[ends.end() :]) if ends else (b"", came)
    lines = (line.partition(":") for line in head.decode("latin-1").splitlines()[1:])
    headers = {name.strip(): value.strip() for name, _, value in lines}
    if "chunked" in (header(headers, "Transfer-Encoding") or "").lower():
        body = _unchunked(body)
    return Reply(int(first[1]) if first else 0, headers, _plain(headers, body), why)


def _unchunked(body: bytes) -> bytes:
    """Join chunks as far as they are some; a body that is not in chunks is left as it is."""
    joined, rest = bytearray(), body
    while (size := re.match(_CHUNK, rest)) and int(size[1], 16):
        end = size.end() + int(size[1], 16)
        joined += rest[size.end() : end]
        rest = rest[end:].removeprefix(b"\r\n")
    return bytes(joined) or body


def _plain(headers: Any, body: bytes) -> bytes:
    try:
        return inflated(headers, body, LONGEST_BODY)
    except ValueError as error:
        raise _TooLarge(str(error), body) from error


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_any():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise _TooLarge(f"it is longer than {LONGEST_BODY // 1024**2} MiB", bytes(body))
    return bytes(body)


def _checked_key(key: str) -> str:
    if not key.isascii() or not key.isprintable() or not key or " " in key:
        raise NoKeyError(
            "The API key holds characters that no key has.", "`lyrics auth login` sets a new one."
        )
    return key
