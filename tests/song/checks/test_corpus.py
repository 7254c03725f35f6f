"""False alarms: ordinary lines in ten languages, alone and as songs, their language known or not."""

from collections import defaultdict
from pathlib import Path

import pytest

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.review import Wanted, review
from lyricscli.song.sections import parse

ROWS = [
    row.split(" ", 1)
    for row in Path(__file__).parent.with_name("ordinary_lines.txt").read_text(encoding="utf-8").splitlines()
    if not row.startswith("#")
]
BY_LANGUAGE = defaultdict(list)
for code, text in ROWS:
    BY_LANGUAGE[code].append(text)


def strong(text, language=""):
    found = review(parse(text), Wanted(language=language))
    return [finding.message for finding in found if finding.level is Level.STRONG]


def test_the_corpus_is_what_it_says():
    assert len(BY_LANGUAGE) == 10
    assert {len(lines) for lines in BY_LANGUAGE.values()} == {20}
    assert len({text for _, text in ROWS}) == 200


@pytest.mark.parametrize("code", BY_LANGUAGE)
def test_no_ordinary_line_has_a_strong_finding(code):
    """Each line by itself; its language is known or not; all of them are a song."""
    lines = BY_LANGUAGE[code]
    alarms = {line: found for line in lines for wanted in ("", code) if (found := strong(line, wanted))}
    assert alarms == {}
    for start in range(0, 20, 4):
        assert strong("[Verse]\n" + "\n".join(lines[start : start + 4]), code) == []
    assert strong("[Verse]\n" + "\n".join(lines)) == []


@pytest.mark.parametrize("code", BY_LANGUAGE)
def test_a_song_of_ordinary_lines_is_spelled_right_as_far_as_is_known(code):
    """At most one word in eight is in no word list: the Spanish dictionary lacks inflected forms."""
    text = "\n".join(BY_LANGUAGE[code])
    found = [f for f in review(parse(text), Wanted(language=code)) if f.check == "spelling" and f.line]
    assert len(found) * 8 <= len(text.split())
