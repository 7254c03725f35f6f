"""Spelling: English from a baked word list and how it is sung, others by an optional package.

See `data/SCOWL-LICENSE.txt` for where the words come from.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from string import ascii_lowercase

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.data import read_bytes, read_rows
from lyricscli.song.lines import Line
from lyricscli.song.words import plain_word, words_of


@dataclass(frozen=True, slots=True)
class WordList:
    """English words as dictionaries write them: the common ones, and the others (names among them)."""

    common: frozenset[str]
    others: frozenset[str]

    def __contains__(self, word: str) -> bool:
        return word in self.common or word in self.others


@cache
def english_words() -> WordList:
    """Read the list; it takes about 40 ms, once, so only what checks spelling asks for it."""
    import gzip  # likewise only where the list is read

    common, others = gzip.decompress(read_bytes("english.txt.gz")).decode().split("\n\n")
    return WordList(frozenset(common.split()), frozenset(others.split()))


MOST_SUGGESTED = 50
"""Different unknown words that get a suggestion; looking one up tries some thousand spellings."""
_LONGEST_WORD = 24
_SHORTEST_AT_START = 6
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_MOST_DRAWN_OUT = 3
_HELD = re.compile(r"(\w)(?:-\1+)+")
_VOWELLESS = re.compile("[b-df-hj-np-tv-xz]{2,4}")
# Possessive (`++`), so that a long run of such letters is read once.
_INTERJECTION = re.compile(
    r"(?:[aeou]+h+|h[aeou]+h?|[ao]+w+|y[aeo]+[hw]*|w[aeo]+[hw]*|[hm]{2,}|l[aeo]+|n[aeo]+|d[aeiou]+|sh+|br+|ay+)++"
)
_CONTRACTED = re.compile("'(?:s|ll|d|ve|re)?$")


@dataclass(slots=True)
class _Unknown:
    """An unknown word where it comes first, who judged it, and whether it only opens lines."""

    word: str
    line: int
    judge: "Speller"
    opens_lines: bool = True


class EnglishSpeller:
    """English as dictionaries have it (American and British), and as it is sung.

    Words come to a speller in lower case, with straight apostrophes.
    """

    def knows(self, word: str) -> bool:
        """Whether this is a word, a contraction, a name, or a sound that is sung."""
        return _is_known(word) or _is_sung(word)

    def suggest(self, word: str) -> str | None:
        """Give a word that is one letter away, a common one before others."""
        if len(word) > _LONGEST_WORD:
            return None
        near = [other for other in _one_letter_away(word) if other in english_words()]
        return min(near, key=lambda other: (other not in english_words().common, other), default=None)


def check_lines(lines: Iterable[tuple[Line, "Speller"]], accept: Collection[str] = ()) -> tuple[Finding, ...]:
    """Report each unknown word of lines once, where it comes first; words in `accept` are right.

    A word with a capital inside a line is taken for a name, and so is one that only opens lines, unless it is
    long and one letter away from another. The English speller judges no word of another script.
    """
    accepted = {_plain(word) for word in accept}
    unknown: dict[str, _Unknown] = {}
    for line, judge in lines:
        for word, is_first in _words(line):
            plain = _plain(word)
            if plain not in accepted and len(plain) > 1 and not judge.knows(plain):
                found = unknown.setdefault(plain, _Unknown(word, line.number, judge))
                found.opens_lines &= is_first
    findings, left = [], MOST_SUGGESTED
    for plain, found in unknown.items():
        suggestion = found.judge.suggest(plain) if left > 0 else None
        left -= 1
        if not found.opens_lines or (suggestion and len(plain) >= _SHORTEST_AT_START):
            hint = f" Did you mean “{suggestion}”?" if suggestion else ""
            message = f"“{found.word}” is in no word list.{hint}"
            findings.append(Finding(Check.SPELLING, Level.MILD, found.line, message))
    return tuple(findings)


def _words(line: Line) -> Iterator[tuple[str, bool]]:
    """Give the words that are no names and hold no figures, and whether one opens the line with a capital."""
    sung = line.sung
    is_shouted = sung.isupper()
    for index, word in enumerate(words_of(sung)):
        has_capital = word.strip("'’")[:1].isupper() and not is_shouted
        if not (has_capital and (index > 0 or word.isupper())) and not any(map(str.isdigit, word)):
            yield word, has_capital


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'").replace("‑", "-")


def _is_listed(word: str) -> bool:
    stem = word.strip("'")
    candidates = {word, stem, _CONTRACTED.sub("", word), plain_word(word)}
    if not stem.isascii() and not any("a" <= char <= "z" for char in stem):
        return True
    return any(form in english_words() for one in candidates for form in (one, one.capitalize()))


def _is_known(word: str) -> bool:
    """Whether a word is listed, slang of songs, lost its g (goin'), or has no vowel to misspell (mph)."""
    is_listed = _is_listed(word) or not _sung_words().isdisjoint({word, word.strip("'")})
    return is_listed or bool(_VOWELLESS.fullmatch(word))


def _is_sung(word: str) -> bool:
    """Whether a word is a sound (ooh), drawn out (sooo), stammered (s-stay), held (lo-o-ove) or echoed."""
    parts = [part for part in word.strip("'").split("-") if part]
    if any(len(part) > _LONGEST_WORD for part in parts):
        return False
    sounds = [bool(_INTERJECTION.fullmatch(part)) for part in parts]
    if all(sound or _is_known(part) for sound, part in zip(sounds, parts, strict=True)):
        return True
    is_stammered = all(parts[-1].startswith(part) for part in parts) and _is_known(parts[-1])
    is_echoed = _is_known(parts[0]) and all(
        sound or parts[0].endswith(part) for sound, part in zip(sounds[1:], parts[1:], strict=True)
    )
    held = _HELD.sub(r"\1", word) if "-" in word else word
    return is_stammered or is_echoed or any(map(_is_known, _shorter(held.replace("-", ""))))


def _shorter(word: str) -> Iterator[str]:
    """Give a word with what is drawn out in it as one letter or two."""
    pieces = _DRAWN_OUT.split(word)
    for times in product((1, 2), repeat=min(len(pieces) // 2, _MOST_DRAWN_OUT)):
        pieces[1 : 2 * len(times) : 2] = [
            piece[0] * count for piece, count in zip(pieces[1::2], times, strict=False)
        ]
        yield "".join(pieces)


def _one_letter_away(word: str) -> Iterable[str]:
    halves = [(word[:index], word[index:]) for index in range(len(word) + 1)]
    letters = ascii_lowercase + "'"
    yield from (left + right[1:] for left, right in halves if right)
    yield from (left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1)
    yield from (left + letter + right[1:] for left, right in halves if right for letter in letters)
    yield from (left + letter + right for left, right in halves for letter in letters)


@cache
def _sung_words() -> frozenset[str]:
    return frozenset(word for row in read_rows("sung_words.txt") for word in row)


EXTRA = "spelling"
"""The optional extra of our package that brings them: `pip install 'lyricscli[spelling]'`."""


class DictionarySpeller:
    """A speller on pyspellchecker's dictionaries."""

    def __init__(self, language: str) -> None:
        """Load the dictionary of an ISO 639-1 language; raises ImportError or ValueError without one."""
        from spellchecker import SpellChecker  # optional, and slow to import

        self._dictionary = SpellChecker(language=language, distance=1)
        self._elided = {
            word for code, *words in read_rows("elided.txt") if code == language for word in words
        }

    def knows(self, word: str) -> bool:
        """Whether the dictionary has the word, or its parts; those before an apostrophe may be cut short."""
        if word in self._dictionary:
            return True
        *cut, last = word.strip("'").split("'")
        return all(part in self._elided or self.knows(part) for part in cut) and all(
            part in self._dictionary for part in last.split("-")
        )

    def suggest(self, word: str) -> str | None:
        """Give the most frequent word one letter away, of several the first by the alphabet."""
        near = (self._dictionary.candidates(word) or set()) - {word}
        return min(near, key=lambda other: (-self._dictionary[other], other), default=None)


Speller = EnglishSpeller | DictionarySpeller


@cache
def speller_for(language: str) -> Speller | None:
    """Find a speller for an ISO 639-1 code; None where there is none or the extra is not installed."""
    if language == "en":
        return EnglishSpeller()
    try:
        return DictionarySpeller(language)
    except (ImportError, ValueError):
        return None
