"""The use case: check a text, also against what else is in the library."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lyricscli.config.settings import SANDBOX
from lyricscli.files import read_text
from lyricscli.models import Lyric, Page
from lyricscli.song.checks.findings import Finding
from lyricscli.song.checks.likeness import Common, Earlier, runs_to_look_for
from lyricscli.song.checks.review import Wanted, review
from lyricscli.song.sections import parse
from lyricscli.store import listing as catalogue
from lyricscli.store.songbook import Songbook

MOST_PHRASES = 256
"""Runs of words that are looked for in the library; of a longer text evenly spread ones."""

MOST_COMPARED = 60
"""Tasks, those that share most of the runs, whose texts are compared word by word."""


class Rules(NamedTuple):
    """What the user wants checked: a language, words to allow and to deny, texts to compare with."""

    language: str | None = None
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    against: tuple[Earlier, ...] = ()


class Checked(NamedTuple):
    """A text and what was found in it."""

    lyric: Lyric
    findings: tuple[Finding, ...]


def check(songbook: Songbook, page: Page, lyric: Lyric, rules: Rules) -> Checked:
    """Run every check on a text, compared with the library but for its own versions and other takes."""
    song = parse(lyric.text)
    language = page.metadata(lyric).get("language", "") if rules.language is None else rules.language
    is_common = _common_lines(page)
    others = (*rules.against, *_alike(songbook, page, runs_to_look_for(song, is_common)))
    wanted = Wanted(lyric.title, language, rules.allow, rules.deny, others, is_common)
    return Checked(lyric, review(song, wanted))


def word_list(path: Path) -> tuple[str, ...]:
    """Read a list of words or phrases, one a line; `#` starts a comment. A missing file is an empty list."""
    if not path.exists():
        return ()
    entries = (line.partition("#")[0].strip() for line in read_text(path).splitlines())
    return tuple(entry for entry in entries if entry)


def _alike(songbook: Songbook, page: Page, phrases: Sequence[str]) -> Iterator[Earlier]:
    """Yield the library's other songs that may be too close to one with these phrases."""
    spread = phrases[:: max(1, -(-len(phrases) // MOST_PHRASES))]
    for row in catalogue.sharing(songbook.library, spread, MOST_COMPARED, but=page.task):
        other = songbook.page(songbook.library.get(row))
        is_take = bool(page.task.song) and other.task.song == page.task.song
        for lyric in other.lyrics:
            if is_take and lyric.version is None:  # what one prompt gave twice is alike by nature
                continue
            yield Earlier(f"{lyric.title or 'Untitled'} ({other.task.ref}:{lyric.name})", parse(lyric.text))


def _common_lines(page: Page) -> Common:
    """Tell the lines that any song may have: those that the sandbox's stand-in writer deals out."""
    if page.task.provider != SANDBOX:
        return None
    from lyricscli.sandbox.writer.banks import is_dealt  # only where a song of the sandbox is checked

    return is_dealt
