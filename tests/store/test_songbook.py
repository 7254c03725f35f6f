import sqlite3
import stat
import threading
from contextlib import closing

import pytest

from lyricscli.errors import LyricsError, NoSuchTaskError, UsageError
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Review,
    Settlement,
    Submission,
    TaskStatus,
    Variant,
    VariantStatus,
    Verdict,
)
from lyricscli.store import schema
from lyricscli.store.database import connect
from lyricscli.store.library import Library
from lyricscli.store.listing import Filter, rows
from lyricscli.store.songbook import Songbook

VARIANTS = (
    Variant(1, "One", VariantStatus.COMPLETE, "first\n"),
    Variant(2, "Two", VariantStatus.COMPLETE, "second\n"),
    Variant(3, "", VariantStatus.FAILED, "", "no"),
)
NOON = "2026-11-22T12:00:00Z"


@pytest.fixture
def songbook(library):
    return Songbook(library, clock=lambda: NOON)


def sung(library, task_id="abc", variants=VARIANTS):
    row = library.begin(Submission("sunoapi", "https://x", "a robot", "a robot")).row
    library.accept(library.get(row), task_id)
    return library.settle(Settlement(row, Outcome(TaskStatus.PARTIAL, variants), DeliveredBy.POLL))


def test_versions_are_numbered_under_the_variant_they_go_back_to(library, songbook):
    task = sung(library)
    _, second = songbook.lyric("abc:2")
    first_edit = songbook.add_version(task, second, "edited", "vim")
    _, edited = songbook.lyric("abc:2.1")
    songbook.add_version(task, edited, "again", "fmt")
    page = songbook.page(task)
    assert [lyric.name for lyric in page.lyrics] == ["1", "2", "2.1", "2.2"]
    assert (first_edit.title, first_edit.made_by, first_edit.made_at) == ("Two", "vim", NOON)
    assert [step.name for step in page.lineage(page.lyric("2.2"))] == ["2.1", "2.2"]
    assert page.lineage(page.lyric("2")) == ()


def test_what_was_generated_is_never_changed_by_an_edit(library, songbook):
    task = sung(library)
    songbook.add_version(task, songbook.lyric("abc:1")[1], "edited", "vim")
    assert library.find("abc").variants == VARIANTS


def test_a_tasks_name_alone_means_the_pick_or_else_the_first_text(library, songbook):
    task = sung(library)
    assert songbook.lyric("abc")[1].name == "1"
    songbook.choose(task, "2")
    assert songbook.lyric("last")[1].name == "2"
    songbook.choose(task, None)
    assert songbook.lyric("ab")[1].name == "1"


def test_a_text_that_is_not_there_is_named_with_those_that_are(library, songbook):
    sung(library)
    for name in ("abc:3", "abc:2.1", "abc:0"):
        with pytest.raises(UsageError, match="has no text") as raised:
            songbook.lyric(name)
        assert raised.value.advice == "It has 1, 2."
    with pytest.raises(NoSuchTaskError):
        songbook.lyric("nothing:1")


def test_a_task_without_lyrics_says_so(library, songbook):
    library.begin(Submission("sunoapi", "https://x", "a", "a"))
    with pytest.raises(LyricsError, match="has no lyrics"):
        songbook.lyric("last")


def test_an_id_that_looks_like_a_text_is_found_as_an_id(library, songbook):
    sung(library, "id:2")
    page, name = songbook.find("id:2")
    assert (page.task.task_id, name) == ("id:2", None)
    assert songbook.lyric("id:2:1")[1].name == "1"


def test_a_review_is_added_to_and_never_emptied(library, songbook):
    task = sung(library)
    songbook.review(task, Review("2", rating=4))
    songbook.review(task, Review("2", note="good bridge"))
    songbook.review(task, Review("2", verdict=Verdict.APPROVED))
    assert songbook.page(task).reviews == {"2": Review("2", 4, Verdict.APPROVED, "good bridge", NOON)}


def test_a_rejected_text_is_no_longer_the_pick(library, songbook):
    task = sung(library)
    songbook.choose(task, "2")
    songbook.review(task, Review("1", verdict=Verdict.REJECTED))
    assert songbook.page(task).pick == "2"
    songbook.review(task, Review("2", verdict=Verdict.REJECTED))
    assert songbook.page(task).pick is None


