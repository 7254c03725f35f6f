"""A song's text as sections and lines. Nothing is lost: parse, then print, gives the same text back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lyricscli.song.headers import Habits, Tag, closes, read_header
from lyricscli.song.kinds import SectionKind, plain
from lyricscli.song.lines import Line, LineKind, kind_of_line
from lyricscli.song.manner import observe, speaker_of

_STANZA = Tag(SectionKind.STANZA)


@dataclass(frozen=True, slots=True)
class Section:
    """A header and the lines under it. `header` is the header as written with its line break, or empty.

    `number` is the header's line (of a stanza: its first line), counted from 1 in the whole text. Words on
    the header's own line are the first of `lines`, with the same number.
    """

    tag: Tag
    header: str
    number: int
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The section exactly as written."""
        return self.header + "".join(line.text + line.end for line in self.lines)

    @property
    def sung(self) -> tuple[Line, ...]:
        """The lines in which something is sung."""
        return tuple(line for line in self.lines if line.sung)

    @property
    def name(self) -> str:
        """What to call the section: its label, or its kind where it has no header."""
        return self.tag.label or self.tag.kind.value.capitalize()


@dataclass(frozen=True, slots=True)
class Song:
    """A text, read as sections in the order written."""

    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The text exactly as it was parsed."""
        return "".join(section.text for section in self.sections)

    @property
    def lines(self) -> Iterator[Line]:
        """Every line that is no header, in order."""
        for section in self.sections:
            yield from section.lines

    @property
    def has_headers(self) -> bool:
        """Whether the text names any of its sections."""
        return any(section.header for section in self.sections)


@dataclass(slots=True)
class _Draft:
    """A section that is still being read."""

    tag: Tag
    number: int
    header: str = ""
    lines: list[Line] = field(default_factory=list)
    has_words: bool = False
    is_closed: bool = False

    @property
    def ends_paragraph(self) -> bool:
        return bool(self.lines) and self.lines[-1].kind is LineKind.BLANK

    def takes(self, line: Line) -> bool:
        """Whether a line that is no header goes on with this section."""
        if line.kind is LineKind.BLANK:
            return True
        return not self.is_closed and not (self.tag is _STANZA and self.ends_paragraph and self.has_words)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.has_words = self.has_words or line.kind.is_sung
        self.is_closed = self.is_closed or line.kind is LineKind.CLOSING

    def finish(self) -> Section:
        return Section(self.tag, self.header, self.number, tuple(self.lines))


def parse(text: str) -> Song:
    """Read any text as a song; `parse(text).text == text` for every string.

    A header starts a section. In square brackets a word we do not know starts one too (kind `other`) where a
    paragraph starts under finished lines, where it stands twice, or where it has a number; it is a cue line
    anywhere else. Text under no header is split into stanzas at blank lines.
    """
    lines = list(_physical_lines(text))
    reading = _Reading(observe([content for _, content, _ in lines]))
    return Song(tuple(draft.finish() for draft in reading.drafts(lines)))


def _physical_lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, raw in enumerate(text.splitlines(keepends=True), start=1):
        content = raw.splitlines()[0]
        yield number, content, raw[len(content) :]


@dataclass(slots=True)
class _Reading:
    """Reads one text from top to bottom, in its manner."""

    manner: Habits
    draft: _Draft | None = None

    def drafts(self, lines: Iterable[tuple[int, str, str]]) -> Iterator[_Draft]:
        """Yield each section once its last line was read."""
        for number, content, end in lines:
            opened, line = self._read(number, content, end)
            if opened is None and line is not None and (self.draft is None or not self.draft.takes(line)):
                opened = _Draft(_STANZA, number)
            if opened is not None:
                if self.draft is not None:
                    yield self.draft
                self.draft = opened
            if line is not None and self.draft is not None:
                self.draft.add(line)
        if self.draft is not None:
            yield self.draft

    def _read(self, number: int, content: str, end: str) -> tuple[_Draft | None, Line | None]:
        """Read one line: the section it opens, if any, and the line to add, if any."""
        kind = kind_of_line(content, is_chordpro=self.manner.is_chordpro)
        if kind is LineKind.BLANK:
            return None, Line(number, content, end, kind)
        if closes(content):
            return None, Line(number, content, end, LineKind.CLOSING)
        starts = self.draft is None or self.draft.ends_paragraph or self.draft.is_closed
        header = read_header(content, starts_paragraph=starts, manner=self.manner)
        if header is None or (header.tag.kind is SectionKind.OTHER and not self._may_open(header.tag)):
            return None, Line(number, content, end, kind, speaker_of(content, self.manner))
        if header.length == len(content):
            return _Draft(header.tag, number, content + end), None
        rest = content[header.length :]
        return _Draft(header.tag, number, content[: header.length]), Line(
            number, rest, end, kind_of_line(rest)
        )

    def _may_open(self, tag: Tag) -> bool:
        """Whether an unknown tag may start a section here."""
        draft = self.draft
        if draft is None or draft.is_closed or plain(tag.label) in self.manner.unknown:
            return True
        return draft.ends_paragraph and (draft.has_words or draft.tag.kind.is_wordless)
