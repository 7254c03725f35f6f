"""`lyrics diff`: two texts compared by sections, lines and words."""

from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from lyricscli.models import Lyric, Page
    from lyricscli.store.songbook import Songbook


def diff(
    before: options.Lyric,
    after: Annotated[
        str | None,
        argument(
            "What to compare it with; else an edited version is compared with its source.",
            metavar="TASK[:N]",
            autocompletion=completing.tasks,
        ),
    ] = None,
    *,
    exit_code: Annotated[bool, option("Exit with 1 where they differ.", "--exit-code")] = False,
    json: options.Json = False,
    plain: options.Plain = False,
) -> None:
    """Compare two texts: sections aligned, lines and words marked, with or without colour.

    Example: lyrics diff last:1 last:2
    """
    from lyricscli.song.diffing import as_document, compare
    from lyricscli.song.sections import parse
    from lyricscli.terminal.reports import show_difference
    from lyricscli.terminal.streams import write_json

    with wiring.open_songbook() as songbook:
        one, other = _both(songbook, before, after)
    difference = compare(parse(one[1].text), parse(other[1].text))
    if json:
        names = {"before": _document(*one), "after": _document(*other)}
        write_json({**names, **as_document(difference)})
    else:
        show_difference(_name(*one), _name(*other), difference, plain=plain)
    if exit_code and not difference.is_empty:
        raise typer.Exit(int(ExitCode.FAILED))


def _both(
    songbook: "Songbook", before: str, after: str | None
) -> "tuple[tuple[Page, Lyric], tuple[Page, Lyric]]":
    one = options.find_lyric(songbook, before)
    if after is not None:
        return one, options.find_lyric(songbook, after, quiet=after == before)
    page, lyric = one
    if lyric.version is None:
        raise UsageError(
            f"{before} was not edited, and there is nothing else to compare it with",
            f"Name another text: lyrics diff {before} TASK:N",
        )
    return (page, page.lyric(lyric.version.source)), one


def _name(page: "Page", lyric: "Lyric") -> str:
    return f"{options.ref_of(page, lyric)} {lyric.title or 'Untitled'}"


def _document(page: "Page", lyric: "Lyric") -> dict[str, object]:
    return {"task_id": page.task.task_id, "name": lyric.name, "title": lyric.title}
