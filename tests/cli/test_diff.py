"""`lyrics diff`: what differs, readable without colour."""


def test_lines_and_words_are_marked(cli, song):
    song()
    cli("edit", "abc:1", "--with", "sed 's/empty nights/starry nights/; $d'")
    told = cli("diff", "abc:1", "abc:1.1")
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[:2] == ["--- abc123:1 City Rain", "+++ abc123:1.1 City Rain"]
    assert "- I walk alone through [-empty-] nights" in lines
    assert "+ I walk alone through {+starry+} nights" in lines
    assert "- Hold on" in lines
    assert "  The rain comes down on city lights" in lines
    assert cli("diff", "abc:1.1").out == told.out, "a version alone is compared with its source"


def test_a_text_compared_with_itself_is_named_once(cli, song):
    song()
    told = cli("diff", "last", "last")
    assert (told.code, told.err.count("This is text 1 of last")) == (0, 1)


def test_equal_sections_are_one_line(cli, song):
    song()
    cli("edit", "abc:1", "--with", "sed 's/Hold on/Hold me/'")
    assert "= Verse 1: 3 lines the same" in cli("diff", "abc:1.1").out.splitlines()


def test_exit_code_is_0_unless_asked_for(cli, song):
    song()
    assert cli("diff", "abc:1", "abc:2").code == 0
    assert cli("diff", "abc:1", "abc:2", "--exit-code").code == 1
    assert cli("diff", "abc:1", "abc:1", "--exit-code").code == 0


def test_the_document_has_both_names_and_every_line(cli, song):
    song()
    document = cli("diff", "abc:1", "abc:2", "--json").json
    assert document["before"] == {"task_id": "abc123", "name": "1", "title": "City Rain"}
    assert document["same"] is False
    after = [
        line["after"]["text"] for part in document["sections"] for line in part["lines"] if line["after"]
    ]
    assert after == song.two.splitlines()


def test_a_generated_text_alone_has_nothing_to_be_compared_with(cli, song):
    song()
    assert cli("diff", "abc:1").code == 2
    assert cli("diff", "abc:1", "nothing").code == 9
