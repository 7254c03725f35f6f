"""`lyrics rhyme`: words that rhyme, for a songwriter, a pipe and a script."""

import subprocess
import sys

import pytest


def test_one_a_line_and_the_commonest_first(cli):
    """Perfect rhymes alone; the word itself is none of them."""
    done = cli("rhyme", "time")
    words = done.out.splitlines()
    assert done.code == 0
    assert done.err == ""
    assert words.index("crime") < words.index("thyme")
    assert {"fine", "time"}.isdisjoint(words)


def test_the_document(cli):
    """Slants stand behind, and say that they are."""
    document = cli("rhyme", "time", "--near", "--syllables", "1", "--json").json
    assert document["word"] == "time"
    assert {"word": "rhyme", "syllables": 1, "kind": "perfect"} in document["rhymes"]
    assert {"word": "fine", "syllables": 1, "kind": "near"} in document["rhymes"]
    assert {rhyme["syllables"] for rhyme in document["rhymes"]} == {1}


@pytest.mark.parametrize(("word", "listed"), [("duck", "fuck"), ("bell", "hell")])
def test_words_of_the_content_list_are_left_out_unless_asked_for(cli, word, listed):
    assert listed not in cli("rhyme", word).out.splitlines()
    assert listed in cli("rhyme", word, "--explicit").out.splitlines()


def test_nothing_found_is_said_and_exit_1(cli):
    done = cli("rhyme", "orange")
    assert (done.code, done.out) == (1, "")
    assert "--near" in done.err
    assert cli("rhyme", "orange", "--json").json == {"word": "orange", "rhymes": []}


def test_an_unknown_word_is_rhymed_by_its_spelling_and_said_to_be(cli):
    done = cli("rhyme", "blorkight")
    assert "light" in done.out.splitlines()
    assert "“blorkight” is not in the dictionary" in done.err


def test_a_phrase_rhymes_by_its_last_word(cli):
    assert cli("rhyme", "in the night!").out == cli("rhyme", "NIGHT").out


@pytest.mark.parametrize("word", ["", "?!", "夜", "7", "\x1b[31m"])
def test_what_has_no_english_word_is_a_usage_error(cli, word):
    """And nothing of it acts on a terminal."""
    done = cli("rhyme", "--", word)
    assert (done.code, done.out) == (2 if word != "\x1b[31m" else done.code, done.out)
    assert "\x1b" not in done.out + done.err


def test_in_a_pipe_it_loads_nothing_heavy():
    """No event loop, no HTTP, no Rich."""
    code = (
        "import sys; from lyricscli.__main__ import run; run(['rhyme', 'night']);"
        "print({'aiohttp', 'asyncio', 'pyngrok', 'rich', 'ssl'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "set()"
