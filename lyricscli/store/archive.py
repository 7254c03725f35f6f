"""The library taken elsewhere: exported as records, and taken in again without replacing better data."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lyricscli.models import DeliveredBy, Outcome, Payload, PayloadKind, Settlement, Task, Version
from lyricscli.store.library import Library
from lyricscli.store.records import Message, Record
from lyricscli.store.search import index
from lyricscli.store.songbook import Page, Songbook, keep_version


@dataclass(slots=True)
class Taken:
    """What an import did, in tasks."""

    added: int = 0
    improved: int = 0
    unchanged: int = 0


def export(library: Library, rows: Iterable[int]) -> Iterator[Record]:
    """Yield all that is known of the tasks of these rows."""
    songbook = Songbook(library)
    for row in rows:
        with library.reading() as database:
            (batch_key,) = database.execute("SELECT batch_key FROM tasks WHERE row = ?", (row,)).fetchone()
        yield Record(songbook.page(library.get(row)), _messages(library, row), batch_key)


def oldest_first(library: Library) -> list[int]:
    """Return the row of every task."""
    with library.reading() as database:
        return [row for (row,) in database.execute("SELECT row FROM tasks ORDER BY submitted_at, row")]


def take_in(library: Library, records: Iterable[Record]) -> Taken:
    """Add records to the library, all of them or (where one is wrong) none."""
    tally = Taken()
    with library.transaction():
        for record in records:
            task = _same(library, record.page.task)
            if task is None:
                _insert(library, record)
                tally.added += 1
            elif _improve(Songbook(library), task, record):
                tally.improved += 1
            else:
                tally.unchanged += 1
    return tally


def _same(library: Library, task: Task) -> Task | None:
    """Find the task that is meant: by id and provider, or by all it has while it has no id."""
    if task.task_id is not None:
        query = "SELECT row FROM tasks WHERE provider = ? AND task_id = ? LIMIT 1"
        values: tuple[Any, ...] = (task.provider, task.task_id)
    else:
        query = (
            "SELECT row FROM tasks WHERE provider = ? AND sent_prompt = ? AND submitted_at = ?"
            " AND task_id IS NULL LIMIT 1"
        )
        values = (task.provider, task.sent_prompt, task.submitted_at)
    with library.reading() as database:
        found = database.execute(query, values).fetchone()
    return library.get(found[0]) if found else None


def _messages(library: Library, row: int) -> tuple[Message, ...]:
    with library.reading() as database:
        found = database.execute(
            "SELECT received_at, kind, body, headers FROM payloads WHERE task_row = ? ORDER BY id", (row,)
        ).fetchall()
    return tuple(
        Message(received_at, Payload(PayloadKind(kind), body, json.loads(headers)))
        for received_at, kind, body, headers in found
    )


def _insert(library: Library, record: Record) -> None:
    task, page = record.page.task, record.page
    columns = {
        "task_id": task.task_id,
        "provider": task.provider,
        "base_url": task.base_url,
        "status": task.status,
        "prompt": task.prompt,
        "sent_prompt": task.sent_prompt,
        "metadata": json.dumps(task.metadata, ensure_ascii=False),
        "submitted_at": task.submitted_at,
        "completed_at": task.completed_at,
        "delivered_by": task.delivered_by,
        "error_reason": task.error.reason if task.error else None,
        "error_code": task.error.code if task.error else None,
        "error_message": task.error.message if task.error else None,
        "callback_path": task.callback_path,
        "song": task.song,
        "batch_key": record.batch_key,
        "pick": page.pick,
    }
    with library.transaction() as database:
        row = database.execute(
            f"INSERT INTO tasks ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",  # noqa: S608 (own words)
            tuple(columns.values()),
        ).lastrowid
        assert row is not None
        database.executemany(
            "INSERT INTO variants (task_row, number, title, status, text, error) VALUES (?, ?, ?, ?, ?, ?)",
            [(row, v.number, v.title, v.status, v.text, v.error) for v in task.variants],
        )
        database.executemany(
            "INSERT INTO payloads (task_row, kind, received_at, headers, body) VALUES (?, ?, ?, ?, ?)",
            [
                (row, p.kind, message.received_at, json.dumps(dict(p.headers)), p.body)
                for message in record.messages
                for p in (message.payload,)
            ],
        )
        _add(database, row, page)
        index(database, row)


def _improve(songbook: Songbook, task: Task, record: Record) -> bool:
    """Give a task that is there what it lacks; say whether anything was."""
    library, told = songbook.library, record.page.task
    before = songbook.page(task)
    page = _renumbered(record.page, before.versions)
    way = told.delivered_by or DeliveredBy.LIBRARY
    library.settle(Settlement(task.row, Outcome(told.status, told.variants, told.error), way))
    with library.transaction() as database:
        _add(database, task.row, page)
        database.execute("UPDATE tasks SET pick = coalesce(pick, ?) WHERE row = ?", (page.pick, task.row))
        index(database, task.row)
    return songbook.page(library.get(task.row)) != before


def _renumbered(page: Page, known: Iterable[Version]) -> Page:
    """Return the page with only the versions that are new, named as they will be here.

    A version whose number is taken by another text gets the next free one.
    """
    kept = {version.name: version for version in known}
    names: dict[str, str] = {}
    new = []
    for version in page.versions:
        twin = next((one for one in kept.values() if _is_same(one, version)), None)
        moved = replace(version, source=names.get(version.source, version.source))
        while twin is None and moved.name in kept:
            moved = replace(moved, number=moved.number + 1)
        names[version.name] = (twin or moved).name
        if twin is None:
            kept[moved.name] = moved
            new.append(moved)
    reviews = [replace(review, name=names.get(name, name)) for name, review in page.reviews.items()]
    return replace(
        page,
        versions=tuple(new),
        pick=names.get(page.pick, page.pick) if page.pick else None,
        reviews={review.name: review for review in reviews},
    )


def _is_same(one: Version, other: Version) -> bool:
    return (one.variant, one.text, one.made_at) == (other.variant, other.text, other.made_at)


def _add(database: sqlite3.Connection, row: int, page: Page) -> None:
    for version in page.versions:
        keep_version(database, row, version)
    database.executemany(
        "INSERT OR IGNORE INTO reviews (task_row, name, rating, verdict, note, reviewed_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(row, r.name, r.rating, r.verdict, r.note, r.reviewed_at) for r in page.reviews.values()],
    )
    database.executemany(
        "INSERT OR IGNORE INTO tags (task_row, tag) VALUES (?, ?)", [(row, tag) for tag in page.tags]
    )
