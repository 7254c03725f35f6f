"""The `help` command: what a command takes, or a page on a topic."""

import re
from contextlib import suppress
from importlib.resources import files
from typing import Annotated, Any

import typer

from lyricscli.cli import wiring
from lyricscli.errors import LyricsError, UsageError
from lyricscli.terminal.plain import aligned
from lyricscli.terminal.streams import write_stdout


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
        write_stdout("\n" + aligned([[f"Topics (lyrics help TOPIC): {', '.join(sorted(pages))}"]]))


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
    from lyricscli.terminal.topic import show_topic

    show_topic(page)
