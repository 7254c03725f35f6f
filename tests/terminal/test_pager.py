import sys

import pytest

pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")

LONG = "import sys; from lyricscli.terminal import pager; pager.show('line\\n' * int(sys.argv[1]))"


def shown(lyrics, lines, **environ):
    child = pexpect.spawn(
        sys.executable,
        ["-c", LONG, str(lines)],
        env=lyrics.environment(**{"TERM": "xterm", **environ}),
        dimensions=(20, 80),
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


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager-at-all"])
def test_no_pager_prints_everything(lyrics, pager):
    assert shown(lyrics, 40, PAGER=pager).count("line") == 40


def test_a_pager_that_is_left_early_is_no_error(lyrics):
    assert "Traceback" not in shown(lyrics, 40000, PAGER="head -1")
