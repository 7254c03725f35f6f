"""Editing config.toml: what was meant is in the file, everything else is as it was."""

import os
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lyricscli.config.file import line_of, names, set_value, unset_value
from lyricscli.config.settings import read_config
from lyricscli.errors import UsageError

COMMENTED = """\
# how I work
timeout = "5m"   # long enough
via = "poll"

# my own service
[providers.mine]
base_url = "http://127.0.0.1:1" # timeout = "no"
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config.toml"


def test_a_value_is_replaced_and_its_comment_stays(file):
    file.write_text(COMMENTED)
    set_value(file, "timeout", "90s")
    assert file.read_text() == COMMENTED.replace('"5m"', '"90s"')


def test_a_new_key_goes_before_the_first_table_and_its_comment(file):
    file.write_text(COMMENTED)
    set_value(file, "tunnel", "none")
    assert file.read_text() == COMMENTED.replace('via = "poll"\n', 'via = "poll"\ntunnel = "none"\n')


def test_a_new_key_in_a_file_of_tables_only_stays_apart_from_them(file):
    file.write_text("# mine\n[providers.mine]\nvia = 1\n")
    set_value(file, "via", "poll")
    assert file.read_text() == 'via = "poll"\n\n# mine\n[providers.mine]\nvia = 1\n'


def test_a_value_is_removed_and_nothing_else(file):
    file.write_text(COMMENTED)
    assert unset_value(file, "via") is True
    assert file.read_text() == COMMENTED.replace('via = "poll"\n', "")
    assert unset_value(file, "via") is False


def test_a_value_over_several_lines_is_one_value(file):
    file.write_text('via = """\npoll\n[tunnel]\n""" # odd\ntunnel = "none"\n')
    set_value(file, "via", "auto")
    assert file.read_text() == 'via = "auto" # odd\ntunnel = "none"\n'


def test_a_line_inside_a_string_is_no_key(file):
    before = 'ngrok_domain = """\nvia = "poll"\n[providers]\n"""\n'
    file.write_text(before)
    set_value(file, "via", "auto")
    assert file.read_text() == before + 'via = "auto"\n'


def test_windows_line_ends_stay(file):
    file.write_bytes(b'via = "poll"\r\n[providers]\r\n')
    set_value(file, "via", "auto")
    set_value(file, "tunnel", "none")
    assert file.read_bytes() == b'via = "auto"\r\ntunnel = "none"\r\n\r\n[providers]\r\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\ufeffvia = 1\n[t]\n", 'via = 1\ntunnel = "none"\n\n[t]\n'),
        ("# only this", '# only this\ntunnel = "none"\n'),
        ("  via=1 # a\n# b\n\n# c\n[t]", '  via=1 # a\ntunnel = "none"\n\n# b\n\n# c\n[t]'),
        ("via = [\n1,\n]\n[[t]]\n", 'via = [\n1,\n]\ntunnel = "none"\n\n[[t]]\n'),
        ("[t]\n\n[u]\ntunnel = 1\n", 'tunnel = "none"\n\n[t]\n\n[u]\ntunnel = 1\n'),
    ],
)
def test_a_new_key_is_of_the_top_level_and_moves_nothing_else(file, before, after):
    """A byte order mark is skipped; comments stay above what they stood above."""
    file.write_text(before, encoding="utf-8")
    set_value(file, "tunnel", "none")
    assert file.read_text(encoding="utf-8") == after


def test_a_missing_file_is_made_for_its_owner_alone(tmp_path):
    file = tmp_path / "new" / "config.toml"
    set_value(file, "via", "poll")
    assert file.read_text() == 'via = "poll"\n'
    if os.name == "posix":
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_a_linked_file_stays_linked_and_keeps_its_mode(tmp_path):
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("")
    real.chmod(0o644)
    link.symlink_to(real)
    set_value(link, "via", "poll")
    assert (link.is_symlink(), real.read_text(), real.stat().st_mode & 0o777) == (
        True,
        'via = "poll"\n',
        0o644,
    )


def test_a_file_that_is_no_toml_is_left_alone(file):
    file.write_text("via = \n")
    with pytest.raises(UsageError, match=r"config\.toml is not valid TOML.*line 1"):
        set_value(file, "via", "poll")
    assert file.read_text() == "via = \n"


def test_a_file_nested_beyond_reading_is_told_as_no_toml(file):
    file.write_text(f"via = {'[' * 3000}{']' * 3000}\n")
    told = pytest.raises(UsageError, match=r"config\.toml is not valid TOML")
    with told:
        set_value(file, "via", "poll")
    with told:
        read_config(file)


@given(value=st.text(st.characters(exclude_categories=["Cs"])))
@example('"""')
@example("a # b\n[c]\x7f\\")
def test_any_text_comes_back_as_it_was_set(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_text(COMMENTED)
    set_value(file, "ngrok_domain", value)
    set_value(file, "timeout", value)
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    assert (table["ngrok_domain"], table["timeout"], table["via"]) == (value, value, "poll")
    assert names(file) == {"timeout", "via", "ngrok_domain", "providers"}


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("[providers.mine]\n", None, 1),
        ("\n[providers.mine]\n#\nbase_url = 1", "base_url", 4),
        ('[providers.other]\nkey = 1\n[ "providers" . mine ]\n key=2', "key", 4),
        ("[providers.mine]\n[other]\nkey = 1", "key", 1),
        ("\n[providers]\nmine = 3", None, 3),
        ("providers.mine.key = 3", "key", 1),
    ],
)
def test_the_line_of_a_table_or_its_key_is_found(text, key, line):
    assert line_of(text, ("providers", "mine"), key) == line
