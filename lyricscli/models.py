"""The nouns of the program: task, variant, outcome, error. Frozen values that every layer shares."""

from dataclasses import dataclass, field
from enum import StrEnum


class TaskStatus(StrEnum):
    """Where a task stands; the words of the JSON output."""

    SUBMITTING = "submitting"
    PENDING = "pending"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def has_lyrics(self) -> bool:
        """Whether at least one variant is complete."""
        return self in {TaskStatus.COMPLETE, TaskStatus.PARTIAL}

    @property
    def is_final(self) -> bool:
        """Whether waiting can change nothing any more."""
        return self.has_lyrics or self is TaskStatus.FAILED


class VariantStatus(StrEnum):
    """Whether a variant can be sung."""

    COMPLETE = "complete"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a task or a call failed; the words of the JSON output."""

    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    RATE_LIMITED = "rate_limited"
    PROMPT_TOO_LONG = "prompt_too_long"
    CONTENT_VIOLATION = "content_violation"
    MAINTENANCE = "maintenance"
    GENERATION_FAILED = "generation_failed"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    BAD_RESPONSE = "bad_response"


class DeliveredBy(StrEnum):
    """Which way a result came home."""

    CALLBACK = "callback"
    POLL = "poll"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class Variant:
    """One text of a task, exactly as the service sent it.

    `number` counts from 1 in the order received. A variant whose status was not a success, or whose text
    is blank, is `failed` and may carry the service's `error`.
    """

    number: int
    title: str
    status: VariantStatus
    text: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no (or not yet any) lyrics. `code` is the service's number, where it gave one."""

    reason: Reason
    message: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the service says of a task at one moment.

    `status` is one of pending, complete, partial and failed; a failed outcome has an `error`. `word` is the
    service's own status word, quoted when it is not one we know.
    """

    status: TaskStatus
    variants: tuple[Variant, ...] = ()
    error: Failure | None = None
    word: str | None = None

    @property
    def complete_variants(self) -> int:
        """How many variants have lyrics."""
        return sum(variant.status is VariantStatus.COMPLETE for variant in self.variants)


@dataclass(frozen=True, slots=True)
class Submission:
    """What is about to be sent, and to whom.

    `metadata` holds what the user said beside the prompt (style, theme, ...); `prompt` is what the user wrote
    and `sent_prompt` what is sent. `callback_path` is the secret path on which the result is awaited, and
    `batch_key` the name of the batch's line that it is for.
    `song` names the song this is a take of; None leaves it to the prompt.
    """

    provider: str
    base_url: str
    prompt: str
    sent_prompt: str
    metadata: dict[str, str] = field(default_factory=dict)
    callback_path: str | None = None
    batch_key: str | None = None
    song: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One submission and what became of it, as the library keeps it; see Submission for its beginning.

    `row` is the library's own number, known before the service gives an id. Times are ISO 8601 in UTC with
    a trailing Z. Tasks of the same `song` are takes of it; an empty one belongs to no song.
    """

    row: int
    task_id: str | None
    provider: str
    base_url: str
    status: TaskStatus
    prompt: str
    sent_prompt: str
    submitted_at: str
    metadata: dict[str, str] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    error: Failure | None = None
    delivered_by: DeliveredBy | None = None
    completed_at: str | None = None
    callback_path: str | None = None
    song: str = ""

    @property
    def ref(self) -> str:
        """A name that the library finds the task by: its id, or `local-ROW` while it has none."""
        return self.task_id if self.task_id is not None else f"local-{self.row}"


class Verdict(StrEnum):
    """What a person decided about a text."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Version:
    """A text that somebody or something made from another one; never what the service sent.

    Version `number` of generated variant `variant` is called `2.1`; `source` is the name of the text it was
    made from (`2`, or an earlier version). `made_by` is an editor or a command.
    """

    variant: int
    number: int
    source: str
    title: str
    text: str
    made_by: str
    made_at: str

    @property
    def name(self) -> str:
        """What it is called within its task."""
        return f"{self.variant}.{self.number}"


@dataclass(frozen=True, slots=True)
class Review:
    """What a person thinks of one text, `name` (`2` or `2.1`); `rating` is 1 to 5."""

    name: str
    rating: int | None = None
    verdict: Verdict | None = None
    note: str = ""
    reviewed_at: str = ""
