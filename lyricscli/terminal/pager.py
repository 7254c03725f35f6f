"""A pager for output that is longer than the window, as git has it: only at a terminal, and only then."""

import os
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress

DEFAULT_PAGER = "less"
LESS = "FRX"
"""What less is told where the user did not: quit if it fits, keep colours, leave the text on the screen."""


def show(text: str) -> None:
    """Print text that may be styled, through $PAGER where it is longer than the window.

    An empty PAGER, or `cat`, turns the pager off. The text must be safe for a terminal already.
    """
    command = _pager() if text.count("\n") >= shutil.get_terminal_size().lines else None
    if command is None or not _paged(command, text):
        sys.stdout.write(text)
        sys.stdout.flush()


def _pager() -> list[str] | None:
    command = shlex.split(os.environ.get("PAGER", DEFAULT_PAGER))
    if not command or command == ["cat"] or os.environ.get("TERM") == "dumb":
        return None
    return command if shutil.which(command[0]) else None


def _paged(command: list[str], text: str) -> bool:
    """Hand the text to the pager; false when it could not be started."""
    try:
        process = subprocess.Popen(  # noqa: S603 (the user's own pager)
            command, stdin=subprocess.PIPE, env={"LESS": LESS, **os.environ}
        )
    except OSError:
        return False
    # Ctrl-C belongs to the pager while it runs, and a user may leave it before the end.
    with suppress(BrokenPipeError, KeyboardInterrupt):
        process.communicate(text.encode(errors="backslashreplace"))
    while process.poll() is None:
        with suppress(KeyboardInterrupt):
            process.wait()
    return True
