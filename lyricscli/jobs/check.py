"""The use case: check a text, also against what else is in the library."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lyricscli.errors import UsageError
from lyricscli.song.checks.findings import Finding
from lyricscli.song.checks.likeness import SHINGLE, TOO_CLOSE, Earlier
from lyricscli.song.checks.review import Wanted, review
from lyricscli.song.sections import Song, parse
from lyricscli.song.words import words_of
from lyricscli.store import listing as catalogue
from lyricscli.store.songbook import Lyric, Page, Songbook

MOST_PHRASES = 64
"""Runs of words, evenly spread over a text, by which texts are found that may be like it."""

FEWEST_SHARED = TOO_CLOSE / 3
"""The share of them that such a text must hold: a third of what is too close, as the index knows a word only
as it is written, and not every run is looked for."""

LONGEST_FILE = 1_000_000
"""Bytes read of a file to compare with, or of a word list."""

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user wants checked: a language, words to allow and to deny, texts to compare with."""

    language: str | None = None
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    against: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A text and what was found in it."""

    lyric: Lyric
    findings: tuple[Finding, ...]


def check(songbook: Songbook, page: Page, lyric: Lyric, rules: Rules) -> Checked:
    """Run every check on a text; it is not compared with other takes and versions of its own song."""
    song = parse(lyric.text)
    language = page.metadata(lyric).get("language", "") if rules.language is None else rules.language
    others = (*rules.against, *_alike(songbook, page, song))
    return Checked(lyric, review(song, Wanted(lyric.title, language, rules.allow, rules.deny, others)))


def read_text(path: Path) -> str:
    """Read a user's text file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}", "Check the file's name."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 text (byte {error.start + 1})", "Convert it to UTF-8."
        ) from error


def word_list(path: Path) -> tuple[str, ...]:
    """Read a list of words or phrases, one a line; `#` starts a comment. A missing file is an empty list."""
    if not path.exists():
        return ()
    entries = (line.partition("#")[0].strip() for line in read_text(path).splitlines())
    return tuple(entry for entry in entries if entry)


def _alike(songbook: Songbook, page: Page, song: Song) -> Iterator[Earlier]:
    """Yield the library's other songs that may be too close to this one."""
    phrases = _phrases(song)
    least = max(1, int(len(phrases) * FEWEST_SHARED))
    for row in catalogue.sharing(songbook.library, phrases, least, but=page.task):
        other = songbook.page(songbook.library.get(row))
        for lyric in other.lyrics:
            yield Earlier(f"{lyric.title or 'Untitled'} ({other.task.ref}:{lyric.name})", parse(lyric.text))


def _phrases(song: Song) -> Sequence[str]:
    """Return runs of words to look for. A word of a script without spaces is as long as a phrase."""
    words = [word for line in song.lines if line.sung for word in words_of(line.sung)]
    length = 1 if any(map(_UNSPACED.search, words)) else SHINGLE
    runs = [" ".join(words[start : start + length]) for start in range(len(words) - length + 1)]
    distinct = list(dict.fromkeys(runs))
    return distinct[:: max(1, -(-len(distinct) // MOST_PHRASES))]
