"""Section headers: `[Verse 1: Ana & Ben]`, 【主歌】, `**Bridge**`, `Chorus:`, `{start_of_verse}`."""

import re
from enum import Enum, auto
from typing import NamedTuple

from lyricscli.song.lines import is_chord, is_chord_line, outer
from lyricscli.song.marks import read_directive, take_repeats, to_ascii
from lyricscli.song.names import Certainty, Name, SectionKind, plain, read_name, words

LONGEST_HEADER = 160
"""Characters; a longer line is words, whatever its brackets."""


class Marking(Enum):
    """How a header is marked. The first three are tags wherever they stand; the others may be words."""

    SQUARE = auto()
    DIRECTIVE = auto()
    HEADING = auto()
    ROUND = auto()
    BOLD = auto()
    RULED = auto()
    COLON = auto()
    BARE = auto()


# All patterns are for `to_ascii` text.
_GROUP = re.compile(r"\[([^\[\]]+)\]")
_SQUARE = re.compile(r"(?:#{1,6}\s*)?[*_`~]{0,3}(?P<group>\[(?P<inside>[^\[\]]+)\])[*_`~]{0,3}:?\s*")
_MARKED = (
    (Marking.HEADING, re.compile(r"#{1,6}\s*[*_]{0,3}(?P<inside>[^*_#\[\]]+)[*_]{0,3}:?\s*#*\s*\Z")),
    (Marking.HEADING, re.compile(r"<(?P<mark>h\d)>(?P<inside>[^<>]+)</(?P=mark)>:?\s*\Z", re.IGNORECASE)),
    (
        Marking.BOLD,
        re.compile(r"<(?P<mark>b|strong|i|em|u)>(?P<inside>[^<>]+)</(?P=mark)>:?\s*\Z", re.IGNORECASE),
    ),
    (Marking.ROUND, re.compile(r"[*_]{0,3}[({<](?P<inside>[^(){}<>]+)[)}>][*_]{0,3}:?\s*(?P<rest>.*)\Z")),
    (Marking.BOLD, re.compile(r"(?P<mark>[*_`]{1,3})(?P<inside>[^*_`#\[\]]+)(?P=mark):?\s*\Z")),
    (Marking.RULED, re.compile(r"(?P<mark>[-=~–—]{2,}|[=~])\s+(?P<inside>[^-=~–—]+?)\s+(?P=mark)\Z")),
    (Marking.BOLD, re.compile(r"(?P<mark>[-=~–—]{2,})(?P<inside>[^-=~–—]+)(?P=mark)\Z")),
    (Marking.COLON, re.compile(r"(?P<inside>[^:]+):\s*\Z")),
)
_BEFORE_WORDS = re.compile(r"(?P<inside>[^:]{2,40}):\s+(?P<words>\S)")
_CLOSING = re.compile(r"[\[{<]\s*(?:/|end(?: of)? )(?P<inside>[^\[\]{}<>]+)[\]}>]\Z", re.IGNORECASE)
_DETAIL = re.compile(r"\s*:\s*|\s+[-–—]+\s+|\s*[|,;(]\s*")
_BETWEEN_PERFORMERS = re.compile(
    r"\s*(?:[,&+/、]|\b(?:and|with|y|et|und|e)\b|\b(?:feat|ft)\b\.?)\s*", re.IGNORECASE
)
_NOTE = re.compile(r"\s+[-–—]+\s+|\s*[|;(]\s*")
_MOST_WORDS_OF_A_SINGER = 3
_AROUND_LABELS = " \t~…\\-–—「」『』〈〉《》"


