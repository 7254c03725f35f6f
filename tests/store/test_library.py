import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from multidict import CIMultiDict

from lyricscli.errors import Failure, LibraryError, NoSuchTaskError, Reason, UsageError
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Payload,
    PayloadKind,
    Settlement,
    Submission,
    TaskStatus,
    Variant,
    VariantStatus,
)
from lyricscli.store import schema
from lyricscli.store.database import BUSY_TIMEOUT
from lyricscli.store.library import MOST_PAYLOADS, Library

GOOD = Variant(1, "Iron Man", VariantStatus.COMPLETE, "[Verse]\nGears\r\n\n")
BAD = Variant(2, "", VariantStatus.FAILED, "", "sensitive")
COMPLETE = Outcome(TaskStatus.COMPLETE, (GOOD,))
FAILED = Outcome(TaskStatus.FAILED, error=Failure(Reason.GENERATION_FAILED, "no luck", 400))
DOUBT = Failure(Reason.UNAVAILABLE, "no answer")


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "data" / "library.db") as library:
        yield library


def submission(prompt="a robot", **changes):
    return Submission(
        **{"provider": "sunoapi", "base_url": "https://x", "prompt": prompt, "sent_prompt": prompt, **changes}
    )


def settled(library, outcome=COMPLETE, task_id="abc123", prompt="a robot"):
    row = library.begin(submission(prompt)).row
    library.accept(library.get(row), task_id)
    return library.settle(Settlement(row, outcome, DeliveredBy.POLL))


def test_a_submission_is_in_the_library_before_it_has_an_id(library):
    task = library.begin(submission(metadata={"style": "folk"}, callback_path="/c/x"))
    assert (task.status, task.task_id, task.ref) == (TaskStatus.SUBMITTING, None, "local-1")
    assert task.metadata == {"style": "folk"}
    assert library.accept(task, "id*1").status is TaskStatus.PENDING
    assert library.find("id*1").callback_path == "/c/x"


def test_text_is_kept_byte_for_byte(library):
    text = "a\r\nb\rc\u2028\x1b[31m\x00\n"
    task = settled(library, Outcome(TaskStatus.COMPLETE, (Variant(1, text, VariantStatus.COMPLETE, text),)))
    assert library.find("abc123").variants[0].text == text
    assert task.variants[0].title == text


def test_lyrics_in_hand_stay_when_an_error_comes_later(library):
    task = settled(library)
    again = library.settle(Settlement(task.row, FAILED, DeliveredBy.CALLBACK))
    assert again == task


def test_lyrics_replace_an_error_that_came_first(library):
    task = settled(library, FAILED)
    assert task.status is TaskStatus.FAILED
    better = library.settle(Settlement(task.row, COMPLETE, DeliveredBy.CALLBACK))
    assert (better.status, better.error, better.variants) == (TaskStatus.COMPLETE, None, (GOOD,))


def test_a_partial_result_is_completed_but_never_loses_a_variant(library):
    task = settled(library, Outcome(TaskStatus.PARTIAL, (GOOD, BAD)))
    assert task.status is TaskStatus.PARTIAL
    mended = Variant(2, "Two", VariantStatus.COMPLETE, "la")
    worse = Variant(1, "", VariantStatus.FAILED, "")
    better = library.settle(
        Settlement(task.row, Outcome(TaskStatus.PARTIAL, (worse, mended)), DeliveredBy.POLL)
    )
    assert (better.status, better.variants) == (TaskStatus.COMPLETE, (GOOD, mended))


def test_a_callback_before_the_submits_answer_is_not_undone_by_it(library):
    row = library.begin(submission()).row
    library.settle(Settlement(row, COMPLETE, DeliveredBy.CALLBACK, task_id="abc"))
    assert library.accept(library.get(row), "abc").status is TaskStatus.COMPLETE


def test_raw_payloads_are_kept_and_duplicates_are_not(library):
    row = library.begin(submission()).row
    payload = Payload(PayloadKind.CALLBACK, b"{\xff}", {"X-Webhook-Timestamp": "1"})
    for _ in range(2):
        library.settle(Settlement(row, COMPLETE, DeliveredBy.CALLBACK, payload, "abc"))
    assert [kept._replace(received_at="") for kept in library.payloads(row)] == [payload]


