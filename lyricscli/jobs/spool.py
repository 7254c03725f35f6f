"""The spool: a batch's prompts on disk while they wait, so that memory does not grow with their number."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from lyricscli.errors import LyricsError
from lyricscli.jobs.prompt_file import Line

_TABLES = """
    CREATE TABLE entries (place INTEGER PRIMARY KEY, prompt TEXT, metadata TEXT, occurrence INTEGER);
    CREATE TABLE counts (digest BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One prompt of a batch: `index` counts from 0, `occurrence` from 1 among identical lines."""

    index: int
    prompt: str
    metadata: dict[str, str]
    occurrence: int

    def key(self, *scope: str) -> str:
        """Name this line for good: the same line of the same file has the same key within a scope."""
        return _digest([*scope, self.prompt, sorted(self.metadata.items()), self.occurrence]).hex()


class Spool:
    """Prompts in the order of their input. SQLite removes its temporary file however the process ends."""

    def __init__(self) -> None:
        self._count = self._index = 0
        with _translated():
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.executescript(_TABLES)
            self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def __len__(self) -> int:
        return self._count

    def add(self, line: Line) -> None:
        """Put a prompt at the end. Raises LyricsError when there is no room for it."""
        digest = _digest([line.prompt, sorted(line.metadata.items())])
        with _translated():
            ((occurrence,),) = self._database.execute(
                "INSERT INTO counts VALUES (?, 1)"
                " ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times",
                (digest,),
            ).fetchall()
            self._database.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?)",
                (self._index, line.prompt, json.dumps(line.metadata), occurrence),
            )
        self._count += 1
        self._index += 1

    def skip(self) -> None:
        """Leave an index out, for a line that holds no prompt."""
        self._index += 1

    def __iter__(self) -> Iterator[Entry]:
        with _translated():
            rows = self._database.execute(
                "SELECT place, prompt, metadata, occurrence FROM entries ORDER BY place"
            )
            for index, prompt, metadata, occurrence in rows:
                yield Entry(index, prompt, json.loads(metadata), occurrence)


def _digest(value: object) -> bytes:
    return hashlib.sha256(json.dumps(value).encode()).digest()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LyricsError(
            f"the prompts cannot be kept in a temporary file: {error}",
            "Free some space, or point TMPDIR at a directory that has it.",
        ) from error
