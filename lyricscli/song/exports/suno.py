"""The fields of the music service's custom mode: title, style, and lyrics with tags it reads."""

from lyricscli.song.exports.sheet import Exported, Sheet, one_line
from lyricscli.song.kinds import SectionKind
from lyricscli.song.limits import NEWER, OLDER
from lyricscli.song.lines import Line, LineKind
from lyricscli.song.sections import parse
from lyricscli.song.written_out import SungSection, write_out


def as_suno(sheet: Sheet) -> Exported:
    """Give the three fields to paste, each within its limit; what was cut is in the notices.

    Repeats are written out, chords left out, headers turned into `[Verse 1]`; lyrics end with a section.
    """
    sections = [text for section in write_out(parse(sheet.text)) if (text := _section(section))]
    lyrics, notices = _within_limit(sections)
    title, style = sheet.heading, one_line(sheet.metadata.get("style", ""))
    if len(title) > OLDER.title:
        notices.append(f"The title was cut to {OLDER.title} characters, the most that every model takes.")
    if len(style) > NEWER.style:
        notices.append(f"The style was cut to {NEWER.style} characters.")
    fields = f"Title:\n{title[: OLDER.title]}\n\nStyle:\n{style[: NEWER.style]}\n\nLyrics:\n{lyrics}\n"
    return Exported(fields, tuple(notices))


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


def _section(section: SungSection) -> str:
    lines = [text for line in section.lines if (text := _line(line))]
    return "\n".join([*_header(section), *lines])


def _header(section: SungSection) -> list[str]:
    tag = section.tag
    if tag.kind is SectionKind.STANZA:
        return []
    label = tag.label
    if not label.isascii() and tag.kind is not SectionKind.OTHER:
        label = " ".join(filter(None, [tag.kind.value.title(), str(tag.number or "")]))
    note = "".join(f" - {one_line(tag.note)}" if tag.note else "")
    performers = f": {' & '.join(tag.performers)}" if tag.performers else ""
    return [f"[{one_line(label + note + performers)}]"]


def _line(line: Line) -> str:
    return one_line(line.text) if line.kind is LineKind.CUE else line.sung
