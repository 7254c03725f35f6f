"""Callbacks sent on trial: what a receiver made of each, printed and turned into an exit code."""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from lyricscli.errors import ExitCode

if TYPE_CHECKING:
    from lyricscli.api.postman import Letter, Manner, Receipt

PATIENCE = 15.0
"""Seconds after which the service takes a callback for not delivered (documented)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How letters are sent, how long to wait for an answer, and how long a dripping body takes; seconds."""

    manner: "Manner"

    deadline: float
    drip: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One callback and what it met. `seconds` leaves out the time that its own body took to drip."""

    letter: "Letter"
    receipt: "Receipt"
    seconds: float

    @property
    def in_time(self) -> bool:
        """Whether the service would still have listened."""
        return self.seconds <= PATIENCE

    @property
    def taken(self) -> bool:
        """Whether the receiver took the callback, in time."""
        status = self.receipt.status
        return status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and self.in_time

    @property
    def doubt(self) -> str:
        """What the service would make of the answer, where that is not plain; else empty."""
        if not self.in_time:
            return f"This took {self.seconds:.1f} s: the service gives up after {PATIENCE:g} s."
        if self.taken and self.receipt.status != HTTPStatus.OK:
            return "The documentation asks for status 200; whether the service takes another is not known."
        return ""


def send(url: str, letters: Iterable["Letter"], pace: Pace, key: str | None) -> list[Trial]:
    """Send the callbacks one after the other, signed where there is a key."""
    from lyricscli.api.postman import Postman
    from lyricscli.cli.running import run
    from lyricscli.sandbox.callbacks import signed
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

    async def one_by_one() -> list[Trial]:
        trials = []
        async with Postman(pace.manner) as postman:
            for letter in letters:
                sealed = signed(letter, key, time.time()) if key else letter
                receipt = await postman.post(url, sealed, deadline=pace.deadline, drip=pace.drip)
                own = pace.drip if letter.drips else 0.0
                trials.append(Trial(letter, receipt, max(0.0, receipt.seconds - own)))
        return trials

    return run(one_by_one(), Progress(quiet=True), Style())


def show(trials: Sequence[Trial], *, as_json: bool) -> None:
    """Print what each callback met on stdout, and on stderr what to think of it."""
    from lyricscli.terminal.progress import say

    if as_json:
        sys.stdout.write(_document(trials) + "\n")
    for number, trial in enumerate(trials, start=1):
        if not as_json:
            sys.stdout.write(words(trial.receipt, f"{number}/{len(trials)}  " if len(trials) > 1 else ""))
        if doubt := trial.doubt:
            say(doubt)


def words(receipt: "Receipt", prefix: str = "") -> str:
    """Describe an answer in lines: status and time after the prefix, then its text."""
    from lyricscli.terminal.safe import visible, visible_block

    if receipt.status is None:
        return f"{prefix}no answer: {visible(receipt.error or '')}\n"
    phrase = HTTPStatus(receipt.status).phrase if receipt.status in set(HTTPStatus) else ""
    answer = visible_block(receipt.text)
    line = f"{prefix}{receipt.status} {phrase}".rstrip() + f" in {receipt.seconds:.3f} s"
    if receipt.location is not None:
        line += f", a redirect to {visible(receipt.location)}, which is not followed"
    return line + "\n" + (answer.rstrip("\n") + "\n" if answer.strip() else "")


def answer_document(trial: Trial) -> dict[str, object]:
    """Return an answer as a JSON object."""
    receipt = trial.receipt
    return {
        "status": receipt.status,
        "seconds": round(receipt.seconds, 3),
        "in_time": trial.in_time,
        "location": receipt.location,
        "body": receipt.text,
        "error": receipt.error,
    }


def _document(trials: Sequence[Trial]) -> str:
    from lyricscli.terminal.documents import as_json

    sent = [{"task_id": trial.letter.task_id, "bytes": len(trial.letter.body)} for trial in trials]
    answers = [one | answer_document(trial) for one, trial in zip(sent, trials, strict=True)]
    return as_json({"taken": all(trial.taken for trial in trials), "answers": answers})


def verdict(trials: Sequence[Trial]) -> ExitCode:
    """Return the exit code that the answers amount to."""
    if not all(trial.receipt.reached for trial in trials):
        return ExitCode.SERVICE
    return ExitCode.OK if all(trial.taken for trial in trials) else ExitCode.FAILED
