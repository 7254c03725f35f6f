"""The main job as a user meets it: the real program, the embedded service, real HTTP, a real library."""

import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys

import pytest

ESCAPE = re.compile(rb"\x1b")
TASK_ID = re.compile(r"[0-9a-f]{32}")


def test_with_nothing_configured_the_sandbox_answers_and_says_so(lyrics):
    done = lyrics("generate", "a lighthouse keeper in love")
    assert done.returncode == 0
    assert done.stdout.count(b"--- ") >= 2
    assert b"sandbox" in done.stderr
    assert done.stderr.count(b"\n") == 2  # the sandbox line and the task's id


def test_show_prints_the_same_again(lyrics):
    first = lyrics("generate", "a lighthouse keeper in love")
    assert lyrics("show", "last").stdout == first.stdout


def test_the_json_document_has_every_field_of_the_contract(lyrics):
    document = lyrics.json("generate", "a robot that loves the sea")
    assert list(document) == [
        "task_id",
        "provider",
        "status",
        "prompt",
        "metadata",
        "variants",
        "error",
        "delivered_by",
        "submitted_at",
        "completed_at",
    ]
    assert document["provider"] == "sandbox"
    assert document["status"] == "complete"
    assert document["delivered_by"] == "callback"
    assert [list(v) for v in document["variants"]] == [["number", "title", "status", "text", "error"]] * len(
        document["variants"]
    )
    assert lyrics.json("show", document["task_id"][:6])["variants"] == document["variants"]


def test_nothing_in_a_pipe_has_escape_codes(lyrics):
    done = lyrics("generate", "a robot", TERM="xterm-256color")
    assert not ESCAPE.search(done.stdout + done.stderr)


def test_force_color_colours_the_sections_in_a_pipe(lyrics):
    done = lyrics("generate", "a robot", FORCE_COLOR="1")
    assert b"\x1b[1;36m[Chorus]\x1b[0m\n" in done.stdout
    assert ESCAPE.sub(b"", done.stdout).count(b"--- ") >= 2


def test_one_variant_prints_nothing_but_its_lyrics(lyrics):
    text = lyrics.json("generate", "a robot")["variants"][1]["text"]
    assert lyrics("show", "last", "--variant", 2).stdout.decode() == text.rstrip("\n") + "\n"


def test_titles_only(lyrics):
    titles = [variant["title"] for variant in lyrics.json("generate", "a robot")["variants"]]
    assert lyrics("show", "last", "--title-only").stdout.decode().splitlines() == titles


def test_output_goes_to_a_file_and_stdout_stays_empty(lyrics):
    done = lyrics("generate", "a robot", "--variant", 1, "-o", "song.txt")
    assert (done.returncode, done.stdout) == (0, b"")
    assert (lyrics.home / "song.txt").read_bytes() == lyrics("show", "last", "--variant", 1).stdout
    assert [path.name for path in lyrics.home.iterdir() if path.name.startswith(".song")] == []


@pytest.mark.parametrize("how", ["dash", "pipe", "file"])
def test_a_prompt_may_come_from_stdin_or_a_file(lyrics, how):
    (lyrics.home / "prompt.txt").write_text("the harbour at night\n", encoding="utf-8")
    arguments = {"dash": ["-"], "pipe": [], "file": ["--file", "prompt.txt"]}[how]
    done = lyrics("generate", *arguments, "--json", stdin=b"the harbour at night\n")
    assert json.loads(done.stdout)["prompt"] == "the harbour at night"


def test_a_prompt_may_be_written_in_an_editor(lyrics):
    script = lyrics.home / "editor"
    script.write_text('#!/bin/sh\nprintf " at night\\n" >> "$1"\n', encoding="utf-8")
    script.chmod(0o700)
    document = lyrics.json("generate", "the harbour", "--edit", EDITOR=str(script))
    assert document["prompt"] == "the harbour at night"
    empty = lyrics("generate", "--edit", EDITOR="true")
    assert (empty.returncode, b"empty" in empty.stderr) == (2, True)


def test_quiet_says_nothing_on_stderr(lyrics):
    assert lyrics("generate", "a robot", "-q").stderr == b""


