"""Spelling: English from a baked word list, with a layer for how English is sung; others by a `Speller`."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from string import ascii_lowercase
from typing import Protocol

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.checks.wordlist import english_words
from lyricscli.song.data import read_rows
from lyricscli.song.sections import Song
from lyricscli.song.words import words_of

MOST_SUGGESTED = 50
"""Different unknown words that get a suggestion; looking one up tries some thousand spellings."""
_LONGEST_WORD = 24
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
# Possessive (`++`), so that a long run of such letters is read once.
_INTERJECTION = re.compile(
    r"(?:[aeou]+h+|h[aeou]+h?|[ao]+w+|y[aeo]+[hw]*|w[aeo]+[hw]*|[hm]{2,}|l[aeo]+|n[aeo]+|d[aeiou]+|sh+|br+|ay+)++"
)
_POSSESSIVE = re.compile("'s?$")


class Speller(Protocol):
    """Knows the words of a language. Words come in lower case, with straight apostrophes."""

    def knows(self, word: str) -> bool:
        """Whether this is a word."""

    def suggest(self, word: str) -> str | None:
        """Give a likely spelling, or None."""


class EnglishSpeller:
    """English as dictionaries have it (American and British), and as it is sung."""

    def knows(self, word: str) -> bool:
        """Whether this is a word, a contraction, a name, or a sound that is sung."""
        return _is_listed(word) or _is_sung(word) or all(map(_is_listed, re.split("[-‑]", word)))

    def suggest(self, word: str) -> str | None:
        """Give a word that is one letter away, a common one before others."""
        if len(word) > _LONGEST_WORD:
            return None
        near = [other for other in _one_letter_away(word) if other in english_words()]
        return min(near, key=lambda other: (other not in english_words().common, other), default=None)


def check_spelling(
    song: Song, speller: Speller | None = None, accept: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Report each unknown word once, at the line where it comes first; words in `accept` are right.

    A word with a capital inside a line is taken for a name. Words in other scripts than Latin are not judged
    by the English speller, which is used when none is given.
    """
    judge = speller if speller is not None else EnglishSpeller()
    accepted = {_plain(word) for word in accept}
    unknown: dict[str, tuple[str, int]] = {}
    for word, line in _words(song):
        plain = _plain(word)
        if plain not in unknown and plain not in accepted and not judge.knows(plain):
            unknown[plain] = word, line
    return tuple(
        _finding(word, line, judge.suggest(plain) if index < MOST_SUGGESTED else None)
        for index, (plain, (word, line)) in enumerate(unknown.items())
    )


def _finding(word: str, line: int, suggestion: str | None) -> Finding:
    hint = f" Did you mean “{suggestion}”?" if suggestion else ""
    return Finding(Check.SPELLING, Level.MILD, line, f"“{word}” is in no word list.{hint}")


def _words(song: Song) -> Iterator[tuple[str, int]]:
    for line in song.lines:
        is_shouted = line.sung.isupper()
        for index, word in enumerate(words_of(line.sung)):
            is_name = index > 0 and word[:1].isupper() and not is_shouted
            if not is_name and not any(char.isdigit() for char in word):
                yield word, line.number


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'").replace("‑", "-")


def _is_listed(word: str) -> bool:
    stem = word.strip("'")
    candidates = {word, stem, _POSSESSIVE.sub("", word)}
    if not stem.isascii() and not any("a" <= char <= "z" for char in stem):
        return True
    return any(form in english_words() for one in candidates for form in (one, one.capitalize()))


def _is_sung(word: str) -> bool:
    """Whether a word is slang of songs, lost its g (goin'), is drawn out (sooo), or is but a sound (ooh)."""
    if word in _sung_words() or word.strip("'") in _sung_words():
        return True
    if word.endswith("in'") and _is_listed(word[:-1] + "g"):
        return True
    parts = re.split("-", word.strip("'"))
    if all(_INTERJECTION.fullmatch(part) for part in parts if len(part) <= _LONGEST_WORD):
        return all(len(part) <= _LONGEST_WORD for part in parts)
    shorter = (_DRAWN_OUT.sub(times, word) for times in (r"\1", r"\1\1"))
    return any(form != word and (form in _sung_words() or _is_listed(form)) for form in shorter)


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
