"""The songbook: what people make of generated lyrics. Picks, reviews, tags, and edited versions.

A task is one take of a song; the texts it brought are its variants, `1` to `n`, and stay as they came. A text
made from variant 2 is version `2.1`, the next one `2.2`, whichever text of that variant it was made from.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from lyricscli.errors import LyricsError, NoSuchTaskError, UsageError
from lyricscli.models import Review, Task, VariantStatus, Verdict, Version
from lyricscli.store.library import Library, now
from lyricscli.store.schema import COLLECT

RATINGS = range(1, 6)


class Lyric(NamedTuple):
    """One text of a task: `name` is `2` for a generated variant, `2.1` for a version made from it."""

    name: str
    title: str
    text: str
    version: Version | None = None

    @property
    def variant(self) -> int:
        """The generated variant that it is, or goes back to."""
        return int(self.name.partition(".")[0])


class Page(NamedTuple):
    """A task with everything that people added to it."""

    task: Task
    versions: tuple[Version, ...] = ()
    pick: str | None = None
    tags: tuple[str, ...] = ()
    reviews: Mapping[str, Review] = {}

    @property
    def lyrics(self) -> tuple[Lyric, ...]:
        """Every text there is: each complete variant, and after it the versions made from it."""
        generated = [
            Lyric(str(variant.number), variant.title, variant.text)
            for variant in self.task.variants
            if variant.status is VariantStatus.COMPLETE
        ]
        made = [Lyric(version.name, version.title, version.text, version) for version in self.versions]
        return tuple(sorted(generated + made, key=lambda lyric: (lyric.variant, lyric.version is not None)))

    def lyric(self, name: str | None) -> Lyric:
        """Return the text of that name; None is the pick, else the first one.

        Raises UsageError where there is none of that name, and LyricsError where there is no text at all.
        """
        lyrics = self.lyrics
        if not lyrics:
            raise LyricsError(
                f"task {self.task.ref} has no lyrics: it is {self.task.status}", "`lyrics show` says why."
            )
        wanted = name if name is not None else self.pick
        if wanted is None:
            return lyrics[0]
        found = next((lyric for lyric in lyrics if lyric.name == wanted), None)
        if found is None:
            raise UsageError(
                f"task {self.task.ref} has no text {wanted}",
                f"It has {', '.join(one.name for one in lyrics)}.",
            )
        return found

    def metadata(self, lyric: Lyric) -> dict[str, str]:
        """Return the task's metadata as they are true of a text of it: a translation has its own language."""
        language = lyric.version.language if lyric.version is not None else ""
        return {**self.task.metadata, "language": language} if language else dict(self.task.metadata)

    def lineage(self, lyric: Lyric) -> tuple[Version, ...]:
        """Return the edits that led from the generated text to this one, oldest first."""
        known = {version.name: version for version in self.versions}
        steps: list[Version] = []
        while lyric_version := known.get(steps[-1].source if steps else lyric.name):
            steps.append(lyric_version)
        return tuple(reversed(steps))


