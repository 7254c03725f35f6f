"""The service without its sockets: what each call is answered with, and which task it makes."""

import hmac
import secrets
from collections import Counter
from collections.abc import Callable

from lyricscli.errors import UsageError
from lyricscli.sandbox.answers import record, scenario_of
from lyricscli.sandbox.behaviour import EmulatorOptions, Throttle
from lyricscli.sandbox.ledger import NEVER, Entry, Ledger, Route
from lyricscli.sandbox.scenarios import Answering, Scenario, Shape, of_prompt, without_marker
from lyricscli.sandbox.wire import Answer, RefusedError, Request, instead, read_request, success

COST = 0.4
"""Credits a call, documented for one provider and observed at the other."""

PLENTY = 100.0
"""The balance shown where credits never run out."""


class Account:
    """One account of the service. `clock` is Unix time in seconds. Each call raises RefusedError."""

    def __init__(self, options: EmulatorOptions, ledger: Ledger, clock: Callable[[], float]) -> None:
        self.options = options
        self.ledger = ledger
        self._flavour = options.flavour
        self._clock = clock
        self._submissions = Throttle(options.submissions)
        self._reads = Throttle(options.reads)
        self._reads_of: Counter[str] = Counter()
        self._refused_once: set[str] = set()
        ledger.forget(clock() - options.kept_for)

    def submit(self, authorization: str | None, body: bytes, route: Route) -> tuple[Entry, Answer]:
        """Make a task of a submission, which is paid, and answer it."""
        self._authorize(authorization)
        wanted = read_request(body, route, self._flavour)
        scenario = self._scenario(wanted)
        self._admit(wanted, scenario)
        entry = self._entry(wanted, scenario, route)
        self.ledger.add(entry)
        usual = success(self._flavour, {"taskId": entry.task_id}, scenario.shape)
        return entry, instead(scenario.answer, self._flavour) or usual

    def read(self, authorization: str | None, task_id: str, route: Route) -> Answer:
        """Answer a question for a task's record."""
        self._authorize(authorization)
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

    def balance(self, authorization: str | None) -> Answer:
        """Answer the question for the balance."""
        self._authorize(authorization)
        left = round(self._credits_left(), 2)
        whole = self._flavour.whole_credits and left.is_integer()
        return success(self._flavour, int(left) if whole else left)

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
        code, why = None, ""
        if scenario.refusal is not None and not (scenario.once and wanted.prompt in self._refused_once):
            self._refused_once.add(wanted.prompt)
            code, why = self._flavour.throttled if scenario.once else scenario.refusal, scenario.help
        elif not self._submissions.admits("account", self._clock()):
            code, why = self._flavour.throttled, "Too many new tasks. Please try again later."
        elif self._credits_left() < COST:
            code, why = self._flavour.no_credits, "The account has not enough credits."
        if code is not None:
            raise RefusedError(code, why, scenario=scenario.name)

    def _credits_left(self) -> float:
        granted = self.options.credits
        return PLENTY if granted is None else granted - self.ledger.spent()

    def _entry(self, wanted: Request, scenario: Scenario, route: Route) -> Entry:
        now, plain_id = self._clock(), secrets.token_hex(16)
        ready_at = now if scenario.answer is Answering.AFTER_CALLBACK else now + self.options.latency
        if self.options.writer is not None and scenario.is_for_a_writer:
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

    def _kept(self, task_id: str, route: Route) -> Entry | None:
        entry = self.ledger.find(task_id)
        if entry is None or entry.route is not route:
            return None
        return entry if self._clock() - entry.created_at < self.options.kept_for else None

    def _trouble(self, entry: Entry) -> Answer | None:
        """Return the answer of a scenario that keeps the record from being read, if there is one."""
        scenario = scenario_of(entry)
        if scenario.reading is Answering.NORMAL:
            return None
        self._reads_of[entry.task_id] += 1
        is_over = self._reads_of[entry.task_id] > scenario.reads
        return None if is_over else instead(scenario.reading, self._flavour)
