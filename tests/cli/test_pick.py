"""`lyrics pick`: a choice and what is thought of it, in a script."""

import pytest


def test_a_pick_is_kept_with_what_is_thought_of_it(cli, song):
    song()
    told = cli(
        "pick", "abc", "2", "--note", "strong bridge", "--tag", "winter,sea", "--rate", "4", "--approve"
    )
    assert (told.code, told.out) == (0, "abc123:2\n")
    review = cli("pick", "abc", "--json").json
    assert (review["task_id"], review["pick"], review["tags"]) == ("abc123", "2", ["sea", "winter"])
    (text,) = review["texts"]
    assert (text["name"], text["rating"], text["verdict"], text["note"]) == (
        "2",
        4,
        "approved",
        "strong bridge",
    )
    assert cli("show", "abc", "--json").json["review"]["pick"] == "2"
    assert cli("pick", "abc:1").out == "abc123:1\n"
    assert cli("pick", "abc", "none").err == "No text of abc123 is picked.\n"


def test_a_rejected_text_is_not_picked(cli, song):
    song()
    cli("pick", "abc", "1")
    told = cli("pick", "abc", "1", "--reject")
    assert (told.code, told.out) == (0, "")
    assert cli("pick", "abc", "2", "--reject", "--json").json["pick"] is None


def test_a_note_without_a_number_goes_to_the_pick_and_needs_one(cli, song):
    song()
    assert cli("pick", "abc", "--note", "which?").code == 2
    cli("pick", "abc", "2")
    cli("pick", "abc", "--note", "this")
    assert cli("pick", "abc", "--json").json["texts"][0]["name"] == "2"


def test_a_tag_needs_no_pick_and_can_be_taken_away(cli, song):
    song()
    cli("pick", "abc", "--tag", "a b", "--tag", "c")
    assert cli("pick", "abc", "--untag", "c", "--json").json["tags"] == ["a b"]


@pytest.mark.parametrize(
    "arguments",
    [["abc", "3"], ["abc", "9"], ["abc", "x"], ["abc", "1", "--approve", "--reject"], ["abc", "--tag", " "]],
)
def test_what_cannot_be_picked_is_a_usage_error(cli, song, arguments):
    song()
    assert cli("pick", *arguments).code == 2
    assert cli("pick", "abc", "--json").json == {"task_id": "abc123", "pick": None, "tags": [], "texts": []}


def test_an_unknown_task_is_exit_9(cli):
    assert cli("pick", "nothing").code == 9
