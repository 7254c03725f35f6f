"""Names of files: safe on every system, whatever the title."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.exports.sheet import MOST_BYTES, filename

NAMES = [
    ("Iron Man", "Iron Man.txt"),
    ("a/b\\c:d*e?f", "a b c d e f.txt"),
    ("../../etc/passwd", "etc passwd.txt"),
    ("CON", "song CON.txt"),
    ("con.cert", "song con.cert.txt"),
    ("Concert", "Concert.txt"),
    ("LPT1", "song LPT1.txt"),
    ("COM¹", "song COM¹.txt"),
    (".hidden", "hidden.txt"),
    ("-rf", "rf.txt"),
    ("The end...", "The end.txt"),
    ("line\nbreak\ttab\x00nul", "line break tab nul.txt"),
    ("\u202egnp.exe", "gnp.exe.txt"),
    ("钢铁侠", "钢铁侠.txt"),
    ("", "untitled.txt"),
    ("???", "untitled.txt"),
    ("\ud800", "untitled.txt"),
]


@pytest.mark.parametrize(("title", "name"), NAMES)
def test_makes_a_name(title, name):
    """Separators, devices, dots, dashes, controls and direction marks are gone; the rest is readable."""
    assert filename(title, ".txt") == name


@given(st.text(st.characters(codec=None)), st.sampled_from([".txt", ".suno.txt", ".cho", ""]))
def test_every_name_is_safe(title, suffix):
    """The rules of all systems at once."""
    name = filename(title, suffix)
    assert 0 < len(name.encode()) <= MOST_BYTES
    assert name.endswith(suffix)
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(char).startswith("C") for char in name)
    assert name[0] not in " .-~"
    assert name[-1] not in " ."
    assert name.partition(".")[0].strip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert filename(title, suffix) == name


def test_a_mebibyte_title_is_cut():
    """Between characters, never within one."""
    assert filename("é" * 2**19, ".txt") == "é" * 58 + ".txt"
