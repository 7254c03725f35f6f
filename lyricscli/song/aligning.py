"""Align two sequences so that what is alike stands side by side, in bounded time."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

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
