"""`lyrics edit`: a new version of a text, and never anything else."""

import os
import shutil
import stat
import sys
import tempfile
import time

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the programs are shell commands")


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Give the directory in which temporary files are made."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """Be an editor that runs a shell command on its file, whose name is in $2."""

    def doing(command):
        program = tmp_path / "my editor"
        program.write_text(f"#!/bin/sh\n{command}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", f"'{program}' --wait")
        monkeypatch.delenv("VISUAL", raising=False)

    return doing


SWAPPED = "import sys; one, *rest = sys.stdin.read().split('\\n\\n'); print('\\n\\n'.join([*rest, one]))"
"""A program that puts the first section last."""


def test_a_programs_output_becomes_a_version_linked_to_its_source(cli, song):
    song()
    told = cli("edit", "abc:2", "--with", "sed 's/yellow/golden/'")
    assert (told.code, told.out) == (0, "abc123:2.1\n")
    assert told.err == "Lines: 1 changed.\n"
    document = cli("show", "abc", "--json").json
    assert [variant["text"] for variant in document["variants"]][:2] == [song.one, song.two]
    (version,) = document["versions"]
    assert version["text"] == song.two.replace("yellow", "golden")
    assert (version["name"], version["source"], version["made_by"]) == ("2.1", "2", "sed 's/yellow/golden/'")
    assert cli("show", "abc:2.1").out == version["text"]
    assert cli("show", "abc", "--variant", "2.1").out == version["text"]


def test_a_version_of_a_version_is_the_next_of_its_variant(cli, song):
    song()
    for name in ("abc:2", "abc:2.1"):
        cli("edit", name, "--with", "sed 's/$/!/'")
    document = cli("show", "abc", "--json").json
    assert [(one["name"], one["source"]) for one in document["versions"]] == [("2.1", "2"), ("2.2", "2.1")]


def test_an_unchanged_text_makes_no_version(cli, song):
    song()
    for command in ("cat", "cat; echo", "sed '$a\\'"):
        told = cli("edit", "abc:1", "--with", command)
        assert (told.code, told.out) == (0, "")
        assert "Nothing was changed" in told.err
    assert "versions" not in cli("show", "abc", "--json").json


def test_lost_sections_are_told(cli, song):
    song()
    told = cli("edit", "abc:1", "--with", "head -3", "--json")
    assert told.json["lost_sections"] == ["Chorus"]
    assert "Section lost: Chorus." in told.err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("cat; exit 3", "exit code 3"),
        ("true", "no text"),
        ("echo '  '", "no text"),
        (r"printf '\377'", "no UTF-8"),
        ("no-such-program-here", "exit code 127"),
        ("yes", "more than"),
    ],
)
def test_a_program_that_fails_leaves_the_library_as_it_was(cli, song, command, message):
    song()
    told = cli("edit", "abc:1", "--with", command)
    assert (told.code, told.out) == (1, "")
    assert message in told.err
    assert "versions" not in cli("show", "abc", "--json").json


@pytest.mark.parametrize("last", ["sleep 30", "exec >&-; sleep 30"])
def test_a_program_that_takes_too_long_is_ended_with_all_it_started(cli, song, tmp_path, last):
    song()
    beacon = tmp_path / "beacon"
    told = cli("edit", "abc:1", "--with", f"(sleep 20; touch {beacon}) & {last}", "--timeout", "0.3s")
    assert told.code == 1
    assert "longer than 0.3s." in told.err
    assert not beacon.exists()


@pytest.mark.skipif(shutil.which("setsid") is None, reason="needs setsid")
def test_what_left_the_programs_group_and_holds_its_pipe_is_not_waited_for(cli, song):
    song()
    began = time.monotonic()
    told = cli("edit", "abc:1", "--with", "setsid sleep 15 & head -c 1100000 /dev/zero")
    assert (told.code, "more than" in told.err) == (1, True)
    assert time.monotonic() - began < 12


def test_no_key_of_ours_reaches_the_program_or_the_editor(cli, song, editor, monkeypatch):
    song()
    names = ["LYRICS_API_KEY", "SUNO_API_KEY", "KIE_API_KEY", "LYRICS_WEBHOOK_KEY", "NGROK_AUTHTOKEN"]
    for name in names:
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("THEIRS", "kept")
    cli("edit", "abc:1", "--with", "env")
    editor('env > "$2"')
    cli("edit", "abc:2")
    for name in ("abc:1.1", "abc:2.1"):
        text = cli("show", name).out
        assert "s3cret" not in text
        assert "THEIRS=kept" in text


def test_the_editor_makes_a_version_and_leaves_no_file(cli, song, editor, scratch):
    song()
    editor('sed -i s/alone/along/ "$2"')
    assert cli("edit", "abc:1").out == "abc123:1.1\n"
    assert cli("show", "abc", "--json").json["versions"][0]["made_by"] == "my editor"
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("command", ["edit last", "generate --edit", "config edit"])
def test_no_editor_is_started_by_itself_where_there_is_no_terminal(cli, song, monkeypatch, scratch, command):
    """One that was chosen is: it may need none."""
    song()
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    told = cli(*command.split())
    assert (told.code, told.out) == (2, "")
    assert "there is no terminal to run vi in" in told.err
    assert "Set EDITOR to a program that needs none; `lyrics edit` takes `--with CMD`" in told.err
    assert list(scratch.iterdir()) == []


def test_an_editor_that_fails_with_nothing_written_says_what_to_do(cli, song, editor):
    song()
    editor("exit 1")
    told = cli("edit", "abc:1")
    assert (told.code, "ended with exit code 1." in told.err) == (1, True)
    assert told.err.splitlines()[-1] == "Run the command again, or set EDITOR to another program."


@pytest.mark.parametrize("command", ["exit 1", ': > "$2"', 'rm "$2"'])
def test_an_editor_that_gives_nothing_stores_nothing(cli, song, editor, scratch, command):
    song()
    editor(command)
    assert cli("edit", "abc:1").code != 0
    assert "versions" not in cli("show", "abc", "--json").json
    assert list(scratch.iterdir()) == []


def test_text_that_is_not_utf_8_is_left_where_the_user_can_save_it(cli, song, editor, scratch):
    song()
    editor(r"""printf 'caf\351' > "$2" """)
    told = cli("edit", "abc:1")
    assert told.code == 2
    (directory,) = scratch.iterdir()
    assert f"kept in {directory / 'lyrics.txt'}." in told.err


@pytest.mark.parametrize(
    "ending",
    [
        ('echo "an hour of work" >> "$2"; exit 1', 1, "exit code 1"),
        ('echo "an hour of work" >> "$2"; kill -9 $$', 1, "signal 9"),
        (":", 2, "--wait"),
    ],
)
def test_what_was_written_is_kept_where_the_message_says(cli, song, editor, scratch, ending):
    command, code, said = ending
    song()
    editor(command)
    told = cli("edit", "abc:1")
    assert told.code == code
    assert said in told.err
    (directory,) = scratch.iterdir()
    assert f"kept in {directory / 'lyrics.txt'}." in told.err
    assert "versions" not in cli("show", "abc", "--json").json


def test_a_text_saved_with_crlf_is_the_same_text(cli, song, editor, scratch, monkeypatch):
    song()
    monkeypatch.setattr("lyricscli.terminal.editor.QUICK", 0.0)
    editor("""sed -i 's/$/\\r/' "$2\"""")
    told = cli("edit", "abc:1")
    assert (told.code, told.out) == (0, "")
    assert "Nothing was changed" in told.err
    assert list(scratch.iterdir()) == []


