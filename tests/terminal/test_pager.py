import sys

import pytest

pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")

LONG = "import sys; from lyricscli.terminal import pager; pager.show('line\\n' * int(sys.argv[1]))"


def shown(lyrics, lines, dimensions=(20, 80), **environ):
    child = pexpect.spawn(
        sys.executable,
        ["-c", LONG, str(lines)],
        env=lyrics.environment(**{"TERM": "xterm", **environ}),
        dimensions=dimensions,
        timeout=30,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    return child.before


def test_what_is_longer_than_the_window_goes_through_the_users_pager(lyrics):
    assert "40" in shown(lyrics, 40, PAGER="wc -l")


def test_what_fits_is_printed(lyrics):
    assert shown(lyrics, 5, PAGER="wc -l").count("line") == 5


@pytest.mark.parametrize("pager", [None, "", "cat", "no-such-pager-at-all"])
def test_no_pager_prints_everything(lyrics, pager):
    """Not even less, where nobody asked for one: a command at a terminal ends by itself."""
    assert shown(lyrics, 40, **{} if pager is None else {"PAGER": pager}).count("line") == 40


def test_a_window_of_no_size_is_not_one_to_page_in(lyrics):
    assert shown(lyrics, 40, dimensions=(0, 0), PAGER="wc -l").count("line") == 40


def test_a_pager_that_is_left_early_is_no_error(lyrics):
    assert "Traceback" not in shown(lyrics, 40000, PAGER="head -1")
