"""Recordings: the callbacks that `lyrics listen` took, byte for byte, so that they can be sent again.

A file each, named by its number: one line of JSON with time and headers, then the body as it came.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lyricscli.api.headers import inflated, read, written
from lyricscli.errors import LibraryError, NoSuchTaskError, telling

KEPT = 1000
KEPT_BYTES = 256 * 2**20
"""Recordings kept, and their bytes in all; the oldest go first, and the newest stays whatever its size."""

LAST = "last"
SUFFIX = ".callback"


class Recording(NamedTuple):
    """A callback as it came, its query among its headers; `at` is Unix time in seconds."""

    number: int
    at: float
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """The body without its compression; as it is where that grows beyond a callback's size."""
        with suppress(ValueError):
            return inflated(self.headers, self.body)
        return self.body


class Recordings:
    """The recordings in one private folder; several processes may share it."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def keep(self, headers: Mapping[str, str], body: bytes) -> Recording:
        """Write a callback down under the next number. Raises LibraryError."""
        at = self._clock()
        head = f'{{"at": {at!r}, "headers": {written(headers)}}}'.encode("ascii")
        told = f"the callback could not be recorded in {self._folder}"
        advice = "Make room on the disk, or point LYRICS_HOME at another directory."
        with telling(told, advice, LibraryError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            recording = Recording(self._write(head + b"\n" + body), at, headers, body)
            self._prune()
        return recording

    def find(self, name: str) -> Recording:
        """Return a recording by its number, or the `last` one. Raises NoSuchTaskError and LibraryError."""
        numbers = self._numbers()
        number = numbers[-1] if name == LAST and numbers else int(name) if name.isdecimal() else 0
        if number not in numbers:
            there = (
                f"There are {numbers[0]} to {numbers[-1]}." if numbers else "`lyrics listen` records them."
            )
            raise NoSuchTaskError(f"there is no recorded callback {name!r}", there)
        try:
            head, _, body = self._path(number).read_bytes().partition(b"\n")
            said = dict(json.loads(head, object_pairs_hook=list))
            return Recording(number, float(said["at"]), read(said["headers"]), body)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LibraryError(f"{self._path(number)} cannot be read", "Choose another recording.") from error

    def _write(self, content: bytes) -> int:
        """Write a new file whole; its name is taken from nobody. Return its number."""
        number = (self._numbers() or [0])[-1]
        while True:
            number += 1
            with suppress(FileExistsError):
                handle = os.open(self._path(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                break
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        except OSError:
            self._path(number).unlink()
            raise
        return number

    def _prune(self) -> None:
        """Drop what is beyond the bounds; what another process drops at the same time is gone as well."""
        room = KEPT_BYTES
        for place, number in enumerate(reversed(self._numbers())):
            with suppress(FileNotFoundError):
                room -= self._path(number).stat().st_size
                if place and (place >= KEPT or room < 0):
                    self._path(number).unlink()

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob(f"*{SUFFIX}") if path.stem.isdecimal())

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}{SUFFIX}"
