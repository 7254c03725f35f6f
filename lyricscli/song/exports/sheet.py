"""What is exported, in which format, under which name: a text with all that is known of its origin."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Edit:
    """One change after the text was generated: when (ISO 8601, UTC), by whom or which program, and why."""

    at: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text to export, exactly as stored, and its provenance.

    `generated_at` is ISO 8601 in UTC. `edits` is empty for a text as the service gave it.
    """

    title: str
    text: str
    provider: str
    task_id: str
    variant: int
    prompt: str
    generated_at: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()

    @property
    def heading(self) -> str:
        """The title on one line, or a word for its absence."""
        return one_line(self.title) or "Untitled"


class Book(NamedTuple):
    """Texts for one file. `title` names them all; `beside` is set beside the only one of them."""

    sheets: tuple[Sheet, ...]
    title: str = ""
    beside: Sheet | None = None

    @property
    def heading(self) -> str:
        """The title on one line, else a word for several texts, and nothing for one."""
        return one_line(self.title) or ("Songbook" if len(self.sheets) > 1 else "")


class Exported(NamedTuple):
    """The text of a file to write, and what its reader should know: what was cut, what could not be kept."""

    text: str
    notices: tuple[str, ...] = ()


def provenance(sheet: Sheet) -> list[tuple[str, str]]:
    """Say where the text comes from and what was changed, as labels and values of one line each."""
    changes = [f"{edit.at} by {edit.by}" + (f": {edit.note}" if edit.note else "") for edit in sheet.edits]
    rows = [
        ("Service", sheet.provider),
        ("Task", sheet.task_id),
        ("Variant", str(sheet.variant)),
        ("Prompt", sheet.prompt),
        *((name.capitalize(), value) for name, value in sorted(sheet.metadata.items())),
        ("Generated", sheet.generated_at),
        *(("Changed", change) for change in changes or ["no, as generated"]),
    ]
    return [(one_line(label), one_line(value)) for label, value in rows]


def one_line(text: str) -> str:
    """Put a text on one line without control characters and lone surrogates; what joins letters stays.

    The zero-width joiner and non-joiner are spelling in Persian, Hindi and emoji.
    """
    shown = (
        char if char in "\u200c\u200d" else _SHOWN.get(unicodedata.category(char), char) for char in text
    )
    return " ".join("".join(shown).split())


_SHOWN = {"Cf": "", **dict.fromkeys(("Cc", "Cn", "Co", "Cs"), " ")}


MOST_BYTES = 120
"""In UTF-8, suffix included: well within the 255 of common file systems and the 143 of encrypted ones."""
NAMELESS = "untitled"

# Microsoft's page on naming files: reserved characters and device names, with or without a suffix.
_RESERVED_CHARACTERS = re.compile(r'[<>:"/\\|?*]+')
_RESERVED_NAME = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE
)


def filename(title: str, suffix: str) -> str:
    """Make a safe name of a title; `suffix` (such as `.txt`) is added as it is.

    The name holds no path separator, control or invisible character, does not start with a dot or a dash,
    is no device of Windows, and has MOST_BYTES bytes at most.
    """
    stem = _clean(title)
    if _RESERVED_NAME.match(stem):
        stem = f"song {stem}"
    most = max(0, MOST_BYTES - len(suffix.encode()))
    cut = stem.encode()[:most].decode(errors="ignore").strip(" .-~")
    return (cut or NAMELESS) + suffix


def _clean(title: str) -> str:
    visible = (" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in title)
    plain = unicodedata.normalize("NFC", "".join(visible))
    return " ".join(_RESERVED_CHARACTERS.sub(" ", plain).split()).strip(" .-~")


class Format(StrEnum):
    """The formats of `lyrics export --format`: the name, how its files end, and what writes it.

    A writer takes a sheet; one of a book (several texts in a file) takes the book.
    """

    suffix: str
    writer: str
    is_book: bool

    def __new__(cls, name: str, suffix: str, writer: str, is_book: bool = False) -> Self:
        """Make a member whose value is its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.suffix, member.writer, member.is_book = suffix, writer, is_book
        return member

    TXT = "txt", ".txt", "text.as_text"
    MD = "md", ".md", "markdown.as_markdown"
    JSON = "json", ".json", "text.as_json"
    CHORDPRO = "chordpro", ".cho", "chordpro.as_chordpro"
    SUNO = "suno", ".suno.txt", "suno.as_suno"
    RELEASE = "release", ".release.txt", "text.as_release"
    HTML = "html", ".html", "page.as_page", True


def render(what: Sheet | Book, form: Format) -> Exported:
    """Write a sheet in a format, or a book of several in a format of books."""
    book = what if isinstance(what, Book) else Book((what,))
    module, _, function = form.writer.partition(".")
    write = getattr(import_module(f"lyricscli.song.exports.{module}"), function)
    exported: Exported = write(book if form.is_book else book.sheets[0])
    return exported
