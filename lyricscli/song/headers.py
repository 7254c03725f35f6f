"""Section headers: `[Verse 1: Ana & Ben]`, `[Chorus x2]`, 【主歌】, `**Bridge**`, `Chorus:`."""

import re
from dataclasses import dataclass

from lyricscli.song.kinds import SectionKind, kind_of, plain
from lyricscli.song.lines import MAX_REPEATS, has_only_brackets, is_chord, is_chord_line, to_ascii

LONGEST_HEADER = 160
"""Characters; a longer line is words, whatever its brackets."""

# A word the grammar does not know is a header in these brackets only. All patterns are for `to_ascii` text.
_MAY_BE_HEADER = re.compile(r"\A\s*[\[({<#*_]|:\s*\Z")
_SQUARE = re.compile(
    r"(?P<mark>\s*(?:#{1,6}\s+)?[*_]{0,3}\[(?P<inside>[^\[\]]+)\][*_]{0,3}:?\s*)(?P<rest>.*)\Z", re.DOTALL
)
_ROUND = re.compile(r"\s*[*_]{0,3}[({<](?P<inside>[^(){}<>]+)[)}>][*_]{0,3}:?\s*\Z")
_MARKDOWN = re.compile(r"\s*(?:#{1,6}\s+[*_]{0,3}|[*_]{1,3})(?P<inside>[^*_#\[\]]+)[*_]{0,3}:?\s*#*\s*\Z")
_COLON = re.compile(r"(?P<inside>[^:]+):\s*\Z")
_CLOSING = re.compile(r"\s*[\[{<]\s*(?:/|end(?: of)? )(?P<inside>[^\[\]{}<>]+)[\]}>]\s*\Z", re.IGNORECASE)

_PERFORMERS = re.compile(r"\s*:\s*")
_BETWEEN_PERFORMERS = re.compile(
    r"\s*(?:[,&+/、]|\b(?:and|with|y|et|und|e)\b|\b(?:feat|ft)\b\.?)\s*", re.IGNORECASE
)
_NOTE = re.compile(r"\s+[-–—]+\s+|\s*[|,;(]\s*")
_REPEATS = re.compile(
    r"(?:(?<=[\s(\[])|^)(?:[x*]\s?(\d{1,2})|(\d{1,2})\s?x)(?=[\s)\]]|$)", re.IGNORECASE | re.ASCII
)
_NUMBER_AFTER = re.compile(r"(?P<name>.*?\D)(?P<number>\d{1,2})\s?[a-zA-Z]?\Z", re.DOTALL | re.ASCII)
_NUMBER_BEFORE = re.compile(
    r"(?P<number>\d{1,2})(?:st|nd|rd|th|\.|ª|º|ère|er|e|ème)?\s*(?P<name>.+)\Z", re.DOTALL
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "one first i 一 primera primer première erste",
            "two second ii 二 segunda segundo deuxième zweite",
            "three third iii 三 tercera tercer troisième dritte",
            "four fourth iv 四",
            "five fifth v 五",
            "six sixth vi 六",
            "seven seventh vii 七",
            "eight eighth viii 八",
        ),
        start=1,
    )
    for word in words.split()
}
_QUALIFIERS = {
    *(
        "final",
        "last",
        "double",
        "half",
        "short",
        "long",
        "big",
        "extended",
        "alt",
        "alternate",
        "repeat",
        "the",
    ),
    *("reprise", "quiet", "soft", "new", "acapella", "instrumental", "vocal", "melodic", "musical", "ultimo"),
    *("guitar", "piano", "drum", "bass", "sax", "violin", "synth", "organ", "trumpet", "flute", "harmonica"),
}
_BARE = {"verse", "chorus", "prechorus", "postchorus", "intro", "outro"}


