"""Plain text: what goes into a pipe, a file, or to a screen reader."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lyricscli.store.listing import Row
    from lyricscli.store.songbook import Lyric

# A margin of numbers may stand before a header, and its rhyme scheme after it.
HEADER = re.compile(r"^[ \t\d]*[\[【][^\]】\n]*[\]】][ \t]*(?:· [A-Za-z\-]+)?$", re.MULTILINE)


def coloured(text: str) -> str:
    """Return text that is safe to show with its section headers in colour, for FORCE_COLOR in a pipe."""
    return HEADER.sub("\x1b[1;36m\\g<0>\x1b[0m", text)


def lyrics(lyrics: "Sequence[Lyric]") -> str:
    """Return the texts: one alone is only its lyrics, each of several follows a `--- NAME: TITLE ---`."""
    if len(lyrics) == 1:
        return _ended(lyrics[0].text)
    return "\n".join(f"--- {one.name}: {_title(one)}{_origin(one)} ---\n{_ended(one.text)}" for one in lyrics)


def titles(lyrics: "Sequence[Lyric]") -> str:
    """Return the titles, one a line."""
    return "".join(f"{_title(one)}\n" for one in lyrics)


def summary(row: "Row") -> str:
    """Return one line about a task, tabs between.

    Its id, status, submission time, title or else prompt, take of its song (`2/3`), pick, tags, and what a
    search found.
    """
    from lyricscli.store.listing import without_marks

    name = " ".join((row.title if row.title is not None else row.prompt).split())
    cells = (
        row.ref,
        row.status,
        row.submitted_at,
        name or "Untitled",
        f"{row.take}/{row.takes}",
        row.pick or "",
        ",".join(row.tags),
        " ".join(without_marks(row.hit).split()),
    )
    return "\t".join(" ".join(cell.split()) for cell in cells).rstrip("\t")


def _title(lyric: "Lyric") -> str:
    return " ".join(lyric.title.split()) or "Untitled"


def _origin(lyric: "Lyric") -> str:
    return f" (edited from {lyric.version.source})" if lyric.version is not None else ""


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
