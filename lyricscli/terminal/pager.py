"""A pager for output that is longer than the window, as git has it: only at a terminal, and only then.

Not `pydoc.pager`, which runs a shell, hands the whole environment on and stops feeding at Ctrl-C.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain

from lyricscli.errors import UsageError
from lyricscli.processes import lending_ctrl_c, without_any_secret
from lyricscli.terminal.streams import height, write_stdout

DEFAULT_PAGER = "less"
LESS = "FRX"
"""What less is told where the user did not: quit if it fits, keep colours, leave the text on the screen."""

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_KEEPS_STYLE = re.compile(r"(?:^|\s)-?\w*[Rr]|RAW-CONTROL-CHARS", re.ASCII)


def show(text: str, more: Iterable[str] = ()) -> None:
    """Print text that may be styled, and `more` as it comes, through $PAGER where the first is long.

    Long is more than the window has room for.

    An empty PAGER, or `cat`, turns the pager off. The text must be safe for a terminal already. Raises
    UsageError for a PAGER that is quoted wrongly.
    """
    command = _pager() if text.count("\n") >= height() else None
    if command is None or not _paged(command, chain([text], more)):
        for part in chain([text], more):
            write_stdout(part)


def _pager() -> list[str] | None:
    told = os.environ.get("PAGER", DEFAULT_PAGER)
    try:
        command = shlex.split(told, posix=os.name == "posix")
    except ValueError as error:
        raise UsageError(f"PAGER is {told!r}: {error}", "Correct its quotes, or unset it.") from error
    if not command or command == ["cat"] or os.environ.get("TERM") == "dumb":
        return None
    return command if shutil.which(command[0]) else None


def _paged(command: list[str], parts: Iterable[str]) -> bool:
    """Hand the text to the pager, all of it whatever Ctrl-C means there; false when it cannot be started."""
    environ = {"LESS": LESS, **without_any_secret(os.environ)}
    options = f"{environ['LESS']} {' '.join(command[1:])}"
    is_bare = os.path.basename(command[0]) == "less" and not _KEEPS_STYLE.search(options)  # noqa: PTH119 (a name)
    # Ctrl-C is the pager's while it runs, and a user may leave it before the end.
    with lending_ctrl_c():
        try:
            process = subprocess.Popen(  # noqa: S603 (the user's own pager)
                command, stdin=subprocess.PIPE, env=environ
            )
        except OSError:
            return False
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as pipe:
            for part in parts:
                pipe.write((_STYLE.sub("", part) if is_bare else part).encode(errors="backslashreplace"))
        process.wait()
    return True
