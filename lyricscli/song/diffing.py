"""How two texts of a song differ: sections aligned, lines paired, words marked."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

from lyricscli.song.aligning import align
from lyricscli.song.sections import Section, Song

_WORD = re.compile(r"\s+|[^\W_]+(?:['’\-][^\W_]+)*|[^\s]")


class Change(StrEnum):
    """What became of a section, a line or a piece of a line."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a line's text, and whether the other side has it too."""

    text: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A line on one side: its number in its text, and its pieces, which joined are the line."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The line as written."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line before and after; one of them is None where it was added or removed."""

    change: Change
    before: Side | None
    after: Side | None


@dataclass(frozen=True, slots=True)
class SectionPair:
    """A section before and after, with its lines (its header first, where it has one)."""

    change: Change
    before: Section | None
    after: Section | None
    lines: tuple[LinePair, ...]

    @property
    def name(self) -> str:
        """What to call it: the name after the change, or the one that was removed."""
        section = self.after if self.after is not None else self.before
        return section.name if section is not None else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything of both texts, in order: no line of either is left out."""

    sections: tuple[SectionPair, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the texts have the same lines."""
        return all(pair.change is Change.SAME for pair in self.sections)

    @property
    def lost(self) -> tuple[Section, ...]:
        """Sections that had words before and have no counterpart after."""
        return tuple(
            pair.before
            for pair in self.sections
            if pair.change is Change.REMOVED and pair.before is not None and pair.before.sung
        )


def compare(before: Song, after: Song) -> Difference:
    """Align two songs. Line breaks are not compared, everything else is."""
    matched = align(before.sections, after.sections, _section_likeness)
    return Difference(tuple(_pair_sections(one, other) for one, other in matched))


def as_document(difference: Difference) -> dict[str, object]:
    """Give the difference as plain values for JSON."""
    return {
        "same": difference.is_empty,
        "sections": [
            {
                "change": pair.change.value,
                "name": pair.name,
                "lines": [_line_document(line) for line in pair.lines],
            }
            for pair in difference.sections
        ],
    }


def _line_document(line: LinePair) -> dict[str, object]:
    return {
        "change": line.change.value,
        "before": _side_document(line.before),
        "after": _side_document(line.after),
    }


def _side_document(side: Side | None) -> dict[str, object] | None:
    if side is None:
        return None
    pieces = [{"text": piece.text, "shared": piece.is_shared} for piece in side.pieces]
    return {"number": side.number, "text": side.text, "pieces": pieces}


def _numbered_lines(section: Section) -> list[tuple[int, str]]:
    header = section.header.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    lines = [(line.number, line.text) for line in section.lines]
    return [(section.number, header), *lines] if section.header else lines


def _section_likeness(one: Section, other: Section) -> float:
    """Rate from 0 to 1: half for the same name, half for the lines in common."""
    lines = {line.text.strip() for line in one.lines if line.sung}
    others = {line.text.strip() for line in other.lines if line.sung}
    common = 2 * len(lines & others) / max(1, len(lines) + len(others))
    same_name = one.tag.kind is other.tag.kind and one.tag.number == other.tag.number
    return (0.5 if same_name else 0.0) + common / 2


def _line_likeness(one: tuple[int, str], other: tuple[int, str]) -> float:
    """Rate from 0 to 1 by the words in common; two blank lines are alike."""
    words, others = set(one[1].casefold().split()), set(other[1].casefold().split())
    if not words and not others:
        return 1.0
    return 2 * len(words & others) / (len(words) + len(others))


def _pair_sections(before: Section | None, after: Section | None) -> SectionPair:
    paired = align(
        _numbered_lines(before) if before else [], _numbered_lines(after) if after else [], _line_likeness
    )
    lines = tuple(_pair_lines(one, other) for one, other in paired)
    is_same = all(line.change is Change.SAME for line in lines)
    return SectionPair(_change(before, after, is_same=is_same), before, after, lines)


def _pair_lines(before: tuple[int, str] | None, after: tuple[int, str] | None) -> LinePair:
    if before is None or after is None:
        return LinePair(_change(before, after, is_same=False), _whole(before), _whole(after))
    one, other = _mark(before[1], after[1])
    change = _change(before, after, is_same=before[1] == after[1])
    return LinePair(change, Side(before[0], one), Side(after[0], other))


def _change(before: object, after: object, *, is_same: bool) -> Change:
    if before is None:
        return Change.ADDED
    if after is None:
        return Change.REMOVED
    return Change.SAME if is_same else Change.CHANGED


def _whole(line: tuple[int, str] | None) -> Side | None:
    return Side(line[0], (Piece(line[1], is_shared=False),)) if line is not None else None


def _mark(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Split both lines into pieces: the words they share, and those they do not."""
    if before == after:
        return (Piece(before, is_shared=True),), (Piece(after, is_shared=True),)
    pairs = list(align(_WORD.findall(before), _WORD.findall(after), lambda one, other: float(one == other)))
    ours = [(one, one == other) for one, other in pairs if one is not None]
    theirs = [(other, one == other) for one, other in pairs if other is not None]
    return _joined(ours), _joined(theirs)


def _joined(words: list[tuple[str, bool]]) -> tuple[Piece, ...]:
    runs = groupby(words, key=itemgetter(1))
    return tuple(Piece("".join(word for word, _ in run), is_shared) for is_shared, run in runs)
