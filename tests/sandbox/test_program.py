"""A writer of the user's own, with real programs: good ones, and each way in which one can go wrong."""

import asyncio
import os
import shlex
import sqlite3
import sys
import time

import pytest

from lyricscli import processes
from lyricscli.errors import UsageError
from lyricscli.models import VariantStatus
from lyricscli.sandbox.behaviour import EmulatorOptions
from lyricscli.sandbox.server import emulator
from lyricscli.sandbox.writer import own
from lyricscli.sandbox.writer.own import Writer, words_of, write

LIMIT = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these programs are POSIX ones")


def python(code):
    """Return the words of a program."""
    return words_of(f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}")


def written(code, prompt="the sea", **options):
    options = {"environment": dict(os.environ), "variants": 1, "timeout": LIMIT} | options
    return asyncio.run(write(Writer(python(code), **options), prompt, asyncio.Semaphore(8)))


@pytest.mark.parametrize(
    ("printed", "title", "text"),
    [
        ("Title: Blue\n\n[Verse]\nla\n", "Blue", "[Verse]\nla"),
        ("\n# **Blue**\r\n[Verse]\r\nla", "Blue", "[Verse]\nla"),
        ("[Verse]\nla # la", "the sea", "[Verse]\nla # la"),
        ("\ufefftitle:\nla", "the sea", "la"),
    ],
)
def test_what_it_prints_is_the_lyrics_and_a_first_line_can_be_the_title(printed, title, text):
    (one,) = written(f"import sys; sys.stdout.buffer.write({printed.encode()!r})")
    assert (one.status, one.title, one.text) == (VariantStatus.COMPLETE, title, text)


def test_it_is_told_the_prompt_and_the_variant_and_gets_the_environment_given_alone():
    code = "import os, sys; print(sys.stdin.read(), sorted(os.environ), os.environ['LYRICS_VARIANT'])"
    one, two = written(code, "caf\u00e9\0 blues", variants=2, environment={"PATH": os.environ["PATH"]})
    assert "Prompt: caf\u00e9  blues" in one.text
    assert "Title: \u2026" in one.text
    for number, variant in enumerate((one, two), start=1):
        assert f"variant {number} of 2" in variant.text
        assert "'LYRICS_PROMPT', 'LYRICS_VARIANT'" in variant.text
        assert "HOME" not in variant.text


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys; sys.exit('first\\nno model \\'x\\'\\n')", "no model 'x'"),
        ("import sys; print('half a song'); sys.exit(3)", "exit code 3"),
        ("pass", "it printed nothing"),
        ("print('Title: only this')", "it printed no lyrics"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9"),
        ("print('x' * 10_000_000)", "it printed more than 1 MiB"),
        ("import sys; sys.stderr.write('x' * 10_000_000 + '\\n\\n'); sys.exit(1)", "x" * 100),
    ],
)
def test_a_program_that_goes_wrong_fails_its_variant_and_says_why(code, why):
    (one,) = written(code)
    assert (one.status, one.text) == (VariantStatus.FAILED, "")
    assert why in one.error
    assert len(one.error) <= own.LONGEST_REASON


def test_one_that_hangs_is_ended_with_what_it_started_and_the_others_stay(tmp_path):
    child = "import os, time; open(%r, 'w').write(str(os.getpid())); time.sleep(60)" % str(tmp_path / "pid")  # noqa: UP031
    code = (
        "import os, subprocess, sys\n"
        "if os.environ['LYRICS_VARIANT'] == '1': print('la'); sys.exit()\n"
        f"subprocess.run([sys.executable, '-c', {child!r}])"
    )
    good, bad = written(code, variants=2, timeout=2.0)
    assert (good.text, bad.error.partition(": ")[2]) == (
        "la",
        "it took longer than sandbox_writer_timeout, 2s",
    )
    assert is_gone(int((tmp_path / "pid").read_text()))


