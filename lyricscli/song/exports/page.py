"""HTML: one page that holds everything, for a song or a songbook. Its look is `data/songbook.css`.

The page has no script and fetches nothing; its Content-Security-Policy allows its own style by its hash, and
nothing else. Every text is escaped.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html import escape
from string import Template

from lyricscli.song.data import read_bytes
from lyricscli.song.diffing import align
from lyricscli.song.exports.sheet import Book, Exported, Sheet, one_line, provenance
from lyricscli.song.exports.text import paragraphs
from lyricscli.song.language import guess, named
from lyricscli.song.lines import BRACKETED, Line, LineKind, is_chord
from lyricscli.song.marks import to_ascii
from lyricscli.song.names import SectionKind
from lyricscli.song.sections import Section, parse

_LONG = 44
"""Lines that a printed page holds in one column, with the spaces between its sections."""
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what comes after them."""
_ORIGIN = ("Service", "Task", "Generated", "Changed")


def as_page(book: Book) -> Exported:
    """Give the whole page: a table of contents where there is more than one song, and the songs in order."""
    style = read_bytes("songbook.css").decode()
    languages = [_language(sheet) for sheet in book.sheets]
    title = book.heading or book.sheets[0].heading
    page = Template(read_bytes("songbook.html").decode()).substitute(
        language=_attributes(languages[0] if len(set(languages)) == 1 else "", ""),
        style_hash=f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
        style=style,
        title=_text(title),
        contents=_contents(book),
        songs="".join(_song(book, number, sheet) for number, sheet in enumerate(book.sheets, start=1)),
    )
    return Exported(page)


def _contents(book: Book) -> str:
    title = _text(book.heading)
    heading = f'<header class="book"><h1 dir="auto">{title}</h1></header>\n' if title else ""
    if len(book.sheets) < 2:  # noqa: PLR2004 (one song needs no table of contents)
        return heading
    rows = "".join(
        f'<li><a href="#song-{number}"><span{_of(sheet)}>{_text(sheet.heading)}</span></a></li>\n'
        for number, sheet in enumerate(book.sheets, start=1)
    )
    return f'{heading}<nav aria-label="Contents"><ol>\n{rows}</ol></nav>\n'


def _song(book: Book, number: int, sheet: Sheet) -> str:
    sections = parse(sheet.text).sections
    heading = "h2" if book.heading else "h1"
    classes = [
        *(["long"] if len(sheet.text.splitlines()) > _LONG else []),
        *(["beside"] if book.beside else []),
    ]
    opened = f'<article id="song-{number}"{_class(classes)}{_of(sheet)}>\n'
    if book.beside is None:
        head = f"<header>{_head(sheet, heading)}</header>\n"
        words = "".join(f"<section>{_section(section)}</section>\n" for section in sections)
    else:
        heads = "".join(_side(one, _head(one, heading)) for one in (sheet, book.beside))
        head = f'<header class="pair">{heads}</header>\n'
        words = "".join(_pairs(sheet, book.beside))
    origins = "".join(map(_origin, [sheet, *([book.beside] if book.beside else [])]))
    foot = f'<footer{_class(["pair"] if book.beside else [])} lang="en">{origins}</footer>\n'
    return f'{opened}{head}<div class="words">\n{words}</div>\n{foot}</article>\n'


def _head(sheet: Sheet, heading: str) -> str:
    about = one_line(sheet.metadata.get("style", ""))
    return f"<{heading}>{_text(sheet.heading)}</{heading}>" + (
        f'<p dir="auto">{_text(about)}</p>' if about else ""
    )


def _origin(sheet: Sheet) -> str:
    """Say where the text comes from and what was changed; of a command line, the program alone.

    A page is made to be given away, and what else the command said may be private.
    """
    edits = tuple(replace(edit, by=edit.by.split(" ")[0].rpartition("/")[2]) for edit in sheet.edits)
    origin = provenance(replace(sheet, edits=edits))
    rows = [f"{label}: {value}" for label, value in origin if label in _ORIGIN]
    return f"<p>{_text(' · '.join(rows))}</p>"


