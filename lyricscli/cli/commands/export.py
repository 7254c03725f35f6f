"""`lyrics export`: a text in a format for other programs and people, with where it comes from."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lyricscli.cli import options

if TYPE_CHECKING:
    from lyricscli.song.exports.sheet import Sheet
    from lyricscli.store.songbook import Lyric, Page


def export(
    task: options.Lyric,
    *,
    format_: Annotated[
        Literal["txt", "md", "json", "chordpro", "suno", "release"],
        typer.Option(
            "--format",
            "-f",
            help="txt, md and chordpro name their origin; json keeps everything; "
            "suno is for custom mode; release has the sung words alone.",
        ),
    ] = "txt",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="A file, or a directory in which the title names it; else stdout."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a text in another format. Structure is kept, and what a person changed is said.

    Example: lyrics export last:2 --format chordpro -o songs/
    """
    from lyricscli.cli import wiring
    from lyricscli.cli.options import find_lyric
    from lyricscli.song.exports.render import Format, render
    from lyricscli.terminal.progress import say

    form = Format(format_)
    with wiring.open_songbook() as songbook:
        sheet = _sheet(*find_lyric(songbook, task, quiet=quiet))
    exported = render(sheet, form)
    if output is None or str(output) == "-":
        _to_stdout(exported.text)
    else:
        path = _write(output, sheet, form.suffix, exported.text, force=force)
        if not quiet:
            say(f"Written to {path}.")
    for notice in exported.notices:
        if not quiet:
            say(notice)


def _sheet(page: "Page", lyric: "Lyric") -> "Sheet":
    from lyricscli.song.exports.sheet import Edit, Sheet

    task = page.task
    return Sheet(
        title=lyric.title,
        text=lyric.text,
        provider=task.provider,
        task_id=task.ref,
        variant=lyric.variant,
        prompt=task.prompt,
        generated_at=task.completed_at or task.submitted_at,
        metadata=task.metadata,
        edits=tuple(
            Edit(step.made_at, step.made_by, f"{step.name} from {step.source}")
            for step in page.lineage(lyric)
        ),
    )


def _to_stdout(text: str) -> None:
    """Write the exact text into a pipe or a file; at a terminal, nothing that acts on it."""
    from lyricscli.terminal.results import write_stdout
    from lyricscli.terminal.safe import visible_block

    write_stdout(visible_block(text) if sys.stdout.isatty() else text)


def _write(output: Path, sheet: "Sheet", suffix: str, text: str, *, force: bool) -> Path:
    from lyricscli.song.exports.filenames import filename
    from lyricscli.terminal.files import write_new

    path = output / filename(sheet.title, suffix) if output.is_dir() else output
    write_new(path, text, force=force)
    return path
