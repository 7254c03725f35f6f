"""Every expected failure; what follows from one is told by its reason.

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

from collections.abc import Iterable

from lyricscli.models import ExitCode as ExitCode  # noqa: PLC0414 (whoever catches an error wants both)
from lyricscli.models import Failure, Reason, Task, TaskStatus


def nearest(name: str, names: Iterable[str]) -> str:
    """Ask whether the likeliest of the names was meant; nothing where none is like it."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(names), n=1)
    return f"Did you mean `{near[0]}`?" if near else ""


def exit_code_of(task: Task) -> ExitCode:
    """Say how a command ends that was about this task."""
    if task.status.has_lyrics:
        return ExitCode.OK
    if task.status is TaskStatus.UNKNOWN:
        return ExitCode.SERVICE
    if task.error is not None:
        return task.error.reason.exit_code
    return ExitCode.FAILED if task.status is TaskStatus.FAILED else ExitCode.UNFINISHED


class LyricsError(Exception):
    """An expected failure: `message` says what happened, `advice` what to do next (may be empty)."""

    exit_code = ExitCode.FAILED
    reason: Reason | None = None

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    @property
    def failure(self) -> Failure | None:
        """Why there are no lyrics, as a task has it; None for what has no word in its document."""
        return Failure(self.reason, self.message) if self.reason is not None else None


class UsageError(LyricsError):
    """The command line, the prompt or a setting is wrong."""

    exit_code = ExitCode.USAGE


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
