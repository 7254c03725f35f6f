"""ChordPro, format 6: an environment a section, chords kept, cues as comments.

Source: chordpro.org, "Environment directives" (any name of letters, digits and underscores), "chorus" (it
recalls the last environment `chorus`) and its cheat sheet (# starts a comment, `[*…]` is an annotation, a
final backslash joins lines). A label stands alone, not as `label="…"`: older readers show that as it is.
"""

import re

from lyricscli.song.exports.sheet import Exported, Sheet, one_line, provenance
from lyricscli.song.exports.text import filled, label
from lyricscli.song.lines import BRACKETED, Line, LineKind, is_chord
from lyricscli.song.marks import read_directive, to_ascii
from lyricscli.song.names import SectionKind
from lyricscli.song.sections import Section, parse

_SIGNS = str.maketrans({"{": "(", "}": ")", "\\": "/"})
_LONE = str.maketrans({"[": "(", "]": ")"})
_CANNOT = re.compile(r"[{}\[\]\\]|^#")
_REPLACED = (
    "Braces, lone brackets, backslashes and a # before words were replaced: ChordPro cannot quote them."
)


def as_chordpro(sheet: Sheet) -> Exported:
    """Give the song for a chord sheet. Signs that ChordPro cannot quote are replaced, with a notice."""
    comments = "".join(f"# {label}: {value}\n" for label, value in provenance(sheet))
    last: tuple[Line, ...] = ()
    written: list[str] = []
    song = parse(sheet.text)
    for section, lines in filled(song):
        is_recall = (
            section.tag.kind is SectionKind.CHORUS and not section.sung and bool(lines) and lines == last
        )
        written.append(_recall(section) if is_recall else _section(section, lines))
        last = lines if section.tag.kind is SectionKind.CHORUS else last
    body = "\n".join(filter(None, written))
    labels = [sheet.heading, *(section.tag.label for section in song.sections)]
    sung = [to_ascii(line.sung) for line in song.lines]
    is_replaced = any(map(_CANNOT.search, [*labels, *sung]))
    notices = (_REPLACED,) if is_replaced else ()
    return Exported(f"{comments}{{title: {_value(sheet.heading)}}}\n\n{body}", notices)


def _recall(section: Section) -> str:
    return f"{{chorus: {_label(section)}}}\n" + "".join(
        f"{_line(line)}\n" for line in section.lines if line.kind is LineKind.CUE
    )


def _section(section: Section, lines: tuple[Line, ...]) -> str:
    body = "".join(f"{_line(line)}\n" for line in lines if line.kind is not LineKind.CLOSING).strip("\n")
    body = f"{body}\n" if body else ""
    if not section.header:
        return body
    name = section.tag.kind.value.replace("-", "_")
    return f"{{start_of_{name}: {_label(section)}}}\n{body}{{end_of_{name}}}\n"


def _label(section: Section) -> str:
    """Give the whole tag, with its repeats, singers and notes; an equals sign would make it an attribute."""
    return _value(label(section)).replace("=", "-")


def _line(line: Line) -> str:
    text = to_ascii(line.text).strip() if line.kind in {LineKind.CUE, LineKind.FILE} else line.text.rstrip()
    if line.kind is LineKind.FILE:
        return f"# {one_line(text.strip('#{} '))}"
    if line.kind is LineKind.CUE:
        directive = read_directive(text)
        return f"{{comment: {_value(one_line(directive.value if directive else text.strip(' []')))}}}"
    text = _quoted("".join(max(char, " ") for char in text))
    stripped = text.lstrip()
    return f"＃{stripped[1:]}" if stripped.startswith("#") else text


def _quoted(text: str) -> str:
    """Keep chords, make other brackets annotations, and leave no sign that means something to a reader."""
    parts = BRACKETED.split(to_ascii(text))
    parts[::2] = (words.translate(_SIGNS).translate(_LONE) for words in parts[::2])
    parts[1::2] = (_bracket(inside.strip()) for inside in parts[1::2])
    return "".join(parts)


def _bracket(inside: str) -> str:
    if not inside:
        return ""
    return f"[{inside}]" if is_chord(inside) else f"[*{_value(inside)}]"


def _value(text: str) -> str:
    return text.translate(_SIGNS)
