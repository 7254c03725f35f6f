"""The library as a list. It filters and searches without reading a single text."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from lyricscli.errors import LibraryError
from lyricscli.models import Task, TaskStatus
from lyricscli.store import schema
from lyricscli.store.library import LOCAL, NEWEST_FIRST, Library

UNFINISHED = (TaskStatus.SUBMITTING, TaskStatus.PENDING, TaskStatus.UNKNOWN)

SHOWN = 1000
"""Tasks on a page of the list: the first is shown while the others are still in the library."""

HIT_WORDS = 12
"""Words of a snippet around what was found; FTS5 allows 64."""
HIT_START, HIT_END = "\ue000", "\ue001"
"""Stand around a found word: private characters, which no language uses."""


class Filter(NamedTuple):
    """Which tasks are wanted; everything given must be true of a task. `since` is ISO 8601 in UTC.

    `unfinished` ones are still to be waited for; `style` is part of the style that was asked for; `takes_of`
    is a task, and all takes of its song; `limit` 0 is all. With `grouped` only the newest take of each song
    that matches is listed.
    """

    query: str | None = None
    statuses: tuple[TaskStatus, ...] = ()
    unfinished: bool = False
    provider: str | None = None
    style: str | None = None
    since: str | None = None
    picked: bool = False
    tags: tuple[str, ...] = ()
    takes_of: Task | None = None
    grouped: bool = False
    limit: int = 0


class Row(NamedTuple):
    """What the list shows of a task: it is take number `take` of its song's `takes`.

    `title` is that of the pick, else of the first variant with lyrics, else None. `hit` is what a search
    found, the found words between HIT_START and HIT_END.
    """

    row: int
    task_id: str | None
    status: TaskStatus
    submitted_at: str
    prompt: str
    title: str | None
    take: int
    takes: int
    pick: str | None
    tags: tuple[str, ...]
    hit: str = ""

    @property
    def ref(self) -> str:
        """A name that the library finds the task by."""
        return self.task_id if self.task_id is not None else f"{LOCAL}{self.row}"


def without_marks(hit: str) -> str:
    """Return what a search found as it stands in the text."""
    return hit.replace(HIT_START, "").replace(HIT_END, "")


def rows(library: Library, wanted: Filter) -> list[int]:
    """Return the rows of the tasks that match, newest first."""
    if wanted.query is not None:
        with suppress(LibraryError):  # where nothing can be written, finished tasks are found all the same
            library.index_unfinished()
    conditions, values = _conditions(wanted)
    where = " AND ".join(conditions) or "true"
    if wanted.grouped:
        where = (
            "row IN (SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY"  # noqa: S608 (own words)
            f" CASE song WHEN '' THEN row ELSE song END {NEWEST_FIRST}) AS place FROM tasks WHERE {where})"
            " WHERE place = 1)"
        )
    return library.where(f"{where} {NEWEST_FIRST} LIMIT ?", (*values, wanted.limit or -1))


def entries(library: Library, wanted: Filter) -> Iterator[list[Row]]:
    """Yield what the list shows of the tasks that match, newest first, a page of them at a time."""
    chosen = rows(library, wanted)
    for start in range(0, len(chosen), SHOWN):
        page = chosen[start : start + SHOWN]
        hits = _hits(library, page, wanted.query) if wanted.query is not None else {}
        found = library.rows(_ENTRIES, (json.dumps(page),))
        listed = {one["row"]: _entry(one, hits.get(one["row"], "")) for one in found}
        yield [listed[row] for row in page if row in listed]


def sharing(library: Library, phrases: Sequence[str], most: int, but: Task) -> list[int]:
    """Return the rows of the `most` tasks that hold most of these phrases, but for one."""
    counts: Counter[int] = Counter()
    for phrase in phrases:
        wanted = f"texts : {schema.phrase(phrase)}"
        counts.update(library.where("row IN (SELECT rowid FROM search WHERE search MATCH ?)", (wanted,)))
    del counts[but.row]
    return [row for row, _ in counts.most_common(most)]


def _conditions(wanted: Filter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, *more: Any) -> None:
        conditions.append(condition)
        values.extend(more)

    if wanted.query is not None:
        add("row IN (SELECT rowid FROM search WHERE search MATCH ?)", schema.expression(wanted.query))
    for statuses in filter(None, (wanted.statuses, UNFINISHED if wanted.unfinished else ())):
        add(f"status IN ({', '.join('?' * len(statuses))})", *statuses)
    if wanted.provider is not None:
        add("provider = ?", wanted.provider)
    if wanted.style is not None:
        add("instr(lower(metadata ->> '$.style'), lower(?))", wanted.style)
    if wanted.since is not None:
        add("submitted_at >= ?", wanted.since)
    if wanted.picked:
        add("pick IS NOT NULL")
    if wanted.takes_of is not None:
        add("(row = ? OR (song = ? AND song <> ''))", wanted.takes_of.row, wanted.takes_of.song)
    for tag in wanted.tags:
        add("row IN (SELECT task_row FROM tags WHERE tag = ?)", tag)
    return conditions, values


_ENTRIES = """
    SELECT row, task_id, status, submitted_at, prompt,
        coalesce(
            (SELECT title FROM versions WHERE task_row = row AND variant || '.' || number = pick),
            (SELECT title FROM variants WHERE task_row = row AND number = CAST(pick AS INTEGER)),
            (SELECT title FROM variants WHERE task_row = row AND status = 'complete'
                ORDER BY number LIMIT 1)) AS title,
        (SELECT max(1, count(*)) FROM tasks AS other WHERE other.song = tasks.song AND other.song <> ''
            AND (other.submitted_at, other.row) <= (tasks.submitted_at, tasks.row)) AS take,
        (SELECT max(1, count(*)) FROM tasks AS other
            WHERE other.song = tasks.song AND other.song <> '') AS takes,
        pick,
        (SELECT group_concat(tag, char(10)) FROM tags WHERE task_row = row) AS tags
    FROM tasks WHERE row IN (SELECT value FROM json_each(?))
"""
# The plus keeps SQLite from asking the index once a row: for a short beginning of many words that took 25 ms
# each, against 40 ms for all (10,000 songs).
_HITS = (
    f"SELECT rowid, snippet(search, -1, '{HIT_START}', '{HIT_END}', '…', {HIT_WORDS}) AS hit FROM search"  # noqa: S608 (own words)
    " WHERE search MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
)


def _hits(library: Library, rows: list[int], query: str) -> dict[int, str]:
    found = library.rows(_HITS, (schema.expression(query), json.dumps(rows)))
    return {one["rowid"]: schema.unspaced(one["hit"]) for one in found}


def _entry(one: sqlite3.Row, hit: str) -> Row:
    tags = tuple(sorted(one["tags"].split("\n"))) if one["tags"] else ()
    return Row(**dict(one) | {"status": TaskStatus(one["status"]), "tags": tags, "hit": hit})
