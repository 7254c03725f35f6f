"""One line of a song, and what it is: words to sing, chords, a cue, or nothing."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from lyricscli.song.marks import Repeats, count_of, read_directive, read_repeats, split_repeats, to_ascii

BRACKETED = re.compile(r"[\[［【〔〖]([^\[\]［］【】〔〕〖〗]*)[\]］】〕〗]")
"""What stands in square brackets of any script: a chord, or a cue."""
_PARENTHESISED = re.compile(r"[(（][^()（）]*[)）]")
_CHORD = re.compile(
    r"(?:[A-GH][#b♯♭]?(?:maj|min|dim|aug|sus|add|m|M|°|ø|\+|-)?(?:2|4|5|6|69|7|9|11|13)?"
    r"(?:(?:maj|min|dim|aug|sus|add|no|[#b♯♭+\-])\d{1,2}|sus){0,3}(?:\((?:maj|add|sus|no|[#b♯♭+\-])?\d{1,2}\))?(?:/[A-GH][#b♯♭]?)?|N\.?C\.?)\Z"
)
_TAB = re.compile(
    r"(?:[A-Ga-g][#b♯♭]?\s?)?[|:](?=.{4})(?=.*--)[-\dhpbrstvx/\\~()*.|:^<>= ]+\Z", re.IGNORECASE
)
"""A string of a tablature, `e|--0--3h5--|`."""
_UNLIKE_WORDS = re.compile("[#♯♭./]")
"""A sign of chords (`F#m`, `D/F#`, `N.C.`) that makes one alone on its line no word."""
_BARS = {"|", "||", "|:", ":|", "%"}
_AROUND_CHORD = re.compile(r"\A\((.+)\)\Z")
_CHORD_LINE_NOISE = _BARS | {"/", "-", "–", "."}
_CHORD_LINE_LENGTH = 200
_COUNT_ALONE = re.compile(r"\([^()]*\)\Z|[x×*]\s?\d", re.IGNORECASE)
_BULLETS = "•‣▪●◦·‧∙"
_SPACED_BULLETS = "-–—*+>»"
_MOST_NOISE = 40


class LineKind(StrEnum):
    """What a line within a section is."""

    WORDS = "words"
    AD_LIB = "ad lib"
    """Sung, and in parentheses from end to end."""
    CUE = "cue"
    """A bracketed instruction for whoever performs; not sung."""
    CHORDS = "chords"
    CLOSING = "closing"
    """A closing tag such as `[/Chorus]`."""
    FILE = "file"
    """A directive or comment that belongs to a ChordPro file, such as `{key: G}`; not sung."""
    BLANK = "blank"

    @property
    def is_sung(self) -> bool:
        """Whether a voice is heard."""
        return self in {LineKind.WORDS, LineKind.AD_LIB}


class Line(NamedTuple):
    """A line as written. `number` counts from 1 in the whole text; `end` is its own line break or empty.

    `speaker` is what stands before the words to say who sings them, as written: `Ana: `.
    """

    number: int
    text: str
    end: str
    kind: LineKind
    speaker: str = ""

    @property
    def _repeats(self) -> Repeats:
        return read_repeats(self.text[len(self.speaker) :])

    @property
    def sung(self) -> str:
        """The words a voice sings: no speaker, chords, cues and repeat marks. Empty when nothing is sung."""
        return " ".join(BRACKETED.sub("", self._repeats.words).split()) if self.kind.is_sung else ""

    @property
    def directed(self) -> str:
        """The words with the cues among them: `sung`, and every bracket that holds no chord."""
        words = BRACKETED.sub(lambda one: "" if is_chord(one[1]) else one[0], self._repeats.words)
        return " ".join(words.split())

    @property
    def lead(self) -> str:
        """The words of the leading voice: `sung` without what stands in parentheses, unless all does."""
        return " ".join(_PARENTHESISED.sub("", self.sung).split()) or self.sung

    @property
    def repeats(self) -> int:
        """How often the line is sung: 2 for a line that ends in `(x2)` or stands in `|: :|`."""
        read = self._repeats
        if not self.kind.is_sung or read.opens != read.closes:
            return 1
        return max(read.times, 2 if read.opens else 1)

    @property
    def opens_repeat(self) -> bool:
        """Whether lines that are sung again start here, at a `|:` that does not end on the line."""
        return self.kind.is_sung and self._repeats.opens and not self._repeats.closes

    @property
    def closes_repeat(self) -> int:
        """How often the lines since `opens_repeat` are sung, where they end here; else 0."""
        read = self._repeats
        return max(2, read.times) if self.kind.is_sung and read.closes and not read.opens else 0

    @property
    def cues(self) -> tuple[str, ...]:
        """What stands in square brackets in the line and is no chord."""
        groups = map(str.strip, BRACKETED.findall(self.text))
        return tuple(group for group in groups if group and not is_chord(group))


def outer(text: str) -> tuple[int, int]:
    """Find where a line's text starts and ends: no space, invisible signs, emoji and bullets around it."""
    start, end = 0, len(text)
    while start < min(end, _MOST_NOISE) and _is_noise(text[start], text[start + 1 : start + 2]):
        start += 1
    while end > max(start, len(text) - _MOST_NOISE) and _is_noise(text[end - 1], ""):
        end -= 1
    return start, end


