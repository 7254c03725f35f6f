"""The wire, read here first: bytes and headers in, typed values or our own errors out. No I/O.

An answer is a `Reply`; what differs between services is a `Dialect`. Four calls are spoken: submit, record,
credits, and the callback that comes back. Every parser looks at the HTTP status and at the code in the body,
for which one mirrors which differs by provider, and takes neither for the truth where content says more.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, Self
from urllib.parse import quote

from lyricscli.api.envelope import Envelope, described, one_line, parse_json
from lyricscli.api.headers import header, inflated, retry_after, verified
from lyricscli.api.meanings import (
    callback_outcome,
    is_success,
    record_outcome,
    refined,
    said,
    says_absent,
    says_refused,
)
from lyricscli.api.providers import GATEWAY, READ_ERRORS, Dialect
from lyricscli.errors import Failure, NotAcceptedError, Reason, ServiceError, UnknownSubmissionError
from lyricscli.models import Outcome, TaskStatus

_NOT_FOUND = 404
_SOME_ERROR = 500
_REQUEST_TIMEOUT = 408
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
_KEY = {401, 403}
# What a message of the provider's, or of a gateway, can say beyond any code.
_OF_BOTH = {Reason.INSUFFICIENT_CREDITS, Reason.RATE_LIMITED}
_OF_PROVIDER = {*_OF_BOTH, Reason.CONTENT_VIOLATION, Reason.PROMPT_TOO_LONG}
_OF_GATEWAY = {*_OF_BOTH, Reason.UNAVAILABLE}
# A failure of the task itself, by whatever answer it is told.
_OF_TASK = {Reason.GENERATION_FAILED, Reason.CONTENT_VIOLATION}


class Reply(NamedTuple):
    """An HTTP answer as far as it came; `fault` says what is wrong with it, where it may not be whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fault: str | None = None


