"""`lyrics rhyme`: words that rhyme with one."""

from typing import Annotated

import typer

from lyricscli.cli import options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import ExitCode, UsageError


def rhyme(  # noqa: PLR0913 (one parameter an option: it is the command line)
    word: Annotated[str, argument("An English word; the last one of several.", metavar="WORD")],
    *,
    near: Annotated[bool, option("Slant rhymes too, behind the perfect ones.", "--near")] = False,
    syllables: Annotated[
        int | None, option("Only words of N syllables.", "--syllables", min=1, metavar="N")
    ] = None,
    explicit: Annotated[bool, option("Also words that `lyrics check` would report.", "--explicit")] = False,
    json: options.Json = False,
    plain: options.Plain = False,
) -> None:
    """Print words that rhyme, the commonest first: one a line in a pipe, in columns at a terminal.

    Example: lyrics rhyme night --syllables 2
    """
    from lyricscli.song.checks.content import is_listed
    from lyricscli.song.pronunciations import is_known
    from lyricscli.song.rhyme import rhymes_with
    from lyricscli.song.words import last_word
    from lyricscli.terminal.plain import show_words
    from lyricscli.terminal.streams import say, write_json

    wiring.load_settings()
    asked = last_word(word)
    if not any("a" <= letter <= "z" for letter in asked.casefold()):
        raise UsageError(f"there is no English word in {word!r}", "Like: lyrics rhyme night")
    found = [
        rhyme
        for rhyme in rhymes_with(asked, near=near)
        if syllables in {None, rhyme.syllables} and (explicit or not is_listed(rhyme.word))
    ]
    if json:
        rows = [{"word": one.word, "syllables": one.syllables, "kind": one.kind} for one in found]
        write_json({"word": asked, "rhymes": rows})
    else:
        show_words([one.word for one in found], plain=plain)
    if not is_known(asked):
        say(f"“{asked}” is not in the dictionary; it is rhymed by how it is spelled.")
    if not found:
        say(f"Nothing rhymes with “{asked}”." + ("" if near else " --near finds slant rhymes."))
        raise typer.Exit(int(ExitCode.FAILED))
