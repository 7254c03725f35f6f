"""The chooser of `lyrics pick`: its keys, and how it leaves a real terminal."""

import signal
import sys

import pytest

from lyricscli.terminal.choice import State
from lyricscli.terminal.chooser import press
from lyricscli.terminal.keyboard import Key, split_keys

pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")
termios = pytest.importorskip("termios", reason="a pseudo-terminal needs POSIX")


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("j", ["j"]),
        ("\x1b[A\x1bOBq", [Key.UP, Key.DOWN, "q"]),
        ("\x1b", [Key.ESCAPE]),
        ("\x1b[5~\x1b[6~", [Key.PAGE_UP, Key.PAGE_DOWN]),
        ("\x1b[1;5A\x1b[<0;3;4M", [Key.UNKNOWN, Key.UNKNOWN]),
        ("\r 2é", [Key.ENTER, " ", "2", "é"]),
    ],
)
def test_what_a_terminal_sends_is_read_as_keys(typed, keys):
    assert split_keys(typed) == keys


def after(keys, count=3, names=("1", "2", "2.1")):
    state = State(count)
    for key in keys:
        state = press(state, key, names)
    return state


def test_keys_move_compare_and_choose():
    assert after(["j", Key.DOWN]).place == 2
    assert after(["k"]).place == 2
    assert after(["2"]).place == 1
    assert after(["9", "x", Key.UNKNOWN]) == State(3)
    assert after(["j", Key.ENTER]) == State(3, place=1, chosen=1, is_over=True)
    assert after(["q"]) == State(3, is_over=True)
    assert after(["c"]).beside == 1
    assert after(["c", "c"]).beside is None
    assert after(["c"], count=1).beside is None


def test_a_text_never_stands_beside_itself():
    state = after(["c"])
    for key in ["j", "j", "2", "1", "k", Key.UP, "j"]:
        state = press(state, key, ("1", "2", "2.1"))
        assert state.place != state.beside


class Window:
    """The chooser in a pseudo-terminal."""

    def __init__(self, lyrics, task, columns=80, lines=20):
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "lyricscli", "pick", task],
            env=lyrics.environment(TERM="xterm-256color"),
            cwd=str(lyrics.home),
            dimensions=(lines, columns),
            timeout=30,
            encoding="utf-8",
        )
        self.mode = self.flags()

    def flags(self):
        """Return whether the terminal echoes and waits for whole lines."""
        return termios.tcgetattr(self.child.fileno())[3] & (termios.ECHO | termios.ICANON)

    def wait_for(self, text):
        """Read until the text is shown."""
        self.child.expect_exact(text)

    def end(self):
        """Read to the end; check that the terminal is as it was, and return the exit code."""
        self.child.expect(pexpect.EOF)
        assert "\x1b[?1049l" in self.child.before, "the screen is given back"
        assert "\x1b[?25h" in self.child.before, "the cursor comes back"
        assert self.flags() == self.mode == termios.ECHO | termios.ICANON
        self.child.close()
        return self.child.exitstatus


@pytest.fixture
def window(lyrics):
    lyrics("generate", "a lighthouse keeper in love")
    task = lyrics.json("show", "last")["task_id"]
    windows = []

    def opening(**size):
        windows.append(Window(lyrics, task, **size))
        windows[-1].wait_for("enter")
        return windows[-1]

    yield opening
    for one in windows:
        one.child.close(force=True)


def test_a_text_is_chosen_with_the_keyboard(lyrics, window):
    one = window()
    one.child.send("\x1b[B")
    one.wait_for("> 2")
    one.child.send("c")
    one.child.expect(r"\| \d")
    one.child.send("\r")
    assert one.end() == 0
    assert lyrics.json("pick", "last")["pick"] == "2"
    again = window(columns=40)
    again.child.send("jq")
    assert again.end() == 0
    assert lyrics.json("pick", "last")["pick"] == "2"


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143)])
def test_a_signal_gives_the_terminal_back(window, name, code):
    one = window()
    one.child.kill(getattr(signal, name))
    assert one.end() == code


def test_another_window_size_is_drawn_anew(window):
    one = window(columns=40, lines=12)
    one.child.setwinsize(30, 100)
    one.wait_for("enter: choose")
    one.child.setwinsize(3, 8)
    one.child.setwinsize(24, 80)
    one.wait_for("enter: choose")
    one.child.send("q")
    assert one.end() == 0
