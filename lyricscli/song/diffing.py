"""How two texts of a song differ: sections aligned, lines paired, words marked, in bounded time."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, permutations, zip_longest
from operator import itemgetter
from typing import NamedTuple, TypeVar

from lyricscli.song.sections import Section, Song

_T = TypeVar("_T")

ALIKE = 0.4
"""Items less alike than this (of 1) are one removed and one added, not one changed."""
MOST_CELLS = 10_000
"""Aligning costs the product of both lengths. Songs need a tenth of this; larger ones are paired in order."""


def align(
    before: Sequence[_T], after: Sequence[_T], likeness: Callable[[_T, _T], float]
) -> Iterator[tuple[_T | None, _T | None]]:
    """Pair the items of both sequences in order; None stands where one side has no counterpart.

    Each item of either side is in exactly one pair. `likeness` rates two items from 0 to 1.
    """
    start, end = _common_ends(before, after)
    yield from zip(before[:start], after[:start], strict=True)
    middle, other = before[start : len(before) - end], after[start : len(after) - end]
    if len(middle) * len(other) > MOST_CELLS:
        yield from zip_longest(middle, other)
    else:
        yield from _align_best(middle, other, likeness)
    yield from zip(before[len(before) - end :], after[len(after) - end :], strict=True)


def _common_ends(before: Sequence[_T], after: Sequence[_T]) -> tuple[int, int]:
    """Count the equal items at the start, and those at the end."""
    shorter = min(len(before), len(after))
    start = next((index for index in range(shorter) if before[index] != after[index]), shorter)
    left = shorter - start
    end = next((index for index in range(left) if before[-1 - index] != after[-1 - index]), left)
    return start, end


def _align_best(
    before: Sequence[_T], after: Sequence[_T], likeness: Callable[[_T, _T], float]
) -> Iterator[tuple[_T | None, _T | None]]:
    """Walk the alignment whose likenesses add up to the most (dynamic programming, from the ends)."""
    rated = [[likeness(one, other) for other in after] for one in before]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for row in reversed(range(len(before))):
        for column in reversed(range(len(after))):
            together = best[row + 1][column + 1] + rated[row][column] if rated[row][column] >= ALIKE else 0.0
            best[row][column] = max(together, best[row + 1][column], best[row][column + 1])
    row = column = 0
    while row < len(before) and column < len(after):
        if best[row][column] == best[row + 1][column]:
            yield before[row], None
            row += 1
        elif best[row][column] == best[row][column + 1]:
            yield None, after[column]
            column += 1
        else:
            yield before[row], after[column]
            row, column = row + 1, column + 1
    yield from ((item, None) for item in before[row:])
    yield from ((None, item) for item in after[column:])


_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters."""
_WORD = re.compile(
    rf"\s+|[{_UNSPACED}][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*|[^\W_{_UNSPACED}]+(?:['’\-][^\W_{_UNSPACED}]+)*|\S"
)
_MOVED = 0.75
"""Two sections with this share of words in common are one that moved."""
_UNLIKE = 0.5
"""Two sections of one name with less in common than this are paired only for want of a better counterpart."""


class Change(StrEnum):
    """What became of a section, a line or a piece of a line."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """Of a section: it stands elsewhere, with most of its words."""


class Piece(NamedTuple):
    """A run of a line's text, and whether the other side has it too."""

    text: str
    is_shared: bool


class Side(NamedTuple):
    """A line on one side: its number in its text, and its pieces, which joined are the line."""

    number: int
    text: str
    pieces: tuple[Piece, ...]

    @property
    def document(self) -> dict[str, object]:
        """The line as plain values for JSON."""
        pieces = [{"text": piece.text, "shared": piece.is_shared} for piece in self.pieces]
        return {"number": self.number, "text": self.text, "pieces": pieces}


class LinePair(NamedTuple):
    """A line before and after; one of them is None where it was added or removed."""

    change: Change
    before: Side | None
    after: Side | None


class SectionPair(NamedTuple):
    """A section before and after, with its lines (its header first, where it has one)."""

    change: Change
    before: Section | None
    after: Section | None
    lines: tuple[LinePair, ...]

    @property
    def name(self) -> str:
        """What to call it: the name after the change, or the one that was removed."""
        section = self.after or self.before
        return section.name if section is not None else ""


