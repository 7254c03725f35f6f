"""`lyrics list`: search, filters, groups, export and import, delete."""

import json

import pytest


def refs(told):
    return [line.split("\t")[0] for line in told.out.splitlines()]


def test_a_line_in_a_pipe_has_every_column(cli, song):
    song()
    song("def456", prompt="Rain ")
    cli("pick", "abc", "2", "--tag", "sea", "--note", "a needle\nhere")
    newest, oldest = cli("list").out.splitlines()
    assert newest.split("\t")[3:] == ["City Rain", "2/2"]
    assert oldest.split("\t")[:2] == ["abc123", "partial"]
    assert oldest.split("\t")[3:] == ["Yellow: Leaf?", "1/2", "2", "sea"]
    assert cli("list", "needle").out.rstrip("\n").split("\t")[7] == "a needle here sea"


def test_documents_have_the_review_the_versions_and_the_take(cli, song):
    song()
    song("def456")
    cli("edit", "abc:1", "--title", "New")
    cli("pick", "abc", "1.1")
    plain, full = cli("list", "--json").json
    assert "review" not in plain
    assert (plain["song"], full["song"]) == ({"take": 2, "takes": 2}, {"take": 1, "takes": 2})
    assert full["review"]["pick"] == full["versions"][0]["name"] == "1.1"


def test_filters_and_groups(cli, song):
    song(metadata={"style": "dark folk"})
    song("def456")
    song("ghi789", prompt="sea", variants=())
    cli("pick", "abc", "1", "--tag", "winter")
    assert refs(cli("list", "--picked")) == ["abc123"]
    assert refs(cli("list", "--tag", "winter", "--style", "FOLK")) == ["abc123"]
    assert refs(cli("list", "--group")) == ["ghi789", "def456"]
    assert refs(cli("list", "--song", "abc")) == ["def456", "abc123"]
    assert refs(cli("list", "--pending")) == refs(cli("list", "--status", "submitting")) == ["ghi789"]
    assert refs(cli("list", "--since", "2100-01-01")) == []
    assert len(refs(cli("list", "--since", "1h", "--provider", "sandbox", "--limit", "2"))) == 2


@pytest.mark.parametrize("since", ["tomorrow", "7", "-1d", "2026-13-01", "99999-01-01"])
def test_a_time_that_is_none_is_a_usage_error(cli, since):
    told = cli("list", f"--since={since}")
    assert told.code == 2
    assert "--since" in told.err


def test_export_and_import_carry_a_library_over(cli, song, tmp_path):
    song()
    cli("pick", "abc", "2", "--tag", "sea")
    file = tmp_path / "library.jsonl"
    assert cli("list", "--export", file).err == f"1 task exported to {file}.\n"
    assert cli("list", "--export", file).code == 2
    assert cli("list", "--export", file, "--force").code == 0
    before = cli("list", "--json").json
    assert cli("list", "--delete", "abc", "--yes").code == 0
    assert cli("list").out == ""
    assert "1 added" in cli("list", "--import", file).err
    assert cli("list", "--json").json == before
    assert "1 known already" in cli("list", "--import", "-", stdin=file.read_bytes()).err
    assert cli("list", "--export", "-").out == file.read_text()


def test_a_file_that_is_no_export_changes_nothing(cli, song, tmp_path):
    song()
    file = tmp_path / "library.jsonl"
    file.write_text(json.dumps({"format": 1}) + "\n")
    told = cli("list", "--import", file)
    assert (told.code, "line 1" in told.err) == (2, True)
    assert cli("list", "--import", tmp_path / "nothing").code == 2
    assert refs(cli("list")) == ["abc123"]


def test_nothing_is_deleted_without_a_yes(cli, song):
    song()
    told = cli("list", "--delete", "abc")
    assert told.code == 2
    assert "abc123: City Rain" in told.err
    assert refs(cli("list")) == ["abc123"]
    assert cli("list", "--delete", "nothing", "--yes").code == 9


def test_an_unfinished_task_is_said_to_be_before_it_goes(cli, song):
    song(variants=())
    assert "may have been paid for" in cli("list", "--delete", "last", "--yes").err


@pytest.mark.parametrize("since", ["today", "90s", "30m", "12h", "7d", "4w", "3months", "2 mo", "yesterday"])
def test_how_long_ago_is_said_in_any_unit(cli, song, since):
    song()
    assert cli("list", "--since", since).code == 0
