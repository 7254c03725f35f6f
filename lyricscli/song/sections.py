"""A song's text as sections and lines. Nothing is lost: parse, then print, gives the same text back.

How a text is written, its lines say only together: which marks head sections, who speaks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lyricscli.song.labels import LONGEST_HEADER, Habits, Header, Marking, Tag, closes, read_header
from lyricscli.song.lines import Line, LineKind, is_invisible, kind_of_line
from lyricscli.song.marks import read_directive, to_ascii
from lyricscli.song.names import Certainty, SectionKind, plain, read_name, words

_SPEAKER = re.compile(r"\s*(?P<name>[^\W\d_][^:：\[\](){}<>]{0,30}?)\s*[:：]\s*(?=\S)")
_MOST_WORDS_OF_A_NAME = 3
_MOST_OF_A_KIND = 4
"""A first chorus with a higher number than this is no such chorus."""
_SHORT = re.compile(r"[*_#]{0,3}\[?\s*(?P<name>[A-Za-z]{1,4})\s?\.?\s?\d{0,2}\s*\]?[*_]{0,3}:?\s*\Z")


def observe(lines: Sequence[str]) -> Habits:
    """Look over all lines of a text once, each without its line break."""
    headers = [
        header
        for line, count in Counter(lines).items()
        if 0 < len(line) <= LONGEST_HEADER
        and (header := read_header(line, starts_paragraph=True)) is not None
        for _ in range(min(count, 2))
    ]
    known = [header for header in headers if header.tag.is_known]
    letters = [
        char for line in lines[:200] for char in line[:200] if char.isalpha() and char.lower() != char.upper()
    ]
    return Habits(
        styles=frozenset(
            (header.style, header.tag.is_small) for header in known if header.certainty is Certainty.SURE
        ),
        has_short_forms=_has_short_forms(lines),
        is_solid=not any(map(is_invisible, lines)),
        is_shouted=sum(char.isupper() for char in letters) * 2 > len(letters),
        is_chordpro=any(
            read_directive(to_ascii(line.strip())) for line in lines if line.lstrip().startswith("{")
        ),
        unknown=frozenset(_unknown(headers)),
        in_bars=frozenset(_in_bars([header.tag for header in known])),
        speakers=frozenset(_speakers(lines)),
    )


def speaker_of(text: str, manner: Habits) -> str:
    """Return what stands before a line's words to say who sings them, or nothing."""
    if not manner.speakers:
        return ""
    found = _SPEAKER.match(text)
    return found[0] if found is not None and found["name"] in manner.speakers else ""


def _has_short_forms(lines: Sequence[str]) -> bool:
    """Whether lines such as `[V1]`, `V1:` and `[PC]` stand alone: a chord is none of them."""
    found = Counter(
        (match["name"].lower(), "[" in line or ":" in line)
        for line in lines
        if len(line) < LONGEST_HEADER and (match := _SHORT.match(to_ascii(line).strip()))
    )
    marked = {name for name, is_marked in found if is_marked}
    bare = {name for name, is_marked in found if not is_marked}
    return bool(marked & {"v", "vs", "pc"}) or {"v", "c"} <= bare | marked


def _in_bars(tags: Sequence[Tag]) -> Iterable[SectionKind]:
    """List the kinds whose numbers are lengths: multiples of four only, and more than one kind has such."""
    numbers: dict[SectionKind, set[int]] = {}
    for tag in tags:
        if tag.number is not None and tag.bars is None:
            numbers.setdefault(tag.kind, set()).add(tag.number)
    kinds = [kind for kind, found in numbers.items() if all(number % 4 == 0 for number in found)]
    is_told = len(kinds) > 1 or any(tag.bars for tag in tags)
    return [kind for kind in kinds if is_told or min(numbers[kind]) > _MOST_OF_A_KIND]


def _unknown(headers: Iterable[Header]) -> Iterable[str]:
    """List the tags that stand twice, and those with a number, unless they are known for cues."""
    tags = [
        header.tag
        for header in headers
        if header.style is Marking.SQUARE and header.tag.kind is SectionKind.OTHER
    ]
    counts = Counter(plain(tag.label) for tag in tags)
    for tag in tags:
        is_numbered = tag.number is not None and tag.bars is None and tag.label[:1].isalpha()
        if (counts[plain(tag.label)] > 1 or is_numbered) and not _is_cue(tag):
            yield plain(tag.label)


def _is_cue(tag: Tag) -> bool:
    """Whether a tag says how something sounds, or when: `softly`, `0:45`."""
    extra = read_name(tag.label).extra
    return not extra or any(plain(word) in words("cue") for word in extra) or tag.label[:1].isdigit()


