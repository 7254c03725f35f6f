"""The nouns of the program, frozen, that every layer shares; and what an answer makes of a task."""

from collections.abc import Mapping
from enum import StrEnum
from re import fullmatch
from typing import NamedTuple

from lyricscli.errors import ExitCode, Failure, LyricsError, UsageError


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
    """Whether a variant can be sung. An unfinished one is still being written: kept, shown, replaceable."""

    COMPLETE = "complete"
    FAILED = "failed"
    UNFINISHED = "unfinished"


class DeliveredBy(StrEnum):
    """Which way a result came home."""

    CALLBACK = "callback"
    POLL = "poll"
    LIBRARY = "library"


class Variant(NamedTuple):
    """One text of a task, exactly as the service sent it.

    `number` counts from 1 in the order received. A variant whose status says a failure, or whose text is
    blank, is `failed` and may carry the service's `error`. One whose word is not final, or which stands under
    a word that means pending, is `unfinished`, be its text blank or not.
    """

    number: int
    title: str
    status: VariantStatus
    text: str
    error: str | None = None


class Outcome(NamedTuple):
    """What the service says of a task at one moment.

    `status` is one of pending, complete, partial and failed; a failed outcome has an `error`. A pending one
    may have variants: what is written of them so far, and complete ones that others are still to join. `word`
    is the service's own status word; `is_known` says whether it is one that we know. A failure `may_pass`
    where lyrics may follow while the task is young: success without lyrics, a callback not delivered.
    """

    status: TaskStatus
    variants: tuple[Variant, ...] = ()
    error: Failure | None = None
    word: str | None = None
    is_known: bool = True
    may_pass: bool = False

    @property
    def complete_variants(self) -> int:
        """How many variants have lyrics."""
        return sum(variant.status is VariantStatus.COMPLETE for variant in self.variants)


PARTS = ("language", "style", "mood", "theme", "structure")
"""The metadata that goes into a prompt, in this order, which is also the order of importance."""


class Submission(NamedTuple):
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
    metadata: Mapping[str, str] = {}
    callback_path: str | None = None
    batch_key: str | None = None
    song: str | None = None


class Task(NamedTuple):
    """One submission and what became of it, as the library keeps it; see Submission for its beginning.

    `row` is the library's own number, known before the service gives an id. Times are ISO 8601 in UTC with
    a trailing Z. Tasks of the same `song` are takes of it; an empty one belongs to no song. `batch_key` names
    the line of a batch that it is for.
    """

    row: int
    task_id: str | None
    provider: str
    base_url: str
    status: TaskStatus
    prompt: str
    sent_prompt: str
    submitted_at: str
    metadata: Mapping[str, str] = {}
    variants: tuple[Variant, ...] = ()
    error: Failure | None = None
    delivered_by: DeliveredBy | None = None
    completed_at: str | None = None
    callback_path: str | None = None
    song: str = ""
    batch_key: str | None = None

    @property
    def was_refused(self) -> bool:
        """Whether the service never accepted it: nothing was paid, and it may be submitted again."""
        return self.status is TaskStatus.FAILED and self.task_id is None

    @property
    def exit_code(self) -> ExitCode:
        """How a command ends that was about it."""
        if self.status.has_lyrics:
            return ExitCode.OK
        if self.status is TaskStatus.UNKNOWN:
            return ExitCode.SERVICE
        if self.error is not None:
            return self.error.reason.exit_code
        return ExitCode.FAILED if self.status is TaskStatus.FAILED else ExitCode.UNFINISHED

    @property
    def ref(self) -> str:
        """A name that the library finds the task by: its id, or `local-ROW` while it has none."""
        return self.task_id if self.task_id is not None else f"local-{self.row}"


class PayloadKind(StrEnum):
    """What a raw payload answers to."""

    SUBMIT = "submit"
    CALLBACK = "callback"
    RECORD = "record"


class Payload(NamedTuple):
    """A message of the service as it was received; `received_at` is known of one that the library kept."""

    kind: PayloadKind
    body: bytes
    headers: Mapping[str, str]
    received_at: str = ""


class Settlement(NamedTuple):
    """What is to be kept of one answer: the row it belongs to, what it says, how it came, its bytes.

    `task_id` is what a callback on the row's own secret path says the id is; it fills an empty one.
    """

    row: int
    outcome: Outcome
    delivered_by: DeliveredBy
    payload: Payload | None = None
    task_id: str | None = None


def merge(
    known: tuple[Variant, ...], told: tuple[Variant, ...], *, told_all: bool = False
) -> tuple[Variant, ...]:
    """Join two reports of a task's variants: a complete one is never replaced, nor any text by none.

    `told_all` says that the second report is of a finished task: what was half written and is not in it has
    gone into the whole.
    """
    variants = {variant.number: variant for variant in told}
    for variant in known:
        other = variants.get(variant.number)
        if other is None:
            stays = not told_all or variant.status is not VariantStatus.UNFINISHED
        else:
            stays = bool(variant.text.strip()) and not other.text.strip()
        if stays or variant.status is VariantStatus.COMPLETE:
            variants[variant.number] = variant
    return tuple(variants[number] for number in sorted(variants))


