"""A song as it is sung from start to end: repeats written out, a bare `[Chorus]` with the chorus's lines."""

from dataclasses import dataclass

from lyricscli.song.headers import Tag
from lyricscli.song.kinds import SectionKind
from lyricscli.song.lines import Line
from lyricscli.song.sections import Section, Song

MOST_CHARACTERS = 200_000
"""Beyond this much text repeats are no longer written out: forty times what a music model takes."""


@dataclass(frozen=True, slots=True)
class SungSection:
    """A section as sung: its header's meaning and every line, repeats included."""

    tag: Tag
    lines: tuple[Line, ...]


def write_out(song: Song) -> tuple[SungSection, ...]:
    """Repeat what is marked to be repeated, and fill bare choruses from the one before."""
    last: dict[tuple[SectionKind, int | None], tuple[Line, ...]] = {}
    left = MOST_CHARACTERS
    result = []
    for section in song.sections:
        lines = section.lines if section.sung else _recalled(section, last)
        last[section.tag.kind, section.tag.number] = last[section.tag.kind, None] = lines
        for _ in range(section.tag.repeats):
            repeated = _repeat_lines(lines, left)
            left -= sum(len(line.text) for line in repeated)
            result.append(SungSection(section.tag, repeated))
            if left < 0:
                break
    return tuple(result)


def _recalled(
    section: Section, last: dict[tuple[SectionKind, int | None], tuple[Line, ...]]
) -> tuple[Line, ...]:
    tag = section.tag
    if not tag.kind.is_sung_again:
        return section.lines
    return last.get((tag.kind, tag.number)) or last.get((tag.kind, None)) or section.lines


def _repeat_lines(lines: tuple[Line, ...], left: int) -> tuple[Line, ...]:
    if sum(len(line.text) * line.repeats for line in lines) > left:
        return lines
    return tuple(line for line in lines for _ in range(line.repeats))
