"""Small word lists and how to read them; where they come from stands in the README."""

from collections.abc import Iterator


def read_bytes(name: str) -> bytes:
    """Read a file of this package."""
    from importlib.resources import files  # only what reads a list should wait for it

    return files(__name__).joinpath(name).read_bytes()


def read_lines(name: str) -> Iterator[str]:
    """Read the lines of a text file of this package that are not empty and no comments (#)."""
    lines = read_bytes(name).decode().splitlines()
    yield from (line for line in lines if line.strip() and not line.startswith("#"))


def read_rows(name: str) -> Iterator[list[str]]:
    """Read the lines of a text file of this package as rows of words."""
    yield from map(str.split, read_lines(name))