class Callback(NamedTuple):
    """A callback that was understood. `signature` is set once verified; the same one twice is a replay.

    `task_id` is None in one that brings lyrics and no id: the secret path it came on says whose they are.
    """

    task_id: str | None
    outcome: Outcome
    signature: str | None = None

    @classmethod
    def from_http(
        cls,
        headers: Mapping[str, str],
        body: bytes,
        *,
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
        task_id, outcome = envelope.task_id, callback_outcome(envelope)
        if task_id is None and (
            webhook_key or not any((variant.text or "").strip() for variant in outcome.variants)
        ):
            raise _bad_callback("no task id that can be used")
        signature = verified(headers, task_id, webhook_key, now) if webhook_key and task_id else None
        if envelope.code is None and envelope.word is None and not envelope.variant_count:
            raise _bad_callback("neither a code nor lyrics")
        return cls(task_id, outcome, signature)


def submission_body(prompt: str, callback_url: str, dialect: Dialect) -> bytes:
    """Give the JSON body of a submission, in ASCII, so that any prompt at all can be sent."""
    content: dict[str, object] = {"prompt": prompt, dialect.hook: callback_url}
    if dialect.model is not None:
        content = {"model": dialect.model, dialect.hook: callback_url, "input": {"prompt": prompt}}
    return json.dumps(content).encode("ascii")


def record_address(task_id: str, dialect: Dialect) -> str:
    """Give where the record of a task is read, below the base URL; any id at all stays one."""
    return dialect.record_path + quote(task_id, safe="")


def parse_submission(reply: Reply, dialect: Dialect) -> str:
    """Give the id of the accepted task, exactly as the service sent it.

    Raises ServiceError where the service certainly refused (NotAcceptedError where it asks for patience),
    and UnknownSubmissionError where a task may exist: after 408, 5xx, and a success that makes no sense.
    """
    heard = _Heard.of(reply, dialect, dialect.refusals)
    task_id = heard.task_id
    reason = _refusal(heard, dialect)
    if reason is not None and (task_id is None or reason is not Reason.RATE_LIMITED):
        failure = Failure(reason, heard.message, heard.code)
        raise NotAcceptedError(failure) if reason is Reason.RATE_LIMITED else ServiceError(failure)
    if task_id is None:
        raise unknown_submission(heard.what_came, heard.code)
    return task_id


def parse_record(reply: Reply, dialect: Dialect) -> Outcome | None:
    """Give what the record says of the task, or None while the service does not know the id.

    None can be true of a good id for a while after the submission. Raises ServiceError about the read itself,
    the task unharmed: its reason says whether it is worth another read. Only the provider's own envelope can
    say that a task failed; credits, whoever speaks of them, do not concern one that was accepted.
    """
    heard = _Heard.of(reply, dialect, READ_ERRORS)
    envelope = heard.envelope
    if envelope is not None and (envelope.variant_count or envelope.word is not None):
        return record_outcome(envelope)
    if envelope is not None and heard.code is None and envelope.task_id is not None:
        return record_outcome(envelope)
    if _knows_no_record(heard):
        return None
    failure = _unread(heard)
    if heard.is_provider and failure.reason in _OF_TASK:
        return Outcome(TaskStatus.FAILED, error=failure)
    raise ServiceError(failure)


def recorded_prompt(body: bytes) -> str:
    """Give the prompt that a record says its task was asked for with, or "": `param` holds the request."""
    try:
        data = parse_json(body)
        for name in ("data", "param", "input"):
            inner = data.get(name) if isinstance(data, dict) else None
            data = parse_json(inner) if isinstance(inner, str) else data if inner is None else inner
    except ValueError:
        return ""
    prompt = data.get("prompt") if isinstance(data, dict) else None
    return "".join(c for c in prompt if c.isprintable() or c.isspace()) if isinstance(prompt, str) else ""


def parse_credits(reply: Reply, dialect: Dialect) -> float:
    """Give the credits left; kie counts in fractions. Raises ServiceError."""
    heard = _Heard.of(reply, dialect, READ_ERRORS)
    if heard.code is not None:
        raise ServiceError(_unread(heard))
    if heard.envelope is None or heard.envelope.credits is None:
        message = f"No number of credits came: {heard.what_came}."
        raise ServiceError(Failure(Reason.BAD_RESPONSE, message))
    return heard.envelope.credits


def pause_asked(reply: Reply, now: float) -> float | None:
    """Give the seconds for which an answer asks to be left alone, in a header or a field of the body."""
    if (pause := retry_after(reply.headers, now)) is not None:
        return pause
    with suppress(ValueError):
        return Envelope.from_body(reply.body).retry_after
    return None


def verdict(body: bytes) -> str:
    """Describe a callback in one printable line, for whoever builds a receiver."""
    try:
        outcome = Callback.from_http({}, body, now=0.0).outcome
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


def unknown_submission(why: str, code: int | None = None) -> UnknownSubmissionError:
    """Give the error for a submission that may or may not have made a task; the message is why."""
    return UnknownSubmissionError(Failure(Reason.UNAVAILABLE, why, code))


class _Heard(NamedTuple):
    """An answer, and who gave it: the provider, or a gateway before it, which has no code that can be used.

    `code` is that of an error, None where none is reported.
    """

    reply: Reply
    envelope: Envelope | None
    is_provider: bool
    code: int | None

    @classmethod
    def of(cls, reply: Reply, dialect: Dialect, known: Mapping[int, Reason]) -> Self:
        """Read an answer: the body's code goes before the HTTP status, and one that is `known` before others.

        Raises ServiceError for a redirect, which is not followed.
        """
        if reply.status in _REDIRECTS:
            target = one_line(header(reply.headers, "Location"), 200) or "nowhere"
            message = f"The service redirects to {target}, which is not followed."
            raise ServiceError(Failure(Reason.BAD_RESPONSE, message, reply.status))
        try:
            envelope = Envelope.from_body(reply.body)
        except ValueError:
            envelope = None
        codes = [reply.status]
        if envelope is not None and envelope.code is not None:
            codes = [envelope.code, reply.status]
        elif envelope is not None and dialect.is_spoken(envelope.code_word) and is_success(reply.status):
            codes = [_SOME_ERROR]
        errors = [code for code in codes if not is_success(code)]
        code = next((code for code in errors if code in known), errors[0] if errors else None)
        speaks = envelope is not None and (envelope.code is not None or dialect.is_spoken(envelope.code_word))
        return cls(reply, envelope, speaks, code)

    @property
    def task_id(self) -> str | None:
        """The id of a task; data that is nothing but a word is one where nothing else is reported."""
        if self.envelope is None:
            return None
        bare = self.envelope.bare_id if self.is_provider and self.code is None else None
        return self.envelope.task_id or bare

    @property
    def said(self) -> str:
        """What it says, in its own words, or ""."""
        return said(self.envelope.message, self.envelope.error_message) if self.envelope else ""

    @property
    def message(self) -> str:
        """What it says, or else what came."""
        return self.said or f"The service refused: {self.what_came}."

    @property
    def what_came(self) -> str:
        """Describe the answer in a few words."""
        if self.envelope is None:
            fault = f"{self.reply.fault}; what came is " if self.reply.fault else ""
            return f"{fault}HTTP {self.reply.status}, {described(self.reply.body)}"
        code = f", code {self.envelope.code}" if self.envelope.code is not None else ""
        return f'HTTP {self.reply.status}{code}, "{self.said or "no reason given"}"'

    def refined(self, reason: Reason) -> Reason:
        """Give the reason that the words make more precise, as far as they are whose they seem to be."""
        word = self.envelope.code_word if self.envelope else None
        better = refined(reason, f"{self.said} {(word or '').replace('_', ' ')}")
        return better if self.is_provider or better in _OF_GATEWAY else reason


def _refusal(heard: _Heard, dialect: Dialect) -> Reason | None:
    """Give the reason of a certain refusal; None where a task may exist, or does."""
    code = heard.code
    if code is not None and (code in dialect.refusals or code in _CLIENT_ERRORS) and code != _REQUEST_TIMEOUT:
        usual = dialect.refusals.get(code, Reason.BAD_REQUEST)
        if not heard.is_provider:
            usual = GATEWAY.get(code, usual)
        return heard.refined(usual)
    if not heard.is_provider or heard.task_id is not None:
        return None
    if says_refused(heard.said):
        return Reason.BAD_REQUEST
    told = heard.refined(Reason.UNAVAILABLE)
    return told if told in _OF_PROVIDER else None


def _knows_no_record(heard: _Heard) -> bool:
    """Whether an answer without a record says that there is none; an unknown path has no code in its body."""
    if heard.envelope is None or not heard.is_provider or heard.envelope.has_data:
        return False
    return heard.code in {None, _NOT_FOUND} or (heard.code not in _KEY and says_absent(heard.said))


def _unread(heard: _Heard) -> Failure:
    """Say why no record can be had."""
    code = heard.code
    if code is None:
        reason = Reason.UNAVAILABLE if heard.reply.fault else Reason.BAD_RESPONSE
        return Failure(reason, f"The service did not make sense: {heard.what_came}.")
    usual = Reason.UNAVAILABLE if code in _SERVER_ERRORS else Reason.BAD_RESPONSE
    if not heard.is_provider:
        usual = GATEWAY.get(code, usual)
    elif code in _CLIENT_ERRORS or code in READ_ERRORS:
        usual = READ_ERRORS.get(code, Reason.BAD_REQUEST)
    return Failure(heard.refined(usual), heard.message, code)


def _bad_callback(why: str) -> ServiceError:
    return ServiceError(Failure(Reason.BAD_RESPONSE, why))
