"""What the providers say differently, one table each: routes, codes and status words.

A code is the number in the body (`{"code": 429}`) or, where there is none, the HTTP status. The same number
means different things in the answer to a submission, in a callback and in the answer to a read: three tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from lyricscli.models import Reason, TaskStatus


class DialectName(StrEnum):
    """What each dialect is called, wherever one is chosen."""

    SUNOAPI = "sunoapi"
    KIE = "kie"
    KIE_JOBS = "kie-jobs"
    NEW_API = "new-api"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of service speaks.

    `refusals` holds the codes with which a submission is certainly refused; any other code from 500 up, and
    408, leave open whether a task exists. A refusal as `rate_limited` asks for patience only. `failures` says
    what an error code in a callback or a record means for the task, `read_errors` what one means for the read
    itself. `words` maps a status word to what it says: a status, or the reason of a failure. `hook` is what a
    submission calls the callback address, and `model` is set where it names one. With `word_codes` the codes
    are words. `usual` is the provider whose limits a service of one's own has where it says nothing else.
    """

    name: DialectName
    submit_path: str
    record_path: str
    credits_path: str | None
    refusals: Mapping[int, Reason]
    failures: Mapping[int, Reason]
    read_errors: Mapping[int, Reason]
    words: Mapping[str, TaskStatus | Reason]
    hook: str = "callBackUrl"
    model: str | None = None
    word_codes: bool = False
    usual: str = "sunoapi"

    def is_spoken(self, code: str | None) -> bool:
        """Whether a code that is a word is one of this dialect, not of a gateway before the service."""
        return self.word_codes and code is not None


_WORDS: Mapping[str, TaskStatus | Reason] = MappingProxyType(
    {
        "PENDING": TaskStatus.PENDING,
        "SUCCESS": TaskStatus.COMPLETE,
        "CREATE_TASK_FAILED": Reason.GENERATION_FAILED,
        "GENERATE_LYRICS_FAILED": Reason.GENERATION_FAILED,
        "CALLBACK_EXCEPTION": Reason.GENERATION_FAILED,
        "SENSITIVE_WORD_ERROR": Reason.CONTENT_VIOLATION,
    }
)

# The newer route of kie calls them states.
_JOB_WORDS: Mapping[str, TaskStatus | Reason] = MappingProxyType(
    {
        "WAITING": TaskStatus.PENDING,
        "QUEUING": TaskStatus.PENDING,
        "GENERATING": TaskStatus.PENDING,
        "SUCCESS": TaskStatus.COMPLETE,
        "FAIL": Reason.GENERATION_FAILED,
    }
)

# Documented callback codes of both providers; 408, 501 and 531 (credits refunded) are kie's alone. A callback
# speaks of an accepted task, so 400 is a failed generation, or its content, which the message tells apart.
_FAILURES = MappingProxyType(
    {
        400: Reason.GENERATION_FAILED,
        401: Reason.UNAUTHORIZED,
        402: Reason.INSUFFICIENT_CREDITS,
        408: Reason.GENERATION_FAILED,
        413: Reason.PROMPT_TOO_LONG,
        422: Reason.BAD_REQUEST,
        429: Reason.INSUFFICIENT_CREDITS,
        451: Reason.GENERATION_FAILED,
        455: Reason.MAINTENANCE,
        500: Reason.GENERATION_FAILED,
        501: Reason.GENERATION_FAILED,
        505: Reason.MAINTENANCE,
        531: Reason.GENERATION_FAILED,
    }
)

# Reads cost nothing, so 429 can only ask for patience (at most 3 a second per task, both providers).
_READ_ERRORS = MappingProxyType(
    {
        400: Reason.BAD_REQUEST,
        401: Reason.UNAUTHORIZED,
        402: Reason.INSUFFICIENT_CREDITS,
        403: Reason.UNAUTHORIZED,
        404: Reason.BAD_RESPONSE,
        405: Reason.RATE_LIMITED,
        408: Reason.UNAVAILABLE,
        413: Reason.PROMPT_TOO_LONG,
        422: Reason.BAD_REQUEST,
        429: Reason.RATE_LIMITED,
        430: Reason.RATE_LIMITED,
        451: Reason.GENERATION_FAILED,
        455: Reason.MAINTENANCE,
        501: Reason.GENERATION_FAILED,
        505: Reason.MAINTENANCE,
        531: Reason.GENERATION_FAILED,
    }
)

# Refusals that both providers word alike.
_REFUSALS = {
    400: Reason.BAD_REQUEST,
    401: Reason.UNAUTHORIZED,
    402: Reason.INSUFFICIENT_CREDITS,
    403: Reason.UNAUTHORIZED,
    404: Reason.BAD_RESPONSE,
    413: Reason.PROMPT_TOO_LONG,
    422: Reason.BAD_REQUEST,
    455: Reason.MAINTENANCE,
}

SUNOAPI = Dialect(
    name=DialectName.SUNOAPI,
    submit_path="/api/v1/lyrics",
    record_path="/api/v1/lyrics/record-info?taskId=",
    credits_path="/api/v1/generate/credit",
    refusals=MappingProxyType(
        {
            **_REFUSALS,
            405: Reason.RATE_LIMITED,
            429: Reason.INSUFFICIENT_CREDITS,
            430: Reason.RATE_LIMITED,
        }
    ),
    failures=_FAILURES,
    read_errors=_READ_ERRORS,
    words=_WORDS,
)

# kie's lyrics page gives 429 for missing credits, its general page for throttling (20 tasks in 10 s, refused
# and not queued). Either way nothing was accepted; a message that speaks of credits decides.
_KIE_REFUSALS = MappingProxyType({**_REFUSALS, 429: Reason.RATE_LIMITED, 505: Reason.MAINTENANCE})

KIE = Dialect(
    name=DialectName.KIE,
    submit_path="/api/v1/lyrics",
    record_path="/api/v1/lyrics/record-info?taskId=",
    credits_path="/api/v1/chat/credit",
    refusals=_KIE_REFUSALS,
    failures=_FAILURES,
    read_errors=_READ_ERRORS,
    words=_WORDS,
    usual="kie",
)

KIE_JOBS = Dialect(
    name=DialectName.KIE_JOBS,
    submit_path="/api/v1/jobs/createTask",
    record_path="/api/v1/jobs/recordInfo?taskId=",
    credits_path="/api/v1/chat/credit",
    refusals=_KIE_REFUSALS,
    failures=_FAILURES,
    read_errors=_READ_ERRORS,
    words=_JOB_WORDS,
    model="ai-music-api/generate-lyrics",
    usual="kie",
)

# Gateways tell by the HTTP status what happened, and by a word in the body (R: clients and gateways).
NEW_API = Dialect(
    name=DialectName.NEW_API,
    submit_path="/suno/submit/lyrics",
    record_path="/suno/fetch/",
    credits_path=None,
    refusals=MappingProxyType({**_REFUSALS, 403: Reason.INSUFFICIENT_CREDITS, 429: Reason.RATE_LIMITED}),
    failures=_FAILURES,
    read_errors=_READ_ERRORS,
    words=_WORDS,
    hook="notify_hook",
    word_codes=True,
)

DIALECTS: Mapping[DialectName, Dialect] = MappingProxyType(
    {dialect.name: dialect for dialect in (SUNOAPI, KIE, KIE_JOBS, NEW_API)}
)
