"""`lyrics check`: what can be said against a text before a person reviews it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import options, wiring
from lyricscli.cli.options import option
from lyricscli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from lyricscli.jobs.check import Rules
    from lyricscli.models import Lyric, Page, Task


def check(  # noqa: PLR0913 (one parameter an option: it is the command line)
    task: options.Lyric,
    *,
    language: Annotated[str | None, option("The language it should be in; else the one asked for.")] = None,
    against: Annotated[
        list[Path] | None, option("A text to compare it with; repeatable.", metavar="FILE")
    ] = None,
    allow: Annotated[list[str] | None, option("A word not to report; repeatable.", metavar="WORD")] = None,
    deny: Annotated[
        list[str] | None, option("A word or phrase to report; repeatable.", metavar="WORD")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        option("Exit with 1 on these, commas between: strong, mild, or a check's name.", metavar="WHAT"),
    ] = None,
    json: options.Json = False,
    plain: options.Plain = False,
    quiet: options.Quiet = False,
) -> None:
    """Check structure, content, spelling, language, length, and likeness to other songs in the library.

    It reports and changes nothing, and none of it is legal clearance. The files allow.txt and deny.txt beside
    config.toml hold words for every check, one a line. Without :N the pick is checked, or else every text.

    Example: lyrics check last --fail-on strong,likeness
    """
    from lyricscli.jobs.check import check as check_one
    from lyricscli.song.checks.findings import tripped
    from lyricscli.terminal.reports import show_checked, show_checked_json

    reasons = _reasons(fail_on or [])
    rules = rules_of(language, against or [], allow or [], deny or [])
    with wiring.open_songbook() as songbook:
        page, name = songbook.find(task)
        checked = [check_one(songbook, page, lyric, rules) for lyric in _chosen(page, name)]
    if json:
        show_checked_json(page, checked)
    else:
        show_checked(checked, plain=plain, quiet=quiet)
    if any(tripped(one.findings, reasons) for one in checked):
        raise typer.Exit(int(ExitCode.FAILED))


def tell_findings(task: "Task") -> None:
    """Check every text of a task and say on stderr what was found, a line each."""
    from lyricscli.jobs.check import check as check_one
    from lyricscli.terminal.reports import told
    from lyricscli.terminal.streams import say

    with wiring.open_songbook() as songbook:
        page, rules = songbook.page(task), rules_of(None, [], [], [])
        for lyric in page.lyrics:
            for line in told(check_one(songbook, page, lyric, rules)):
                say(line)


def rules_of(language: str | None, against: list[Path], allow: list[str], deny: list[str]) -> "Rules":
    """Join what the options say with the user's own lists. Raises UsageError for a file that is no text."""
    from lyricscli.config.settings import home
    from lyricscli.files import read_text
    from lyricscli.jobs.check import Rules, word_list
    from lyricscli.song.checks.likeness import Earlier
    from lyricscli.song.sections import parse

    lists = home().config
    return Rules(
        language,
        (*allow, *word_list(lists / "allow.txt")),
        (*deny, *word_list(lists / "deny.txt")),
        tuple(Earlier(path.name, parse(read_text(path))) for path in against),
    )


def _chosen(page: "Page", name: str | None) -> "list[Lyric]":
    if name is not None or page.pick is not None or not page.lyrics:
        return [page.lyric(name)]
    return list(page.lyrics)


def _reasons(fail_on: list[str]) -> frozenset[str]:
    """Read --fail-on. Raises UsageError for a word that is no check and no level."""
    from lyricscli.song.checks.findings import Check, Level

    known = [Level.STRONG, Level.MILD, *Check]
    words = [word.strip() for words in fail_on for word in words.split(",") if word.strip()]
    for word in words:
        if word not in {str(one) for one in known}:
            raise UsageError(f"--fail-on does not know {word!r}", f"It knows {', '.join(known)}.")
    return frozenset(words)