class Difference(NamedTuple):
    """Everything of both texts, in order: no line of either is left out."""

    sections: tuple[SectionPair, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the texts have the same lines."""
        return all(pair.change is Change.SAME for pair in self.sections)

    @property
    def lost(self) -> tuple[Section, ...]:
        """Sections that had words before and have no counterpart after."""
        removed = (pair.before for pair in self.sections if pair.change is Change.REMOVED)
        return tuple(section for section in removed if section is not None and section.sung)

    @property
    def moved(self) -> tuple[SectionPair, ...]:
        """Sections that stand elsewhere."""
        return tuple(pair for pair in self.sections if pair.change is Change.MOVED)


def compare(before: Song, after: Song) -> Difference:
    """Align two songs. Line breaks are not compared, everything else is."""
    aligned = align(before.sections, after.sections, _section_likeness)
    matched = list(aligned)
    return Difference(tuple(_with_moves(matched, _moves(matched))))


_Matched = tuple[Section | None, Section | None]


def _moves(matched: list[_Matched]) -> dict[int, int]:
    """Find the sections that stand elsewhere: the index of each pair that has one after, and where it was."""
    loose = [
        index
        for index, (one, other) in enumerate(matched)
        if one is None or other is None or _words_in_common(one, other) < _UNLIKE
    ]
    if len(loose) ** 2 > MOST_CELLS:
        return {}
    rated = [
        (_words_in_common(one, other), -abs(was - now), was, now)
        for was, now in permutations(loose, 2)
        if (one := matched[was][0]) is not None and (other := matched[now][1]) is not None and one.sung
    ]
    moves: dict[int, int] = {}
    for likeness, _, was, now in sorted(rated, reverse=True):
        if likeness >= _MOVED and now not in moves and was not in moves.values():
            moves[now] = was
    return moves


def _with_moves(matched: list[_Matched], moves: dict[int, int]) -> Iterator[SectionPair]:
    for index, (one, other) in enumerate(matched):
        here = None if index in moves.values() else one
        if index in moves:
            if here is not None:
                yield _pair_sections(here, None)
            yield _pair_sections(matched[moves[index]][0], other)._replace(change=Change.MOVED)
        elif here is not None or other is not None:
            yield _pair_sections(here, other)


def as_document(difference: Difference) -> dict[str, object]:
    """Give the difference as plain values for JSON."""
    sections = [
        {
            "change": pair.change.value,
            "name": pair.name,
            "lines": [
                {
                    "change": line.change.value,
                    "before": line.before and line.before.document,
                    "after": line.after and line.after.document,
                }
                for line in pair.lines
            ],
        }
        for pair in difference.sections
    ]
    return {"same": difference.is_empty, "sections": sections}


_Numbered = tuple[int, str]


def _numbered_lines(section: Section | None) -> list[_Numbered]:
    if section is None:
        return []
    header = [(section.number, header) for header in section.header.splitlines()]
    return header + [(line.number, line.text) for line in section.lines]


def _section_likeness(one: Section, other: Section) -> float:
    """Rate from 0 to 1: half for the same name, half for the words in common; all of it without names."""
    common = _words_in_common(one, other)
    if not one.header and not other.header:
        return common
    same_name = one.tag.kind is other.tag.kind and one.tag.number == other.tag.number
    return (0.5 if same_name else 0.0) + common / 2


def _words_in_common(one: Section, other: Section) -> float:
    return _likeness(_words_of(one), _words_of(other))


@lru_cache(maxsize=512)
def _words_of(section: Section) -> "Counter[str]":
    return _words("\n".join(line.text for line in section.sung))


def _words(text: str) -> "Counter[str]":
    return Counter(word for word in _WORD.findall(text.casefold()) if not word.isspace())


def _likeness(words: "Counter[str]", others: "Counter[str]") -> float:
    """Rate two bags of words from 0 to 1: twice what they share, of what both have; two empty ones are 1."""
    total = words.total() + others.total()
    return 2 * (words & others).total() / total if total else 1.0


def _pair_sections(before: Section | None, after: Section | None) -> SectionPair:
    paired = align(
        _numbered_lines(before),
        _numbered_lines(after),
        lambda one, other: _likeness(_words(one[1]), _words(other[1])),
    )
    lines = tuple(_pair_lines(one, other) for one, other in paired)
    is_same = all(line.change is Change.SAME for line in lines)
    return SectionPair(_change(before, after, is_same=is_same), before, after, lines)


def _pair_lines(before: _Numbered | None, after: _Numbered | None) -> LinePair:
    ours, theirs = before and before[1], after and after[1]
    pairs = list(_paired_words(ours, theirs))
    change = _change(before, after, is_same=ours == theirs)
    return LinePair(
        change,
        before and Side(*before, _pieces((one, one == other) for one, other in pairs)),
        after and Side(*after, _pieces((other, one == other) for one, other in pairs)),
    )


def _paired_words(before: str | None, after: str | None) -> Iterable[tuple[str | None, str | None]]:
    if before is None or after is None or before == after:
        return [(before, after)]
    return align(_WORD.findall(before), _WORD.findall(after), lambda one, other: float(one == other))


def _pieces(words: Iterable[tuple[str | None, bool]]) -> tuple[Piece, ...]:
    runs = groupby(((word, is_shared) for word, is_shared in words if word is not None), key=itemgetter(1))
    return tuple(Piece("".join(word for word, _ in run), is_shared) for is_shared, run in runs)


def _change(before: object, after: object, *, is_same: bool) -> Change:
    if before is None:
        return Change.ADDED
    if after is None:
        return Change.REMOVED
    return Change.SAME if is_same else Change.CHANGED
