"""What a check reports, how grave it is, and what no check can know."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple


class Check(StrEnum):
    """The checks, in the order they are run and printed."""

    STRUCTURE = "structure"
    CONTENT = "content"
    SPELLING = "spelling"
    LANGUAGE = "language"
    LENGTH = "length"
    LIKENESS = "likeness"


class Level(StrEnum):
    """How grave a finding is."""

    NOTE = "note"
    """Worth knowing; never a reason to fail."""
    MILD = "mild"
    STRONG = "strong"


class Finding(NamedTuple):
    """One thing found. `line` counts from 1; None where it is about the whole text."""

    check: Check
    level: Level
    line: int | None
    message: str


LIMITS = {
    Check.STRUCTURE: "Knows section names of common languages; whether a form suits the song is for ears.",
    Check.CONTENT: "Knows a short English word list and its disguises, not meaning: it flags words used "
    "kindly, and passes cruelty in plain words and in other languages.",
    Check.SPELLING: "Knows words, not sentences: a wrong word that exists passes, a rare one is reported.",
    Check.LANGUAGE: "Guesses from script and common words of whole sections; short ones stay unsure.",
    Check.LENGTH: "Compares with the limits that the music service documents; they can change.",
    Check.LIKENESS: "Compares words, four in a row, with the texts it was given; it knows no "
    "other songs, no melodies and no paraphrases.",
}
"""What each check cannot know, in a sentence to print beside its findings."""
DISCLAIMER = "None of this is legal clearance: have a person review lyrics before they are published."


def tripped(findings: Iterable[Finding], fail_on: Collection[str]) -> tuple[Finding, ...]:
    """Pick the findings that should fail a run: those whose check or level is named, notes never."""
    return tuple(
        finding
        for finding in findings
        if finding.level is not Level.NOTE and (finding.check in fail_on or finding.level in fail_on)
    )
