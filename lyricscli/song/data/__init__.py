"""Small word lists and how to read them; where they come from stands in the README."""

from collections.abc import Iterator


def read_bytes(name: str) -> bytes:
    """Read a file of this package."""
    from importlib.resources import files  # only what reads a list should wait for it

    return files(__name__).joinpath(name).read_bytes()


def read_rows(name: str) -> Iterator[list[str]]:
    """Read a text file of this package as rows of words; lines that start with # are comments."""
    for line in read_bytes(name).decode().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split()
