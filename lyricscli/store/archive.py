"""The library taken elsewhere: a line of JSON a task, and taken in again without replacing better data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict, get_type_hints

from msgspec import Meta, MsgspecError, Struct, json, to_builtins

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

_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_Moment = Annotated[str, Meta(pattern=rf"\A{_MOMENT}\Z")]
_MomentIfKnown = Annotated[str, Meta(pattern=rf"\A({_MOMENT})?\Z")]
_Number = Annotated[int, Meta(gt=0, lt=BOUND)]
_Code = Annotated[int, Meta(gt=-BOUND, lt=BOUND)]
_Rating = Annotated[int, Meta(ge=RATINGS[0], le=RATINGS[-1])]


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


class _Message(Struct, omit_defaults=True):
    kind: PayloadKind
    received_at: _Moment
    headers: dict[str, str]
    body: str | None = None
    base64: bytes | None = None


def _object(kind: Any, **more: Any) -> Any:
    """Return the type of a JSON object with a member for each field of a named tuple, and more."""
    hints, usual = get_type_hints(kind) | more, kind._field_defaults
    members = {name: NotRequired[hint] if name in usual else hint for name, hint in hints.items()}
    return TypedDict(kind.__name__, members)  # type: ignore[operator]


def _objects(kind: Any, **more: Any) -> Any:
    return tuple[_object(kind, **more), ...]  # type: ignore[misc]


_LINES = json.Decoder(
    _object(
        Task,
        row=NotRequired[int],
        submitted_at=_Moment,
        completed_at=_Moment | None,
        variants=_objects(Variant, number=_Number),
        error=_object(Failure, code=_Code | None) | None,
        # Beside the fields of its task. A change that older programs would misread gets another format.
        format=Literal[1],
        versions=_objects(Version, variant=_Number, number=_Number, made_at=_Moment),
        pick=str | None,
        tags=tuple[str, ...],
        reviews=_objects(Review, rating=_Rating | None, reviewed_at=_MomentIfKnown),
        messages=tuple[_Message, ...],
    )
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
        "messages": to_builtins([_message(one) for one in record.messages]),
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
            yield _record(_LINES.decode(line))
        except (MsgspecError, ValueError, RecursionError) as error:
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


def _record(told: dict[str, Any]) -> Record:
    """Make a record of what a line says."""
    failure = told.get("error")
    known = {name: told[name] for name in Task._fields if name in told} | {
        "row": 0,
        "variants": tuple(Variant(**one) for one in told.get("variants", ())),
        "error": Failure(**failure) if failure else None,
    }
    versions = tuple(Version(**one) for one in told["versions"])
    page = Page(Task(**known), versions, tags=tuple(sorted(told["tags"])))
    names = {lyric.name for lyric in page.lyrics}
    reviews = {one["name"]: Review(**one) for one in told["reviews"] if one["name"] in names}
    page = page._replace(pick=told["pick"] if told["pick"] in names else None, reviews=reviews)
    return Record(page, tuple(map(_payload, told["messages"])))


def _payload(message: _Message) -> Payload:
    body = (message.body or "").encode() if message.base64 is None else message.base64
    return Payload(message.kind, body, message.headers, message.received_at)


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