def test_a_callback_that_is_repeated_or_varied_for_ever_does_not_fill_the_disk(library):
    row = library.begin(Submission("sunoapi", "x", "p", "p")).row
    for number in range(3 * MOST_PAYLOADS):
        library.hold(row, Payload(PayloadKind.CALLBACK, b"the same", {}))
        library.hold(row, Payload(PayloadKind.CALLBACK, f"another {number}".encode(), {}))
    bodies = [payload.body for payload in library.payloads(row)]
    assert (len(bodies), bodies.count(b"the same")) == (MOST_PAYLOADS, 1)


def test_equal_headers_of_a_payload_are_all_kept(library):
    row = library.begin(Submission("sunoapi", "x", "p", "p")).row
    headers = CIMultiDict([("X-A", "1"), ("X-B", "\udcff"), ("X-A", "2")])
    library.hold(row, Payload(PayloadKind.CALLBACK, b"{}", headers))
    assert list(library.payloads(row)[0].headers.items()) == list(headers.items())


def test_a_refused_and_an_unknown_submission_keep_their_reason(library):
    failure = Failure(Reason.INSUFFICIENT_CREDITS, "top up", 429)
    refused = library.refuse(library.begin(submission()).row, failure)
    assert (refused.status, refused.error) == (TaskStatus.FAILED, failure)
    assert library.refuse(library.begin(submission()).row, failure, unknown=True).status is TaskStatus.UNKNOWN


def test_a_row_left_by_a_dead_process_becomes_unknown_and_a_live_ones_does_not(library):
    dead, alive = library.begin(submission()).row, library.begin(submission()).row
    library._database.execute("UPDATE tasks SET owner = '99999999:1' WHERE row = ?", (dead,))
    library.abandon_dead_submissions()
    assert library.get(dead).status is TaskStatus.UNKNOWN
    assert library.get(alive).status is TaskStatus.SUBMITTING


@pytest.mark.parametrize("name", ["abc123", "abc1", "last", "local-1"])
def test_a_task_is_found_by_id_prefix_last_and_row(library, name):
    task = settled(library)
    assert library.find(name) == task


def test_an_ambiguous_prefix_and_an_unknown_name_are_told_apart(library):
    settled(library, task_id="abc1")
    settled(library, task_id="abc2")
    with pytest.raises(NoSuchTaskError, match="several"):
        library.find("abc")
    for name in ("", "x", "local-77", "local-" + "9" * 50, "%", "ab\x00c"):
        with pytest.raises(NoSuchTaskError, match="no task"):
            library.find(name)


def test_an_exact_id_wins_over_longer_ones(library):
    short = settled(library, task_id="abc")
    settled(library, task_id="abcd")
    assert library.find("abc") == short


def test_an_empty_library_has_no_last_task(library):
    with pytest.raises(NoSuchTaskError):
        library.find("last")


def test_tasks_are_read_newest_first(library):
    settled(library, task_id="one", prompt="a lighthouse")
    settled(library, task_id="two", prompt="a harbour")
    assert [task.task_id for task in library.newest()] == ["two", "one"]
    assert [task.task_id for task in library.newest(limit=1)] == ["two"]


def test_two_libraries_on_one_file_write_side_by_side(tmp_path):
    path = tmp_path / "library.db"
    Library(path).close()

    def work():
        with Library(path) as library:
            for _ in range(20):
                library.begin(submission())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Library(path) as library:
        assert len(list(library.newest())) == 80


def test_the_file_is_private(tmp_path):
    Library(tmp_path / "d" / "library.db").close()
    assert (tmp_path / "d" / "library.db").stat().st_mode & 0o777 == 0o600


def test_a_library_from_a_newer_version_is_refused_untouched(tmp_path):
    path = tmp_path / "library.db"
    Library(path).close()
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    database.close()
    with pytest.raises(LibraryError, match="newer"):
        Library(path)


