"""`lyrics list`: the library, newest first."""

import sys
from typing import Annotated

import typer

DEFAULT_LIMIT = 20


def list_(
    query: Annotated[str | None, typer.Argument(help="Words to find in titles, texts and prompts.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 is all.")] = DEFAULT_LIMIT,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array of documents.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Print plain text, also at a terminal.")] = False,
) -> None:
    """List the library, newest first.

    Example: lyrics list lighthouse --limit 5
    """
    from lyricscli.commands import wiring
    from lyricscli.output.results import write_stdout

    with wiring.open_library(wiring.load_settings()) as library:
        tasks = library.newest(query, limit)
        if json:
            from lyricscli.output.document import as_json, task_document

            write_stdout(as_json([task_document(task) for task in tasks]) + "\n")
        elif sys.stdout.isatty() and not plain:
            from lyricscli.output import panels

            with panels.paged() as screen:
                panels.show_table(screen, list(tasks))
        else:
            from lyricscli.output.plain import summary
            from lyricscli.output.safe import visible_block

            write_stdout(visible_block("".join(summary(task) + "\n" for task in tasks)))
