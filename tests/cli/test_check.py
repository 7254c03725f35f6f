"""`lyrics check`: findings and the exit code they set."""

import pytest

from lyricscli.models import Variant, VariantStatus


def lines(told):
    return [line.split("\t") for line in told.out.splitlines()]


def test_every_text_is_checked_or_else_the_pick_or_the_one_named(cli, song):
    song()
    assert [line[0] for line in lines(cli("check", "abc", "--deny", "the"))] == ["1", "2"]
    assert [line[0] for line in lines(cli("check", "abc:2", "--deny", "the"))] == ["2"]
    cli("pick", "abc", "2")
    assert [line[0] for line in lines(cli("check", "abc", "--deny", "the"))] == ["2"]


def test_a_finding_is_a_line_of_text_check_level_line_and_message(cli, song):
    song()
    told = cli("check", "abc:1", "--deny", "city lights")
    assert lines(told) == [["1", "content", "strong", "2", "“city lights” is on your deny list."]]
    assert "legal clearance" in told.err
    document = cli("check", "abc:1", "--deny", "city lights", "--json").json
    assert document["texts"][0]["findings"][0]["line"] == 2
    assert set(document["limits"]) == {"structure", "content", "spelling", "language", "length", "likeness"}


@pytest.mark.parametrize(
    ("reasons", "code"),
    [("strong", 1), ("content", 1), ("likeness,mild", 0), ("likeness, strong", 1), ("", 0)],
)
def test_fail_on_sets_the_exit_code(cli, song, reasons, code):
    song()
    assert cli("check", "abc:1", "--deny", "rain", "--fail-on", reasons).code == code


def test_an_unknown_reason_is_a_usage_error(cli, song):
    song()
    told = cli("check", "abc", "--fail-on", "strnog")
    assert (told.code, "likeness" in told.err) == (2, True)


def test_the_users_lists_count_for_every_check(cli, song):
    song()
    (cli.home / "deny.txt").write_text("# not in our songs\nlights # too bright\n\n")
    assert len(lines(cli("check", "abc:1"))) == 1
    (cli.home / "deny.txt").write_bytes(b"\xff")
    assert cli("check", "abc:1").code == 2


def test_the_language_asked_for_is_checked(cli, song):
    song(metadata={"language": "French"})
    assert ["language", "strong"] in [line[1:3] for line in lines(cli("check", "abc:1"))]
    assert lines(cli("check", "abc:1", "--language", "English")) == []


def test_likeness_to_earlier_songs_is_found_but_not_to_the_songs_own_takes(cli, song):
    song()
    song("def456")
    assert cli("check", "def:1", "--fail-on", "likeness").code == 0
    alike = Variant(1, "Mine", VariantStatus.COMPLETE, song.one.replace("empty", "quiet"))
    song("ghi789", prompt="another", variants=(alike,))
    told = cli("check", "ghi:1", "--fail-on", "likeness")
    assert told.code == 1
    assert {line[4].split("”")[0] for line in lines(told)} == {
        "Too close to “City Rain (abc123:1)",
        "Too close to “City Rain (def456:1)",
    }


def test_likeness_is_found_in_scripts_without_spaces(cli, song):
    text = "[主歌]\n在月光下我想起你\n风吹过的街道没有声音\n"
    for task_id, prompt in (("abc", "one"), ("def", "two")):
        song(task_id, prompt=prompt, variants=(Variant(1, "月", VariantStatus.COMPLETE, text),))
    assert cli("check", "def", "--fail-on", "likeness").code == 1


def test_likeness_to_a_file_is_found(cli, song, tmp_path):
    song()
    file = tmp_path / "theirs.txt"
    file.write_text(song.one)
    assert cli("check", "abc:1", "--against", file, "--fail-on", "likeness").code == 1
    assert cli("check", "abc:2", "--against", file, "--fail-on", "likeness").code == 0
    assert cli("check", "abc:2", "--against", tmp_path / "nothing").code == 2


def test_nothing_is_changed_by_a_check(cli, song):
    song()
    before = cli("library", "export", "-").out
    cli("check", "abc", "--deny", "rain")
    assert cli("library", "export", "-").out == before


def test_songs_of_the_sandbox_share_the_lines_of_its_banks_and_nothing_else(cli, song):
    """A newcomer's takes pass; what was written into one of them is still compared."""
    from lyricscli.sandbox.writer.standin import write

    texts = [write("rain", seed=seed)[0].text for seed in (1, 2, 3)]
    own = "\nthe paper boats were made of letters nobody had ever sent\n"
    for number, text in enumerate(texts):
        variants = (Variant(1, "Rain", VariantStatus.COMPLETE, text + own * (number > 0)),)
        song(f"task{number}", prompt=f"rain {number}", variants=variants)
    assert cli("check", "task0", "--fail-on", "strong,likeness").code == 0
    told = cli("check", "task1", "--fail-on", "likeness")
    assert (told.code, "task2:1" in told.out, "task0" in told.out) == (1, True, False)
