"""The wire, read here first: bytes and headers in, typed values or our own errors out. No I/O.

An answer is a `Reply`; what differs between services is a `Dialect`. Four calls are spoken: submit, record,
credits, and the callback that comes back. Every parser looks at the HTTP status and at the code in the body,
for which one mirrors which differs by provider, and takes neither for the truth where content says more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from lyricscli.api.dialects import Dialect
from lyricscli.api.envelope import Envelope, described, one_line
from lyricscli.api.headers import header, inflated, retry_after
from lyricscli.api.outcomes import callback_outcome, is_success, record_outcome, refined, said
from lyricscli.api.signature import verified
from lyricscli.errors import ADVICE, NotAcceptedError, ServiceError, UnknownSubmissionError
from lyricscli.models import Failure, Outcome, Reason, TaskStatus

__all__ = [
    "Callback",
    "Reply",
    "parse_credits",
    "parse_record",
    "parse_submission",
    "retry_after",
    "service_error",
    "submission_body",
    "unknown_submission",
    "verdict",
]

_UNKNOWN_ADVICE = (
    "It is not sent again by itself, as that could be paid twice. Look at the provider's own list of tasks; "
    "if it is not there, run the command again."
)

_REQUEST_TIMEOUT = 408
_NOT_FOUND = 404
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
# Without an envelope it is a proxy that speaks, of itself: not of keys, credits or the provider's throttle.
_PROXY_REFUSALS = {403: Reason.BAD_RESPONSE, 405: Reason.BAD_RESPONSE, 429: Reason.RATE_LIMITED}
# kie's words for an id it does not know, or not yet, right after the submission.
_NO_RECORD = "recordinfo is null"


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer as it came."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback that was understood. `signature` is set once verified; the same one twice is a replay."""

    task_id: str
    outcome: Outcome
    signature: str | None = None

    @classmethod
    def from_http(
        cls,
        headers: Mapping[str, str],
        body: bytes,
        *,
        dialect: Dialect,
        webhook_key: str | None = None,
        now: float,
    ) -> Self:
        """Read a callback; with a key its signature must be right, and fresh at `now` (Unix s).

        Raises CallbackRejectedError for the signature and ServiceError (`bad_response`) for the content.
        """
        try:
            body = inflated(headers, body)
            envelope = Envelope.from_body(body)
        except ValueError as error:
            raise _bad_callback(f"{error}: {described(body)}") from None
        if envelope.task_id is None:
            raise _bad_callback("no task id that can be used")
        signature = verified(headers, envelope.task_id, webhook_key, now) if webhook_key else None
        if envelope.code is None and envelope.word is None and not envelope.variant_count:
            raise _bad_callback("neither a code nor lyrics")
        return cls(envelope.task_id, callback_outcome(envelope, dialect), signature)


def submission_body(prompt: str, callback_url: str, dialect: Dialect) -> bytes:
    """Give the JSON body of a submission, in ASCII, so that any prompt at all can be sent."""
    content: dict[str, object] = {"prompt": prompt, "callBackUrl": callback_url}
    if dialect.model is not None:
        content = {"model": dialect.model, "callBackUrl": callback_url, "input": {"prompt": prompt}}
    return json.dumps(content).encode("ascii")


def parse_submission(reply: Reply, dialect: Dialect) -> str:
    """Give the id of the accepted task, exactly as the service sent it.

    Raises ServiceError where the service certainly refused (NotAcceptedError where it asks for patience),
    and UnknownSubmissionError where a task may exist: after 408, 5xx, and a success that makes no sense.
    """
    _refuse_redirect(reply)
    envelope = _envelope(reply)
    code = _error_code(reply, envelope, dialect.refusals)
    if code is not None and (code in dialect.refusals or code in _CLIENT_ERRORS) and code != _REQUEST_TIMEOUT:
        error = _failure(reply, envelope, code, dialect.refusals.get(code, Reason.BAD_REQUEST))
        raise service_error(error, NotAcceptedError if error.reason is Reason.RATE_LIMITED else ServiceError)
    if envelope is not None and envelope.task_id is not None:
        return envelope.task_id
    raise unknown_submission(_what_came(reply, envelope), code)


def parse_record(reply: Reply, dialect: Dialect) -> Outcome | None:
    """Give what the record says of the task, or None while the service does not know the id.

    None can be true of a good id for a while after the submission. Raises ServiceError about the read itself,
    the task unharmed: `unavailable`, `rate_limited` and `maintenance` are worth another try.
    """
    _refuse_redirect(reply)
    envelope = _envelope(reply)
    code = _error_code(reply, envelope, dialect.read_errors)
    if envelope is not None:
        if envelope.variant_count or envelope.word is not None:
            return record_outcome(envelope, dialect)
        if code is None and envelope.task_id is not None:
            return record_outcome(envelope, dialect)
        if _knows_no_record(envelope, code):
            return None
    return _unread(reply, envelope, dialect, code)


