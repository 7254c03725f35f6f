"""Callbacks sent on trial: what a receiver made of each, printed and turned into an exit code."""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from lyricscli.errors import ExitCode

if TYPE_CHECKING:
    from lyricscli.sandbox.callbacks import Letter
    from lyricscli.sandbox.courier import Receipt

PATIENCE = 15.0
"""Seconds after which the service takes a callback for not delivered (documented)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for an answer, and how long a dripping body takes; seconds."""

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


def send(url: str, letters: Iterable["Letter"], pace: Pace, key: str | None) -> list[Trial]:
    """Send the callbacks one after the other, signed where there is a key."""
    from lyricscli.commands.running import run
    from lyricscli.output.progress import Progress
    from lyricscli.output.results import Style
    from lyricscli.sandbox.callbacks import signed
    from lyricscli.sandbox.courier import new_session, post

    async def one_by_one() -> list[Trial]:
        trials = []
        async with new_session() as session:
            for letter in letters:
                sealed = signed(letter, key, time.time()) if key else letter
                receipt = await post(session, url, sealed, deadline=pace.deadline, drip=pace.drip)
                own = pace.drip if letter.drips else 0.0
                trials.append(Trial(letter, receipt, max(0.0, receipt.seconds - own)))
        return trials

    return run(one_by_one(), Progress(quiet=True), Style())


def show(trials: Sequence[Trial], *, as_json: bool) -> None:
    """Print what each callback met on stdout, and on stderr what to think of it."""
    from lyricscli.output.progress import say

    if as_json:
        sys.stdout.write(_document(trials) + "\n")
    for number, trial in enumerate(trials, start=1):
        if not as_json:
            sys.stdout.write(_words(trial, f"{number}/{len(trials)}  " if len(trials) > 1 else ""))
        if not trial.in_time:
            say(f"This took {trial.seconds:.1f} s: the service gives up after {PATIENCE:g} s.")
        elif trial.taken and trial.receipt.status != HTTPStatus.OK:
            say("The documentation asks for status 200; whether the service takes another is not known.")


def _words(trial: Trial, prefix: str) -> str:
    from lyricscli.output.safe import visible, visible_block

    receipt = trial.receipt
    if receipt.status is None:
        return f"{prefix}no answer: {visible(receipt.error or '')}\n"
    phrase = HTTPStatus(receipt.status).phrase if receipt.status in set(HTTPStatus) else ""
    answer = visible_block(receipt.body.decode(errors="replace"))
    line = f"{prefix}{receipt.status} {phrase}".rstrip() + f" in {receipt.seconds:.3f} s\n"
    return line + (answer.rstrip("\n") + "\n" if answer.strip() else "")


def _document(trials: Sequence[Trial]) -> str:
    from lyricscli.output.document import as_json

    return as_json(
        {
            "taken": all(trial.taken for trial in trials),
            "answers": [
                {
                    "task_id": trial.letter.task_id,
                    "bytes": len(trial.letter.body),
                    "status": trial.receipt.status,
                    "seconds": round(trial.receipt.seconds, 3),
                    "in_time": trial.in_time,
                    "body": trial.receipt.body.decode(errors="replace"),
                    "error": trial.receipt.error,
                }
                for trial in trials
            ],
        }
    )


def verdict(trials: Sequence[Trial]) -> ExitCode:
    """Return the exit code that the answers amount to."""
    if not all(trial.receipt.reached for trial in trials):
        return ExitCode.SERVICE
    return ExitCode.OK if all(trial.taken for trial in trials) else ExitCode.FAILED
