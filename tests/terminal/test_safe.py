import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.terminal.streams import as_json, visible, visible_block

# Titles and texts that a hostile service could send.
ATTACKS = {
    "clear the screen": "\x1b[2J",
    "set the clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "set the window title": "\x1b]0;owned\x07",
    "8-bit CSI": "\x9b2J",
    "8-bit OSC": "\x9d0;owned\x9c",
    "overwrite the line": "good\rbad",
    "backspace over it": "good\b\b\b\bbad",
    "right-to-left override": "\u202egnp.exe",
    "isolate": "\u2066hidden\u2069",
    "zero-width": "pay\u200bpal",
    "byte-order mark": "\ufeffx",
    "tag characters": "\U000e0041\U000e0042",
    "line separator": "one\u2028lyrics: task complete",
    "bell": "\x07",
    "DEL": "\x7f",
    "NUL": "\x00",
    "lone joiner in Latin": "a\u200db",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_shown_and_does_not_act(attack):
    for shown in (visible(attack), visible_block(attack)):
        assert not any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in shown)
        assert "\\" in shown


@pytest.mark.parametrize(
    "text",
    [
        "Zażółć gęślą jaźń",
        "主歌 在月光下",
        "שיר הגמלים",
        "أغنية البحر",
        "می‌خواهم",
        "👨‍👩‍👧 ❤️",
        "e\u0301",
        "नमस्ते क्‍ष",
    ],
)
def test_every_language_stays_as_it_is_written(text):
    assert visible(text) == text
    assert visible_block(text) == text


@pytest.mark.parametrize("text", ["\t", "\r\n", "\x1b", "\x9b", "\u202e", "\U000e0041", "\ud800"])
def test_what_is_shown_in_its_place_names_the_character(text):
    assert visible(text).encode().decode("unicode_escape") == text


def test_a_line_stays_one_line():
    assert visible("a\nb\tc\r\nd") == r"a\nb\tc\r\nd"


def test_a_block_keeps_lines_and_tabs():
    assert visible_block("a\r\nb\tc\rd\n") == "a\nb\tc\\rd\n"


@given(st.text())
def test_no_control_or_format_character_is_left_in_a_line(text):
    shown = visible(text)
    left = {c for c in shown if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}}
    assert left == set()
    assert visible(shown) == shown


@given(st.text(alphabet=st.characters()))
def test_json_is_the_same_value_and_inert(text):
    document = as_json({"text": text})
    assert json.loads(document) == {"text": text}
    assert not any(unicodedata.category(c) in {"Cs", "Zl", "Zp"} for c in document)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in document)
