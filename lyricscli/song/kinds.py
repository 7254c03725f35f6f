"""The kinds of section, and the words songwriters of many languages call them by (`data/sections.txt`)."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache

from lyricscli.song.data import read_rows


class SectionKind(StrEnum):
    """What part of a song a section is."""

    INTRO = "intro"
    VERSE = "verse"
    PRE_CHORUS = "pre-chorus"
    CHORUS = "chorus"
    POST_CHORUS = "post-chorus"
    HOOK = "hook"
    REFRAIN = "refrain"
    BRIDGE = "bridge"
    BUILD = "build"
    DROP = "drop"
    BREAK = "break"
    INTERLUDE = "interlude"
    INSTRUMENTAL = "instrumental"
    SOLO = "solo"
    SPOKEN = "spoken"
    RAP = "rap"
    VAMP = "vamp"
    CODA = "coda"
    OUTRO = "outro"
    END = "end"
    STANZA = "stanza"
    """Lines under no header: a paragraph of a text without tags."""
    OTHER = "other"
    """A header whose word we do not know; it is kept as written."""

    @property
    def is_wordless(self) -> bool:
        """Whether a section of this kind is complete without a sung line."""
        return self in _WORDLESS

    @property
    def is_sung_again(self) -> bool:
        """Whether a bare header of this kind asks for the lines of the one before."""
        return self in _SUNG_AGAIN


_WORDLESS = {
    SectionKind.INTRO,
    SectionKind.BUILD,
    SectionKind.DROP,
    SectionKind.BREAK,
    SectionKind.INTERLUDE,
    SectionKind.INSTRUMENTAL,
    SectionKind.SOLO,
    SectionKind.VAMP,
    SectionKind.CODA,
    SectionKind.OUTRO,
    SectionKind.END,
    SectionKind.OTHER,
}
_SUNG_AGAIN = {
    SectionKind.PRE_CHORUS,
    SectionKind.CHORUS,
    SectionKind.POST_CHORUS,
    SectionKind.HOOK,
    SectionKind.REFRAIN,
}


class Certainty(IntEnum):
    """How surely a word names a section where no square brackets say that it is a tag."""

    SUNG = 0
    """Sung far more often than written as a header: `stop`, `rise`."""
    USUAL = 1
    """A common word as well: `bridge`, `hook`."""
    SURE = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word of the vocabulary. `language` is its ISO 639-1 code, or `abbr` for a short form such as `V`."""

    kind: SectionKind
    language: str
    certainty: Certainty

    @property
    def is_short(self) -> bool:
        """Whether it is a short form."""
        return self.language == "abbr"


_MARKS = {"~": Certainty.USUAL, "!": Certainty.SUNG}


@cache
def _vocabulary() -> dict[str, Meaning]:
    table: dict[str, Meaning] = {}
    for kind, language, *words in read_rows("sections.txt"):
        for word in words:
            certainty = _MARKS.get(word[0], Certainty.SURE)
            known = table.setdefault(plain(word), Meaning(SectionKind(kind), language, certainty))
            if known.kind == kind and certainty < known.certainty:
                table[plain(word)] = Meaning(known.kind, known.language, certainty)
    return table


def plain(words: str) -> str:
    """Fold a section's name to how the vocabulary lists it: letters and digits, no case and no accents."""
    folded = unicodedata.normalize("NFKD", words.casefold())
    bare = "".join(char for char in folded if char.isalnum() or _is_vowel_sign(char))
    return unicodedata.normalize("NFKC", bare)


def _is_vowel_sign(char: str) -> bool:
    """Whether a mark is a part of its word, as in Devanagari and Thai; accents and pointing are not."""
    return unicodedata.category(char) in {"Mc", "Mn"} and not unicodedata.combining(char) and char < "\ufe00"


def entry_of(words: str) -> Meaning | None:
    """Return what the vocabulary has for exactly these words, or None."""
    return _vocabulary().get(plain(words))


def kind_of(words: str) -> SectionKind | None:
    """Return the kind that exactly these words name, or None; short forms count."""
    entry = entry_of(words)
    return entry.kind if entry is not None else None
