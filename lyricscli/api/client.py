"""The one HTTP client: sends what protocol.py writes, hands it the answer, translates aiohttp's errors."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPMethod
from ipaddress import ip_address
from types import TracebackType
from typing import Self, TypeVar
from urllib.request import getproxies, proxy_bypass

import aiohttp  # noqa: TID253 - imported lazily itself, and nothing without it
from yarl import URL

from lyricscli import __version__
from lyricscli.api.dialects import Dialect
from lyricscli.api.protocol import (
    Reply,
    parse_credits,
    parse_record,
    parse_submission,
    retry_after,
    submission_body,
    unknown_submission,
)
from lyricscli.errors import NoKeyError, NotAcceptedError, ServiceError, UsageError
from lyricscli.models import Failure, Outcome, Reason

# Some hundred variants of the longest texts; anything beyond is no answer of this service.
LONGEST_BODY = 8 * 1024 * 1024

_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a connection and a whole call may take, in seconds; a submission usually takes 0.35 s."""

    connect: float = 10.0
    submit: float = 30.0
    read: float = 15.0


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted task, and the answer that said so."""

    task_id: str
    reply: Reply


class Client:
    """Speaks one dialect with one service; an async context manager.

    The key goes to `base_url` and nowhere else: redirects are never followed. Every call is one request on a
    connection of its own, so that a submission cannot be lost on one that the service has just closed.
    """

    def __init__(
        self, base_url: str, dialect: Dialect, key: str | None = None, *, timeouts: Timeouts | None = None
    ) -> None:
        self._base = _checked_base(base_url)
        self._dialect = dialect
        self._headers = {"Accept": "application/json", "User-Agent": f"lyricscli/{__version__}"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {_checked_key(key)}"
        self._proxy = proxy_for(self._base)
        self._timeouts = timeouts or Timeouts()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def submit(self, prompt: str, callback_url: str) -> Submitted:
        """Send the submission once.

        Raises NotAcceptedError (it may be sent again), another ServiceError (refused), or
        UnknownSubmissionError (a task may exist).
        """
        body = submission_body(prompt, callback_url, self._dialect)
        try:
            reply = await self._request(
                HTTPMethod.POST, self._dialect.submit_path, self._timeouts.submit, body
            )
        except _Lost as lost:
            raise unknown_submission(lost.why) from lost
        return Submitted(self._parsed(parse_submission, reply), reply)

    async def record(self, task_id: str) -> tuple[Outcome | None, Reply]:
        """Read what the service says of a task; raises ServiceError, as `parse_record`."""
        reply = await self._read(self._dialect.record_path, {"taskId": task_id})
        return self._parsed(parse_record, reply), reply

    async def credits(self) -> float:
        """Read how many credits are left; raises ServiceError."""
        return self._parsed(parse_credits, await self._read(self._dialect.credits_path, {}))

    async def greet(self) -> Reply:
        """Ask for the base URL itself: any answer shows that somebody is there. Raises ServiceError."""
        return await self._read("", {})

    async def _read(self, path: str, query: dict[str, str]) -> Reply:
        try:
            return await self._request(HTTPMethod.GET, path, self._timeouts.read, query=query)
        except _TooLarge as lost:
            raise ServiceError(
                Failure(Reason.BAD_RESPONSE, f"The answer cannot be used: {lost.why}.")
            ) from lost
        except _Lost as lost:
            raise ServiceError(
                Failure(Reason.UNAVAILABLE, f"The service did not answer: {lost.why}.")
            ) from lost

    async def _request(
        self,
        method: HTTPMethod,
        path: str,
        seconds: float,
        body: bytes | None = None,
        query: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request; raises NotAcceptedError where nothing was sent, and _Lost afterwards."""
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            async with self._session.request(
                method,
                self._base / path.removeprefix("/"),
                params=query,
                data=body,
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=seconds, connect=self._timeouts.connect),
            ) as response:
                content = await _bounded(response.content)
                return Reply(response.status, dict(response.headers), content)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
        ) as error:
            raise self._not_sent(error) from error
        except TimeoutError as error:
            raise _Lost(f"no answer within {seconds:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _Lost("the connection was lost") from error

    def _not_sent(self, error: aiohttp.ClientError) -> ServiceError:
        why = next((why for kind, why in _NOT_SENT.items() if isinstance(error, kind)), "connection refused")
        message = f"{self._base.host}:{self._base.port} cannot be reached: {why}. Nothing was sent."
        return NotAcceptedError(Failure(Reason.UNAVAILABLE, message))

    def _parsed(self, parse: Callable[[Reply, Dialect], _Parsed], reply: Reply) -> _Parsed:
        try:
            return parse(reply, self._dialect)
        except ServiceError as error:
            error.retry_after = retry_after(reply.headers, time.time())
            raise


# The most particular first: aiohttp's connection errors inherit from one another.
_NOT_SENT = {
    aiohttp.ClientConnectorDNSError: "its name is not known (is there a network?)",
    aiohttp.ClientProxyConnectionError: "the proxy does not answer",
    aiohttp.ClientHttpProxyError: "the proxy refused",
    aiohttp.ClientConnectorCertificateError: "its certificate is not trusted",
    aiohttp.ClientSSLError: "TLS failed",
    aiohttp.ConnectionTimeoutError: "it does not answer",
}


def is_certainly_not_accepted(error: Exception) -> bool:
    """Whether a failed submission may be sent again: nothing was sent, or the service throttled it."""
    return isinstance(error, NotAcceptedError)


class _Lost(Exception):  # noqa: N818 - an event between two functions, not an error that anybody sees
    """The request was begun and no usable answer came."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _TooLarge(_Lost):
    """The answer is past all bounds."""


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_any():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise _TooLarge(f"it is longer than {LONGEST_BODY // 1024**2} MiB")
    return bytes(body)


def _checked_base(base_url: str) -> URL:
    try:
        url = URL(base_url)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.query_string or url.fragment:
        raise UsageError("The base URL is not of the form https://HOST[:PORT][/PATH].")
    return url


def _checked_key(key: str) -> str:
    if not key.isascii() or not key.isprintable() or not key or " " in key:
        raise NoKeyError(
            "The API key holds characters that no key has.", "`lyrics auth login` sets a new one."
        )
    return key


def proxy_for(url: URL) -> URL | None:
    """Give the proxy that the environment names, and none for loopback.

    aiohttp's own `trust_env` also reads ~/.netrc, and then refuses to send the key beside what it found.
    """
    if is_loopback(url.host or "") or proxy_bypass(url.host or ""):
        return None
    proxy = getproxies().get(url.scheme)
    if not proxy:
        return None
    address = URL(proxy if "//" in proxy else f"http://{proxy}")
    if address.scheme not in {"http", "https"}:
        raise UsageError(f"A {address.scheme} proxy cannot be used.", "Name an HTTP proxy.")
    return address


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
