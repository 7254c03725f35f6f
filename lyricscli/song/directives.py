"""Lines of ChordPro files: `{start_of_verse: label="Verse 1"}`, `{soc}`, `{comment: Bridge}`, `{title: …}`.

Source: chordpro.org, "ChordPro directives" (long and short names, conditional suffixes, `label="…"`).
"""

import re
from dataclasses import dataclass
from functools import cache

from lyricscli.song.data import read_rows

_DIRECTIVE = re.compile(
    r"\{\s*(?P<name>[a-z_]+)(?:-[\w!]+)?\s*(?:[:\s]\s*(?P<value>[^{}]*?)\s*)?\}\Z", re.IGNORECASE
)
_LABEL = re.compile(r"(?:.*\s)?label\s*=\s*([\"'])(?P<label>.*?)\1", re.IGNORECASE)
_COMMENTS = {"comment", "c", "comment_italic", "ci", "comment_box", "cb", "highlight"}
_START, _END = "start_of_", "end_of_"


@dataclass(frozen=True, slots=True)
class Directive:
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
