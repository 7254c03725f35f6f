"""Rows of short texts: aligned for people, with tabs between for programs."""

import sys
from collections.abc import Sequence

from lyricscli.output.results import write_stdout
from lyricscli.output.safe import visible


def show_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of the same length, each on a line of its own."""
    safe = [[visible(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        write_stdout("".join("\t".join(row) + "\n" for row in safe))
        return
    widths = [max(map(len, column)) for column in zip(*safe, strict=True)]
    for row in safe:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        write_stdout("  ".join(padded).rstrip() + "\n")
