"""Content: listed words through their disguises, and innocent words left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.content import check_content as check_lines
from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.review import tongues
from lyricscli.song.checks.spelling import english_words
from lyricscli.song.data import read_rows
from lyricscli.song.sections import parse


def check_content(song, allow=(), deny=()):
    return check_lines(song, tongues(song), allow, deny)


def levels(text, **lists):
    return [finding.level for finding in check_content(parse(text), **lists)]


DISGUISES = [
    "what the fuck is this",
    "FUCK!",
    "fucking",
    "fuckin'",
    "fuuuuuck",
    "f u c k",
    "f.u.c.k",
    "f**k",
    "f*ck",
    "$hit",
    "sh1t",
    "sh!t",
    "bull-shit",
    "b1tch",
    "b!tches",
    "f\u0443ck",
    "fück",
    "(shit)",
    "[Am]shit",
    "jij bent zo mooi en ik ben weer alleen\nmaar fuck it, wij gaan dansen\nen de nacht is van ons",
]
MEANT = [
    "you are a hoe and I know it",
    "what a dick you are to me",
    "I hate that chink, he said to me",
    "this is my slut",
]


@pytest.mark.parametrize("text", MEANT)
def test_a_word_of_other_languages_counts_where_english_is_sure(text):
    """A kindly phrase or another language excuses; plain English does not."""
    assert levels(text) == [Level.STRONG]


@pytest.mark.parametrize("text", DISGUISES)
def test_sees_through_disguises(text):
    """Signs for letters, drawn out letters, masks, spaces, accents and brackets hide nothing."""
    assert levels(text)[:1] == [Level.STRONG]


INNOCENT = [
    "Scunthorpe and Essex",
    "class, assassin, bass, grass, pass me the glass",
    "he'll be home, we'll be home, she'll stay",
    "cocktail, peacock, Dickens",
    "as we go, so long",
    "shuttle, butter, button, bulletin, title",
    "hello, shell",
    "I am 5 foot 11 on the 4th",
    "con, raccoon, cocoon",
    "I a m",
    "***",
    "Moby Dick was swimming by, a cock-a-doodle filled the sky",
    "the dyke held back the sea",
    "the garden hoe was spic and span, a chink of light on every can",
    "she came home magna cum laude and every Tom, Dick and Harry sang",
    "when the cock crowed at the break of day",
    "it is a hard row to hoe for you and me",
    "I met my old friend Dick and we were glad",
    "en ik weet niet hoe het verder gaat",
    "Hoe dan?",
    "Nu är det slut på det här och vi är hemma",
    "Es wird schon hell und die Suppe ist dick",
    "cum trece timpul și cum mă uiți",
    "love* me",
    "",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_leaves_innocent_words_alone(text):
    """Whole words only."""
    assert levels(text) == []


def test_dictionary_words_are_reported_only_when_listed():
    """Of the common words of English, none is taken for a disguise of a listed one."""
    listed = {word.rstrip("~?!^") for row in read_rows("content.txt") for word in row[1:]}
    reported = {word for word in english_words().common if levels(word)}
    unlisted = {word for word in reported if not any(word.startswith(stem) for stem in listed)}
    assert unlisted == set()


def test_tiers_lines_and_messages():
    """One finding a word and line, in order, strong or mild."""
    findings = check_content(parse("[Verse]\nDamn, damn it\nall good\nbitch please\n"))
    assert [(finding.line, finding.level, finding.message) for finding in findings] == [
        (2, Level.MILD, "“damn” is sensitive."),
        (4, Level.STRONG, "“bitch” is explicit or abusive."),
    ]


def test_allow_and_deny_lists():
    """Allowed words pass; denied words and phrases are strong, in their disguises too."""
    assert levels("damn the dark", allow=["Damn"]) == []
    assert levels("m00nlight on the water", deny=["moonlight"]) == [Level.STRONG]
    assert levels("Over the Rainbow", deny=["over the rainbow"]) == [Level.STRONG]
    assert levels("over a rainbow", deny=["over the rainbow", "", "..."]) == []


@given(st.text(), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_any_text_and_lists(text, allow, deny):
    """Findings point at lines of the text, and allowing a word takes nothing else away."""
    findings = check_content(parse(text), allow, deny)
    assert all(1 <= finding.line <= len(text.splitlines()) for finding in findings)
    assert set(findings) <= set(check_content(parse(text), (), deny))


@pytest.mark.parametrize("unit", ["f", "f ", "f**k ", "a*b", "$", "sh1t ", "-a", "u\u0308"])
def test_disguises_cost_no_more_than_the_length_of_the_text(grows_as_the_text, unit):
    grows_as_the_text(lambda text: check_content(parse(text)), unit)
