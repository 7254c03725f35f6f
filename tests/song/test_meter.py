"""Meter: what `show --meter` prints for a small song."""

from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.meter import measure
from lyricscli.song.sections import parse

SONG = """[Verse 1]
[Am]I walk the line at [G]night (at night)
[softly]
You hold my hand so tight (x2)

[Chorus]
"""


def test_counts_the_leading_voice_and_finds_the_scheme():
    """Chords, cues and the second voice count nothing."""
    verse, chorus = measure(parse(SONG))
    assert [(line.line.number, line.syllables) for line in verse.lines] == [(2, 6), (4, 6)]
    assert verse.scheme == "AA"
    assert (chorus.lines, chorus.scheme) == ((), "")


@given(st.text())
def test_measures_any_text(text):
    """Every sung line is measured, and no other."""
    song = parse(text)
    measured = [line.line for section in measure(song) for line in section.lines]
    assert measured == [line for line in song.lines if line.sung]
