"""What an envelope says of a task. Content outranks status words, and they outrank codes.

Lyrics that are there are kept under any word and any code: CALLBACK_EXCEPTION, for one, only says that a
callback could not be delivered. Half is not whole, though: under a word that means pending nothing is final,
and a variant that is still being written keeps its task pending, unless the task has failed. Without lyrics
a failure is final at once; an unknown word is waited for, unless an error code stands beside it.
"""

from lyricscli.api.envelope import Envelope, is_success
from lyricscli.api.meanings import refined, said, task_meaning
from lyricscli.api.providers import FAILURES
from lyricscli.models import Failure, Outcome, Reason, TaskStatus, Variant, VariantStatus

# The words of a task that failed only in passing: the lyrics may be there at the next read.
_MAY_PASS = {"CALLBACK_EXCEPTION"}


def record_outcome(envelope: Envelope) -> Outcome:
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


def callback_outcome(envelope: Envelope) -> Outcome:
    """Judge a callback, by its code and content, never by its `callbackType`.

    One that reports success without any variant leaves the task pending: the record decides.
    """
    inner = envelope.error_code
    code = envelope.code if inner is None or is_success(inner) else inner
    return _outcome(envelope, code)


def _outcome(envelope: Envelope, code: int | None) -> Outcome:
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


def _with_lyrics(envelope: Envelope) -> Outcome:
    if envelope.variant_count > len(envelope.variants):
        cut = f"{len(envelope.variants)} of {envelope.variant_count} variants were kept."
        error = Failure(Reason.BAD_RESPONSE, cut)
        return Outcome(TaskStatus.PARTIAL, envelope.variants, error, envelope.word)
    all_complete = all(variant.status is VariantStatus.COMPLETE for variant in envelope.variants)
    status = TaskStatus.COMPLETE if all_complete else TaskStatus.PARTIAL
    return Outcome(status, envelope.variants, word=envelope.word)


def _failure(envelope: Envelope, code: int | None) -> Failure:
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


def _meaning(envelope: Envelope) -> TaskStatus | Reason | None:
    return task_meaning(envelope.word) if envelope.word is not None else None
