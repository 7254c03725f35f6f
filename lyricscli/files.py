"""Files written whole: a reader sees the old content or the new, and never more of it than it may."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from lyricscli.errors import LyricsError

PRIVATE = 0o600
OTHERS = 0o077
"""The mode bits by which anybody but the owner gets at a file."""


def replace_file(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Write a file whole or not at all, its directory included; a symbolic link stays one.

    The new content has `mode` from its first byte on. Raises LyricsError.
    """
    place, scratch = path.resolve(), ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp makes the file readable by its owner only.
        descriptor, scratch = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(mode)
        Path(scratch).replace(place)
    except OSError as error:
        with suppress(OSError):
            Path(scratch).unlink()
        advice = "Make the directory writable, or point LYRICS_HOME at another one."
        raise LyricsError(f"{path} cannot be written: {error.strerror or error}", advice) from error


def is_exposed(path: Path) -> bool:
    """Tell whether anybody but its owner gets at a file (never on Windows, which has no such modes)."""
    with suppress(OSError):
        return os.name == "posix" and bool(path.stat().st_mode & OTHERS)
    return False


def make_private(path: Path) -> bool:
    """Take a file away from everybody but its owner; say whether that was needed (never on Windows)."""
    with suppress(OSError):
        if is_exposed(path):
            path.chmod(PRIVATE)
            return True
    return False
