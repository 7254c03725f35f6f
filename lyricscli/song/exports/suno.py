"""The fields of the music service's custom mode: title, style, and lyrics with tags it reads."""

from typing import NamedTuple

from lyricscli.song.exports.sheet import Exported, Sheet, one_line
from lyricscli.song.exports.text import unclear_repeats, write_out
from lyricscli.song.labels import Tag
from lyricscli.song.lines import Line, LineKind
from lyricscli.song.names import SectionKind, read_name
from lyricscli.song.sections import Section, Song, parse


class MusicLimits(NamedTuple):
    """The longest lyrics, style and title (in characters) of the music models named."""

    models: str
    lyrics: int
    style: int
    title: int


OLDER = MusicLimits("V4", lyrics=3000, style=200, title=80)
NEWER = MusicLimits("V4_5 and later", lyrics=5000, style=1000, title=100)
"""V4_5ALL is the exception: its titles end at 80 characters, like V4's."""

_ENGLISH = {
    SectionKind.BUILD: "Build Up",
    SectionKind.SPOKEN: "Spoken Word",
    SectionKind.RAP: "Rap Verse",
    SectionKind.CODA: "Outro",
}
"""What the service calls a kind, where that is not our own word for it."""


def as_suno(sheet: Sheet) -> Exported:
    """Give the three fields to paste, each within its limit; what was cut is in the notices.

    Repeats are written out, chords left out, headers turned into `[Verse 1]`; lyrics end with a section.
    """
    song = parse(sheet.text)
    refrain = _refrain(song)
    sections = [text for section in write_out(song) if (text := _section(section, refrain))]
    lyrics, notices = _within_limit(sections)
    title, style = sheet.heading, one_line(sheet.metadata.get("style", ""))
    if len(title) > OLDER.title:
        notices.append(f"The title was cut to {OLDER.title} characters, the most that every model takes.")
    if len(style) > NEWER.style:
        notices.append(f"The style was cut to {NEWER.style} characters.")
    if len(style) > OLDER.style:
        notices.append(f"The style is too long for model {OLDER.models} ({OLDER.style} characters).")
    fields = f"Title:\n{title[: OLDER.title]}\n\nStyle:\n{style[: NEWER.style]}\n\nLyrics:\n{lyrics}\n"
    return Exported(fields, (*notices, *unclear_repeats(song)))


def _refrain(song: Song) -> str:
    """Say what a refrain is called: it is the chorus where the other parts have names of other languages."""
    tags = [section.tag for section in song.sections]
    languages = {read_name(tag.label, short_forms=True).language for tag in tags}
    has_chorus = any(tag.kind is SectionKind.CHORUS for tag in tags)
    return "Refrain" if has_chorus or languages <= {"en", ""} else "Chorus"


def _within_limit(sections: list[str]) -> tuple[str, list[str]]:
    """Join as many sections from the start as fit; a first one that is too long is cut at its end."""
    kept, length = 0, -2
    while kept < len(sections) and length + 2 + len(sections[kept]) <= NEWER.lyrics:
        length += 2 + len(sections[kept])
        kept += 1
    lyrics = "\n\n".join(sections[:kept]) if kept else "".join(sections[:1])[: NEWER.lyrics]
    left_out = len(sections) - max(kept, 1)
    notices = []
    if left_out > 0 or len("".join(sections[:1])) > NEWER.lyrics:
        lost = f"sections left out at the end: {max(left_out, 0)}"
        notices.append(f"The lyrics were cut to {NEWER.lyrics} characters; {lost}.")
    if len(lyrics) > OLDER.lyrics:
        notices.append(f"The lyrics are too long for model {OLDER.models} ({OLDER.lyrics} characters).")
    return lyrics, notices


def _section(section: Section, refrain: str) -> str:
    lines: list[str] = []
    speaker = ""
    for line in section.lines:
        if line.speaker and line.speaker != speaker:
            lines.append(f"[{one_line(line.speaker).rstrip(' :：')}]")
        speaker = line.speaker or speaker
        lines.append(_line(line))
    return "\n".join([*_header(section.tag, refrain), *filter(None, lines)])


def _header(tag: Tag, refrain: str) -> list[str]:
    """Write the tag as the service reads it; singers, styles and moods stay beside it as written."""
    if tag.kind is SectionKind.STANZA:
        return []
    label = tag.label or tag.kind.value.title()
    name = read_name(label, short_forms=True)
    if name.word and (
        name.language != "en" or tag.bars or (tag.kind is SectionKind.REFRAIN and refrain != "Refrain")
    ):
        english = (
            refrain if tag.kind is SectionKind.REFRAIN else _ENGLISH.get(tag.kind, tag.kind.value.title())
        )
        called = name.word if name.language == "en" and tag.kind is not SectionKind.REFRAIN else english
        label = " ".join([called, *([str(tag.number)] if tag.number else []), *name.extra])
    inside, bracket, more = tag.detail.partition(" [")
    if tag.bars:
        details = [f"{tag.bars} bars", inside.strip(" :")]
        inside = f": {', '.join(filter(None, details))}"
    return [one_line(f"[{label}{inside}]{bracket}{more}")]


def _line(line: Line) -> str:
    if line.kind is LineKind.CUE:
        return one_line(line.text)
    return one_line(line.directed) if line.kind.is_sung else ""
