"""Rich rendering for a terminal: variants as panels, side by side where the window is wide enough."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.box import ASCII, ROUNDED, Box  # noqa: TID253 (imported only when a terminal is printed to)
from rich.cells import cell_len  # noqa: TID253
from rich.console import Console, Group, RenderableType  # noqa: TID253
from rich.panel import Panel  # noqa: TID253
from rich.table import Table  # noqa: TID253
from rich.text import Text  # noqa: TID253

from lyricscli.models import Lyric, Page, Review
from lyricscli.terminal import pager
from lyricscli.terminal.results import HEADER, HEADER_STYLE
from lyricscli.terminal.streams import (
    WIDEST,
    cells,
    has_colour,
    height,
    visible,
    visible_block,
    width,
    write_stdout,
)

SIDE_BY_SIDE = 120
"""Columns from which variants stand side by side."""

NARROWEST_PANEL, WIDEST_PANEL = 38, 58
"""Columns that one of several panels gets at least: enough for its longest line, within these bounds."""
READABLE = 88
"""Columns that a panel is not wider than, unless a line is."""

PANEL_FRAME = 6
"""Columns of a panel around its lines."""

GAP = 2
"""Columns between panels."""


@contextmanager
def printed(*, is_paged: bool = True, widest: int = WIDEST) -> Iterator[Console]:
    """Yield a console whose output is printed, through the pager when it is longer than the window.

    Markup, emoji codes and highlighting are off: lyrics are data.
    """
    screen = Console(
        width=min(width(), widest),
        height=height() or 1,  # told, so that Rich reads no COLUMNS and LINES of its own way
        color_system="standard" if has_colour() else None,
        force_terminal=True,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with screen.capture() as capture:
        yield screen
    (pager.show if is_paged else write_stdout)(capture.get())


def show_lyrics(screen: Console, lyrics: Sequence[Lyric], page: Page) -> None:
    """Print one panel a text."""
    if any(map(_has_doubtful_width, lyrics)):
        for lyric in lyrics:
            screen.print(Group(_heading(lyric, remarks(page, lyric)), lyrics_text(lyric.text), Text()))
        return
    box = ROUNDED if screen.encoding.lower().startswith("utf") else ASCII
    longest = max((cell_len(line) for lyric in lyrics for line in lyric.text.splitlines()), default=0)
    least = _panel_width(lyrics, longest)
    columns = min(len(lyrics), screen.width // least) if screen.width >= SIDE_BY_SIDE else 1
    window = min(screen.width, columns * max(longest + PANEL_FRAME, READABLE))
    each = (window - GAP * (columns - 1)) // columns
    panels = [
        _panel(lyric, _heading(lyric, remarks(page, lyric)), each - PANEL_FRAME, box) for lyric in lyrics
    ]
    if columns == 1:
        screen.print(Group(*panels), width=window)
        return
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for _ in range(columns):
        grid.add_column(width=each)
    for start in range(0, len(panels), columns):
        grid.add_row(*panels[start : start + columns])
    screen.print(grid, width=window)


def _panel_width(lyrics: Sequence[Lyric], longest: int) -> int:
    word = max((cell_len(word) for lyric in lyrics for word in lyric.text.split()), default=0)
    return max(NARROWEST_PANEL, min(longest + PANEL_FRAME, WIDEST_PANEL), word + PANEL_FRAME)


def _has_doubtful_width(lyric: Lyric) -> bool:
    """Tell whether terminals differ on a text's width, as for Devanagari or joined emoji: it gets no frame.

    Some count letter by letter, as `cells` does, and some by what is seen as one.
    """
    lines = [lyric.title, *lyric.text.splitlines()]
    return any(not line.isascii() and cell_len(line) != cells(line) for line in map(visible, lines))


def remarks(page: Page, lyric: Lyric) -> list[str]:
    """Return what there is to say of a text, in few words: where it comes from, what people think of it."""
    review = page.reviews.get(lyric.name, Review(lyric.name))
    said = (
        "picked" if lyric.name == page.pick else "",
        f"edited from {lyric.version.source}: {lyric.version.made_by}" if lyric.version is not None else "",
        "*" * (review.rating or 0),
        str(review.verdict or ""),
        review.note,
    )
    return [" ".join(words.split()) for words in said if words]


def lyrics_text(text: str) -> Text:
    """Return lyrics safe to show, their section headers in colour."""
    body = Text(visible_block(text).strip("\n"))
    for tag in re.finditer(HEADER, body.plain):
        body.stylize(HEADER_STYLE, *tag.span())
    return body


def _heading(lyric: Lyric, remarks: Sequence[str]) -> Text:
    name = f"{lyric.name}. {visible(lyric.title) or 'Untitled'}"
    return Text(name, style="bold not dim").append(
        visible("".join(f" · {one}" for one in remarks)), style="dim"
    )


def _panel(lyric: Lyric, heading: Text, room: int, box: Box) -> RenderableType:
    """Frame a text; a heading for which the frame has no room stands above the text."""
    body = lyrics_text(lyric.text)
    if heading.cell_len > room:
        return Panel(Group(heading, Text(), body), border_style="dim", padding=(0, 1), box=box)
    return Panel(body, title=heading, title_align="left", border_style="dim", padding=(0, 1), box=box)
