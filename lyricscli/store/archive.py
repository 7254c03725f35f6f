"""The library taken elsewhere: a line of JSON a task, and taken in again without replacing better data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import ASCII, fullmatch
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict, get_type_hints

import msgspec

from lyricscli.errors import Failure, UsageError
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Page,
    Payload,
    PayloadKind,
    Review,
    Settlement,
    Task,
    Variant,
    Version,
)
from lyricscli.store.library import Library
from lyricscli.store.songbook import RATINGS, Songbook

BOUND = 2**31
"""No number of a text, and no code of a service, is as large."""

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Record(NamedTuple):
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


def _object(kind: Any, **more: Any) -> Any:
    """Return the type of a JSON object with a member for each field of a named tuple, and more."""
    hints, usual = get_type_hints(kind) | more, kind._field_defaults
    members = {name: NotRequired[hint] if name in usual else hint for name, hint in hints.items()}
    return TypedDict(kind.__name__, members)  # type: ignore[operator]


def _objects(kind: Any) -> Any:
    return tuple[_object(kind), ...]  # type: ignore[misc]


_LINE = _object(
    Task,
    row=NotRequired[int],
    variants=_objects(Variant),
    error=_object(Failure) | None,
    # Beside the fields of its task. A change that older programs would misread gets another format.
    format=Literal[1],
    versions=_objects(Version),
    pick=str | None,
    tags=tuple[str, ...],
    reviews=_objects(Review),
    messages=tuple[_Message, ...],
)


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
    known = task._asdict() | {
        "variants": [one._asdict() for one in task.variants],
        "error": task.error and task.error._asdict(),
        "format": 1,
        "versions": [one._asdict() for one in page.versions],
        "pick": page.pick,
        "tags": page.tags,
        "reviews": [one._asdict() for one in page.reviews.values()],
        "messages": msgspec.to_builtins([_message(one) for one in record.messages]),
    }
    del known["row"]
    if task.status.is_final:
        known["callback_path"] = None
    return known


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
    told: dict[str, Any] = {"variants": (), "error": None} | msgspec.convert(found, _LINE) | {"row": 0}
    told["variants"] = tuple(Variant(**one) for one in told["variants"])
    told["error"] = Failure(**told["error"]) if told["error"] else None
    task = Task(**{name: told[name] for name in Task._fields if name in told})
    versions = tuple(Version(**one) for one in told["versions"])
    reviews = [Review(**one) for one in told["reviews"]]
    messages = tuple(
        Payload(
            one.kind,
            (one.body or "").encode() if one.base64 is None else one.base64,
            one.headers,
            one.received_at,
        )
        for one in told["messages"]
    )
    made = [(one.made_at, one.number, one.variant) for one in versions]
    dates = [task.submitted_at, task.completed_at, *(one[0] for one in made)]
    dates += [one.reviewed_at for one in reviews] + [one.received_at for one in messages]
    numbers = [one.number for one in task.variants] + [number for one in made for number in one[1:]]
    code = task.error.code if task.error else None
    if not all(date is None or fullmatch(_TIME, date, ASCII) for date in dates):
        raise ValueError("a time is not like 2026-11-22T05:00:00Z")
    if not (all(0 < one < BOUND for one in numbers) and -BOUND < (code or 0) < BOUND):
        raise ValueError("a number cannot be")
    if not all(one.rating is None or one.rating in RATINGS for one in reviews):
        raise ValueError("a rating is 1 to 5")
    page = Page(task, versions, tags=tuple(sorted(told["tags"])))
    names = {lyric.name for lyric in page.lyrics}
    page = page._replace(
        pick=told["pick"] if told["pick"] in names else None,
        reviews={review.name: review for review in reviews if review.name in names},
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
        Songbook(library).add(record.page._replace(task=task))


def _improve(songbook: Songbook, task: Task, record: Record) -> bool:
    """Give a task that is there what it lacks; say whether anything was."""
    library, told = songbook.library, record.page.task
    before = songbook.page(task)
    page = _renumbered(record.page, before.versions)
    way = told.delivered_by or DeliveredBy.LIBRARY
    library.settle(Settlement(task.row, Outcome(told.status, told.variants, told.error), way))
    with library.transaction():
        songbook.add(page._replace(task=task))
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
        moved = version._replace(source=names.get(version.source, version.source))
        while twin is None and moved.name in kept:
            moved = moved._replace(number=moved.number + 1)
        names[version.name] = (twin or moved).name
        if twin is None:
            kept[moved.name] = moved
            new.append(moved)
    reviews = [review._replace(name=names.get(name, name)) for name, review in page.reviews.items()]
    return page._replace(
        versions=tuple(new),
        pick=names.get(page.pick, page.pick) if page.pick else None,
        reviews={review.name: review for review in reviews},
    )


def _is_same(one: Version, other: Version) -> bool:
    return (one.variant, one.text, one.made_at) == (other.variant, other.text, other.made_at)
