"""Plain text: as written with its provenance below, or as a release wants it."""

from lyricscli.song.exports.sheet import Exported, Sheet, provenance
from lyricscli.song.sections import parse
from lyricscli.song.written_out import SungSection, write_out

RULE = "-" * 24


def as_text(sheet: Sheet) -> Exported:
    """Give title, text as stored, and the provenance under a rule."""
    rows = "".join(f"{label}: {value}\n" for label, value in provenance(sheet))
    text = sheet.text if sheet.text.endswith(("\n", "\r")) else f"{sheet.text}\n"
    return Exported(f"{sheet.heading}\n\n{text}\n{RULE}\n{rows}")


def as_release(sheet: Sheet) -> Exported:
    """Give only the sung words: no headers, chords and cues; repeats written out, parts apart by a line."""
    stanzas = [stanza for section in write_out(parse(sheet.text)) for stanza in _stanzas(section)]
    return Exported("\n\n".join(stanzas) + "\n" if stanzas else "")


def _stanzas(section: SungSection) -> list[str]:
    text = "\n".join(line.sung for line in section.lines if line.sung or not line.text.strip())
    return [stanza.strip("\n") for stanza in text.split("\n\n") if stanza.strip("\n")]
