"""Rhyme: schemes that songs have, in English by sound and elsewhere by spelling, and lists of rhymes."""

from string import ascii_letters

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lyricscli.song.rhyme import Kind, rhyme_keys, rhyme_scheme, rhymes_with
from tests.bench.rhymes import grade

SCHEMES = {
    "light away night say": "ABAB",
    "bright old tight friend": "A-A-",
    "everyone begun time climb smile I'll": "AABBCC",
    "city pretty ocean motion together weather garden pardon": "AABBCCDD",
    "walking talkin' never forever passion fashion CRY goodbye": "AABBCCDD",
    "heav'n seven pow'r tower night's lights couldn't've home": "AABBCC--",
    "down but wand hand bomb comb": "------",
    "time mine": "aa",
    "time mine climb": "AaA",
    "mine time climb life": "aAA-",
    "memory me": "aa",
    "orange silver month": "---",
    "soooo go baaaby maybe": "AABB",
    "glimmerstone alone": "AA",
    "चला चला": "AA",
    "1999": "-",
}


SAID = [
    # two lines that rhyme by what is said at their ends
    ("back in 1999", "feeling fine"),
    ("only $5", "hollers"),
    ("the 10th", "tenth"),
    ("on MTV", "you and me"),
    ("98%", "I went"),
    ("20 °C", "of Celsius"),
    ("born in 1905", "alive"),
    ("5 km", "of kilometers"),
    ("60 mph", "an hour"),
]


@pytest.mark.parametrize("lines", SAID)
def test_figures_signs_and_letters_rhyme_as_they_are_said(lines):
    assert rhyme_scheme(lines) == "AA"


@pytest.mark.parametrize(("words", "scheme"), SCHEMES.items())
def test_scheme(words, scheme):
    """Letters in the order the rhymes come in, small ones for slants, a dash for no rhyme."""
    assert rhyme_scheme([f"la {word}" for word in words.split()]) == scheme


@pytest.mark.parametrize(
    ("language", "words", "scheme"),
    [
        ("de", "Sterne ferne Nacht Macht allein", "AABB-"),
        ("es", "ciudad oscuridad madrugada nada canción corazón", "AABBCC"),
        ("it", "amore cuore città felicità", "AABB"),
        ("pt", "coração solidão amor calor", "AABB"),
        ("pl", "droga noga noc moc", "AABB"),
        ("fr", "lune brune nuit pluie", "AA--"),
        ("ru", "твоя моя ночь", "AA-"),
        (None, "愛 会愛 愛", "A-A"),
    ],
)
def test_other_languages_rhyme_by_their_spelling(language, words, scheme):
    """From the vowel on that the language stresses."""
    assert rhyme_scheme(words.split(), language) == scheme


def test_an_empty_section_has_an_empty_scheme():
    """Lines without a word rhyme with nothing, not with each other."""
    assert rhyme_scheme([]) == ""
    assert rhyme_scheme(["", "...", "?!"]) == "---"


def test_pairs_that_the_rules_were_not_tuned_on():
    """Of perfect pairs of common words at least 95 % rhyme; of look-alikes at most one does."""
    graded = grade()
    assert graded.perfect >= 0.95
    assert graded.false_friends <= 1
    assert graded.syllables >= 0.9
    assert graded.rhymes >= 0.33


@given(st.lists(st.text()))
def test_a_scheme_has_a_letter_a_line_and_none_once(lines):
    """Whatever the lines, a letter marks two lines at least, small or not."""
    scheme = rhyme_scheme(lines)
    assert len(scheme) == len(lines)
    assert all(scheme.lower().count(letter) > 1 for letter in scheme.lower() if letter != "-")


@given(st.text(ascii_letters))
@example("OL")
@example("A" * 40)
def test_a_key_does_not_depend_on_case_or_quotes(word):
    """Folding comes first; only a quote behind `in` tells something, a g that is not sung."""
    assert rhyme_keys(word) == rhyme_keys(word.upper())
    assert word.lower().endswith("in") or rhyme_keys(word) == rhyme_keys(f"{word}’")


def test_lists_the_commonest_first_and_slants_behind():
    """Of `time` crime comes before thyme, and fine after both; the word itself is no rhyme of its own."""
    found = rhymes_with("Time", near=True)
    words = [rhyme.word for rhyme in found]
    assert words.index("crime") < words.index("thyme") < words.index("fine")
    assert "time" not in words
    assert "I'm" in words
    assert [rhyme.kind for rhyme in found] == sorted((rhyme.kind for rhyme in found), reverse=True)
    assert {rhyme.word for rhyme in rhymes_with("Time")} == {
        rhyme.word for rhyme in found if rhyme.kind is Kind.PERFECT
    }


def test_a_word_of_no_dictionary_rhymes_like_what_it_looks_like():
    """Rules find the rhymes of a made-up word."""
    assert "light" in {rhyme.word for rhyme in rhymes_with("blorkight")}
