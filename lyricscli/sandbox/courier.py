"""Carrying callbacks to their receivers: deadline, retries, giving up."""

import asyncio  # noqa: TID253 - this module is imported by what already runs a loop
import sqlite3
from collections.abc import Callable
from contextlib import suppress

from lyricscli.api.postman import Letter, Postman
from lyricscli.sandbox.answers import as_written, ending_of, letters, scenario_of, signed
from lyricscli.sandbox.behaviour import Clock, Delivered, EmulatorOptions
from lyricscli.sandbox.ledger import NEVER, Entry, Ledger
from lyricscli.sandbox.writer.own import AT_ONCE, write

TAKEN = 200
"""The one status that the documentation takes for an acknowledgement."""

REFUNDED = 531
"""kie's code for a failure whose credits were given back."""


class Courier:
    """Delivers the callbacks of the tasks that this run of the emulator accepted.

    A task left by an earlier run is answered when it is read, and its callback is not sent again: the
    listener that waited for it is gone.
    """

    def __init__(
        self,
        options: EmulatorOptions,
        ledger: Ledger,
        postman: Postman,
        clock: Clock,
        report: Callable[[Delivered], None],
    ) -> None:
        self._options = options
        self._ledger = ledger
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
        entry = self._ledger.find(task_id) if self._options.writer is not None else None
        if entry and entry.ready_at == NEVER and task_id not in self._under_way.values():
            self.dispatch(entry._replace(callback_url=None))

    async def close(self) -> None:
        """Drop whatever is still under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carry(self, entry: Entry) -> None:
        # Where the store cannot be written any more, the record stays as it was.
        with suppress(sqlite3.Error):
            url = entry.callback_url
            if entry.ready_at == NEVER and self._options.writer is not None:
                variants = await write(self._options.writer, entry.prompt, self._slots)
                kept = self._ledger.finish(entry.task_id, as_written(variants), self._clock.now())
                entry = kept or entry
            await self._clock.sleep(max(0.0, entry.ready_at - self._clock.now()))
            if ending_of(entry).code == REFUNDED:
                self._ledger.refund(entry.task_id)
            if url is None:
                return
            if scenario_of(entry).late:
                await self._clock.sleep(self._options.lateness)
            for letter in letters(entry, self._options.flavour):
                if not await self._insist(url, entry.task_id, letter):
                    self._ledger.mark_undelivered(entry.task_id)
                    return

    async def _insist(self, url: str, task_id: str, letter: Letter) -> bool:
        """Send one callback until it is taken or the retries are used up; say which."""
        options, last = self._options, 1 + self._options.callback_retries
        pace = {"deadline": options.callback_timeout, "drip": options.drip}
        for attempt in range(1, last + 1):
            key, now = options.webhook_key, self._clock.now()
            receipt = await self._postman.post(url, signed(letter, key, now) if key else letter, **pace)
            taken = receipt.status == TAKEN
            pause = None if taken or attempt == last else options.retry_spacing
            told = (attempt, receipt.status, receipt.seconds, receipt.error, pause)
            gave_up = attempt == last and not taken
            self._report(Delivered(self._clock.now(), task_id, url, *told, gave_up))
            if pause is None:
                return taken
            await self._clock.sleep(pause)
        return False
