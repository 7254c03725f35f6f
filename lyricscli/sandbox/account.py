"""The service without its sockets: what each call is answered with, and which task it makes."""

import hmac
import secrets
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from lyricscli.errors import UsageError
from lyricscli.models import Variant
from lyricscli.sandbox.answers import OF_A_WRITER, as_written, ending_of, record, scenario_of
from lyricscli.sandbox.behaviour import EmulatorOptions, Throttle
from lyricscli.sandbox.ledger import NEVER, Entry, Ledger, Route
from lyricscli.sandbox.scenarios import Answering, Reading, Scenario, Shape, of_prompt, without_marker
from lyricscli.sandbox.wire import Answer, RefusedError, Request, page, read_request, refusal, success

COST = 0.4
"""Credits a call, documented for one provider and observed at the other."""

PLENTY = 100.0
"""The balance shown where credits never run out."""

REFUNDED = 531
"""kie's code for a failure whose credits were given back."""

TROUBLED_READS = 3
"""How many reads of a task go wrong in the scenarios that recover."""


class Accepted(NamedTuple):
    """What a submission led to: an answer, and a task unless it was refused."""

    answer: Answer
    scenario: Scenario | None = None
    entry: Entry | None = None

    @property
    def manner(self) -> Answering:
        """How the answer is to be sent."""
        return self.scenario.answer if self.scenario and self.entry else Answering.NORMAL