def _speakers(lines: Sequence[str]) -> Iterable[str]:
    """List the names before a colon on several lines: in capitals, of a role, or no English word."""
    counts = Counter(
        found["name"]
        for line in dict.fromkeys(lines)
        if len(line) < LONGEST_HEADER * 2 and (found := _SPEAKER.match(line)) and _is_a_name(found["name"])
    )
    several = [name for name, count in counts.items() if count > 1]
    is_dialogue = len(several) > 1
    if not any(_is_no_word(name, is_dialogue=is_dialogue) for name in several):
        return []
    return [name for name in counts if name in several or _is_no_word(name, is_dialogue=is_dialogue)]


def _is_a_name(name: str) -> bool:
    parts = name.split()
    if len(parts) > _MOST_WORDS_OF_A_NAME or read_name(name).kind is not SectionKind.OTHER:
        return False
    return all(part[0].isalpha() and not part[0].islower() for part in parts if part not in {"&", "+"})


def _is_no_word(name: str, *, is_dialogue: bool) -> bool:
    """Whether a name is a singer's: in capitals, a role such as `Both`, or no common English word.

    In a dialogue a word that is a name as well (`Rose`) is one.
    """
    if name.isupper() or all(plain(part) in words("role") for part in name.split()):
        return True
    from lyricscli.song.checks.spelling import english_words  # 255 KB, for the few texts with such lines

    listed = english_words()
    return not any(
        part.casefold() in listed.common and not (is_dialogue and part in listed) for part in name.split()
    )


_STANZA = Tag(SectionKind.STANZA)


class Section(NamedTuple):
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


class Song(NamedTuple):
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
    kinds: set[LineKind] = field(default_factory=set)

    @property
    def ends_paragraph(self) -> bool:
        return bool(self.lines) and self.lines[-1].kind is LineKind.BLANK

    @property
    def has_words(self) -> bool:
        return any(kind.is_sung for kind in self.kinds)

    @property
    def is_closed(self) -> bool:
        return LineKind.CLOSING in self.kinds

    def takes(self, line: Line) -> bool:
        """Whether a line that is no header goes on with this section."""
        is_over = self.is_closed or (self.tag is _STANZA and self.ends_paragraph and self.has_words)
        return line.kind is LineKind.BLANK or not is_over

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.kinds.add(line.kind)


def parse(text: str) -> Song:
    """Read any text as a song; `parse(text).text == text` for every string.

    A header starts a section. In square brackets a word we do not know starts one too (kind `other`) where a
    paragraph starts under finished lines, where it stands twice, or where it has a number; it is a cue line
    anywhere else. Text under no header is split into stanzas at blank lines.
    """
    contents = text.splitlines()
    manner = observe(contents)
    drafts: list[_Draft] = []
    for number, (content, whole) in enumerate(zip(contents, text.splitlines(keepends=True), strict=True), 1):
        draft = drafts[-1] if drafts else None
        line = _line(number, content, whole[len(content) :], manner)
        header = _opening(line, draft, manner)
        if header is not None:
            written, rest = content[: header.length], content[header.length :]
            drafts.append(_Draft(header.tag, number, written if rest else whole))
            if rest:
                drafts[-1].add(line._replace(text=rest, kind=kind_of_line(rest), speaker=""))
            continue
        if draft is None or not draft.takes(line):
            drafts.append(_Draft(_STANZA, number))
        drafts[-1].add(line)
    return Song(tuple(Section(one.tag, one.header, one.number, tuple(one.lines)) for one in drafts))


def _line(number: int, text: str, end: str, manner: Habits) -> Line:
    """Tell what a line is, were it no header, and who sings it."""
    kind = kind_of_line(text, is_chordpro=manner.is_chordpro)
    if kind is not LineKind.BLANK and closes(text):
        kind = LineKind.CLOSING
    return Line(number, text, end, kind, speaker_of(text, manner) if kind.is_sung else "")


def _opening(line: Line, draft: _Draft | None, manner: Habits) -> Header | None:
    """Give the header that a line is, unless it is an unknown tag that starts no section here."""
    if line.kind in {LineKind.BLANK, LineKind.CLOSING}:
        return None
    is_fresh = draft is None or draft.is_closed
    ends_paragraph = draft is not None and draft.ends_paragraph
    header = read_header(line.text, starts_paragraph=is_fresh or ends_paragraph, manner=manner)
    if header is None or header.tag.is_known or is_fresh or plain(header.tag.label) in manner.unknown:
        return header
    is_complete = draft is not None and (draft.has_words or draft.tag.kind.is_wordless)
    return header if ends_paragraph and is_complete else None
