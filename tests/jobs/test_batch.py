"""`lyrics batch` as a user meets it, with the embedded service."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

PROMPTS = ["a lighthouse", "a robot", "a harbour at night", "a robot"]


def documents(data):
    return [json.loads(line) for line in data.splitlines()]


def write(lyrics, name, text):
    (lyrics.home / name).write_text(text, encoding="utf-8")
    return name


@pytest.fixture
def prompts(lyrics):
    """Four prompts, two of them alike, a comment and a blank line."""
    return write(lyrics, "prompts.txt", "# for the album\n\n" + "\n".join(PROMPTS) + "\n")


def test_every_prompt_has_a_document_with_its_index(lyrics, prompts):
    done = lyrics("batch", prompts)
    assert done.returncode == 0, done.stderr
    found = sorted(documents(done.stdout), key=lambda document: document["index"])
    assert [document["index"] for document in found] == [0, 1, 2, 3]
    assert [document["prompt"] for document in found] == PROMPTS
    assert {document["status"] for document in found} == {"complete"}
    assert {document["delivered_by"] for document in found} == {"callback"}
    assert len({document["task_id"] for document in found}) == 4, "identical lines are tasks of their own"
    assert b"4 prompts: 4 complete." in done.stderr


def test_the_library_keeps_the_order_of_the_input(lyrics):
    write(lyrics, "many.txt", "".join(f"song {number}\n" for number in range(150)))
    assert lyrics("batch", "many.txt", "-q", LYRICS_SANDBOX_LATENCY="0").returncode == 0
    kept = [document["prompt"] for document in lyrics.json("list", "--limit", 0)]
    assert kept == [f"song {number}" for number in reversed(range(150))]


def test_the_same_file_again_is_answered_from_the_library(lyrics, prompts):
    first = documents(lyrics("batch", prompts).stdout)
    done = lyrics("batch", prompts)
    again = documents(done.stdout)
    assert done.returncode == 0
    assert {d["task_id"] for d in again} == {d["task_id"] for d in first}
    assert {d["delivered_by"] for d in again} == {"library"}
    assert b"(4 submitted earlier)" in done.stderr
    assert len(lyrics.json("list")) == 4


def test_a_longer_file_pays_only_for_what_is_new_and_another_name_for_all(lyrics, prompts):
    lyrics("batch", prompts)
    write(lyrics, "more.txt", "\n".join([*PROMPTS, "a robot", "something new"]))
    assert lyrics("batch", "more.txt").returncode == 0
    assert len(lyrics.json("list")) == 6
    assert lyrics("batch", "more.txt", "--name", "second take").returncode == 0
    assert len(lyrics.json("list")) == 12


def test_the_output_file_grows_and_holds_nothing_twice(lyrics, prompts):
    assert lyrics("batch", prompts, "-o", "out.jsonl").stdout == b""
    first = (lyrics.home / "out.jsonl").read_bytes()
    lyrics("batch", prompts, "-o", "out.jsonl")
    assert (lyrics.home / "out.jsonl").read_bytes() == first
    assert len(documents(first)) == 4


def test_a_line_that_a_crash_cut_off_is_written_anew(lyrics, prompts):
    lyrics("batch", prompts, "-o", "out.jsonl")
    out = lyrics.home / "out.jsonl"
    whole = out.read_bytes()
    out.write_bytes(whole[:-40])
    assert lyrics("batch", prompts, "-o", "out.jsonl").returncode == 0
    assert sorted(d["index"] for d in documents(out.read_bytes())) == [0, 1, 2, 3]


@pytest.mark.parametrize("content", ["my notes\n", "no line end", "[1]\n"])
def test_a_file_of_something_else_is_not_written_to(lyrics, prompts, content):
    write(lyrics, "notes.txt", content)
    done = lyrics("batch", prompts, "-o", "notes.txt")
    assert done.returncode == 2
    assert (lyrics.home / "notes.txt").read_text(encoding="utf-8") == content
    assert lyrics.json("list") == []


@pytest.mark.parametrize(("mark", "word"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")])
def test_csv_is_taken_as_spreadsheets_write_it_and_a_row_of_no_text_can_be_left_out(lyrics, mark, word):
    rows = f"Prompt{mark}STYLE\r\na robot{mark}folk\r\ncaf\xe9{mark}pop\r\n"
    (lyrics.home / "a.csv").write_bytes(rows.encode("latin-1"))
    assert b"line 3: it holds what is not UTF-8" in lyrics("batch", "a.csv").stderr
    done = lyrics("batch", "a.csv", "--skip-invalid")
    assert f"Read as columns divided by {word}: prompt, style." in done.stderr.decode()
    (document,) = documents(done.stdout)
    assert (document["prompt"], document["metadata"]) == ("a robot", {"style": "folk"})


def test_csv_columns_and_json_fields_are_metadata(lyrics):
    write(lyrics, "a.csv", '\ufeffstyle, prompt,track\nfolk,"a robot,\nin love",7\n,a harbour,\n')
    write(
        lyrics,
        "b.jsonl",
        '{"prompt": "a robot", "mood": "sad", "track": 7, "metadata": {"style": "folk"}}\n\n',
    )
    csv, jsonl = (documents(lyrics("batch", name).stdout) for name in ("a.csv", "b.jsonl"))
    by_index = {d["index"]: (d["prompt"], d["metadata"]) for d in csv}
    assert by_index == {
        0: ("a robot,\nin love", {"style": "folk", "track": "7"}),
        1: ("a harbour", {}),
    }
    assert jsonl[0]["metadata"] == {"mood": "sad", "track": "7", "style": "folk"}


def test_prompts_come_from_stdin_in_the_format_given(lyrics):
    assert len(documents(lyrics("batch", "-", stdin=b"one\ntwo\n").stdout)) == 2
    done = lyrics("batch", "-", "--format", "jsonl", stdin=b'{"prompt": "three"}\n')
    assert documents(done.stdout)[0]["prompt"] == "three"


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("a.jsonl", '{"prompt": "a"}\n{"prompt": 1}\n', 2, "line 2"),
        ("a.jsonl", '{"prompt": "a"}\n{"prompt": "b"\n', 2, "line 2"),
        ("a.jsonl", '{"prompt": "a", "tags": []}\n', 2, "'tags'"),
        ("a.jsonl", '{"prompt": " "}\n', 2, "empty"),
        ("a.jsonl", '{"prompt": "a", "\\ud800": "b"}\n', 2, "not UTF-8"),
        ("a.jsonl", "[" * 100_000 + "\n", 2, "line 1"),
        ("a.csv", "style,text\nx,y\n", 2, "prompt"),
        ("a.csv", "prompt,style\na,b\nc,d,e\n", 2, "line 3"),
        ("a.csv", 'prompt\n"never ends\n', 2, "line 3"),
        ("a.txt", "fine\n" + "word " * 201 + "\n", 7, "line 2"),
        ("a.txt", "x" * 1_000_100 + "\nfine\n", 2, "line 1"),
        ("a.txt", "# nothing\n", 2, "no prompt"),
        ("a.json", "[]", 2, "--format"),
    ],
)
def test_a_bad_line_is_told_by_its_number_before_anything_is_paid(lyrics, name, content, code, said):
    done = lyrics("batch", write(lyrics, name, content))
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()
    assert lyrics.json("list") == []


def test_bytes_that_are_no_text_are_told_by_their_line(lyrics):
    done = lyrics("batch", "-", stdin=b"fine\n\xff\xfe\n")
    assert done.returncode == 2
    assert b"line 2" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a file-size limit stands for a full disk on Linux")
def test_prompts_without_room_for_their_copy_are_told_before_anything_is_paid(lyrics):
    write(lyrics, "many.txt", "a prompt of no particular meaning\n" * 70_000)
    done = lyrics.shell("ulimit -f 2000; trap '' XFSZ; exec $LYRICS batch many.txt")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"TMPDIR" in done.stderr
    assert lyrics.json("list") == []


def test_lines_that_cannot_be_used_are_left_out_on_request(lyrics):
    write(lyrics, "a.txt", "one\n" + "word " * 201 + "\ntwo\n")
    done = lyrics("batch", "a.txt", "--skip-invalid")
    assert done.returncode == 0
    assert sorted(d["index"] for d in documents(done.stdout)) == [0, 2]
    assert b"Left out: line 2" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--rate", "fast"], ["--rate", "0/10s"], ["--format", "xml"], ["--concurrency", "0"], ["-o", "no/such"]],
    ids=" ".join,
)
def test_bad_options_are_usage_errors(lyrics, prompts, arguments):
    done = lyrics("batch", prompts, *arguments)
    assert done.returncode in {1, 2}
    assert b"Traceback" not in done.stderr
    assert lyrics.json("list") == []


def test_no_more_than_max_credits_is_spent_and_the_next_run_goes_on(lyrics, prompts):
    done = lyrics("batch", prompts, "--max-credits", "0.9")
    assert done.returncode == 3
    assert len(documents(done.stdout)) == len(lyrics.json("list")) == 2
    assert b"2 not submitted" in done.stderr
    assert lyrics("batch", prompts).returncode == 0
    assert len(lyrics.json("list")) == 4


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interrupted_batch_goes_on_and_pays_nothing_twice(lyrics, prompts, name, code):
    process = lyrics.start("batch", prompts, LYRICS_SANDBOX_LATENCY="30")
    wait_for_pending(lyrics, 4)
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert b"4 prompts: 4 unfinished.\nThe same command goes on" in said
    assert_resumed(lyrics, prompts)


def test_a_killed_batch_goes_on_and_pays_nothing_twice(lyrics, prompts):
    process = lyrics.start("batch", prompts, LYRICS_SANDBOX_LATENCY="30")
    wait_for_pending(lyrics, 4)
    process.kill()
    process.communicate(timeout=30)
    assert_resumed(lyrics, prompts)


def test_a_line_whose_acceptance_cannot_be_kept_is_not_told_as_not_submitted(lyrics, prompts):
    lyrics("library", "export")  # makes the library
    with closing(sqlite3.connect(lyrics.home / "lyrics" / "library.db")) as database:
        refusal = "BEFORE UPDATE OF task_id ON tasks BEGIN SELECT RAISE(ABORT, 'no room'); END"
        database.execute(f"CREATE TRIGGER refusal {refusal}")
    done = lyrics("batch", prompts, "--concurrency", "1")
    assert done.returncode == 1
    assert b"no room" in done.stderr
    assert b"4 prompts: 1 unknown, 3 not submitted" in done.stderr


def assert_resumed(lyrics, prompts):
    """Let the service finish what it has, run the batch again, and count the tasks."""
    lyrics.finish_all()
    done = lyrics("batch", prompts)
    assert done.returncode == 0, done.stderr
    assert {d["delivered_by"] for d in documents(done.stdout)} == {"poll"}
    with closing(sqlite3.connect(lyrics.home / "lyrics" / "sandbox.db")) as database:
        assert database.execute("SELECT count(*) FROM task").fetchone() == (4,)


def wait_for_pending(lyrics, count):
    """Return once the library has that many accepted tasks."""
    path = lyrics.home / "lyrics" / "library.db"
    for _ in range(3000):
        if path.exists():
            with closing(sqlite3.connect(path)) as database:
                query = "SELECT count(*) FROM tasks WHERE status = 'pending'"
                try:
                    if database.execute(query).fetchone() == (count,):
                        return
                except sqlite3.OperationalError:
                    pass
        time.sleep(0.01)
    pytest.fail("the tasks were never accepted")


def test_a_line_that_may_have_been_paid_is_reported_and_not_sent_again(lyrics):
    write(lyrics, "a.txt", "fine\nodd sandbox:submit-null\n")
    options = ("--via", "poll", "--poll-interval", "0.4s")
    for _ in range(2):
        done = lyrics("batch", "a.txt", *options)
        assert done.returncode == 8
        statuses = {d["index"]: d["status"] for d in documents(done.stdout)}
        assert statuses == {0: "complete", 1: "unknown"}
    assert len(lyrics.json("list")) == 2


def test_doubt_upon_doubt_ends_the_submissions(lyrics):
    write(lyrics, "a.txt", "odd sandbox:submit-null\n" * 8)
    done = lyrics("batch", "a.txt", "--via", "poll", "--concurrency", "1")
    assert done.returncode == 8
    assert len(documents(done.stdout)) == 3
    assert b"5 not submitted" in done.stderr


def test_failed_tasks_tell_and_are_submitted_again_on_request_only(lyrics):
    write(lyrics, "a.txt", "fine\nbroken sandbox:failed\n")
    for _ in range(2):
        done = lyrics("batch", "a.txt")
        assert done.returncode == 1
        assert len(lyrics.json("list")) == 2
    lyrics("batch", "a.txt", "--retry-failed")
    assert len(lyrics.json("list")) == 3


def test_fail_fast_submits_no_more_once_a_task_fails(lyrics):
    write(lyrics, "a.txt", "broken sandbox:failed\n" + "fine\n" * 9)
    done = lyrics("batch", "a.txt", "--fail-fast", "--concurrency", "1")
    assert done.returncode == 1
    assert len(documents(done.stdout)) == 1
    assert b"9 not submitted" in done.stderr


def test_a_line_refused_before_it_cost_anything_is_submitted_by_the_next_run(lyrics):
    write(lyrics, "a.txt", "one sandbox:submit-455\ntwo\n")
    first = lyrics("batch", "a.txt", "--concurrency", "1")
    assert first.returncode == 6
    assert documents(first.stdout)[0]["error"]["reason"] == "maintenance"
    again = lyrics("batch", "a.txt", "--concurrency", "1")
    assert again.returncode == 6
    assert len(lyrics.json("list")) == 2


def test_quiet_says_nothing_while_all_is_well(lyrics, prompts):
    assert lyrics("batch", prompts, "-q").stderr == b""


def test_whoever_closes_the_pipe_ends_the_batch_and_can_go_on(lyrics):
    prompts = write(lyrics, "many.txt", "".join(f"song {number}\n" for number in range(200)))
    done = lyrics.shell(f"$LYRICS batch {prompts} -q --concurrency 1 | head -1; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 0
    assert b"goes on where this one stopped" in done.stderr
    assert b"bug" not in done.stderr
    assert len(documents(done.stdout)) == 1


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["for a person", "JSON"])
def test_a_terminal_gets_a_line_a_prompt_unless_json_is_asked_for(lyrics, prompts, flags):
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "lyricscli", "batch", prompts, "-q", *flags],
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=subprocess.PIPE,
        env=lyrics.environment(TERM="xterm", LYRICS_SANDBOX_LATENCY="0", LYRICS_PLAIN="true"),
        cwd=lyrics.home,
    )
    os.close(child)
    seen = b""
    while chunk := _read(parent):
        seen += chunk
    assert process.communicate(timeout=60)[1] == b""
    os.close(parent)
    kept = {one["task_id"]: one["variants"][0]["title"] for one in lyrics.json("list")}
    if flags:
        assert {document["task_id"] for document in documents(seen)} == set(kept)
        return
    lines = [line.split() for line in seen.decode().splitlines()]
    assert {line[-1] for line in lines} == set(kept)
    assert all(line[:2] == ["complete", kept[line[-1]].split()[0]] for line in lines)


def test_a_terminal_shows_a_bar_and_keeps_stdout_clean(lyrics, prompts):
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "lyricscli", "batch", prompts],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=child,
        env=lyrics.environment(TERM="xterm", LYRICS_SANDBOX_LATENCY="0.5"),
        cwd=lyrics.home,
    )
    os.close(child)
    seen = b""
    while chunk := _read(parent):
        seen += chunk
    out = process.communicate(timeout=60)[0]
    os.close(parent)
    assert process.returncode == 0
    assert len(documents(out)) == 4
    assert b"0 of 4, " in seen


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
