"""Content: explicit and sensitive words, and those the user forbids. It reports and changes nothing.

It sees through the disguises of words: letters replaced by signs, stretched, masked or spaced out.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import NamedTuple

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.data import read_lines, read_rows
from lyricscli.song.lines import Line
from lyricscli.song.sections import Song
from lyricscli.song.words import plain_words

# One sign may stand for two letters; both readings are tried.
_SIGNS = {
    **dict(zip("@48(3€690", "aabceeggo", strict=True)),
    **dict(zip("5$7+2µ", "ssttzu", strict=True)),
    **dict.fromkeys("1!|", "il"),
}
# Letters of other alphabets that look like Latin ones.
_LOOKALIKES = str.maketrans("аеорсхікмтвζνςαοερι", "aeopcxikmtbzvcaoepi") | str.maketrans("у", "u")
_EDGES = " \t.,;:?\"'“”‘’«»…()[]{}<>~^`´/\\-–—_"
_LONGEST = 40
_FEWEST_SPACED = 3
_FEWEST_UNMASKED = 2
_DRAWN_OUT = 3


def tokens(text: str) -> Iterator[str]:
    """Give the words of a line, compounds also in parts, and letters that are spaced out as one word."""
    found = [token for token in text.split() if len(token) <= _LONGEST]
    for token in found:
        stripped = token.strip(_EDGES)
        yield stripped
        if stripped.endswith(("!", "+", "|")):
            yield stripped.rstrip("!+|").strip(_EDGES)
        yield from _parts(stripped)
    yield from _spaced_out(found)


def readings(token: str) -> Iterator[str]:
    """Read a token as plain Latin letters, in each way its signs allow; nothing when other signs are left."""
    plain = unicodedata.normalize("NFKD", token.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char)).translate(_LOOKALIKES)
    if not any(char.isalpha() for char in plain):
        return
    for choice in (0, -1):
        letters = "".join(_SIGNS.get(char, char)[choice] for char in plain)
        if letters.isascii() and letters.isalpha():
            yield letters


@cache
def _drawn_out(word: str) -> re.Pattern[str]:
    """Find a word whose letters are its own, or drawn out to three or more in a row."""
    return re.compile(
        re.sub(r"(.)\1*", lambda run: f"(?:{run[0]}|{run[1]}{{{max(_DRAWN_OUT, len(run[0]))},}})", word)
    )


def _once(word: str) -> str:
    """Give a word's letters without repetition."""
    return re.sub(r"(.)\1+", r"\1", word)


def mask(token: str) -> re.Pattern[str] | None:
    """Make a pattern of a word masked with asterisks (`d*mn`); None where too few letters are left."""
    bare = token.casefold()
    letters = re.sub("[*#]", "", bare)
    is_word = letters.isascii() and letters.isalpha() and bare[0].isalpha()
    if not is_word or letters == bare or len(letters) < _FEWEST_UNMASKED:
        return None
    return re.compile(re.sub("[*#]", "[a-z]", bare))


def _parts(token: str) -> Iterator[str]:
    """Give the parts of a compound and all of them as one; what apostrophes join is never one (he'll)."""
    yield from (part for part in re.split("['’]", token)[:-1] if part)
    parts = [part for part in re.split(r"[\-–—/.,_]+", token) if part]
    if len(parts) > 1:
        yield from parts
        yield "".join(parts)


def _spaced_out(found: list[str]) -> Iterator[str]:
    """Join three or more single letters in a row: `d a m n`."""
    run: list[str] = []
    for letter in [*(token.strip(_EDGES) for token in found), ""]:
        if len(letter) == 1:
            run.append(letter)
            continue
        if _FEWEST_SPACED <= len(run) <= _LONGEST:
            yield "".join(run)
        run = []


_MARKS = "~?!^"
_ENDINGS = ("", "s", "es", "ed", "er", "ers", "in", "ing", "y")


class Listed(NamedTuple):
    """A listed word, its level, and the marks that `content.txt` gives it."""

    word: str
    level: Level
    marks: str = ""

    def counts(self, tongues: tuple[str, ...]) -> bool:
        """Whether the word means what it does in English, in a line that may be in these languages."""
        if "!" in self.marks or "en" in tongues:
            return True
        return not tongues and "?" not in self.marks


