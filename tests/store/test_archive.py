import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyricscli.errors import Failure, Reason, UsageError
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Payload,
    PayloadKind,
    Review,
    Settlement,
    Submission,
    TaskStatus,
    Variant,
    VariantStatus,
    Verdict,
)
from lyricscli.store.archive import document, export, read, take_in
from lyricscli.store.library import Library
from lyricscli.store.listing import Filter, rows
from lyricscli.store.songbook import Songbook
from lyricscli.terminal.streams import as_json

TEXT = "[Verse]\r\nGears\u2028turn\x1b[31m\x00\n"
COMPLETE = Outcome(TaskStatus.COMPLETE, (Variant(1, "Iron Man", VariantStatus.COMPLETE, TEXT),))


@pytest.fixture
def other(tmp_path):
    with Library(tmp_path / "other.db") as library:
        yield library


def submitted(library, task_id="abc", prompt="a robot"):
    row = library.begin(
        Submission(
            "kie", "https://x", prompt, prompt, {"style": "folk"}, callback_path="/secret", batch_key="key"
        )
    ).row
    if task_id is not None:
        library.accept(library.get(row), task_id, Payload(PayloadKind.SUBMIT, b"{\xff}", {"A": "b"}))
    return library.get(row)


def sung(library, task_id="abc", prompt="a robot"):
    task = submitted(library, task_id, prompt)
    return library.settle(Settlement(task.row, COMPLETE, DeliveredBy.CALLBACK))


def annotated(library, task):
    songbook = Songbook(library)
    first = songbook.add_version(task, songbook.page(task).lyrics[0], "edited", "vim")
    songbook.add_version(task, songbook.page(task).lyric(first.name), "again", "fmt", title="New")
    songbook.choose(task, "1.2")
    songbook.tag(task, ["winter", "a tag"])
    songbook.review(task, Review("1", 4, Verdict.APPROVED, "good"))


def lines(library):
    return [as_json(document(record), indent=None).encode() + b"\n" for record in export(library)]


def test_a_library_comes_back_from_its_export_without_a_loss(library, other):
    annotated(library, sung(library))
    submitted(library, "pending")
    unknown = submitted(library, None)
    library.refuse(unknown.row, Failure(Reason.UNAVAILABLE, "gone", 522), unknown=True)
    written = lines(library)
    tally = take_in(other, read(written, "it"))
    assert (tally.added, tally.improved, tally.unchanged) == (3, 0, 0)
    assert lines(other) == written
    assert rows(other, Filter(query="again winter")) == [1]


def test_every_line_of_an_export_is_one_json_document(library):
    sung(library)
    (line,) = lines(library)
    assert line.decode().splitlines() == [line.decode().rstrip("\n")]
    assert json.loads(line)["variants"][0]["text"] == TEXT


def test_the_secret_path_of_a_finished_task_stays_at_home(library):
    sung(library)
    submitted(library, "pending")
    finished, pending = map(json.loads, lines(library))
    assert (finished["callback_path"], pending["callback_path"]) == (None, "/secret")


def test_taking_in_twice_changes_nothing(library):
    annotated(library, sung(library))
    submitted(library, None)
    written = lines(library)
    tally = take_in(library, read(written, "it"))
    assert (tally.added, tally.improved, tally.unchanged) == (0, 0, 2)
    assert lines(library) == written


def test_an_import_finishes_a_pending_task_and_never_undoes_a_finished_one(library, other):
    submitted(library)
    before = lines(library)
    sung(other)
    assert take_in(library, read(lines(other), "it")).improved == 1
    assert library.find("abc").variants == COMPLETE.variants
    after = lines(library)
    assert take_in(library, read(before, "it")).unchanged == 1
    assert lines(library) == after


