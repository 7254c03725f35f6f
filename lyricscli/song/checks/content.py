"""Content: explicit and sensitive words, and those the user forbids. It reports and changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.checks.folding import is_stretched, mask, readings, runs, tokens
from lyricscli.song.data import read_rows
from lyricscli.song.lines import Line
from lyricscli.song.sections import Song
from lyricscli.song.words import plain_words

_ENDINGS = ("", "s", "es", "ed", "er", "ers", "in", "ing", "y")


@dataclass(frozen=True, slots=True)
class Listed:
    """A listed word and its level."""

    word: str
    level: Level


class WordIndex:
    """Words to look for, found through their disguises."""

    def __init__(self, words: Iterable[tuple[str, Level]]) -> None:
        self._by_letters: dict[str, list[tuple[tuple[int, ...], Listed]]] = defaultdict(list)
        self._strong_by_length: dict[int, list[Listed]] = defaultdict(list)
        for word, level in dict(words).items():
            letters, counts = runs(word)
            listed = Listed(word, level)
            self._by_letters[letters].append((counts, listed))
            if level is Level.STRONG:
                self._strong_by_length[len(word)].append(listed)

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


def check_content(song: Song, allow: Collection[str] = (), deny: Collection[str] = ()) -> tuple[Finding, ...]:
    """Find listed words, one finding a word and line, in the order of the lines.

    `allow` holds words never to report; `deny` words and phrases to report as strong, whatever `allow` says.
    """
    allowed = {word.casefold() for word in allow}
    entries = [words for entry in deny if (words := plain_words(entry))]
    denied = WordIndex((words[0], Level.STRONG) for words in entries if len(words) == 1)
    phrases = [words for words in entries if len(words) > 1]
    return tuple(
        finding
        for line in song.lines
        if line.sung
        for finding in (*_denied(line, denied, phrases), *_listed(line, allowed))
    )


def _denied(line: Line, denied: WordIndex, phrases: list[list[str]]) -> Iterator[Finding]:
    spoken = plain_words(line.sung) if phrases else []
    said = (phrase for phrase in phrases if _holds(spoken, phrase))
    for words in (*(listed.word for listed in denied.find(line.sung)), *map(" ".join, said)):
        yield Finding(Check.CONTENT, Level.STRONG, line.number, f"“{words}” is on your deny list.")


def _holds(spoken: list[str], phrase: list[str]) -> bool:
    return any(spoken[start : start + len(phrase)] == phrase for start in range(len(spoken)))


def _listed(line: Line, allowed: set[str]) -> Iterator[Finding]:
    for listed in _baked().find(line.sung):
        if listed.word not in allowed:
            kind = "explicit or abusive" if listed.level is Level.STRONG else "sensitive"
            yield Finding(Check.CONTENT, listed.level, line.number, f"“{listed.word}” is {kind}.")


@cache
def _baked() -> WordIndex:
    return WordIndex(_inflected(read_rows("content.txt")))


def _inflected(rows: Iterable[list[str]]) -> Iterator[tuple[str, Level]]:
    for level, *words in rows:
        for word in words:
            for ending in _ENDINGS if word.endswith("~") else ("",):
                yield word.rstrip("~") + ending, Level(level)
