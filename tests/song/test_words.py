"""Words: what belongs to one, in every script, and how it is folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.words import plain_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'cause I'm goin', mother-in-law", ["'cause", "I'm", "goin'", "mother-in-law"]),
        ("अकेला मैं चला।", ["अकेला", "मैं", "चला"]),
        ("ฉันเดินใน คืนนี้", ["ฉันเดินใน", "คืนนี้"]),
        ("بِسْمِ اللَّهِ", ["بِسْمِ", "اللَّهِ"]),
        ("שָׁלוֹם־עֲלֵיכֶם", ["שָׁלוֹם", "עֲלֵיכֶם"]),
        ("می‌خواهم تو را", ["می‌خواهم", "تو", "را"]),
        ("நான் ভাষা မြန်မာ", ["நான்", "ভাষা", "မြန်မာ"]),
        ("cafe\u0301 a_b", ["cafe\u0301", "a", "b"]),
    ],
)
def test_words_hold_their_marks(text, words):
    assert words_of(text) == words


def test_vowel_points_and_accents_are_folded_and_vowel_signs_are_not():
    assert plain_words("שָׁלוֹם بِسْمِ Café मैं") == ["שלום", "بسم", "cafe", "मैं"]


@given(st.text())
def test_folding_never_invents_a_word(text):
    assert len(plain_words(text)) <= len(words_of(text))
    assert all(word in text for word in words_of(text))
