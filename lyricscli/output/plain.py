"""Plain text: what goes into a pipe, a file, or to a screen reader."""

from collections.abc import Sequence

from lyricscli.catalogue import Row, without_marks
from lyricscli.models import Variant


def lyrics(variants: Sequence[Variant]) -> str:
    """Return the texts: one alone is only its lyrics, each of several follows a `--- NUMBER: TITLE ---`."""
    if len(variants) == 1:
        return _ended(variants[0].text)
    return "\n".join(f"--- {v.number}: {_title(v)} ---\n{_ended(v.text)}" for v in variants)


def titles(variants: Sequence[Variant]) -> str:
    """Return the titles, one a line."""
    return "".join(f"{_title(variant)}\n" for variant in variants)


def summary(row: Row) -> str:
    """Return one line about a task, tabs between.

    Its id, status, submission time, title or else prompt, take of its song (`2/3`), pick, tags, and what a
    search found.
    """
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


def _title(variant: Variant) -> str:
    return " ".join(variant.title.split()) or "Untitled"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
