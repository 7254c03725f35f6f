"""The library's tables and its full-text index: created whole, and brought up to date one step at a time."""

import os
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from lyricscli.errors import LibraryError

VERSION = 6
"""How many steps `schema.sql` has."""

ASIDE = "Move it aside, or point LYRICS_HOME at another directory."
"""What to do about something else in the library's place."""
DOCTOR = "`lyrics doctor` looks further."

COLLECT = """
    INSERT OR REPLACE INTO search (rowid, prompt, titles, texts, notes) VALUES (:row,
        (SELECT spaced(prompt) FROM tasks WHERE row = :row),
        (SELECT spaced(coalesce(group_concat(title, char(10)), '')) FROM (
            SELECT title FROM variants WHERE task_row = :row
            UNION ALL SELECT title FROM versions WHERE task_row = :row)),
        (SELECT spaced(coalesce(group_concat(text, char(10)), '')) FROM (
            SELECT text FROM variants WHERE task_row = :row
            UNION ALL SELECT text FROM versions WHERE task_row = :row)),
        (SELECT spaced(coalesce(group_concat(note, char(10)), '')) FROM (
            SELECT note FROM reviews WHERE task_row = :row
            UNION ALL SELECT tag FROM tags WHERE task_row = :row)))
"""
"""Makes a task found by its prompt, titles, texts, edited versions, notes and tags as they are now.

One row of VALUES, and no INSERT from a SELECT; see Database.change_at_end.
"""

_TERM = r'"([^"]*)"?|([^\s"]+)'
_POINTS = range(0x332, 0x900)
"""The accents that FTS5 does not know, and Hebrew's and Arabic's points: a word is the same without them."""
_SIGNS = range(0x900, 0xFE00)
"""Vowel signs and the like make another word, but FTS5 takes them for the end of one."""
_HELD = 0xF0000
"""Added to a sign's number, it is a private character, which FTS5 takes for a letter."""
_SIGN = "[\U000f0900-\U000ffdff]"
_JOINED = f"({_SIGN})[\u200c\u200d]"
"""Says how a sign and the next letter are drawn. Patterns are compiled when used, which few songs need."""
_UNSPACED = (
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    f"\U00020000-\U0003ffff]{_SIGN}*"
)
"""A letter of Chinese, Japanese, Thai, Lao, Burmese or Khmer, which put no spaces between words."""
_GAP = "\u200b"


def song_of(prompt: str) -> str:
    """Name the song that a prompt asks for: letter case and white space make no other song of it."""
    return " ".join(prompt.casefold().split())


def spaced(text: str) -> str:
    """Make words of a text that FTS5 tells apart: each with its signs, or each letter where no spaces are."""
    if text.isascii():
        return text
    from unicodedata import category, normalize

    text = normalize("NFC", text)
    marks = [ord(one) for one in set(text) if one > "\u0331" and category(one).startswith("M")]
    words: dict[int, int | None] = {one: _HELD + one for one in marks if one in _SIGNS}
    text = text.translate(words | dict.fromkeys(one for one in marks if one in _POINTS))
    if words:
        text = re.sub(_JOINED, r"\1", text)
    return re.sub(_UNSPACED, rf"{_GAP}\g<0>{_GAP}", text)


def unspaced(text: str) -> str:
    """Take that back, but for accents and points."""
    held = {ord(one): ord(one) - _HELD for one in set(text) if ord(one) - _HELD in _SIGNS}
    return text.replace(_GAP, "").translate(held)


def respaced(text: str) -> str:
    """Do anew what an older program did."""
    return text if text.isascii() else spaced(unspaced(text))


def expression(query: str) -> str:
    """Turn what a person types into an FTS5 expression that always parses.

    Every word must be there, in any order and as the beginning of a word, or inside a phrase that has no
    spaces; words in double quotes stand together exactly. Nothing else has a
    meaning (https://www.sqlite.org/fts5.html#full_text_query_syntax).
    """
    terms = []
    for phrase, word in re.findall(_TERM, query.replace("\0", " ")):
        if phrase.strip():
            terms.append(f'"{spaced(phrase)}"')
        elif word:
            terms.append(f'"{spaced(word)}" *')
    return " ".join(terms) or '""'


def phrase(words: str) -> str:
    """Turn words into an FTS5 expression for just them, in this order."""
    return '"' + spaced(words).replace('"', " ").replace("\0", " ") + '"'


def version_of(database: sqlite3.Connection) -> int:
    """Return how many steps a library has taken."""
    return int(database.execute("PRAGMA user_version").fetchone()["user_version"])


def bring_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    """Make a library what this program knows. Raises LibraryError for one from a newer program."""
    for name, function in {"song_of": song_of, "spaced": spaced, "respaced": respaced}.items():
        database.create_function(name, 1, function, deterministic=True)
    version = version_of(database)
    if version > VERSION:
        raise LibraryError(
            f"{path} was written by a newer lyrics (schema {version}, this one knows {VERSION})",
            "Upgrade lyrics, or point LYRICS_HOME at another directory.",
        )
    # Looked at once more: another process may have made the library since.
    if (
        not version
        and database.execute("SELECT name FROM sqlite_master").fetchone()
        and not version_of(database)
    ):
        raise LibraryError(f"{path} is another program's database", f"{ASIDE} {DOCTOR}")
    if version < VERSION:
        _migrate(database, path)


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Apply the missing steps in one transaction; a process that comes second finds nothing to do.

    A library with something in it is copied first; the copy is taken under the lock, so that no other
    process can have migrated what it shows.
    """
    with suppress(sqlite3.OperationalError):  # refused without a wait while another process does it
        database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(database)
        if 0 < version < VERSION:
            _back_up(path, backup_path(path, version))
        steps = Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n-- step ")[1:]
        for step in steps[version:VERSION]:
            for statement in step.partition("\n")[2].split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def backup_path(path: Path, version: int) -> Path:
    """Return where the library as it was at a version is kept when a newer program changes it."""
    return path.with_name(f"{path.name}.v{version}.bak")


def _back_up(path: Path, target: Path) -> None:
    """Copy the library with SQLite's own backup, whole or not at all; only its owner can read the copy."""
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(scratch, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(scratch)) as copy:
            source.backup(copy)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
