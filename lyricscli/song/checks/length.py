"""Length: whether the music service takes the text and its title."""

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.limits import NEWER, OLDER


def check_length(text: str, title: str) -> tuple[Finding, ...]:
    """Compare characters with the limits of custom mode: strong where no model takes them."""
    findings = (
        _beyond(len(text), OLDER.lyrics, NEWER.lyrics, "text"),
        _beyond(len(title), OLDER.title, NEWER.title, "title"),
    )
    return tuple(finding for finding in findings if finding is not None)


def _beyond(length: int, older: int, newer: int, what: str) -> Finding | None:
    if length > newer:
        message = f"The {what} has {length} characters; the music service takes {newer}."
        return Finding(Check.LENGTH, Level.STRONG, None, message)
    if length > older:
        message = (
            f"The {what} has {length} characters; model {OLDER.models} takes {older}, later ones {newer}."
        )
        return Finding(Check.LENGTH, Level.MILD, None, message)
    return None
