"""Which words and lines rhyme: English by its sounds, other languages by their spelling.

A perfect rhyme has the same sounds from the last stressed vowel on. A slant rhyme has that vowel, and
consonants of the same families: stops, nasals, hisses (time and mine, life and wise).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from lyricscli.song.data import read_rows
from lyricscli.song.pronunciations import VOWELS, entries, sounds
from lyricscli.song.spoken import as_said
from lyricscli.song.words import last_word, plain_word

UNRHYMED = "-"
"""The letter of a line that rhymes with no other of its section."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZΓΔΘΛΞΠΣΦΨΩБГДЖИЛЦЧШЩЭЮЯ"
"""A letter a rhyme; those of a longer section are not told apart from lines without one."""

_FAMILIES = str.maketrans("pbtdkgmnGfvTDszSZCj", "ttttttnnnssssssssss")
_LAST_VOWEL = re.compile(f"[{VOWELS}][^{VOWELS}]*\\Z")
_ACCENTED = re.compile("[áéíóúâêôãõàèìòù]")
_LONGEST = 64
"""Characters; what is longer is no word of a language."""
_FALLING = 3
"""Vowels from the stressed one on, after which the last one is heard as stressed too: memory."""


class Kind(StrEnum):
    """How well two words rhyme."""

    PERFECT = "perfect"
    NEAR = "near"


class Rhyme(NamedTuple):
    """A word that rhymes with another one."""

    word: str
    syllables: int
    kind: Kind


@lru_cache(maxsize=4096)
def rhyme_keys(word: str, language: str | None = "en") -> frozenset[str]:
    """Give the keys of which words that rhyme share one; none for a word without letters."""
    if language == "en" and (said := sounds(word)):
        return frozenset(sound.rhyme for sound in said)
    plain = plain_word(word) if language == "en" else word.casefold().strip("'’")
    return frozenset({spelled_rhyme(plain, language)} if plain else ())


@lru_cache(maxsize=4096)
def near_keys(keys: frozenset[str]) -> frozenset[str]:
    """Give the keys of which words that rhyme by a slant share one, from the keys of English words."""
    return frozenset(near for key in keys for near in _near(key))


def _near(key: str) -> Iterator[str]:
    yield key.translate(_FAMILIES)
    last = _LAST_VOWEL.search(key)
    if last and last[0][0] != "@" and sum(sound in VOWELS for sound in key) >= _FALLING:
        yield last[0].translate(_FAMILIES)


def rhyme_scheme(lines: Iterable[str], language: str | None = "en") -> str:
    """Give a letter for each line, `ABaB-`: equal where lines rhyme, small for a slant, `-` for neither."""
    said = map(as_said, lines) if language == "en" else lines
    keys = [rhyme_keys(last_word(line), language) for line in said]
    groups = _groups(keys)
    sizes = Counter(groups)
    near = _groups([near_keys(each) for each in keys]) if language == "en" else groups
    sizes_near = Counter(near)
    perfect_of = {near[index]: group for index, group in reversed([*enumerate(groups)]) if sizes[group] > 1}
    letters = iter(LETTERS)
    letter_of: dict[int, str] = {}
    scheme = []
    for group, around in zip(groups, near, strict=True):
        is_perfect = sizes[group] > 1
        if group == _NONE or not (is_perfect or sizes_near[around] > 1):
            scheme.append(UNRHYMED)
            continue
        unit = group if is_perfect else perfect_of.get(around, around)
        if unit not in letter_of:
            letter_of[unit] = next(letters, UNRHYMED)
        scheme.append(letter_of[unit] if is_perfect else letter_of[unit].lower())
    return "".join(scheme)


_NONE = -1


def _groups(keys: list[frozenset[str]]) -> list[int]:
    """Give for each line the first one that it shares a key with, else itself; _NONE without keys."""
    first: dict[str, int] = {}
    groups = []
    for index, each in enumerate(keys):
        group = min((first[key] for key in each if key in first), default=index) if each else _NONE
        groups.append(group)
        for key in each:
            first.setdefault(key, group)
    return groups


def rhymes_with(word: str, *, near: bool = False) -> tuple[Rhyme, ...]:
    """List the English words that rhyme with one: perfect ones first, of each kind common ones first."""
    keys = rhyme_keys(word)
    slants = near_keys(keys) if near else frozenset()
    found = []
    for rarity, other, said in entries(("",) if near else keys):
        own = frozenset(sound.rhyme for sound in said)
        is_perfect = not keys.isdisjoint(own)
        if (is_perfect or (near and not slants.isdisjoint(near_keys(own)))) and plain_word(
            other
        ) != plain_word(word):
            found.append((not is_perfect, rarity, len(other), other, said[0].syllables))
    return tuple(
        Rhyme(other, syllables, Kind.NEAR if is_near else Kind.PERFECT)
        for is_near, *_, other, syllables in sorted(found)
    )


def spelled_rhyme(word: str, language: str | None) -> str:
    """Give the end of a word from its last stressed vowel on, as its language's spelling shows it."""
    vowels, last, _ = nuclei().get(language or "", _UNKNOWN)
    starts = [found.start() for found in vowels.finditer(word)]
    if not starts or len(word) > _LONGEST:
        return word[-2:]
    accents = [start for start in starts if last and language != "pl" and _ACCENTED.search(word, start)]
    is_weak = last.search(word) is None if last else _WEAK.fullmatch(word, starts[-1]) is not None
    start = accents[-1] if accents else starts[-2 if is_weak and len(starts) > 1 else -1]
    tail = _GLIDE.sub("", word[start:]) if last else word[start:]
    return tail if accents or len(tail) > 1 else word[-2:]


_GLIDE = re.compile(r"^[iuü]+(?=[aeoáéóàèìòù])")
_WEAK = re.compile(r"e(?:[nrlm]?[dst]?|nt)")


class Vowels(NamedTuple):
    """What is one syllable, which words are stressed on their last, and where two words are sung as one."""

    syllable: re.Pattern[str]
    last: re.Pattern[str] | None = None
    joined: re.Pattern[str] | None = None


_UNKNOWN = Vowels(re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýαεηιουωάέήίόύώаеиоуыэюяіїє]+"))


@cache
def nuclei() -> dict[str, Vowels]:
    """Read the vowels of the languages that have a number of syllables, by ISO 639-1 code."""
    return {code: Vowels(*map(re.compile, patterns)) for code, *patterns in read_rows("nuclei.txt")}
