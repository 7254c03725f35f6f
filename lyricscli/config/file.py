"""Edit `config.toml` by the line, so that comments and layout stay.

An edit is proposed, read back, and taken only if it says what was meant and nothing else: whatever the file
looks like (strings over several lines, quoted keys, tables), a wrong edit cannot be written.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lyricscli.errors import LyricsError, UsageError
from lyricscli.files import PRIVATE, replace_file

_HEADER = re.compile(r"\s*\[")


def set_value(path: Path, name: str, value: str) -> None:
    """Write `name = "value"` among the top-level keys. Raises UsageError, and LyricsError from the disk."""
    text = _read(path)
    meant = _parsed(text, path) | {name: value}
    line = f"{name} = {_quoted(value)}"
    _write(path, _first_right(meant, _with_line(text, name, line), path))


def unset_value(path: Path, name: str) -> bool:
    """Remove a top-level key; say whether it was there. Raises as `set_value`."""
    text = _read(path)
    meant = _parsed(text, path)
    if name not in meant:
        return False
    del meant[name]
    _write(path, _first_right(meant, _without(text, name), path))
    return True


def names(path: Path) -> frozenset[str]:
    """Return the top-level names that the file has, known or not."""
    return frozenset(_parsed(_read(path), path))


def line_of(text: str, table: tuple[str, ...], key: str | None = None) -> int:
    """Return the line, from 1, of a table's header or of a key in it; else of what is nearest around it.

    tomllib tells no places, so this looks for the usual spellings; it only ever feeds an error message.
    """
    name = r"\s*\.\s*".join(f"[\"']?{re.escape(part)}[\"']?" for part in table)
    header, wanted, found = re.compile(rf"\s*\[\s*{name}\s*\]"), _assignment(key or ""), 0
    for number, line in enumerate(text.splitlines(), 1):
        if header.match(line):
            found = number
        elif found and _HEADER.match(line):
            break
        elif found and key is not None and wanted.match(line):
            return number
    return found or (line_of(text, table[:-1], table[-1]) if table[1:] else 1)


def _read(path: Path) -> str:
    try:
        # Not read_text(): line ends are kept as they are.
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Check the file and its permissions.") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "`lyrics config edit` opens it.") from error


def _write(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else PRIVATE
    replace_file(path, text, mode)


def _quoted(value: str) -> str:
    """Write a TOML basic string; JSON's escapes are TOML's, which alone wants DEL escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _first_right(meant: dict[str, Any], proposals: Iterator[str], path: Path) -> str:
    for text in proposals:
        try:
            if tomllib.loads(text) == meant:
                return text
        except tomllib.TOMLDecodeError:
            continue
    raise LyricsError(
        f"{path} cannot be changed line by line", "`lyrics config edit` opens it; nothing was changed."
    )


def _with_line(text: str, name: str, line: str) -> Iterator[str]:
    """Propose the text with the key's line replaced, its comment kept; then with a new line."""
    lines = text.splitlines(keepends=True)
    ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    for start, stop in _spans(lines, name):
        replaced = line + _comment("".join(lines[start:stop])) + ending
        yield "".join([*lines[:start], replaced, *lines[stop:]])
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += ending
    for place in _places(lines):
        gap = ending if place < len(lines) and lines[place].strip() else ""
        yield "".join([*lines[:place], line + ending + gap, *lines[place:]])


def _without(text: str, name: str) -> Iterator[str]:
    lines = text.splitlines(keepends=True)
    for start, stop in _spans(lines, name):
        yield "".join([*lines[:start], *lines[stop:]])


def _spans(lines: list[str], name: str) -> Iterator[tuple[int, int]]:
    """Yield where an assignment to the key may stand: from a line that looks like one, to any later line."""
    looks_right = _assignment(name)
    for start, line in enumerate(lines):
        if looks_right.match(line):
            yield from ((start, stop) for stop in range(start + 1, len(lines) + 1))


def _places(lines: list[str]) -> Iterator[int]:
    """Yield where a new top-level key may stand: before the first table and its comment, else at the end."""
    for number, line in enumerate(lines):
        if _HEADER.match(line):
            place = number
            while place and lines[place - 1].lstrip().startswith("#"):
                place -= 1
            while place and not lines[place - 1].strip():
                place -= 1
            yield place
    yield len(lines)


def _assignment(name: str) -> re.Pattern[str]:
    return re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")


def _comment(line: str) -> str:
    """Return the comment behind a whole assignment, with the white space before it."""
    for mark in re.finditer(r"[ \t]*#", line):
        try:
            tomllib.loads(line[: mark.start()])
        except tomllib.TOMLDecodeError:
            continue
        return line[mark.start() :].rstrip("\r\n")
    return ""