class Tag(NamedTuple):
    """What a header says. `label` is its name as written, without repeats and what stands behind the name.

    `detail` is what stands behind it, as written with its sign (`: Ana & Ben`, ` - soft piano`, ` [Choir]`);
    `performers` and `note` are what was understood of it. `bars` is the length in bars where it is given.
    """

    kind: SectionKind
    label: str = ""
    number: int | None = None
    repeats: int = 1
    performers: tuple[str, ...] = ()
    note: str = ""
    detail: str = ""
    bars: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether its kind is one of ours."""
        return self.kind is not SectionKind.OTHER

    @property
    def is_small(self) -> bool:
        """Whether its name is in small letters; a number may stand before it."""
        return re.sub(r"\A\d+\w*\W*", "", self.label)[:1].islower()

    @property
    def written(self) -> str:
        """The whole tag on one line, as `read_tag` takes it: `Chorus x2: Ana`."""
        return self.label + (f" x{self.repeats}" if self.repeats > 1 else "") + self.detail


class Habits(NamedTuple):
    """How a whole text writes what a line alone leaves open; `sections.observe` finds out."""

    styles: frozenset[tuple[Marking, bool]] = frozenset()
    """The styles in which an unmistakable name stands somewhere, and whether in small letters."""
    has_short_forms: bool = False
    """Whether `V` and `C` are verse and chorus."""
    is_solid: bool = False
    """Whether the text has no blank lines, so that headers stand between lines."""
    is_shouted: bool = False
    """Whether words too are in capitals."""
    is_chordpro: bool = False
    unknown: frozenset[str] = frozenset()
    """Tags in square brackets, folded, that we do not know and that head sections of this text."""
    in_bars: frozenset[SectionKind] = frozenset()
    """Kinds whose numbers are lengths in bars: `[CHORUS 8]`."""
    speakers: frozenset[str] = frozenset()
    """Names before a colon, as written, that say who sings the line."""

    def tag(self, inside: str, again: int = 1, more: str = "") -> tuple[Tag, Name]:
        """Read what stands in a header, without its brackets or marks.

        What stands behind those says how often it is sung, and is `more` of the detail.
        """
        repeats, head = take_repeats(inside.strip())
        found = _DETAIL.search(head)
        label, detail = (head[: found.start()], head[found.start() :]) if found is not None else (head, "")
        name = read_name(label, short_forms=self.has_short_forms)
        performers, note = _understood(detail)
        number, bars = name.number, name.bars
        if number is not None and bars is None and name.kind in self.in_bars:
            number, bars = None, number
        detail = detail.rstrip() if detail.strip(" :-–—|,;(") else ""
        note = note or more.strip(" []").replace("] [", ", ")
        label = label.strip(_AROUND_LABELS)
        tag = Tag(name.kind, label, number, max(repeats, again), performers, note, detail + more, bars)
        return tag, name


ALONE = Habits()
"""What is known of a text when nothing is."""


class Header(NamedTuple):
    """A header found at the start of a line: what it says, and where in the line it ends."""

    tag: Tag
    length: int
    style: Marking
    certainty: Certainty = Certainty.SURE


def read_header(text: str, *, starts_paragraph: bool, manner: Habits = ALONE) -> Header | None:
    """Read a line (without its line break) as a header, or return None.

    Only square brackets, ChordPro's directives and Markdown's headings are tags wherever they stand; marks
    that words have too count where a paragraph starts.
    """
    start, end = outer(text)
    bare = to_ascii(text[start:end])
    found = _read_directive(manner, bare) or _read_square(manner, bare)
    if found is None and len(text) <= LONGEST_HEADER:
        found = _read_marked(manner, bare, starts_paragraph=starts_paragraph)
    if found is None:
        return None
    return found._replace(length=len(text) if found.length == len(bare) else start + found.length)


def closes(text: str) -> bool:
    """Whether a line is a closing tag of a known section, such as `[/Chorus]` or `{end_of_verse}`."""
    if len(text) > LONGEST_HEADER:
        return False
    start, end = outer(text)
    bare = to_ascii(text[start:end])
    if directive := read_directive(bare):
        return directive.is_end
    found = _CLOSING.match(bare)
    return found is not None and read_name(found["inside"]).kind is not SectionKind.OTHER


def _read_directive(manner: Habits, text: str) -> Header | None:
    directive = read_directive(text) if len(text) <= LONGEST_HEADER else None
    if directive is None:
        return None
    tag, name = manner.tag(directive.value or directive.section)
    if directive.section:
        kind = read_name(directive.section).kind
        is_named = kind is SectionKind.OTHER and directive.section.lower() != kind
        tag = tag if is_named else tag._replace(kind=kind)
    elif not directive.is_comment or name.certainty is Certainty.SUNG or not name.is_exact:
        return None
    return Header(tag, len(text), Marking.DIRECTIVE)


def _read_square(manner: Habits, text: str) -> Header | None:
    mark = _SQUARE.match(text[:LONGEST_HEADER])
    if mark is None:
        return None
    rest = text[mark.end() :].strip()
    groups = [group.strip() for group in _GROUP.findall(text)]
    is_chords = is_chord(groups[0]) or (bool(rest) and is_chord_line(rest))
    is_short = manner.has_short_forms and not rest
    if is_chord(groups[0]) and not is_short:
        return None
    tag, name = manner.tag(groups[0])
    if not any(char.isalpha() for char in tag.label):
        return None
    repeats, left = take_repeats(rest)
    if not left and repeats > 1:
        return Header(manner.tag(groups[0], repeats)[0], len(text), Marking.SQUARE, name.certainty)
    is_tags_only = len(text) <= LONGEST_HEADER and not _GROUP.sub("", rest).strip()
    if is_tags_only and (is_short or not is_chords):
        return _from_groups(manner, groups, len(text))
    return Header(tag, mark.end(), Marking.SQUARE, name.certainty) if tag.is_known else None


def _from_groups(manner: Habits, groups: list[str], length: int) -> Header:
    """Read a line of tags only: the first that we know is the name, the others describe it."""
    chosen = next((at for at, group in enumerate(groups) if manner.tag(group)[0].is_known), 0)
    others = [(group, *take_repeats(group)) for at, group in enumerate(groups) if at != chosen]
    repeats = max((count for _, count, _ in others), default=1)
    more = "".join(f" [{group}]" for group, count, rest in others if rest or count == 1)
    tag, name = manner.tag(groups[chosen], repeats, more)
    return Header(tag, length, Marking.SQUARE, name.certainty)


def _read_marked(manner: Habits, text: str, *, starts_paragraph: bool) -> Header | None:
    """Read a header whose marks words have too: only an unmistakable name is one."""
    for style, pattern in _MARKED:
        found = pattern.match(text)
        if found is not None:
            repeats, left = take_repeats(found.groupdict().get("rest") or "")
            tag, name = manner.tag(found["inside"], repeats)
            header = None if left else Header(tag, len(text), style)
            return _accepted(manner, header, name, starts_paragraph=starts_paragraph)
    return _accepted(manner, *_read_bare(manner, text), starts_paragraph=starts_paragraph)


def _read_bare(manner: Habits, text: str) -> tuple[Header | None, Name]:
    """Read a header without any mark: `Verse 1`, `CHORUS`, `Verse 2 (Ana)`, `Chorus: we are one`."""
    found = _BEFORE_WORDS.match(text)
    repeats, head = (1, found["inside"]) if found is not None else take_repeats(text)
    tag, name = manner.tag(head.rstrip(" ."), repeats)
    is_sure = name.certainty is Certainty.SURE
    has_singers = is_sure and bool(tag.number) and tag.detail.lstrip().startswith("(")
    first = text.lstrip(_AROUND_LABELS)[:1]
    is_name = name.is_bare and first.isalnum() and not first.islower() and (not tag.detail or has_singers)
    if not is_name or not (is_sure or found is None):
        return None, name
    return Header(tag, found.start("words") if found is not None else len(text), Marking.BARE), name


def _accepted(manner: Habits, header: Header | None, name: Name, *, starts_paragraph: bool) -> Header | None:
    """Keep a header that words cannot be, where it stands and as this text writes its headers."""
    if header is None or not header.tag.is_known or not name.is_exact or name.certainty is Certainty.SUNG:
        return None
    tag, style = header.tag, header.style
    if name.language == "abbr" and not (manner.has_short_forms or (style is Marking.COLON and tag.number)):
        return None
    is_small = tag.is_small
    is_shouted = style is Marking.BARE and tag.label.isupper() and not manner.is_shouted
    is_marked = style in {Marking.HEADING, Marking.RULED} and not is_small
    is_sure = name.certainty is Certainty.SURE or tag.repeats > 1 or is_marked
    # Beside square brackets, a small `(verse)` amid a text without paragraphs is an echo.
    is_echo = is_small and not tag.number and (Marking.SQUARE, False) in manner.styles
    may_stand = (
        starts_paragraph
        or is_shouted
        or style is Marking.HEADING
        or (manner.is_solid and is_sure and style is not Marking.BARE and not is_echo)
    )
    is_titled = style is Marking.COLON and not is_small
    may_be = is_sure or (style, is_small) in manner.styles or is_shouted or is_titled
    if not may_stand or not may_be:
        return None
    return header._replace(certainty=Certainty.SURE if is_sure else Certainty.USUAL)


def _understood(detail: str) -> tuple[tuple[str, ...], str]:
    """Tell the singers of `: Ana & Ben - whispered` from the note."""
    said = detail.strip()
    if not said.startswith(":"):
        return (), said.strip(" :-–—|,;()")
    first, *notes = _NOTE.split(said.lstrip(": "), maxsplit=1)
    singers = tuple(who for who in _BETWEEN_PERFORMERS.split(first) if who)
    if all(map(_is_singer, singers)):
        return singers, notes[0].strip(" )") if notes else ""
    return (), said.lstrip(": ")


def _is_singer(name: str) -> bool:
    """Whether a name can be a singer's: few words, none of them small."""
    parts = name.split()
    if len(parts) > _MOST_WORDS_OF_A_SINGER:
        return False
    return all(
        plain(part) in words("role") or (part[0].isalpha() and not part[0].islower()) for part in parts
    )
