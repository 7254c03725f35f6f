"""Many prompts from one file: plain lines, CSV or JSON lines, each with its metadata."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO

from lyricscli.errors import UsageError

LONGEST = 1_000_000
"""Bytes read of one line; every provider's limit is a thousandth of it."""

PROMPT = "prompt"
"""The CSV column and the JSON field that hold the prompt; all others are metadata."""


KNOWN = ("style", "theme", "mood", "language", "structure")
"""Columns that mean what `generate` has options for."""


class Format(StrEnum):
    """How prompts are written down."""

    TXT = "txt"
    CSV = "csv"
    JSONL = "jsonl"


_SUFFIXES = {
    "": Format.TXT,
    ".txt": Format.TXT,
    ".text": Format.TXT,
    ".csv": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One prompt and what stands beside it. `number` is the line of the file, from 1, where it ends."""

    number: int
    prompt: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no prompt that can be used, and why."""

    number: int
    why: str


def format_of(name: str) -> Format:
    """Tell the format from a file's name. Raises UsageError where it does not say."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{name}: {suffix} does not say how prompts are written", "Give --format.")
    return _SUFFIXES[suffix]


def read_lines(stream: BinaryIO, form: Format) -> Iterator[Line | BadLine]:
    """Yield every prompt of a stream in order. Raises UsageError where nothing after it can be understood."""
    if form is Format.CSV:
        yield from _csv(stream)
        return
    parse = _json if form is Format.JSONL else _text
    for number, raw in _raw(stream):
        try:
            line = parse(number, _decoded(raw))
        except ValueError as error:
            yield BadLine(number, str(error))
        else:
            if line is not None:
                yield line


def _raw(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
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


def _text(number: int, text: str) -> Line | None:
    prompt = text.strip()
    return Line(number, prompt) if prompt and not prompt.startswith("#") else None


def _json(number: int, text: str) -> Line | None:
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
    return Line(number, _prompt(value.pop(PROMPT)), dict(_metadata(value)))


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


def _csv(stream: BinaryIO) -> Iterator[Line | BadLine]:
    """Read rows after a header. A quote that never ends ends the reading; bytes that are no text spoil a row.

    Cells are divided by commas, semicolons or tabs, whichever the header has most of.
    """
    texts, reader = _texts(stream), None
    try:
        first = next(texts, "")
        reader = csv.reader(chain([first], texts), delimiter=max(",;\t", key=first.count), strict=True)
        header = [_column(name) for name in next(reader, [])]
        if header.count(PROMPT) != 1 or len(set(header)) != len(header):
            raise UsageError(
                "line 1: a CSV file begins with the names of its columns, one of them `prompt`;"
                f" found: {', '.join(header) or 'nothing'}",
                "For example: prompt,style",
            )
        for row in reader:
            if any(row):
                yield _row(reader.line_num, header, row)
    except (csv.Error, ValueError) as error:
        number = 1 if reader is None else reader.line_num + 1
        raise UsageError(f"line {number}: {error}", "Correct that line.") from error


def _texts(stream: BinaryIO) -> Iterator[str]:
    """Yield lines; a byte that is no text becomes half of a surrogate pair, which no row may hold."""
    for number, raw in _raw(stream):
        if len(raw) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST} bytes")
        yield raw.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")


def _column(name: str) -> str:
    """Return a column's name; the one of the prompt and those of a song are the same in any capitals."""
    bare = name.strip()
    return bare.lower() if bare.lower() in {PROMPT, *KNOWN} else bare


def _row(number: int, header: list[str], row: list[str]) -> Line | BadLine:
    if len(row) != len(header):
        return BadLine(number, f"it has {len(row)} columns, the header {len(header)}")
    cells = dict(zip(header, row, strict=True))
    try:
        for text in row:
            _text_of(text)
        prompt = _prompt(cells.pop(PROMPT))
    except ValueError as error:
        return BadLine(number, str(error))
    return Line(number, prompt, {name: text for name, text in cells.items() if name and text})
