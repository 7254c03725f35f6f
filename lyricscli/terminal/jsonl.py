"""JSON lines: one document a line, on stdout or at the end of a file that several runs may write to."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Self

from lyricscli.errors import OutputError, UsageError, telling
from lyricscli.files import is_stream, open_stream
from lyricscli.terminal.plain import SHORT_ID, STATUS_STYLES
from lyricscli.terminal.streams import as_json, cells, fit, paint, visible, width, write_stdout

Document = dict[str, Any]

ADVICE = "Run the same command again once it can: what is finished is in the library."

LEAST_TITLE, MOST_TITLE = 24, 48
"""Columns that a title gets in a line for a person."""


class JsonLines:
    """Where a batch's documents go; `path` None is stdout, and `brief` for a person.

    A file keeps what it has, but for a last line that an earlier run was cut off in; a document that is there
    already, by index, task and status, is not written again. It is on the disk when the context ends; what a
    power loss takes before, the next run writes anew. A device or a FIFO is written through, and `may_wait`
    for its reader. Raises UsageError for a file of something else, and LyricsError when it cannot be written.
    """

    def __init__(self, path: Path | None, *, brief: bool = False) -> None:
        self._path = path
        self._line = _brief if brief and path is None else partial(as_json, indent=None)
        self._there: set[int] = set()
        self._telling = partial(telling, f"{path} cannot be written", ADVICE)
        self.may_wait = True
        self._file = None if path is None else self._open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._file is None:
            return
        with self._telling() if kind is None else suppress(OSError):  # it was told when it was written to
            if not self.may_wait:
                os.fsync(self._file.fileno())
            self._file.close()

    def write(self, documents: Iterable[Document]) -> None:
        """Write those documents that are not there."""
        text = "".join(self._line(one) + "\n" for one in documents if _mark(one) not in self._there)
        if self._file is None:
            try:
                write_stdout(text)
            except OutputError as error:
                error.advice = ADVICE
                raise
            return
        with self._telling():
            self._file.write(text.encode(errors="backslashreplace"))
            self._file.flush()

    def _open(self, path: Path) -> BinaryIO:
        with self._telling():
            self.may_wait = is_stream(path)
            if self.may_wait:
                return open_stream(path)
            file = path.open("a+b")
            self._take_stock(file)
            return file

    def _take_stock(self, file: BinaryIO) -> None:
        """Note what the file has, and cut off a last line that was never finished."""
        whole = number = 0
        file.seek(0)
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                self._cut(file, whole, line)
                return
            self._there.add(_mark(self._read(line, number)))
            whole += len(line)

    def _cut(self, file: BinaryIO, whole: int, rest: bytes) -> None:
        if not rest.startswith(b'{"index": '):
            raise UsageError(f"{self._path} does not end like a file of ours", "Give -o another file.")
        file.truncate(whole)

    def _read(self, line: bytes, number: int) -> Document:
        try:
            document = json.loads(line)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise UsageError(
                f"{self._path} is no file of JSON lines (line {number})", "Give -o another file."
            )
        return document


def _mark(document: Document) -> int:
    """Return what tells a document from others."""
    return hash(tuple(str(document.get(name)) for name in ("index", "task_id", "status")))


def _brief(document: Document) -> str:
    """Return what a person wants to see of a document: status, title or else prompt, id."""
    titles = (one["title"] for one in document["variants"] if one["title"])
    ref = visible(document["task_id"] or "")
    if width() - len(f"{'':9}    {ref}") < LEAST_TITLE:
        ref = ref[:SHORT_ID]
    room = min(max(width() - len(f"{'':9}    {ref}"), 1), MOST_TITLE)
    title = fit(visible(" ".join(next(titles, document["prompt"]).split())), room)
    status = paint(f"{document['status']:9}", STATUS_STYLES.get(document["status"], ""))
    return f"{status}  {title}{' ' * (room - cells(title))}  {ref}"
