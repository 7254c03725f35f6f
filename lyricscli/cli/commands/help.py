"""The `help` command: what a command takes, or a page on a topic."""

import re
from contextlib import suppress
from importlib.resources import files
from typing import Annotated, Any

import typer

from lyricscli.cli import wiring
from lyricscli.errors import LyricsError, UsageError
from lyricscli.terminal.streams import is_fancy, paint, write_stdout

WIDEST = 88
"""Columns of a page at a terminal: longer lines are hard to read."""

HEADING = r"(?m)^#+ .*"


def topics() -> dict[str, str]:
    """Return the pages by name, in Markdown."""
    pages = files("lyricscli.cli").joinpath("topics").iterdir()
    # A comment marks a table that a program writes.
    return {
        page.name.removesuffix(".md"): re.sub(r" *<!--.*?-->\n", "", page.read_text(encoding="utf-8"))
        for page in pages
    }


def _names(incomplete: str) -> list[str]:
    from lyricscli.cli.app import COMMANDS

    return [name for name in (*(one.name for one in COMMANDS), *topics()) if name.startswith(incomplete)]


def help_(
    ctx: typer.Context,
    subject: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND|TOPIC]", autocompletion=_names, help="A command, or one of the topics below."
        ),
    ] = None,
) -> None:
    """Show the help of a command, or a page on a topic.

    A page is rendered at a terminal, and plain Markdown in a pipe.

    Example: lyrics help exit-codes
    """
    words = subject or []
    pages = topics()
    if len(words) == 1 and words[0] in pages:
        _show(pages[words[0]])
        return
    command = _command(ctx, words, pages)
    write_stdout(command.get_help() + "\n")
    if not words:
        write_stdout(f"\nTopics (lyrics help TOPIC): {', '.join(sorted(pages))}\n")


def _command(ctx: typer.Context, words: list[str], pages: dict[str, str]) -> Any:
    """Return the context of the command that the words name. Raises UsageError."""
    context: Any = ctx.find_root()
    for word in words:
        command = getattr(context.command, "get_command", lambda *_: None)(context, word)
        if command is None:
            known = ", ".join(sorted(pages))
            raise UsageError(
                f"there is no command or topic {' '.join(words)!r}",
                f"`lyrics --help` shows the commands; the topics are {known}.",
            )
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    return context


def _show(page: str) -> None:
    with suppress(LyricsError):  # a page is read all the same where the settings cannot be
        wiring.load_settings()
    if not is_fancy():
        write_stdout(re.sub(HEADING, lambda found: paint(found[0], "bold"), page))
        return
    from rich.markdown import Markdown

    from lyricscli.terminal import panels

    with panels.printed(widest=WIDEST) as screen:
        screen.print(Markdown(page, hyperlinks=False))
