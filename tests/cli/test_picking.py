"""`lyrics pick` at a terminal: the texts, one question, and what an answer does."""

import sys

import pytest

pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")


@pytest.fixture
def asked(lyrics):
    lyrics("generate", "a robot", LYRICS_SANDBOX_LATENCY="0")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "lyricscli", "pick", "last"],
        env=lyrics.environment(TERM="xterm", PAGER="cat"),
        dimensions=(50, 100),
        timeout=30,
        encoding="utf-8",
    )
    child.expect("Which one")
    yield child
    child.close()


def test_an_answer_is_the_pick(lyrics, asked):
    asked.sendline("9")
    asked.expect("There is no text 9")
    asked.sendline("2")
    asked.expect(pexpect.EOF)
    assert lyrics.json("pick", "last")["pick"] == "2"


def test_two_texts_are_compared_before_one_is_taken(lyrics, asked):
    asked.sendline("d")
    asked.expect_exact("+++ 2 ")
    asked.expect("Which one")
    asked.sendline("q")
    asked.expect(pexpect.EOF)
    assert lyrics.json("pick", "last")["pick"] is None


def test_ctrl_c_changes_nothing(lyrics, asked):
    asked.sendintr()
    asked.expect(pexpect.EOF)
    asked.close()
    assert asked.exitstatus == 130
    assert lyrics.json("pick", "last")["pick"] is None
