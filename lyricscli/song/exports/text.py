"""Plain text: as written with its provenance below, as JSON, or as it is sung from start to end."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby

from lyricscli.song.exports.sheet import Exported, Sheet, one_line, provenance
from lyricscli.song.lines import Line, LineKind
from lyricscli.song.marks import count_of
from lyricscli.song.names import SectionKind, plain
from lyricscli.song.sections import Section, Song, parse

MOST_CHARACTERS = 200_000
"""Beyond this much text repeats are no longer written out: forty times what a music model takes."""

_MAYBE_REPEAT = re.compile(r".*\s(?P<mark>x ?\d{1,2}|\d{1,2} ?x|bis|ter)\s*\Z", re.DOTALL)


def paragraphs(section: Section) -> Iterator[list[Line]]:
    """Give the runs of lines between blank ones; closing tags are left out."""
    lines = (line for line in section.lines if line.kind is not LineKind.CLOSING)
    for is_blank, run in groupby(lines, key=lambda line: line.kind is LineKind.BLANK):
        if not is_blank:
            yield list(run)


def label(section: Section) -> str:
    """Give the whole tag on one line, with repeats, singers and notes, as it is read back."""
    return one_line(section.tag.written or section.name)


def write_out(song: Song) -> tuple[Section, ...]:
    """Repeat what is marked to be repeated, and fill bare choruses from the one before."""
    left = MOST_CHARACTERS
    result = []
    for section, lines in filled(song):
        for _ in range(section.tag.repeats):
            repeated = _repeat_lines(lines, left)
            left -= sum(len(line.text) for line in repeated)
            result.append(section._replace(lines=repeated))
            if left < 0:
                break
    return tuple(result)


def filled(song: Song) -> Iterator[tuple[Section, tuple[Line, ...]]]:
    """Yield each section with the lines sung in it: its own, or those that its bare header recalls."""
    last: dict[tuple[SectionKind, str], tuple[Line, ...]] = {}
    for section in song.sections:
        tag = section.tag
        number = plain(tag.label) if tag.kind is SectionKind.OTHER else str(tag.number)
        lines = section.lines
        if section.sung:
            last[tag.kind, number] = last[tag.kind, ""] = lines
        elif tag.kind is SectionKind.OTHER:
            lines = last.get((tag.kind, number), lines)
        elif tag.kind.is_sung_again:
            lines = last.get((tag.kind, number)) or last.get((tag.kind, "")) or lines
        yield section, lines


def unclear_repeats(song: Song) -> tuple[str, ...]:
    """Tell of the marks that may mean a repeat and were not written out."""
    return tuple(
        f"Line {line.number} says “{mark}”; if that is a repeat, write it out."
        for line in song.lines
        if (mark := _unclear(line))
    )


def _unclear(line: Line) -> str:
    if line.kind is LineKind.CUE:
        return line.text.strip() if count_of(line.text.strip().strip("()[]"), again=True) else ""
    found = _MAYBE_REPEAT.match(line.sung[-40:]) if line.kind.is_sung else None
    return found["mark"] if found is not None else ""


def _repeat_lines(lines: tuple[Line, ...], left: int) -> tuple[Line, ...]:
    if sum(len(line.text) * line.repeats for line in lines) > left:
        return lines
    result: list[Line] = []
    start: int | None = None
    for line in lines:
        start = len(result) if line.opens_repeat else start
        result += [line] * line.repeats
        if start is not None and line.closes_repeat:
            block = result[start:]
            if sum(len(one.text) for one in block) * line.closes_repeat <= left:
                result += block * (line.closes_repeat - 1)
            start = None
    return tuple(result)


RULE = "-" * 24
_MOST_CUES = 5


def as_text(sheet: Sheet) -> Exported:
    """Give title, text as stored, and the provenance under a rule."""
    rows = "".join(f"{label}: {value}\n" for label, value in provenance(sheet))
    text = sheet.text if sheet.text.endswith(("\n", "\r")) else f"{sheet.text}\n"
    return Exported(f"{sheet.heading}\n\n{text}\n{RULE}\n{rows}")


def as_release(sheet: Sheet) -> Exported:
    """Give only the sung words: no headers, chords and cues; repeats written out, parts apart by a line."""
    song = parse(sheet.text)
    stanzas = [stanza for section in write_out(song) for stanza in _stanzas(section)]
    text = "\n\n".join(stanzas) + "\n" if stanzas else ""
    return Exported(text, (*_left_out(song), *unclear_repeats(song)))


def _left_out(song: Song) -> tuple[str, ...]:
    """Say which brackets were taken for cues: only the writer knows whether they are sung."""
    cues = list(dict.fromkeys(cue for line in song.lines for cue in line.cues))
    named = ", ".join(f"[{one_line(cue)}]" for cue in cues[:_MOST_CUES])
    more = f" and {len(cues) - _MOST_CUES} more" if len(cues) > _MOST_CUES else ""
    return (f"Left out, as cues that are not sung: {named}{more}.",) if cues else ()


def _stanzas(section: Section) -> list[str]:
    text = "\n".join(line.sung for line in section.lines if line.sung or not line.text.strip())
    return [stanza.strip("\n") for stanza in text.split("\n\n") if stanza.strip("\n")]


def as_json(sheet: Sheet) -> Exported:
    """Give all of the sheet as a JSON document in ASCII, with its sections for programs that want them."""
    document = asdict(sheet) | {"sections": list(map(_section, parse(sheet.text).sections))}
    return Exported(json.dumps(document, indent=2) + "\n")


def _section(section: Section) -> dict[str, object]:
    tag = section.tag
    return {
        "kind": tag.kind.value,
        "label": tag.label,
        "number": tag.number,
        "repeats": tag.repeats,
        "performers": list(tag.performers),
        "note": tag.note,
        "header": section.header,
        "lines": [line.text for line in section.lines],
    }
