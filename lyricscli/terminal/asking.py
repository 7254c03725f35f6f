"""Questions to the user at a terminal; their text goes to stderr, and a secret is never shown."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lyricscli.config.keys import LONGEST
from lyricscli.errors import ExitCode, InterruptedBySignal, UsageError
from lyricscli.terminal.streams import ask


def secret(question: str) -> str:
    """Read a secret: unseen at a terminal, else the whole of standard input.

    Raises UsageError, and InterruptedBySignal for Ctrl-C.
    """
    if not sys.stdin.isatty():
        return sys.stdin.buffer.read(LONGEST + 2).decode("utf-8-sig", errors="replace")
    from getpass import getpass

    with _ending_the_line():
        return getpass(f"{question} (not shown): ")


def choice(question: str, options: Sequence[str], default: str) -> str:
    """Offer numbered options and return the one taken, by number or by name; an empty answer is the default.

    The answer may be none of them: the caller checks names anyway.
    """
    from lyricscli.terminal.streams import say

    for number, option in enumerate(options, 1):
        say(f"{number:3}. {option}")
    answer = _answer(f"{question} [{default}] ") or default
    return {str(number): option for number, option in enumerate(options, 1)}.get(answer, answer)


def agreed(question: str) -> bool:
    """Ask for a yes; anything else is a no."""
    return _answer(f"{question} [y/N] ").lower() in {"y", "yes"}


def _answer(question: str) -> str:
    with _ending_the_line():
        ask(question)
        answer = sys.stdin.readline()
        if not answer:
            raise EOFError
        return answer.strip()


@contextmanager
def _ending_the_line() -> Iterator[None]:
    """End the question's line where Ctrl-C or Ctrl-D does not, and say what that means."""
    try:
        yield
    except KeyboardInterrupt:
        ask("")
        raise InterruptedBySignal(ExitCode.INTERRUPTED) from None
    except EOFError:
        ask("")
        raise UsageError("nothing was answered", "Run the command again, or pipe the key in.") from None
