"""Rows of short texts: with tabs in a pipe, aligned at a terminal."""

import re
from collections.abc import Mapping, Sequence

from lyricscli.terminal.streams import (
    WIDEST,
    cells,
    is_fancy,
    is_terminal,
    paint,
    visible,
    width,
    write_stdout,
)

STATUS_STYLES = {"complete": "green", "partial": "yellow", "failed": "red", "unknown": "magenta"}

SHORT_ID = 12
"""Characters of an id that a narrow window shows: a prefix is enough to name a task, and can be copied."""

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
