"""The library taken elsewhere: a line of JSON a task, and taken in again without replacing better data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from re import ASCII, fullmatch
from typing import Any, Literal

import msgspec

from lyricscli.errors import UsageError
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Payload,
    PayloadKind,
    Review,
    Settlement,
    Task,
    Version,
)
from lyricscli.store.library import Library
from lyricscli.store.songbook import RATINGS, Page, Songbook

BOUND = 2**31
"""No number of a text, and no code of a service, is as large."""

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Record(msgspec.Struct, frozen=True):
    """One task of an export: its page (whose row means nothing elsewhere) and the raw messages kept of it."""

    page: Page
    messages: tuple[Payload, ...] = ()


@dataclass(slots=True)
class Taken:
    """What an import did, in tasks."""

    added: int = 0
    improved: int = 0
    unchanged: int = 0


class _Message(msgspec.Struct, omit_defaults=True):
    kind: PayloadKind
    received_at: str
    headers: dict[str, str]
    body: str | None = None
    base64: bytes | None = None


class _Beside(msgspec.Struct):
    """What stands in a line beside the fields of its task.

    A change of it all that older programs would misread gets another format.
    """

    format: Literal[1]
    versions: tuple[Version, ...]
    pick: str | None
    tags: tuple[str, ...]
    reviews: tuple[Review, ...]
    messages: tuple[_Message, ...]


def export(library: Library) -> Iterator[Record]:
    """Yield all that is known of every task, the oldest first."""
    songbook = Songbook(library)
    for task in library.tasks(library.where("true ORDER BY submitted_at, row")):
        yield Record(songbook.page(task), tuple(library.payloads(task.row)))


def document(record: Record) -> dict[str, Any]:
    """Return everything of a record as plain values for JSON.

    The secret path of a callback is of use only while its task is unfinished, and left out afterwards.
    """
    page, task = record.page, record.page.task
    known: dict[str, Any] = msgspec.to_builtins(task)
    del known["row"]
    if task.status.is_final:
        known["callback_path"] = None
    reviews, messages = tuple(page.reviews.values()), tuple(map(_message, record.messages))
    beside = _Beside(1, page.versions, page.pick, page.tags, reviews, messages)
    return {**known, **msgspec.to_builtins(beside)}


def read(lines: Iterable[bytes], name: str) -> Iterator[Record]:
    """Read the lines of the archive of that name. Raises UsageError that names the line which is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _record(msgspec.json.decode(line))
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            raise UsageError(
                f"line {number} of {name} is no task of an exported library ({error})",
                "Nothing was imported. `lyrics library export FILE` writes such files.",
            ) from error


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


def _message(payload: Payload) -> _Message:
    message = _Message(payload.kind, payload.received_at, dict(payload.headers))
    try:
        message.body = payload.body.decode()
    except UnicodeDecodeError:
        message.base64 = payload.body
    return message


def _record(found: Any) -> Record:
    """Make a record of a line. Its types are msgspec's to check, what values can be is said here."""
    beside = msgspec.convert(found, _Beside)
    task = msgspec.convert({**found, "row": 0}, Task)
    messages = tuple(
        Payload(
            one.kind,
            (one.body or "").encode() if one.base64 is None else one.base64,
            one.headers,
            one.received_at,
        )
        for one in beside.messages
    )
    made = [(one.made_at, one.number, one.variant) for one in beside.versions]
    dates = [task.submitted_at, task.completed_at, *(one[0] for one in made)]
    dates += [one.reviewed_at for one in beside.reviews] + [one.received_at for one in messages]
    numbers = [one.number for one in task.variants] + [number for one in made for number in one[1:]]
    rated = [one.rating for one in beside.reviews]
    code = task.error.code if task.error else None
    if not all(date is None or fullmatch(_TIME, date, ASCII) for date in dates):
        raise ValueError("a time is not like 2026-11-22T05:00:00Z")
    if not (all(0 < one < BOUND for one in numbers) and -BOUND < (code or 0) < BOUND):
        raise ValueError("a number cannot be")
    if not all(one is None or one in RATINGS for one in rated):
        raise ValueError("a rating is 1 to 5")
    page = Page(task, beside.versions, tags=tuple(sorted(beside.tags)))
    names = {lyric.name for lyric in page.lyrics}
    page = replace(
        page,
        pick=beside.pick if beside.pick in names else None,
        reviews={review.name: review for review in beside.reviews if review.name in names},
    )
    return Record(page, messages)


def _same(library: Library, task: Task) -> Task | None:
    """Find the task that is meant: by id and provider, or by all it has while it has no id."""
    if task.task_id is not None:
        return library.first("provider = ? AND task_id = ?", (task.provider, task.task_id))
    return library.first(
        "provider = ? AND sent_prompt = ? AND submitted_at = ? AND task_id IS NULL",
        (task.provider, task.sent_prompt, task.submitted_at),
    )


def _insert(library: Library, record: Record) -> None:
    with library.transaction():
        task = library.add(record.page.task, pick=record.page.pick)
        for message in record.messages:
            library.hold(task.row, message)
        Songbook(library).add(replace(record.page, task=task))


def _improve(songbook: Songbook, task: Task, record: Record) -> bool:
    """Give a task that is there what it lacks; say whether anything was."""
    library, told = songbook.library, record.page.task
    before = songbook.page(task)
    page = _renumbered(record.page, before.versions)
    way = told.delivered_by or DeliveredBy.LIBRARY
    library.settle(Settlement(task.row, Outcome(told.status, told.variants, told.error), way))
    with library.transaction():
        songbook.add(replace(page, task=task))
        library.change("UPDATE tasks SET pick = coalesce(pick, ?) WHERE row = ?", (page.pick, task.row))
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
