"""What can happen to a task: one table shared by `sandbox --scenario`, the marker in a prompt and `trigger`.

A scenario is data. It says what the submission meets, what is written, how the record reads and what becomes
of the callback; whatever it leaves out goes as the documentation says.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from lyricscli.errors import UsageError

MARKER = re.compile(r"(?<!\S)sandbox:([\w-]+)", re.IGNORECASE)
"""A word of the prompt that chooses the scenario of its own task: `a sea shanty sandbox:partial`."""


class Stage(StrEnum):
    """Where a scenario leaves the beaten path; the headings of the printed list."""

    RESULT = "the result"
    SUBMISSION = "the answer to the submission"
    RECORD = "the record that is polled"
    CALLBACK = "the callback"


class Answer(Enum):
    """How the answer to a submission comes, once the task exists."""

    NORMAL = auto()
    HANG = auto()
    HANG_UP = auto()
    AFTER_CALLBACK = auto()
    NULL_DATA = auto()
    EMPTY = auto()
    HTML_502 = auto()
    HTML_524 = auto()


class Words(Enum):
    """Which variants a finished task has."""

    WRITTEN = auto()
    NONE = auto()
    ONE = auto()
    TWELVE = auto()
    ONE_FAILED = auto()
    ONE_BLANK = auto()
    HOSTILE = auto()


class Reading(Enum):
    """How record-info answers."""

    NORMAL = auto()
    PENDING = auto()
    UNKNOWN_WORD = auto()
    EXCEPTION = auto()
    NULL_FIRST = auto()
    ERROR_FIRST = auto()
    HTML_502 = auto()


class Delivery(Enum):
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


class Shape(Enum):
    """Which of the shapes seen in the wild every JSON answer and callback of the task has."""

    DOCUMENTED = auto()
    LYRICS_DATA = auto()
    SNAKE_CASE = auto()
    RESPONSE_AS_STRING = auto()
    NUMBERS_AS_STRINGS = auto()
    EXTRA_FIELDS = auto()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a task ends: the record's status word, and the callback's code and message."""

    word: str
    code: int
    message: str


SUCCESS = Ending("SUCCESS", 200, "All generated successfully.")
FAILURE = Ending("GENERATE_LYRICS_FAILED", 400, "Lyrics generation failed")


@dataclass(frozen=True, slots=True)
class Scenario:
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
    answer: Answer = Answer.NORMAL
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


def _refused(code: int, why: str, name: str | None = None, *, once: bool = False) -> Scenario:
    return Scenario(name or f"submit-{code}", f"{code}: {why}", Stage.SUBMISSION, refusal=code, once=once)


def _answered(name: str, why: str, answer: Answer) -> Scenario:
    return Scenario(name, why, Stage.SUBMISSION, answer=answer)


def _ended(name: str, why: str, ending: Ending) -> Scenario:
    return Scenario(name, why, Stage.RESULT, ending=ending, words=Words.NONE)


def _written(name: str, why: str, words: Words) -> Scenario:
    return Scenario(name, why, Stage.RESULT, words=words)


def _code(code: int, message: str) -> Scenario:
    ending = Ending("GENERATE_LYRICS_FAILED", code, message)
    return _ended(str(code), f"the callback brings code {code}: {message}", ending)


def _shaped(name: str, why: str, shape: Shape) -> Scenario:
    return Scenario(name, why, Stage.RESULT, shape=shape)


def _read(name: str, why: str, reading: Reading, delivery: Delivery = Delivery.NORMAL) -> Scenario:
    return Scenario(name, why, Stage.RECORD, reading=reading, delivery=delivery)


def _delivered(name: str, why: str, delivery: Delivery) -> Scenario:
    return Scenario(name, why, Stage.CALLBACK, delivery=delivery)