def test_no_wait_prints_the_id_and_wait_finishes_the_task(lyrics):
    done = lyrics("generate", "a robot", "--no-wait")
    task_id = done.stdout.decode().strip()
    assert (done.returncode, bool(TASK_ID.fullmatch(task_id))) == (0, True)
    document = lyrics.json("wait", task_id)
    assert (document["task_id"], document["status"]) == (task_id, "complete")


@pytest.mark.parametrize("via", ["callback", "poll"])
def test_the_result_comes_the_way_that_was_asked_for(lyrics, via):
    document = lyrics.json("generate", "a robot", "--via", via, "--poll-interval", "0.1s")
    assert document["delivered_by"] == via


def test_a_wait_that_ends_too_early_exits_3_and_loses_nothing(lyrics):
    document = lyrics.json("generate", "a robot", "--timeout", "0.2s", code=3, LYRICS_SANDBOX_LATENCY="1")
    assert (document["status"], document["error"]["reason"]) == ("pending", "timeout")
    assert lyrics.json("wait")["task_id"] == document["task_id"]


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143)])
def test_a_signal_in_mid_wait_tells_the_id_and_how_to_go_on(lyrics, name, code):
    process = lyrics.start("generate", "a robot", LYRICS_SANDBOX_LATENCY="30")
    said = read_until(process.stderr, b"accepted")
    process.send_signal(getattr(signal, name))
    _, rest = process.communicate(timeout=20)
    task_id = TASK_ID.search(said.decode())[0]
    assert process.returncode == code
    assert f"lyrics: task {task_id} is not finished.\n" in rest.decode()
    assert f"lyrics wait {task_id}" in rest.decode()
    lyrics.finish_all()
    assert lyrics.json("wait", task_id)["status"] == "complete"


def test_a_signal_that_is_ignored_stays_ignored_as_under_nohup(lyrics):
    program = f"trap '' HUP; exec {sys.executable} -m lyricscli generate 'a robot' --json"
    process = subprocess.Popen(
        ["bash", "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=lyrics.environment(LYRICS_SANDBOX_LATENCY="1"),
    )
    read_until(process.stderr, b"accepted")
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, json.loads(out)["status"]) == (0, "complete")


def test_a_second_ctrl_c_ends_at_once(lyrics):
    process = lyrics.start("generate", "a robot", LYRICS_SANDBOX_LATENCY="30")
    read_until(process.stderr, b"accepted")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130


