"""`lyrics edit`: a new version of a text, made in an editor or by an outside program."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

from lyricscli.cli import options, wiring
from lyricscli.cli.options import option
from lyricscli.errors import LyricsError
from lyricscli.terminal.streams import say, write_json, write_line

if TYPE_CHECKING:
    from lyricscli.models import Lyric, Page, Version
    from lyricscli.song.diffing import Difference


def edit(  # noqa: PLR0913 (one parameter an option: it is the command line)
    task: options.Lyric,
    *,
    with_: Annotated[
        str | None,
        option("Change it by a program: text on stdin, new text on stdout.", "--with", metavar="CMD"),
    ] = None,
    timeout: Annotated[str, option("How long the program may take.")] = "2m",
    title: Annotated[str | None, option("A new title; the text may stay as it is.")] = None,
    language: Annotated[str | None, option("The new version is in this language: a translation.")] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a new version of a text in $VISUAL or $EDITOR, or through a program. The source stays as it is.

    Example: lyrics edit last:2 --with "sed s/gray/grey/"
    """
    options.seconds("--timeout", timeout)
    with wiring.open_songbook() as songbook, ExitStack() as drafts:
        page, source = options.find_lyric(songbook, task, quiet=quiet)
        if with_ is not None:
            from lyricscli.cli.program import changed_by

            text, made_by = changed_by(with_, source.text, timeout), with_
        elif title is None:
            from lyricscli.terminal.editor import edited, editor_name

            text, made_by = drafts.enter_context(edited(source.text, "lyrics.txt")), editor_name()
            if not text.strip():
                raise LyricsError("the edited text is empty", "Nothing was stored.")
        else:
            text, made_by = source.text, "title"
        # Editors and filters add a line break at the end: that alone is no change.
        if text.rstrip("\r\n") == source.text.rstrip("\r\n") and title in {None, source.title}:
            _tell(["Nothing was changed; no version was made."], quiet=quiet)
            return
        version = songbook.add_version(page.task, source, text, made_by, title=title, language=language)
    _report(page, version, source, json=json, quiet=quiet)


def _report(page: "Page", version: "Version", source: "Lyric", *, json: bool, quiet: bool) -> None:
    """Print the version's name, and on stderr what became of the sections and lines."""
    from lyricscli.song.diffing import compare
    from lyricscli.song.sections import parse
    from lyricscli.terminal.documents import version_document

    difference = compare(parse(source.text), parse(version.text))
    lost = [section.name for section in difference.lost]
    if json:
        document = {"task_id": page.task.task_id, **version_document(version), "lost_sections": lost}
        write_json(document)
    else:
        write_line(f"{page.task.ref}:{version.name}")
    spoken = [f"Language: {version.language}."] if version.language else []
    titled = [f"Title: “{source.title}” is now “{version.title}”."] if version.title != source.title else []
    moved = [f"Section moved: {section.name}." for section in difference.moved]
    _tell(
        [*titled, *spoken, *(f"Section lost: {name}." for name in lost), *moved, _counted(difference)],
        quiet=quiet,
    )


def _tell(lines: list[str], *, quiet: bool) -> None:
    for line in lines:
        if not quiet:
            say(line)


def _counted(difference: "Difference") -> str:
    """Say how many lines were changed, added and removed."""
    from collections import Counter

    counts = Counter(str(line.change) for pair in difference.sections for line in pair.lines)
    words = [f"{counts[change]} {change}" for change in ("changed", "added", "removed") if counts[change]]
    return f"Lines: {', '.join(words)}." if words else "No line was changed."
