"""`lyrics add`: songs of one's own, from every kind of file."""

import pytest

SONG = "[Verse 1]\nI walk *alone* [softly]\n1. In the {rain}\n\n[Chorus x2]\n[Am]Hold on (hold on)\nEnd"


def added(cli, *arguments):
    """Add and return the document of the last task."""
    done = cli("add", *arguments)
    assert done.code == 0, done.err
    return cli("show", done.out.splitlines()[-1], "--json").json


@pytest.mark.parametrize(
    ("name", "content", "title", "text"),
    [
        ("a.txt", "One line\n\ntwo\n", "a", "One line\n\ntwo\n"),
        ("a.txt", "Title: My Song\n\nOne line", "My Song", "One line"),
        ("a.md", "# My Song #\r\n\r\nOne line\r\n", "My Song", "One line\r\n"),
        ("a.md", "# Chorus\nOne line", "a", "# Chorus\nOne line"),
        ("a.md", "---\ntitle: 'My Song'\nstyle: folk\n---\nOne line", "My Song", "One line"),
        (
            "a.cho",
            "{artist: Me}\n{t: My Song}\n{soc}\nOne line\n{eoc}\n",
            "My Song",
            "{artist: Me}\n{soc}\nOne line\n{eoc}\n",
        ),
        ("a.txt", "\ufeffOne line", "a", "One line"),
    ],
)
def test_a_title_leaves_the_text_and_the_rest_stays(  # noqa: PLR0913, PLR0917 (a row of the table)
    cli, tmp_path, name, content, title, text
):
    """Byte for byte, but for the title and the front matter."""
    (tmp_path / name).write_bytes(content.encode())
    document = added(cli, tmp_path / name, "--mood", "calm", "--tag", "mine")
    assert document["provider"] == "own"
    assert document["status"] == "complete"
    (variant,) = document["variants"]
    assert (variant["title"], variant["text"]) == (title, text)
    assert document["metadata"]["mood"] == "calm"
    assert document["review"]["tags"] == ["mine"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_encodings_with_a_mark_are_read(cli, tmp_path, encoding):
    (tmp_path / "ü.txt").write_text("Über den Fluss", encoding=encoding)
    assert added(cli, tmp_path / "ü.txt")["variants"][0]["text"] == "Über den Fluss"


@pytest.mark.parametrize("style", ["dark folk", ""])
def test_the_fields_for_custom_mode_are_its_title_style_and_words(cli, tmp_path, style):
    """Their names are no lyrics; a field that is empty is nothing."""
    (tmp_path / "own.txt").write_text("[Verse 1]\nStyle:\nI walk alone")
    first = added(cli, tmp_path / "own.txt", "--title", "Lyrics:", "--style", style)
    fields = cli("export", first["task_id"], "--format", "suno").out
    cli("library", "delete", first["task_id"], "--yes")
    again = cli("show", cli("add", stdin=fields.encode()).out.strip(), "--json").json
    assert again["variants"][0]["title"] == "Lyrics:"
    assert again["variants"][0]["text"].strip() == "[Verse 1]\nStyle:\nI walk alone"
    assert again["metadata"] == ({"style": style} if style else {})


def test_a_page_is_no_song(cli, tmp_path):
    (tmp_path / "own.txt").write_text("I walk alone")
    first = added(cli, tmp_path / "own.txt")
    cli("export", first["task_id"], "--format", "html", "-o", tmp_path / "own.html")
    told = cli("add", tmp_path / "own.html")
    assert (told.code, told.out, "is a page in HTML" in told.err) == (2, "", True)


@pytest.mark.parametrize("form", ["txt", "md", "chordpro", "json"])
def test_what_export_wrote_comes_back_the_same_song(cli, tmp_path, form):
    """Text, title, metadata; added once more, it is told and not doubled."""
    (tmp_path / "own.txt").write_text(SONG.replace("{rain}", "rain"))
    first = added(cli, tmp_path / "own.txt", "--title", "My Song", "--style", "folk", "--language", "English")
    cli("export", first["task_id"], "--format", form, "-o", tmp_path / f"out.{form}")
    again = cli("add", tmp_path / f"out.{form}")
    assert cli("show", "last", "--json").json["variants"][0]["title"] == "My Song"
    assert cli("show", "last", "--json").json["metadata"] == {"style": "folk", "language": "English"}
    assert again.out.strip() == first["task_id"]
    assert "already" in again.err
    assert len(cli("list", "--json").json) == 1


def test_a_song_from_standard_input_is_called_by_its_first_line(cli):
    """There is no file to name it."""
    assert cli("add", stdin=b"[Verse]\n[Am]Hold on\ntight").code == 0
    assert cli("show", "last", "--json").json["variants"][0]["title"] == "Hold on"


def test_bad_files_are_named_and_the_good_ones_kept(cli, tmp_path):
    """Missing, empty, binary; the exit code is a usage error's."""
    for name, data in {
        "good.txt": b"la la",
        "empty.txt": b" \n",
        "binary.txt": b"a\0b",
        "latin.txt": b"\xfcber",
    }.items():
        (tmp_path / name).write_bytes(data)
    names = ["missing.txt", "good.txt", "empty.txt", "binary.txt", "latin.txt"]
    done = cli("add", *(tmp_path / name for name in names))
    assert done.code == 2
    assert len(done.out.splitlines()) == 1
    assert [name for name in names if name in done.err] == [
        "missing.txt",
        "empty.txt",
        "binary.txt",
        "latin.txt",
    ]
    alone = cli("add", tmp_path / "empty.txt")
    assert alone.code == 2
    assert "Give text, Markdown or ChordPro" in alone.err.splitlines()[-1]


def test_a_title_is_for_one_file(cli, tmp_path):
    assert cli("add", "a", "b", "--title", "x").code == 2
