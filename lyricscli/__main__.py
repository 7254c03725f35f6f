"""The entry point: the one place where an error becomes a message and an exit code."""

import os
import sys
from collections.abc import Sequence

# Not from typing, whose import alone would take half of the time that completion has.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typer.exceptions import TyperException


def main() -> None:
    """Run `lyrics` with this process's arguments and exit."""
    if "_LYRICS_COMPLETE" in os.environ:
        from lyricscli.cli import completing

        completing.main()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its escape, never an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    _flush()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return the exit code; every error is told on stderr."""
    from typer import Abort
    from typer.exceptions import TyperException

    from lyricscli.cli import app as cli
    from lyricscli.errors import ExitCode, LyricsError, OutputClosedError

    try:
        return cli.invoke(arguments)
    except OutputClosedError as error:
        _discard_stdout()
        return error.exit_code
    except LyricsError as error:
        _tell(error.message, error.advice)
        return error.exit_code
    except TyperException as error:
        return _usage(error)
    except (KeyboardInterrupt, Abort):
        _tell("interrupted", "")
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last resort: a bug is reported, never shown as a traceback)
        from lyricscli.jobs.report import write_report

        _tell(f"this is a bug: {type(error).__name__}", write_report(error, arguments))
        return ExitCode.BUG


def _usage(error: "TyperException") -> int:
    from lyricscli.errors import ExitCode

    context = getattr(error, "ctx", None)
    if context is not None and type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(context.get_help() + "\n")
        return ExitCode.USAGE
    command = context.command_path if context is not None else "lyrics"
    _tell(error.format_message(), f"`{command} --help` shows how to use it.")
    return ExitCode.USAGE


def _tell(message: str, advice: str) -> None:
    from lyricscli.terminal.progress import say

    say(f"lyrics: {message}")
    if advice:
        say(advice)


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()


def _discard_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's own last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