def _is_noise(char: str, following: str) -> bool:
    if char.isspace() or char in _BULLETS or "\ufe00" <= char <= "\ufe0f":
        return True
    if char in _SPACED_BULLETS:
        return following.isspace()
    return not char.isalnum() and unicodedata.category(char) in {"Cf", "So", "Sk", "Cc"} and char not in "`^"


def is_invisible(text: str) -> bool:
    """Whether a text shows nothing: space, zero-width signs and marks of direction."""
    return not text.strip() or all(char.isspace() or unicodedata.category(char) == "Cf" for char in text)


def is_chord(symbol: str) -> bool:
    """Whether a symbol such as `Am7/G` names a chord."""
    return _CHORD.match(symbol.strip()) is not None


def is_chord_line(text: str) -> bool:
    """Whether a line holds chords and nothing to sing: `[Am] [G]`, bars, or symbols that no word looks like.

    Bare letters alone (`D A D`) are words: at least one chord must have more than a letter. So does a
    tablature's line.
    """
    if len(text) > _CHORD_LINE_LENGTH:
        return False
    if _TAB.match(text):
        return True
    bracketed = BRACKETED.findall(text)
    symbols = split_repeats(BRACKETED.sub(" ", text))[0].split()
    symbols = symbols[: -1 if len(symbols) > 1 and count_of(symbols[-1]) else None]
    bare = [_AROUND_CHORD.sub(r"\1", word) for word in symbols if word not in _CHORD_LINE_NOISE]
    if not all(map(is_chord, bracketed + bare)):
        return False
    is_told = any(len(chord) > 1 for chord in bare) or not _BARS.isdisjoint(symbols)
    if len(bare) == 1 and not bracketed:
        return is_told and _UNLIKE_WORDS.search(bare[0]) is not None
    return is_told if bare else bool(bracketed)


def kind_of_line(text: str, *, is_chordpro: bool = False) -> LineKind:
    """Tell what a line is that is no header; `is_chordpro` says that `#` starts a comment in this text."""
    if is_invisible(text):
        return LineKind.BLANK
    bare = to_ascii(text).strip()
    directive = read_directive(bare)
    if directive is not None:
        return LineKind.CUE if directive.is_comment else LineKind.FILE
    if is_chordpro and bare.startswith("#"):
        return LineKind.FILE
    if is_chord_line(bare):
        return LineKind.CHORDS
    has_only_brackets = not BRACKETED.sub("", bare).strip()
    if has_only_brackets or (_COUNT_ALONE.match(bare) and count_of(bare.strip("()"))):
        return LineKind.CUE
    words = split_repeats(bare)[0].strip()
    outside = _PARENTHESISED.sub("", words).strip(" ,.!?…-–—")
    return LineKind.AD_LIB if words and not outside else LineKind.WORDS
