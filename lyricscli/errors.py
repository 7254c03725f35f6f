"""Every expected failure; what follows from one is told by its reason.

LyricsError                     what happened, and what to do next
├── UsageError                  the command line, the prompt or a setting is wrong
├── NoKeyError                  no API key
├── NoSuchTaskError             a TASK that is not known, or not one task only
├── LibraryError                the library cannot be read or written on this machine
│   └── UnsavedError            a result is here (`task`) but could not be written down
├── InterruptedBySignal         Ctrl-C, SIGTERM or SIGHUP
├── OutputError                 standard output cannot be written
│   └── OutputClosedError       nobody reads the pipe any more
├── TunnelError                 no public address could be had
├── CallbackRejectedError       a callback is not signed as it must be
└── ServiceError                the service refused, failed or did not make sense (carries a Failure)
    ├── NotAcceptedError        nothing was sent, or the service throttled: the submission may be sent again
    └── UnknownSubmissionError  it is not known whether the service accepted the task
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

if TYPE_CHECKING:
    from lyricscli.models import Task

T = TypeVar("T")


class ExitCode(IntEnum):
    """How a command ended. The help text and the README print this table; scripts rely on it."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """Attach the meaning that the help text prints."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    OK = 0, "at least one complete variant, or the command did what it says"
    FAILED = 1, "the task failed, or this machine could not keep or print it; nothing was found (`rhyme`)"
    USAGE = 2, "the command line, the prompt or a setting is wrong"
    UNFINISHED = 3, "still unfinished when the wait ended; `lyrics wait ID` goes on"
    NO_KEY = 4, "no key, or the key was refused"
    NO_CREDITS = 5, "not enough credits"
    TRY_LATER = 6, "throttled or in maintenance; try later"
    PROMPT_REFUSED = 7, "the prompt was refused: too long, or its content"
    SERVICE = 8, "the service could not be reached or did not make sense (also an unknown submission)"
    NO_SUCH_TASK = 9, "no such task"
    BUG = 70, "a bug; the message names a report file"
    INTERRUPTED = 130, "Ctrl-C, after the task id and how to go on were printed"
    TERMINATED = 143, "SIGTERM, after the task id and how to go on were printed"


class _Fact(Enum):
    """What else a reason says: it will stay whoever asks again, or it is as true of the next submission."""

    STAYS = 1
    FOR_ALL = 2


class Reason(StrEnum):
    """Why a task or a call failed: the word of the JSON output, and all that follows from it.

    `exit_code` is how a command ends for it, `advice` what to do next. `worth_another_read` says whether a
    read that failed so may succeed in a while and tells nothing of the task; one that is not is tried
    again a few times only. `ends_batch` says whether the next submission would be refused just as well.
    """

    exit_code: ExitCode
    advice: str
    worth_another_read: bool
    ends_batch: bool

    def __new__(
        cls, word: str, exit_code: ExitCode = ExitCode.FAILED, advice: str = "", *facts: "_Fact"
    ) -> Self:
        """Attach the facts to the word."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.exit_code = exit_code
        member.advice = advice
        member.worth_another_read = _Fact.STAYS not in facts
        member.ends_batch = _Fact.FOR_ALL in facts
        return member

    BAD_REQUEST = (
        "bad_request",
        ExitCode.FAILED,
        "Change the prompt or the settings that the message names.",
        _Fact.STAYS,
    )
    UNAUTHORIZED = (
        "unauthorized",
        ExitCode.NO_KEY,
        "`lyrics auth login` sets a new key.",
        _Fact.STAYS,
        _Fact.FOR_ALL,
    )
    INSUFFICIENT_CREDITS = (
        "insufficient_credits",
        ExitCode.NO_CREDITS,
        "Top up at the provider, then run the command again.",
        _Fact.FOR_ALL,
    )
    RATE_LIMITED = (
        "rate_limited",
        ExitCode.TRY_LATER,
        "Wait a minute, then run the command again.",
        _Fact.FOR_ALL,
    )
    PROMPT_TOO_LONG = "prompt_too_long", ExitCode.PROMPT_REFUSED, "Shorten the prompt."
    CONTENT_VIOLATION = "content_violation", ExitCode.PROMPT_REFUSED, "Reword the prompt."
    MAINTENANCE = (
        "maintenance",
        ExitCode.TRY_LATER,
        "The provider is down for a while: try again later.",
        _Fact.FOR_ALL,
    )
    GENERATION_FAILED = (
        "generation_failed",
        ExitCode.FAILED,
        "Run the command again, or reword the prompt.",
    )
    NOT_FOUND = (
        "not_found",
        ExitCode.NO_SUCH_TASK,
        "Check the id with `lyrics list`; providers keep a task for about two weeks.",
    )
    UNAVAILABLE = (
        "unavailable",
        ExitCode.SERVICE,
        "Check the connection, then run the command again.",
        _Fact.FOR_ALL,
    )
    TIMEOUT = "timeout", ExitCode.UNFINISHED, "`lyrics wait` goes on."
    BAD_RESPONSE = (
        "bad_response",
        ExitCode.SERVICE,
        "Check the provider's base URL; `lyrics doctor` finds out what is wrong.",
        _Fact.FOR_ALL,
    )


class Failure(NamedTuple):
    """Why a task has no (or not yet any) lyrics. `code` is the service's number, where it gave one."""

    reason: Reason
    message: str
    code: int | None = None


