"""`lyrics wait` prints as `generate` does."""

import pytest

WORDS = ["the harbour at night", "a lighthouse"]


@pytest.fixture
def pending(cli, monkeypatch):
    """Submit two songs that nobody waits for; give their ids."""
    monkeypatch.setenv("LYRICS_SANDBOX_LATENCY", "0.1")
    return [cli("generate", words, "--no-wait", "-q").out.strip() for words in WORDS]


def test_several_tasks_are_written_to_one_file(cli, pending, tmp_path):
    file = tmp_path / "songs.txt"
    told = cli("wait", *pending, "--title-only", "--output", file)
    assert (told.code, told.out) == (0, "")
    titles = "".join(cli("show", one, "--title-only").out for one in pending)
    assert sorted(file.read_text().splitlines()) == sorted(titles.splitlines())
    assert cli("wait", *pending, "--title-only", "-o", "-").out == titles


def test_a_variant_holds_for_text_and_documents(cli, pending):
    first = cli("wait", pending[0], "--variant", "2", "--json").json
    assert [one["number"] for one in first["variants"]] == [2]
    assert cli("wait", pending[0], "--variant", "2").out == cli("show", f"{pending[0]}:2").out


def test_a_task_that_is_named_twice_is_printed_once(cli, pending):
    assert cli("wait", pending[1], "last", "--json").out.count('"task_id"') == 1


def test_a_variant_that_one_task_lacks_keeps_nobody_from_the_others(cli, pending, song):
    told = cli("wait", song("other"), *pending, "--variant", "9")
    assert (told.code, told.out) == (2, "")
    for one in ("other", *pending):
        assert f"{one} has no text 9." in told.err


def test_a_service_that_lacks_a_key_keeps_nobody_from_the_others(cli, pending):
    from lyricscli.models import Submission
    from lyricscli.store.library import Library

    with Library(cli.home / "library.db") as library:
        library.accept(library.begin(Submission("kie", "http://127.0.0.1:9", "rain", "rain")), "of-kie")
    told = cli("wait", "of-kie", *pending, "--json")
    assert (told.code, "kie: there is no API key for kie. `lyrics auth login kie`" in told.err) == (4, True)
    assert told.out.count('"status": "complete"') > len(pending)
    assert cli("wait", "of-kie").code == 4
