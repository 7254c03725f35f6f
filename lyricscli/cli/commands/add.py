"""`lyrics add`: lyrics of your own, from files or standard input."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from lyricscli.cli import options
from lyricscli.errors import ExitCode, LyricsError, UsageError

_STDIN = Path("-")


def add(  # noqa: PLR0913 (one parameter an option: it is the command line)
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="Text, Markdown or ChordPro; `-` or nothing is standard input."),
    ] = None,
    *,
    title: Annotated[str | None, typer.Option(help="Its title, in the place of the file's own.")] = None,
    style: options.SongStyle = None,
    theme: options.Theme = None,
    mood: options.Mood = None,
    language: options.Language = None,
    tag: options.Tag = None,
    quiet: options.Quiet = False,
) -> None:
    """Bring lyrics of your own into the library: each file is a song. Prints the task ids.

    Example: lyrics add songs/*.cho --tag setlist
    """
    from lyricscli.cli import wiring
    from lyricscli.jobs.add import STDIN, add_song
    from lyricscli.terminal.streams import say, visible, write_stdout

    if title is not None and files and len(files) > 1:
        raise UsageError("--title was given for several files", "Give it for one, or let each have its own.")
    said = {"style": style, "theme": theme, "mood": mood, "language": language}
    metadata = {name: value.strip() for name, value in said.items() if value is not None}
    bad: list[LyricsError] = []
    with wiring.open_songbook() as songbook:
        for path in _once(files or [_STDIN]):
            try:
                text = _read(path)
                where = STDIN if path == _STDIN else str(path)
                task, is_new = add_song(songbook, text, where, title=title, metadata=metadata, tags=tag or ())
            except UsageError as error:
                bad.append(error)
                continue
            write_stdout(visible(task.ref) + "\n")
            if not is_new and not quiet:
                say(f"{where}: it is in the library already, as {task.ref}.")
    if len(bad) == 1 and len(files or [_STDIN]) == 1:
        raise bad[0]
    for one in bad:
        say(f"Not added: {one}.")
    if bad:
        raise typer.Exit(int(ExitCode.USAGE))


def _once(files: list[Path]) -> Iterator[Path]:
    yield from dict.fromkeys(files)


def _read(path: Path) -> str:
    from lyricscli.files import read_stdin, read_text

    return read_stdin() if path == _STDIN else read_text(path)
