"""Questions to the user at a terminal; their text goes to stderr, and a secret is never shown."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lyricscli.config.keys import LONGEST
from lyricscli.errors import ExitCode, InterruptedBySignal, UsageError
from lyricscli.terminal.streams import ask, say

if TYPE_CHECKING:
    from lyricscli.models import Page


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
    numbered = {str(number): option for number, option in enumerate(options, 1)}
    for number, option in numbered.items():
        say(f"{number:>3}. {option}")
    answer = _answer(f"{question} [{default}] ") or default
    return numbered.get(answer, answer)


def which_text(page: "Page") -> str | None:
    """Show a task's texts and ask which one is taken; None where the user leaves. Raises Abort at Ctrl-C."""
    import typer

    from lyricscli.terminal.results import Style, show_page

    show_page(page, Style())
    names = [lyric.name for lyric in page.lyrics]
    question = f"Which one ({', '.join(names)}; d compares, q leaves)"
    while names:
        answer = str(typer.prompt(question, default="q", show_default=False, err=True)).strip().lower()
        if answer in names:
            return answer
        if answer == "q":
            break
        if answer.startswith("d") and len(names) > 1:
            _compare(page, answer[1:].split(), names)
        else:
            say(f"There is no text {answer}.")
    return None


def _compare(page: "Page", told: Sequence[str], names: Sequence[str]) -> None:
    """Show what differs between two texts: those told, else the first two."""
    from lyricscli.song.diffing import compare
    from lyricscli.song.sections import parse
    from lyricscli.terminal.reports import show_difference

    pair = told if len(told) == 2 and set(told) <= set(names) else names[:2]  # noqa: PLR2004 (two sides)
    before, after = (page.lyric(name) for name in pair)
    one, other = (f"{lyric.name} {lyric.title or 'Untitled'}" for lyric in (before, after))
    show_difference(one, other, compare(parse(before.text), parse(after.text)), plain=False)


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
        raise UsageError("nothing was answered", "Run the command again.") from None
