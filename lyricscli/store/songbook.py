"""The songbook: what people make of generated lyrics. Picks, reviews, tags, and edited versions.

A task is one take of a song; the texts it brought are its variants, `1` to `n`, and stay as they came. A text
made from variant 2 is version `2.1`, the next one `2.2`, whichever text of that variant it was made from.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, field
from typing import NamedTuple

from lyricscli.errors import LyricsError, NoSuchTaskError, UsageError
from lyricscli.models import Review, Task, VariantStatus, Verdict, Version
from lyricscli.store.library import Library, now
from lyricscli.store.search import index

_LYRIC = re.compile(r"(?P<task>.+):(?P<name>\d{1,4}(?:\.\d{1,4})?)", re.DOTALL | re.ASCII)
_NAME = re.compile(r"\d{1,4}(?:\.\d{1,4})?", re.ASCII)

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


@dataclass(frozen=True, slots=True)
class Page:
    """A task with everything that people added to it."""

    task: Task
    versions: tuple[Version, ...] = ()
    pick: str | None = None
    tags: tuple[str, ...] = ()
    reviews: Mapping[str, Review] = field(default_factory=dict)

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
        parts = _LYRIC.fullmatch(name)
        if parts is None:
            return name, None
        try:
            self.library.find(name)
        except NoSuchTaskError:
            return parts["task"], parts["name"]
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
        with self.library.reading() as database:
            versions = database.execute(
                "SELECT variant, number, source, title, text, made_by, made_at, language FROM versions"
                " WHERE task_row = ? ORDER BY variant, number",
                (task.row,),
            ).fetchall()
            reviews = database.execute(
                "SELECT name, rating, verdict, note, reviewed_at FROM reviews"
                " WHERE task_row = ? ORDER BY name",
                (task.row,),
            ).fetchall()
            tags = database.execute(
                "SELECT tag FROM tags WHERE task_row = ? ORDER BY tag", (task.row,)
            ).fetchall()
            (pick,) = database.execute("SELECT pick FROM tasks WHERE row = ?", (task.row,)).fetchone() or (
                None,
            )
        return Page(
            task,
            tuple(Version(*columns) for columns in versions),
            pick,
            tuple(tag for (tag,) in tags),
            {
                name: Review(name, rating, Verdict(verdict) if verdict else None, note, reviewed_at)
                for name, rating, verdict, note, reviewed_at in reviews
            },
        )

    def take(self, task: Task) -> tuple[int, int]:
        """Return which take of its song a task is, counted from 1, and how many there are."""
        with self.library.reading() as database:
            number, takes = database.execute(
                "SELECT sum((submitted_at, row) <= (?, ?)), count(*) FROM tasks"
                " WHERE song = ? AND song <> ''",
                (task.submitted_at, task.row, task.song),
            ).fetchone()
        return number or 1, takes or 1

    def choose(self, task: Task, name: str | None) -> None:
        """Make a text the task's pick; None takes the pick back."""
        with self.library.transaction() as database:
            database.execute("UPDATE tasks SET pick = ? WHERE row = ?", (name, task.row))

    def review(self, task: Task, review: Review) -> None:
        """Write down what is thought of a text; what the review leaves open stays as it was.

        A rejected text that was the pick no longer is.
        """
        with self.library.transaction() as database:
            database.execute(
                "INSERT INTO reviews (task_row, name, rating, verdict, note, reviewed_at)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET rating = coalesce(excluded.rating, rating),"
                " verdict = coalesce(excluded.verdict, verdict),"
                " note = CASE excluded.note WHEN '' THEN note ELSE excluded.note END,"
                " reviewed_at = excluded.reviewed_at",
                (
                    task.row,
                    review.name,
                    review.rating,
                    review.verdict,
                    review.note,
                    review.reviewed_at or self._clock(),
                ),
            )
            if review.verdict is Verdict.REJECTED:
                database.execute(
                    "UPDATE tasks SET pick = NULL WHERE row = ? AND pick = ?", (task.row, review.name)
                )
            index(database, task.row)

    def tag(self, task: Task, tags: Iterable[str], *, remove: Iterable[str] = ()) -> None:
        """Add tags to a task, and take others away."""
        with self.library.transaction() as database:
            database.executemany(
                "INSERT OR IGNORE INTO tags (task_row, tag) VALUES (?, ?)", [(task.row, tag) for tag in tags]
            )
            database.executemany(
                "DELETE FROM tags WHERE task_row = ? AND tag = ?", [(task.row, tag) for tag in remove]
            )
            index(database, task.row)

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
        with self.library.transaction() as database:
            (last,) = database.execute(
                "SELECT coalesce(max(number), 0) FROM versions WHERE task_row = ? AND variant = ?",
                (task.row, source.variant),
            ).fetchone()
            inherited = source.version.language if source.version is not None else ""
            version = Version(
                source.variant,
                last + 1,
                source.name,
                source.title if title is None else title,
                text,
                made_by,
                self._clock(),
                inherited if language is None else language,
            )
            keep_version(database, task.row, version)
            index(database, task.row)
        return version

    def delete(self, tasks: Iterable[Task]) -> None:
        """Delete tasks with all that belongs to them; a copy elsewhere is the only way back.

        Their words are overwritten in the file, and leave the search index too.
        """
        with self.library.transaction() as database:
            database.execute("PRAGMA secure_delete = ON")
            for task in tasks:
                database.execute("DELETE FROM search WHERE rowid = ?", (task.row,))
                database.execute("DELETE FROM tasks WHERE row = ?", (task.row,))
            database.execute("INSERT INTO search (search) VALUES ('optimize')")


def keep_version(database: sqlite3.Connection, row: int, version: Version) -> None:
    """Write a version down as it is, inside the caller's transaction."""
    database.execute(
        "INSERT INTO versions (task_row, variant, number, source, title, text, made_by, made_at, language)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row, *astuple(version)),
    )


def is_name(text: str) -> bool:
    """Whether a text can be a variant's or a version's name: `2` or `2.1`."""
    return _NAME.fullmatch(text) is not None
