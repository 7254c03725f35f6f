"""A page of help: Markdown, rendered at a terminal."""

import re
from typing import ClassVar

from lyricscli.terminal.streams import is_fancy, paint, write_stdout

WIDEST_PAGE = 88
"""Columns of a page at a terminal: longer lines are hard to read."""


def show_topic(page: str) -> None:
    """Print a page: rendered at a terminal, else as it is, its headings bold where colours are forced."""
    if not is_fancy():
        write_stdout(re.sub(r"(?m)^#+ .*", lambda heading: paint(heading[0], "bold"), page))
        return
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import Markdown, TableElement
    from rich.table import Table

    from lyricscli.terminal import panels

    class FoldedTable(TableElement):
        """A table whose words are folded where they have no room, and never cut."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            for table in super().__rich_console__(console, options):
                for column in table.columns if isinstance(table, Table) else ():
                    column.overflow = "fold"
                yield table

    class Topic(Markdown):
        elements: ClassVar = {**Markdown.elements, "table_open": FoldedTable}

    with panels.printed(widest=WIDEST_PAGE) as screen:
        screen.print(Topic(page, hyperlinks=False))