def test_a_library_that_another_process_makes_meanwhile_is_no_other_programs(tmp_path, monkeypatch):
    path, versions, read = tmp_path / "library.db", iter([0]), schema.version_of
    Library(path).close()
    monkeypatch.setattr(schema, "version_of", lambda database: next(versions, read(database)))
    with Library(path) as library:
        assert library.count == 0


@pytest.mark.parametrize("content", [b"not a database, just text " * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_that_is_no_library_is_a_clear_error(tmp_path, content):
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"library\.db"):
        Library(path)


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError):
        Library(tmp_path / "file" / "library.db")


def test_a_library_that_can_only_be_read_is_read_and_nothing_is_left_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "library.db"
    with Library(path) as library:
        settled(library)
    monkeypatch.setattr("os.access", lambda *_: False)
    with Library(path) as library:
        assert library.find("last").task_id == "abc123"
        with pytest.raises(LibraryError, match="can only be read"):
            library.begin(submission())
    assert [file.name for file in tmp_path.iterdir()] == ["library.db"]


def test_a_library_on_a_full_disk_is_read_and_its_log_may_be_there_still(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "library.db"
    with Library(path) as library:
        settled(library)
    path.with_name("library.db-wal").touch()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with Library(path) as library:
            assert library.find("last").task_id == "abc123"
            with pytest.raises(LibraryError, match="can only be read"):
                library.begin(submission())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_twin_prefers_lyrics_to_a_pending_task_and_that_to_one_in_doubt(library):
    unknown = library.refuse(library.begin(submission()).row, DOUBT, unknown=True)
    where = unknown.provider, unknown.base_url
    assert library.twin(*where, "a robot") == unknown
    pending = library.accept(library.begin(submission()), "later")
    library.refuse(library.begin(submission()).row, DOUBT, unknown=True)
    assert library.twin(*where, "a robot") == pending
    done = settled(library)
    assert library.twin(*where, "a robot") == done
    assert library.twin("kie", where[1], "a robot") is None
    assert library.twin(where[0], "https://elsewhere", "a robot") is None


def test_of_many_that_begin_the_same_at_once_one_does(library):
    def begin(_):
        with Library(library.path) as other:
            return other.begin_unless_known(submission())

    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(begin, range(8)))
    assert [is_new for _, is_new in begun].count(True) == 1
    assert len({task.row for task, _ in begun}) == 1


def test_what_was_refused_is_no_twin(library):
    library.refuse(library.begin(submission()).row, DOUBT)
    assert library.begin_unless_known(submission())[1]


def test_an_id_that_was_given_before_leads_to_its_task_and_leaves_none_submitting(library):
    first = library.accept(library.begin(submission()), "abc")
    again = library.begin(submission())
    assert library.accept(again, "abc") == first
    assert (library.get(again.row).status, library.get(again.row).task_id) == (TaskStatus.FAILED, None)
    assert "abc" in library.get(again.row).error.message
    third = library.begin(submission())
    told = Settlement(third.row, COMPLETE, DeliveredBy.CALLBACK, task_id="abc")
    assert library.settle(told).row == first.row
    assert library.get(first.row).status is TaskStatus.COMPLETE
    assert library.get(third.row).status is TaskStatus.FAILED


def test_who_keeps_the_library_to_himself_is_told_before_anything_is_written(library):
    with closing(sqlite3.connect(library.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(LibraryError, match="another program is using"):
            library.begin(submission("a"))
        assert time.monotonic() - began < BUSY_TIMEOUT / 2
        assert library.unfinished() == []


def test_others_that_write_in_turn_are_waited_for(library, monkeypatch):
    with closing(sqlite3.connect(library.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        looks = []

        def look():
            """See another transaction than at the look before; the third one ends."""
            looks.append(len(looks))
            if len(looks) == 3:
                other.execute("ROLLBACK")
            return looks[-1]

        library._patience = 0.01
        monkeypatch.setattr(library, "_changes_of_others", look)
        assert library.begin(submission("a")).row == 1
        assert len(looks) == 3
