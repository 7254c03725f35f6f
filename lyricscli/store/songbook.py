"""The songbook: what people make of generated lyrics. Picks, reviews, tags, and edited versions.

A task is one take of a song; the texts it brought are its variants, `1` to `n`, and stay as they came. A text
made from variant 2 is version `2.1`, the next one `2.2`, whichever text of that variant it was made from.
"""

from collections.abc import Callable, Iterable

from lyricscli.errors import NoSuchTaskError
from lyricscli.models import Lyric, Page, Review, Task, Verdict, Version, is_name
from lyricscli.store.library import Library, now
from lyricscli.store.schema import COLLECT

RATINGS = range(1, 6)


_VERSIONS, _REVIEWS = (
    f"SELECT {', '.join(kind._fields)} FROM {table} WHERE task_row = ? ORDER BY {order}"  # noqa: S608 (own words)
    for kind, table, order in ((Version, "versions", "variant, number"), (Review, "reviews", "name"))
)


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
        row = (task.row,)
        picks = self.library.rows("SELECT pick FROM tasks WHERE row = ?", row)
        tags = self.library.rows("SELECT tag FROM tags WHERE task_row = ? ORDER BY tag", row)
        reviews = [Review(*one) for one in self.library.rows(_REVIEWS, row)]
        return Page(
            task,
            tuple(Version(*one) for one in self.library.rows(_VERSIONS, row)),
            picks[0]["pick"] if picks else None,
            tuple(tag["tag"] for tag in tags),
            {
                one.name: one._replace(verdict=Verdict(one.verdict) if one.verdict else None)
                for one in reviews
            },
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
