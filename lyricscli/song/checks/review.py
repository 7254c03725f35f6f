"""Run every check on one text."""

from collections.abc import Iterable
from dataclasses import dataclass

from lyricscli.song.checks.content import check_content
from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.checks.language import check_language, guess_language, language_code, language_name
from lyricscli.song.checks.length import check_length
from lyricscli.song.checks.likeness import Earlier, check_likeness
from lyricscli.song.checks.spellers import EXTRA, speller_for
from lyricscli.song.checks.spelling import check_spelling
from lyricscli.song.checks.structure import check_structure
from lyricscli.song.sections import Song


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text is checked against. `language` is what was asked for, in the user's words, or empty."""

    title: str = ""
    language: str = ""
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    others: Iterable[Earlier] = ()


def review(song: Song, wanted: Wanted) -> tuple[Finding, ...]:
    """Run every check, in the order of `Check`; each finding names the check it comes from."""
    return (
        *check_structure(song),
        *check_content(song, wanted.allow, wanted.deny),
        *_spelling(song, wanted),
        *(check_language(song, wanted.language) if wanted.language.strip() else ()),
        *check_length(song.text, wanted.title),
        *check_likeness(song, wanted.others),
    )


def _spelling(song: Song, wanted: Wanted) -> tuple[Finding, ...]:
    """Check with the speller of the language the text is in, or should be in; English when unknown."""
    sung = "\n".join(line.sung for line in song.lines if line.sung)
    code = guess_language(sung).language or language_code(wanted.language) or "en"
    speller = speller_for(code)
    if speller is None:
        message = f"No speller for {language_name(code)} here; the extra “{EXTRA}” brings some."
        return (Finding(Check.SPELLING, Level.NOTE, None, message),)
    return check_spelling(song, speller, wanted.allow)
