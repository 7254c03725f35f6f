"""ChordPro, format 6: an environment a section, chords kept, cues as comments.

Source: chordpro.org, "Environment directives" (any name of letters, digits and underscores; the label as
`label="…"`) and its cheat sheet
(# starts a comment, `[*…]` is an annotation, a final backslash joins lines).
"""

import re

from lyricscli.song.exports.sheet import Exported, Sheet, one_line, provenance
from lyricscli.song.lines import Line, LineKind, is_chord
from lyricscli.song.sections import Section, parse

_BRACES = str.maketrans({"{": "(", "}": ")"})
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")


def as_chordpro(sheet: Sheet) -> Exported:
    """Give the song for a chord sheet. Braces in the words become parentheses: ChordPro cannot quote them."""
    comments = "".join(f"# {label}: {value}\n" for label, value in provenance(sheet))
    sections = "\n".join(_section(section) for section in parse(sheet.text).sections)
    notices = ("Braces in the words became parentheses.",) if re.search("[{}]", sheet.text) else ()
    return Exported(f"{comments}{{title: {_directive(sheet.heading)}}}\n\n{sections}", notices)


def _section(section: Section) -> str:
    lines = "".join(f"{_line(line)}\n" for line in section.lines if line.kind is not LineKind.CLOSING).strip(
        "\n"
    )
    if not section.header:
        return f"{lines}\n" if lines else ""
    label = _directive(one_line(section.name)).replace('"', "'")
    if section.tag.kind.is_sung_again and not lines.strip():
        return f'{{chorus: label="{label}"}}\n'
    name = section.tag.kind.value.replace("-", "_")
    body = f"{lines}\n" if lines else ""
    return f'{{start_of_{name}: label="{label}"}}\n{body}{{end_of_{name}}}\n'


def _line(line: Line) -> str:
    text = line.text.rstrip().translate(_BRACES).rstrip("\\")
    if line.kind is LineKind.CUE:
        return f"{{comment: {one_line(text.strip(' []'))}}}"
    text = _BRACKETED.sub(_chord_or_annotation, text)
    return f" {text}" if text.startswith("#") else text


def _chord_or_annotation(found: re.Match[str]) -> str:
    return found[0] if is_chord(found[1].strip()) else f"[*{found[1]}]"


def _directive(text: str) -> str:
    return text.translate(_BRACES)