class WordIndex:
    """Words to look for, found through their disguises."""

    def __init__(self, words: Iterable[Listed]) -> None:
        self._by_letters: dict[str, list[Listed]] = defaultdict(list)
        self._strong_by_length: dict[int, list[Listed]] = defaultdict(list)
        for listed in {listed.word: listed for listed in words}.values():
            self._by_letters[_once(listed.word)].append(listed)
            if listed.level is Level.STRONG:
                self._strong_by_length[len(listed.word)].append(listed)

    def find(self, text: str) -> list[Listed]:
        """List what stands in a line, each word once, in order."""
        return list(
            dict.fromkeys(listed for token in dict.fromkeys(tokens(text)) for listed in self._match(token))
        )

    def _match(self, token: str) -> Iterator[Listed]:
        for reading in readings(token):
            near = self._by_letters.get(_once(reading), ())
            matches = [listed for listed in near if _drawn_out(listed.word).fullmatch(reading)]
            exact = [listed for listed in matches if listed.word == reading]
            yield from (exact or matches)[:1]
        pattern = mask(token)
        if pattern is not None:
            candidates = self._strong_by_length.get(len(token), ())
            yield from islice((listed for listed in candidates if pattern.fullmatch(listed.word)), 1)


def check_content(
    song: Song,
    tongues: Mapping[int, tuple[str, ...]],
    allow: Collection[str] = (),
    deny: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Find listed words, one finding a word and line, in the order of the lines.

    `allow` holds words never to report; `deny` words and phrases to report as strong, whatever `allow` says.
    `tongues` are the languages that each line may be in, by its number.
    """
    allowed = {word.casefold() for word in allow}
    entries = [words for entry in deny if (words := plain_words(entry))]
    denied = WordIndex(Listed(words[0], Level.STRONG) for words in entries if len(words) == 1)
    phrases = [words for words in entries if len(words) > 1]
    return tuple(
        finding
        for line in song.lines
        if line.sung
        for finding in (*_denied(line, denied, phrases), *_listed(line, allowed, tongues[line.number]))
    )


def is_listed(word: str) -> bool:
    """Whether a single word would be reported."""
    return bool(_baked().find(word))


def _denied(line: Line, denied: WordIndex, phrases: list[list[str]]) -> Iterator[Finding]:
    spoken = plain_words(line.sung) if phrases else []
    said = (
        phrase
        for phrase in phrases
        if any(spoken[start : start + len(phrase)] == phrase for start in range(len(spoken)))
    )
    for words in (*(listed.word for listed in denied.find(line.sung)), *map(" ".join, said)):
        yield Finding(Check.CONTENT, Level.STRONG, line.number, f"“{words}” is on your deny list.")


def _listed(line: Line, allowed: set[str], tongues: tuple[str, ...]) -> Iterator[Finding]:
    for listed in _baked().find(_kindly().sub(" ", line.sung)):
        is_name = "^" in listed.marks and _is_name(listed.word, line.sung)
        if listed.word not in allowed and listed.counts(tongues) and not is_name:
            kind = "explicit or abusive" if listed.level is Level.STRONG else "sensitive"
            yield Finding(Check.CONTENT, listed.level, line.number, f"“{listed.word}” is {kind}.")


def _is_name(word: str, sung: str) -> bool:
    """Whether a word stands with a capital inside a line that has words without one."""
    capital = f" {word.capitalize()}"
    return capital in sung and any(other.islower() for other in sung.split())


@cache
def _baked() -> WordIndex:
    return WordIndex(_inflected(read_rows("content.txt")))


@cache
def _kindly() -> re.Pattern[str]:
    """Find phrases in which a listed word means no harm."""
    phrases = "|".join(line.replace(" ", r"[\W_]+") for line in read_lines("kind_phrases.txt"))
    return re.compile(rf"\b(?:{phrases})\b", re.IGNORECASE)


def _inflected(rows: Iterable[list[str]]) -> Iterator[Listed]:
    for level, *words in rows:
        for marked in words:
            word = marked.rstrip(_MARKS)
            marks = marked.removeprefix(word)
            for ending in _ENDINGS if "~" in marks else ("",):
                yield Listed(word + ending, Level(level), marks)
