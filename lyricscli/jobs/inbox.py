"""The inbox: callbacks are checked, held until their id is known, and on disk before they are answered."""

import asyncio  # noqa: TID253 (imported by use cases only)
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from lyricscli.api.dialects import Dialect
from lyricscli.api.protocol import Callback
from lyricscli.config.settings import Secret
from lyricscli.delivery.paths import Paths
from lyricscli.errors import CallbackRejectedError, LibraryError, ServiceError
from lyricscli.models import DeliveredBy, Outcome, Task
from lyricscli.settlement import Payload, PayloadKind, Settlement
from lyricscli.store.journal import Journal
from lyricscli.store.library import Library


@dataclass(slots=True)
class _Expected:
    """One row whose callback may come.

    `held` came before the row's id was known. `claimed` says that no id will be told any more: whatever comes
    on the secret path is the row's.
    """

    row: int
    path: str
    task_id: str | None
    arrived: asyncio.Future[Outcome]
    held: Callback | None = None
    claimed: bool = False
    seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Checks:
    """How a callback is judged.

    With a webhook key an unsigned, stale or repeated callback is refused. Without `trust` a callback is kept
    as received but not believed: it only wakes whoever waits.
    """

    dialect: Dialect
    webhook_key: Secret | None = None
    trust: bool = True

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Callback:
        """Parse and verify. Raises CallbackRejectedError or ServiceError."""
        key = self.webhook_key.reveal() if self.webhook_key else None
        return Callback.from_http(headers, body, dialect=self.dialect, webhook_key=key, now=now)


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
        self.journal = Journal(library.transaction)
        self._library = library
        self._checks = checks
        self._notice = notice
        self._clock = clock
        self._aliases: dict[str, str] = {}
        self._longer: dict[str, str] = {}
        self._by_path: dict[str, _Expected] = {}
        self._by_row: dict[int, _Expected] = {}

    def expect(self, task: Task) -> None:
        """Answer on the task's path from now on."""
        assert task.callback_path is not None
        arrived = asyncio.get_running_loop().create_future()
        expected = _Expected(task.row, task.callback_path, task.task_id, arrived)
        self._by_path[expected.path] = self._by_row[task.row] = expected
        self.paths.add(expected.path)

    def alias(self, path: str, longer: str) -> None:
        """Answer on `longer` as on `path`, whenever `path` is expected."""
        self._aliases[longer] = path
        self._longer[path] = longer
        self.paths.add(longer)

    def forget(self, row: int) -> None:
        """Stop answering for a row."""
        expected = self._by_row.pop(row)
        self._by_path.pop(expected.path)
        self.paths.discard(expected.path)
        longer = self._longer.pop(expected.path, None)
        if longer is not None:
            self._aliases.pop(longer)
            self.paths.discard(longer)

    async def arrival(self, row: int) -> Outcome:
        """Wait for the row's first callback; what it brought is in the library by then."""
        return await asyncio.shield(self._by_row[row].arrived)

    async def learn(self, row: int, task_id: str) -> None:
        """Say what the row's id is; a callback that was held is then taken or dropped."""
        expected = self._by_row[row]
        expected.task_id = task_id
        held, expected.held = expected.held, None
        if held is not None and held.task_id == task_id:
            await self._settle(expected, held, None)

    async def claim(self, row: int) -> None:
        """Say that the row's id will not be told: the callback on its path tells it."""
        expected = self._by_row[row]
        expected.claimed = True
        if expected.held is not None:
            await self.learn(row, expected.held.task_id)

    async def recover(self, task: Task) -> None:
        """Take a callback that an earlier command held and did not live to use; it was verified then."""
        for payload in self._library.payloads(task.row):
            if payload.kind is PayloadKind.CALLBACK and task.task_id is None:
                with suppress(ServiceError):
                    checks = Checks(self._checks.dialect)
                    held = checks.read(payload.headers, payload.body, self._clock())
                    await self._keep(
                        Settlement(task.row, held.outcome, DeliveredBy.CALLBACK, task_id=held.task_id)
                    )

    async def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Take one callback; true when it is on disk, false when it is not for us."""
        expected = self._by_path.get(self._aliases.get(path, path))
        if expected is None:
            return False
        try:
            callback = self._read(expected, headers, body)
        except (ServiceError, CallbackRejectedError) as error:
            self._notice(f"a callback was refused: {error.message}")
            return False
        payload = Payload(PayloadKind.CALLBACK, body, headers)
        if expected.task_id is None and expected.claimed:
            expected.task_id = callback.task_id
        if expected.task_id is None:
            expected.held = callback
            await self._hold(expected.row, payload)
            return True
        if callback.task_id != expected.task_id:
            self._notice("a callback for another task was refused")
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
        settlement = Settlement(
            expected.row, callback.outcome, DeliveredBy.CALLBACK, payload, task_id=callback.task_id
        )
        try:
            if self._checks.trust:
                await self._keep(settlement)
            elif payload is not None:
                await self._hold(expected.row, payload)
        except LibraryError as error:
            self._notice(error.message)
            saved = False
        else:
            saved = True
        if not expected.arrived.done():
            expected.arrived.set_result(callback.outcome)
        return saved

    async def _keep(self, settlement: Settlement) -> None:
        await self.journal.write(lambda: self._library.settle(settlement))

    async def _hold(self, row: int, payload: Payload) -> None:
        await self.journal.write(lambda: self._library.hold(row, payload))
