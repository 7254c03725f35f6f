"""Sung words are sacred: whatever marks stand around a word, every export has it, or says that it was cut."""

import html
import re
import unicodedata
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lyricscli.song.exports.sheet import Format, Sheet, render
from lyricscli.song.sections import parse

SHEET = Sheet("A song", "", "own", "t1", 1, "", "2026-11-22T05:00:00Z")
WORDS = [
    "Rise",
    "Stop",
    "Drop",
    "Break",
    "End",
    "Pause",
    "Lift",
    "Tag",
    "Build",
    "don't",
    "naïve",
    "1999",
    "solo",
    "most",
    "x2y",
    "Café",
    "_under_",
    "C++",
    "R&B",
    "你好",
    "さくら",
    "사랑",
    "नमस्ते",
    "สวัสดี",
    "مرحبا",
    "می\u200cخواهم",
    "שלום",
    "любовь",
]
FRAMES = (
    *(
        "{0} {1}",
        "({0})",
        "({0} {1})",
        "<{0}>",
        "*{0}*",
        "**{0} {1}**",
        "_{0}_",
        "{0}:",
        "oh {0}: {1}",
        "{0} in my X5",
        "D A D",
        "A A",
        "{0}, {1}!",
    ),
    *("{0} {1} (x2)", "{0} {1} ×2", "{0} (bis)", "{0} {1} x2", "|: {0} {1} :|", "|: {0}", "{0} :|"),
    *(
        "[Am]{0} [G]{1}",
        "{0} [softly] {1}",
        "[{0} {1}",
        "{0}] {1}",
        "{0}\\{1}",
        "{{{0}}}",
        "{{{0} {1}",
        "{0} {1}\\",
    ),
    *(
        "# {0}",
        "#{0} {1}",
        "- {0}",
        "+ {0}",
        "1. {0} {1}",
        "1999. {0}",
        "2) {0}",
        "> {0}",
        "=== {0}",
        "{0} | {1}",
    ),
    *(
        "“{0}” {1}",
        "{0} & {1}",
        "&amp; {0}",
        "~~{0}~~",
        "`{0}`",
        "![{0}",
        "$ {0} $",
        "\u200b{0}",
        "{0}\t{1}",
        "% {0}",
    ),
)
HEADERS = (
    "[Verse 1]",
    "[Chorus x2]",
    "(Chorus)",
    "**Verse 2:**",
    "#BRIDGE",
    "[Kvad]",
    "VERSE 3",
    "【副歌】",
    "",
)
SUNG = st.tuples(st.sampled_from(FRAMES), *[st.sampled_from(WORDS)] * 3)
PARTS = st.lists(st.tuples(st.sampled_from(HEADERS), st.lists(SUNG, min_size=1, max_size=4)), max_size=4)


FORMS = [form for form in Format if form is not Format.JSON]
UNSUNG = re.compile(r"\[softly\]|\[Am\]|\[G\]|\(x2\)|×2|\(bis\)|amp;")


def written(line):
    """Put its words into a frame."""
    frame, *words = line
    return frame.format(*words)


def words_in(text):
    """Count the words, as runs of letters and digits with what joins them."""
    text = "".join(char for char in text if char in "\u200c\u200d" or unicodedata.category(char) != "Cf")
    return Counter(re.findall(r"[^\W_]+(?:\u200c[^\W_]+)*", text))


def shown(text, form):
    """Give what a reader of a format sees of an export."""
    if form is Format.MD:
        text = MarkdownIt().render(text.partition("\n---\n")[2])
    if form is Format.CHORDPRO:
        text = re.sub(r"\[(?!\*)[^\]]*\]", "", re.sub(r"^(#|\{(?!comment)).*$", "", text, flags=re.MULTILINE))
    if form is Format.HTML:
        text = re.sub(r"<(?!/?b\b)", "\n<", text.partition("</style>")[2])
    return html.unescape(re.sub(r"<[^>]*>", "", text)) if form in {Format.MD, Format.HTML} else text


@pytest.mark.parametrize("form", FORMS)
@given(PARTS)
@example([("", [("2) {0}", "most", "Rise", "Rise")])])
@example([("VERSE 3", [("{0}", "Rise", "", "")]), ("", [("2) {0}", "most", "", "")])])
def test_every_sung_word_is_in_every_export(form, parts):
    """A word in any frame below any header stands in the export as often as it was written."""
    paragraphs = ["\n".join([*[header][: bool(header)], *map(written, lines)]) for header, lines in parts]
    expected = words_in(UNSUNG.sub("", "\n".join(written(line) for _, lines in parts for line in lines)))
    exported = render(replace(SHEET, text="\n\n".join(paragraphs)), form)
    assert not expected - words_in(shown(exported.text, form))


@pytest.mark.parametrize("form", FORMS)
@given(st.text(max_size=200))
def test_what_is_taken_for_sung_is_exported(form, text):
    """The same of any text at all, for what we take for sung in it."""
    exported = render(replace(SHEET, text=text), form)
    expected = Counter(word for line in parse(text).lines for word in words_in(line.sung))
    seen = shown(exported.text, form)
    assert not expected - (words_in(seen) | words_in(re.sub(r"\[[^\[\]]*\]", "", seen)))
