"""Single keys from the terminal, which is given back as it was however the reading ends."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

TICK = 0.25
"""Seconds without a key after which the caller may look whether the window has another size."""

ESCAPE_PAUSE = 0.05
"""Seconds in which the rest of an arrow key's sequence follows its escape character."""


class Key(StrEnum):
    """Keys that are no character."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    PAGE_UP = "page up"
    PAGE_DOWN = "page down"
    HOME = "home"
    END = "end"
    ENTER = "enter"
    ESCAPE = "escape"
    UNKNOWN = "unknown"


# What terminals send (xterm's control sequences; the O forms in application mode).
_SEQUENCES = {
    **{
        f"\x1b{lead}{letter}": key
        for lead in "[O"
        for letter, key in zip(
            "ABCDHF", (Key.UP, Key.DOWN, Key.RIGHT, Key.LEFT, Key.HOME, Key.END), strict=True
        )
    },
    "\x1b[5~": Key.PAGE_UP,
    "\x1b[6~": Key.PAGE_DOWN,
    "\x1b[1~": Key.HOME,
    "\x1b[4~": Key.END,
    "\x1b": Key.ESCAPE,
    "\r": Key.ENTER,
    "\n": Key.ENTER,
}
_ONE_KEY = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)|.", re.DOTALL)
# The second code of a key that is no character (Microsoft's page on _getch).
_WINDOWS_CODES = {
    "H": Key.UP,
    "P": Key.DOWN,
    "K": Key.LEFT,
    "M": Key.RIGHT,
    "I": Key.PAGE_UP,
    "Q": Key.PAGE_DOWN,
    "G": Key.HOME,
    "O": Key.END,
}

Read = Callable[[], list[str]]


def split_keys(typed: str) -> list[str]:
    """Split what came from a terminal into keys: a character, or one of Key for what is none."""
    return [
        _SEQUENCES.get(one, Key.UNKNOWN if one.startswith("\x1b") else one) for one in _ONE_KEY.findall(typed)
    ]


@contextmanager
def keys() -> Iterator[Read]:
    """Give a function that returns the keys pressed, or none after TICK. Ctrl-C stays a signal."""
    if os.name == "nt":
        yield _from_console
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        mode = termios.tcgetattr(descriptor)
        # Stopped in the background the program could not give the screen back.
        mode[6][termios.VSUSP] = os.fpathconf(descriptor, "PC_VDISABLE").to_bytes(1, "big")
        termios.tcsetattr(descriptor, termios.TCSANOW, mode)
        yield lambda: _from_terminal(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _from_terminal(descriptor: int) -> list[str]:
    """Read keys. A terminal that is gone reads as an escape."""
    from select import select

    if not select([descriptor], [], [], TICK)[0]:
        return []
    typed = os.read(descriptor, 1024)
    if typed == b"\x1b" and select([descriptor], [], [], ESCAPE_PAUSE)[0]:
        typed += os.read(descriptor, 1024)
    return split_keys(typed.decode(errors="replace")) if typed else [Key.ESCAPE]


def _from_console() -> list[str]:
    import msvcrt

    deadline = time.monotonic() + TICK
    while not msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
        if time.monotonic() > deadline:
            return []
        time.sleep(TICK / 10)
    char: str = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
    if char == "\x03":
        raise KeyboardInterrupt
    if char in "\x00\xe0":
        return [_WINDOWS_CODES.get(msvcrt.getwch(), Key.UNKNOWN)]  # type: ignore[attr-defined,unused-ignore]
    return split_keys(char)
