"""Choose a format by its name."""

from enum import StrEnum
from importlib import import_module
from typing import Self

from lyricscli.song.exports.sheet import Book, Exported, Sheet


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

    TXT = "txt", ".txt", "plain.as_text"
    MD = "md", ".md", "markdown.as_markdown"
    JSON = "json", ".json", "lossless.as_json"
    CHORDPRO = "chordpro", ".cho", "chordpro.as_chordpro"
    SUNO = "suno", ".suno.txt", "suno.as_suno"
    RELEASE = "release", ".release.txt", "plain.as_release"
    HTML = "html", ".html", "page.as_page", True


def render(what: Sheet | Book, form: Format) -> Exported:
    """Write a sheet in a format, or a book of several in a format of books."""
    book = what if isinstance(what, Book) else Book((what,))
    module, _, function = form.writer.partition(".")
    write = getattr(import_module(f"lyricscli.song.exports.{module}"), function)
    exported: Exported = write(book if form.is_book else book.sheets[0])
    return exported
