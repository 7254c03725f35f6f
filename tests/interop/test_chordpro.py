"""ChordPro files of ours as readers that are not ours understand them: chordsheetjs and chordsketch."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from lyricscli.song.exports.sheet import Format, Sheet, render
from lyricscli.song.sections import parse

HERE = Path(__file__).parent
TEXT = """[Verse 1: Ana & Ben - whispered]
[Am]alpha bravo [G]charlie
(delta) <echo> *foxtrot* {golf} hotel:
india [juliett
kilo] lima\\
# mike
#november oscar \\ papa
100% quebec | romeo
[softly]
sierra [gently] tango

[Chorus x2]
uniform "victor" = whiskey

[Pre-Chorus]
xray

[Pre-Chorus]

[Hook] {yankee
zulu 你好 مرحبا

[Chorus: all of us]
"""
SUNG = re.findall(
    r"[a-z]{4,}|你好|مرحبا", re.sub(r"\\[.*?\\]", "", "\n".join(line.sung for line in parse(TEXT).lines))
)


@pytest.fixture
def chordpro():
    return render(Sheet("Iron {Man}", TEXT, "own", "t1", 1, "", "2026-11-22T05:00:00Z"), Format.CHORDPRO).text


def chordsheetjs(text):
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not (HERE / "node_modules" / "chordsheetjs").is_dir():
        pytest.skip("chordsheetjs is not installed: npm install --no-package-lock --prefix tests/interop")
    read = subprocess.run(
        ["node", HERE / "chordpro.js"], input=text, capture_output=True, text=True, check=True
    )
    return json.loads(read.stdout)


def test_chordsheetjs_reads_title_sections_and_every_word(chordpro):
    """Sections have their kinds and whole labels; only the chorus is recalled."""
    song = chordsheetjs(chordpro)
    assert song["title"] == "Iron (Man)"
    sections = [(one["type"], one["label"]) for one in song["sections"] if one["label"]]
    assert sections == [
        ("verse", "Verse 1: Ana & Ben - whispered"),
        ("chorus", "Chorus x2"),
        ("pre_chorus", "Pre-Chorus"),
        ("pre_chorus", "Pre-Chorus"),
        ("hook", "Hook"),
    ]
    shown = Counter(re.findall(r"\w+", json.dumps(song["sections"], ensure_ascii=False)))
    assert not Counter(SUNG) - shown


def test_chordsketch_reads_title_sections_and_every_word(chordpro):
    """It finds no mistake, and shows each word and the recalled chorus."""
    chordsketch = pytest.importorskip(
        "chordsketch", reason="chordsketch is not installed: pip install chordsketch"
    )
    assert chordsketch.validate(chordpro) == []
    text = chordsketch.parse_and_render_text_with_warnings(chordpro, None, None).output
    assert text.startswith("Iron (Man)\n")
    assert "[Verse: Verse 1: Ana & Ben - whispered]" in text
    assert text.count("uniform") == 2
    assert not Counter(SUNG) - Counter(re.findall(r"\w+", text))


def test_we_read_our_own_files_back(chordpro):
    """The same sections and the same sung words: nothing of the file's own lines is sung."""
    ours, theirs = parse(TEXT), parse(chordpro)
    named = [section for section in theirs.sections if section.header]
    assert [one.tag.kind for one in named] == [one.tag.kind for one in ours.sections]
    assert [one.tag.written for one in named] == [one.tag.written for one in ours.sections]
    words = Counter(re.findall(r"\w+", "\n".join(line.sung for line in ours.lines)))
    assert not words - Counter(re.findall(r"\w+", "\n".join(line.sung for line in theirs.lines)))
    assert "Service" not in "\n".join(line.sung for line in theirs.lines)
