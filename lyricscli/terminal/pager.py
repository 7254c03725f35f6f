"""The user's pager for output that is longer than the window: where PAGER names one, and at a terminal only.

Not `pydoc.pager`, which runs a shell, hands the whole environment on, stops feeding at Ctrl-C, and pages
where nobody asked for it.
"""

import os
import re
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import PurePath

from lyricscli.processes import lending_ctrl_c, split_command, without_any_secret
from lyricscli.terminal.streams import height, is_fancy, write_stdout

LESS = "FRX"
"""What less is told where the user did not: quit if it fits, keep colours, leave the text on the screen."""

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_KEEPS_STYLE = re.compile(r"(?:^|\s)-?\w*[Rr]|RAW-CONTROL-CHARS", re.ASCII)


def show(text: str, more: Iterable[str] = (), *, plain: bool = False) -> None:
    """Print text that may be styled, and `more` as it comes, through $PAGER where the first fills the window.

    The text must be safe for a terminal already. Raises UsageError for a PAGER that is quoted wrongly.
    """
    command = _pager() if is_fancy(plain=plain) and 0 < height() <= text.count("\n") else []
    if not command or not _paged(command, chain([text], more)):
        for part in chain([text], more):
            write_stdout(part)


def _pager() -> list[str]:
    """Return the pager's command line; empty for none, which `cat` is too, and what a dumb terminal gets."""
    command = split_command(os.environ.get("PAGER", ""), "PAGER", "Correct its quotes, or unset it.")
    return [] if command == ["cat"] or os.environ.get("TERM") == "dumb" else command


def _paged(command: list[str], parts: Iterable[str]) -> bool:
    """Hand the text to the pager, all of it whatever Ctrl-C means there; false when it cannot be started."""
    environ = {"LESS": LESS, **without_any_secret(os.environ)}
    options = f"{environ['LESS']} {' '.join(command[1:])}"
    is_bare = PurePath(command[0]).stem == "less" and not _KEEPS_STYLE.search(options)
    # Ctrl-C is the pager's while it runs, and a user may leave it before the end.
    with lending_ctrl_c():
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)  # noqa: S603 (the user's own)
        except OSError:
            return False
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as pipe:
            for part in parts:
                pipe.write((_STYLE.sub("", part) if is_bare else part).encode(errors="backslashreplace"))
        process.wait()
    return True