def test_tags_come_and_go(library, songbook):
    task = sung(library)
    songbook.tag(task, ["b", "a", "a"])
    songbook.tag(task, ["c"], remove=["b", "never there"])
    assert songbook.page(task).tags == ("a", "c")


def test_a_later_report_of_the_task_keeps_versions_and_notes_searchable(library, songbook):
    task = sung(library)
    songbook.add_version(task, songbook.lyric("abc")[1], "needle", "vim")
    songbook.review(task, Review("1", note="haystack"))
    mended = (Variant(3, "Three", VariantStatus.COMPLETE, "third"),)
    library.settle(Settlement(task.row, Outcome(TaskStatus.COMPLETE, mended), DeliveredBy.POLL))
    for word in ("needle", "haystack", "third"):
        assert rows(library, Filter(query=word)) == [task.row]


def test_a_deleted_task_leaves_nothing_behind(library, songbook):
    task, other = sung(library), sung(library, "other")
    songbook.add_version(task, songbook.lyric("abc")[1], "needle", "vim")
    songbook.review(task, Review("1", rating=1))
    songbook.tag(task, ["x"])
    songbook.delete([task])
    assert [left.task_id for left in library.newest()] == ["other"]
    for table in ("variants", "versions", "reviews", "tags", "payloads"):
        owners = library.rows(f"SELECT DISTINCT task_row FROM {table}")
        assert {row["task_row"] for row in owners} <= {other.row}, table
    assert len(library.rows("SELECT rowid FROM search")) == 1
    with pytest.raises(NoSuchTaskError, match="deleted"):
        library.get(task.row)


def test_the_words_of_a_deleted_task_are_not_in_the_file_any_more(tmp_path):
    secret = (Variant(1, "Quixotic", VariantStatus.COMPLETE, "xylophone zeppelin\n" * 200),)
    with Library(tmp_path / "library.db") as library:
        sung(library, "other")
        Songbook(library).delete([sung(library, "gone", secret)])
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir()).lower()
    assert b"second" in content
    for word in (b"quixotic", b"xylophone", b"zeppelin"):
        assert word not in content


def old_library(path, monkeypatch):
    """Make a library as its first version left it, with one task in it."""
    with monkeypatch.context() as patch:
        patch.setattr(schema, "VERSION", 1)
        database = connect(path)
    database.execute(
        "INSERT INTO tasks (task_id, provider, base_url, status, prompt, sent_prompt, metadata, submitted_at)"
        " VALUES ('old', 'kie', 'x', 'pending', 'Ein  Lied', 'Ein  Lied', '{}', '2026-01-01T00:00:00Z')"
    )
    database.close()


def test_a_library_is_copied_before_it_is_migrated(tmp_path, monkeypatch):
    path = tmp_path / "library.db"
    old_library(path, monkeypatch)
    Library(path).close()
    copy = tmp_path / "library.db.v1.bak"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("SELECT task_id FROM tasks").fetchall() == [("old",)]
    assert {file.name for file in tmp_path.iterdir()} == {"library.db", "library.db.v1.bak"}


def test_processes_that_come_at_once_leave_one_copy_of_the_old_library(tmp_path, monkeypatch):
    path = tmp_path / "library.db"
    old_library(path, monkeypatch)
    threads = [threading.Thread(target=lambda: Library(path).close()) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(sqlite3.connect(tmp_path / "library.db.v1.bak")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
    with Library(path) as library:
        assert library.find("old").prompt == "Ein  Lied"


def test_an_old_librarys_tasks_get_their_song(tmp_path, monkeypatch):
    path = tmp_path / "library.db"
    old_library(path, monkeypatch)
    with Library(path) as library:
        library.begin(Submission("kie", "x", "ein lied", "ein lied"))
        assert Songbook(library).take(library.find("old")) == (1, 2)


def test_a_new_library_needs_no_copy(tmp_path):
    Library(tmp_path / "library.db").close()
    assert [file.name for file in tmp_path.iterdir()] == ["library.db"]


def test_a_copy_that_cannot_be_made_leaves_the_library_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "library.db"
    old_library(path, monkeypatch)
    (tmp_path / "library.db.v1.bak").mkdir()
    with pytest.raises(LyricsError):
        Library(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
