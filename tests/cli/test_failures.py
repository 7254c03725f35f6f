"""What a command that fails prints: one document where JSON was asked for, and never a doubt about a song."""

import re
import subprocess
from pathlib import Path

import pytest

from lyricscli.errors import Failure, Reason
from lyricscli.models import Submission
from lyricscli.store.library import Library
from tests.conftest import PROGRAM

FULL = Path("/dev/full")
NAMED = ["wait", "show", "check", "pick", "edit", "diff", "trigger --task"]


@pytest.mark.parametrize("command", [*(f"{one} nosuch --json" for one in NAMED), "export nosuch -f json"])
def test_a_task_that_nobody_knows_is_one_document(cli, command):
    told = cli(*command.split())
    assert (told.code, "'nosuch'" in told.err) == (9, True)
    assert told.json["error"]["reason"] == "not_found"
    assert (told.json["task_id"], told.json["status"], told.json["variants"]) == (None, "failed", [])
    assert told.out.count("\n") == 1 or command != "wait nosuch --json", "a document of `wait` is a line"
    assert cli(*command.replace("--json", "").replace("-f json", "").split()).out == ""


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [
        ("generate --json", 2, "bad_request"),
        ("check abc:7 --json", 2, "bad_request"),
        ("credits --provider nix --json", 2, "bad_request"),
        ("batch nosuch.txt --json", 2, "bad_request"),
        ("credits --provider kie --json", 4, "unauthorized"),
    ],
)
def test_whatever_fails_is_one_document(cli, song, command, code, reason):
    song()
    told = cli(*command.split())
    assert (told.code, told.json["error"]["reason"]) == (code, reason)


@pytest.mark.parametrize("command", ["show abc --variant 9 --json", "wait abc --variant 3 --json"])
def test_what_was_printed_is_not_followed_by_another_document(cli, song, command):
    song()
    told = cli(*command.split())
    assert (told.code in {1, 2}, told.json["task_id"], told.json["error"]) == (True, "abc123", None)


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a full device")
@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("generate x", "The task is saved: `lyrics show ID` prints it."),
        ("generate x --json", "The task is saved: `lyrics show ID` prints it."),
        ("generate x --no-wait", "The task is saved: `lyrics wait ID` prints it."),
        ("add", "What was done is in the library: `lyrics list` shows it."),
        ("batch - --json", "Run the same command again once it can: what is finished is in the library."),
    ],
)
def test_what_cannot_be_printed_is_saved_and_the_message_says_how_to_see_it(lyrics, command, advice):
    with FULL.open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *command.split()],
            input=b"la la\n",
            stdout=full,
            stderr=subprocess.PIPE,
            env=lyrics.environment(),
            check=False,
        )
    said = done.stderr.decode()
    task = next(iter(re.findall(r"Task (\w+) accepted", said)), "")
    assert "standard output cannot be written" in said
    assert (done.returncode, said.splitlines()[-1]) == (1, advice.replace("ID", task))
    assert lyrics("wait", task or "last").stdout


def test_a_reader_that_left_is_no_failure(lyrics):
    running = lyrics.start("generate", "x")
    running.stdout.close()
    assert (running.wait(30), b"cannot be written" in running.stderr.read()) == (0, False)
    running.stderr.close()


@pytest.mark.parametrize(
    ("provider", "next_step"),
    [
        ("sandbox", "It was not sent again. The sandbox costs nothing: generate again."),
        (
            "kie",
            "paid twice. Look at the provider's own list of tasks (https://kie.ai/logs): if it is there,",
        ),
        ("own-one", "paid twice. Look at the provider's own list of tasks: if it is there, `lyrics show ID`"),
    ],
)
def test_a_task_in_doubt_says_its_reason_once_and_where_to_look(cli, provider, next_step):
    with Library(cli.home / "library.db") as library:
        row = library.begin(Submission(provider, "http://127.0.0.1:9", "rain", "rain")).row
        library.refuse(row, Failure(Reason.UNAVAILABLE, "no answer within 30 s"), unknown=True)
    told = cli("show", "last")
    assert (told.code, told.out) == (8, "")
    first, second = told.err.splitlines()
    assert first == f"lyrics: task local-{row} may or may not have been accepted: no answer within 30 s."
    assert next_step in second
    assert second.endswith(f"Here it is kept as local-{row}.")


def test_a_writer_that_needs_longer_is_given_more_time(cli):
    settings = {"LYRICS_SANDBOX_WRITER": "sleep 9", "LYRICS_SANDBOX_WRITER_TIMEOUT": "0.2s"}
    told = cli("generate", "x", LYRICS_SANDBOX_LATENCY="0", **settings)
    assert (told.code, "sleep: it took longer than sandbox_writer_timeout, 0.2s." in told.err) == (1, True)
    advice = "`lyrics config set sandbox_writer_timeout 10m`, or LYRICS_SANDBOX_WRITER_TIMEOUT, gives"
    assert told.err.splitlines()[-1].startswith(advice)
    assert "eword" not in told.err


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_text("some notes"), "is no library: it is not a database"),
        (lambda path: path.mkdir(), "is a directory, and no library"),
    ],
)
def test_something_else_in_the_librarys_place_is_told_as_what_it_is(cli, make, told):
    cli.home.mkdir()
    make(cli.home / "library.db")
    done = cli("list", "--json")
    assert (done.code, done.json["error"]["reason"]) == (1, "unavailable")
    assert f"library.db {told}." in done.err
    assert "Move it aside, or point LYRICS_HOME at another directory. `lyrics doctor`" in done.err


@pytest.mark.parametrize("command", ["list", "generate x", "credits", "config set timeout 5m", "add"])
@pytest.mark.parametrize("home", ["/proc/nowhere/home", "FILE/home"])
def test_a_home_that_cannot_be_made_is_a_usage_error(cli, tmp_path, command, home):
    (tmp_path / "file").write_text("")
    place = home.replace("FILE", str(tmp_path / "file"))
    told = cli(*command.split(), stdin=b"la la", LYRICS_HOME=place)
    assert (told.code, told.out) == (2, "")
    assert "Set LYRICS_HOME to a directory that can be made." in told.err
