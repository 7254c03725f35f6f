"""Files that hold results: whole or not at all, and nothing replaced by accident."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lyricscli.errors import LyricsError, UsageError


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all; one that is there is replaced. Raises LyricsError."""
    _write(path, text, _replace)


def write_new(path: Path, text: str, *, force: bool = False) -> None:
    """Write a file that is not there yet, whole or not at all; `force` replaces one that is.

    Raises UsageError where it is there, or where no file can be, and LyricsError where the disk refuses.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{path} cannot be written", "Name a file in a directory that exists.")
    try:
        _write(path, text, _replace if force else _place)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", "--force replaces it.") from error


def _write(path: Path, text: str, move: Callable[[str, Path], None]) -> None:
    import tempfile  # only the commands that write a file pay for it

    descriptor, scratch = -1, ""
    try:
        descriptor, scratch = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.absolute().parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode(errors="surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, 0o666 & ~_umask())  # noqa: PTH101 (mkstemp made it private; a result is not)
        move(scratch, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise LyricsError(
            f"{path} cannot be written: {error.strerror or error}",
            "The result is in the library: `lyrics show last` prints it.",
        ) from error
    finally:
        with suppress(OSError):
            os.unlink(scratch)  # noqa: PTH108


def _replace(scratch: str, path: Path) -> None:
    os.replace(scratch, path)  # noqa: PTH105


def _place(scratch: str, path: Path) -> None:
    """Give the file its name unless it is taken. Raises FileExistsError."""
    try:
        os.link(scratch, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: what is left is to look first.
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        _replace(scratch, path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