def test_a_long_output_into_head_ends_quietly_too(lyrics):
    for number in range(3):
        lyrics("generate", f"song {number}", "-q", LYRICS_SANDBOX_LATENCY="0")
    done = lyrics.shell("$LYRICS list --json --limit 0 | (exec 0<&-); exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, b"")


def test_head_takes_one_line_and_the_pipe_ends_quietly(lyrics):
    done = lyrics.shell("$LYRICS generate 'a robot' -q | head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (0, 1, b"")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (["generate", ""], b"", 2, "empty"),
        (["generate", " \n"], b"", 2, "empty"),
        (["generate"], b"", 2, "empty"),
        (["generate", "-"], b"\xff", 2, "not UTF-8"),
        (["generate", "a", "--file", "x"], b"", 2, "both"),
        (["generate", "--file", "missing.txt"], b"", 2, "missing.txt"),
        (["generate", "--file", "."], b"", 2, "cannot be read"),
        (["generate", "word " * 201], b"", 7, "200"),
        (["generate", "a", "--provider", "sunoap"], b"", 2, "sunoapi"),
        (["generate", "a", "--base-url", "ftp://x"], b"", 2, "http"),
        (["generate", "a", "--base-url", "http://"], b"", 2, "http"),
        (["generate", "a", "--timeout", "-1s"], b"", 2, "--timeout"),
        (["generate", "a", "--poll-interval", "soon"], b"", 2, "--poll-interval"),
        (["generate", "a", "--variant", "0"], b"", 2, "--variant"),
        (["generate", "a", "-o", "no/such/file"], b"", 2, "no/such/file"),
        (["generate", "a", "--callback-url", "https://x.example"], b"", 2, "--listen"),
        (["generate", "a", "--provider", "sunoapi"], b"", 4, "SUNO_API_KEY"),
        (["generate", "a", "--provider", "kie"], b"", 4, "KIE_API_KEY"),
        (["show", "nothing"], b"", 9, "nothing"),
        (["show", "last"], b"", 9, "last"),
        (["wait", "nothing"], b"", 9, "nothing"),
        (["frobnicate"], b"", 2, "frobnicate"),
        (["generate", "--frob"], b"", 2, "--frob"),
    ],
)
def test_bad_input_is_told_with_the_right_exit_code(lyrics, arguments, stdin, code, said):
    done = lyrics(*arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (code, b"")
    message = done.stderr.decode()
    assert said in message
    assert "Traceback" not in message
    assert message.count("\n") == 2, "what happened, then what to do next"


def test_nothing_was_paid_or_kept_for_bad_input(lyrics):
    lyrics("generate", "word " * 201)
    assert lyrics.json("list") == []


def test_a_service_that_is_not_there_exits_8_and_keeps_the_prompt(lyrics, unused_tcp_port):
    environ = {"SUNO_API_KEY": "k", "LYRICS_BASE_URL": f"http://127.0.0.1:{unused_tcp_port}"}
    done = lyrics("generate", "a robot", "--timeout", "1s", **environ)
    assert done.returncode == 8
    (document,) = lyrics.json("list")
    assert (document["status"], document["prompt"]) == ("failed", "a robot")


def test_wait_with_nothing_unfinished_is_content(lyrics):
    assert lyrics("wait").returncode == 0


def test_a_library_from_a_newer_version_is_refused(lyrics):
    lyrics("generate", "a robot")
    database = sqlite3.connect(lyrics.home / "lyrics" / "library.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    done = lyrics("show", "last")
    assert done.returncode == 1
    assert b"newer" in done.stderr


def test_a_data_directory_that_cannot_be_written_is_told_before_anything_is_paid(lyrics):
    done = lyrics("generate", "a robot", LYRICS_HOME="/dev/null/home")
    assert done.returncode == 2
    assert b"LYRICS_HOME" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a file-size limit stands for a full disk on Linux")
def test_a_full_disk_is_told_and_leaves_the_library_whole(lyrics):
    lyrics("generate", "a robot")
    limit = "ulimit -f 60; trap '' XFSZ; exec "  # blocks of 512 or 1024 bytes
    program = f"{limit}$LYRICS generate '{'sea ' * 150}' -q"
    for _ in range(12):
        done = lyrics.shell(program)
        if done.returncode:
            break
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
    assert lyrics("list").returncode == 0


def test_the_data_is_private(lyrics):
    lyrics("generate", "a robot")
    for path in (lyrics.home / "lyrics").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_bug_writes_a_report_without_the_prompt(lyrics):
    lyrics.environ["PYTHONPATH"] = str(lyrics.home) + os.pathsep + lyrics.environment()["PYTHONPATH"]
    (lyrics.home / "sitecustomize.py").write_text(
        "from lyricscli.jobs import generate\n"
        "def boom(): raise RuntimeError('secret-prompt')\n"
        "generate.new_path = boom\n",
        encoding="utf-8",
    )
    done = lyrics("generate", "secret-prompt")
    assert done.returncode == 70
    assert b"Traceback" not in done.stderr
    (report,) = (lyrics.home / "lyrics" / "reports").iterdir()
    assert str(report) in done.stderr.decode()
    text = report.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert "generate.py" in text
    assert "secret-prompt" not in text


def test_show_of_a_stored_task_loads_no_network_code(lyrics):
    lyrics("generate", "a robot")
    check = (
        "import sys; from lyricscli.__main__ import run; code = run(['show', 'last']);"
        "heavy = {'aiohttp', 'asyncio', 'pyngrok', 'rich', 'ssl'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], env=lyrics.environment(), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def read_until(stream, mark):
    """Read lines until one has the mark; return all of them. Fails at the stream's end."""
    said = b""
    while mark not in said:
        line = stream.readline()
        assert line, said
        said += line
    return said
