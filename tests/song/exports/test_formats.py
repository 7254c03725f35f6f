"""Each format of export: what it keeps, what it changes, and that it stands any text."""

import json
from dataclasses import asdict, replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.exports.sheet import Edit, Format, Sheet, render

TEXT = """[Verse 1: Ana & Ben]
[Am]I walk the line (ooh)
[softly]
Hold me (x2)

[Chorus x2]
We are one
[/Chorus]

【桥段】
# {stars}

[Chorus]
"""
REPLACED = (
    "Braces, lone brackets, backslashes and a # before words were replaced: ChordPro cannot quote them."
)
SHEET = Sheet(
    title="Iron Man",
    text=TEXT,
    provider="sunoapi",
    task_id="11dc*",
    variant=2,
    prompt="a song\nabout iron",
    generated_at="2026-11-22T05:00:00Z",
    metadata={"style": "slow rock", "mood": "dark"},
    edits=(Edit("2026-11-23T05:00:00Z", "vim", "second verse"),),
)


def written(form, sheet=SHEET):
    return render(sheet, form).text


def test_text_keeps_every_byte_and_says_where_it_comes_from():
    """The lyrics stand as stored; service, task, prompt, time and changes stand below."""
    text = written(Format.TXT)
    assert text.startswith("Iron Man\n\n" + TEXT)
    assert "Service: sunoapi\nTask: 11dc*\nVariant: 2\nPrompt: a song about iron\n" in text
    assert text.endswith(
        "Generated: 2026-11-22T05:00:00Z\nChanged: 2026-11-23T05:00:00Z by vim: second verse\n"
    )
    assert "Changed: no, as generated" in written(Format.TXT, replace(SHEET, edits=()))


def test_release_has_only_what_is_sung():
    """No labels, chords or cues; repeats and the bare chorus are written out."""
    assert written(Format.RELEASE) == (
        "I walk the line (ooh)\nHold me\nHold me\n\nWe are one\n\nWe are one\n\n# {stars}\n\nWe are one\n"
    )


def test_markdown_has_front_matter_headings_and_hard_breaks():
    """Values of the front matter are JSON, so any text is safe in YAML; marks in words are escaped."""
    front, body = written(Format.MD).removeprefix("---\n").split("---\n", 1)
    values = dict(line.split(": ", 1) for line in front.splitlines())
    assert json.loads(values["prompt"]) == "a song\nabout iron"
    assert json.loads(values["edits"])[0]["by"] == "vim"
    assert "# Iron Man\n" in body
    assert "## Verse 1: Ana & Ben\n\n\\[Am\\]I walk the line (ooh)\\\n\\[softly\\]\\\nHold me (x2)\n" in body
    assert "## Chorus x2\n\nWe are one\n" in body
    assert "\n\\# \\{stars\\}\n" in body


@pytest.mark.parametrize(
    "value",
    [
        "1984",
        "no",
        "~",
        "2020-01-01",
        "a: b # c",
        '"it\'s"',
        "- 😀 👩‍👩‍👧",
        "é\u2028\x85\x7f\ufeff",
        "%x\\",
        "{x",
        "\tx",
    ],
)
def test_front_matter_is_what_a_reader_of_yaml_takes_it_for(value):
    """Numbers and words of YAML stay text, whatever they look like."""
    sheet = replace(SHEET, title="x", prompt=value, metadata={"style": value, "mood": value})
    front = yaml.safe_load(written(Format.MD, sheet).split("---\n")[1])
    assert (front["prompt"], front["metadata"]) == (value, dict(sheet.metadata))
    assert front["edits"][0]["by"] == "vim"


def test_chordpro_has_environments_chords_and_comments():
    """Chords stay, cues become comments, a bare chorus is asked for, and no word is taken for a directive."""
    exported = render(SHEET, Format.CHORDPRO)
    assert (
        "{start_of_verse: Verse 1: Ana & Ben}\n[Am]I walk the line (ooh)\n{comment: softly}\n"
        in exported.text
    )
    assert "{start_of_chorus: Chorus x2}\nWe are one\n{end_of_chorus}\n" in exported.text
    assert "{start_of_bridge: 桥段}\n＃ (stars)\n{end_of_bridge}\n" in exported.text
    assert exported.text.endswith("{chorus: Chorus}\n")
    assert "# Task: 11dc*\n" in exported.text
    assert exported.notices == (REPLACED,)


def test_suno_has_the_fields_of_custom_mode():
    """Title, style and lyrics, the tags in words the service reads."""
    exported = render(SHEET, Format.SUNO)
    assert exported.text == (
        "Title:\nIron Man\n\nStyle:\nslow rock\n\nLyrics:\n"
        "[Verse 1: Ana & Ben]\nI walk the line (ooh)\n[softly]\nHold me\nHold me\n\n"
        "[Chorus]\nWe are one\n\n[Chorus]\nWe are one\n\n[Bridge]\n# {stars}\n\n[Chorus]\nWe are one\n"
    )
    assert exported.notices == ()


def test_suno_cuts_between_sections_and_says_so():
    """What passes a limit is cut where a section ends, with a notice for each field."""
    long = replace(SHEET, title="t" * 90, text="[Verse]\n" + "la " * 1600 + "\n\n[Chorus]\n" + "x" * 500)
    exported = render(long, Format.SUNO)
    assert "[Chorus]" not in exported.text
    assert len(exported.notices) == 3
    assert "t" * 81 not in exported.text


