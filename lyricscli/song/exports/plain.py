"""Plain text: as written with its provenance below, or as a release wants it."""

from lyricscli.song.exports.sheet import Exported, Sheet, one_line, provenance
from lyricscli.song.sections import Song, parse
from lyricscli.song.written_out import SungSection, unclear_repeats, write_out

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


def _stanzas(section: SungSection) -> list[str]:
    text = "\n".join(line.sung for line in section.lines if line.sung or not line.text.strip())
    return [stanza.strip("\n") for stanza in text.split("\n\n") if stanza.strip("\n")]
