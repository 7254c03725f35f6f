"""`lyrics add`: lyrics of your own, from files or standard input."""

from pathlib import Path
from typing import Annotated

import typer

from lyricscli.cli import options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import ExitCode, LyricsError, UsageError
from lyricscli.files import STDIN, input_name, read_text


def add(
    files: Annotated[
        list[Path] | None,
        argument("Text, Markdown or ChordPro; `-` or nothing is standard input.", metavar="FILE…"),
    ] = None,
    *,
    title: Annotated[str | None, option("Its title, in the place of the file's own.")] = None,
    song: options.AboutSong,
    tag: options.Tag = None,
    quiet: options.Quiet = False,
) -> None:
    """Bring lyrics of your own into the library: each file is a song. Prints the task ids.

    Example: lyrics add songs/*.cho --tag setlist
    """
    from lyricscli.jobs.add import add_song
    from lyricscli.terminal.streams import say, sentence, write_line

    paths = list(dict.fromkeys(files or [STDIN]))
    if title is not None and len(paths) > 1:
        raise UsageError("--title was given for several files", "Give it for one, or let each have its own.")
    metadata = song.metadata()
    bad: list[LyricsError] = []
    with wiring.open_songbook() as songbook:
        for path in paths:
            try:
                text, where = read_text(path), input_name(path)
                task, is_new = add_song(songbook, text, where, title=title, metadata=metadata, tags=tag or ())
            except UsageError as error:
                bad.append(error)
                continue
            write_line(task.ref)
            if not is_new and not quiet:
                say(f"{where}: it is in the library already, as {task.ref}.")
    if bad and len(paths) == 1:
        raise bad[0]
    for one in bad:
        say(sentence(f"Not added: {one}"))
    if bad:
        raise typer.Exit(int(ExitCode.USAGE))
