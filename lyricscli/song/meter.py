"""The meter of a song: syllables of each sung line, rhyme scheme of each section.

English is counted as it is said, other languages and scripts by their vowels. Where no honest number is to be
had (French, whose `e` is now sung, now silent; Arabic, which leaves its vowels out) there is none.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from lyricscli.song.data import read_rows
from lyricscli.song.language import guess, named
from lyricscli.song.lines import Line
from lyricscli.song.pronunciations import known, sounds
from lyricscli.song.rhyme import nuclei, rhyme_scheme
from lyricscli.song.sections import Section, Song
from lyricscli.song.words import plain_words

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:['’]?[^\W\d_]+)?|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*(?:['’][^\W\d_]+)*['’]?"
)
_SIGN = re.compile(r"[$£€¥#](?=\s?\d)|(?<=\d)\s?[%€¢]|(?<=\d)[°.](?=\w)|&|(?<=\s)@(?=\s)")
_CENTS = re.compile(r"([$£€]\s?\d[\d,]*)\.(?=\d\d\b)")
_BY_SCRIPT = re.compile(
    "[аеиоуыэюяіїєёѐѝ]|ο[υύ]|[αεη][υύ]|[αεου][ιί]|[αεηιουωάέήίόύώϊϋΐΰ]"
    "|[\u3041-\u30ff](?<![ゃゅょっャュョッー])|[\uac00-\ud7a3]"
)
_COUNTED = re.compile("['’\u0370-\u052f\u3041-\u30ff\uac00-\ud7a3]+\\Z")
_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30ff]")
_ACRONYM = 3

_ORDINAL = re.compile("2$|[2-9]0$")
"""Second and twentieth have a syllable more than two and twenty."""
_UNITS = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
_TENS = (0, 1, 2, 2, 2, 2, 2, 3, 2, 2)
_TEN = 10
_CENTURIES = range(11, 20)
_THIS_CENTURY = 20
"""From 2010 on; years of these are said in halves."""
_LONGEST_NUMBER = 6
"""Digits; longer ones are said one by one, as telephone numbers are."""


def in_line(text: str, language: str | None = "en") -> int | None:
    """Count the syllables of a line in a language (ISO 639-1); None where there is no honest number."""
    if language == "en":
        text = text.lower() if text.isupper() and any(map(str.isspace, text.strip())) else text
        text = _CENTS.sub(r"\1 ", text)  # $1.50 is said without a point
        signs: int | None = sum(in_word(_said()[sign.strip()]) or 0 for sign in _SIGN.findall(text))
    else:
        signs = None if _SIGN.search(text) else 0
    language = "ja" if _KANA.search(text) and language != "en" else language
    counts = [in_word(token, language) for token in _TOKEN.findall(text)]
    if signs is None or None in counts:
        return None
    joined = nuclei()[language].joined if language in nuclei() else None
    return signs + sum(filter(None, counts)) - (len(joined.findall(text.casefold())) if joined else 0)


@lru_cache(maxsize=8192)
def in_word(word: str, language: str | None = "en") -> int | None:
    """Count the syllables of one word or number, as `in_line` does."""
    plain = unicodedata.normalize("NFC", word.casefold())
    if _COUNTED.match(plain):  # Cyrillic, Greek, kana, Hangul
        return len(_BY_SCRIPT.findall(plain))
    if _HAN.search(plain):
        return len(plain) if language != "ja" else None
    if language == "en":
        return _in_figures(plain) if plain[0].isdecimal() else _in_english(word, plain)
    vowels = nuclei().get(language or "")
    if vowels is None or not "a" <= unicodedata.normalize("NFD", plain)[0] <= "z":
        return None
    return len(vowels.syllable.findall(plain))


@cache
def _said() -> dict[str, str]:
    return {sign: said for said, *signs in read_rows("said.txt") for sign in signs}


def _in_english(word: str, plain: str) -> int | None:
    if not re.search("[a-z]", unicodedata.normalize("NFD", plain)):
        return None
    letters = plain.strip("'’")
    if letters in _said():
        return in_word(_said()[letters])
    is_spelled = word.isupper() and (len(letters) <= _ACRONYM or not re.search("[aeiouy]", letters))
    if len(letters) == 1 or (is_spelled and not known(letters)):
        return sum(3 if letter == "w" else 1 for letter in letters)
    said = sounds(word)
    return said[0].syllables if said else max(1, len(re.findall("[aeiouy]+", plain)))


def _in_figures(token: str) -> int:
    """Count `1,000`, `7th`, `80s`, `5k` as they are said."""
    if "," in token:
        return _in_number(int(token.replace(",", "")))
    digits = re.match(r"\d+", token)[0]  # type: ignore[index]  # the token starts with one
    ending = token[len(digits) :].strip("'’")
    spoken, is_teen = _in_digits(digits), digits[-2:-1] == "1"
    if ending in {"st", "nd", "rd", "th"}:
        return spoken + (_ORDINAL.search(digits) is not None and not is_teen)
    if ending == "s":
        return spoken + (digits.endswith("6") and not is_teen)  # sixes
    if ending in _said():
        return spoken + (in_word(_said()[ending]) or 0)
    return spoken + (len(ending) if len(ending) < _ACRONYM else in_word(ending) or 0)


def _in_digits(digits: str) -> int:
    """Count a number as it is spoken: 1999 in two halves like a year, very long ones digit by digit."""
    if len(digits) > _LONGEST_NUMBER or (digits.startswith("0") and len(digits) > 1):
        return sum(_UNITS[int(digit)] for digit in digits)
    century, rest = divmod(number := int(digits), 100)
    if century in _CENTURIES or (century == _THIS_CENTURY and rest >= _TEN):  # nineteen oh five
        return _in_number(century) + (_in_number(rest) + (rest < _TEN) if rest else 2)
    return _in_number(number)


def _in_number(number: int) -> int:
    for unit in (10**9, 10**6, 1000, 100):
        if number >= unit:
            rest = number % unit
            return _in_number(number // unit) + 2 + (_in_number(rest) if rest else 0)
    if number < len(_UNITS):
        return _UNITS[number]
    return _TENS[number // 10] + (_UNITS[number % 10] if number % 10 else 0)


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
