"""The inbox: callbacks are checked, held until their id is known, and on disk before they are answered."""

import asyncio  # noqa: TID253 (imported by use cases only)
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from lyricscli.api.protocol import Callback
from lyricscli.config.settings import Secret
from lyricscli.delivery.gate import Paths
from lyricscli.errors import CallbackRejectedError, LibraryError, ServiceError, UnsavedError
from lyricscli.models import DeliveredBy, Outcome, Payload, PayloadKind, Settlement, Task, improve
from lyricscli.store.database import Journal
from lyricscli.store.library import Library

if TYPE_CHECKING:
    from lyricscli.delivery.gate import Said


class _Expected:
    """One task whose callback may come on `path`.

    `arrived` is the task once a callback ended it; `stirred` is set by any that says something. `held` came
    before the task's id was known. `claimed` says that no id will be told any more: whatever comes on the
    secret path is the task's.
    """

    def __init__(self, task: Task, path: str) -> None:
        self.task, self.path = task, path
        self.arrived: asyncio.Future[Task] = asyncio.get_running_loop().create_future()
        self.stirred = asyncio.Event()
        self.held: Callback | None = None
        self.claimed = False
        self.seen: set[str] = set()


class Checks(NamedTuple):
    """How a callback is judged.

    With a webhook key an unsigned, stale or repeated callback is refused. Without `trust` a callback is kept
    as received but not believed: it only wakes whoever waits.
    """

    webhook_key: Secret | None = None
    trust: bool = True

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Callback:
        """Parse and verify. Raises CallbackRejectedError or ServiceError."""
        key = self.webhook_key.reveal() if self.webhook_key else None
        return Callback.from_http(headers, body, webhook_key=key, now=now)


class Inbox:
    """Takes callbacks for the rows it expects. `notice` is told of what had to be refused.

    A callback is on disk, through the `journal`, before its sender is answered.
    """

    def __init__(
        self,
        library: Library,
        checks: Checks,
        notice: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.paths = Paths()
        self.journal = Journal(library)
        self._library = library
        self._checks = checks
        self._notice = notice
        self._clock = clock
        self._by_path: dict[str, _Expected] = {}
        self._by_row: dict[int, _Expected] = {}

    def expect(self, task: Task) -> None:
        """Answer on the task's path from now on."""
        assert task.callback_path is not None
        expected = _Expected(task, task.callback_path)
        self._by_path[expected.path] = self._by_row[task.row] = expected
        self.paths.add(expected.path)

    def forget(self, row: int) -> None:
        """Stop answering for a row, if it is answered for."""
        expected = self._by_row.pop(row, None)
        if expected is None:
            return
        self._by_row.pop(expected.task.row, None)
        self._by_path.pop(expected.path)
        self.paths.discard(expected.path)

    def expects(self, row: int) -> bool:
        """Tell whether a callback for the row would be taken."""
        return row in self._by_row

    def arrival(self, row: int) -> "asyncio.Future[Task]":
        """Return the row's task to be, once a callback ended it, in the library by then.

        It is an UnsavedError where the library could not be written.
        """
        expected = self._by_row.get(row)
        return asyncio.get_running_loop().create_future() if expected is None else expected.arrived

    def stirred(self, row: int) -> asyncio.Event:
        """Return what is set when a callback came; where it does not end the task, the record says more."""
        expected = self._by_row.get(row)
        return asyncio.Event() if expected is None else expected.stirred

    async def learn(self, row: int, task: Task) -> None:
        """Say which accepted task the row's path belongs to; a callback that was held is taken or dropped."""
        expected = self._by_row[row]
        expected.task = task
        self._by_row[task.row] = expected
        held, expected.held = expected.held, None
        if held is not None and held.task_id in {None, task.task_id}:
            await self._settle(expected, held, None)

    async def claim(self, row: int) -> None:
        """Say that the row's id will not be told: the callback on its path tells it."""
        expected = self._by_row[row]
        expected.claimed = True
        if expected.held is not None:
            held, expected.held = expected.held, None
            await self._settle(expected, held, None)

    async def recover(self, task: Task) -> Task:
        """Take a callback that an earlier command held and did not live to use; it was verified then."""
        for payload in self._library.payloads(task.row):
            if payload.kind is PayloadKind.CALLBACK and task.task_id is None:
                with suppress(ServiceError):
                    held = Checks().read(payload.headers, payload.body, self._clock())
                    told = Settlement(task.row, held.outcome, DeliveredBy.CALLBACK, task_id=held.task_id)
                    task = await self.journal.write(self._library.settle, told)
        return task

    async def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> "Said":
        """Take one callback: 200 once it is on disk, 404 to what is not for us."""
        from lyricscli.delivery.gate import NOT_FOUND, RECEIVED

        return RECEIVED if await self.receive(path, headers, body) else NOT_FOUND

    def refused(self, path: str, why: str) -> None:
        """Say that a request on a secret path was no callback; the record may say what it was to bring."""
        self._notice(f"A callback was refused: {why}.")
        if path in self._by_path:
            self._by_path[path].stirred.set()

    async def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Take one callback; true when it is on disk, false when it is not for us.

        One on a task's own path that cannot be used is still a sign that the record has something to say.
        """
        expected = self._by_path.get(path)
        if expected is None:
            return False
        try:
            callback = self._read(expected, headers, body)
        except (ServiceError, CallbackRejectedError) as error:
            self._notice(f"A callback was refused: {error.message}")
            expected.stirred.set()
            return False
        payload = Payload(PayloadKind.CALLBACK, body, headers)
        known = expected.task.task_id
        if known is None and not expected.claimed:
            expected.held = callback
            await self._hold(expected, payload)
            return True
        if known is not None and callback.task_id not in {None, known}:
            self._notice("A callback for another task was refused.")
            return False
        return await self._settle(expected, callback, payload)

    def _read(self, expected: _Expected, headers: Mapping[str, str], body: bytes) -> Callback:
        callback = self._checks.read(headers, body, self._clock())
        if callback.signature is not None:
            if callback.signature in expected.seen:
                raise CallbackRejectedError("it repeats the signature of an earlier one")
            expected.seen.add(callback.signature)
        return callback

    async def _settle(self, expected: _Expected, callback: Callback, payload: Payload | None) -> bool:
        """Write the callback down, then wake whoever waits. A full disk loses no lyrics: they are shown."""
        if not self._checks.trust:
            if payload is not None:
                await self._hold(expected, payload)
            if expected.task.task_id is None and callback.task_id is not None:
                taken = self.journal.write(self._library.accept, expected.task, callback.task_id)
                expected.task = await taken
            expected.stirred.set()
            return True
        told = Settlement(
            expected.task.row, callback.outcome, DeliveredBy.CALLBACK, payload, task_id=callback.task_id
        )
        try:
            task = await self.journal.write(self._library.settle, told, expected.task)
        except LibraryError as error:
            self._unsaved(expected, callback.outcome, error)
            return False
        expected.task = task
        if task.status.is_final and not expected.arrived.done():
            expected.arrived.set_result(task)
        expected.stirred.set()
        return True

    def _unsaved(self, expected: _Expected, outcome: Outcome, error: LibraryError) -> None:
        self._notice(error.message)
        task = improve(expected.task, outcome)._replace(delivered_by=DeliveredBy.CALLBACK)
        if task.status.is_final and not expected.arrived.done():
            expected.arrived.set_exception(UnsavedError(error, task))
            expected.arrived.exception()  # whether or not somebody waits for it
            expected.stirred.set()

    async def _hold(self, expected: _Expected, payload: Payload) -> None:
        await self.journal.write(self._library.hold, expected.task.row, payload)
