"""Many prompts from one file: plain lines, CSV or JSON lines, each with its metadata."""

import csv
import hashlib
import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from lyricscli.errors import LyricsError, ServiceError, UsageError, telling
from lyricscli.files import LONGEST
from lyricscli.models import PARTS

if TYPE_CHECKING:
    from lyricscli.api.providers import PromptLimit

CHUNK = 2**16
ROOM = "Free some space, or point TMPDIR at a directory that has it."
IN_MEMORY = 2**20
"""Bytes of a source that are copied to memory; more go to a temporary file."""

REJECTS = 20
"""Lines that cannot be used whose errors are kept; the others are counted."""

PROMPT = "prompt"
"""The CSV column and the JSON field that hold the prompt; all others are metadata."""

DIVIDERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Notation(StrEnum):
    """How prompts are written down."""

    TXT = "txt"
    CSV = "csv"
    JSONL = "jsonl"


_SUFFIXES = {
    "": Notation.TXT,
    ".txt": Notation.TXT,
    ".text": Notation.TXT,
    ".csv": Notation.CSV,
    ".jsonl": Notation.JSONL,
    ".ndjson": Notation.JSONL,
}


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One prompt of a batch: `index` counts from 0, `occurrence` from 1 among identical lines."""

    index: int
    prompt: str
    metadata: dict[str, str]
    occurrence: int

    def key(self, *scope: str) -> str:
        """Name this line for good: the same line of the same file has the same key within a scope."""
        content = [*scope, self.prompt, sorted(self.metadata.items()), self.occurrence]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class Prompts:
    """The prompts of a source in its order, read anew as often as they are asked for.

    They are read from a copy, as the source may be a pipe, or change meanwhile; of the prompts themselves
    nothing stays in memory but a mark that tells identical ones. The system removes the copy however the
    process ends. `rejects` are the errors of the first lines that cannot be used, of `rejected` altogether;
    `remark` says how a CSV file was understood that is not written as ours would be.
    """

    def __init__(self, source: BinaryIO, form: Notation, limit: "PromptLimit") -> None:
        """Copy the source and look through it.

        Raises UsageError where nothing after a line can be understood, LyricsError where there is no room.
        """
        self._form, self._limit = form, limit
        self.count = self.rejected = 0
        self.rejects: list[LyricsError] = []
        self.remark = ""
        self._copy = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (it lasts as long as this does)
        while chunk := source.read(CHUNK):
            with telling("the prompts cannot be copied to a temporary file", ROOM):
                self._copy.write(chunk)
        for line in self._lines():
            if isinstance(line, LyricsError):
                self.rejected += 1
                self.rejects += [line] if self.rejected <= REJECTS else []
            else:
                self.count += 1

    def __iter__(self) -> Iterator[BatchEntry]:
        times: Counter[bytes] = Counter()
        for index, line in enumerate(self._lines()):
            if not isinstance(line, LyricsError):
                prompt, metadata = line
                content = json.dumps([prompt, sorted(metadata.items())]).encode()
                mark = hashlib.blake2b(content, digest_size=16).digest()
                times[mark] += 1
                yield BatchEntry(index, prompt, metadata, times[mark])

    def _lines(self) -> Iterator[tuple[str, dict[str, str]] | LyricsError]:
        """Yield each line's prompt and what stands beside it, or why it cannot be used."""
        self._copy.seek(0)
        for number, read in self._rows():
            try:
                if fields := read():
                    prompt, metadata = _prompt(fields.pop(PROMPT)), dict(_metadata(fields))
                    self._limit.check(prompt)
                    yield prompt, metadata
            except ValueError as error:
                yield UsageError(f"line {number}: {error}")
            except ServiceError as error:
                yield ServiceError(error.error._replace(message=f"line {number}: {error.message}"))

    def _rows(self) -> Iterator[tuple[int, Callable[[], dict[str, Any]]]]:
        """Yield the line on which a row ends, and what reads its fields: none of a row that holds nothing."""
        if self._form is Notation.CSV:
            yield from self._csv()
        else:
            read = _object if self._form is Notation.JSONL else _plain
            for number, raw in enumerate(_raw(self._copy), 1):
                yield number, partial(read, raw)

    def _csv(self) -> Iterator[tuple[int, Callable[[], dict[str, Any]]]]:
        """Read rows after a header. A quote that never ends ends the reading; what is no text spoils a row.

        Cells are divided by commas, semicolons or tabs, whichever the header has most of.
        """
        texts, reader = map(_decoded, _raw(self._copy)), None
        try:
            first = next(texts, "")
            divider = max(DIVIDERS, key=first.count)
            reader = csv.reader(chain([first], texts), delimiter=divider, strict=True)
            names = next(reader, [])
            header = _header(names)
            if divider != "," or [name.strip() for name in names] != header:
                self.remark = f"Read as columns divided by {DIVIDERS[divider]}: {', '.join(header)}."
            for row in reader:
                yield reader.line_num, partial(_cells, header, row)
        except (csv.Error, ValueError) as error:
            number = 1 if reader is None else reader.line_num + 1
            raise UsageError(f"line {number}: {error}", "Correct that line.") from error


