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
    """How the answer comes to a submission whose task exists, or to a read."""

    NORMAL = auto()
    HANG = auto()
    HANG_UP = auto()
    AFTER_CALLBACK = auto()
    NULL_DATA = auto()
    EMPTY = auto()
    HTML_502 = auto()
    HTML_524 = auto()
    ERROR_500 = auto()


class Words(StrEnum):
    """What the variants of a finished task are."""

    WRITTEN = auto()
    ONE_FAILED = auto()
    ONE_BLANK = auto()
    HOSTILE = auto()


class Posted(StrEnum):
    """What one callback is."""

    USUAL = auto()
    FAILURE = auto()
    FOREIGN = auto()
    SLOW = auto()
    HUGE = auto()
    HALF = auto()
    NULL_DATA = auto()
    EMPTY = auto()
    HTML = auto()


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
    nor fit for a path; `variants` is how many there are, None as it comes.
    """

    name: str
    stage: Stage
    help: str
    refusal: int | None = None
    once: bool = False
    odd_id: bool = False
    answer: Answering = Answering.NORMAL
    ending: Ending = SUCCESS
    words: Words = Words.WRITTEN
    variants: int | None = None
    word: str = ""
    reading: Answering = Answering.NORMAL
    reads: float = float("inf")
    sends: tuple[Posted, ...] = (Posted.USUAL,)
    late: bool = False
    shape: Shape = Shape.DOCUMENTED

    @property
    def can_be_sent(self) -> bool:
        """Whether its callback says something of its own, so that `trigger` can send a sample of it."""
        return self.stage is Stage.RESULT or (
            self.stage is Stage.CALLBACK and bool(self.sends) and not self.late
        )

    @property
    def is_for_a_writer(self) -> bool:
        """Whether a writer of the user's own, where there is one, writes its variants."""
        return self.ending == SUCCESS and self.variants is None and self.words is not Words.HOSTILE


_READERS: dict[str, Callable[[Any], Any]] = {
    "ending": Ending._make,
    "answer": Answering,
    "words": Words,
    "reading": Answering,
    "sends": lambda told: tuple(map(Posted, told)),
    "shape": Shape,
}
_TABLE = tomllib.loads((Path(__file__).parent / "scenarios.toml").read_text(encoding="utf-8"))
SCENARIOS = {
    name: Scenario(
        name, Stage[stage.upper()], **{key: _READERS.get(key, lambda it: it)(it) for key, it in told.items()}
    )
    for stage, table in _TABLE.items()
    for name, told in table.items()
}


def named(name: str, command: str = "sandbox") -> Scenario:
    """Return the scenario of that name; case, spaces and underscores do not matter.

    Raises UsageError with the nearest name for one that does not exist; `command` is what lists them.
    """
    scenario = SCENARIOS.get(re.sub(r"[\s_]+", "-", name.strip().lower()))
    if scenario is None:
        known = [one.name for one in SCENARIOS.values() if one.can_be_sent or command == "sandbox"]
        advice = f"{nearest(name.lower(), known)} `lyrics {command} --list` shows all.".lstrip()
        raise UsageError(f"there is no scenario {name!r}", advice)
    return scenario


def of_prompt(prompt: str, default: str) -> Scenario:
    """Return the scenario that the prompt's marker names, else `default`. Raises UsageError."""
    marker = MARKER.search(prompt)
    return named(marker[1] if marker else default)


def without_marker(prompt: str) -> str:
    """Return the prompt as the writer should see it."""
    return " ".join(MARKER.sub("", prompt).split())
