"""What can happen to a task: one table shared by `sandbox --scenario`, the marker in a prompt and `trigger`.

A scenario is data. It says what the submission meets, what is written, how the record reads and what becomes
of the callback; whatever it leaves out goes as the documentation says.
"""

import re
import tomllib
from collections.abc import Callable
from enum import StrEnum, auto
from pathlib import Path
from typing import Any, NamedTuple

from lyricscli.errors import UsageError, nearest

MARKER = re.compile(r"(?<!\S)sandbox:([\w-]+)", re.IGNORECASE)
"""A word of the prompt that chooses the scenario of its own task: `a sea shanty sandbox:partial`."""


class Stage(StrEnum):
    """Where a scenario leaves the beaten path; the headings of the printed list."""

    RESULT = "the result"
    SUBMISSION = "the answer to the submission"
    RECORD = "the record that is polled"
    CALLBACK = "the callback"


class Answering(StrEnum):
    """How the answer to a submission comes, once the task exists."""

    NORMAL = auto()
    HANG = auto()
    HANG_UP = auto()
    AFTER_CALLBACK = auto()
    NULL_DATA = auto()
    EMPTY = auto()
    HTML_502 = auto()
    HTML_524 = auto()


class Words(StrEnum):
    """Which variants a finished task has."""

    WRITTEN = auto()
    NONE = auto()
    ONE = auto()
    TWELVE = auto()
    ONE_FAILED = auto()
    ONE_BLANK = auto()
    HOSTILE = auto()


class Reading(StrEnum):
    """How record-info answers."""

    NORMAL = auto()
    PENDING = auto()
    UNKNOWN_WORD = auto()
    EXCEPTION = auto()
    NULL_FIRST = auto()
    ERROR_FIRST = auto()
    HTML_502 = auto()


class Delivery(StrEnum):
    """What becomes of the callback."""

    NORMAL = auto()
    NEVER = auto()
    LATE = auto()
    TWICE = auto()
    SLOW = auto()
    HUGE = auto()
    WRONG_ID = auto()
    MALFORMED = auto()
    NULL_DATA = auto()
    EMPTY = auto()
    HTML = auto()
    ERROR_AFTER_SUCCESS = auto()
    SUCCESS_AFTER_ERROR = auto()


class Shape(StrEnum):
    """Which of the shapes seen in the wild every JSON answer and callback of the task has."""

    DOCUMENTED = auto()
    LYRICS_DATA = auto()
    SNAKE_CASE = auto()
    RESPONSE_AS_STRING = auto()
    NUMBERS_AS_STRINGS = auto()
    EXTRA_FIELDS = auto()


class Ending(NamedTuple):
    """How a task ends: the record's status word, and the callback's code and message."""

    word: str
    code: int
    message: str


SUCCESS = Ending("SUCCESS", 200, "All generated successfully.")
FAILURE = Ending("GENERATE_LYRICS_FAILED", 400, "Lyrics generation failed")


class Scenario(NamedTuple):
    """One thing that can happen. `refusal` is the code a submission is refused with: then there is no task.

    `once` limits the refusal to the first submission of a prompt; `odd_id` makes an id that is neither hex
    nor fit for a path.
    """

    name: str
    help: str
    stage: Stage
    refusal: int | None = None
    once: bool = False
    odd_id: bool = False
    answer: Answering = Answering.NORMAL
    ending: Ending = SUCCESS
    words: Words = Words.WRITTEN
    reading: Reading = Reading.NORMAL
    delivery: Delivery = Delivery.NORMAL
    shape: Shape = Shape.DOCUMENTED

    @property
    def can_be_sent(self) -> bool:
        """Whether its callback says something of its own, so that `trigger` can send a sample of it."""
        if self.stage is Stage.RESULT:
            return True
        return self.stage is Stage.CALLBACK and self.delivery not in {Delivery.NEVER, Delivery.LATE}


_READERS: dict[str, Callable[[Any], Any]] = {
    "stage": lambda name: Stage[name.upper()],
    "ending": lambda told: Ending(*told),
    "answer": Answering,
    "words": Words,
    "reading": Reading,
    "delivery": Delivery,
    "shape": Shape,
}


def _scenario(name: str, told: dict[str, Any]) -> Scenario:
    fields = {field: _READERS[field](value) if field in _READERS else value for field, value in told.items()}
    return Scenario(name, **fields)


_TABLE = tomllib.loads((Path(__file__).parent / "scenarios.toml").read_text(encoding="utf-8"))
SCENARIOS = {name: _scenario(name, told) for name, told in _TABLE.items()}


def named(name: str) -> Scenario:
    """Return the scenario of that name; case, spaces and underscores do not matter.

    Raises UsageError with the nearest name for one that does not exist.
    """
    scenario = SCENARIOS.get(re.sub(r"[\s_]+", "-", name.strip().lower()))
    if scenario is None:
        advice = f"{nearest(name.lower(), SCENARIOS)} `lyrics sandbox --list` shows all.".lstrip()
        raise UsageError(f"there is no scenario {name!r}", advice)
    return scenario


def of_prompt(prompt: str, default: str) -> Scenario:
    """Return the scenario that the prompt's marker names, else `default`. Raises UsageError."""
    marker = MARKER.search(prompt)
    return named(marker[1] if marker else default)


def without_marker(prompt: str) -> str:
    """Return the prompt as the writer should see it."""
    return " ".join(MARKER.sub("", prompt).split())