ANY = st.text(st.characters(codec=None))
SHEETS = st.builds(
    Sheet,
    title=ANY,
    text=ANY | st.lists(st.sampled_from([*TEXT.splitlines(), "[Chorus x16]", "Hey (x16)"])).map("\n".join),
    provider=ANY,
    task_id=ANY,
    variant=st.integers(1, 9),
    prompt=ANY,
    generated_at=ANY,
    metadata=st.dictionaries(ANY, ANY, max_size=2),
    edits=st.lists(st.builds(Edit, at=ANY, by=ANY, note=ANY), max_size=2).map(tuple),
)


@given(SHEETS)
def test_json_loses_nothing(sheet):
    """Everything of a sheet is in its document, lone surrogates and all."""
    text = written(Format.JSON, sheet)
    assert text.isascii()
    document = json.loads(text)
    sections = "".join(part for one in document.pop("sections") for part in (one["header"], *one["lines"]))
    assert "".join(sections.splitlines()) == "".join(sheet.text.splitlines())
    assert document == {**asdict(sheet), "edits": [asdict(edit) for edit in sheet.edits]}


@given(SHEETS, st.sampled_from(Format))
def test_every_format_stands_any_sheet(sheet, form):
    """Something is written, and the same again for the same sheet."""
    assert render(sheet, form) == render(sheet, form)


@given(SHEETS)
def test_suno_stays_within_the_limits(sheet):
    """5,000 characters of lyrics, 1,000 of style, 80 of title, whatever the sheet."""
    title, _, rest = written(Format.SUNO, sheet).removeprefix("Title:\n").partition("\n\nStyle:\n")
    style, _, lyrics = rest.partition("\n\nLyrics:\n")
    assert len(title) <= 80
    assert len(style) <= 1000
    assert len(lyrics) <= 5001


@given(SHEETS)
def test_front_matter_is_never_broken(sheet):
    """Each line of it is a name and a JSON value, so nothing in a title or prompt can end it."""
    front = written(Format.MD, sheet).removeprefix("---\n").partition("\n---\n")[0]
    for line in front.splitlines():
        json.loads(line.partition(": ")[2])


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("unit", ["[Chorus x16]\nHey (x16)\n", "[Chorus]\n", "a (x16)\n", "[", "la ", "\\*_"])
def test_repeats_of_repeats_do_not_grow_without_bound(grows_as_the_text, form, unit):
    def write(text):
        assert len(written(form, replace(SHEET, text=text))) < 40 * len(text) + 500_000

    grows_as_the_text(write, unit, size=2**11)


SUNO_TAGS = [
    ("[Verse 1: Sung with a whisper]", "[Verse 1: Sung with a whisper]"),
    ("[Chorus: 4/4 shuffle, half-time + reverb]", "[Chorus: 4/4 shuffle, half-time + reverb]"),
    ("[Male] [Verse 1]", "[Verse 1] [Male]"),
    ("[Estribillo]", "[Chorus]"),
    ("[Strophe 2]", "[Verse 2]"),
    ("[Vers 3]", "[Verse 3]"),
    ("[Pré-refrain]", "[Pre-Chorus]"),
    ("[Inledning]", "[Intro]"),
    ("[Puente: suave]", "[Bridge: suave]"),
    ("【副歌】", "[Chorus]"),
    ("[VERSE 1 8]", "[VERSE 1: 8 bars]"),
    ("[CHORUS 8]", "[CHORUS: 8 bars]"),
    ("[Kvadet 1]", "[Kvadet 1]"),
]


@pytest.mark.parametrize(("header", "tag"), SUNO_TAGS)
def test_suno_reads_our_tags_and_what_was_written_beside_them(header, tag):
    """Names of other languages become English, descriptors stay as written, bars are bars."""
    text = written(Format.SUNO, replace(SHEET, text=f"{header}\nhey"))
    assert f"Lyrics:\n{tag}\nhey\n" in text


def test_suno_tells_of_a_style_that_older_models_do_not_take():
    """It fits the newer ones, so it is told and not cut."""
    exported = render(replace(SHEET, metadata={"style": "s" * 201}), Format.SUNO)
    assert "s" * 201 in exported.text
    assert exported.notices == ("The style is too long for model V4 (200 characters).",)


def test_release_writes_repeats_out_and_tells_what_it_leaves():
    """Repeats in words and between signs are sung; cues and unclear marks are told."""
    exported = render(
        replace(SHEET, text="[Verse]\nUne lumière (bis)\n|: one\ntwo :|\n[softly]\nhey x2"), Format.RELEASE
    )
    assert exported.text == "Une lumière\nUne lumière\none\ntwo\none\ntwo\nhey x2\n"
    assert exported.notices == (
        "Left out, as cues that are not sung: [softly].",
        "Line 6 says “x2”; if that is a repeat, write it out.",
    )


def test_markdown_escapes_the_dot_of_a_number_and_keeps_emoji_whole():
    """`1.` at a line's start is no list, and YAML is not given half of a sign."""
    text = written(Format.MD, replace(SHEET, title="Night 🌙", text="1. one\n2) two\n1999. three\n3.14"))
    assert "1\\. one\\\n2\\) two\\\n1999\\. three\\\n3.14\n" in text
    assert 'title: "Night 🌙"\n' in text
    assert "\\ud83c" not in text


def test_chordpro_recalls_only_the_last_chorus():
    """Any other section that is asked for again is written out."""
    text = "[Chorus]\none\n\n[Hook]\nhey\n\n[Hook]\n\n[Chorus]"
    body = written(Format.CHORDPRO, replace(SHEET, text=text)).partition("}\n\n")[2]
    assert body.count("{start_of_hook: Hook}\nhey\n{end_of_hook}\n") == 2
    assert body.endswith("{chorus: Chorus}\n")