def improve(task: Task, outcome: Outcome) -> Task:
    """Return the task as it stands after this outcome; later truth never degrades earlier truth.

    A pending outcome leaves the task pending, with whatever is written of it so far; one that may or may not
    have been accepted is pending once its id is known.
    """
    if outcome.status is TaskStatus.PENDING:
        if task.status.is_final or task.task_id is None:
            return task
        variants = merge(task.variants, outcome.variants)
        return task._replace(status=TaskStatus.PENDING, variants=variants, error=None)
    variants = merge(task.variants, outcome.variants, told_all=outcome.status.has_lyrics)
    complete = sum(variant.status is VariantStatus.COMPLETE for variant in variants)
    if complete:
        status = TaskStatus.COMPLETE if complete == len(variants) else TaskStatus.PARTIAL
        return task._replace(status=status, variants=variants, error=None)
    if outcome.status is TaskStatus.FAILED:
        return task._replace(status=TaskStatus.FAILED, variants=variants, error=outcome.error)
    return task


class Verdict(StrEnum):
    """What a person decided about a text."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Version(NamedTuple):
    """A text that somebody or something made from another one; never what the service sent.

    Version `number` of generated variant `variant` is called `2.1`; `source` is the name of the text it was
    made from (`2`, or an earlier version). `made_by` is an editor or a command. `language` is the one it
    was put into, as a user names it; empty where it is the one that its task was asked for in.
    """

    variant: int
    number: int
    source: str
    title: str
    text: str
    made_by: str
    made_at: str
    language: str = ""

    @property
    def name(self) -> str:
        """What it is called within its task."""
        return f"{self.variant}.{self.number}"


class Review(NamedTuple):
    """What a person thinks of one text, `name` (`2` or `2.1`); `rating` is 1 to 5."""

    name: str
    rating: int | None = None
    verdict: Verdict | None = None
    note: str = ""
    reviewed_at: str = ""


class Lyric(NamedTuple):
    """One text of a task: `name` is `2` for a generated variant, `2.1` for a version made from it."""

    name: str
    title: str
    text: str
    version: Version | None = None

    @property
    def variant(self) -> int:
        """The generated variant that it is, or goes back to."""
        return int(self.name.partition(".")[0])


class Page(NamedTuple):
    """A task with everything that people added to it."""

    task: Task
    versions: tuple[Version, ...] = ()
    pick: str | None = None
    tags: tuple[str, ...] = ()
    reviews: Mapping[str, Review] = {}

    @property
    def lyrics(self) -> tuple[Lyric, ...]:
        """Every text there is: each complete variant, and after it the versions made from it."""
        generated = [
            Lyric(str(variant.number), variant.title, variant.text)
            for variant in self.task.variants
            if variant.status is VariantStatus.COMPLETE
        ]
        made = [Lyric(version.name, version.title, version.text, version) for version in self.versions]
        return tuple(sorted(generated + made, key=lambda lyric: (lyric.variant, lyric.version is not None)))

    def lyric(self, name: str | None) -> Lyric:
        """Return the text of that name; None is the pick, else the first one.

        Raises UsageError where there is none of that name, and LyricsError where there is no text at all.
        """
        lyrics = self.lyrics
        if not lyrics:
            raise LyricsError(
                f"task {self.task.ref} has no lyrics: it is {self.task.status}", "`lyrics show` says why."
            )
        wanted = name if name is not None else self.pick
        if wanted is None:
            return lyrics[0]
        found = next((lyric for lyric in lyrics if lyric.name == wanted), None)
        if found is None:
            raise UsageError(
                f"task {self.task.ref} has no text {wanted}",
                f"It has {', '.join(one.name for one in lyrics)}.",
            )
        return found

    def metadata(self, lyric: Lyric) -> dict[str, str]:
        """Return the task's metadata as they are true of a text of it: a translation has its own language."""
        language = lyric.version.language if lyric.version is not None else ""
        return {**self.task.metadata, "language": language} if language else dict(self.task.metadata)

    def lineage(self, lyric: Lyric) -> tuple[Version, ...]:
        """Return the edits that led from the generated text to this one, oldest first."""
        known = {version.name: version for version in self.versions}
        steps: list[Version] = []
        while lyric_version := known.get(steps[-1].source if steps else lyric.name):
            steps.append(lyric_version)
        return tuple(reversed(steps))


def is_name(text: str) -> bool:
    """Whether a text can be a variant's or a version's name: `2` or `2.1`."""
    return fullmatch(r"(?a)\d{1,4}(\.\d{1,4})?", text) is not None


class Via(StrEnum):
    """How a result is awaited."""

    AUTO = "auto"
    CALLBACK = "callback"
    POLL = "poll"


class Exposure(StrEnum):
    """How the listener for callbacks is exposed; `auto` opens a tunnel where the service cannot reach it."""

    AUTO = "auto"
    NGROK = "ngrok"
    NONE = "none"


class Shell(StrEnum):
    """The shells that have a completion script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


class View(StrEnum):
    """What is shown of each callback that `listen` takes."""

    SUMMARY = "summary"
    BODY = "body"
    JSON = "json"
