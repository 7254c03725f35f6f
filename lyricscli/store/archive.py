"""The library taken elsewhere: exported as records, and taken in again without replacing better data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lyricscli.models import DeliveredBy, Outcome, Settlement, Task, Version
from lyricscli.store.library import Library
from lyricscli.store.records import Record
from lyricscli.store.songbook import Page, Songbook


@dataclass(slots=True)
class Taken:
    """What an import did, in tasks."""

    added: int = 0
    improved: int = 0
    unchanged: int = 0


def export(library: Library, rows: Iterable[int]) -> Iterator[Record]:
    """Yield all that is known of the tasks of these rows."""
    songbook = Songbook(library)
    for task in library.tasks(list(rows)):
        yield Record(songbook.page(task), tuple(library.payloads(task.row)))


def oldest_first(library: Library) -> list[int]:
    """Return the row of every task."""
    return library.where("true ORDER BY submitted_at, row")


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
