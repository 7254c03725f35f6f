import sqlite3

import pytest

from lyricscli.errors import Failure, Reason
from lyricscli.models import DeliveredBy, Outcome, Settlement, Submission, TaskStatus, Variant, VariantStatus
from lyricscli.store import listing, schema
from lyricscli.store.library import Library
from lyricscli.store.listing import HIT_END, HIT_START, Filter, rows, sharing
from lyricscli.store.songbook import Songbook

TEXT = "[Verse]\nGears that turn beneath the rain\n"


def entries(library, wanted):
    return [entry for page in listing.entries(library, wanted) for entry in page]


@pytest.fixture
def times():
    """Hold the times that the library writes, the next one first."""
    return [f"2026-11-{day:02d}T00:00:00Z" for day in range(1, 29)]


@pytest.fixture
def library(tmp_path, times):
    with Library(tmp_path / "library.db", clock=lambda: times[0]) as library:
        yield library


def sung(library, task_id, prompt="a robot", text=TEXT, **changes):
    submission = Submission("sunoapi", "https://x", prompt, prompt, **changes)
    row = library.begin(submission).row
    library.accept(library.get(row), task_id)
    variants = (Variant(1, f"Song {task_id}", VariantStatus.COMPLETE, text),)
    return library.settle(Settlement(row, Outcome(TaskStatus.COMPLETE, variants), DeliveredBy.POLL))


def refs(library, **wanted):
    return [entry.ref for entry in entries(library, Filter(**wanted))]


def test_tasks_are_listed_by_time_even_where_an_older_one_came_into_the_library_later(library, times):
    sung(library, "one")
    times.reverse()
    sung(library, "three")
    times.reverse()
    times.pop(0)
    sung(library, "two")
    assert refs(library) == ["three", "two", "one"]
    assert refs(library, limit=1) == ["three"]
    assert library.find("last").task_id == "three"


def test_a_search_finds_words_of_prompts_titles_texts_notes_tags_and_versions(library):
    task = sung(library, "abc", prompt="a lighthouse")
    songbook = Songbook(library)
    page = songbook.page(task)
    songbook.tag(task, ["winter"])
    songbook.add_version(task, page.lyrics[0], "Snowfall on the quay", "vim")
    for query in ("lighthouse", "Song abc", "gears rain", "winter", "snowfall"):
        assert refs(library, query=query) == ["abc"], query
    assert refs(library, query="harbour") == []


def test_what_is_unfinished_or_was_refused_is_found_by_its_prompt_too(library):
    pending = library.accept(library.begin(Submission("s", "x", "a harbour", "a harbour")), "abc")
    sending = library.begin(Submission("s", "x", "a harbour", "a harbour"))
    refused = library.begin(Submission("s", "x", "a harbour", "a harbour"))
    library.refuse(refused.row, Failure(Reason.UNAVAILABLE, "no"))
    assert refs(library, query="harb") == [refused.ref, sending.ref, pending.ref]
    variants = (Variant(1, "T", VariantStatus.COMPLETE, TEXT),)
    library.settle(Settlement(pending.row, Outcome(TaskStatus.COMPLETE, variants), DeliveredBy.POLL), pending)
    assert refs(library, query="harbour gears") == ["abc"]


def test_words_are_found_by_their_beginning_and_quoted_words_only_together(library):
    sung(library, "abc")
    assert refs(library, query="gea rai") == ["abc"]
    assert refs(library, query='"the rain"') == ["abc"]
    assert refs(library, query='"rain the"') == []
    assert refs(library, query='"the rain') == ["abc"]


@pytest.mark.parametrize(
    "odd", ['"', "AND", "a*b(", "", "-x", "NEAR", "zz OR gears", "\x00", "titles:gears", "(", '""']
)
def test_nothing_that_is_typed_is_search_syntax(library, odd):
    sung(library, "abc", prompt="q", text="gears")
    assert refs(library, query=odd) == []


def test_the_hit_is_shown_with_the_found_words_marked(library):
    sung(library, "abc", text="word " * 40 + "needle " + "word " * 40)
    (entry,) = entries(library, Filter(query="needl"))
    assert f"{HIT_START}needle{HIT_END}" in entry.hit
    assert len(entry.hit.split()) <= 13


def test_every_filter_narrows_the_list(library, times):
    old = sung(library, "old", metadata={"style": "Dark Folk"})
    times.pop(0)
    sung(library, "new", prompt="b")
    library.begin(Submission("kie", "https://y", "c", "c"))
    songbook = Songbook(library)
    songbook.choose(old, "1")
    songbook.tag(old, ["a", "b"])
    assert refs(library, style="folk") == ["old"]
    assert refs(library, since="2026-11-02T00:00:00Z") == ["local-3", "new"]
    assert refs(library, provider="kie") == ["local-3"]
    assert refs(library, statuses=(TaskStatus.SUBMITTING, TaskStatus.PENDING)) == ["local-3"]
    assert refs(library, picked=True) == ["old"]
    assert refs(library, tags=("a", "b")) == ["old"]
    assert refs(library, tags=("a", "c")) == []
    assert refs(library, query="gears", picked=True, style="nothing") == []


