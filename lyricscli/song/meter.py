"""The meter of a song: syllables of each sung line, rhyme scheme of each section.

English is counted as it is said, other languages and scripts by their vowels. Where no honest number is to be
had (French, whose `e` is now sung, now silent; Arabic, which leaves its vowels out) there is none.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lyricscli.song.language import guess, named
from lyricscli.song.lines import Line
from lyricscli.song.pronunciations import known, sounds
from lyricscli.song.rhyme import nuclei, rhyme_scheme
from lyricscli.song.sections import Section, Song
from lyricscli.song.spoken import as_said
from lyricscli.song.words import plain_words

_TOKEN = re.compile(r"\d+|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*(?:['’][^\W\d_]+)*['’]?|&|(?<=\s)@(?=\s)")
_BY_SCRIPT = re.compile(
    "[аеиоуыэюяіїєёѐѝ]|ο[υύ]|[αεη][υύ]|[αεου][ιί]|[αεηιουωάέήίόύώϊϋΐΰ]"
    "|[\u3041-\u30ff](?<![ゃゅょっャュョッー])|[\uac00-\ud7a3]"
)
_COUNTED = re.compile("['’\u0370-\u052f\u3041-\u30ff\uac00-\ud7a3]+\\Z")
_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30ff]")


def in_line(text: str, language: str | None = "en") -> int | None:
    """Count the syllables of a line in a language (ISO 639-1); None where there is no honest number."""
    if language == "en":
        text = as_said(text)
    elif _KANA.search(text):
        language = "ja"
    counts = [in_word(token, language) for token in _TOKEN.findall(text)]
    if None in counts:
        return None
    joined = nuclei()[language].joined if language in nuclei() else None
    return sum(filter(None, counts)) - (len(joined.findall(text.casefold())) if joined else 0)


@lru_cache(maxsize=8192)
def in_word(word: str, language: str | None = "en") -> int | None:
    """Count the syllables of one word, as `in_line` does; a figure or a sign is none."""
    plain = unicodedata.normalize("NFC", word.casefold())
    if _COUNTED.match(plain):  # Cyrillic, Greek, kana, Hangul
        return len(_BY_SCRIPT.findall(plain))
    if _HAN.search(plain):
        return len(plain) if language != "ja" else None
    letters = unicodedata.normalize("NFD", plain)
    if language == "en":
        said = sounds(word)
        is_word = re.search("[a-z]", letters)
        return said[0].syllables if said else max(1, len(re.findall("[aeiouy]+", plain))) if is_word else None
    vowels = nuclei().get(language or "")
    return len(vowels.syllable.findall(plain)) if vowels and "a" <= letters[0] <= "z" else None


_SHORT = 3
_FEW = 8
"""Words; fewer do not tell, and songs are full of sounds that no dictionary has."""


class LineMeter(NamedTuple):
    """A sung line, the syllables of its leading voice (None where they cannot be told), its letter or `-`."""

    line: Line
    syllables: int | None
    rhyme: str


class SectionMeter(NamedTuple):
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
    language = _language(sung) or (
        next(iter(named(wanted)), None) if wanted else "en" if _is_english(sung) else None
    )
    return tuple(_measure_section(section, _language(section.sung) or language) for section in song.sections)


def _is_english(lines: Iterable[Line]) -> bool:
    """Whether a text that may be English is: at least half of its longer words are in the dictionary."""
    words = {word for line in lines for word in plain_words(line.sung) if len(word) > _SHORT}
    return len(words) < _FEW or sum(bool(known(word)) for word in words) * 2 >= len(words)


def _language(lines: Iterable[Line]) -> str | None:
    return next(iter(guess("\n".join(line.sung for line in lines))), None)


def _measure_section(section: Section, language: str | None) -> SectionMeter:
    scheme = rhyme_scheme((line.lead for line in section.sung), language)
    measured = (
        LineMeter(line, in_line(line.lead, language), rhyme)
        for line, rhyme in zip(section.sung, scheme, strict=True)
    )
    return SectionMeter(section, tuple(measured))
