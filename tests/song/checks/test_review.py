"""All checks together, lengths, limits, and what makes a run fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import DISCLAIMER, LIMITS, Check, Finding, Level, tripped
from lyricscli.song.checks.likeness import Earlier
from lyricscli.song.checks.review import Wanted, check_length, review
from lyricscli.song.sections import parse


@pytest.mark.parametrize(
    ("text", "title", "levels"),
    [
        ("a" * 3000, "t" * 80, []),
        ("a" * 3001, "t" * 81, [Level.MILD, Level.MILD]),
        ("a" * 5000, "t" * 100, [Level.MILD, Level.MILD]),
        ("a" * 5001, "t" * 101, [Level.STRONG, Level.STRONG]),
    ],
)
def test_lengths(text, title, levels):
    """Mild beyond the older model's limits, strong beyond every model's."""
    assert [finding.level for finding in check_length(text, title)] == levels


def test_every_check_reports_in_its_turn():
    """One text that every check has something to say of."""
    text = (
        "[Verse]\nthe shit was mispeled in my night and you are the one for me\n"
        + "la " * 1700
        + "\n[Verse]\n"
    )
    wanted = Wanted(title="T", language="Spanish", others=[Earlier("Old", parse(text))])
    checks = [finding.check for finding in review(parse(text), wanted)]
    assert list(dict.fromkeys(checks)) == list(Check)


def test_a_clean_song_has_no_findings():
    """Nothing is made up."""
    text = "[Verse]\nI walk the line at night\nand you are in my heart\n\n[Chorus]\nHold on to me\n"
    assert review(parse(text), Wanted(title="Line", language="en")) == ()


def test_languages_without_a_speller_are_said_to_have_none():
    """Swedish words are not held against an English list."""
    text = "[Vers]\nJag går genom natten och du är inte här\nmen mitt hjärta är med dig\n"
    (note,) = review(parse(text), Wanted())
    assert (note.check, note.level) == (Check.SPELLING, Level.NOTE)


def test_every_check_says_its_limits():
    """A sentence each, and one for all."""
    assert set(LIMITS) == set(Check)
    assert "legal clearance" in DISCLAIMER


def test_what_makes_a_run_fail():
    """Names are of checks or of levels; a note never fails a run."""
    strong = Finding(Check.CONTENT, Level.STRONG, 1, "")
    mild = Finding(Check.LIKENESS, Level.MILD, 1, "")
    note = Finding(Check.LIKENESS, Level.NOTE, 1, "")
    assert tripped([strong, mild, note], {"strong"}) == (strong,)
    assert tripped([strong, mild, note], {"likeness"}) == (mild,)
    assert tripped([strong, mild, note], {"mild", "content"}) == (strong, mild)
    assert tripped([strong, mild, note], set()) == ()


@given(st.text(), st.text(), st.sampled_from(["", "en", "Swedish", "Klingon"]))
def test_any_text_can_be_reviewed(text, title, language):
    """Findings point at lines of the text, and a second review finds the same."""
    findings = review(parse(text), Wanted(title=title, language=language))
    assert all(finding.line is None or 1 <= finding.line <= len(text.splitlines()) for finding in findings)
    assert review(parse(text), Wanted(title=title, language=language)) == findings
