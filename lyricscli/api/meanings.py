"""What an answer means: its words and messages, by the tables of words.toml, and what it says of a task.

Content outranks status words, and they outrank codes. Lyrics that are there are kept under any word and any
code: CALLBACK_EXCEPTION, for one, only says that a callback could not be delivered. Half is not whole: under
a word that means pending nothing is final, and a variant that is still being written keeps its task pending,
unless the task has failed. Without lyrics a failure is final at once; an unknown word is waited for, unless
an error code stands beside it.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyricscli.api.providers import FAILURES
from lyricscli.errors import Failure, Reason
from lyricscli.models import Outcome, TaskStatus, Variant, VariantStatus

if TYPE_CHECKING:
    from lyricscli.api.envelope import Envelope

# The words of a task that failed only in passing: the lyrics may be there at the next read.
_MAY_PASS = {"CALLBACK_EXCEPTION"}

WORDS_AT_ONCE = 64
"""Words of which it is kept what they mean: a service has a few, and a stranger's are short."""


@cache
def _tables() -> dict[str, Any]:
    """Read the tables when a first answer is here, not before the submission leaves."""
    import tomllib

    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def variant_status(word: str, text: str) -> VariantStatus:
    """Judge a variant by its own word, "" where it has none: only final ones make a text final."""
    status = _variant_meaning(word)
    return status if status is not VariantStatus.COMPLETE or text.strip() else VariantStatus.FAILED


@lru_cache(WORDS_AT_ONCE)
def _variant_meaning(word: str) -> VariantStatus:
    word = _joined(word)
    if _has_part(word, "failed"):
        return VariantStatus.FAILED
    is_final = not word or word in _tables()["variant"]["complete"]
    return VariantStatus.COMPLETE if is_final else VariantStatus.UNFINISHED


@lru_cache(WORDS_AT_ONCE)
def task_meaning(word: str) -> TaskStatus | Reason | None:
    """Give what a word of a task says, or None where it says nothing to us."""
    word, words = _joined(word), _tables()["task"]
    if word in words["complete"]:
        return TaskStatus.COMPLETE
    goes_on, failed = _has_part(word, "going_on"), _has_part(word, "failed")
    if word in words["pending"] or (goes_on and not failed):
        return TaskStatus.PENDING
    if not failed or goes_on:
        return None
    return Reason.CONTENT_VIOLATION if _has_part(word, "refused") else Reason.GENERATION_FAILED


def refined(reason: Reason, message: str) -> Reason:
    """Give the reason that the service's own words make more precise."""
    for row in _tables()["message"]:
        if any(reason in _tables()["under"][kind] for kind in row["under"]) and _says(message, row["words"]):
            return Reason(row["reason"])
    return reason


def says_absent(message: str) -> bool:
    """Whether a message says that there is no record of a task, or none yet."""
    return _says(message.replace("_", " "), _tables()["absent"]["words"]) and not says_refused(message)


def says_refused(message: str) -> bool:
    """Whether a message says, under any code, that nothing can have been accepted."""
    return _says(message, _tables()["refused"]["words"])


def said(*messages: str) -> str:
    """Give the first message that says something, or ""."""
    nothing = {"", *_tables()["nothing"]["words"]}
    return next((message for message in messages if message.lower() not in nothing), "")


def _says(message: str, words: Iterable[str]) -> bool:
    return _pattern(tuple(words)).search(message.translate(_simplified())) is not None


def _has_part(word: str, table: str) -> bool:
    return _parts(table).search(word) is not None


@cache
def _parts(table: str) -> re.Pattern[str]:
    return _pattern(tuple(rf"(?:^|_)(?:{part})(?:_|$)" for part in _tables()["task"][table]))


def _joined(word: str) -> str:
    """Write a status word in one way: in upper case, `_` between its parts."""
    return "_".join(re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", word.strip())).upper()


@cache
def _simplified() -> dict[int, int]:
    return str.maketrans(_tables()["simplified"]["from"], _tables()["simplified"]["to"])


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(words).translate(_simplified()), re.IGNORECASE)


# What an envelope says of a task


