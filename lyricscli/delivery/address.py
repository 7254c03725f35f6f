"""The listener's public address: on loopback, of the user's own, through ngrok, or none."""

import asyncio  # noqa: TID253 (imported by use cases only)
import socket
from typing import NamedTuple, Protocol

from lyricscli.errors import TunnelError, UsageError

UNREACHABLE = "https://polled-instead.invalid/"
"""The callback address when nobody listens: `.invalid` never resolves (RFC 2606); it only has to be there."""

BACKLOG = 256


class Address(Protocol):
    """What makes a local port reachable from the service. `start` returns at once; `url` waits."""

    @property
    def known_url(self) -> str | None:
        """The base URL, where it is known before it works."""

    def start(self) -> None:
        """Begin, in the background, to make the port reachable."""

    async def url(self) -> str:
        """Return the base URL once it works. Raises TunnelError."""

    async def lost(self) -> TunnelError:
        """Return only when the address is cut off, with the reason."""

    async def back(self) -> None:
        """Wait for one that was cut off to come back by itself. Raises TunnelError when it does not."""

    async def close(self) -> None:
        """Take the address down and leave nothing behind."""

    def kill(self) -> None:
        """Do so at once, from a signal handler."""


class FixedAddress:
    """An address that is simply there: loopback, or one that the user keeps."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def known_url(self) -> str:
        """The URL."""
        return self._url

    def start(self) -> None:
        """Do nothing: it works already."""

    async def url(self) -> str:
        """Return it."""
        return self._url

    async def lost(self) -> TunnelError:
        """Never return."""
        never: asyncio.Future[TunnelError] = asyncio.get_running_loop().create_future()
        return await never

    async def back(self) -> None:
        """Never be awaited."""

    async def close(self) -> None:
        """Leave it as it is."""

    def kill(self) -> None:
        """Leave it as it is."""


class Endpoint(NamedTuple):
    """A host and port to bind."""

    host: str = "127.0.0.1"
    port: int = 0

    def bind(self) -> socket.socket:
        """Bind a listening socket. Raises UsageError when the address cannot be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self.port), family=family, backlog=BACKLOG)
        except OSError as error:
            raise UsageError(
                f"cannot listen on {self.host}:{self.port}: {error.strerror or error}",
                "Choose another --listen HOST:PORT.",
            ) from error


def endpoint(text: str) -> Endpoint:
    """Read HOST:PORT. Raises UsageError."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or not int(port) < 2**16:
        raise UsageError(f"--listen takes HOST:PORT, not {text!r}", "For example: --listen 127.0.0.1:8080")
    return Endpoint(host, int(port))
