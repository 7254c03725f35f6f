"""What the stand-in has to write with: themes, each with the words that ask for it and a bank of lines.

`themes.toml` has the words. A bank, `banks/THEME.txt`, has three parts, `[verse]`, `[chorus]` and `[bridge]`.
Within a part:

    The lanterns burned ...             a frame, the first half of a line (4 syllables)

    ... along the shore                 a close, the second half (4 syllables); `..., ` parts it by a comma
    And no one sings there anymore      an answer, the line that follows it (8 syllables)

A blank line ends a family: every close of a family rhymes with every answer of it, and any frame of the part
goes with any close. A line that starts with `#` is a comment.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lyricscli.song.words import plain_words

READ_CHARS = 4_000
"""Of a longer prompt only this much is read, so that it takes a bounded time."""

_BANKS = Path(__file__).with_name("banks")
_ELLIPSIS = "..."
_WORD = re.compile(r"[^\W\d_]+")
VOCABULARY = tomllib.loads(Path(__file__).with_name("themes.toml").read_text(encoding="utf-8"))


class Family(NamedTuple):
    """Closes and answers that rhyme, as many of the one as of the other.

    A close starts with the space or the comma that joins it to its frame.
    """

    closes: tuple[str, ...]
    answers: tuple[str, ...]


class Part(NamedTuple):
    """What the couplets of one kind of section are made of."""

    frames: tuple[str, ...]
    families: tuple[Family, ...]


def load(theme: str) -> dict[str, Part]:
    """Read the bank of a theme, all its lines, by part: `verse`, `chorus` and `bridge`."""
    text = (_BANKS / f"{theme}.txt").read_text(encoding="utf-8")
    lines = "\n".join(line.strip() for line in text.splitlines() if not line.startswith("#"))
    parts = (part.partition("]\n") for part in lines.split("[")[1:])
    return {name: _part(body) for name, _, body in parts}


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
    parts = [part for file in _BANKS.glob("*.txt") for part in load(file.stem).values()]
    families = [family for part in parts for family in part.families]
    rests = (line for family in families for line in (*family.closes, *family.answers))
    return (
        frozenset(tuple(plain_words(frame)) for part in parts for frame in part.frames),
        frozenset(tuple(plain_words(line)) for line in rests),
    )


def _part(body: str) -> Part:
    lines = body.strip("\n").split("\n")
    frames = tuple(line.removesuffix(_ELLIPSIS).rstrip() for line in lines if line.endswith(_ELLIPSIS))
    families = (_family(block) for block in "\n".join(lines).split("\n\n"))
    return Part(frames, tuple(family for family in families if family.closes))


def _family(block: str) -> Family:
    lines = block.split("\n")
    closes = tuple(line.removeprefix(_ELLIPSIS) for line in lines if line.startswith(_ELLIPSIS))
    return Family(closes, tuple(line for line in lines if _ELLIPSIS not in line))


class Theme(NamedTuple):
    """A bank's name, the tones its lines bear, and the words that ask for it (`sail*`: all that begin so)."""

    name: str
    tones: frozenset[str]
    keys: frozenset[str]


THEMES = tuple(
    Theme(name, frozenset(told["tones"].split()), frozenset(told["keys"].split()))
    for name, told in VOCABULARY["themes"].items()
)
_MOODS = {tone: frozenset(told["moods"].split()) for tone, told in VOCABULARY["tones"].items()}


def choose(prompt: str) -> Theme:
    """Return the theme whose keys the prompt uses most, among those that bear the tone it asks for.

    A word that is also a mood ("mournful", "party") decides only where no plainer word does.
    """
    words = words_of(prompt)
    tone = tone_of(words)
    plain = frozenset(word for word in words if tone_of(frozenset([word])) is None)
    bearing = [theme for theme in THEMES if tone is None or tone in theme.tones]
    best = max(bearing, key=lambda theme: (_hits(theme.keys, plain), _hits(theme.keys, words)))
    if _hits(best.keys, words):
        return best
    name = "neutral" if tone is None else VOCABULARY["tones"][tone]["fallback"]
    return next(theme for theme in THEMES if theme.name == name)


def tone_of(words: frozenset[str]) -> str | None:
    """Return the tone that the mood words ask for, or None when there are none."""
    return next((tone for tone, moods in _MOODS.items() if _hits(moods, words)), None)


def words_of(prompt: str) -> frozenset[str]:
    """Return the different words of a prompt, case folded."""
    return frozenset(_WORD.findall(prompt[:READ_CHARS].casefold()))


def _hits(keys: frozenset[str], words: frozenset[str]) -> int:
    """Count the words that the keys stand for."""
    stems = tuple(key.removesuffix("*") for key in keys if key.endswith("*"))
    return sum(word in keys or word.startswith(stems) for word in words)
