"""Plain text: what goes into a pipe, a file or to a screen reader, and rows of short texts for everybody."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lyricscli.terminal.streams import (
    WIDEST,
    cells,
    is_fancy,
    is_terminal,
    paint,
    visible,
    visible_block,
    width,
    write_stdout,
)

if TYPE_CHECKING:
    from lyricscli.models import Lyric
    from lyricscli.song.meter import LineMeter
    from lyricscli.song.sections import Section

# A margin of numbers may stand before a header, and its rhyme scheme after it.
HEADER = r"(?m)^[ \t\d]*[\[【][^\]】\n]*[\]】][ \t]*(?:· [A-Za-z\-]+)?$"
HEADER_STYLE = "bold cyan"

STATUS_STYLES = {"complete": "green", "partial": "yellow", "failed": "red", "unknown": "magenta"}

SHORT_ID = 12
"""Characters of an id that a narrow window shows: a prefix is enough to name a task, and can be copied."""

LEAST_ROOM = 30
"""Columns from which the last cell of a row is broken under itself; in less room, the row is, indented."""

INDENT = 4


def safe_lyrics(text: str, *, plain: bool = False) -> str:
    """Return text that is safe to show, its section headers in colour where stdout has colours."""
    safe = visible_block(text)
    return re.sub(HEADER, lambda header: paint(header[0], HEADER_STYLE, plain=plain), safe)


def lyrics(lyrics: "Sequence[Lyric]") -> str:
    """Return the texts: one alone is only its lyrics, each of several follows a `--- NAME: TITLE ---`."""
    if len(lyrics) == 1:
        return _ended(lyrics[0].text)
    return "\n".join(f"--- {one.name}: {_title(one)}{_origin(one)} ---\n{_ended(one.text)}" for one in lyrics)


def titles(lyrics: "Sequence[Lyric]") -> str:
    """Return the titles, one a line."""
    return "".join(f"{_title(one)}\n" for one in lyrics)


def _title(lyric: "Lyric") -> str:
    return " ".join(lyric.title.split()) or "Untitled"


def _origin(lyric: "Lyric") -> str:
    return f" (edited from {lyric.version.source})" if lyric.version is not None else ""


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def annotated(text: str, language: str | None = None, *, numbers: bool, meter: bool) -> str:
    """Return lyrics as a songwriter reads them: beside each line its number, its syllables and its rhyme.

    It is a line for a line; lines count from 1 in the whole text. `language` is the one that was asked for; a
    line whose syllables cannot be told has a `?`. A section's header is followed by its rhyme scheme.
    """
    from lyricscli.song.meter import measure
    from lyricscli.song.sections import parse

    digits = len(str(text.count("\n") + 1))
    lines = []
    for measured in measure(parse(text), language):
        section = measured.section
        by_number = {line.line.number: line for line in measured.lines}
        has_scheme = meter and bool(section.header) and bool(section.sung)
        for number, content in _lines(section):
            margin = f"{number:{digits}} " if numbers else ""
            margin += _meter(by_number.get(number)) if meter else ""
            scheme = f"  · {measured.scheme}" if has_scheme and content == section.header.strip() else ""
            lines.append(f"{margin} {content}{scheme}".rstrip())
    return "\n".join(lines) + "\n"


def _lines(section: "Section") -> Iterator[tuple[int, str]]:
    """Yield number and content of each line; words on the header's own line stay on it."""
    header = section.header.strip()
    rest = list(section.lines)
    if header:
        is_shared = bool(rest) and rest[0].number == section.number
        yield section.number, header + (rest.pop(0).text if is_shared else "")
    for line in rest:
        yield line.number, line.text


def _meter(line: "LineMeter | None") -> str:
    if line is None:
        return " " * 5
    return f"{'?' if line.syllables is None else line.syllables:>2} {line.rhyme} "


def show_words(words: Sequence[str], *, plain: bool = False) -> None:
    """Print words, one a line; in columns at a terminal, read downwards."""
    safe = [visible(word) for word in words]
    if not is_fancy(plain=plain) or not safe:
        write_stdout("".join(f"{word}\n" for word in safe))
        return
    most = max(map(cells, safe)) + 2
    rows = -(-len(safe) // max(1, width() // most))
    lines = ("".join(word.ljust(most) for word in safe[row::rows]).rstrip() for row in range(rows))
    write_stdout("\n".join(lines) + "\n")


def show_rows(
    rows: Sequence[Sequence[str]], styles: Mapping[str, str] | None = None, *, plain: bool = False
) -> None:
    """Print rows of the same length, each on a line: with tabs between in a pipe, aligned at a terminal.

    A terminal breaks long ones between words. A cell that is one of the words in `styles` is painted so.
    """
    safe = [[visible(cell) for cell in row] for row in rows]
    lines = aligned(safe) if is_fancy(plain=plain) else "".join("\t".join(row) + "\n" for row in safe)
    if styles:
        words = "|".join(map(re.escape, styles))
        cell = rf"(?m)(^|\t|  )({words})(?=\t|\n|  )"
        lines = re.sub(cell, lambda found: found[1] + paint(found[2], styles[found[2]], plain=plain), lines)
    write_stdout(lines)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of safe texts as lines; a terminal breaks one between words, its last cell under itself."""
    from textwrap import wrap

    window = width() if is_terminal() else WIDEST
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    start = sum(widths[:-1]) + 2 * len(widths[:-1])
    text = ""
    for row in rows:
        padded = (cell + " " * (most - cells(cell)) for cell, most in zip(row, widths, strict=True))
        longest = max(map(cells, row[-1].split()), default=0)
        indent = " " * (start if window - start >= max(LEAST_ROOM, longest) else INDENT)
        lines = wrap(
            "  ".join(padded).rstrip(),
            window,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        text += "\n".join(lines) + "\n"
    return text