def is_success(code: int) -> bool:
    """Whether a code or an HTTP status reports no error."""
    return code == 0 or 200 <= code < 300  # noqa: PLR2004 - the class of HTTP successes


def record_outcome(envelope: "Envelope") -> Outcome:
    """Judge a record that speaks of a task.

    A success without any variant fails as `bad_response`: it is no success, and waiting for more would last
    until the deadline. As the record can lag behind the task it `may_pass`.
    """
    outcome = _outcome(envelope, envelope.error_code)
    is_empty = outcome.status is TaskStatus.PENDING and not envelope.variant_count
    if is_empty and _meaning(envelope) is TaskStatus.COMPLETE:
        error = Failure(Reason.BAD_RESPONSE, "The service reports success and holds no lyrics.")
        return outcome._replace(status=TaskStatus.FAILED, error=error, may_pass=True)
    return outcome


def callback_outcome(envelope: "Envelope") -> Outcome:
    """Judge a callback, by its code and content, never by its `callbackType`.

    One that reports success without any variant leaves the task pending: the record decides.
    """
    inner = envelope.error_code
    code = envelope.code if inner is None or is_success(inner) else inner
    return _outcome(envelope, code)


def _outcome(envelope: "Envelope", code: int | None) -> Outcome:
    word, meaning = envelope.word, _meaning(envelope)
    variants, is_known = envelope.variants, word is None or meaning is not None
    if meaning is TaskStatus.PENDING:
        # A text may still grow; one that failed is told anew if it does not stay so.
        return Outcome(TaskStatus.PENDING, tuple(map(_unfinished, variants)), word=word)
    may_pass = word is not None and word.upper() in _MAY_PASS
    failed = (isinstance(meaning, Reason) and not may_pass) or (code is not None and not is_success(code))
    if any(variant.status is VariantStatus.UNFINISHED for variant in variants) and not failed:
        return Outcome(TaskStatus.PENDING, variants, word=word, is_known=is_known)
    if envelope.has_lyrics:
        return _with_lyrics(envelope)
    all_failed = envelope.variant_count > 0 and (word is None or meaning is TaskStatus.COMPLETE)
    if failed or may_pass or all_failed:
        failure = _failure(envelope, code)
        return Outcome(TaskStatus.FAILED, variants, failure, word, may_pass=may_pass)
    return Outcome(TaskStatus.PENDING, word=word, is_known=is_known)


def _unfinished(variant: Variant) -> Variant:
    is_over = variant.status is VariantStatus.FAILED and (variant.text.strip() or variant.error)
    return variant if is_over else variant._replace(status=VariantStatus.UNFINISHED)


def _with_lyrics(envelope: "Envelope") -> Outcome:
    if envelope.variant_count > len(envelope.variants):
        cut = f"{len(envelope.variants)} of {envelope.variant_count} variants were kept."
        error = Failure(Reason.BAD_RESPONSE, cut)
        return Outcome(TaskStatus.PARTIAL, envelope.variants, error, envelope.word)
    all_complete = all(variant.status is VariantStatus.COMPLETE for variant in envelope.variants)
    status = TaskStatus.COMPLETE if all_complete else TaskStatus.PARTIAL
    return Outcome(status, envelope.variants, word=envelope.word)


def _failure(envelope: "Envelope", code: int | None) -> Failure:
    error_code = None if code is None or is_success(code) else code
    message = said(
        envelope.error_message, *(variant.error or "" for variant in envelope.variants), envelope.message
    )
    meaning = _meaning(envelope)
    reason = _reason(meaning, error_code)
    default = f"The service gave up on the task ({envelope.word or 'no reason given'})."
    return Failure(refined(reason, message), message or default, error_code)


def _reason(meaning: TaskStatus | Reason | None, code: int | None) -> Reason:
    if meaning is Reason.CONTENT_VIOLATION or code is None:
        return meaning if isinstance(meaning, Reason) else Reason.GENERATION_FAILED
    return FAILURES.get(code, Reason.GENERATION_FAILED)


def _meaning(envelope: "Envelope") -> TaskStatus | Reason | None:
    return task_meaning(envelope.word) if envelope.word is not None else None