def test_a_title_alone_makes_a_version_too(cli, song):
    song()
    told = cli("edit", "abc:1", "--title", "Better")
    assert told.out == "abc123:1.1\n"
    assert told.err == "Title: “City Rain” is now “Better”.\nNo line was changed.\n"
    version = cli("show", "abc", "--json").json["versions"][0]
    assert (version["title"], version["text"]) == ("Better", song.one)


def test_a_section_that_moved_is_told_and_not_lost(cli, song):
    song()
    told = cli("edit", "abc:1", "--with", f'{sys.executable} -c "{SWAPPED}"')
    assert "Section moved: Verse 1." in told.err
    assert "lost" not in told.err
    assert "@ Verse 1 (moved from line 1 to line " in cli("diff", "abc:1.1").out


def test_sigterm_ends_the_program_too(lyrics, tmp_path):
    import signal

    lyrics("generate", "a robot")
    started, ended = tmp_path / "started", tmp_path / "ended"
    os.mkfifo(started)
    process = lyrics.start("edit", "last:1", "--with", f"echo $$ > {started}; sleep 30; touch {ended}")
    child = int(started.read_text())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 143
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_without_a_number_it_says_which_text_it_took(cli, song):
    song()
    told = cli("edit", "abc", "--with", f"{sys.executable} -c \"print('new')\"")
    assert told.out == "abc123:1.1\n"
    assert "This is text 1 of abc; the others are abc:2." in told.err


GERMAN = """[Strophe]
Ich gehe durch die Nacht und du bist nicht bei mir
Die Lichter in der Stadt sind alles was ich seh
Und wenn der Regen kommt dann warte ich auf dich"""


def test_a_translation_is_kept_checked_and_exported_in_its_language(cli, song, tmp_path):
    """The task's other texts stay what they are, and what is made of a translation inherits its language."""
    song()
    (tmp_path / "german.txt").write_text(GERMAN, encoding="utf-8")
    done = cli("edit", "abc:1", "--with", f"cat {tmp_path / 'german.txt'}", "--language", "German")
    assert done.out == "abc123:1.1\n"
    assert "Language: German." in done.err
    assert cli("check", "abc:1.1", "--fail-on", "language").code == 0
    assert cli("check", "abc:1.1", "--fail-on", "language", "--language", "English").code == 1
    assert cli("check", "abc:1", "--fail-on", "language").code == 0
    cli("edit", "abc:1.1", "--with", "sed s/Nacht/Stadt/")
    versions = cli("show", "abc", "--json").json["versions"]
    assert [version["language"] for version in versions] == ["German", "German"]
    meter = cli("show", "abc", "--meter", "--json").json["meter"]
    assert meter["1.1"][0]["syllables"] == [12, 12, 12]
    page = cli("export", "abc:1", "--beside", "abc:1.1", "--format", "html").out
    assert 'lang="de"' in page
    assert "language: German" in cli("export", "abc:1.1", "--format", "md").out.replace('"', "")
