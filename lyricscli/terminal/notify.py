"""Tell a user who looked away that a long wait has ended: the bell, and the desktop where there is one."""

import shutil
import subprocess
import sys
from contextlib import suppress

from lyricscli.terminal.streams import ring

DESKTOP_TIMEOUT = 2.0
"""Seconds that a desktop may take to show a notification."""


def notify(message: str) -> None:
    """Ring the bell and show a notification; the message is ours, never text from the network."""
    ring()
    command = _command(message)
    if command is not None:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(  # noqa: S603 (fixed programs and words)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=DESKTOP_TIMEOUT,
                check=False,
            )


def _command(message: str) -> list[str] | None:
    if shutil.which("notify-send"):
        return ["notify-send", "--app-name=lyrics", "lyrics", message]
    if sys.platform == "darwin" and shutil.which("osascript"):
        return ["osascript", "-e", f'display notification "{message}" with title "lyrics"']
    return None
