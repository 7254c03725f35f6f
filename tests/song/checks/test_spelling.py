"""Spelling: English as dictionaries have it and as it is sung; other languages through the extra."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.spelling import (
    DictionarySpeller,
    EnglishSpeller,
    check_lines,
    english_words,
    speller_for,
)
from lyricscli.song.sections import parse


def check_spelling(song, speller=None, accept=()):
    return check_lines([(line, speller or EnglishSpeller()) for line in song.lines], accept)


SUNG = [
    "I'm gonna love ya 'til the mornin' comes",
    "'Cause you're the one, ooh-ooh, yeah, whoa",
    "Goin' down, doin' time, nothin' but the rain",
    "Sooooo looooong, baby, la la la, na-na-na",
    "Y'all ain't seen nothin' yet, c'mon",
    "We're walkin’ round the colour of the harbor",
    "My love's the heart's refrain, o'clock",
    "Calling out for Xanthippa in Zzyzx",
    "DON'T STOP NOW",
    "24/7, 2nd of May",
    "[Vrese] and [Am]chords are no words",
    "我爱你 любовь",
    "Sha-la-la, doo-wop, mmm, hmm, uh-huh, shh",
    "A well-known, heart-shaped box",
    "S-s-stay with me, b-b-baby, st-st-stop, ch-ch-changes",
    "Lo-o-ove is all I ne-eed toni-i-ight",
    "umbrella-ella-ella-eh-eh, hey-ey-ey, pleeeease goooodnesss",
    "the sun'll rise on a naïve déjà vu, nuh-uh, homies, who'd've known",
    "Siobhan is gone, and Kayla too",
    "Lena waits at 5 a.m. or 7 p.m. in L.A.",
    "NASA called at 60 mph, tsk, brr, Mr. and Mrs. Smith vs. Dr. Jones etc.",
]


@pytest.mark.parametrize("line", SUNG)
def test_sung_english_is_right(line):
    """Dropped letters, sounds, drawn out words, names, contractions, cues and other scripts pass."""
    assert [finding.message for finding in check_spelling(parse(line))] == []


def test_mistakes_are_reported_once_with_a_suggestion():
    """A word is named where it first comes."""
    findings = check_spelling(parse("[Verse]\nI recieve your beutiful love\nrecieve it freindly\n"))
    assert [(finding.line, finding.level, finding.message) for finding in findings] == [
        (2, Level.MILD, "“recieve” is in no word list. Did you mean “receive”?"),
        (2, Level.MILD, "“beutiful” is in no word list. Did you mean “beautiful”?"),
        (3, Level.MILD, "“freindly” is in no word list. Did you mean “friendly”?"),
    ]


def test_a_misspelling_is_no_name_for_standing_first():
    """A long word near another one, or one that comes in lower case too, is reported there as well."""
    assert [f.line for f in check_spelling(parse("Beutiful girl\nZorblax came\nno zorblax here\n"))] == [1, 2]


def test_french_and_italian_elisions_are_split():
    french = "l'amour qu'il m'a donné, aujourd'hui j'ai jusqu'à l'aube, c'est d'un bleu"
    assert check_spelling(parse(french), DictionarySpeller("fr")) == ()
    assert check_spelling(parse("dell'anima, l'amore, un'altra"), DictionarySpeller("it")) == ()
    (finding,) = check_spelling(parse("l'amoour"), DictionarySpeller("fr"))
    assert "l'amoour" in finding.message


def test_accepted_words_pass():
    """The user's own words are right."""
    assert check_spelling(parse("my zorblax"), accept=["Zorblax"]) == ()


def test_other_languages_have_spellers_of_their_own():
    """Spanish is judged by a Spanish dictionary; where there is none there is no speller."""
    spanish = DictionarySpeller("es")
    (finding,) = check_spelling(parse("toda la vidda contigo, corazón"), spanish)
    assert "“vidda”" in finding.message
    assert isinstance(speller_for("en"), EnglishSpeller)
    assert speller_for("sv") is None


def test_word_list_is_small_and_knows_its_tiers():
    """About 90,000 words; the common ones apart from the others."""
    words = english_words()
    assert 80_000 < len(words.common | words.others) < 100_000
    assert "love" in words.common
    assert words.common.isdisjoint(words.others)


@given(st.text())
def test_findings_name_words_of_the_text(text):
    """Whatever the text, what is reported stands on the line named."""
    lines = text.splitlines()
    for finding in check_spelling(parse(text)):
        word = finding.message.removeprefix("“").partition("” is in no")[0]
        assert word in lines[finding.line - 1]


@given(st.sampled_from(sorted(english_words().common)))
def test_listed_words_are_right(word):
    """Every listed word passes, in lower and in upper case."""
    assert check_spelling(parse(word)) == ()
    assert check_spelling(parse(word.upper())) == ()


@pytest.mark.parametrize("unit", ["hm", "a", "ab ", "ooh", "la-", "'", "zq\n", "aaab"])
def test_long_runs_are_read_once_and_suggestions_are_limited(grows_as_the_text, unit):
    grows_as_the_text(lambda text: check_spelling(parse(text)), unit)