_TABLE = (
    _written("complete", "every variant is complete", Words.WRITTEN),
    _written("partial", "one variant failed, the others are complete", Words.ONE_FAILED),
    _ended("failed", "nothing could be generated", FAILURE),
    _ended(
        "sensitive",
        "the prompt was refused for its words",
        Ending("SENSITIVE_WORD_ERROR", 400, "The prompt contains sensitive words."),
    ),
    _ended(
        "create-failed",
        "the task could not be created after it was accepted",
        Ending("CREATE_TASK_FAILED", 500, "The task could not be created."),
    ),
    _written("one-variant", "a single variant", Words.ONE),
    _written("twelve-variants", "twelve variants", Words.TWELVE),
    _written("blank-variant", "one variant is complete and has no text", Words.ONE_BLANK),
    _written("hostile", "escape sequences, bidi overrides and false tags in titles and texts", Words.HOSTILE),
    # Codes of the callback, as documented for both providers.
    _code(400, "Parameter error or content violation."),
    _code(401, "The key is not valid."),
    _code(413, "The prompt is too long."),
    _code(429, "The account has not enough credits."),
    _code(451, "The file could not be downloaded."),
    _code(500, "Server error."),
    # Codes that kie alone documents.
    _code(408, "The generation timed out."),
    _code(501, "The generation failed."),
    _code(531, "The generation failed; the credits were refunded."),
    _shaped("lyrics-data", "the variants stand under `lyricsData`", Shape.LYRICS_DATA),
    _shaped("snake-case", "`task_id` and `error_message` instead of camel case", Shape.SNAKE_CASE),
    _shaped("numbers-as-strings", "every number is a string", Shape.NUMBERS_AS_STRINGS),
    _shaped("extra-fields", "unknown fields everywhere", Shape.EXTRA_FIELDS),
    _refused(400, "a parameter is wrong"),
    _refused(401, "the key was refused"),
    _refused(402, "not enough credits (kie)"),
    _refused(404, "no such path"),
    _refused(405, "throttled (sunoapi)"),
    _refused(408, "the service timed out"),
    _refused(413, "the prompt is too long"),
    _refused(422, "a parameter is wrong (kie)"),
    _refused(429, "not enough credits (sunoapi), throttled (kie)"),
    _refused(430, "throttled (sunoapi)"),
    _refused(455, "maintenance"),
    _refused(500, "server error"),
    _refused(501, "the generation failed (kie)"),
    _refused(505, "the feature is disabled (kie)"),
    _refused(520, "an HTML page: the proxy got no sensible answer"),
    _refused(522, "an HTML page: the proxy reached nobody"),
    _refused(430, "throttled at the first submission of a prompt, accepted at the next", "busy", once=True),
    _answered("submit-502", "an HTML page with 502, though the task exists", Answer.HTML_502),
    _answered("submit-524", "an HTML page with 524, though the task exists", Answer.HTML_524),
    _answered("submit-null", "success with `data: null`, though the task exists", Answer.NULL_DATA),
    _answered("submit-empty", "an empty answer, though the task exists", Answer.EMPTY),
    _answered("hang", "never answered, though the task exists", Answer.HANG),
    _answered("hang-up", "the connection is closed once the task exists", Answer.HANG_UP),
    _answered("early", "answered after the callback was sent", Answer.AFTER_CALLBACK),
    Scenario("odd-id", "an id with asterisks, dots and slashes", Stage.SUBMISSION, odd_id=True),
    _read("pending", "PENDING for ever, and no callback", Reading.PENDING, Delivery.NEVER),
    _read(
        "unknown-word", "an undocumented status word, and no callback", Reading.UNKNOWN_WORD, Delivery.NEVER
    ),
    _read("callback-exception", "CALLBACK_EXCEPTION and lyrics, though the callback came", Reading.EXCEPTION),
    _read("record-null", "the first three reads find nothing (`data: null`)", Reading.NULL_FIRST),
    _read("record-500", "the first three reads answer 500", Reading.ERROR_FIRST),
    _read("record-502", "every read answers an HTML page with 502", Reading.HTML_502),
    Scenario(
        "response-string",
        "`response` is a JSON string",
        Stage.RECORD,
        shape=Shape.RESPONSE_AS_STRING,
    ),
    _delivered("never", "no callback at all", Delivery.NEVER),
    _delivered("late", "long after the record was complete", Delivery.LATE),
    _delivered("duplicate", "sent twice", Delivery.TWICE),
    _delivered("slow", "the body drips, a few bytes at a time", Delivery.SLOW),
    _delivered("huge", "a body of 8 MiB", Delivery.HUGE),
    _delivered("wrong-id", "the id of somebody else's task", Delivery.WRONG_ID),
    _delivered("malformed", "JSON that breaks off", Delivery.MALFORMED),
    _delivered("null-data", "code 200 and `data: null`", Delivery.NULL_DATA),
    _delivered("empty", "no body", Delivery.EMPTY),
    _delivered("html", "an HTML page instead of JSON", Delivery.HTML),
    _delivered(
        "error-after-success", "lyrics, then an error for the same task", Delivery.ERROR_AFTER_SUCCESS
    ),
    _delivered(
        "success-after-error", "an error, then lyrics for the same task", Delivery.SUCCESS_AFTER_ERROR
    ),
)

SCENARIOS = {scenario.name: scenario for scenario in _TABLE}


def named(name: str) -> Scenario:
    """Return the scenario of that name; case, spaces and underscores do not matter.

    Raises UsageError with the nearest name for one that does not exist.
    """
    scenario = SCENARIOS.get(re.sub(r"[\s_]+", "-", name.strip().lower()))
    if scenario is None:
        raise UsageError(f"there is no scenario {name!r}", _nearest(name))
    return scenario


def of_prompt(prompt: str, default: str) -> Scenario:
    """Return the scenario that the prompt's marker names, else `default`. Raises UsageError."""
    marker = MARKER.search(prompt)
    return named(marker[1] if marker else default)


def catalogue(scenarios: Iterable[Scenario], *, as_json: bool = False) -> str:
    """Return the scenarios as text, a heading for each stage and a line for each scenario, or as JSON."""
    chosen = tuple(scenarios)
    if as_json:
        return json.dumps([{"name": one.name, "stage": one.stage, "help": one.help} for one in chosen])
    width = max(len(one.name) for one in chosen)
    sections = {one.stage: [f"{one.stage}:"] for one in chosen}
    for one in chosen:
        sections[one.stage].append(f"  {one.name:{width}}  {one.help}")
    return "\n\n".join("\n".join(lines) for lines in sections.values())


def without_marker(prompt: str) -> str:
    """Return the prompt as the writer should see it."""
    return " ".join(MARKER.sub("", prompt).split())


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    matches = get_close_matches(name.lower(), SCENARIOS, n=1, cutoff=0.5)
    seen = "`lyrics sandbox --list` shows all."
    return f"Did you mean `{matches[0]}`? {seen}" if matches else seen
