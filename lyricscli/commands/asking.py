"""Questions to the user at a terminal; their text goes to stderr, and a secret is never shown."""

import sys
from collections.abc import Sequence

from lyricscli.errors import ExitCode, InterruptedBySignal, UsageError
from lyricscli.keys import LONGEST


def secret(question: str) -> str:
    """Read a secret: unseen at a terminal, else the whole of standard input.

    Raises UsageError, and InterruptedBySignal for Ctrl-C.
    """
    if not sys.stdin.isatty():
        return sys.stdin.buffer.read(LONGEST + 2).decode("utf-8-sig", errors="replace")
    from getpass import getpass

    try:
        return getpass(f"{question} (not shown): ")
    except KeyboardInterrupt:
        # The prompt's line is still open.
        sys.stderr.write("\n")
        raise InterruptedBySignal(ExitCode.INTERRUPTED) from None
    except EOFError:
        raise UsageError("nothing was typed", "Run the command again, or pipe the key in.") from None


def choice(question: str, options: Sequence[str], default: str) -> str:
    """Offer numbered options and return the one taken, by number or by name; an empty answer is the default.

    The answer may be none of them: the caller checks names anyway.
    """
    from lyricscli.output.progress import say

    for number, option in enumerate(options, 1):
        say(f"{number:3}. {option}")
    answer = _answer(f"{question} [{default}] ") or default
    return {str(number): option for number, option in enumerate(options, 1)}.get(answer, answer)


def agreed(question: str) -> bool:
    """Ask for a yes; anything else is a no."""
    return _answer(f"{question} [y/N] ").lower() in {"y", "yes"}


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
