"""The program at a real terminal: what a person sees."""

import re
import sys

import pytest

pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")


def at_terminal(lyrics, *arguments, columns=100, **environ):
    """Run to the end at a pseudo-terminal and return what it showed."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "lyricscli", *arguments],
        env=lyrics.environment(**{"TERM": "xterm-256color", "PAGER": "cat", **environ}),
        cwd=str(lyrics.home),
        dimensions=(50, columns),
        timeout=60,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    return child.before, child.exitstatus


def without_style(text):
    return re.sub(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07)", "", text)


def test_variants_are_panels_with_their_sections_in_colour(lyrics):
    shown, code = at_terminal(lyrics, "generate", "a lighthouse keeper in love", columns=130)
    assert code == 0
    assert "╭" in shown
    assert "\x1b[1;36m[Chorus]" in shown
    assert without_style(shown).rstrip().endswith("╯")
    assert "\x1b[?25l" not in shown, "the cursor is there, however it ends"


def test_no_color_and_a_dumb_terminal_are_respected(lyrics):
    lyrics("generate", "a lighthouse keeper in love")
    assert "\x1b[1;36m" not in at_terminal(lyrics, "show", "last", NO_COLOR="1")[0]
    assert "\x1b" not in at_terminal(lyrics, "show", "last", TERM="dumb")[0]


def test_plain_is_plain_at_a_terminal_too(lyrics):
    lyrics("generate", "a lighthouse keeper in love")
    shown, _ = at_terminal(lyrics, "show", "last", "--plain")
    assert "\x1b" not in shown
    assert "--- 1: " in shown


def test_the_status_line_shows_phase_time_and_id(lyrics):
    shown, _ = at_terminal(lyrics, "generate", "a robot", LYRICS_SANDBOX_LATENCY="1.2")
    assert re.search(r"waiting for the lyrics · \d+ s · [0-9a-f]{32}", without_style(shown))


def test_no_prompt_at_a_terminal_is_a_usage_error(lyrics):
    shown, code = at_terminal(lyrics, "generate")
    assert code == 2
    assert "there is no prompt" in shown


def test_ctrl_c_at_the_terminal_leaves_the_cursor_and_says_how_to_go_on(lyrics):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "lyricscli", "generate", "a robot"],
        env=lyrics.environment(TERM="xterm-256color", LYRICS_SANDBOX_LATENCY="30"),
        timeout=60,
        encoding="utf-8",
    )
    child.expect("waiting for the lyrics")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "lyrics wait" in child.before
    assert "\x1b[?25l" not in child.before


def test_a_job_in_the_background_draws_nothing(lyrics):
    job = f"set -m; {sys.executable} -m lyricscli generate 'a robot' --title-only & wait"
    child = pexpect.spawn(
        "bash",
        ["-c", job],
        env=lyrics.environment(TERM="xterm-256color", LYRICS_SANDBOX_LATENCY="0.5"),
        timeout=60,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    assert " accepted." in child.before
    assert "waiting for the lyrics" not in child.before


def test_the_moving_line_gives_way_to_what_a_pipe_shows_on_the_same_terminal(lyrics):
    code = (
        "from lyricscli.terminal import streams as s; s.take_over(); s.draw('moving'); s.write_stdout('told')"
    )
    child = pexpect.spawn(
        "bash",
        ["-c", f'set -m; {sys.executable} -c "{code}" | cat'],
        env=lyrics.environment(TERM="xterm-256color"),
        timeout=60,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.before == "\rmoving\x1b[K\r\x1b[Ktold"


def test_hostile_titles_and_texts_do_not_act_on_the_terminal(lyrics):
    prompt = "a song sandbox:hostile"
    for arguments in (
        ["generate", prompt],
        ["list"],
        ["show", "last", "--title-only"],
        ["show", "last", "--json"],
        ["show", "last", "--numbers", "--meter"],
        ["diff", "last:1", "last:2"],
        ["check", "last"],
        *(
            ["export", "last", "--format", form]
            for form in ("txt", "md", "json", "chordpro", "suno", "release")
        ),
    ):
        shown, code = at_terminal(lyrics, *arguments)
        assert code == 0
        bare = without_style(shown)
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", bare)
        assert "\x1b]" not in shown
        assert "\x1b[2J" not in shown


def test_a_message_is_wrapped_between_words_at_a_terminal_alone(lyrics):
    shown, code = at_terminal(lyrics, "genrate", columns=30)
    assert code == 2
    assert shown.split("\r\n")[:3] == [
        "lyrics: there is no command",
        "'genrate'; did you mean",
        "`generate`?",
    ]
    assert lyrics("genrate").stderr.startswith(
        b"lyrics: there is no command 'genrate'; did you mean `generate`?\n"
    )


def test_an_empty_library_says_how_to_begin(lyrics):
    assert "`lyrics generate` makes the first task" in at_terminal(lyrics, "list")[0]
    done = lyrics("show", "last")
    assert done.returncode == 9
    assert b"`lyrics generate` makes the first task" in done.stderr


def test_rows_break_between_words_under_their_last_cell(lyrics):
    shown, code = at_terminal(lyrics, "doctor", "--offline", columns=60)
    assert code == 0
    first, second = re.search(r"(ok +versions  lyrics[^\r\n]*)\r\n([^\r\n]*)", without_style(shown)).groups()
    start = first.index("lyrics ")
    assert len(first) <= 60
    assert second.startswith(" " * start)
    assert second[start] != " "


def test_a_batch_prints_a_line_a_prompt_and_json_where_asked(lyrics):
    (lyrics.home / "p.txt").write_text("a robot\n")
    shown, code = at_terminal(lyrics, "batch", "p.txt")
    assert code == 0
    assert re.search(r"\rcomplete   .+  [0-9a-f]{32}\r$", without_style(shown), re.MULTILINE)
    assert '{"index": 0, ' in at_terminal(lyrics, "batch", "p.txt", "--json")[0]


def test_long_lines_of_diff_and_trigger_are_broken_between_words(lyrics):
    lyrics("generate", "a lighthouse keeper in love")
    pair = ("diff", "last:1", "last:2")
    shown, _ = at_terminal(lyrics, *pair, columns=40)
    lines = without_style(shown).splitlines()
    assert any(line.startswith("    ") for line in lines)
    assert all(len(line) <= 40 for line in lines)
    whole = lyrics(*pair).stdout.decode()
    assert max(map(len, whole.splitlines())) > 40, "a pipe gets each line whole"
    assert set(" ".join(lines).split()) == set(whole.split())
    sent, _ = at_terminal(lyrics, "trigger", "complete", "--to", "http://127.0.0.1:1/x", columns=24)
    assert re.search(r"no answer: Connection\r\n    refused", sent)


@pytest.mark.parametrize("command", [[], ["listen"], ["library"]])
def test_help_keeps_to_a_narrow_window(lyrics, command):
    shown, code = at_terminal(lyrics, *command, "--help", columns=40)
    assert code == 0
    wide = [line for line in shown.splitlines() if len(line) > 40]
    assert not [line for line in wide if len(line.split()) > 1 and "<" not in line]
