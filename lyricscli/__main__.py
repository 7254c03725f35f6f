"""The entry point: the one place where an error becomes a message and an exit code."""

import os
import sys
from collections.abc import Sequence

# Not from typing, whose import alone would take half of the time that completion has.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typer.exceptions import TyperException


INTERRUPTED, BUG = 130, 70
"""Of ExitCode, before it can be imported."""

OBJECTS_OF_A_START = 100_000
"""More than the containers that the imports of any command make (about 75,000 for `generate`)."""


def main() -> None:
    """Run `lyrics` with this process's arguments and exit."""
    import gc
    import signal

    # Imports leave no garbage: looking for it among what they make is a tenth of a command's start.
    gc.set_threshold(OBJECTS_OF_A_START)

    # Ctrl-C while we are still being imported leaves nothing to tidy up, and nothing to say.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    if "_LYRICS_COMPLETE" in os.environ:
        from lyricscli.cli import completing

        completing.main()
    from lyricscli.terminal import streams

    streams.take_over()
    code = run(sys.argv[1:])
    if code >= BUG:  # it did not end in order: what is registered for the end has still to run
        sys.exit(code)
    # All is closed and written. Taking the interpreter apart would be a fifth of a short command's time.
    streams.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return the exit code; every error is told on stderr."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # it came while another error was being told
        return INTERRUPTED


def _run(arguments: Sequence[str]) -> int:
    from typer import Abort
    from typer.exceptions import TyperException

    from lyricscli.cli import app as cli
    from lyricscli.errors import ExitCode, LyricsError, OutputClosedError

    _let_ctrl_c_be_heard()
    try:
        return cli.invoke(arguments)
    except OutputClosedError as error:
        return error.exit_code
    except LyricsError as error:
        _tell(error.message, error.advice)
        return error.exit_code
    except TyperException as error:
        return _usage(error)
    except (KeyboardInterrupt, Abort):
        _tell("interrupted")
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last resort: a bug is reported, never shown as a traceback)
        from lyricscli.jobs.report import write_report

        _tell(f"this is a bug: {type(error).__name__}", *write_report(error, arguments))
        return ExitCode.BUG


def _let_ctrl_c_be_heard() -> None:
    """Make Ctrl-C an exception from here on, unless whoever started us ignores it for us."""
    import signal

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _usage(error: "TyperException") -> int:
    from lyricscli.errors import ExitCode
    from lyricscli.terminal.streams import write_stdout

    context = getattr(error, "ctx", None)
    if context is not None and type(error).__name__ == "NoArgsIsHelpError":
        write_stdout(context.get_help() + "\n")
        return ExitCode.USAGE
    command = context.command_path if context is not None else "lyrics"
    message = " ".join(error.format_message().split())
    quoting = "Put words that belong together in quotes. " if "extra argument" in message else ""
    _tell(message, f"{quoting}`{command} --help` shows how to use it.")
    return ExitCode.USAGE


def _tell(message: str, *advice: str) -> None:
    from lyricscli.terminal.streams import say, sentence

    say(f"lyrics: {sentence(message)}")
    for line in filter(None, advice):
        say(line)


if __name__ == "__main__":
    main()
