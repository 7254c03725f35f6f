"""The kinds of section, and what the words of a header name: `2nd Verse`, `Le Refrain`, `主歌一`.

The words songwriters of many languages call the kinds by are in `data/sections.txt`.
"""

import re
import unicodedata
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

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
        return plain(self) in words("wordless")

    @property
    def is_sung_again(self) -> bool:
        """Whether a bare header of this kind asks for the lines of the one before."""
        return plain(self) in words("recalled")


class Certainty(IntEnum):
    """How surely a word names a section where no square brackets say that it is a tag."""

    SUNG = 0
    """Sung far more often than written as a header: `stop`, `rise`."""
    USUAL = 1
    """A common word as well: `bridge`, `hook`."""
    SURE = 2


class Meaning(NamedTuple):
    """A word of the vocabulary. `language` is its ISO 639-1 code, or `abbr` for a short form such as `V`."""

    kind: SectionKind
    language: str
    certainty: Certainty


_MARKS = {"~": Certainty.USUAL, "!": Certainty.SUNG}


@cache
def _vocabulary() -> dict[str, Meaning]:
    table: dict[str, Meaning] = {}
    for kind, language, *names in read_rows("sections.txt"):
        for name in names:
            certainty = _MARKS.get(name[0], Certainty.SURE)
            known = table.setdefault(plain(name), Meaning(SectionKind(kind), language, certainty))
            if known.kind == kind and certainty < known.certainty:
                table[plain(name)] = known._replace(certainty=certainty)
    return table


@lru_cache(maxsize=4096)
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


_TOKEN = re.compile(
    r"(?P<ordinal>\d{1,2})(?:st|nd|rd|th|ª|º|ère|er|ème|[a-z])?(?!\w)|\d+|[^\W\d_][^\s\d/&+(),;|]*",
    re.IGNORECASE,
)
_NUMERAL_BEFORE = re.compile("第?(?P<numeral>[一二三四五六七八])[段节節番]?(?P<name>.+)")
_NUMERAL_AFTER = re.compile("(?P<name>.+?)第?(?P<numeral>[一二三四五六七八])[段节節番]?")
_MOST_TOKENS = 12
_MOST_WORDS = 4
"""A name has at most so many words: `nakarat öncesi`, `fade to end`."""
_BARS = range(4, 65, 4)
"""Lengths of sections in bars, as producers write them behind a name."""


class Name(NamedTuple):
    """What a label says. `word` is what names the kind, as written, and empty for `other`.

    `bars` is the section's length in bars. `extra` are the words that only describe (`quiet`, `guitar`).
    """

    kind: SectionKind
    word: str = ""
    language: str = ""
    number: int | None = None
    bars: int | None = None
    extra: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SUNG
    is_exact: bool = False
    """Whether nothing but name, number, article and known qualifiers stands there."""
    is_bare: bool = False
    """Whether nothing but name, number and a word such as `final` stands there."""


@cache
def words(role: str) -> frozenset[str]:
    """List the header words of a role (`qualifier`, `article`, …), folded as section names are."""
    return frozenset(
        plain(word) for row in read_rows("header_words.txt") if row[0] == role for word in row[1:]
    )


@cache
def numbers_of(role: str) -> dict[str, int]:
    """Give the number that each header word of a role stands for."""
    return {
        plain(word): int(row[1])
        for row in read_rows("header_words.txt")
        if row[0] == role
        for word in row[2:]
    }


def read_name(label: str, *, short_forms: bool = False) -> Name:
    """Read a label; `short_forms` says that `V` and `C` stand for verse and chorus in this text."""
    found = _TOKEN.finditer(label)
    tokens = [token for one in found for token in _apart(one[0].rstrip("-–—.:'’\"#*_"))][:_MOST_TOKENS]
    first, last, entry = _find(tokens, short_forms=short_forms)
    others = tokens[:first] + tokens[last:]
    numbers = [number for token in others if (number := _number(token)) is not None]
    rest = [token for token in others if _number(token) is None]
    told = words("article") | words("bars") if rest else ()
    has_bars = any(plain(token) in words("bars") for token in rest)
    extra = tuple(token for token in rest if plain(token) not in told)
    number = numbers[0] if len(numbers) > has_bars else None
    lengths = numbers[-1:] if has_bars else [length for length in numbers[1:2] if length in _BARS]
    bars = lengths[0] if lengths else None
    if entry is None:
        return Name(SectionKind.OTHER, number=number, bars=bars, extra=extra)
    known = words("qualifier") | words("instrument")
    is_listed = first > 0 and tokens[first - 1].isdigit() and tokens[first].islower()  # 2) bridge the gap
    is_told = entry.certainty is Certainty.USUAL and number is not None and not is_listed
    has_instrument = any(plain(token) in words("instrument") for token in extra)
    return Name(
        kind=entry.kind,
        word=label[label.find(tokens[first]) : label.find(tokens[last - 1]) + len(tokens[last - 1])],
        language=entry.language,
        number=number,
        bars=bars,
        extra=extra,
        certainty=Certainty.SURE if is_told or has_instrument else entry.certainty,
        is_exact=all(plain(token) in known for token in extra),
        is_bare=all(plain(token) in words("bare") for token in rest),
    )


def _apart(token: str) -> list[str]:
    """Take a Chinese numeral off the name that it is written to: 主歌一, 第二段主歌."""
    for pattern in (_NUMERAL_BEFORE, _NUMERAL_AFTER):
        found = pattern.fullmatch(token)
        if found is not None and entry_of(found["name"]):
            return [found["name"], found["numeral"]]
    return [token]


def _find(tokens: list[str], *, short_forms: bool) -> tuple[int, int, Meaning | None]:
    """Find the run of words that names a kind: a sure one, else the longest, else the last."""
    runs = [
        (first, last, entry)
        for first in range(len(tokens))
        for last in range(first + 1, min(len(tokens), first + _MOST_WORDS) + 1)
        if (entry := _entry(tokens[first:last])) is not None
        and (entry.language != "abbr" or _may_be_short(tokens, first, short_forms=short_forms))
    ]
    return max(
        runs,
        key=lambda run: (run[2].certainty is Certainty.SURE, run[1] - run[0], run[0]),
        default=(0, 0, None),
    )


def _entry(run: list[str]) -> Meaning | None:
    name = "".join(run)
    if not any(token[0].isalpha() for token in run):
        return None
    found = entry_of(name)
    if found is not None or len(run) > 1:
        return found
    glued = (article for article in words("glued") if not article.isascii() or name[1:2] in {"'", "’"})
    stripped = (plain(name).removeprefix(article) for article in glued)
    return next((entry for rest in stripped if rest != plain(name) and (entry := entry_of(rest))), None)


def _may_be_short(tokens: list[str], first: int, *, short_forms: bool) -> bool:
    """Whether a short form may be read as one: alone or with a number; `C` only in a text that has `V`."""
    rest = tokens[:first] + tokens[first + 1 :]
    is_likely = short_forms or len(plain(tokens[first])) > 1 or bool(rest)
    return is_likely and all(_number(token) is not None for token in rest)


def _number(token: str) -> int | None:
    found = _TOKEN.fullmatch(token)
    if found is not None and found["ordinal"]:
        return int(found["ordinal"])
    return numbers_of("number").get(plain(token))
