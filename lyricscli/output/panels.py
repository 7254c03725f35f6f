"""Rich rendering for a terminal: variants as panels, side by side where the window is wide enough."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.box import ASCII, ROUNDED, Box  # noqa: TID253 (imported only when a terminal is printed to)
from rich.console import Console, Group, RenderableType  # noqa: TID253
from rich.panel import Panel  # noqa: TID253
from rich.table import Table  # noqa: TID253
from rich.text import Text  # noqa: TID253

from lyricscli.models import Task, TaskStatus, Variant, VariantStatus
from lyricscli.output import pager
from lyricscli.output.safe import visible, visible_block

SIDE_BY_SIDE = 120
"""Columns from which variants stand side by side."""

NARROWEST_PANEL = 38
"""Columns that one of several panels gets at least."""

SHORT_ID = 12
"""Characters of an id that the table shows: a prefix is enough to name a task, and can be copied."""

_TAG = re.compile(r"^[ \t]*[\[【][^\]】\n]*[\]】][ \t]*$", re.MULTILINE)
_STYLES = {
    TaskStatus.COMPLETE: "green",
    TaskStatus.PARTIAL: "yellow",
    TaskStatus.FAILED: "red",
    TaskStatus.UNKNOWN: "magenta",
}


def console() -> Console:
    """Return the console for results; markup, emoji codes and highlighting are off: lyrics are data."""
    return Console(markup=False, emoji=False, highlight=False)


@contextmanager
def paged() -> Iterator[Console]:
    """Yield a console whose output goes through the pager when it is longer than the window."""
    screen = console()
    with screen.capture() as capture:
        yield screen
    pager.show(capture.get())


def show_variants(screen: Console, variants: Sequence[Variant]) -> None:
    """Print one panel a variant."""
    box = ROUNDED if screen.encoding.lower().startswith("utf") else ASCII
    panels = [_panel(variant, box) for variant in variants]
    columns = min(len(panels), screen.width // NARROWEST_PANEL) if screen.width >= SIDE_BY_SIDE else 1
    if columns == 1:
        screen.print(Group(*panels))
        return
    grid = Table.grid(expand=True, padding=(0, 1))
    for _ in range(columns):
        grid.add_column(ratio=1)
    for start in range(0, len(panels), columns):
        grid.add_row(*panels[start : start + columns])
    screen.print(grid)


def show_table(screen: Console, tasks: Sequence[Task]) -> None:
    """Print tasks as a table, newest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("task", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("submitted", no_wrap=True)
    table.add_column("title or prompt", no_wrap=True, overflow="ellipsis", ratio=1)
    for task in tasks:
        table.add_row(
            Text(visible(task.ref[:SHORT_ID])),
            Text(task.status, style=_STYLES.get(task.status, "")),
            Text(task.submitted_at[:16].replace("T", " ")),
            _name(task),
        )
    screen.print(table)


def _panel(variant: Variant, box: Box) -> RenderableType:
    title = Text(f" {variant.number}. {visible(variant.title) or 'Untitled'} ", style="bold")
    if variant.status is VariantStatus.FAILED:
        body = Text(f"failed: {visible(variant.error or 'no text came')}", style="red")
        return Panel(body, title=title, title_align="left", border_style="red", box=box)
    body = Text(visible_block(variant.text).strip("\n"))
    for tag in _TAG.finditer(body.plain):
        body.stylize("bold cyan", *tag.span())
    return Panel(body, title=title, title_align="left", border_style="dim", padding=(0, 1), box=box)


def _name(task: Task) -> Text:
    complete = [variant for variant in task.variants if variant.status is VariantStatus.COMPLETE]
    if complete:
        return Text(visible(" / ".join(variant.title or "Untitled" for variant in complete)))
    return Text(visible(" ".join(task.prompt.split())), style="dim")