def test_what_was_said_here_outlives_what_was_said_elsewhere(library, other):
    here, there = sung(library), sung(other)
    for book, task, note in ((Songbook(library), here, "mine"), (Songbook(other), there, "theirs")):
        book.review(task, Review("1", note=note))
        book.add_version(task, book.page(task).lyrics[0], f"{note} edit", "vim")
        book.tag(task, [note])
    Songbook(library).choose(here, "1")
    Songbook(other).choose(there, "1.1")
    take_in(library, read(lines(other), "it"))
    page = Songbook(library).page(here)
    assert page.reviews["1"].note == "mine"
    assert page.pick == "1"
    assert page.tags == ("mine", "theirs")
    assert [(version.name, version.text) for version in page.versions] == [
        ("1.1", "mine edit"),
        ("1.2", "theirs edit"),
    ]


def test_a_version_of_a_version_keeps_its_source_when_numbers_move(library, other):
    here, there = sung(library), sung(other)
    Songbook(library).add_version(here, Songbook(library).page(here).lyrics[0], "mine", "vim")
    annotated(other, there)
    take_in(library, read(lines(other), "it"))
    page = Songbook(library).page(here)
    assert [version.text for version in page.lineage(page.lyric("1.3"))] == ["edited", "again"]
    assert page.pick == "1.3"


def changed(line, **changes):
    return json.dumps(json.loads(line) | changes).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"status": "sung"},
        {"provider": None},
        {"submitted_at": "yesterday"},
        {"variants": [{"number": 1}]},
        {"variants": {}},
        {"metadata": []},
        {"task_id": "\ud800"},
        {"error": {"reason": "no", "message": "x", "code": None}},
        {"tags": [1]},
        {
            "messages": [
                {"kind": "record", "received_at": "2026-01-01T00:00:00Z", "headers": {}, "base64": "?"}
            ]
        },
    ],
)
def test_a_line_that_is_no_task_is_named_and_nothing_is_taken_in(library, other, changes):
    sung(library)
    (line,) = lines(library)
    with pytest.raises(UsageError, match="line 2"):
        take_in(other, read([line, changed(line, **changes)], "it"))
    assert list(other.newest()) == []


@pytest.mark.parametrize("line", [b"no json", b"[]", b"1", b"\xff", b"{}", b"[" * 100_000])
def test_a_line_that_is_no_document_is_named(line):
    with pytest.raises(UsageError, match="line 1"):
        list(read([line], "it"))


def test_picks_and_reviews_of_texts_that_are_not_there_are_dropped_but_no_text_is(library, other):
    annotated(library, sung(library))
    (line,) = lines(library)
    take_in(other, read([changed(line, variants=[], pick="9")], "it"))
    page = Songbook(other).page(other.find("abc"))
    assert (page.pick, dict(page.reviews)) == (None, {})
    assert [lyric.text for lyric in page.lyrics] == ["edited", "again"]


def test_a_review_that_came_without_its_moment_can_be_taken_elsewhere_again(library, other, tmp_path):
    sung(library)
    (line,) = lines(library)
    take_in(other, read([changed(line, reviews=[{"name": "1", "rating": 5}])], "it"))
    written = lines(other)
    with Library(tmp_path / "third.db") as third:
        take_in(third, read(written, "it"))
        assert lines(third) == written


TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, max_size=3), prompt=TEXTS, note=TEXTS)
def test_any_text_comes_back_from_its_line_as_it_was(tmp_path_factory, texts, prompt, note):
    where = tmp_path_factory.mktemp("any")
    variants = tuple(Variant(n, t, VariantStatus.COMPLETE, t) for n, t in enumerate(texts, start=1))
    with Library(where / "one.db") as one, Library(where / "two.db") as two:
        row = one.begin(Submission("kie", "https://x", prompt, prompt, {"theme": note})).row
        one.settle(Settlement(row, Outcome(TaskStatus.COMPLETE, variants), DeliveredBy.POLL, task_id="abc"))
        written = lines(one)
        take_in(two, read(written, "it"))
        assert lines(two) == written
        assert two.find("abc").variants == one.find("abc").variants
