"""The use case of `listen`: a public address that shows, records and forwards every callback it is sent."""

import asyncio  # noqa: TID253 (imported by the command that listens)
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from lyricscli.api.postman import PLAIN, Manner, Postman, Receipt, replayed
from lyricscli.api.protocol import Callback, verdict
from lyricscli.config.settings import Secret
from lyricscli.delivery.gate import RECEIVED, Change, Gate, Paths, Plan, Said, new_path
from lyricscli.errors import CallbackRejectedError, ServiceError
from lyricscli.files import replace_file
from lyricscli.processes import stay
from lyricscli.store.recordings import Recording, Recordings

FORWARD_TIMEOUT = 30.0
"""Seconds a receiver gets: twice what the service grants, so that one that is too slow is seen to be so."""

FINAL_STATUSES = range(200, 600)
PASSED_BACK = {"content-type", "content-encoding", "retry-after"}
"""Of a receiver's answer its status, its body and these headers go back, not where a redirect leads."""

_PATH = re.compile(r"/c/[A-Za-z0-9_-]{43}")


class Refused(NamedTuple):
    """Something that is no callback came on the secret path."""

    reason: str


class Arrived(NamedTuple):
    """A callback came and is recorded; `verdict` describes its shape, `task_id` is None where it has none."""

    recording: Recording
    task_id: str | None
    verdict: str


class Forwarded(NamedTuple):
    """What the receiver made of a callback."""

    recording: Recording
    receipt: Receipt


Event: TypeAlias = Change | Refused | Arrived | Forwarded


@dataclass(frozen=True, slots=True)
class Terms:
    """Where, for whom, for how long: `most` callbacks, `timeout` seconds from the first URL on.

    With a `webhook_key` it is told what the signatures are worth.
    """

    path: str = field(default_factory=new_path)
    forward_to: str | None = None
    manner: Manner = PLAIN
    most: int | None = None
    timeout: float | None = None
    webhook_key: Secret | None = None


class Relay:
    """Keeps an address open and tells `report` of everything that happens; what `report` raises ends it."""

    def __init__(
        self,
        plan: Plan,
        terms: Terms,
        recordings: Recordings,
        report: Callable[[Event], None],
    ) -> None:
        self._terms, self._recordings, self._tell = terms, recordings, report
        self._gate = Gate(
            plan,
            Paths(),
            self._receive,
            report=self._report,
            refused=lambda _, why: self._report(Refused(why)),
            prove=terms.path,
        )
        self._came = self._answered = 0

    async def run(self) -> int:
        """Listen until the terms are met, and return how many callbacks came.

        Raises UsageError where the port cannot be had, TunnelError where no URL could be opened at first.
        """
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        async with Postman(self._terms.manner) as self._postman, self._gate:
            opening = asyncio.ensure_future(self._gate.opened())
            try:
                await _first(opening, self._over)
                stay()
                async with asyncio.timeout(self._terms.timeout):
                    await _first(self._over)
            except TimeoutError:
                # What still fails while the listener closes is of no interest any more.
                self._over.cancel()
            finally:
                opening.cancel()
        return self._answered

    def kill(self) -> None:
        """End what would outlive this process, at once; for a second Ctrl-C."""
        self._gate.kill()

    async def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Said:
        """Answer one callback: as the receiver does where there is a receiver, else with 200."""
        del path
        if self._came == self._terms.most:
            return Said(503)
        self._came += 1
        try:
            said = await self._handle(headers, body)
        except Exception as error:  # noqa: BLE001 (a disk or a reader that is gone ends the command)
            self._fail(error)
            return Said(500)
        self._answered += 1
        if self._answered == self._terms.most and not self._over.done():
            self._over.set_result(None)
        return said

    async def _handle(self, headers: Mapping[str, str], body: bytes) -> Said:
        recording = await asyncio.to_thread(self._recordings.keep, headers, body)
        self._tell(arrival(recording, self._terms.webhook_key))
        if self._terms.forward_to is None:
            return RECEIVED
        receipt = await forward(self._postman, self._terms.forward_to, recording)
        self._tell(Forwarded(recording, receipt))
        return _passed_back(receipt)

    def _report(self, event: Event) -> None:
        try:
            self._tell(event)
        except Exception as error:  # noqa: BLE001 (it is raised again by `run`)
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self._over.done():
            self._over.set_exception(error)


def kept_path(file: Path, base: str, *, anew: bool = False) -> str:
    """Return the path under a base URL that `file` keeps, privately; a new one the first time, or `anew`.

    Raises LyricsError where a new one cannot be kept.
    """
    try:
        known = dict(json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        known = {}
    path = known.get(base)
    if anew or not isinstance(path, str) or not _PATH.fullmatch(path):
        path = known[base] = new_path()
        replace_file(file, json.dumps(known, indent=2) + "\n")
    return path


def arrival(recording: Recording, webhook_key: Secret | None) -> Arrived:
    """Describe a callback, and what its signature is worth where there is a key for it."""
    content = recording.content
    words = verdict(content)
    try:
        task_id = Callback.from_http({}, content, now=0.0).task_id
    except ServiceError:
        return Arrived(recording, None, words)
    if webhook_key is not None:
        key, signed = webhook_key.reveal(), "its signature is right"
        try:
            Callback.from_http(recording.headers, recording.body, webhook_key=key, now=recording.at)
        except (CallbackRejectedError, ServiceError) as error:
            signed = error.message
        words += f"; {signed}"
    return Arrived(recording, task_id, words)


async def forward(postman: Postman, url: str, recording: Recording) -> Receipt:
    """Send a callback on, byte for byte, with the headers that are not about the connection it came by."""
    return await postman.post(url, replayed(recording.headers, recording.body), deadline=FORWARD_TIMEOUT)


async def replay(recording: Recording, url: str, manner: Manner) -> Receipt:
    """Send a recorded callback again."""
    async with Postman(manner) as postman:
        return await forward(postman, url, recording)


def _passed_back(receipt: Receipt) -> Said:
    """Return what the sender is answered: a bad gateway's status where the receiver's is none that ends."""
    if receipt.status is None or receipt.status not in FINAL_STATUSES:
        return Said(502)
    told = [(name, value) for name, value in receipt.headers.items() if name.lower() in PASSED_BACK]
    return Said(receipt.status, receipt.body, tuple(told))


async def _first(*futures: "asyncio.Future[Any]") -> None:
    """Wait for the first to end, and raise what it raises."""
    done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    for future in done:
        future.result()
