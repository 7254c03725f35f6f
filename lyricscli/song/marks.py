"""Marks among the words: lines of ChordPro files (`{soc}`), and how often a thing is sung (`(x2)`, `|: :|`).

Source: chordpro.org, "ChordPro directives" (long and short names, conditional suffixes, `label="…"`).
"""

import re
from functools import cache
from typing import NamedTuple

from lyricscli.song.data import read_rows
from lyricscli.song.names import numbers_of, plain, words

_DIRECTIVE = re.compile(
    r"\{\s*(?P<name>[a-z_]+)(?:-[\w!]+)?\s*(?:[:\s]\s*(?P<value>[^{}]*?)\s*)?\}\Z", re.IGNORECASE
)
_LABEL = re.compile(r"(?:.*\s)?label\s*=\s*([\"'])(?P<label>.*?)\1", re.IGNORECASE)
_COMMENTS = {"comment", "c", "comment_italic", "ci", "comment_box", "cb", "highlight"}
_START, _END = "start_of_", "end_of_"


class Directive(NamedTuple):
    """A directive. `section` is what an environment or a recall is named, with spaces; else empty."""

    name: str
    value: str
    section: str
    is_end: bool

    @property
    def may_head(self) -> bool:
        """Whether it starts a section, or is a comment that may be a section's name."""
        return not self.is_end and bool(self.section or (self.is_comment and self.value))

    @property
    def is_comment(self) -> bool:
        """Whether its value is shown among the words."""
        return self.name in _COMMENTS


def read_directive(text: str) -> Directive | None:
    """Read a line, without space around it, as a directive that ChordPro knows."""
    found = _DIRECTIVE.match(text) if text.startswith("{") else None
    if found is None:
        return None
    name, value = found["name"].lower(), found["value"] or ""
    starts, ends, others = _known()
    section = name.removeprefix(_START) if name.startswith(_START) else starts.get(name, "")
    if section or name == "chorus":
        label = _LABEL.match(value)
        title = (section or name).replace("_", " ").title()
        return Directive(name, label["label"] if label else value, title, is_end=False)
    if name.startswith(_END) or name in ends:
        return Directive(name, "", "", is_end=True)
    if name in _COMMENTS or name in others or name.startswith("x_"):
        return Directive(name, value, "", is_end=False)
    return None


@cache
def _known() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """Give the short names that start a section, those that end one, and all that do neither."""
    rows = list(read_rows("header_words.txt"))
    starts = {row[1]: row[2] for row in rows if row[0] == "short"}
    ends = frozenset(f"e{short[1:]}" for short in starts)
    return starts, ends, frozenset(word for row in rows if row[0] == "directive" for word in row[1:])


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
    found = _IN_TAG.search(text)
    if found is not None:
        count = count_of(found[0])
        if count:
            left = f"{text[: found.start()]}{text[found.end() :]}".replace("()", "").replace("[]", "")
            return count, re.sub(r"\s+(?=:|$)", "", left).strip(" (,-")
    group = _GROUP.search(text[-_MARK_LENGTH:])
    if group is not None and (count := count_of(group[1])):
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
    group, bare = _GROUP.search(tail), _BARE.search(tail)
    count = None
    if group is not None:
        count = count_of(group[1], again=True)
    elif bare is not None:
        count = _reasonable(int(bare[1] or bare[2]))
    found = group or bare
    if found is None or not count:
        return text, 1
    return text[: len(text) - len(found[0])].rstrip(), count


def between_signs(text: str) -> tuple[bool, int, int, bool]:
    """Find `|:` and `:|`: whether it opens, where the words start and end, and whether it closes."""
    found = _SIGNS.match(_SLASHED.sub(r"\1|:\2:|\3", text))
    if found is None:
        return False, 0, len(text), False
    return found["open"] is not None, *found.span("words"), found["close"] is not None


def _reasonable(count: int) -> int | None:
    return count if 1 < count <= MAX_REPEATS else None
