"""A bank: the lines of one theme, read from `banks/THEME.txt`.

A bank has three parts, `[verse]`, `[chorus]` and `[bridge]`. Within a part:

    The lanterns burned ...             a frame, the first half of a line (4 syllables)

    ... along the shore                 a close, the second half (4 syllables); `..., ` parts it by a comma
    And no one sings there anymore      an answer, the line that follows it (8 syllables)

A blank line ends a family: every close of a family rhymes with every answer of it, and any frame of the part
goes with any close. A line that starts with `#` is a comment.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lyricscli.song.words import plain_words

_BANKS = Path(__file__).with_name("banks")
_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Family:
    """Closes and answers that rhyme, as many of the one as of the other.

    A close starts with the space or the comma that joins it to its frame.
    """

    closes: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What the couplets of one kind of section are made of."""

    frames: tuple[str, ...]
    families: tuple[Family, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """All lines of one theme."""

    verse: Part
    chorus: Part
    bridge: Part


def load(theme: str) -> Bank:
    """Read the bank of a theme, given the name of its file without `.txt`."""
    return parse((_BANKS / f"{theme}.txt").read_text(encoding="utf-8"))


def is_dealt(line: str) -> bool:
    """Whether a line is one that the writer deals out, of any theme; case and commas do not matter."""
    words = tuple(plain_words(line))
    frames, rests = _all_lines()
    return words in rests or any(
        words[:end] in frames and words[end:] in rests for end in range(1, len(words))
    )


@cache
def _all_lines() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Read every bank: the frames, and what may follow one or stand alone."""
    parts = [
        part
        for file in _BANKS.glob("*.txt")
        for bank in [load(file.stem)]
        for part in (bank.verse, bank.chorus, bank.bridge)
    ]
    families = [family for part in parts for family in part.families]
    rests = (line for family in families for line in (*family.closes, *family.answers))
    return (
        frozenset(tuple(plain_words(frame)) for part in parts for frame in part.frames),
        frozenset(tuple(plain_words(line)) for line in rests),
    )


def parse(text: str) -> Bank:
    """Read a bank; a missing part is a KeyError."""
    lines = "\n".join(line.strip() for line in text.splitlines() if not line.startswith("#"))
    parts = (part.partition("]\n") for part in lines.split("[")[1:])
    named = {name: _part(body) for name, _, body in parts}
    return Bank(verse=named["verse"], chorus=named["chorus"], bridge=named["bridge"])


def _part(body: str) -> Part:
    lines = body.strip("\n").split("\n")
    frames = tuple(line.removesuffix(_ELLIPSIS).rstrip() for line in lines if line.endswith(_ELLIPSIS))
    families = (_family(block) for block in "\n".join(lines).split("\n\n"))
    return Part(frames, tuple(family for family in families if family.closes))


def _family(block: str) -> Family:
    lines = block.split("\n")
    closes = tuple(line.removeprefix(_ELLIPSIS) for line in lines if line.startswith(_ELLIPSIS))
    return Family(closes, tuple(line for line in lines if _ELLIPSIS not in line))
