"""`lyrics generate` with what is said of a song, and again."""

import pytest


@pytest.fixture
def generate(cli):
    return lambda *words, **environ: cli("generate", *words, LYRICS_SANDBOX_LATENCY="0", **environ)


def sent(cli, task):
    """Return what was sent for a task, as the export keeps it."""
    import json

    lines = map(json.loads, cli("library", "export", "-").out.splitlines())
    return next(line["sent_prompt"] for line in lines if line["task_id"] == task)


def test_style_and_the_rest_are_composed_into_the_prompt_and_kept(cli, generate):
    done = generate(
        "a robot", "--style", "dark folk", "--mood", "wistful", "--language", "English", "--json"
    ).json
    assert done["prompt"] == "a robot"
    assert done["metadata"] == {"style": "dark folk", "mood": "wistful", "language": "English"}
    text = sent(cli, done["task_id"])
    assert text.startswith("a robot")
    for said in ("dark folk", "wistful", "English"):
        assert said in text


def test_what_the_prompt_has_no_room_for_is_told_and_kept(cli, generate):
    long = " ".join(["word"] * 300)
    told = generate("a robot", "--structure", long, "--style", "folk", "--json")
    assert told.code == 0
    assert "no room for: structure" in told.err
    assert told.json["metadata"]["structure"] == long
    assert "folk" in sent(cli, told.json["task_id"])


def test_again_is_another_take_with_changes_where_given(cli, generate):
    first = generate("a robot", "--style", "folk", "--mood", "sad", "--json").json
    second = generate("--again", "last", "--mood", "glad", "--json").json
    assert second["task_id"] != first["task_id"]
    assert (second["prompt"], second["metadata"]) == ("a robot", {"style": "folk", "mood": "glad"})
    third = generate("another prompt", "--again", first["task_id"], "--style", "", "--json").json
    assert (third["prompt"], third["metadata"]) == ("another prompt", {"mood": "sad"})
    takes = [document["song"]["take"] for document in cli("list", "--json").json]
    assert takes == [3, 2, 1]


def test_again_and_reuse_contradict_each_other(generate):
    assert generate("--again", "last", "--reuse").code == 2
    assert generate("--again", "last").code == 9


def test_check_tells_its_findings_on_stderr_and_leaves_stdout_alone(cli, generate):
    cli.home.mkdir()
    (cli.home / "deny.txt").write_text("the\nand\na\n")
    told = generate("a robot", "--check", "--json")
    assert told.code == 0
    assert "on your deny list. (content, strong)" in told.err
    assert told.json["status"] == "complete"