class Songbook:
    """Reads and writes what people add, in the library's file. Raises what Library raises."""

    def __init__(self, library: Library, clock: Callable[[], str] = now) -> None:
        self.library = library
        self._clock = clock

    def split(self, name: str) -> tuple[str, str | None]:
        """Split TASK:N into both; a task whose id itself ends like that wins."""
        task, _, part = name.rpartition(":")
        if not task or not is_name(part):
            return name, None
        try:
            self.library.find(name)
        except NoSuchTaskError:
            return task, part
        return name, None

    def find(self, name: str) -> tuple[Page, str | None]:
        """Return the page that TASK or TASK:N means, and N where one was given. Raises NoSuchTaskError."""
        task, part = self.split(name)
        return self.page(self.library.find(task)), part

    def lyric(self, name: str) -> tuple[Page, Lyric]:
        """Return the one text that TASK or TASK:N means, with its page. Raises LyricsError, UsageError."""
        page, part = self.find(name)
        return page, page.lyric(part)

    def page(self, task: Task) -> Page:
        """Return what was added to a task."""
        library, row = self.library, (task.row,)
        versions = library.rows("SELECT * FROM versions WHERE task_row = ? ORDER BY variant, number", row)
        reviews = library.rows("SELECT * FROM reviews WHERE task_row = ? ORDER BY name", row)
        tags = library.rows("SELECT tag FROM tags WHERE task_row = ? ORDER BY tag", row)
        picks = library.rows("SELECT pick FROM tasks WHERE row = ?", row)
        return Page(
            task,
            tuple(Version(**_own(version)) for version in versions),
            picks[0]["pick"] if picks else None,
            tuple(tag["tag"] for tag in tags),
            {one["name"]: _review(one) for one in reviews},
        )

    def take(self, task: Task) -> tuple[int, int]:
        """Return which take of its song a task is, counted from 1, and how many there are."""
        (found,) = self.library.rows(
            "SELECT sum((submitted_at, row) <= (?, ?)) AS take, count(*) AS takes FROM tasks"
            " WHERE song = ? AND song <> ''",
            (task.submitted_at, task.row, task.song),
        )
        return found["take"] or 1, found["takes"] or 1

    def choose(self, task: Task, name: str | None) -> None:
        """Make a text the task's pick; None takes the pick back."""
        with self.library.transaction():
            self.library.change("UPDATE tasks SET pick = ? WHERE row = ?", (name, task.row))

    def review(self, task: Task, review: Review) -> None:
        """Write down what is thought of a text; what the review leaves open stays as it was.

        A rejected text that was the pick no longer is.
        """
        with self.library.transaction():
            known = self.page(task).reviews.get(review.name, review)
            whole = Review(
                review.name,
                known.rating if review.rating is None else review.rating,
                review.verdict or known.verdict,
                review.note or known.note,
                review.reviewed_at or self._clock(),
            )
            self.library.change(
                "DELETE FROM reviews WHERE task_row = ? AND name = ?", (task.row, review.name)
            )
            if review.verdict is Verdict.REJECTED:
                self.library.change(
                    "UPDATE tasks SET pick = NULL WHERE row = ? AND pick = ?", (task.row, review.name)
                )
            self.add(Page(task, reviews={review.name: whole}))

    def tag(self, task: Task, tags: Iterable[str], *, remove: Iterable[str] = ()) -> None:
        """Add tags to a task, and take others away."""
        gone = set(remove)
        with self.library.transaction():
            for tag in gone:
                self.library.change("DELETE FROM tags WHERE task_row = ? AND tag = ?", (task.row, tag))
            self.add(Page(task, tags=tuple(tag for tag in tags if tag not in gone)))

    def add_version(  # noqa: PLR0913 (what a version is made of)
        self,
        task: Task,
        source: Lyric,
        text: str,
        made_by: str,
        *,
        title: str | None = None,
        language: str | None = None,
    ) -> Version:
        """Keep a changed text as a new version of the variant that its source goes back to.

        Its title and its language are the source's, unless others are given.
        """
        inherited = source.version.language if source.version is not None else ""
        with self.library.transaction():
            numbers = [one.number for one in self.page(task).versions if one.variant == source.variant]
            version = Version(
                source.variant,
                max(numbers, default=0) + 1,
                source.name,
                source.title if title is None else title,
                text,
                made_by,
                self._clock(),
                inherited if language is None else language,
            )
            self.add(Page(task, versions=(version,)))
        return version

    def add(self, page: Page) -> None:
        """Add versions, reviews and tags to a page's task, but for those that it has, in a transaction."""
        library, row = self.library, page.task.row
        for table, added in (("versions", page.versions), ("reviews", page.reviews.values())):
            for one in added:
                library.insert(table, {"task_row": row, **one._asdict()}, "INSERT OR IGNORE")
        for tag in page.tags:
            library.insert("tags", {"task_row": row, "tag": tag}, "INSERT OR IGNORE")
        library.change_at_end(COLLECT, row)

    def delete(self, tasks: Iterable[Task]) -> None:
        """Delete tasks with all that belongs to them; a copy elsewhere is the only way back.

        Their words are overwritten in the file, and leave the search index too.
        """
        with self.library.transaction():
            self.library.change("PRAGMA secure_delete = ON")
            for task in tasks:
                self.library.change("DELETE FROM search WHERE rowid = ?", (task.row,))
                self.library.change("DELETE FROM tasks WHERE row = ?", (task.row,))
            self.library.change("INSERT INTO search (search) VALUES ('optimize')")


def _own(row: sqlite3.Row) -> dict[str, Any]:
    """Return what a row says beside the task that it belongs to."""
    return {name: row[name] for name in row.keys() if name != "task_row"}  # noqa: SIM118 (a row iterates over its values)


def _review(row: sqlite3.Row) -> Review:
    review = Review(**_own(row))
    return review._replace(verdict=Verdict(review.verdict) if review.verdict else None)


def is_name(text: str) -> bool:
    """Whether a text can be a variant's or a version's name: `2` or `2.1`."""
    return re.fullmatch(r"(?a)\d{1,4}(\.\d{1,4})?", text) is not None
