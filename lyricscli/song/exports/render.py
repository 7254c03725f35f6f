"""Choose a format by its name."""

from enum import StrEnum

from lyricscli.song.exports.chordpro import as_chordpro
from lyricscli.song.exports.lossless import as_json
from lyricscli.song.exports.markdown import as_markdown
from lyricscli.song.exports.plain import as_release, as_text
from lyricscli.song.exports.sheet import Exported, Sheet
from lyricscli.song.exports.suno import as_suno


class Format(StrEnum):
    """The formats of `lyrics export --format`."""

    TXT = "txt"
    MD = "md"
    JSON = "json"
    CHORDPRO = "chordpro"
    SUNO = "suno"
    RELEASE = "release"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return {Format.CHORDPRO: ".cho", Format.SUNO: ".suno.txt", Format.RELEASE: ".release.txt"}.get(
            self, f".{self}"
        )


_WRITERS = {
    Format.TXT: as_text,
    Format.MD: as_markdown,
    Format.JSON: as_json,
    Format.CHORDPRO: as_chordpro,
    Format.SUNO: as_suno,
    Format.RELEASE: as_release,
}


def render(sheet: Sheet, form: Format) -> Exported:
    """Write a sheet in a format."""
    return _WRITERS[form](sheet)