def _pairs(sheet: Sheet, beside: Sheet) -> Iterator[str]:
    """Set the sections of two texts beside each other, those of one kind and number first of all."""
    for one, other in align(parse(sheet.text).sections, parse(beside.text).sections, _likeness):
        ours = _section(one) if one is not None else ""
        theirs = _section(other) if other is not None else ""
        yield f'<section class="pair">{_side(sheet, ours)}{_side(beside, theirs)}</section>\n'


def _likeness(one: Section, other: Section) -> float:
    kinds = {one.tag.kind, other.tag.kind}
    if len(kinds) == 1 or kinds == {SectionKind.CHORUS, SectionKind.REFRAIN}:
        return 1.0 if one.tag.number == other.tag.number else 0.6
    return 0.5 if SectionKind.OTHER in kinds else 0.0


def _side(sheet: Sheet, content: str) -> str:
    return f"<div{_of(sheet)}>{content}</div>"


def _section(section: Section) -> str:
    label = _label(section) if section.header else ""
    runs = ([line for line in run if line.kind is not LineKind.FILE] for run in paragraphs(section))
    lines = "".join(f'<p class="lines">{"".join(map(_line, run))}</p>' for run in runs if run)
    return f'{label}<div class="text">{lines}</div>' if lines else label


def _label(section: Section) -> str:
    """Give the name, and quieter what stands behind it: how often, who sings, how."""
    tag = section.tag
    more = [f"×{tag.repeats}"] if tag.repeats > 1 else []
    more += filter(None, [one_line(tag.detail).strip(" :-–—|,;")])
    quieter = "".join(f" <span>{_text(one)}</span>" for one in more)
    return f'<h3 class="label">{_text(one_line(section.name))}{quieter}</h3>'


def _line(line: Line) -> str:
    text = line.text.rstrip()
    if line.kind is LineKind.CHORDS:
        chords = _text(BRACKETED.sub(r"\1", to_ascii(text)))
        return f'<span class="line chords" dir="ltr">{chords}</span>'
    if line.kind is LineKind.CUE:
        return f'<span class="line cue">{_text(text.strip())}</span>'
    speaker = f'<b class="speaker">{_text(line.speaker.strip(" :："))}</b>' if line.speaker else ""
    aside = " aside" if line.kind is LineKind.AD_LIB else ""
    return f'<span class="line{aside}">{speaker}{_with_chords(text[len(line.speaker) :].lstrip())}</span>'


def _with_chords(text: str) -> str:
    """Escape the words, and put each chord where it is played, out of the way of who copies the words."""
    return BRACKETED.sub(
        lambda one: f'<b class="chord" data-chord="{one[1].strip()}"></b>' if is_chord(one[1]) else one[0],
        _text(text),
    )


def _of(sheet: Sheet) -> str:
    return _attributes(_language(sheet), _direction(f"{sheet.title} {sheet.text}"))


def _attributes(language: str, direction: str) -> str:
    named = f' lang="{escape(language)}"' if language else ""
    return named + (f' dir="{direction}"' if direction else "")


def _class(names: list[str]) -> str:
    return f' class="{" ".join(names)}"' if names else ""


def _language(sheet: Sheet) -> str:
    """Give the language (ISO 639-1) that the text is surely in, else the one it was asked for in."""
    found = guess(sheet.text)
    asked = named(sheet.metadata.get("language", ""))
    return (found if len(found) == 1 else asked or ("",))[0]


def _direction(text: str) -> str:
    letters = sum(char.isalpha() for char in text)
    return "rtl" if len(_RIGHT_TO_LEFT.findall(text)) * 2 > letters else "ltr"


def _text(text: str) -> str:
    """Escape a text; what no page may hold, and what would turn the direction of other texts, is left out."""
    return escape(_TURNING.sub("", _UNREADABLE.sub(" ", text)))
