"""Lyrics as a songwriter reads them: beside each line its number, its syllables and its rhyme."""

from collections.abc import Iterator

from lyricscli.song.meter import LineMeter, measure
from lyricscli.song.sections import Section, parse

SCHEME_MARK = "·"
"""Stands between a section's header and its rhyme scheme."""


def annotated(text: str, language: str | None = None, *, numbers: bool, meter: bool) -> str:
    """Return the text with a margin at the left, a line for a line; lines count from 1 in the whole text.

    `language` is the one that was asked for; a line whose syllables cannot be told has a `?`.
    """
    song = parse(text)
    width = len(str(text.count("\n") + 1))
    lines = []
    for measured in measure(song, language):
        by_number = {line.line.number: line for line in measured.lines}
        for number, content in _lines(measured.section):
            margin = f"{number:{width}} " if numbers else ""
            if meter:
                margin += _meter(by_number.get(number))
            scheme = (
                f"  {SCHEME_MARK} {measured.scheme}" if _has_scheme(content, measured.section, meter) else ""
            )
            lines.append(f"{margin} {content}{scheme}".rstrip())
    return "\n".join(lines) + "\n"


def _has_scheme(content: str, section: Section, meter: bool) -> bool:
    return meter and bool(section.header) and bool(section.sung) and content == section.header.strip()


def _lines(section: Section) -> Iterator[tuple[int, str]]:
    """Yield number and content of each line; words on the header's own line stay on it."""
    header = section.header.strip()
    rest = list(section.lines)
    if header and rest and rest[0].number == section.number:
        yield section.number, f"{header}{rest.pop(0).text}"
    elif header:
        yield section.number, header
    for line in rest:
        yield line.number, line.text


def _meter(line: LineMeter | None) -> str:
    if line is None:
        return " " * 5
    return f"{'?' if line.syllables is None else line.syllables:>2} {line.rhyme} "
