"""Run every check on one text; those of its language and its length are here."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from lyricscli.song.checks.content import check_content
from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.checks.likeness import Common, Earlier, check_likeness
from lyricscli.song.checks.spelling import EXTRA, EnglishSpeller, check_lines, speller_for
from lyricscli.song.checks.structure import check_structure
from lyricscli.song.exports.suno import NEWER, OLDER
from lyricscli.song.language import guess, language_name, listed, named
from lyricscli.song.lines import Line
from lyricscli.song.sections import Song
from lyricscli.song.words import plain_words

_ONE_TONGUE = {"hr", "sr"}
"""One language in two alphabets: which name it goes by cannot be told from a text."""
_FEWEST_IN_A_LINE = 2
"""Telling words that show a line to be in another language than its section."""
_FOREIGN = 2
"""A song is in another language where this many times the lines of the wanted one are."""
_finding = partial(Finding, Check.LANGUAGE)


def check_language(song: Song, wanted: str) -> tuple[Finding, ...]:
    """Compare with the language wanted: strong when the whole song is in another, mild for a section."""
    codes = set(named(wanted))
    if not codes:
        return (_finding(Level.NOTE, None, f"“{wanted}” is no language that can be told here."),)
    codes |= _ONE_TONGUE if codes & _ONE_TONGUE else set()
    read = [(section, guess(_text(section.sung))) for section in song.sections]
    foreign = [(section, found) for section, found in read if found and codes.isdisjoint(found)]
    ours = sum(len(_sung(section.sung)) for section, found in read if not codes.isdisjoint(found))
    theirs = sum(len(_sung(section.sung)) for section, _ in foreign)
    whole = guess(_text(song.lines))
    if whole and codes.isdisjoint(whole) and theirs >= _FOREIGN * ours:
        message = f"The text reads as {listed(whole)}, not {listed(named(wanted))}."
        return (_finding(Level.STRONG, None, message),)
    if not whole and not foreign:
        message = f"Unsure whether this is {listed(named(wanted))}: too few telling words."
        return (_finding(Level.NOTE, None, message),)
    return tuple(
        _finding(Level.MILD, section.number, f"“{section.name}” reads as {listed(found)}.")
        for section, found in foreign
    )


def tongues(song: Song, wanted: str = "") -> Mapping[int, tuple[str, ...]]:
    """Say which language each sung line may be in, by its number; empty where nothing tells.

    A line that is too short to tell goes with its section, that with the song, and that with the one wanted.
    """
    whole = guess(_text(song.lines)) or named(wanted)
    return {
        line.number: guess(line.sung, _FEWEST_IN_A_LINE) or own
        for section in song.sections
        for own in [guess(_text(section.sung)) or whole]
        for line in section.sung
    }


def _sung(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line.sung for line in lines if line.sung))


def _text(lines: Iterable[Line]) -> str:
    return "\n".join(_sung(lines))


def check_length(text: str, title: str) -> Iterator[Finding]:
    """Compare characters with the limits of custom mode: strong where no model takes them."""
    for what, length, older, newer in (
        ("text", len(text), OLDER.lyrics, NEWER.lyrics),
        ("title", len(title), OLDER.title, NEWER.title),
    ):
        says = f"The {what} has {length} characters;"
        if length > newer:
            yield Finding(Check.LENGTH, Level.STRONG, None, f"{says} the music service takes {newer}.")
        elif length > older:
            message = f"{says} model {OLDER.models} takes {older}, later ones {newer}."
            yield Finding(Check.LENGTH, Level.MILD, None, message)


_LIKE_ENGLISH = 2 / 3
"""The share of known words from which a text that no language is sure of is judged by the English speller."""


class Wanted(NamedTuple):
    """What a text is checked against. `language` is what was asked for, in the user's words, or empty."""

    title: str = ""
    language: str = ""
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    others: Iterable[Earlier] = ()
    is_common: Common = None


def review(song: Song, wanted: Wanted) -> tuple[Finding, ...]:
    """Run every check, in the order of `Check`; each finding names the check it comes from."""
    told = tongues(song, wanted.language)
    return (
        *check_structure(song),
        *check_content(song, told, wanted.allow, wanted.deny),
        *_spelling(song, told, wanted.allow),
        *(check_language(song, wanted.language) if wanted.language.strip() else ()),
        *check_length(song.text, wanted.title),
        *check_likeness(song, wanted.others, wanted.is_common),
    )


def _spelling(
    song: Song, told: Mapping[int, tuple[str, ...]], accept: Collection[str]
) -> tuple[Finding, ...]:
    """Check each line with the speller of its language; with none where neighbours cannot be told apart."""
    read = [(line, told[line.number]) for line in song.lines if line.sung]
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
