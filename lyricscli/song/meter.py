"""The meter of a song as its text shows it: syllables of each sung line, rhyme scheme of each section."""

from dataclasses import dataclass

from lyricscli.song.lines import Line
from lyricscli.song.rhyme import rhyme_scheme
from lyricscli.song.sections import Section, Song
from lyricscli.song.syllables import in_line


@dataclass(frozen=True, slots=True)
class LineMeter:
    """A sung line, its syllables (those of the leading voice), and its letter in the scheme or `-`."""

    line: Line
    syllables: int
    rhyme: str


@dataclass(frozen=True, slots=True)
class SectionMeter:
    """A section and the meter of its sung lines, in order."""

    section: Section
    lines: tuple[LineMeter, ...]

    @property
    def scheme(self) -> str:
        """The rhyme scheme as one word, such as `ABAB`."""
        return "".join(line.rhyme for line in self.lines)


def measure(song: Song) -> tuple[SectionMeter, ...]:
    """Measure every section; one without a sung line has no lines and an empty scheme."""
    return tuple(_measure_section(section) for section in song.sections)


def _measure_section(section: Section) -> SectionMeter:
    scheme = rhyme_scheme(line.lead for line in section.sung)
    measured = (
        LineMeter(line, in_line(line.lead), rhyme) for line, rhyme in zip(section.sung, scheme, strict=True)
    )
    return SectionMeter(section, tuple(measured))
