"""`lyrics list`: the library, newest first; searched and filtered."""

from typing import TYPE_CHECKING, Annotated

from lyricscli.cli import options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import UsageError
from lyricscli.models import TaskStatus
from lyricscli.terminal.streams import is_fancy, say, write_array, write_stdout

if TYPE_CHECKING:
    from lyricscli.store.library import Library
    from lyricscli.store.listing import Filter

DEFAULT_LIMIT = 20


def list_(  # noqa: PLR0913 (one parameter an option: it is the command line)
    query: Annotated[
        str | None, argument('Words to find in titles, texts, prompts, notes and tags; "…" for a phrase.')
    ] = None,
    *,
    status: Annotated[
        list[TaskStatus] | None,
        option(f"Only tasks that are {', '.join(TaskStatus)}; repeatable.", metavar="STATUS"),
    ] = None,
    pending: Annotated[bool, option("Only tasks that are unfinished.", "--pending")] = False,
    provider: Annotated[str | None, option("Only tasks of this service.")] = None,
    style: Annotated[str | None, option("Only songs whose style has this in it.")] = None,
    since: Annotated[str | None, option("Only since then: 2026-11-22, today, 30m, 12h, 7d, 4w.")] = None,
    picked: Annotated[bool, option("Only songs with a picked text.", "--picked")] = False,
    tag: Annotated[list[str] | None, option("Only songs with this tag; repeatable.")] = None,
    song: Annotated[str | None, option("Only takes of this task's song.", metavar="TASK")] = None,
    group: Annotated[bool, option("Show each song once: its newest take.", "--group")] = False,
    limit: Annotated[int | None, option("How many at most; 0 is all.", min=0, show_default="20")] = None,
    json: Annotated[bool, option("Print one JSON array of documents.", "--json")] = False,
    plain: options.Plain = False,
) -> None:
    """List the library, newest first. Generations of the same prompt are takes of one song.

    Example: lyrics list lighthouse --style folk --since 7d
    """
    from lyricscli.store.listing import Filter

    wanted = Filter(
        query=query,
        statuses=tuple(status or ()),
        unfinished=pending,
        provider=provider,
        style=style,
        since=_moment(since) if since is not None else None,
        picked=picked,
        tags=tuple(tag or ()),
        grouped=group,
        limit=limit if limit is not None else DEFAULT_LIMIT,
    )
    with wiring.open_library(wiring.load_settings()) as library:
        if song is not None:
            wanted = wanted._replace(takes_of=library.find(song))
        _show(library, wanted, json=json, plain=plain)


def _show(library: "Library", wanted: "Filter", *, json: bool, plain: bool) -> None:
    from lyricscli.store.listing import entries, rows

    if json:
        from lyricscli.store.songbook import Songbook
        from lyricscli.terminal.documents import page_document

        songbook = Songbook(library)
        pages = map(songbook.page, library.tasks(rows(library, wanted)))
        write_array(page_document(page, songbook.take(page.task)) for page in pages)
    elif is_fancy(plain=plain):
        from lyricscli.terminal import pager, table

        tables = table.tables(entries(library, wanted))
        if (first := next(tables, None)) is not None:
            pager.show(first, tables)
        else:
            empty = "The library is empty; `lyrics generate` makes the first task."
            say("Nothing in the library is like that." if library.count else empty)
    else:
        from lyricscli.terminal.table import summaries

        for page in entries(library, wanted):
            write_stdout(summaries(page, plain=plain))


def _moment(text: str) -> str:
    """Read --since as the library's time. Raises UsageError."""
    from lyricscli.quantities import moment

    try:
        return moment(text)
    except (ValueError, OverflowError) as error:
        advice = "Like 2026-11-22, today, yesterday, 90s, 30m, 12h, 7d, 4w or 3months."
        raise UsageError(f"--since is {text!r}, which is no time", advice) from error
