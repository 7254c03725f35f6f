"""Files: written whole or written through, private where they must be; and a person's text read as it comes.

A regular file is replaced in one step: a reader sees the old content or the new. A link keeps pointing where
it points, and a file keeps its mode. What is no regular file (a device, a FIFO, a shell's `>(…)`) is written
to as it is.
"""

import codecs
import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from lyricscli.errors import UsageError, telling

PRIVATE, PUBLIC = 0o600, 0o666
"""Modes of a new file, before the umask."""

OTHERS = 0o077
"""The mode bits by which anybody but the owner gets at a file."""

STDIO = "-"
"""What stands for standard input or output where a file could be named."""
STDIN = Path(STDIO)

LONGEST = 1_000_000
"""Bytes read of a person's text; every provider's limit is a thousandth of it."""

_DESCRIPTOR = r"/(?:dev|proc/self)/fd/(\d{1,6})|/dev/std(in|out|err)"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def replace_file(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Write one of our own files whole or not at all, its directory included; a symbolic link stays one.

    The new content has `mode` from its first byte on. Raises LyricsError.
    """
    with telling(
        f"{path} cannot be written", "Make the directory writable, or point LYRICS_HOME at another one."
    ):
        place = path.resolve()
        make_directory(place.parent)
        with _written_beside(place, [text.encode()], PRIVATE) as scratch:
            scratch.chmod(mode)
            scratch.replace(place)


def make_directory(path: Path) -> None:
    """Make one of our own directories, which its owner alone gets at. Raises as `unmade` says."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unmade(path, error) from error


def unmade(path: Path, error: OSError) -> Exception:
    """Return the error for a directory of ours: the system's where the disk is at fault, else UsageError."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        return error
    why = f"{path} cannot be made: {error.strerror or error}"
    return UsageError(why, "Set LYRICS_HOME to a directory that can be made.")


def check_result(path: Path, *, force: bool = True) -> None:
    """Try whether a result can be written there, before anything is paid. Raises UsageError.

    Without `force` a regular file that is there is not replaced.
    """
    try:
        found = _status(path)
        if path.is_dir():
            raise IsADirectoryError(0, "it is a directory")
        if found is not None and not stat.S_ISREG(found.st_mode):
            return
        if not force and os.path.lexists(path):
            raise _taken(path)
        if found is not None:
            if not os.access(path, os.W_OK):  # where its directory is not, it could be replaced all the same
                raise PermissionError(0, "it is read-only")
        elif not path.resolve().parent.is_dir():
            raise NotADirectoryError(0, "there is no such directory")
        else:
            descriptor, scratch = _scratch(path.resolve(), PRIVATE)
            os.close(descriptor)
            scratch.unlink()
    except (OSError, RuntimeError) as error:  # before Python 3.13 a loop of links is a RuntimeError
        why = getattr(error, "strerror", None) or error
        advice = "Name a file in a directory that exists and can be written."
        raise UsageError(f"{path} cannot be written: {why}", advice) from error


def write_result(path: Path, lines: Iterable[str], *, force: bool = True, mode: int = PUBLIC) -> None:
    """Write a result: a regular file whole or not at all, anything else as a stream, as it comes.

    A new file has `mode`. Raises UsageError where it is there and may not be replaced, LyricsError where the
    disk refuses, and OutputClosedError when nobody reads a pipe any more.
    """
    check_result(path, force=force)
    data = (line.encode(errors="surrogatepass") for line in lines)
    advice = "What it was to hold is in the library: `lyrics show` prints it."
    with telling(f"{path} cannot be written", advice):
        if is_stream(path):
            with open_stream(path) as file:
                file.writelines(data)
        elif (found := _status(path)) is None:
            with _written_beside(path.resolve(), data, mode) as scratch:
                _name(scratch, path.resolve(), force=force)
        elif not os.access(path.resolve().parent, os.W_OK):
            with path.open("wb") as file:  # as nothing can be made beside it
                file.writelines(data)
        else:
            with _written_beside(path.resolve(), data, PRIVATE) as scratch:
                _replace(scratch, path.resolve(), found)


def open_stream(path: Path) -> BinaryIO:
    """Open what is no regular file for writing; a name of a descriptor of ours is that descriptor."""
    named = _descriptor(path)
    if named is None:
        return path.open("wb")
    return os.fdopen(os.dup(named), "wb")


def is_stream(path: Path) -> bool:
    """Tell whether a path is written through: a device, a FIFO, or a descriptor of ours. Raises OSError."""
    found = _status(path)
    return found is not None and (_descriptor(path) is not None or not stat.S_ISREG(found.st_mode))


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """Open a person's file, or standard input for `-`. Raises UsageError where it cannot be read."""
    with telling(f"{input_name(path)} cannot be read", "Check the file's name.", UsageError):
        if str(path) == STDIO:
            yield sys.stdin.buffer
        else:
            with path.open("rb") as file:
                yield file


def input_name(path: Path) -> str:
    """Say what is read."""
    return "standard input" if str(path) == STDIO else str(path)


def read_text(path: Path = STDIN, longest: int = LONGEST) -> str:
    """Read a person's text, of which `longest` bytes at most. Raises UsageError."""
    with open_input(path) as file:
        data = file.read(longest + 1)
    return decoded(data, input_name(path), longest)


def decoded(data: bytes, where: str, longest: int = LONGEST) -> str:
    """Return a person's text: UTF-8, or UTF-16 or UTF-32 with a byte order mark, which is left out.

    A character that is cut in two by `longest` is left out too. Raises UsageError for what is none of these.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8-sig")
    reader = codecs.getincrementaldecoder(encoding)()
    try:
        return reader.decode(data[:longest], final=len(data) <= longest)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{where} is not UTF-8 text (byte {error.start + 1})",
            "Convert it, for example with iconv -t UTF-8.",
        ) from error


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


def _status(path: Path) -> os.stat_result | None:
    """Return what a path leads to; None where there is nothing yet. Raises OSError."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _descriptor(path: Path) -> int | None:
    """Return the number in a name such as /dev/stdout or /dev/fd/63: opening such a file would cut it off."""
    named = re.fullmatch(_DESCRIPTOR, os.fspath(path)) if os.name == "posix" else None
    if named is None:
        return None
    return int(named[1]) if named[1] else ("in", "out", "err").index(named[2])


@contextmanager
def _written_beside(place: Path, data: Iterable[bytes], mode: int) -> Iterator[Path]:
    """Write content into a new file beside a place, durably, and lend it; it is gone afterwards."""
    descriptor, scratch = _scratch(place, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def _replace(scratch: Path, place: Path, found: os.stat_result) -> None:
    """Put a file in another one's place, with its mode, and its owner where that can be."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(scratch, found.st_uid, found.st_gid)
    scratch.chmod(stat.S_IMODE(found.st_mode))
    try:
        scratch.replace(place)
    except OSError:  # it may be mounted by itself: then it is written in place
        from shutil import copyfile

        copyfile(scratch, place)


def _name(scratch: Path, place: Path, *, force: bool) -> None:
    """Give a new file its name; without `force` only if that is not taken. Raises UsageError."""
    try:
        if not force:
            os.link(scratch, place)
            return
    except OSError as error:  # on a file system without hard links, what is left is to look first
        if os.path.lexists(place):
            raise _taken(place) from error
    scratch.replace(place)


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already", "--force replaces it.")


def _scratch(place: Path, mode: int) -> tuple[int, Path]:
    scratch = place.with_name(f".{place.name[:40]}.{os.urandom(6).hex()}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    return os.open(scratch, flags, mode), scratch
