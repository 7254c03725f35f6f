"""What the tests of the documentation share: the command tree, and a command line read but not run."""

import shlex
from contextlib import suppress

import pytest
import typer

from lyricscli.cli import app as cli


def tree():
    """Yield the words that call each command (the group of all first), and the command."""
    yield (), typer.main.get_command(cli.app)
    for entry in cli.COMMANDS:
        command = cli.load(entry.name)
        yield (entry.name,), command
        for name, sub in getattr(command, "commands", {}).items():
            yield (entry.name, name), sub


COMMANDS = dict(tree())


def parse(line):
    """Read a line that begins with `lyrics` as the program would; raises what the program would raise.

    The words of a command alone are its name, and need no arguments.
    """
    words = shlex.split(line, comments=True)
    assert words.pop(0) == "lyrics", line
    path = ()
    while words and (*path, words[0]) in COMMANDS:
        path = (*path, words.pop(0))
    if not words:
        assert path, line
        return
    # --help and --version end while they are read.
    with suppress(typer.Exit):
        COMMANDS[path].make_context(" ".join(["lyrics", *path]), words)


@pytest.fixture(scope="session")
def commands():
    """Give every command by the words that call it."""
    return COMMANDS


@pytest.fixture(scope="session")
def parsed():
    """Give the function that reads a command line."""
    return parse