def format_of(name: str) -> Notation:
    """Tell the format from a file's name. Raises UsageError where it does not say."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{name}: {suffix} does not say how prompts are written", "Give --format.")
    return _SUFFIXES[suffix]


def _raw(stream: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    """Yield lines, none longer than LONGEST and a byte."""
    while raw := stream.readline(LONGEST + 1):
        rest = raw
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST + 1)
        yield raw


def _decoded(raw: bytes) -> str:
    """Return a line; a byte that is no text becomes half of a surrogate pair, which no field may hold."""
    if len(raw) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} bytes")
    return raw.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")


def _plain(raw: bytes) -> dict[str, Any]:
    text = _decoded(raw).strip()
    return {PROMPT: text} if text and not text.startswith("#") else {}


def _object(raw: bytes) -> dict[str, Any]:
    text = _decoded(raw)
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} (column {error.colno})") from error
    except RecursionError:
        raise ValueError("it is not JSON of any sensible depth") from None
    if not isinstance(value, dict) or not isinstance(value.get(PROMPT), str):
        raise ValueError('it is no object with a "prompt" that is text')  # noqa: TRY004 (it came as text)
    return value


def _cells(header: list[str], row: list[str]) -> dict[str, Any]:
    if not any(row):
        return {}
    if len(row) != len(header):
        raise ValueError(f"it has {len(row)} columns, the header {len(header)}")
    return {name: text for name, text in zip(header, row, strict=True) if name == PROMPT or (name and text)}


def _header(names: list[str]) -> list[str]:
    """Return the names of the columns; the prompt's and a song's are the same in any capitals."""
    bare = [name.strip() for name in names]
    header = [name.lower() if name.lower() in {PROMPT, *PARTS} else name for name in bare]
    if header.count(PROMPT) != 1 or len(set(header)) != len(header):
        raise UsageError(
            "line 1: a CSV file begins with the names of its columns, one of them `prompt`;"
            f" found: {', '.join(header) or 'nothing'}",
            "For example: prompt,style",
        )
    return header


def _prompt(text: str) -> str:
    if prompt := _sound(text.strip()):
        return prompt
    raise ValueError("its prompt is empty")


def _metadata(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield fields as text; those of an object called `metadata` stand for themselves. Raises ValueError."""
    for name, content in fields.items():
        if isinstance(content, dict) and name == "metadata":
            yield from _metadata(content)
        elif isinstance(content, bool | int | float):
            yield _sound(name), json.dumps(content)
        elif isinstance(content, str):
            yield _sound(name), _sound(content)
        elif content is not None:
            raise ValueError(f"its {name!r} is neither text nor a number")


def _sound(text: str) -> str:
    """Return what is text throughout. Raises ValueError."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds what is not UTF-8 text") from None
    return text
