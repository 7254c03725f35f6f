"""Language: sure where words tell, unsure where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.language import check_language, guess_language, language_code
from lyricscli.song.sections import parse

ENGLISH = "I walk the line at night\nand you are in my heart\n"
SPANISH = "Camino por la noche y no te encuentro\nporque tú eres mi corazón\n"

TEXTS = [
    ("en", ENGLISH),
    ("es", SPANISH),
    ("fr", "Je marche dans la nuit et tu n'es pas là\nmais mon cœur est avec toi"),
    ("de", "Ich gehe durch die Nacht und du bist nicht da\naber mein Herz ist bei dir"),
    ("it", "Cammino nella notte e tu non ci sei\nma il mio cuore è con te"),
    ("pt", "Eu ando pela noite e você não está\nmas o meu coração é seu"),
    ("nl", "Ik loop door de nacht en jij bent er niet\nmaar mijn hart is bij jou"),
    ("sv", "Jag går genom natten och du är inte här\nmen mitt hjärta är med dig"),
    ("pl", "Idę przez noc i nie ma cię tu\nale moje serce jest z tobą"),
    ("tr", "Gece yürüyorum ve sen yoksun\nama kalbim senin için bir şarkı"),
    ("id", "Aku berjalan di malam ini dan kau tak ada\ntapi hati ini untuk kamu"),
    ("ru", "Я иду в ночи и ты не со мной\nно моё сердце как ты"),
    ("uk", "Я йду в ночі і ти не зі мною\nале моє серце що є"),
    ("zh", "我在夜里走着 你不在这里"),
    ("ja", "夜の中を歩いている きみはいない"),
    ("ko", "밤길을 걸어가 너는 없지만"),
    ("ar", "أمشي في الليل وأنت لست هنا"),
    ("hi", "मैं रात में चलता हूँ और तुम नहीं हो"),
    ("he", "אני הולך בלילה ואת לא כאן"),
    ("el", "Περπατώ στη νύχτα και δεν είσαι εδώ"),
    ("th", "ฉันเดินในคืนนี้และเธอไม่อยู่"),
    (None, "Ooh la la la, na na na, hey hey"),
    (None, "Amor"),
    (None, ""),
    (None, "the night la noche the moon la luna de mi you are eres my mi y and no te i love"),
]


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_guesses_a_section(language, text):
    """Twenty-one languages, and no guess where a guess would be one."""
    assert guess_language(text).language == language


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("English", "en"),
        ("español", "es"),
        ("中文", "zh"),
        ("Klingon", None),
        ("", None),
    ],
)
def test_reads_the_language_wanted(wanted, code):
    """By code, English name or own name."""
    assert language_code(wanted) == code


def found(text, wanted):
    return [(finding.line, finding.level, finding.message) for finding in check_language(parse(text), wanted)]


def test_compares_with_the_language_wanted():
    """A song in another language is strong, a section mild; unsure is said to be unsure."""
    assert found(ENGLISH, "English") == []
    assert found(SPANISH, "English") == [(None, Level.STRONG, "The text reads as Spanish, not English.")]
    mixed = f"[Verse]\n{ENGLISH * 4}\n[Bridge]\n{SPANISH}"
    assert found(mixed, "en") == [(11, Level.MILD, "“Bridge” reads as Spanish.")]
    assert found("la la la", "en") == [
        (None, Level.NOTE, "Unsure whether this is English: too few telling words.")
    ]
    assert found(ENGLISH, "Klingon") == [
        (None, Level.NOTE, "“Klingon” is no language that can be told here.")
    ]


@given(st.text(), st.sampled_from(["en", "Chinese", "x"]))
def test_any_text_has_a_verdict(text, wanted):
    """No text breaks the check, and a guess is a language we can name."""
    check_language(parse(text), wanted)
    language = guess_language(text).language
    assert language is None or language_code(language) == language
