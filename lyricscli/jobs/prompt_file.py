"""Many prompts from one file: plain lines, CSV or JSON lines, each with its metadata."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO

from lyricscli.errors import LyricsError, ServiceError, UsageError

if TYPE_CHECKING:
    from lyricscli.api.providers import PromptLimit

LONGEST = 1_000_000
"""Bytes read of one line; every provider's limit is a thousandth of it."""

CHUNK = 2**16
IN_MEMORY = 2**20
"""Bytes of a source that are copied to memory; more go to a temporary file."""

REJECTS = 20
"""Lines that cannot be used whose errors are kept; the others are counted."""

PROMPT = "prompt"
"""The CSV column and the JSON field that hold the prompt; all others are metadata."""

KNOWN = ("style", "theme", "mood", "language", "structure")
"""Columns that mean what `generate` has options for."""

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
class PromptLine:
    """One prompt and what stands beside it. `number` is the line of the file, from 1, where it ends."""

    number: int
    prompt: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no prompt that can be used, and why."""

    number: int
    why: str


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
            self._put(chunk)
        for line in self._lines():
            if isinstance(line, PromptLine):
                self.count += 1
            else:
                self.rejected += 1
                self.rejects += [line] if self.rejected <= REJECTS else []

    def _put(self, chunk: bytes) -> None:
        try:
            self._copy.write(chunk)
        except OSError as error:
            raise LyricsError(
                f"the prompts cannot be copied to a temporary file: {error.strerror or error}",
                "Free some space, or point TMPDIR at a directory that has it.",
            ) from error

    def __iter__(self) -> Iterator[BatchEntry]:
        times: Counter[bytes] = Counter()
        for index, line in enumerate(self._lines()):
            if isinstance(line, PromptLine):
                content = json.dumps([line.prompt, sorted(line.metadata.items())]).encode()
                mark = hashlib.blake2b(content, digest_size=16).digest()
                times[mark] += 1
                yield BatchEntry(index, line.prompt, line.metadata, times[mark])

    def _lines(self) -> Iterator[PromptLine | LyricsError]:
        self._copy.seek(0)
        for line in self._csv() if self._form is Notation.CSV else self._single():
            if isinstance(line, BadLine):
                yield UsageError(f"line {line.number}: {line.why}")
                continue
            try:
                self._limit.check(line.prompt)
            except ServiceError as error:
                yield ServiceError(error.error._replace(message=f"line {line.number}: {error.message}"))
            else:
                yield line

    def _single(self) -> Iterator[PromptLine | BadLine]:
        """Read a prompt a line."""
        parse = _json if self._form is Notation.JSONL else _text
        for number, raw in _raw(self._copy):
            try:
                line = parse(number, _decoded(raw))
            except ValueError as error:
                yield BadLine(number, str(error))
            else:
                if line is not None:
                    yield line

    def _csv(self) -> Iterator[PromptLine | BadLine]:
        """Read rows after a header. A quote that never ends ends the reading; what is no text spoils a row.

        Cells are divided by commas, semicolons or tabs, whichever the header has most of.
        """
        texts, reader = _texts(self._copy), None
        try:
            first = next(texts, "")
            divider = max(DIVIDERS, key=first.count)
            reader = csv.reader(chain([first], texts), delimiter=divider, strict=True)
            names = next(reader, [])
            header = _header(names)
            if divider != "," or [name.strip() for name in names] != header:
                self.remark = f"Read as columns divided by {DIVIDERS[divider]}: {', '.join(header)}."
            for row in reader:
                if any(row):
                    yield _row(reader.line_num, header, row)
        except (csv.Error, ValueError) as error:
            number = 1 if reader is None else reader.line_num + 1
            raise UsageError(f"line {number}: {error}", "Correct that line.") from error


def format_of(name: str) -> Notation:
    """Tell the format from a file's name. Raises UsageError where it does not say."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{name}: {suffix} does not say how prompts are written", "Give --format.")
    return _SUFFIXES[suffix]


def _raw(stream: "BinaryIO | SpooledTemporaryFile[bytes]") -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines, none longer than LONGEST and a byte."""
    number = 0
    while raw := stream.readline(LONGEST + 1):
        number += 1
        rest = raw
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST + 1)
        yield number, raw


def _decoded(raw: bytes) -> str:
    if len(raw) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text (byte {error.start + 1})") from error


def _text(number: int, text: str) -> PromptLine | None:
    prompt = text.strip()
    return PromptLine(number, prompt) if prompt and not prompt.startswith("#") else None


def _json(number: int, text: str) -> PromptLine | None:
    if not text.strip():
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} (column {error.colno})") from error
    except RecursionError:
        raise ValueError("it is not JSON of any sensible depth") from None
    if not isinstance(value, dict) or not isinstance(value.get(PROMPT), str):
        raise ValueError('it is no object with a "prompt" that is text')  # noqa: TRY004 (it came as text)
    return PromptLine(number, _prompt(value.pop(PROMPT)), dict(_metadata(value)))


def _metadata(value: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield fields as text; those of an object called `metadata` stand for themselves. Raises ValueError."""
    for name, content in value.items():
        if isinstance(content, str):
            yield name, _text_of(content)
        elif isinstance(content, dict) and name == "metadata":
            yield from _metadata(content)
        elif isinstance(content, bool | int | float):
            yield name, json.dumps(content)
        elif content is not None:
            raise ValueError(f"its {name!r} is neither text nor a number")


def _prompt(text: str) -> str:
    prompt = _text_of(text.strip())
    if not prompt:
        raise ValueError("its prompt is empty")
    return prompt


def _text_of(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds what is not UTF-8 text") from None
    return text


def _texts(stream: "SpooledTemporaryFile[bytes]") -> Iterator[str]:
    """Yield lines; a byte that is no text becomes half of a surrogate pair, which no row may hold."""
    for number, raw in _raw(stream):
        if len(raw) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST} bytes")
        yield raw.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")


def _header(names: list[str]) -> list[str]:
    """Return the names of the columns; the prompt's and a song's are the same in any capitals."""
    bare = [name.strip() for name in names]
    header = [name.lower() if name.lower() in {PROMPT, *KNOWN} else name for name in bare]
    if header.count(PROMPT) != 1 or len(set(header)) != len(header):
        raise UsageError(
            "line 1: a CSV file begins with the names of its columns, one of them `prompt`;"
            f" found: {', '.join(header) or 'nothing'}",
            "For example: prompt,style",
        )
    return header


def _row(number: int, header: list[str], row: list[str]) -> PromptLine | BadLine:
    if len(row) != len(header):
        return BadLine(number, f"it has {len(row)} columns, the header {len(header)}")
    cells = dict(zip(header, row, strict=True))
    try:
        for text in row:
            _text_of(text)
        prompt = _prompt(cells.pop(PROMPT))
    except ValueError as error:
        return BadLine(number, str(error))
    return PromptLine(number, prompt, {name: text for name, text in cells.items() if name and text})
