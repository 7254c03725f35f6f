"""Language: what a song and its sections read as, held against the language that was asked for."""

from collections.abc import Iterable, Mapping

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.language import guess, listed, named
from lyricscli.song.lines import Line
from lyricscli.song.sections import Song

_ONE_TONGUE = {"hr", "sr"}
"""One language in two alphabets: which name it goes by cannot be told from a text."""
_FEWEST_IN_A_LINE = 2
"""Telling words that show a line to be in another language than its section."""
_FOREIGN = 2
"""A song is in another language where this many times the lines of the wanted one are."""


def check_language(song: Song, wanted: str) -> tuple[Finding, ...]:
    """Compare with the language wanted: strong when the whole song is in another, mild for a section."""
    codes = set(named(wanted))
    if not codes:
        return (_finding(Level.NOTE, None, f"“{wanted}” is no language that can be told here."),)
    codes |= _ONE_TONGUE if codes & _ONE_TONGUE else set()
    read = [(section, guess(_text(section.sung))) for section in song.sections]
    foreign = [(section, found) for section, found in read if found and codes.isdisjoint(found)]
    ours = sum(len(set(_sung(section.sung))) for section, found in read if not codes.isdisjoint(found))
    theirs = sum(len(set(_sung(section.sung))) for section, _ in foreign)
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


def _finding(level: Level, line: int | None, message: str) -> Finding:
    return Finding(Check.LANGUAGE, level, line, message)


def _sung(lines: Iterable[Line]) -> list[str]:
    return [sung for line in lines if (sung := line.sung)]


def _text(lines: Iterable[Line]) -> str:
    return "\n".join(dict.fromkeys(_sung(lines)))
