"""The least that a Typer program with a command and a version can be."""

from typing import Annotated

import typer

app = typer.Typer()


def _version(wanted: bool) -> None:
    if wanted:
        print("minimal 1.0")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Do next to nothing."""


@app.command()
def show(task: str) -> None:
    """Print a line."""
    print(task)
