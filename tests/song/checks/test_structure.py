"""Structure: what the check says of sections, and what it lets pass."""

from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.structure import check_structure
from lyricscli.song.sections import parse

GOOD = (
    "[Verse 1]\none\ntwo\n\n[Chorus]\nhey\n\n[Verse 2]\nthree\nfour\n\n[Chorus]\n\n[Guitar Solo]\n\n[Outro]\n"
)


def found(text):
    return [(finding.line, finding.level, finding.message) for finding in check_structure(parse(text))]


def test_nothing_to_say_of_a_good_song():
    """A bare chorus after a chorus, a solo and an outro need no words."""
    assert found(GOOD) == []


def test_empty_sections():
    """A verse without words is reported, and so is a chorus that no chorus came before."""
    assert found("[Verse]\n\n[Chorus]\n") == [
        (1, Level.MILD, "“Verse” has no words."),
        (3, Level.MILD, "“Chorus” has no words."),
    ]


def test_repeated_verses():
    """Case and commas do not make a verse another."""
    text = "[Verse 1]\nHold me, now\n\n[Verse 2]\nhold me now\n"
    assert found(text) == [(4, Level.MILD, "“Verse 2” has the words of “Verse 1” (line 1).")]


def test_unknown_and_missing_names():
    """Notes on a section name that is not known, a number that is missing, and a text without sections."""
    assert found("[Verse 1]\none\n\n[Zorb]\ntwo\n") == [
        (4, Level.NOTE, "“Zorb” is no section name that is known.")
    ]
    assert found("[Verse 1]\none\n\n[Verse 3]\ntwo\n") == [
        (4, Level.NOTE, "“Verse 3” comes without a verse 2 before it.")
    ]
    assert found("one\ntwo\n") == [(None, Level.NOTE, "The text names no sections.")]


def test_unbalanced_sections():
    """Lopsided verses, brackets left open, and tags that close nothing."""
    assert found("[Verse 1]\na\nb\nc\nd\n\n[Verse 2]\ne\n") == [
        (7, Level.NOTE, "“Verse 2” has 1 lines, “Verse 1” has 4.")
    ]
    assert found("[Verse]\n[softly I go\n") == [(2, Level.MILD, "A bracket is opened or closed alone.")]
    assert (3, Level.MILD, "“[/Chorus]” closes nothing.") in found("hey\n\n[/Chorus]\n")


@given(st.lists(st.sampled_from([*GOOD.splitlines(), "[/Verse]", "[Zorb]", "["])).map("\n".join) | st.text())
def test_findings_point_into_the_text(text):
    """Every line named is a line of the text, in order."""
    lines = [finding.line for finding in check_structure(parse(text)) if finding.line is not None]
    assert lines == sorted(lines)
    assert all(1 <= line <= len(text.splitlines()) for line in lines)