def is_gone(pid):
    until = time.monotonic() + LIMIT
    while processes.identity(pid) is not None and time.monotonic() < until:
        time.sleep(0.01)
    return processes.identity(pid) is None


def test_variants_are_written_side_by_side(tmp_path):
    # Each waits for the other's mark: one after the other, neither would ever end.
    code = (
        "import os, pathlib, time\n"
        f"place, mine = pathlib.Path({str(tmp_path)!r}), os.environ['LYRICS_VARIANT']\n"
        "(place / mine).touch()\n"
        "while len(list(place.iterdir())) < 2: time.sleep(0.01)\n"
        "print('la')"
    )
    assert [one.text for one in written(code, variants=2)] == ["la", "la"]


@pytest.mark.parametrize("command", ["", "no-such-program-at-all", "'unbalanced", "/"])
def test_a_writer_that_cannot_run_is_a_usage_error(command):
    with pytest.raises(UsageError, match="the writer") as refused:
        words_of(command)
    if command == "no-such-program-at-all":  # a right command line, so it is not told how to write one
        assert refused.value.advice.startswith("Install 'no-such-program-at-all'")


@pytest.fixture
def writing(start):
    """Start an emulator with a program as its writer."""

    def starting(code, variants=2, **options):
        writer = Writer(python(code), dict(os.environ), variants, LIMIT)
        return start(writer=writer, **options)

    return starting


@pytest.mark.parametrize("dialect", ["sunoapi", "kie"])
async def test_its_words_come_by_callback_and_by_record(writing, receiver, dialect):
    code = "import os; print('Title: T' + os.environ['LYRICS_VARIANT']); print(os.environ['LYRICS_PROMPT'])"
    async with writing(code, dialect=dialect) as api:
        task = await api.task(prompt="the sea sandbox:complete", callback=receiver.url)
        call = await receiver.next()
        _, answer = await api.record(task)
    for items in (call.json["data"]["data"], answer["data"]["response"]["data"]):
        assert [(one["title"], one["text"]) for one in items] == [("T1", "the sea"), ("T2", "the sea")]


async def test_where_every_variant_fails_the_task_fails_with_the_reason(writing, receiver):
    async with writing("import sys; sys.exit('out of memory')") as api:
        task = await api.task(callback=receiver.url)
        call = await receiver.next()
        _, answer = await api.record(task)
    assert (call.json["code"], call.json["data"]["data"]) == (400, None)
    assert "out of memory" in call.json["msg"]
    assert answer["data"]["status"] == "GENERATE_LYRICS_FAILED"


async def test_what_an_earlier_run_left_unwritten_is_written_when_it_is_asked_for(start, tmp_path):
    store, mark = tmp_path / "sandbox.db", tmp_path / "started"
    os.mkfifo(mark)
    hanging = f"import os, time\nwith open({str(mark)!r}, 'w') as file: file.write(str(os.getpid()))\n"
    hanging += "time.sleep(60)"
    options = {"environment": dict(os.environ), "variants": 1, "timeout": LIMIT}
    async with start(store=store, writer=Writer(python(hanging), **options)) as api:
        task = await api.task()
        pid = int(await asyncio.wait_for(asyncio.to_thread(mark.read_text), LIMIT))
    assert is_gone(pid)
    async with start(store=store, writer=Writer(python("print('la')"), **options)) as api:
        async with asyncio.timeout(LIMIT):
            while (answer := await api.record(task))[1]["data"]["status"] == "PENDING":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert answer[1]["data"]["response"]["data"][0]["text"] == "la"


async def test_a_store_of_an_earlier_version_is_read_on(start, tmp_path):
    async with start(store=tmp_path / "a.db") as api:
        task = await api.task()
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("ALTER TABLE task DROP COLUMN written")
        database.execute("PRAGMA user_version = 1")
    database.close()
    async with emulator(EmulatorOptions(), store=tmp_path / "a.db"), start(store=tmp_path / "a.db") as api:
        assert (await api.record(task))[1]["data"]["status"] == "SUCCESS"