def test_generations_of_the_same_prompt_are_takes_of_one_song(library, times):
    for name in ("one", "two"):
        sung(library, name, prompt="A  robot")
        times.pop(0)
    sung(library, "three", prompt="another prompt", song="a robot")
    sung(library, "alone", prompt="a ship")
    listed = {entry.ref: (entry.take, entry.takes) for entry in entries(library, Filter())}
    assert listed == {"one": (1, 3), "two": (2, 3), "three": (3, 3), "alone": (1, 1)}
    assert refs(library, grouped=True) == ["alone", "three"]
    assert refs(library, takes_of=library.find("one")) == ["three", "two", "one"]
    assert Songbook(library).take(library.find("two")) == (2, 3)


def test_tasks_without_a_prompt_are_no_takes_of_each_other(library):
    for name in ("one", "two"):
        sung(library, name, prompt="")
    assert [(entry.take, entry.takes) for entry in entries(library, Filter())] == [(1, 1), (1, 1)]
    assert len(rows(library, Filter(grouped=True))) == 2
    assert refs(library, takes_of=library.find("one")) == ["one"]


def test_the_title_shown_is_that_of_the_pick(library):
    task = sung(library, "abc")
    songbook = Songbook(library)
    version = songbook.add_version(task, songbook.page(task).lyrics[0], "x", "vim", title="Edited")
    assert entries(library, Filter())[0].title == "Song abc"
    songbook.choose(task, version.name)
    assert (entries(library, Filter())[0].title, entries(library, Filter())[0].pick) == ("Edited", "1.1")


def test_the_list_reads_no_text(library):
    """Ten thousand songs stay quick because their texts stay where they are."""
    task = sung(library, "abc")
    Songbook(library).add_version(task, Songbook(library).page(task).lyrics[0], "x", "vim")
    read = set()

    def watch(action, table, column, *_):
        if action == sqlite3.SQLITE_READ:
            read.add((table, column))
        return sqlite3.SQLITE_OK

    library._database.set_authorizer(watch)
    assert refs(library, style=None, picked=False) == ["abc"]
    assert ("variants", "title") in read
    assert not {("variants", "text"), ("versions", "text"), ("payloads", "body")} & read


def test_only_other_tasks_that_share_enough_phrases_are_candidates(library):
    mine = sung(library, "mine", prompt="a", text="one two three four five six")
    near = sung(library, "near", prompt="b", text="one two three four\nand five six")
    sung(library, "far", prompt="c", text="two one four three")
    phrases = ["one two", "two three", "five six"]
    assert sharing(library, phrases, 3, but=mine) == [near.row]
    assert sharing(library, ["one two", 'three "quoted" words\0'], 1, but=mine) == [near.row]
    assert sharing(library, [], 1, but=mine) == []


SPACELESS = [
    ("在月光下我想起你 风吹过的街道", "月光", "光下我", "光月"),
    ("夜の中を歩いている きみはいない", "歩いて", "中を", "夜中"),
    ("ฉันเดินในคืนนี้และเธอไม่อยู่", "คืนนี้", "เธอ", "เธอเดิน"),
    ("我love你 MTV", "love", "你 mtv", "lov你"),
]


@pytest.mark.parametrize(("text", "one", "other", "nothing"), SPACELESS)
def test_words_are_found_inside_a_phrase_that_has_no_spaces(library, text, one, other, nothing):
    sung(library, "abc", text=text)
    assert refs(library, query=one) == refs(library, query=other) == ["abc"]
    assert refs(library, query=nothing) == []
    (row,) = entries(library, Filter(query=one))
    assert one in row.hit.replace(HIT_START, "").replace(HIT_END, "")
    assert "\u200b" not in row.hit


SIGNED = [
    ("मेरी किताब कहाँ है", "किता", "मेरी किताब", "ताब"),
    ("เขากินข้าวที่บ้าน", "กิน", "ข้าว", "กน"),
    ("रक्\u200dषा बंधन", "रक्षा", "बंधन", "षा"),
    ("كَتَبَ القَلبُ", "كتب", "القَلب", "تب"),
    ("শুভ রাত্রি", "শুভ", "রাত্", "ত্রি"),
]


@pytest.mark.parametrize(("text", "one", "other", "nothing"), SIGNED)
def test_words_hold_their_signs_and_are_the_same_without_points(library, text, one, other, nothing):
    sung(library, "abc", text=text)
    assert refs(library, query=one) == refs(library, query=other) == ["abc"]
    assert refs(library, query=nothing) == []
    (row,) = entries(library, Filter(query=other))
    assert max(row.hit) < "\U000f0000"


@pytest.mark.parametrize("version", [3, 5])
def test_an_older_librarys_phrases_are_found_inside_too(tmp_path, monkeypatch, version):
    path = tmp_path / "old.db"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "VERSION", version)
        patch.setattr(schema, "spaced", str)
        with Library(path) as old:
            for number, (text, *_) in enumerate([*SPACELESS, *SIGNED]):
                task = sung(old, f"t{number}", text=text)
                with old.transaction():  # as the older program wrote it
                    old.change("UPDATE search SET texts = ? WHERE rowid = ?", (text, task.row))
            assert refs(old, query="光下我") == []
    with Library(path) as library:
        for number, (_, one, other, _) in enumerate([*SPACELESS, *SIGNED]):
            assert f"t{number}" in refs(library, query=one)
            assert f"t{number}" in refs(library, query=other)
