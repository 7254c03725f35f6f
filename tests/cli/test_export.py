"""`lyrics export`: every format, safe names, nothing replaced by accident."""

import json
import os

import pytest

from lyricscli.song.exports.sheet import Format


@pytest.mark.parametrize("form", Format)
def test_every_format_goes_to_stdout_and_to_a_file_alike(cli, song, tmp_path, form):
    song()
    told = cli("export", "abc:1", "--format", form)
    assert told.code == 0
    assert "The rain comes down on city lights" in told.out
    cli("export", "abc:1", "--format", form, "-o", tmp_path / "out")
    assert (tmp_path / "out").read_text() == told.out == cli("export", "abc:1", "-f", form, "-o", "-").out


def test_what_a_person_changed_is_said(cli, song):
    song()
    cli("edit", "abc:2", "--with", "sed s/yellow/golden/")
    cli("edit", "abc:2.1", "--with", "sed s/leaf/reef/")
    document = json.loads(cli("export", "abc:2.2", "--format", "json").out)
    assert document["variant"] == 2
    assert [(edit["by"], edit["note"]) for edit in document["edits"]] == [
        ("sed s/yellow/golden/", "2.1 from 2"),
        ("sed s/leaf/reef/", "2.2 from 2.1"),
    ]
    assert json.loads(cli("export", "abc:2", "--format", "json").out)["edits"] == []
    page = cli("export", "abc:2.2", "--format", "html").out
    assert " by sed: 2.2 from 2.1" in page, "a page to be given away names the program"
    assert "s/leaf/reef/" not in page, "and not what it was told"


@pytest.mark.parametrize(
    ("form", "name"),
    [("txt", "Yellow Leaf.txt"), ("chordpro", "Yellow Leaf.cho"), ("release", "Yellow Leaf.release.txt")],
)
def test_in_a_directory_the_title_names_the_file_safely(cli, song, tmp_path, form, name):
    song()
    directory = tmp_path / "songs"
    directory.mkdir()
    told = cli("export", "abc:2", "--format", form, "-o", directory)
    assert told.out == ""
    assert [file.name for file in directory.iterdir()] == [name]


def test_a_file_that_is_there_is_replaced_only_by_force(cli, song, tmp_path):
    song()
    path = tmp_path / "out.txt"
    path.write_text("precious")
    told = cli("export", "abc:1", "-o", path)
    assert (told.code, path.read_text()) == (2, "precious")
    assert "--force" in told.err
    assert cli("export", "abc:1", "-o", path, "--force").code == 0
    assert "city lights" in path.read_text()
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".out")] == []


@pytest.mark.skipif(os.name != "posix", reason="a link that leads nowhere needs POSIX")
def test_a_link_that_leads_nowhere_counts_as_there(cli, song, tmp_path):
    song()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    assert cli("export", "abc:1", "-o", link).code == 2
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs /dev/null")
def test_a_device_is_written_to_and_needs_no_force(cli, song):
    song()
    assert cli("export", "abc:1", "-o", os.devnull).code == 0


def test_where_no_file_can_be_is_a_usage_error(cli, song, tmp_path):
    song()
    assert cli("export", "abc:1", "-o", tmp_path / "no" / "where.txt").code == 2
    assert cli("export", "abc:1", "--format", "pdf").code == 2


def test_the_pick_is_what_a_task_alone_means(cli, song):
    song()
    told = cli("export", "abc")
    assert "This is text 1 of abc" in told.err
    cli("pick", "abc", "2")
    told = cli("export", "abc")
    assert "yellow leaf" in told.out
    assert told.err == "This is text 2 of abc, its pick; the others are abc:1.\n"
    assert cli("export", "abc", "-q").err == cli("export", "abc:2").err == ""


def test_several_texts_go_into_a_directory_in_their_own_files(cli, song, tmp_path):
    song()
    directory = tmp_path / "songs"
    told = cli("export", "abc:1", "abc:2", "abc:1", "-f", "release", "-o", f"{directory}/")
    assert told.code == 0
    names = ["City Rain (2).release.txt", "City Rain.release.txt", "Yellow Leaf.release.txt"]
    assert sorted(file.name for file in directory.iterdir()) == names
    assert cli("export", "abc:1", "abc:2", "-f", "md", "-o", directory).code == 0
    (directory / "Yellow Leaf.md").unlink()
    again = cli("export", "abc:2", "abc:1", "-f", "md", "-o", directory)
    assert again.code == 2
    assert not (directory / "Yellow Leaf.md").exists(), "nothing is written where one is in the way"


@pytest.mark.parametrize(
    "flags",
    [
        ("abc:1", "abc:2", "-f", "txt"),
        ("abc:1", "abc:2", "-f", "txt", "-o", "one.txt"),
        ("abc:1", "--title", "A book"),
        ("abc:1", "--beside", "abc:2", "-f", "md"),
        ("abc:1", "abc:2", "--beside", "abc:2", "-f", "html"),
    ],
)
def test_what_cannot_be_one_file_is_a_usage_error(cli, song, flags):
    song()
    told = cli("export", *flags)
    assert (told.code, told.out) == (2, "")


def test_a_songbook_has_its_title_and_the_songs_in_the_order_given(cli, song, tmp_path):
    song()
    told = cli("export", "abc:2", "abc:1", "-f", "html", "--title", "Rain & leaves", "-o", tmp_path)
    assert told.code == 0
    page = (tmp_path / "Rain & leaves.html").read_text()
    assert "<title>Rain &amp; leaves</title>" in page
    assert page.index('href="#song-1"><span') < page.index("Yellow: Leaf?") < page.index("City Rain")


def test_a_songbook_without_a_title_is_called_one(cli, song, tmp_path):
    song()
    told = cli("export", "abc:2", "abc:1", "-f", "html", "-o", tmp_path)
    assert (told.code, "Songbook.html" in told.err) == (0, True)
    page = (tmp_path / "Songbook.html").read_text()
    assert '<h1 dir="auto">Songbook</h1>' in page
    assert "<h1" not in cli("export", "abc:2", "-f", "html").out.partition("<article")[0]
    assert cli("export", "abc", "abc", "-f", "html").err.count("This is text 1 of abc") == 1


def test_a_second_text_stands_beside_the_first_section_by_section(cli, song):
    song()
    page = cli("export", "abc:1", "--beside", "abc:2", "-f", "html").out
    pairs = page.split('<section class="pair">')[1:]
    assert len(pairs) >= 2
    assert all(pair.count("<div lang") + pair.count("<div dir") == 2 for pair in pairs)
