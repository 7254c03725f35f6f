"""Carrying callbacks to their receivers: deadline, retries, giving up."""

import asyncio  # noqa: TID253 - this module is imported by what already runs a loop
import io
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp  # noqa: TID253 - likewise

from lyricscli import __version__
from lyricscli.sandbox.callbacks import Letter, signed
from lyricscli.sandbox.clock import Clock
from lyricscli.sandbox.events import Delivered
from lyricscli.sandbox.ledger import Entry
from lyricscli.sandbox.records import scenario_of
from lyricscli.sandbox.scenarios import Delivery
from lyricscli.sandbox.service import Service

TAKEN = 200
"""The one status that the documentation takes for an acknowledgement."""

ANSWER_BYTES = 64 * 1024
"""How much of a receiver's answer is read."""

DROPS = 100
"""In about how many pieces a dripping body comes."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one callback: the receiver's status and answer, or the error.

    `seconds` is how long it took; `reached` is False where nobody could be connected to.
    """

    status: int | None
    seconds: float
    body: bytes = b""
    error: str | None = None
    reached: bool = True


def new_session() -> aiohttp.ClientSession:
    """Return a session for callbacks: a connection each, no cookies, no proxy from the environment."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"lyrics-sandbox/{__version__}"},
    )


async def post(
    session: aiohttp.ClientSession, url: str, letter: Letter, *, deadline: float, drip: float = 0.0
) -> Receipt:
    """Send one callback and return what the receiver made of it; never raises for what the network does.

    Redirects are not followed. `deadline` and `drip` are in seconds; a body that drips has its time on top.
    """
    if _never_resolves(url):
        return Receipt(None, 0.0, error="the name can never resolve", reached=False)
    limit = deadline + (drip if letter.drips else 0.0)
    started = time.monotonic()
    try:
        async with session.post(
            url,
            data=_dripping(letter.body, drip) if letter.drips else io.BytesIO(letter.body),
            headers=letter.headers | {"Content-Length": str(len(letter.body))},
            timeout=aiohttp.ClientTimeout(total=limit),
            allow_redirects=False,
        ) as answer:
            body = await _bounded(answer.content)
            return Receipt(answer.status, time.monotonic() - started, body)
    except TimeoutError:
        return Receipt(None, time.monotonic() - started, error=f"no answer within {limit:g} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reached = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL)
        return Receipt(None, time.monotonic() - started, error=_why(error), reached=reached)


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    """Read an answer, or its beginning."""
    body = b""
    while len(body) < ANSWER_BYTES and (piece := await stream.read(ANSWER_BYTES - len(body))):
        body += piece
    return body


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and (error.os_error.errno or 0) > 0:
        return os.strerror(error.os_error.errno or 0)
    if isinstance(error, aiohttp.InvalidURL):
        return "this is no http(s) URL"
    return str(error) or type(error).__name__


def _never_resolves(url: str) -> bool:
    """Say whether the host is under `.invalid` (RFC 6761): looking it up would only hold up the end."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host.rstrip(".").endswith(".invalid")


async def _dripping(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    size = max(1, len(body) // DROPS)
    drops = [body[start : start + size] for start in range(0, len(body), size)]
    for drop in drops:
        await asyncio.sleep(seconds / len(drops))
        yield drop


class Courier:
    """Delivers the callbacks of the tasks that this run of the emulator accepted.

    A task left by an earlier run is answered when it is read, and its callback is not sent again: the
    listener that waited for it is gone.
    """

    def __init__(
        self,
        service: Service,
        session: aiohttp.ClientSession,
        clock: Clock,
        report: Callable[[Delivered], None],
    ) -> None:
        self._service = service
        self._options = service.options
        self._session = session
        self._clock = clock
        self._report = report
        self._under_way: set[asyncio.Task[None]] = set()

    def dispatch(self, entry: Entry) -> asyncio.Task[None]:
        """Send the callbacks of a task once it is ready, in the background."""
        task = asyncio.create_task(self._carry(entry))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def close(self) -> None:
        """Drop whatever is still under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carry(self, entry: Entry) -> None:
        # Where the store cannot be written any more, the record stays as it was.
        with suppress(sqlite3.Error):
            await self._deliver(entry)

    async def _deliver(self, entry: Entry) -> None:
        await self._clock.sleep(max(0.0, entry.ready_at - self._clock.now()))
        self._service.settle(entry)
        if entry.callback_url is None:
            return
        if scenario_of(entry).delivery is Delivery.LATE:
            await self._clock.sleep(self._options.lateness)
        for letter in self._service.letters(entry):
            if not await self._insist(entry.callback_url, entry, letter):
                self._service.give_up(entry)
                return

    async def _insist(self, url: str, entry: Entry, letter: Letter) -> bool:
        """Send one callback until it is taken or the retries are used up; say which."""
        last = 1 + self._options.callback_retries
        for attempt in range(1, last + 1):
            receipt = await self._send(url, letter)
            taken = receipt.status == TAKEN
            pause = None if taken or attempt == last else self._options.retry_spacing
            self._report(
                Delivered(
                    self._clock.now(),
                    entry.task_id,
                    url,
                    attempt,
                    receipt.status,
                    receipt.seconds,
                    receipt.error,
                    retry_in=pause,
                    gave_up=attempt == last and not taken,
                )
            )
            if pause is None:
                return taken
            await self._clock.sleep(pause)
        return False

    async def _send(self, url: str, letter: Letter) -> Receipt:
        key = self._options.webhook_key
        return await post(
            self._session,
            url,
            signed(letter, key, self._clock.now()) if key else letter,
            deadline=self._options.callback_timeout,
            drip=self._options.drip,
        )