@dataclass(frozen=True, slots=True)
class Tag:
    """What a header says. `label` is its name as written, without repeats, performers and note."""

    kind: SectionKind
    label: str = ""
    number: int | None = None
    repeats: int = 1
    performers: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A header found at the start of a line: what it says, and where in the line it ends."""

    tag: Tag
    length: int


def read_header(text: str, *, starts_paragraph: bool) -> Header | None:
    """Read a line (without its line break) as a header, or return None.

    A header without brackets or marks, such as `Verse 1`, counts only where a paragraph starts.
    """
    text = to_ascii(text)
    if not starts_paragraph and not _MAY_BE_HEADER.search(text):
        return None
    found = _read_square(text)
    if found is not None or len(text) > LONGEST_HEADER:
        return found
    tag = _read_plain(text, starts_paragraph=starts_paragraph)
    return Header(tag, len(text)) if tag is not None else None


def closes(text: str) -> bool:
    """Whether a line is a closing tag of a known section, such as `[/Chorus]`."""
    found = _CLOSING.match(to_ascii(text)) if len(text) <= LONGEST_HEADER else None
    return found is not None and _read_tag(found["inside"]).kind is not SectionKind.OTHER


def _read_square(text: str) -> Header | None:
    found = _SQUARE.match(text[:LONGEST_HEADER])
    if found is None or is_chord(found["inside"].strip()):
        return None
    rest = found["rest"].strip()
    tag = _read_tag(found["inside"], loose=True)
    alone = not rest or (has_only_brackets(rest) and not is_chord_line(rest)) or _REPEATS.search(rest)
    if alone and len(text) <= LONGEST_HEADER:
        return Header(_with_more(tag, rest), len(text))
    return Header(tag, found.end("mark")) if tag.kind is not SectionKind.OTHER else None


def _read_plain(text: str, *, starts_paragraph: bool) -> Tag | None:
    for pattern in (_ROUND, _MARKDOWN, _COLON):
        found = pattern.match(text)
        if found is not None:
            tag = _read_tag(found["inside"])
            return tag if tag.kind is not SectionKind.OTHER else None
    tag = _read_tag(text)
    is_name = plain(tag.label.rstrip("0123456789")) in _BARE or not tag.label.isascii()
    is_capitalised = not text.lstrip()[:1].islower()
    if starts_paragraph and is_capitalised and not tag.note and not tag.performers:
        return tag if tag.kind is not SectionKind.OTHER and (tag.number or is_name) else None
    return None


def _with_more(tag: Tag, rest: str) -> Tag:
    """Add what further brackets on the header's line say."""
    if not rest:
        return tag
    repeats, note = _take_repeats(rest.strip("[]() "))
    return Tag(tag.kind, tag.label, tag.number, max(tag.repeats, repeats), tag.performers, tag.note or note)


def _read_tag(inside: str, *, loose: bool = False) -> Tag:
    head, *performers = _PERFORMERS.split(inside.strip(), maxsplit=1)
    repeats, head = _take_repeats(head)
    performed_repeats, sung_by = _take_repeats(performers[0]) if performers else (1, "")
    label, *notes = _NOTE.split(head, maxsplit=1)
    number, name = _take_number(label)
    return Tag(
        kind=kind_of(label) or _kind(name, loose=loose),
        label=label.strip(),
        number=number if kind_of(label) is None else None,
        repeats=max(repeats, performed_repeats),
        performers=tuple(who for who in _BETWEEN_PERFORMERS.split(sung_by) if who),
        note=notes[0].strip(" )") if notes else "",
    )


def _take_repeats(text: str) -> tuple[int, str]:
    found = _REPEATS.search(text)
    if found is None:
        return 1, text.strip()
    count = int(found[1] or found[2])
    if not 1 < count <= MAX_REPEATS:
        return 1, text.strip()
    return count, (text[: found.start()] + text[found.end() :]).replace("()", "").strip(" (,-")


def _take_number(label: str) -> tuple[int | None, str]:
    """Split `Verse 2`, `2nd Verse`, `Verse Two`, `Verse II` or 主歌一 into number and name."""
    for pattern in (_NUMBER_AFTER, _NUMBER_BEFORE):
        found = pattern.match(label)
        if found is not None and found["name"].strip(" #.-"):
            return int(found["number"]), found["name"].strip(" #.-")
    words = label.split()
    for index in (-1, 0):
        number = _NUMBERS.get(words[index].casefold()) if len(words) > 1 else None
        if number is not None:
            return number, " ".join(words[:-1] if index else words[1:])
    if len(label) > 1 and label[-1] in _NUMBERS and not label[-1].isascii():
        return _NUMBERS[label[-1]], label[:-1]
    return None, label


def _kind(name: str, *, loose: bool) -> SectionKind:
    """Find the kind; loosely, `Final Chorus` is a chorus and `Verse continued` a verse."""
    known = kind_of(name)
    if known is not None:
        return known
    words = [word for word in re.split(r"[\s/&+]+", name) if word]
    plain_words = [word for word in words if word.casefold() not in _QUALIFIERS]
    known = kind_of(" ".join(plain_words))
    if known is None and loose and words:
        known = kind_of(words[-1]) or (kind_of(words[0]) if plain(words[0]) in _BARE else None)
    return known or SectionKind.OTHER
