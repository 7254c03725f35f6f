"""Marks among the words: lines of ChordPro files (`{soc}`), and how often a thing is sung (`(x2)`, `|: :|`).

Source: chordpro.org, "ChordPro directives" (long and short names, conditional suffixes, `label="…"`).
"""

import re
from functools import cache
from typing import NamedTuple

from lyricscli.song.data import read_rows
from lyricscli.song.names import numbers_of, plain, words

_TO_ASCII = str.maketrans("［］【】〔〕〖〗（）：，；", "[][][][]():,;")


def to_ascii(text: str) -> str:
    """Turn the brackets, colons and signs of other scripts into ours, character for character."""
    return text.translate(_TO_ASCII)


_DIRECTIVE = re.compile(
    r"\{\s*(?P<name>[a-z_]+)(?:-[\w!]+)?\s*(?:[:\s]\s*(?P<value>[^{}]*?)\s*)?\}\Z", re.IGNORECASE
)
_LABEL = re.compile(r"(?:.*\s)?label\s*=\s*([\"'])(?P<label>.*?)\1", re.IGNORECASE)
_START, _END = "start_of_", "end_of_"


class Directive(NamedTuple):
    """A directive. `section` is what an environment or a recall is named, with spaces; else empty."""

    name: str
    value: str
    section: str = ""
    is_end: bool = False

    @property
    def is_comment(self) -> bool:
        """Whether its value is shown among the words, and may be a section's name."""
        return plain(self.name) in words("comment")


def read_directive(text: str) -> Directive | None:
    """Read a line, without space around it, as a directive that ChordPro knows."""
    found = _DIRECTIVE.match(text) if text.startswith("{") else None
    if found is None:
        return None
    name, value = found["name"].lower(), found["value"] or ""
    section = name.removeprefix(_START) if name.startswith(_START) else _short_names().get(name, "")
    if section or name == "chorus":
        label = _LABEL.match(value)
        title = (section or name).replace("_", " ").title()
        return Directive(name, label["label"] if label else value, title)
    if name.startswith(_END) or (name[0] == "e" and f"s{name[1:]}" in _short_names()):
        return Directive(name, "", is_end=True)
    is_known = name.startswith("x_") or plain(name) in words("directive") | words("comment")
    return Directive(name, value) if is_known else None


@cache
def _short_names() -> dict[str, str]:
    """Give the short names of the directives that start a section, and the kind of each."""
    return {row[1]: row[2] for row in read_rows("header_words.txt") if row[0] == "short"}


MAX_REPEATS = 16
"""More than this is taken for words: no song asks for it, and an export writes repeats out."""

_NUMERIC = re.compile(
    r"(?:[x×*]\s?(?P<after>\d{1,2})|(?P<before>\d{1,2})\s?(?:[x×]|(?P<unit>[^\W\d_]\S*)))\Z", re.IGNORECASE
)
_IN_TAG = re.compile(r"(?:(?<=[\s(\[])|^)(?:[x×*]\s?\d{1,2}|\d{1,2}\s?[x×])(?=[\s)\]:,]|$)", re.IGNORECASE)
_GROUP = re.compile(r"\s*[(\[]\s*([^()\[\]]{1,30}?)\s*[)\]]\s*\Z")
_BARE = re.compile(r"(?:(?<=\s)×\s?(\d{1,2})|(?<=[)|}])\s?[x×]\s?(\d{1,2}))\s*\Z")
_SIGNS = re.compile(
    r"(?P<open>\s*(?:\|{1,2}:|𝄆)\s?)?(?P<words>.*?)(?P<close>\s?(?::\|{1,2}|𝄇)\s*)?\Z", re.DOTALL
)
_SLASHED = re.compile(r"\A(\s*)/:(.*):/(\s*)\Z", re.DOTALL)
_MARK_LENGTH = 40
_LONGEST_COUNT = 3
"""Words of a count, such as `repeat two times`."""


def count_of(phrase: str, *, again: bool = False) -> int | None:
    """Read a phrase that is nothing but a count; `again` takes a plain `repeat` for twice."""
    first, *others = phrase.split() or [""]
    if others and plain(first) in numbers_of("again"):
        return count_of(" ".join(others))
    found = _NUMERIC.match(phrase.strip())
    if found is not None and (found["unit"] is None or plain(found["unit"]) in words("times")):
        return _reasonable(int(found["after"] or found["before"]))
    counts = numbers_of("count") | (numbers_of("again") if again else {})
    return counts.get(plain(phrase))


def take_repeats(text: str) -> tuple[int, str]:
    """Take a count out of a header's words, wherever it stands; give it and the rest."""
    text = text.strip()
    whole = count_of(text.strip("()[] ")) if text else None
    if whole:
        return whole, ""
    if (found := _IN_TAG.search(text)) and (count := count_of(found[0])):
        left = f"{text[: found.start()]}{text[found.end() :]}".replace("()", "").replace("[]", "")
        return count, re.sub(r"\s+(?=:|$)", "", left).strip(" (,-")
    if (group := _GROUP.search(text[-_MARK_LENGTH:])) and (count := count_of(group[1])):
        return count, text[: len(text) - len(group[0])].rstrip()
    parts = text.split(" ")
    for length in range(min(_LONGEST_COUNT, len(parts) - 1), 0, -1):
        if count := count_of(" ".join(parts[-length:])):
            return count, " ".join(parts[:-length]).rstrip(" ,-")
    return 1, text


def split_repeats(text: str) -> tuple[str, int]:
    """Take a mark such as `(x2)`, `(bis)` off a line's end; give the line without it, and the count.

    `x2` behind a word is a word: cars and planes are called so.
    """
    text = text.rstrip()
    tail = text[-_MARK_LENGTH:]
    if found := _GROUP.search(tail):
        count = count_of(found[1], again=True)
    elif found := _BARE.search(tail):
        count = _reasonable(int(found[1] or found[2]))
    return (text[: len(text) - len(found[0])].rstrip(), count) if found and count else (text, 1)


class Repeats(NamedTuple):
    """How a line is sung again: its `words` without the marks that say so."""

    words: str
    times: int
    opens: bool
    """Whether a `|:` stands before the words, and whether a `:|` behind them."""
    closes: bool


def read_repeats(text: str) -> Repeats:
    """Read a line."""
    unmarked, count = split_repeats(to_ascii(text))
    found = _SIGNS.match(_SLASHED.sub(r"\1|:\2:|\3", unmarked))
    assert found is not None  # it matches any text
    start, end = found.span("words")
    return Repeats(text[start:end], count, opens=bool(found["open"]), closes=bool(found["close"]))


def _reasonable(count: int) -> int | None:
    return count if 1 < count <= MAX_REPEATS else None
