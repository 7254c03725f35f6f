"""What an envelope says of a task. Content outranks status words, and they outrank codes.

Lyrics that are there are kept under any word and any code: CALLBACK_EXCEPTION, for one, only says that a
callback could not be delivered. Without lyrics a known failure, and this is one, is final at once; an unknown
word is waited for, unless an error code stands beside it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from lyricscli.api.dialects import Dialect
from lyricscli.api.envelope import Envelope
from lyricscli.models import Failure, Outcome, Reason, TaskStatus, VariantStatus

_NO_MESSAGE = {"", "success", "ok"}
_MODERATED = re.compile(
    "sensitive|moderat|violat|prohibited|inappropriate|offensive|explicit|nsfw|copyright|flagged|artist name",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(r"too long|(exceed|maximum|at most).{0,40}(word|character|length)", re.IGNORECASE)
_OUT_OF_CREDITS = re.compile("insufficient|not enough|top.?up", re.IGNORECASE)
_VAGUE = {Reason.BAD_REQUEST, Reason.GENERATION_FAILED}


def is_success(code: int) -> bool:
    """Whether a code or an HTTP status reports no error."""
    return code == 0 or 200 <= code < 300  # noqa: PLR2004 - the class of HTTP successes


def record_outcome(envelope: Envelope, dialect: Dialect) -> Outcome:
    """Judge a record that speaks of a task.

    A success without any variant fails as `bad_response`: it is no success, and waiting for more would last
    until the deadline. As the record can lag behind the task, a caller may read it again for a while before
    it believes this one.
    """
    outcome = _outcome(envelope, dialect, envelope.error_code)
    if outcome.status is TaskStatus.PENDING and _meaning(envelope, dialect) is TaskStatus.COMPLETE:
        error = Failure(Reason.BAD_RESPONSE, "The service reports success and holds no lyrics.")
        return replace(outcome, status=TaskStatus.FAILED, error=error)
    return outcome


def callback_outcome(envelope: Envelope, dialect: Dialect) -> Outcome:
    """Judge a callback, by its code and content, never by its `callbackType`.

    One that reports success without any variant leaves the task pending: the record decides.
    """
    inner = envelope.error_code
    code = envelope.code if inner is None or is_success(inner) else inner
    return _outcome(envelope, dialect, code)


def refined(reason: Reason, message: str) -> Reason:
    """Give the reason that the service's own words make more precise."""
    if reason in _VAGUE and _MODERATED.search(message):
        return Reason.CONTENT_VIOLATION
    if reason is Reason.BAD_REQUEST and _TOO_LONG.search(message):
        return Reason.PROMPT_TOO_LONG
    if reason is Reason.RATE_LIMITED and _OUT_OF_CREDITS.search(message):
        return Reason.INSUFFICIENT_CREDITS
    return reason


def said(*messages: str) -> str:
    """Give the first message that says something, or ""."""
    return next((message for message in messages if message.lower() not in _NO_MESSAGE), "")


def _outcome(envelope: Envelope, dialect: Dialect, code: int | None) -> Outcome:
    if envelope.has_lyrics:
        return _with_lyrics(envelope)
    meaning = _meaning(envelope, dialect)
    failing_code = code is not None and not is_success(code) and meaning is not TaskStatus.PENDING
    all_failed = envelope.variant_count > 0 and (envelope.word is None or meaning is TaskStatus.COMPLETE)
    if isinstance(meaning, Reason) or failing_code or all_failed:
        return Outcome(TaskStatus.FAILED, envelope.variants, _failure(envelope, dialect, code), envelope.word)
    return Outcome(TaskStatus.PENDING, word=envelope.word)


def _with_lyrics(envelope: Envelope) -> Outcome:
    if envelope.variant_count > len(envelope.variants):
        cut = f"{len(envelope.variants)} of {envelope.variant_count} variants were kept."
        error = Failure(Reason.BAD_RESPONSE, cut)
        return Outcome(TaskStatus.PARTIAL, envelope.variants, error, envelope.word)
    all_complete = all(variant.status is VariantStatus.COMPLETE for variant in envelope.variants)
    status = TaskStatus.COMPLETE if all_complete else TaskStatus.PARTIAL
    return Outcome(status, envelope.variants, word=envelope.word)


def _failure(envelope: Envelope, dialect: Dialect, code: int | None) -> Failure:
    error_code = None if code is None or is_success(code) else code
    message = said(
        envelope.error_message, *(variant.error or "" for variant in envelope.variants), envelope.message
    )
    meaning = _meaning(envelope, dialect)
    reason = _reason(meaning, error_code, dialect.failures)
    default = f"The service gave up on the task ({envelope.word or 'no reason given'})."
    return Failure(refined(reason, message), message or default, error_code)


def _reason(meaning: TaskStatus | Reason | None, code: int | None, table: Mapping[int, Reason]) -> Reason:
    if meaning is Reason.CONTENT_VIOLATION or code is None:
        return meaning if isinstance(meaning, Reason) else Reason.GENERATION_FAILED
    return table.get(code, Reason.GENERATION_FAILED)


def _meaning(envelope: Envelope, dialect: Dialect) -> TaskStatus | Reason | None:
    return None if envelope.word is None else dialect.words.get(envelope.word.upper())
