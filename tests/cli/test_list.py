"""`lyrics list`: search, filters, groups, export and import, delete."""

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
    assert refs(cli("list", "--pending", "--status", "complete")) == []
    assert refs(cli("list", "--pending", "--status", "submitting", "--status", "partial")) == ["ghi789"]
    assert refs(cli("list", "--status", "submitting", "--status", "partial")) == [
        "ghi789",
        "def456",
        "abc123",
    ]
    assert refs(cli("list", "--since", "2100-01-01")) == []
    assert len(refs(cli("list", "--since", "1h", "--provider", "sandbox", "--limit", "2"))) == 2


@pytest.mark.parametrize("since", ["tomorrow", "7", "-1d", "2026-13-01", "99999-01-01"])
def test_a_time_that_is_none_is_a_usage_error(cli, since):
    told = cli("list", f"--since={since}")
    assert told.code == 2
    assert "--since" in told.err


@pytest.mark.parametrize("since", ["today", "90s", "30m", "12h", "7d", "4w", "3months", "2 mo", "yesterday"])
def test_how_long_ago_is_said_in_any_unit(cli, song, since):
    song()
    assert cli("list", "--since", since).code == 0
