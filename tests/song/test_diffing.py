"""Comparing two texts: every line of both is there, and what changed is marked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.diffing import Change, align, as_document, compare
from lyricscli.song.sections import parse

BEFORE = """[Verse 1]
I walk the line at night
The stars are burning bright

[Chorus]
Hold me now

[Bridge]
Over the water we go
"""
AFTER = """[Intro]
Ooh

[Verse 1]
I walk the wire at night
The stars are burning bright

[Chorus]
Hold me now
Forever
"""


def difference(before, after):
    return compare(parse(before), parse(after))


def test_aligns_sections_lines_and_words():
    """Sections pair by name and lines, lines by words; only the changed word is marked."""
    found = difference(BEFORE, AFTER)
    assert [(pair.name, pair.change) for pair in found.sections] == [
        ("Intro", Change.ADDED),
        ("Verse 1", Change.CHANGED),
        ("Chorus", Change.CHANGED),
        ("Bridge", Change.REMOVED),
    ]
    changed = found.sections[1].lines[1]
    assert [(piece.text, piece.is_shared) for piece in changed.before.pieces] == [
        ("I walk the ", True),
        ("line", False),
        (" at night", True),
    ]
    assert (changed.before.number, changed.after.number) == (2, 5)


def test_names_the_sections_that_were_lost():
    """A section with words and no counterpart is lost; one that was only renamed is not."""
    assert [section.name for section in difference(BEFORE, AFTER).lost] == ["Bridge"]
    assert difference(BEFORE, BEFORE.replace("[Bridge]", "[Coda]")).lost == ()


def test_equal_texts_do_not_differ():
    """Nothing is marked, whatever the line breaks."""
    assert difference(BEFORE, BEFORE.replace("\n", "\r\n")).is_empty
    assert not difference(BEFORE, AFTER).is_empty


def test_document():
    """The JSON form has every line of both sides with its number, and says what changed."""
    document = as_document(difference("I walk\n", "I run\n"))
    assert document == {
        "same": False,
        "sections": [
            {
                "change": "changed",
                "name": "Stanza",
                "lines": [
                    {
                        "change": "changed",
                        "before": {
                            "number": 1,
                            "text": "I walk",
                            "pieces": [{"text": "I ", "shared": True}, {"text": "walk", "shared": False}],
                        },
                        "after": {
                            "number": 1,
                            "text": "I run",
                            "pieces": [{"text": "I ", "shared": True}, {"text": "run", "shared": False}],
                        },
                    }
                ],
            }
        ],
    }


TEXTS = st.lists(
    st.sampled_from(["[Verse]", "[Chorus]", "", "love me", "love me do", "so long", "la"])
    | st.text(max_size=8)
).map("\n".join)


@given(TEXTS, TEXTS)
def test_no_line_of_either_text_is_left_out(before, after):
    """Both sides can be read back from the difference; what comes after stands in its order."""
    found = difference(before, after)
    pairs = [line for section in found.sections for line in section.lines]
    ours, theirs = parse(before), parse(after)
    sides = sorted((pair.before.number, pair.before.text) for pair in pairs if pair.before)
    assert "".join(text for _, text in sides) == "".join(before.splitlines())
    assert "".join(pair.after.text for pair in pairs if pair.after) == "".join(after.splitlines())
    was = sorted((pair.before for pair in found.sections if pair.before), key=lambda section: section.number)
    assert was == list(ours.sections)
    assert [pair.after for pair in found.sections if pair.after] == list(theirs.sections)
    json.dumps(as_document(found))


MOVES = [
    # before, after, the sections that moved
    (
        "[Intro]\none two\n[Chorus]\nhold me now\n[Bridge]\nover the water",
        "[Bridge]\nover the water\n[Intro]\none two\n[Chorus]\nhold me now",
        ["Bridge"],
    ),
    (
        "one two three\n\nfour five six\n\nseven eight",
        "four five six\n\nseven eight\n\none two three",
        ["Stanza"],
    ),
    (
        "[Verse 1]\nred and blue\n[Verse 2]\ngreen and grey",
        "[Verse 1]\ngreen and grey\n[Verse 2]\nred and blue",
        ["Verse 1", "Verse 2"],
    ),
    (
        "[Verse 1]\nred and blue\n[Verse 2]\ngreen and grey",
        "[Verse 1]\nred and blue\n[Verse 2]\ngreen and gold",
        [],
    ),
    ("[Verse]\nred\n[Chorus]\nla", "[Verse]\nblue\n[Chorus]\nla", []),
]


@pytest.mark.parametrize(("before", "after", "moved"), MOVES)
def test_a_section_that_stands_elsewhere_has_moved(before, after, moved):
    """It is neither added nor removed nor lost; a section that was only rewritten has not moved."""
    found = difference(before, after)
    assert [pair.name for pair in found.moved] == moved
    assert found.lost == ()
    assert {pair.change for pair in found.sections} <= {Change.SAME, Change.MOVED, Change.CHANGED}


@pytest.mark.parametrize(
    ("before", "after"), [("我在等你回家", "我在等他回家"), ("きみがすき", "きみもすき"), ("รักเธอ", "รักเขา")]
)
def test_one_changed_character_is_marked_where_no_space_stands_between_words(before, after):
    """The line is changed, not removed, and only what differs in it is marked."""
    (line,) = difference(before, after).sections[0].lines
    assert line.change is Change.CHANGED
    assert "".join(piece.text for piece in line.after.pieces if not piece.is_shared) in {"他", "も", "ขา"}


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    """No change is found where there is none."""
    assert difference(text, text).is_empty


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_alignment_keeps_order_and_items(before, after):
    """Each item of either side is in exactly one pair; where equality is what counts, pairs are equal."""
    pairs = list(align(before, after, lambda one, other: float(one == other)))
    assert [one for one, _ in pairs if one is not None] == before
    assert [other for _, other in pairs if other is not None] == after
    assert all(one is None or other is None or one == other for one, other in pairs)


@pytest.mark.parametrize("unit", ["a\n", "a b ", "[Verse]\na\n", "a\n\n", "\n"])
def test_sizes_beyond_any_song_are_paired_in_order_rather_than_aligned(grows_as_the_text, unit):
    grows_as_the_text(
        lambda text: difference(f"x\n{text}y", f"z\n{text[len(unit) * 3 :]}w"), unit, size=2**11
    )
