"""`lyrics library`: to a file and back, tasks made elsewhere, deletion, and whether it is sound."""

import json
import sqlite3
import tracemalloc
from pathlib import Path

from lyricscli.errors import Failure, Reason
from lyricscli.models import Outcome, Submission, TaskStatus, Variant, VariantStatus
from lyricscli.store import archive
from lyricscli.store.library import Library


def refs(told):
    return [line.split("\t")[0] for line in told.out.splitlines()]


def test_export_and_import_carry_a_library_over(cli, song, tmp_path):
    song()
    cli("pick", "abc", "2", "--tag", "sea")
    file = tmp_path / "library.jsonl"
    assert cli("library", "export", file).err == f"1 task exported to {file}.\n"
    assert cli("library", "export", file).code == 2
    assert cli("library", "export", file, "--force").code == 0
    before = cli("list", "--json").json
    assert cli("library", "delete", "abc", "--yes").code == 0
    assert cli("list").out == ""
    assert "1 added" in cli("library", "import", file).err
    assert cli("list", "--json").json == before
    assert "1 known already" in cli("library", "import", "-", stdin=file.read_bytes()).err
    assert cli("library", "export", "-").out == file.read_text()


def test_a_file_that_is_no_export_changes_nothing(cli, song, tmp_path):
    song()
    file = tmp_path / "library.jsonl"
    file.write_text(json.dumps({"format": 1}) + "\n")
    told = cli("library", "import", file)
    assert (told.code, "line 1" in told.err) == (2, True)
    assert cli("library", "import", tmp_path / "nothing").code == 2
    assert refs(cli("list")) == ["abc123"]


def test_nothing_is_deleted_without_a_yes(cli, song):
    song()
    told = cli("library", "delete", "abc")
    assert told.code == 2
    assert "abc123: City Rain" in told.err
    assert refs(cli("list")) == ["abc123"]
    assert cli("library", "delete", "nothing", "--yes").code == 9


def test_an_unfinished_task_is_said_to_be_before_it_goes(cli, song):
    song(variants=())
    assert "may have been paid for" in cli("library", "delete", "last", "--yes").err


def test_path_and_check(cli, song):
    song()
    path = cli("library", "path").out.strip()
    assert cli("library", "check").out == "sound: 1 task\n"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("INSERT INTO tags VALUES (77, 'lost')")
    told = cli("library", "check")
    assert (told.code, "tags" in told.out) == (1, True)
    told = cli("library", "check", "--json")
    assert (told.code, told.json["sound"], told.json["tasks"], len(told.json["damage"])) == (1, False, 1, 1)


def test_adopts_what_another_machine_asked_for(cli, service, tmp_path):
    """With the prompt of its record; a second time it is known; an id that nobody knows is named, exit 9."""
    address = service()
    service_of = {"LYRICS_PROVIDER": "sandbox", "LYRICS_BASE_URL": address}
    elsewhere = {"LYRICS_HOME": str(tmp_path / "elsewhere"), **service_of}
    made = [cli("generate", f"song {number}", "--json", **elsewhere).json["task_id"] for number in range(2)]
    told = cli("library", "adopt", "-", "nobody", stdin="\n".join(made).encode(), **service_of)
    assert told.code == 9
    assert refs(told) == made
    assert "nobody: sandbox knows no such task" in told.err
    assert {task["prompt"] for task in cli("list", "--json").json} == {"song 0", "song 1"}
    again = cli("library", "adopt", made[0], **service_of)
    assert (again.code, again.out.split("\t")[-1]) == (0, "known\n")
    told = cli("library", "adopt", made[0], "nobody", "--json", **service_of)
    assert told.code == 9
    assert [(one["task_id"], one["status"], one.get("known")) for one in told.json] == [
        (made[0], "complete", True),
        ("nobody", "failed", False),
    ]
    assert told.json[1]["error"]["reason"] == "not_found"


def test_an_adopted_task_joins_the_one_that_may_have_been_accepted(cli, service, tmp_path):
    """The row that says `unknown` gets the id and the lyrics; no second one is made."""
    address = service()
    service_of = {"LYRICS_PROVIDER": "sandbox", "LYRICS_BASE_URL": address}
    made = cli("generate", "rain", "--json", **service_of, LYRICS_HOME=str(tmp_path / "elsewhere")).json[
        "task_id"
    ]

    with Library(cli_home(cli)) as library:
        row = library.begin(Submission("sandbox", address, "rain", "rain", {"style": "folk"})).row
        library.refuse(row, Failure(Reason.UNAVAILABLE, "cut off"), unknown=True)
    assert refs(cli("library", "adopt", made, **service_of)) == [made]
    (task,) = cli("list", "--json").json
    assert (task["task_id"], task["status"], task["metadata"]) == (made, "complete", {"style": "folk"})


def cli_home(cli):
    return Path(cli("library", "path").out.strip())


def test_both_ways_stream(tmp_path):
    """Four times the tasks take hardly more memory, out and in."""
    peaks = [peak(tmp_path / str(count), count) for count in (500, 2000)]
    assert peaks[1] < peaks[0] + 1_000_000


def peak(folder, count):
    folder.mkdir()
    variant = Variant(1, "T", VariantStatus.COMPLETE, "la la\n" * 100)
    with Library(folder / "one.db") as library, library.transaction():
        for number in range(count):
            submission = Submission("own", "", f"song {number}", f"song {number}")
            task = library.accept(library.begin(submission), f"id{number}")
            library.settle(archive.Settlement(task.row, Outcome(TaskStatus.COMPLETE, (variant,)), "library"))
    tracemalloc.start()
    with Library(folder / "one.db") as library, Library(folder / "other.db") as other:
        records = archive.export(library)
        lines = (json.dumps(archive.document(record)).encode() for record in records)
        archive.take_in(other, archive.read(lines, "it"))
        most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
