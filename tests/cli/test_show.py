"""`lyrics show`: lyrics as a songwriter reads them."""

import pytest


def test_numbers_count_every_line_of_the_text(cli, song):
    song()
    assert cli("show", "abc:1", "--numbers").out.splitlines() == [
        "1  [Verse 1]",
        "2  The rain comes down on city lights",
        "3  I walk alone through empty nights",
        "4",
        "5  [Chorus]",
        "6  Hold on",
    ]


def test_meter_shows_syllables_and_rhymes(cli, song):
    song()
    assert cli("show", "abc:1", "--meter").out.splitlines()[:3] == [
        "      [Verse 1]  · AA",
        " 8 A  The rain comes down on city lights",
        " 8 A  I walk alone through empty nights",
    ]
    first = cli("show", "abc", "--meter", "--json").json["meter"]["1"][0]
    assert first == {"section": "Verse 1", "line": 1, "scheme": "AA", "syllables": [8, 8]}


def test_versions_stand_after_the_variant_they_were_made_from(cli, song):
    song()
    cli("edit", "abc:1", "--title", "Mine")
    heads = [line for line in cli("show", "abc").out.splitlines() if line.startswith("---")]
    assert heads == [
        "--- 1: City Rain ---",
        "--- 1.1: Mine (edited from 1) ---",
        "--- 2: Yellow: Leaf? ---",
    ]


@pytest.mark.parametrize("name", ["0", "x", "1.", "1.2.3", "-1"])
def test_what_is_no_name_of_a_text_is_a_usage_error(cli, song, name):
    song()
    assert cli("show", "abc", f"--variant={name}").code == 2


def test_a_text_that_is_not_there_says_which_are(cli, song):
    song()
    told = cli("show", "abc:2.1")
    assert (told.code, "It has 1, 2." in told.err) == (2, True)
    assert cli("show", "abc:3").code == 1
