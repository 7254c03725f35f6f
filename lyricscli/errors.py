"""Every expected failure, and the one table of exit codes.

LyricsError                     what happened, and what to do next
├── UsageError                  the command line, the prompt or a setting is wrong
├── NoKeyError                  no API key
├── NoSuchTaskError             a TASK that is not known, or not one task only
├── LibraryError                the library cannot be read or written on this machine
│   └── UnsavedError            a result is here (`task`) but could not be written down
├── InterruptedBySignal         Ctrl-C, SIGTERM or SIGHUP
├── OutputClosedError           the pipe that we write to was closed
├── TunnelError                 no public address could be had
├── CallbackRejectedError       a callback is not signed as it must be
└── ServiceError                the service refused, failed or did not make sense (carries a Failure)
    ├── NotAcceptedError        nothing was sent, or the service throttled: the submission may be sent again
    └── UnknownSubmissionError  it is not known whether the service accepted the task
"""

from enum import IntEnum
from typing import Self

from lyricscli.models import Failure, Reason, Task, TaskStatus


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
    FAILED = 1, "the task failed, or this machine could not keep or print it"
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


EXIT_BY_REASON = {
    Reason.BAD_REQUEST: ExitCode.FAILED,
    Reason.UNAUTHORIZED: ExitCode.NO_KEY,
    Reason.INSUFFICIENT_CREDITS: ExitCode.NO_CREDITS,
    Reason.RATE_LIMITED: ExitCode.TRY_LATER,
    Reason.PROMPT_TOO_LONG: ExitCode.PROMPT_REFUSED,
    Reason.CONTENT_VIOLATION: ExitCode.PROMPT_REFUSED,
    Reason.MAINTENANCE: ExitCode.TRY_LATER,
    Reason.GENERATION_FAILED: ExitCode.FAILED,
    Reason.NOT_FOUND: ExitCode.NO_SUCH_TASK,
    Reason.UNAVAILABLE: ExitCode.SERVICE,
    Reason.TIMEOUT: ExitCode.UNFINISHED,
    Reason.BAD_RESPONSE: ExitCode.SERVICE,
}


ADVICE = {
    Reason.BAD_REQUEST: "Change the prompt or the settings that the message names.",
    Reason.UNAUTHORIZED: "`lyrics auth login` sets a new key.",
    Reason.INSUFFICIENT_CREDITS: "Top up at the provider, then run the command again.",
    Reason.RATE_LIMITED: "Wait a minute, then run the command again.",
    Reason.PROMPT_TOO_LONG: "Shorten the prompt.",
    Reason.CONTENT_VIOLATION: "Reword the prompt.",
    Reason.MAINTENANCE: "The provider is down for a while: try again later.",
    Reason.GENERATION_FAILED: "Run the command again, or reword the prompt.",
    Reason.NOT_FOUND: "Check the id with `lyrics list`; providers keep a task for about two weeks.",
    Reason.UNAVAILABLE: "Check the connection, then run the command again.",
    Reason.TIMEOUT: "`lyrics wait` goes on.",
    Reason.BAD_RESPONSE: "Check the provider's base URL; `lyrics doctor` finds out what is wrong.",
}
"""What to do next, by the reason of a failure."""


def exit_code_of(task: Task) -> ExitCode:
    """Say how a command ends that was about this task."""
    if task.status.has_lyrics:
        return ExitCode.OK
    if task.status is TaskStatus.UNKNOWN:
        return ExitCode.SERVICE
    if task.error is not None:
        return EXIT_BY_REASON[task.error.reason]
    return ExitCode.FAILED if task.status is TaskStatus.FAILED else ExitCode.UNFINISHED


class LyricsError(Exception):
    """An expected failure: `message` says what happened, `advice` what to do next (may be empty)."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(LyricsError):
    """The command line, the prompt or a setting is wrong."""

    exit_code = ExitCode.USAGE


class NoKeyError(LyricsError):
    """A provider was chosen and there is no key for it."""

    exit_code = ExitCode.NO_KEY


class NoSuchTaskError(LyricsError):
    """No task, or more than one, answers to the name given."""

    exit_code = ExitCode.NO_SUCH_TASK


class LibraryError(LyricsError):
    """The library cannot be read or written on this machine."""


class UnsavedError(LibraryError):
    """A result came and could not be written; `task` has it, so that it can still be shown."""

    def __init__(self, cause: LibraryError, task: Task) -> None:
        advice = (
            f"The result is printed but not kept; `lyrics wait {task.ref}` fetches it again. {cause.advice}"
        )
        super().__init__(cause.message, advice)
        self.task = task


class InterruptedBySignal(LyricsError):  # noqa: N818 (it is no error of anybody's)
    """The user or the system asked the command to end."""

    def __init__(self, exit_code: ExitCode, advice: str = "") -> None:
        super().__init__("interrupted", advice)
        self.exit_code = exit_code


class OutputClosedError(LyricsError):
    """Whoever read our output has enough of it: no failure, and nothing to tell."""

    exit_code = ExitCode.OK

    def __init__(self) -> None:
        super().__init__("the output was closed")


class TunnelError(LyricsError):
    """No public address could be had for the listener. `code` is ngrok's own (`ERR_NGROK_108`), if known."""

    exit_code = ExitCode.SERVICE

    def __init__(self, message: str, advice: str = "", code: str | None = None) -> None:
        super().__init__(message, advice)
        self.code = code


class CallbackRejectedError(LyricsError):
    """A callback is unsigned, wrongly signed or stale, and a webhook key is set."""


class ServiceError(LyricsError):
    """The service refused, failed or did not make sense; `error` says which.

    `retry_after` is the pause the service asked for, in seconds, where it asked.
    """

    retry_after: float | None = None

    def __init__(self, error: Failure, advice: str = "") -> None:
        super().__init__(error.message, advice)
        self.error = error
        self.exit_code = EXIT_BY_REASON[error.reason]


class NotAcceptedError(ServiceError):
    """The submission was certainly not accepted and is not at fault: it may be sent again."""


class UnknownSubmissionError(ServiceError):
    """The request may have reached the service: it is never sent again by itself."""

    def __init__(self, error: Failure, advice: str = "") -> None:
        super().__init__(error, advice)
        self.exit_code = ExitCode.SERVICE
