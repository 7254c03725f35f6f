"""The use case: lyrics of one's own, kept as tasks of provider `own`."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import shorten

from lyricscli.errors import UsageError
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Settlement,
    Submission,
    Task,
    TaskStatus,
    Variant,
    VariantStatus,
)
from lyricscli.song.imports import read_song
from lyricscli.song.sections import parse
from lyricscli.store.songbook import Songbook

OWN = "own"
"""The provider of songs that no service wrote."""
STDIN = "standard input"
_LONGEST_TITLE = 60
_PAGE = re.compile(r"\s*<(?:!doctype\s+)?html\b", re.IGNORECASE)


def add_song(  # noqa: PLR0913 (what is known of a song)
    songbook: Songbook,
    text: str,
    where: str,
    *,
    title: str | None = None,
    metadata: Mapping[str, str],
    tags: Iterable[str] = (),
) -> tuple[Task, bool]:
    """Keep a file's song; true says that it is new, and not one that the library has already.

    `where` is the file, which names a song without a title; one from STDIN is called by its first line. What
    is given here outweighs what stands in the file. Raises UsageError for what is no text.
    """
    if "\0" in text:
        raise UsageError(f"{where} is no text: it has binary data", "Give text, Markdown or ChordPro.")
    if _PAGE.match(text):
        raise UsageError(f"{where} is a page in HTML, and no song", "Give text, Markdown or ChordPro.")
    song = read_song(text)
    if not song.text.strip():
        raise UsageError(f"{where} has no lyrics in it", "Give text, Markdown or ChordPro with words in it.")
    digest = hashlib.sha256(song.text.strip().encode("utf-8", "surrogatepass")).hexdigest()
    called = title or song.title or (_first_line(song.text) if where == STDIN else Path(where).stem)
    wanted = {**song.metadata, **metadata}
    submission = Submission(OWN, "", called, digest, {key: value for key, value in wanted.items() if value})
    variant = Variant(1, called, VariantStatus.COMPLETE, song.text)
    library = songbook.library
    with library.transaction():
        task, is_new = library.begin_unless_known(submission)
        if is_new:
            library.accept(task, digest[:32])
            outcome = Outcome(TaskStatus.COMPLETE, (variant,))
            task = library.settle(Settlement(task.row, outcome, DeliveredBy.LIBRARY))
        songbook.tag(task, tags)
    return task, is_new


def _first_line(text: str) -> str:
    sung = next((line.sung for line in parse(text).lines if line.sung), "Untitled")
    return shorten(sung, _LONGEST_TITLE, placeholder="…")
