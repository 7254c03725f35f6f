"""The `help` command: what a command takes, or a page on a topic."""

import re
from contextlib import suppress
from importlib.resources import files
from typing import Annotated, Any

import typer

from lyricscli.cli import wiring
from lyricscli.cli.options import argument
from lyricscli.errors import LyricsError, UsageError
from lyricscli.terminal.plain import aligned
from lyricscli.terminal.streams import write_stdout

PAGES = files("lyricscli.cli").joinpath("topics")
TOPICS = sorted(page.name.removesuffix(".md") for page in PAGES.iterdir())
KNOWN = ", ".join(TOPICS)


def page_on(topic: str) -> str:
    """Return a page in Markdown, without the comments that mark the tables a program writes."""
    return re.sub(r" *<!--.*?-->\n", "", (PAGES / f"{topic}.md").read_text(encoding="utf-8"))


def _names() -> list[str]:
    from lyricscli.cli.app import COMMANDS

    return [*(one.name for one in COMMANDS), *TOPICS]


def help_(
    ctx: typer.Context,
    subject: Annotated[
        list[str] | None,
        argument(f"A command, or a page: {KNOWN}.", metavar="[COMMAND|TOPIC]", autocompletion=_names),
    ] = None,
) -> None:
    """Show the help of a command, or a page on a topic.

    A page is rendered at a terminal, and plain Markdown in a pipe.

    Example: lyrics help exit-codes
    """
    words = subject or []
    if len(words) == 1 and words[0] in TOPICS:
        _show(page_on(words[0]))
        return
    write_stdout(_command(ctx, words).get_help() + "\n")
    if not words:
        write_stdout("\n" + aligned([[f"Topics (lyrics help TOPIC): {KNOWN}"]]))


def _command(ctx: typer.Context, words: list[str]) -> Any:
    """Return the context of the command that the words name. Raises UsageError."""
    context: Any = ctx.find_root()
    for word in words:
        command = getattr(context.command, "get_command", lambda *_: None)(context, word)
        if command is None:
            advice = f"`lyrics --help` shows the commands; the topics are {KNOWN}."
            raise UsageError(f"there is no command or topic {' '.join(words)!r}", advice)
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    return context


def _show(page: str) -> None:
    with suppress(LyricsError):  # a page is read all the same where the settings cannot be
        wiring.load_settings()
    from lyricscli.terminal.topic import show_topic

    show_topic(page)
