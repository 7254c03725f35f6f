"""The library, a line a task: at a terminal a table, without the columns that have no need or no room."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from lyricscli.quantities import told_moment
from lyricscli.store.listing import HIT_END, HIT_START, Row, without_marks
from lyricscli.terminal.plain import SHORT_ID, STATUS_STYLES
from lyricscli.terminal.streams import cells, fit, has_colour, paint, visible, visible_block, width

HIT_ROOM = 24
"""Columns that what a search found takes from the others."""

WORDS_BEFORE = 2
"""Words shown before what a search found."""

GAP = 2
"""Columns between the table's columns."""

_STATUS = rf"(?m)^([^\t\n]*\t)({'|'.join(STATUS_STYLES)})\b"


def summaries(rows: Sequence[Row], *, plain: bool = False) -> str:
    """Return what stands in a pipe and for a screen reader: a line a task, tabs between the cells.

    Its id, status, submission time, title or else prompt, take of its song (`2/3`), pick, tags, and what a
    search found.
    """
    lines = visible_block("".join(f"{_summary(row)}\n" for row in rows))
    if not has_colour(plain=plain):
        return lines
    return re.sub(_STATUS, lambda found: found[1] + paint(found[2], STATUS_STYLES[found[2]]), lines)


def _summary(row: Row) -> str:
    take, tags, hit = f"{row.take}/{row.takes}", ",".join(row.tags), without_marks(row.hit)
    told = (row.ref, row.status, row.submitted_at, _name(row), take, row.pick or "", tags, hit)
    return "\t".join(" ".join(cell.split()) for cell in told).rstrip("\t")


def tables(pages: Iterable[Sequence[Row]]) -> Iterator[str]:
    """Yield tasks as tables, one a page of them."""
    return (table(page, width()) for page in pages if page)


def table(rows: Sequence[Row], window: int) -> str:
    """Return tasks as lines of a window, under a line of heads."""
    room = window - (HIT_ROOM if any(row.hit for row in rows) else 0)
    told = [(one, [one.cell(row) for row in rows]) for one in _COLUMNS if room >= one.room]
    shown = [(one, texts) for one, texts in told if any(texts)]
    widest = {one: max(map(cells, (one.head, *texts))) for one, texts in shown}
    left = window - sum(GAP + (0 if one.share else wide) for one, wide in widest.items())
    shares = sum(one.share for one in widest)
    lines = [""] * (len(rows) + 1)
    for one, texts in shown:
        columns = max(1, min(widest[one], left * one.share // shares)) if one.share else widest[one]
        for number, text in enumerate((one.head, *texts)):
            fitted = fit(text, columns)
            styled = one.styled(rows[number - 1], fitted) if number else paint(fitted, "bold")
            lines[number] += styled + " " * (columns - cells(fitted) + GAP)
    return "".join(f"{line.rstrip()}\n" for line in lines)


class _Column(NamedTuple):
    """A column of the table, shown where a row needs it and the window has `room` columns.

    `cell` is safe text on one line, `styled` paints what of it fits. Columns with a `share` divide what the
    others leave; the others are as wide as their widest cell.
    """

    head: str
    cell: Callable[[Row], str]
    room: int = 0
    share: int = 0
    styled: Callable[[Row, str], str] = lambda _, text: text


def _status(row: Row, text: str) -> str:
    return paint(text, STATUS_STYLES.get(row.status, ""))


def _name(row: Row) -> str:
    return " ".join((row.prompt if row.title is None else row.title).split()) or "Untitled"


def _hit(row: Row) -> str:
    """Return what was found, with few words before it, so that it is in sight; its marks take no columns."""
    before, mark, rest = " ".join(row.hit.split()).partition(HIT_START)
    words = before.split(" ")
    lead = " ".join(["…", *words[-WORDS_BEFORE - 1 :]]) if len(words) > WORDS_BEFORE + 1 else before
    return "".join(part if part in _MARKS else visible(part) for part in re.split(_MARK, lead + mark + rest))


def _found(_: Row, text: str) -> str:
    parts = re.split(_MARK, text)[::2]
    return "".join(paint(part, "bold yellow" if number % 2 else "dim") for number, part in enumerate(parts))


_MARKS = (HIT_START, HIT_END)
_MARK = f"([{HIT_START}{HIT_END}])"
_COLUMNS = (
    _Column("task", lambda row: visible(row.ref[:SHORT_ID])),
    _Column("status", lambda row: row.status, 56, styled=_status),
    _Column("submitted", lambda row: told_moment(row.submitted_at, time.time()), 72),
    _Column("take", lambda row: f"{row.take}/{row.takes}" if row.takes > 1 else "", 66),
    _Column("pick", lambda row: row.pick or "", 46),
    _Column(
        "title",
        lambda row: visible(_name(row)),
        share=2,
        styled=lambda row, text: paint(text, "dim" if row.title is None else ""),
    ),
    _Column("tags", lambda row: visible(", ".join(row.tags)), 90),
    _Column("found", _hit, share=3, styled=_found),
)
