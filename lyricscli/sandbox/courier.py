"""Carrying callbacks to their receivers: deadline, retries, giving up."""

import asyncio  # noqa: TID253 - this module is imported by what already runs a loop
import sqlite3
from collections.abc import Callable
from contextlib import suppress

from lyricscli.api.postman import Letter, Postman, Receipt
from lyricscli.sandbox.account import Account
from lyricscli.sandbox.answers import letters, scenario_of, signed
from lyricscli.sandbox.behaviour import Clock
from lyricscli.sandbox.events import Delivered
from lyricscli.sandbox.ledger import NEVER, Entry
from lyricscli.sandbox.scenarios import Delivery
from lyricscli.sandbox.writer.own import AT_ONCE, write

TAKEN = 200
"""The one status that the documentation takes for an acknowledgement."""


class Courier:
    """Delivers the callbacks of the tasks that this run of the emulator accepted.

    A task left by an earlier run is answered when it is read, and its callback is not sent again: the
    listener that waited for it is gone.
    """

    def __init__(
        self, account: Account, postman: Postman, clock: Clock, report: Callable[[Delivered], None]
    ) -> None:
        self._account = account
        self._options = account.options
        self._postman = postman
        self._clock = clock
        self._report = report
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    def dispatch(self, entry: Entry) -> asyncio.Task[None]:
        """Send the callbacks of a task once it is ready, in the background."""
        task = asyncio.create_task(self._carry(entry))
        self._under_way[task] = entry.task_id
        task.add_done_callback(self._under_way.pop)
        return task

    def resume(self, task_id: str) -> None:
        """Have a task written that an earlier run left unwritten; its callback is not sent any more."""
        entry = self._account.unwritten(task_id)
        if entry is not None and task_id not in self._under_way.values():
            self.dispatch(entry._replace(callback_url=None))

    async def close(self) -> None:
        """Drop whatever is still under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carry(self, entry: Entry) -> None:
        # Where the store cannot be written any more, the record stays as it was.
        with suppress(sqlite3.Error):
            if entry.ready_at == NEVER and self._options.writer is not None:
                variants = await write(self._options.writer, entry.prompt, self._slots)
                entry = self._account.finish(entry, variants)._replace(callback_url=entry.callback_url)
            await self._clock.sleep(max(0.0, entry.ready_at - self._clock.now()))
            self._account.settle(entry)
            if entry.callback_url is None:
                return
            if scenario_of(entry).delivery is Delivery.LATE:
                await self._clock.sleep(self._options.lateness)
            for letter in letters(entry, self._options.flavour):
                if not await self._insist(entry.callback_url, entry, letter):
                    self._account.ledger.mark_undelivered(entry.task_id)
                    return

    async def _insist(self, url: str, entry: Entry, letter: Letter) -> bool:
        """Send one callback until it is taken or the retries are used up; say which."""
        last = 1 + self._options.callback_retries
        for attempt in range(1, last + 1):
            receipt = await self._send(url, letter)
            taken = receipt.status == TAKEN
            pause = None if taken or attempt == last else self._options.retry_spacing
            told = (attempt, receipt.status, receipt.seconds, receipt.error, pause)
            gave_up = attempt == last and not taken
            self._report(Delivered(self._clock.now(), entry.task_id, url, *told, gave_up))
            if pause is None:
                return taken
            await self._clock.sleep(pause)
        return False

    async def _send(self, url: str, letter: Letter) -> Receipt:
        key = self._options.webhook_key
        return await self._postman.post(
            url,
            signed(letter, key, self._clock.now()) if key else letter,
            deadline=self._options.callback_timeout,
            drip=self._options.drip,
        )