def nearest(name: str, names: Iterable[str]) -> str:
    """Ask whether the likeliest of the names was meant; nothing where none is like it."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(names), n=1)
    return f"Did you mean `{near[0]}`?" if near else ""


class LyricsError(Exception):
    """An expected failure: `message` says what happened, `advice` what to do next (may be empty)."""

    exit_code = ExitCode.FAILED
    reason: Reason | None = Reason.BAD_REQUEST
    is_told = False
    """Whether a document of its own says it already."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    @property
    def failure(self) -> Failure | None:
        """Why there is no result, as a task has it; None where no document can say it."""
        return Failure(self.reason, self.message) if self.reason is not None else None


class UsageError(LyricsError):
    """The command line, the prompt or a setting is wrong."""

    exit_code = ExitCode.USAGE


def read_as(name: str, read: Callable[[str], T], text: str, advice: str = "") -> T:
    """Read what an option or a setting was given. Raises UsageError that names it where it cannot be."""
    with telling(f"{name} is {text!r}", advice, UsageError, ValueError):
        return read(text)


@contextmanager
def telling(
    what: str,
    advice: str,
    kind: type[LyricsError] = LyricsError,
    of: type[Exception] | tuple[type[Exception], ...] = OSError,
) -> Iterator[None]:
    """Turn others' errors, usually the system's, into ours, which say what is the matter and why."""
    try:
        yield
    except BrokenPipeError as error:
        raise OutputClosedError from error
    except of as error:
        raise kind(f"{what}: {getattr(error, 'strerror', None) or error}", advice) from error


class NoKeyError(LyricsError):
    """A provider was chosen and there is no key for it."""

    exit_code = ExitCode.NO_KEY
    reason = Reason.UNAUTHORIZED


class NoSuchTaskError(LyricsError):
    """No task, or more than one, answers to the name given."""

    exit_code = ExitCode.NO_SUCH_TASK
    reason = Reason.NOT_FOUND


class LibraryError(LyricsError):
    """The library cannot be read or written on this machine."""

    reason = Reason.UNAVAILABLE


class UnsavedError(LibraryError):
    """A result came and could not be written; `task` has it, so that it can still be shown."""

    def __init__(self, cause: LibraryError, task: "Task") -> None:
        advice = f"The result is not kept; `lyrics wait {task.ref}` fetches it again. {cause.advice}"
        super().__init__(cause.message, advice)
        self.task = task


class InterruptedBySignal(LyricsError):  # noqa: N818 (it is no error of anybody's)
    """The user or the system asked the command to end."""

    reason = None

    def __init__(self, exit_code: ExitCode, advice: str = "") -> None:
        super().__init__("interrupted", advice)
        self.exit_code = exit_code


class OutputError(LyricsError):
    """Standard output cannot be written."""

    reason = None


class OutputClosedError(OutputError):
    """Whoever read our output has enough of it: no failure, and nothing to tell."""

    exit_code = ExitCode.OK

    def __init__(self) -> None:
        super().__init__("the output was closed")


class TunnelError(LyricsError):
    """No public address could be had for the listener. `code` is ngrok's own (`ERR_NGROK_108`), if known."""

    exit_code = ExitCode.SERVICE
    reason = Reason.UNAVAILABLE

    def __init__(self, message: str, advice: str = "", code: str | None = None) -> None:
        super().__init__(message, advice)
        self.code = code


class CallbackRejectedError(LyricsError):
    """A callback is unsigned, wrongly signed or stale, and a webhook key is set."""


class ServiceError(LyricsError):
    """The service refused, failed or did not make sense; `error` says which.

    The advice is that of the reason where none is given. `retry_after` is the pause the service asked for, in
    seconds, where it asked; `body` is what came, as far as it came: to be kept where it leaves a doubt.
    """

    retry_after: float | None = None
    body: bytes = b""

    def __init__(self, error: Failure, advice: str | None = None) -> None:
        super().__init__(error.message, error.reason.advice if advice is None else advice)
        self.error = error
        self.exit_code = error.reason.exit_code

    @property
    def failure(self) -> Failure:
        """The failure that it is."""
        return self.error


class NotAcceptedError(ServiceError):
    """The submission was certainly not accepted and is not at fault: it may be sent again."""


class UnknownSubmissionError(ServiceError):
    """The request may have reached the service: it is never sent again by itself."""

    def __init__(self, error: Failure, advice: str | None = None) -> None:
        super().__init__(error, advice)
        self.exit_code = ExitCode.SERVICE
