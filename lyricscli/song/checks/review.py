"""Run every check on one text."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from lyricscli.song.checks import language
from lyricscli.song.checks.content import check_content
from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.checks.length import check_length
from lyricscli.song.checks.likeness import Common, Earlier, check_likeness
from lyricscli.song.checks.spellers import EXTRA, speller_for
from lyricscli.song.checks.spelling import EnglishSpeller, check_lines
from lyricscli.song.checks.structure import check_structure
from lyricscli.song.language import language_name
from lyricscli.song.lines import Line
from lyricscli.song.sections import Song
from lyricscli.song.words import plain_words

_LIKE_ENGLISH = 2 / 3
"""The share of known words from which a text that no language is sure of is judged by the English speller."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text is checked against. `language` is what was asked for, in the user's words, or empty."""

    title: str = ""
    language: str = ""
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    others: Iterable[Earlier] = ()
    is_common: Common = None


def review(song: Song, wanted: Wanted) -> tuple[Finding, ...]:
    """Run every check, in the order of `Check`; each finding names the check it comes from."""
    tongues = language.tongues(song, wanted.language)
    return (
        *check_structure(song),
        *check_content(song, wanted.allow, wanted.deny, tongues),
        *_spelling(song, tongues, wanted.allow),
        *(language.check_language(song, wanted.language) if wanted.language.strip() else ()),
        *check_length(song.text, wanted.title),
        *check_likeness(song, wanted.others, wanted.is_common),
    )


def _spelling(
    song: Song, tongues: Mapping[int, tuple[str, ...]], accept: Collection[str]
) -> tuple[Finding, ...]:
    """Check each line with the speller of its language; with none where neighbours cannot be told apart."""
    read = [(line, tongues[line.number]) for line in song.lines if line.sung]
    unsure = [line for line, codes in read if not codes]
    codes = {
        line.number: "en" if "en" in codes else codes[0]
        for line, codes in read
        if "en" in codes or len(codes) == 1
    }
    spellers = {code: speller_for(code) for code in dict.fromkeys(codes.values())}
    if _is_like_english(unsure):
        codes |= dict.fromkeys((line.number for line in unsure), "en")
        spellers["en"] = EnglishSpeller()
    judged = [
        (line, speller)
        for line, _ in read
        if (speller := spellers.get(codes.get(line.number, ""))) is not None
    ]
    notes = [
        f"No speller for {language_name(code)} here; the extra “{EXTRA}” brings some."
        for code, speller in spellers.items()
        if speller is None
    ]
    return (
        *check_lines(judged, accept),
        *(Finding(Check.SPELLING, Level.NOTE, None, note) for note in notes),
    )


def _is_like_english(lines: list[Line]) -> bool:
    """Whether most words of lines are English ones."""
    words = {word for line in lines for word in plain_words(line.sung)}
    known = sum(map(EnglishSpeller().knows, words))
    return known >= _LIKE_ENGLISH * len(words) > 0
