"""Where callbacks come in: the public address, the secret paths below it, and what a sender is answered."""

import asyncio  # noqa: TID253 (imported by use cases only)
import hashlib
import hmac
import json
import re
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from lyricscli.errors import TunnelError, UsageError
from lyricscli.files import replace_file

UNREACHABLE = "https://polled-instead.invalid/"
"""The callback address when nobody listens: `.invalid` never resolves (RFC 2606); it only has to be there."""

BACKLOG = 256

PATH_BYTES = 32
"""Random bytes of a secret path: 256 bits."""

_PATH = r"/c/[A-Za-z0-9_-]{43}"


class Said(NamedTuple):
    """What a sender is answered: a status, and the body and headers of whoever decided it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


RECEIVED = Said(200, b'{"status":"received"}\n', (("Content-Type", "application/json"),))
NOT_FOUND = Said(404, b"not found\n", (("Content-Type", "text/plain; charset=utf-8"),))

Receive = Callable[[str, Mapping[str, str], bytes], Awaitable[Said]]
"""Takes a callback's path, headers (its query among them) and body as they came, and returns the answer."""


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


def new_path() -> str:
    """Make an unguessable path."""
    return "/c/" + secrets.token_urlsafe(PATH_BYTES)


def kept_path(file: Path, base: str, *, anew: bool = False) -> str:
    """Return the path under a base URL that `file` keeps, privately; a new one the first time, or `anew`.

    Raises LyricsError where a new one cannot be kept.
    """
    try:
        known = dict(json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        known = {}
    path = known.get(base)
    if anew or not isinstance(path, str) or not re.fullmatch(_PATH, path):
        path = known[base] = new_path()
        replace_file(file, json.dumps(known, indent=2) + "\n")
    return path


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