def parse_credits(reply: Reply, dialect: Dialect) -> float:
    """Give the credits left; kie counts in fractions. Raises ServiceError."""
    _refuse_redirect(reply)
    envelope = _envelope(reply)
    code = _error_code(reply, envelope, dialect.read_errors)
    if code is not None:
        raise service_error(_failure(reply, envelope, code, _read_reason(dialect, code)))
    if envelope is None or envelope.credits is None:
        message = f"No number of credits came: {_what_came(reply, envelope)}."
        raise service_error(Failure(Reason.BAD_RESPONSE, message))
    return envelope.credits


def verdict(body: bytes, dialect: Dialect) -> str:
    """Describe a callback in one printable line, for whoever builds a receiver."""
    try:
        outcome = Callback.from_http({}, body, dialect=dialect, now=0.0).outcome
    except ServiceError as error:
        return error.message
    shape = "documented" if Envelope.from_body(body).is_documented else "unusual"
    return f"{_summary(outcome)}, {shape} shape"


def _summary(outcome: Outcome) -> str:
    count = len(outcome.variants)
    if outcome.status is TaskStatus.COMPLETE:
        return f"complete, {count} variant{'s' if count > 1 else ''}"
    if outcome.status is TaskStatus.PARTIAL:
        return f"partial, {outcome.complete_variants} of {count} variants"
    if outcome.error is None:
        return f"{outcome.word or 'success'}, no variants"
    code = "failed" if outcome.error.code is None else f"code {outcome.error.code}"
    return f"{code}: {outcome.error.message}"


def service_error(error: Failure, kind: type[ServiceError] = ServiceError) -> ServiceError:
    """Give the exception, with the advice that belongs to the reason."""
    return kind(error, ADVICE.get(error.reason, ""))


def unknown_submission(why: str, code: int | None = None) -> UnknownSubmissionError:
    """Give the error for a submission that may or may not have made a task."""
    message = f"It is not known whether the service accepted the task: {why}."
    return UnknownSubmissionError(Failure(Reason.UNAVAILABLE, message, code), _UNKNOWN_ADVICE)


def _envelope(reply: Reply) -> Envelope | None:
    try:
        return Envelope.from_body(reply.body)
    except ValueError:
        return None


def _error_code(reply: Reply, envelope: Envelope | None, known: Mapping[int, Reason]) -> int | None:
    """Give the code of an error, or None: the body's before the HTTP status, a known one before another."""
    codes = [reply.status] if envelope is None or envelope.code is None else [envelope.code, reply.status]
    errors = [code for code in codes if not is_success(code)]
    return next((code for code in errors if code in known), errors[0] if errors else None)


def _refuse_redirect(reply: Reply) -> None:
    if reply.status in _REDIRECTS:
        target = one_line(header(reply.headers, "Location"), 200) or "nowhere"
        message = f"The service redirects to {target}, which is not followed."
        raise service_error(Failure(Reason.BAD_RESPONSE, message, reply.status))


def _failure(reply: Reply, envelope: Envelope | None, code: int, reason: Reason) -> Failure:
    if envelope is None:
        reason = _PROXY_REFUSALS.get(code, reason)
    message = said(envelope.message, envelope.error_message) if envelope else ""
    message = message or f"The service refused: {_what_came(reply, envelope)}."
    return Failure(refined(reason, message), message, code)


def _knows_no_record(envelope: Envelope, code: int | None) -> bool:
    """Whether an answer without a record says that there is none; an unknown path has no code in its body."""
    if code is None or code == _NOT_FOUND:
        return envelope.code is not None and not envelope.has_data
    return _NO_RECORD in envelope.message.lower()


def _unread(reply: Reply, envelope: Envelope | None, dialect: Dialect, code: int | None) -> Outcome:
    """Tell a failed task from a failed read, where no record came."""
    if code is None:
        message = f"The service did not make sense: {_what_came(reply, envelope)}."
        raise service_error(Failure(Reason.BAD_RESPONSE, message))
    error = _failure(reply, envelope, code, _read_reason(dialect, code))
    if error.reason in {Reason.GENERATION_FAILED, Reason.CONTENT_VIOLATION}:
        return Outcome(TaskStatus.FAILED, error=error)
    raise service_error(error)


def _read_reason(dialect: Dialect, code: int) -> Reason:
    if code in _CLIENT_ERRORS:
        return dialect.read_errors.get(code, Reason.BAD_REQUEST)
    return dialect.read_errors.get(
        code, Reason.UNAVAILABLE if code in _SERVER_ERRORS else Reason.BAD_RESPONSE
    )


def _what_came(reply: Reply, envelope: Envelope | None) -> str:
    if envelope is None:
        return f"HTTP {reply.status}, {described(reply.body)}"
    code = f", code {envelope.code}" if envelope.code is not None else ""
    return f'HTTP {reply.status}{code}, "{said(envelope.message) or "no reason given"}"'


def _bad_callback(why: str) -> ServiceError:
    return ServiceError(Failure(Reason.BAD_RESPONSE, why))