class Account:
    """One account of the service. `clock` is Unix time in seconds."""

    def __init__(self, options: EmulatorOptions, ledger: Ledger, clock: Callable[[], float]) -> None:
        self.options = options
        self._flavour = options.flavour
        self.ledger = ledger
        self._clock = clock
        self._submissions = Throttle(options.submissions)
        self._reads = Throttle(options.reads)
        self._reads_of: Counter[str] = Counter()
        self._refused_once: set[str] = set()
        ledger.forget(clock() - options.kept_for)

    def submit(self, authorization: str | None, body: bytes, route: Route) -> Accepted:
        """Answer a submission: the task exists, and is paid, unless it was refused."""
        scenario = None
        try:
            self._authorize(authorization)
            wanted = read_request(body, route, self._flavour)
            scenario = self._scenario(wanted)
            self._admit(wanted, scenario)
        except RefusedError as error:
            return Accepted(self.refuse(error.code, str(error)), scenario)
        entry = self._entry(wanted, scenario, route)
        self.ledger.add(entry)
        return Accepted(self._submitted(entry, scenario), scenario, entry)

    def read(self, authorization: str | None, task_id: str, route: Route) -> Answer:
        """Answer a question for a task's record."""
        return self._answer(authorization, lambda: self._record(task_id, route))

    def balance(self, authorization: str | None) -> Answer:
        """Answer the question for the balance."""
        return self._answer(authorization, self._balance)

    def refuse(self, code: int, why: str, status: int | None = None) -> Answer:
        """Answer a call that is refused; `status` is one that does not depend on the flavour."""
        return refusal(self._flavour, code, why, status)

    def finish(self, entry: Entry, variants: tuple[Variant, ...]) -> Entry:
        """Keep what a program wrote for a task."""
        return self.ledger.finish(entry.task_id, as_written(variants), self._clock()) or entry

    def unwritten(self, task_id: str) -> Entry | None:
        """Return a task that a program has to write, and of which nothing is kept yet."""
        entry = self.ledger.find(task_id) if self.options.writer is not None else None
        return entry if entry is not None and entry.ready_at == NEVER else None

    def settle(self, entry: Entry) -> None:
        """Give the credits back where the scenario says that they are."""
        if ending_of(entry).code == REFUNDED:
            self.ledger.refund(entry.task_id)

    def _answer(self, authorization: str | None, work: Callable[[], Answer]) -> Answer:
        try:
            self._authorize(authorization)
            return work()
        except RefusedError as error:
            return self.refuse(error.code, str(error))

    def _authorize(self, authorization: str | None) -> None:
        key = self.options.key
        if key is not None and not hmac.compare_digest(
            f"Bearer {key}".encode(), (authorization or "").encode(errors="replace")
        ):
            raise RefusedError(self._flavour.unauthorized, "You do not have access permissions.")

    def _scenario(self, wanted: Request) -> Scenario:
        try:
            return of_prompt(wanted.prompt, self.options.scenario)
        except UsageError as error:
            raise RefusedError(self._flavour.bad_request, f"{error.message}. {error.advice}") from error

    def _admit(self, wanted: Request, scenario: Scenario) -> None:
        if scenario.refusal is not None and not (scenario.once and wanted.prompt in self._refused_once):
            self._refused_once.add(wanted.prompt)
            code = self._flavour.throttled if scenario.once else scenario.refusal
            raise RefusedError(code, scenario.help)
        if not self._submissions.admits("account", self._clock()):
            raise RefusedError(self._flavour.throttled, "Too many new tasks. Please try again later.")
        if self._credits_left() < COST:
            raise RefusedError(self._flavour.no_credits, "The account has not enough credits.")

    def _balance(self) -> Answer:
        left = round(self._credits_left(), 2)
        whole = self._flavour.whole_credits and left.is_integer()
        return success(self._flavour, int(left) if whole else left)

    def _credits_left(self) -> float:
        granted = self.options.credits
        return PLENTY if granted is None else granted - self.ledger.spent()

    def _entry(self, wanted: Request, scenario: Scenario, route: Route) -> Entry:
        now, plain_id = self._clock(), secrets.token_hex(16)
        ready_at = now if scenario.answer is Answering.AFTER_CALLBACK else now + self.options.latency
        if self.options.writer is not None and scenario.words in OF_A_WRITER:
            ready_at = NEVER
        return Entry(
            task_id=f"../{plain_id[:4]}****{plain_id[4:]}" if scenario.odd_id else plain_id,
            route=route,
            prompt=without_marker(wanted.prompt),
            param=wanted.param,
            callback_url=wanted.callback_url,
            scenario=scenario.name,
            # The same prompt again is another song, as at the real service.
            seed=self.options.seed + self.ledger.count(wanted.prompt),
            cost=COST,
            created_at=now,
            ready_at=ready_at,
        )

    def _submitted(self, entry: Entry, scenario: Scenario) -> Answer:
        match scenario.answer:
            case Answering.NULL_DATA:
                return success(self._flavour, None)
            case Answering.EMPTY:
                return Answer(200, b"")
            case Answering.HTML_502:
                return page(502)
            case Answering.HTML_524:
                return page(524)
            case _:
                return success(self._flavour, {"taskId": entry.task_id}, scenario.shape)

    def _record(self, task_id: str, route: Route) -> Answer:
        if not task_id:
            raise RefusedError(self._flavour.bad_request, "Please enter taskId.")
        if not self._reads.admits(task_id, self._clock()):
            raise RefusedError(self._flavour.throttled, "Too many reads of this task.")
        entry = self._kept(task_id, route)
        if entry is not None and (trouble := self._trouble(entry)):
            return trouble
        data = record(entry, self._clock()) if entry else None
        if data is None and route is Route.JOBS:
            raise RefusedError(422, "recordInfo is null")
        return success(self._flavour, data, scenario_of(entry).shape if entry else Shape.DOCUMENTED)

    def _kept(self, task_id: str, route: Route) -> Entry | None:
        entry = self.ledger.find(task_id)
        if entry is None or entry.route is not route:
            return None
        return entry if self._clock() - entry.created_at < self.options.kept_for else None

    def _trouble(self, entry: Entry) -> Answer | None:
        """Return the answer of a scenario that keeps the record from being read, if there is one."""
        reading = scenario_of(entry).reading
        if reading is Reading.HTML_502:
            return page(502)
        if reading not in {Reading.NULL_FIRST, Reading.ERROR_FIRST}:
            return None
        self._reads_of[entry.task_id] += 1
        if self._reads_of[entry.task_id] > TROUBLED_READS:
            return None
        if reading is Reading.NULL_FIRST:
            return success(self._flavour, None)
        return self.refuse(500, "Server error.")
