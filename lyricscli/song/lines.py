"""One line of a song, and what it is: words to sing, chords, a cue, or nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_REPEATS = 16
"""More than this is taken for words: no song asks for it, and an export writes repeats out."""

_TO_ASCII = str.maketrans("［］【】〔〕〖〗（）：，；×", "[][][][]():,;x")
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_PARENTHESISED = re.compile(r"\([^()]*\)")
_REPEAT = re.compile(
    r"(?:[\[(](?:[x*]\s?(\d{1,2})|(\d{1,2})\s?x)[\])]|(?<=\s)x(\d{1,2}))\s*\Z", re.IGNORECASE | re.ASCII
)
_REPEAT_LENGTH = 12
_CHORD = re.compile(
    r"(?:[A-GH][#b♯♭]?(?:maj|min|dim|aug|sus|add|m|M|°|ø|\+|-)?\d{0,2}"
    r"(?:(?:maj|min|dim|aug|sus|add|no|[#b♯♭+\-])\d{1,2}){0,3}(?:/[A-GH][#b♯♭]?)?|N\.?C\.?)\Z"
)
_CHORD_LINE_NOISE = {"|", "||", "|:", ":|", "/", "-", "–", "%", "."}
_CHORD_LINE_LENGTH = 200


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
    BLANK = "blank"

    @property
    def is_sung(self) -> bool:
        """Whether a voice is heard."""
        return self in {LineKind.WORDS, LineKind.AD_LIB}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as written. `number` counts from 1 in the whole text; `end` is its own line break or empty."""

    number: int
    text: str
    end: str
    kind: LineKind

    @property
    def sung(self) -> str:
        """The words a voice sings: no chords, cues and repeat marks. Empty when nothing is sung."""
        if not self.kind.is_sung:
            return ""
        unmarked, _ = split_repeats(to_ascii(self.text))
        return " ".join(_without(_BRACKETED, self.text[: len(unmarked)]).split())

    @property
    def lead(self) -> str:
        """The words of the leading voice: `sung` without what stands in parentheses, unless all does."""
        outside = " ".join(_without(_PARENTHESISED, self.sung).split())
        return outside or self.sung

    @property
    def repeats(self) -> int:
        """How often the line is sung: 2 for a line that ends in `(x2)`."""
        return split_repeats(to_ascii(self.text))[1] if self.kind.is_sung else 1


def to_ascii(text: str) -> str:
    """Turn the brackets, colons and signs of other scripts into ours, character for character."""
    return text.translate(_TO_ASCII)


def _without(groups: re.Pattern[str], text: str) -> str:
    """Leave out what a pattern for `to_ascii` text finds; the rest stays as written."""
    ends = [0]
    for found in groups.finditer(to_ascii(text)):
        ends += found.span()
    ends.append(len(text))
    return "".join(text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))


def is_chord(symbol: str) -> bool:
    """Whether a symbol such as `Am7/G` names a chord."""
    return _CHORD.match(symbol) is not None


def split_repeats(text: str) -> tuple[str, int]:
    """Take a mark such as `(x2)`, `[2x]` or ` x2` off the end; give the text without it, and the count."""
    text = text.rstrip()
    found = _REPEAT.search(text, max(0, len(text) - _REPEAT_LENGTH))
    if found is None:
        return text, 1
    count = int(next(group for group in found.groups() if group))
    if not 1 < count <= MAX_REPEATS:
        return text, 1
    return text[: found.start()].rstrip(), count


def is_chord_line(text: str) -> bool:
    """Whether a line holds chords and nothing to sing: `[Am] [G]`, or two bare symbols at least."""
    if len(text) > _CHORD_LINE_LENGTH:
        return False
    bracketed = [group[1:-1].strip() for group in _BRACKETED.findall(text)]
    bare = [
        word for word in split_repeats(_BRACKETED.sub(" ", text))[0].split() if word not in _CHORD_LINE_NOISE
    ]
    if not all(map(is_chord, bracketed + bare)):
        return False
    return bool(bracketed) or len(bare) > 1


def has_only_brackets(text: str) -> bool:
    """Whether nothing but bracketed groups and space stands in a line that is not empty."""
    return bool(text.strip()) and not _BRACKETED.sub("", text).strip()


def is_ad_lib(text: str) -> bool:
    """Whether a line is in parentheses from end to end."""
    stripped = split_repeats(text)[0].strip()
    return bool(stripped) and not _PARENTHESISED.sub("", stripped).strip(" ,.!?…-–—")


def kind_of_line(text: str) -> LineKind:
    """Tell what a line is that is no header."""
    text = to_ascii(text)
    if not text.strip():
        return LineKind.BLANK
    if is_chord_line(text):
        return LineKind.CHORDS
    if has_only_brackets(text):
        return LineKind.CUE
    return LineKind.AD_LIB if is_ad_lib(text) else LineKind.WORDS
