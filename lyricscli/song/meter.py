"""The meter of a song as its text shows it: syllables of each sung line, rhyme scheme of each section."""

from collections.abc import Iterable
from dataclasses import dataclass

from lyricscli.song.language import guess, named
from lyricscli.song.lines import Line
from lyricscli.song.pronunciations import known
from lyricscli.song.rhyme import rhyme_scheme
from lyricscli.song.sections import Section, Song
from lyricscli.song.syllables import in_line
from lyricscli.song.words import plain_words

_SHORT = 3
_FEW = 8
"""Words; fewer do not tell, and songs are full of sounds that no dictionary has."""


@dataclass(frozen=True, slots=True)
class LineMeter:
    """A sung line, the syllables of its leading voice (None where they cannot be told), its letter or `-`."""

    line: Line
    syllables: int | None
    rhyme: str


@dataclass(frozen=True, slots=True)
class SectionMeter:
    """A section and the meter of its sung lines, in order."""

    section: Section
    lines: tuple[LineMeter, ...]

    @property
    def scheme(self) -> str:
        """The rhyme scheme as one word, such as `ABAB`."""
        return "".join(line.rhyme for line in self.lines)


def measure(song: Song, wanted: str | None = None) -> tuple[SectionMeter, ...]:
    """Measure every section; one without a sung line has no lines and an empty scheme.

    `wanted` is the language that a user asked for, in any of its names. A text that reads as another
    one is measured as what it reads as.
    """
    sung = [line for section in song.sections for line in section.sung]
    language = _language(sung) or (_named(wanted) if wanted else "en" if _is_english(sung) else None)
    return tuple(_measure_section(section, _language(section.sung) or language) for section in song.sections)


def _is_english(lines: Iterable[Line]) -> bool:
    """Whether a text that may be English is: at least half of its longer words are in the dictionary."""
    words = {word for line in lines for word in plain_words(line.sung) if len(word) > _SHORT}
    return len(words) < _FEW or sum(bool(known(word)) for word in words) * 2 >= len(words)


def _language(lines: Iterable[Line]) -> str | None:
    return next(iter(guess("\n".join(line.sung for line in lines))), None)


def _named(wanted: str) -> str | None:
    return next(iter(named(wanted)), None)


def _measure_section(section: Section, language: str | None) -> SectionMeter:
    scheme = rhyme_scheme((line.lead for line in section.sung), language)
    measured = (
        LineMeter(line, in_line(line.lead, language), rhyme)
        for line, rhyme in zip(section.sung, scheme, strict=True)
    )
    return SectionMeter(section, tuple(measured))
