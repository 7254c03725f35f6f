"""Content: explicit and sensitive words, and those the user forbids. It reports and changes nothing."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

from lyricscli.song.checks import language
from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.checks.folding import is_stretched, mask, readings, runs, tokens
from lyricscli.song.data import read_lines, read_rows
from lyricscli.song.lines import Line
from lyricscli.song.sections import Song
from lyricscli.song.words import plain_words

_MARKS = "~?!^"
_ENDINGS = ("", "s", "es", "ed", "er", "ers", "in", "ing", "y")


@dataclass(frozen=True, slots=True)
class Listed:
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
        self._by_letters: dict[str, list[tuple[tuple[int, ...], Listed]]] = defaultdict(list)
        self._strong_by_length: dict[int, list[Listed]] = defaultdict(list)
        for listed in {listed.word: listed for listed in words}.values():
            letters, counts = runs(listed.word)
            self._by_letters[letters].append((counts, listed))
            if listed.level is Level.STRONG:
                self._strong_by_length[len(listed.word)].append(listed)

    def find(self, text: str) -> list[Listed]:
        """List what stands in a line, each word once, in order."""
        return list(
            dict.fromkeys(listed for token in dict.fromkeys(tokens(text)) for listed in self._match(token))
        )

    def _match(self, token: str) -> Iterator[Listed]:
        for reading in readings(token):
            letters, counts = runs(reading)
            matches = [listed for of, listed in self._by_letters.get(letters, ()) if is_stretched(counts, of)]
            exact = [listed for listed in matches if listed.word == reading]
            yield from (exact or matches)[:1]
        pattern = mask(token)
        if pattern is not None:
            candidates = self._strong_by_length.get(len(token), ())
            yield from islice((listed for listed in candidates if pattern.fullmatch(listed.word)), 1)


def check_content(
    song: Song,
    allow: Collection[str] = (),
    deny: Collection[str] = (),
    tongues: Mapping[int, tuple[str, ...]] | None = None,
) -> tuple[Finding, ...]:
    """Find listed words, one finding a word and line, in the order of the lines.

    `allow` holds words never to report; `deny` words and phrases to report as strong, whatever `allow` says.
    `tongues` are the languages of the lines; what is not given is told from the text.
    """
    allowed = {word.casefold() for word in allow}
    entries = [words for entry in deny if (words := plain_words(entry))]
    denied = WordIndex(Listed(words[0], Level.STRONG) for words in entries if len(words) == 1)
    phrases = [words for words in entries if len(words) > 1]
    tongues = language.tongues(song) if tongues is None else tongues
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
    said = (phrase for phrase in phrases if _holds(spoken, phrase))
    for words in (*(listed.word for listed in denied.find(line.sung)), *map(" ".join, said)):
        yield Finding(Check.CONTENT, Level.STRONG, line.number, f"“{words}” is on your deny list.")


def _holds(spoken: list[str], phrase: list[str]) -> bool:
    return any(spoken[start : start + len(phrase)] == phrase for start in range(len(spoken)))


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
