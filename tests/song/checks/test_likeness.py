"""Likeness: four words in a row, and the share from which they are too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.likeness import (
    LONG_RUN,
    TOO_CLOSE,
    Earlier,
    SungWords,
    check_likeness,
    runs_to_look_for,
)
from lyricscli.song.sections import parse


def overlap(song, other):
    return SungWords(song).overlap(other)


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


LONG = "\n".join(f"the morning number{n} has nothing else{n} to tell{n}" for n in range(40))
LIFTED = "carry the candle over the hill\nthe water is waiting and never is still"


@pytest.mark.parametrize("words", [10, 9])
def test_a_run_of_ten_words_is_too_close_however_long_the_song_is(words):
    lifted = " ".join(LIFTED.split()[:words])
    found = check_likeness(parse(f"{LONG}\n{lifted}"), [Earlier("old", parse(LIFTED))])
    assert bool(found) == (words == LONG_RUN)


def test_common_lines_are_not_compared_and_no_run_goes_over_them():
    text = "the river runs below the hill\nand carries all my songs away"
    assert check_likeness(parse(text), [Earlier("same", parse(text))], lambda _: True) == ()
    common = lambda line: line.startswith("and")  # noqa: E731
    (finding,) = check_likeness(parse(text), [Earlier("same", parse(text))], common)
    assert finding.message.endswith("such as “the river runs below the hill”.")


@given(st.lists(st.sampled_from("abcdefg"), min_size=10, max_size=60), st.data())
def test_what_is_looked_for_finds_every_run_of_ten_words(words, data):
    start = data.draw(st.integers(0, len(words) - 10))
    run = f" {' '.join(words[start : start + 10])} "
    assert any(f" {phrase} " in run for phrase in runs_to_look_for(parse("[Verse]\nx " + " ".join(words))))


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
    if shared.share >= TOO_CLOSE:
        assert check_likeness(song, [Earlier("other", parse(other))])


def test_texts_are_compared_as_sets_and_not_in_pairs(grows_as_the_text):
    def compared(blanks):
        song = parse(" ".join(f"w{number}" for number in range(len(blanks))))
        assert overlap(song, song).share == 1.0

    grows_as_the_text(compared, " ", size=2**11)
