"""The emulator's store: several processes at once, private, and honest about what it cannot do."""

import multiprocessing
import sqlite3
import stat
from contextlib import closing

import pytest

from lyricscli.errors import LibraryError, UsageError
from lyricscli.sandbox.ledger import Entry, Ledger, Route

ENTRY = Entry("id", Route.CLASSIC, "the sea", "{}", None, "complete", 7, 0.4, 100.0, 102.0)


def fill(path, number, start):
    start.wait()
    with Ledger(path) as ledger:
        for count in range(20):
            ledger.add(Entry(f"{number}-{count}", Route.JOBS, "x", "{}", "u", "never", 0, 0.4, 1.0, 2.0))


def test_an_entry_comes_back_as_it_was_kept(tmp_path):
    with Ledger(tmp_path / "tasks.sqlite") as ledger:
        ledger.add(ENTRY)
    with Ledger(tmp_path / "tasks.sqlite") as ledger:
        assert ledger.find("id") == ENTRY
        assert isinstance(ledger.find("id").route, Route)
        assert ledger.find("other") is None


def test_the_store_is_private(tmp_path):
    with Ledger(tmp_path / "tasks.sqlite") as ledger:
        ledger.add(ENTRY)
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_several_processes_create_and_fill_one_store_at_once(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Event()
    path = tmp_path / "tasks.sqlite"
    writers = [spawn.Process(target=fill, args=(path, number, start)) for number in range(4)]
    for writer in writers:
        writer.start()
    start.set()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 4
    with Ledger(path) as ledger:
        assert ledger.spent() == pytest.approx(80 * 0.4)


def test_credits_are_given_back_and_old_tasks_forgotten():
    with Ledger(None) as ledger:
        ledger.add(ENTRY)
        assert ledger.spent() == pytest.approx(0.4)
        ledger.refund("id")
        assert ledger.spent() == 0
        ledger.forget(before=100.0)
        assert ledger.find("id")
        ledger.forget(before=100.5)
        assert ledger.find("id") is None


def test_an_undelivered_callback_is_remembered():
    with Ledger(None) as ledger:
        ledger.add(ENTRY)
        ledger.mark_undelivered("id")
        assert ledger.find("id").undelivered


def test_a_store_that_cannot_be_used_is_an_error_of_ours(tmp_path):
    (tmp_path / "text").write_text("not a database, and long enough to be sure of it" * 10)
    newer = sqlite3.connect(tmp_path / "newer")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    for name in ("text", "newer", "text/tasks", "."):
        with pytest.raises((LibraryError, UsageError)) as caught:
            Ledger(tmp_path / name)
        assert "[Errno" not in caught.value.message


def test_a_store_that_another_program_keeps_to_itself_is_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr("lyricscli.sandbox.ledger.BUSY_SECONDS", 0.0)
    path = tmp_path / "tasks.sqlite"
    with Ledger(path) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="cannot keep its tasks"):
            ledger.forget(0.0)
        other.execute("ROLLBACK")
        ledger.forget(0.0)
