"""Likeness: how much of a text stands word for word in texts that it is compared with."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.sections import Song
from lyricscli.song.words import plain_words, words_of

SHINGLE = 4
"""Words in a row that count as taken together."""
TOO_CLOSE = 0.2
"""The share of a text's shingles found in another from which on it is too close."""
LONG_RUN = 10
"""Words in a row that are too many however long the text is; a character counts for half a word."""
_MOST_QUOTED = 12
# Scripts that put no spaces between words: each character counts as a word.
_UNSPACED_LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\u3040-\u30ff\u3400-\u9fff]+")


Common = Callable[[str], bool] | None
"""Tells lines that may stand in any song; None where no line may."""


class Earlier(NamedTuple):
    """A text to compare with, and what to call it."""

    name: str
    song: Song


class Overlap(NamedTuple):
    """What one text shares with another: a share from 0 to 1, the longest run of words and its line."""

    share: float
    longest: tuple[str, ...] = ()
    line: int | None = None

    @property
    def is_too_close(self) -> bool:
        """Whether much of the text is shared, or one long run."""
        run = sum(0.5 if _UNSPACED_LETTER.match(word) else 1 for word in self.longest)
        return self.share >= TOO_CLOSE or run >= LONG_RUN


def check_likeness(song: Song, others: Iterable[Earlier], is_common: Common = None) -> tuple[Finding, ...]:
    """Report every text that this one is too close to, the closest first; common lines do not count."""
    ours = SungWords(song, is_common)
    overlaps = [(ours.overlap(other.song), other.name) for other in others]
    close = sorted((pair for pair in overlaps if pair[0].is_too_close), key=lambda pair: -pair[0].share)
    return tuple(
        Finding(
            Check.LIKENESS,
            Level.STRONG,
            overlap.line,
            f"Too close to “{name}”: {overlap.share:.0%} of its runs of {SHINGLE} words are there too, "
            f"such as “{' '.join(overlap.longest[:_MOST_QUOTED])}”.",
        )
        for overlap, name in close
    )


class SungWords:
    """The sung words of a song with their lines, ready to be compared many times."""

    def __init__(self, song: Song, is_common: Common = None) -> None:
        numbered = list(_numbered_words(song, is_common))
        self._words = [word for word, _ in numbered]
        self._lines = [line for _, line in numbered]
        self._shingles = {shingle for shingle in _shingles(self._words) if "" not in shingle}

    def overlap(self, other: Song) -> Overlap:
        """Measure which share of the distinct shingles stands in another song."""
        theirs = set(_shingles([word for word, _ in _numbered_words(other)]))
        shared = self._shingles & theirs
        if not shared:
            return Overlap(0.0)
        start, end = self._longest_run(shared)
        return Overlap(len(shared) / len(self._shingles), tuple(self._words[start:end]), self._lines[start])

    def _longest_run(self, shared: set[tuple[str, ...]]) -> tuple[int, int]:
        """Give where the longest run of shared words starts and ends, the first of several."""
        runs = groupby(enumerate(_shingles(self._words)), key=lambda shingle: shingle[1] in shared)
        starts = ([index for index, _ in run] for is_shared, run in runs if is_shared)
        longest = max(starts, key=len)
        return longest[0], longest[-1] + SHINGLE


def runs_to_look_for(song: Song, is_common: Common = None) -> list[str]:
    """Give runs of words, as written, such that any LONG_RUN words of the song hold one of them.

    Of the runs that begin within that length the one with the longest word is taken: long words are rare, and
    a search for a rare word is quick.
    """
    lines = [line.sung for line in song.lines if line.sung and not (is_common and is_common(line.sung))]
    words = [part for line in lines for word in words_of(line) for part in _UNSPACED.findall(word)]
    window = LONG_RUN - SHINGLE + 1
    worth = [max(map(len, words[start : start + SHINGLE])) for start in range(len(words) - SHINGLE + 1)]
    starts = {
        max(range(first, min(first + window, len(worth))), key=lambda start: (worth[start], start))
        for first in range(max(1, len(worth) - window + 1) if worth else 0)
    }
    return list(dict.fromkeys(" ".join(words[start : start + SHINGLE]) for start in sorted(starts)))


def _numbered_words(song: Song, is_common: Common = None) -> Iterator[tuple[str, int]]:
    for line in song.lines:
        if is_common and is_common(line.sung):
            yield "", line.number  # no run goes over it
            continue
        for word in plain_words(line.sung):
            for part in _UNSPACED.findall(word):
                yield part, line.number


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(SHINGLE)), strict=False)
