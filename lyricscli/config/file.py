"""Edit `config.toml`: comments, layout and line ends stay as they are."""

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from lyricscli.config.settings import read_file
from lyricscli.errors import UsageError, telling
from lyricscli.files import PRIVATE, replace_file

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_START = r"(?m)^[ \t]*"


def set_value(path: Path, name: str, value: str) -> None:
    """Write `name = "value"` among the top-level keys. Raises UsageError, and LyricsError from the disk."""
    document = _document(path)
    if name in document:
        document[name] = value
        _write(path, document.as_string())
    else:
        _write(path, _with_new(document, name, value))


def unset_value(path: Path, name: str) -> bool:
    """Remove a top-level key; say whether it was there. Raises as `set_value`."""
    document = _document(path)
    if name not in document:
        return False
    del document[name]
    _write(path, document.as_string())
    return True


def names(path: Path) -> frozenset[str]:
    """Return the top-level names that the file has, known or not."""
    return frozenset(_document(path))


def line_of(text: str, table: tuple[str, ...], key: str | None = None) -> int:
    """Return the line, from 1, of a table's header or of a key in it; else of what is nearest around it.

    tomllib tells no places, so this looks for the usual spellings; it only ever feeds an error message.
    """
    name = r"\s*\.\s*".join(f"[\"']?{re.escape(part)}[\"']?" for part in table)
    header = re.search(rf"{_START}\[\s*{name}\s*\]", text)
    if header is None:
        return line_of(text, table[:-1], table[-1]) if table[1:] else 1
    keys = re.split(rf"{_START}\[", text[header.end() :], maxsplit=1)[0]
    found = re.search(rf"{_START}[\"']?{re.escape(key)}[\"']?\s*=", keys) if key else None
    return text.count("\n", 0, header.end() + found.start() if found else header.start()) + 1


def _document(path: Path) -> "TOMLDocument":
    import tomlkit  # 40 ms, and only edits need it
    from tomlkit.exceptions import TOMLKitError

    wrong = (TOMLKitError, RecursionError)
    with telling(f"{path} is not valid TOML", "`lyrics config edit` opens it.", UsageError, wrong):
        return tomlkit.parse(read_file(path))


def _with_new(document: "TOMLDocument", name: str, value: str) -> str:
    """Write a new key behind the other ones of the top level: before the first table and its comment."""
    import tomlkit
    from tomlkit.items import AoT, Comment, Table, Whitespace

    kinds = [type(item) for _, item in document.body]
    place = next((at for at, kind in enumerate(kinds) if issubclass(kind, (Table, AoT))), len(kinds))
    while place < len(kinds) and place and issubclass(kinds[place - 1], (Comment, Whitespace)):
        place -= 1
    head = tomlkit.document()
    head.body.extend(document.body[:place])
    text, above = document.as_string(), head.as_string()
    end = "\r\n" if "\r\n" in text else "\n"
    below = text[len(above) :].lstrip("\r\n")
    parted = above if not above or above.endswith("\n") else above + end
    return f"{parted}{name} = {tomlkit.string(value).as_string()}{end}{end * bool(below)}{below}"


def _write(path: Path, text: str) -> None:
    """Write the file, for its owner alone where it is new, if any TOML reader takes it."""
    advice = "`lyrics config edit` opens it; nothing was changed."
    with telling(f"{path} cannot be changed", advice, of=tomllib.TOMLDecodeError):
        tomllib.loads(text)
    replace_file(path, text, path.stat().st_mode & 0o777 if path.exists() else PRIVATE)
