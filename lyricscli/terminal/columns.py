"""Rows of short texts: aligned for people, with tabs between for programs."""

from collections.abc import Sequence
from math import ceil
from textwrap import wrap

from lyricscli.terminal.streams import cells, is_fancy, visible, width, write_stdout

LEAST_ROOM = 30
"""Columns from which the last cell of a row is broken under itself; in less room, the row is, indented."""

INDENT = 4


def show_words(words: Sequence[str], *, plain: bool = False) -> None:
    """Print words, one a line; in columns at a terminal, read downwards."""
    safe = [visible(word) for word in words]
    if not is_fancy(plain=plain) or not safe:
        write_stdout("".join(f"{word}\n" for word in safe))
        return
    most = max(map(cells, safe)) + 2
    rows = ceil(len(safe) / max(1, width() // most))
    lines = ("".join(word.ljust(most) for word in safe[row::rows]).rstrip() for row in range(rows))
    write_stdout("\n".join(lines) + "\n")


def show_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of the same length, each on a line of its own; a terminal breaks long ones between words."""
    safe = [[visible(cell) for cell in row] for row in rows]
    if not is_fancy():
        write_stdout("".join("\t".join(row) + "\n" for row in safe))
        return
    widths = [max(map(cells, column)) for column in zip(*safe, strict=True)]
    window = width()
    start = sum(widths[:-1]) + 2 * len(widths[:-1])
    indent = " " * (start if window - start >= LEAST_ROOM else INDENT)
    for row in safe:
        padded = (cell + " " * (most - cells(cell)) for cell, most in zip(row, widths, strict=True))
        line = "  ".join(padded).rstrip()
        lines = wrap(line, window, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        write_stdout("\n".join(lines) + "\n")
