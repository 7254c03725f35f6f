"""What a waiting command says on stderr: a live status line at a terminal, plain lines elsewhere."""

import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lyricscli.terminal.safe import visible

if TYPE_CHECKING:
    from rich.status import Status
    from rich.text import Text

    from lyricscli.models import Task

SHOW_CURSOR = "\x1b[?25h"


def say(message: str) -> None:
    """Write one line to stderr; whatever is in it, it stays one line. A terminal breaks it between words."""
    line = visible(message)
    try:
        sys.stderr.write((_wrapped(line) if sys.stderr.isatty() else line) + "\n")
        sys.stderr.flush()
    except OSError:
        # Whoever read stderr is gone; the result matters more.
        pass


def _wrapped(line: str) -> str:
    from shutil import get_terminal_size
    from textwrap import wrap

    width = get_terminal_size().columns
    return "\n".join(wrap(line, width, break_long_words=False, break_on_hyphens=False)) or line


class Progress:
    """Tells what a command is doing. `task` is the last task that was accepted.

    At a terminal the phase, the seconds and the task id stand on one live line; `quiet` says nothing but
    keeps the task, and without `live` (for a screen reader) nothing moves.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        live: bool = True,
    ) -> None:
        self.task: Task | None = None
        self._quiet = quiet
        self._live = live and not quiet and is_live()
        self._started = time.monotonic()
        self._phase = ""
        self._status: Status | None = None
        self._said: set[str] = set()

    def __enter__(self) -> Self:
        if self._live:
            from rich.console import Console
            from rich.status import Status

            screen = Console(stderr=True, markup=False, emoji=False, highlight=False)
            spinner = "dots" if screen.encoding.lower().startswith("utf") else "line"
            self._status = Status(_Line(self), console=screen, spinner=spinner)
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the live line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def phase(self, phase: str) -> None:
        """Say what is being done now."""
        self._phase = phase

    def notice(self, message: str) -> None:
        """Say something once; the same again is not repeated."""
        if message in self._said or self._quiet:
            return
        self._said.add(message)
        if self._status is not None:
            self._status.console.print(visible(message))
        else:
            say(message)

    def accepted(self, task: "Task") -> None:
        """Keep the task, and say its id where no live line shows it."""
        self.task = task
        self.notice(f"Task {task.ref} accepted.")

    def resumed(self, task: "Task") -> None:
        """Keep a task that is waited for again."""
        self.task = task

    def line(self) -> str:
        """Return the live line: phase, elapsed time, task id."""
        seconds = int(time.monotonic() - self._started)
        elapsed = f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds} s"  # noqa: PLR2004
        task = f" · {visible(self.task.ref)}" if self.task else ""
        return f"{self._phase} · {elapsed}{task}"


class _Line:
    """The live line as Rich asks for it, anew at each refresh."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __rich__(self) -> "Text":
        from rich.text import Text

        return Text(self._progress.line(), no_wrap=True, overflow="ellipsis")


def is_live() -> bool:
    """Tell whether stderr shows what moves."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
