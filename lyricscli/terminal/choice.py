"""How the chooser looks: the task, its texts, the text being read with one beside it, and the keys."""

from dataclasses import dataclass

from rich.cells import set_cell_size  # noqa: TID253 (imported only when a terminal is drawn on)
from rich.console import Console, ConsoleDimensions, Group, RenderableType  # noqa: TID253
from rich.table import Table  # noqa: TID253
from rich.text import Text  # noqa: TID253

from lyricscli.store.songbook import Lyric, Page
from lyricscli.terminal import panels
from lyricscli.terminal.streams import visible

SIDE_BY_SIDE = 72
"""Columns from which two texts stand side by side; below, one above the other."""

MOST_LISTED = 6
"""Texts listed at once."""

_KEYS = (
    "j k or arrows: text   space b: scroll   c: compare   enter: choose   q: leave",
    "j k text, space b, c, enter, q",
)


@dataclass(frozen=True, slots=True)
class State:
    """What the chooser shows: text `place` of `count`, from line `scroll` on.

    `beside` is the place of the text next to it, or None. `chosen` is a place once there is a choice, and
    `is_over` says that the user is done.
    """

    count: int
    place: int = 0
    scroll: int = 0
    beside: int | None = None
    chosen: int | None = None
    is_over: bool = False


def view(page: Page, state: State, size: ConsoleDimensions) -> RenderableType:
    """Draw one screen that fits the window."""
    head = _head(page, state, size.width)
    keys = next((line for line in _KEYS if len(line) <= size.width), "")
    return Group(*head, _body(page, state, size), Text(keys, style="dim", no_wrap=True))


def last_scroll(page: Page, state: State, size: ConsoleDimensions) -> int:
    """Return from which line on the end of the longest text shown is in sight."""
    height, width = _room(state, size)
    return max(0, *(len(_wrapped(lyric, width)) - height + 1 for lyric in _shown(page, state)))


def _head(page: Page, state: State, width: int) -> list[Text]:
    """List the task and its texts around the current one, a line each."""
    prompt = Text(visible(" ".join(page.task.prompt.split())), style="dim", no_wrap=True, overflow="ellipsis")
    prompt.truncate(width, overflow="ellipsis")
    first = max(0, min(state.place - MOST_LISTED // 2, state.count - MOST_LISTED))
    return [
        prompt,
        *(_entry(page, place, state, width) for place in range(first, min(first + MOST_LISTED, state.count))),
    ]


def _entry(page: Page, place: int, state: State, width: int) -> Text:
    lyric = page.lyrics[place]
    arrow = ">" if place == state.place else "|" if place == state.beside else " "
    line = f"{arrow} {lyric.name:4} {lyric.title or 'Untitled'}  {'  '.join(panels.remarks(page, lyric))}"
    text = Text(visible(line).rstrip(), style="bold" if place == state.place else "", no_wrap=True)
    text.truncate(width, overflow="ellipsis")
    return text


def _body(page: Page, state: State, size: ConsoleDimensions) -> RenderableType:
    height, width = _room(state, size)
    blocks = [_block(lyric, state.scroll, height, width) for lyric in _shown(page, state)]
    if len(blocks) == 1 or size.width < SIDE_BY_SIDE:
        return Group(*blocks)
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in blocks:
        grid.add_column(width=width)
    grid.add_row(*blocks)
    return grid


def _room(state: State, size: ConsoleDimensions) -> tuple[int, int]:
    """Return the lines and columns that each text gets, its own heading among the lines."""
    lines = max(2, size.height - 2 - min(state.count, MOST_LISTED))
    if state.beside is None:
        return lines, size.width
    if size.width < SIDE_BY_SIDE:
        return max(2, lines // 2), size.width
    return lines, size.width // 2 - 2


def _shown(page: Page, state: State) -> list[Lyric]:
    places = [state.place] if state.beside is None else [state.place, state.beside]
    return [page.lyrics[place] for place in places]


def _block(lyric: Lyric, scroll: int, height: int, width: int) -> Text:
    """Return a text's heading and as many of its lines as there is room for."""
    rule = set_cell_size(visible(f"-- {lyric.name}. {lyric.title or 'Untitled'} ") + "-" * width, width)
    lines = _wrapped(lyric, width)[scroll : scroll + height - 1]
    blank = [Text("")] * (height - 1 - len(lines))
    return Text("\n").join([Text(rule, style="bold cyan"), *lines, *blank])


def _wrapped(lyric: Lyric, width: int) -> list[Text]:
    """Break a text into lines of the window, as safe and as coloured as in a panel."""
    return list(panels.lyrics_text(lyric.text).wrap(Console(width=width), width))
