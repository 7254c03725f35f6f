"""`lyrics export`: texts in a format for other programs and people, with where they come from."""

import os
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import UsageError, telling
from lyricscli.song.exports.sheet import Book, Edit, Exported, Format, Sheet, render
from lyricscli.terminal.streams import is_terminal, say, visible_block, write_stdout

if TYPE_CHECKING:
    from lyricscli.models import Lyric, Page


def export(  # noqa: PLR0913 (one parameter an option: it is the command line)
    tasks: Annotated[
        list[str], argument(options.LYRIC_HELP, metavar="TASK[:N]…", autocompletion=completing.tasks)
    ],
    *,
    format_: Annotated[
        Format,
        option(
            "txt, md and chordpro name their origin; json keeps everything; suno is for custom mode; "
            "release has the sung words alone; html is a page to read and print, of one song or many.",
            "--format",
            "-f",
        ),
    ] = Format.TXT,
    output: Annotated[
        str | None,
        options.to_file("A file, or a directory in which the titles name the files; else stdout.", "PATH"),
    ] = None,
    title: Annotated[str | None, option("The name of the songbook, for html.")] = None,
    beside: Annotated[
        str | None,
        option("A second text beside the first, section by section, for html.", metavar="TASK[:N]"),
    ] = None,
    force: Annotated[bool, option("Replace a file that is there.", "--force")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Write texts in another format. Structure is kept, and what a person changed is said.

    Example: lyrics export last:2 --format chordpro -o songs/
    """
    _check(tasks, format_, output, is_book=title is not None or beside is not None, beside=beside)
    with wiring.open_songbook() as songbook:
        found = {
            task: _sheet(*options.find_lyric(songbook, task, quiet=quiet)) for task in dict.fromkeys(tasks)
        }
        sheets = tuple(found[task] for task in tasks)
        side = _sheet(*options.find_lyric(songbook, beside, quiet=quiet)) if beside is not None else None
    books = [Book(sheets, title or "", side)] if format_.is_book else [Book((sheet,)) for sheet in sheets]
    exported = [(book, render(book, format_)) for book in books]
    told = list(_write(exported, format_, output, force=force))
    for line in (*told, *_notices(exported)):
        if not quiet:
            say(line)


def _check(tasks: list[str], form: Format, output: str | None, *, is_book: bool, beside: str | None) -> None:
    """Refuse what cannot be written before anything is looked up."""
    if is_book and not form.is_book:
        raise UsageError(f"{form} has no songbook", "--title and --beside are for --format html.")
    if beside is not None and len(tasks) > 1:
        raise UsageError("--beside needs one TASK", "Name one text, and one to set beside it.")
    if len(tasks) > 1 and not form.is_book and not _is_directory(output):
        raise UsageError(f"several texts as {form} need a directory", "Name one: -o songs/")


def _is_directory(output: str | None) -> bool:
    """Whether it is a directory that is written to; one that is not there yet has a slash at its end."""
    separators = tuple(filter(None, (os.sep, os.altsep)))
    return output is not None and (output.endswith(separators) or Path(output).is_dir())


def _sheet(page: "Page", lyric: "Lyric") -> Sheet:
    task = page.task
    return Sheet(
        title=lyric.title,
        text=lyric.text,
        provider=task.provider,
        task_id=task.ref,
        variant=lyric.variant,
        prompt=task.prompt,
        generated_at=task.completed_at or task.submitted_at,
        metadata=page.metadata(lyric),
        edits=tuple(
            Edit(step.made_at, step.made_by, f"{step.name} from {step.source}")
            for step in page.lineage(lyric)
        ),
    )


def _write(
    exported: list[tuple[Book, Exported]], form: Format, output: str | None, *, force: bool
) -> Iterator[str]:
    """Write each text to its file, or the only one to stdout; yield what to say of it."""
    from lyricscli.files import check_result, write_result

    if output is None:  # the exact text into a pipe or a file; at a terminal, nothing that acts on it
        text = exported[0][1].text
        write_stdout(visible_block(text) if is_terminal() else text)
        return
    if not _is_directory(output):
        paths = [Path(output)]
    else:
        paths = list(_paths(Path(output), [book for book, _ in exported], form))
        with telling(f"{output} cannot be made", "Name a directory whose parent exists.", UsageError):
            Path(output).mkdir(exist_ok=True)
    for path in paths:
        check_result(path, force=force)
    for path, (_, one) in zip(paths, exported, strict=True):
        write_result(path, [one.text], force=force)
        yield f"Written to {path}."


def _paths(directory: Path, books: list[Book], form: Format) -> Iterator[Path]:
    """Name the files by the titles; songs of one title are numbered."""
    from lyricscli.song.exports.sheet import filename

    seen: set[str] = set()
    for book in books:
        title = book.heading or book.sheets[0].title
        numbers = chain([""], (f" ({number})" for number in count(2)))
        names = (filename(title, f"{number}{form.suffix}") for number in numbers)
        name = next(name for name in names if name.casefold() not in seen)
        seen.add(name.casefold())
        yield directory / name


def _notices(exported: list[tuple[Book, Exported]]) -> Iterator[str]:
    for book, one in exported:
        named = f"{book.sheets[0].heading}: " if len(exported) > 1 else ""
        yield from (f"{named}{notice}" for notice in one.notices)
