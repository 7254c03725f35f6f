"""Likeness: four words in a row, and the share from which they are too many."""

import time

from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.likeness import TOO_CLOSE, Earlier, check_likeness, overlap
from lyricscli.song.sections import parse

CLOSE = "Too close to “{}”: {}% of its runs of 4 words are there too, such as “{}”."
TEXT = "[Verse]\nthe river runs below the hill\nand carries all my songs away\n"


def test_measures_the_share_and_quotes_the_longest_run():
    """Tags, case and commas do not matter; line breaks neither."""
    shared = overlap(parse(TEXT), parse("Oh, the RIVER runs, below\nthe hill!"))
    assert shared.share == 3 / 9
    assert shared.longest == ("the", "river", "runs", "below", "the", "hill")
    assert shared.line == 2


def test_reports_what_is_too_close():
    """The closest first, with its share; what shares less than a fifth is not named."""
    others = [
        Earlier("far", parse("the river sleeps")),
        Earlier("near", parse("the river runs below the hill")),
        Earlier("same", parse(TEXT)),
    ]
    findings = check_likeness(parse(TEXT), others)
    assert [(finding.level, finding.line, finding.message) for finding in findings] == [
        (
            Level.STRONG,
            2,
            CLOSE.format("same", 100, "the river runs below the hill and carries all my songs away"),
        ),
        (
            Level.STRONG,
            2,
            CLOSE.format("near", 33, "the river runs below the hill"),
        ),
    ]


def test_scripts_without_spaces_are_compared_by_character():
    """Chinese lines have runs too."""
    assert overlap(parse("我爱你中国"), parse("我爱你中国人")).share == 1.0


def test_texts_of_fewer_words_share_nothing():
    """Three words are no run."""
    assert overlap(parse("the river runs"), parse("the river runs")).share == 0.0


LINES = st.lists(st.sampled_from(["a b c", "d e f g", "h", "我爱你", "[Verse]", ""]) | st.text(max_size=9))


@given(LINES.map("\n".join), LINES.map("\n".join))
def test_share_is_a_share(text, other):
    """Between nothing and all; of itself all or nothing; and the run quoted stands in the text."""
    song = parse(text)
    shared = overlap(song, parse(other))
    assert 0.0 <= shared.share <= 1.0
    assert overlap(song, song).share in {0.0, 1.0}
    assert (shared.line is None) == (shared.share == 0.0)
    assert bool(check_likeness(song, [Earlier("other", parse(other))])) == (shared.share >= TOO_CLOSE)


def test_a_mebibyte_is_compared_in_bounded_time():
    """Sets, not pairs."""
    started = time.process_time()
    text = parse(" ".join(f"w{number}" for number in range(150_000)))
    assert overlap(text, text).share == 1.0
    assert time.process_time() - started < 20
