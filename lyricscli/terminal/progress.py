"""What a waiting command says on stderr, of one task and of many: a line that moves, or plain lines."""

import sys
import time
from typing import TYPE_CHECKING, Self

from lyricscli.models import Task, TaskStatus
from lyricscli.terminal.streams import draw, is_live, ring, say

if TYPE_CHECKING:
    import threading

    from lyricscli.jobs.batch import Tally

TICK = 0.125
"""Seconds between two pictures of the moving line."""

LINE_EVERY = 10.0
"""Seconds between two lines about a batch where nothing moves."""

MOST_NOTICES = 1000
"""Different notices that are told; a batch of any length says no more."""

BAR = 24
"""Columns of the bar of a batch."""

DESKTOP_TIMEOUT = 2.0
"""Seconds that a desktop may take to show a notification."""

_WORDS = {
    TaskStatus.COMPLETE: "complete",
    TaskStatus.PARTIAL: "partial",
    TaskStatus.FAILED: "failed",
    TaskStatus.UNKNOWN: "unknown",
    TaskStatus.PENDING: "unfinished",
    TaskStatus.SUBMITTING: "at work in another command",
}


class _Display:
    """A line at the foot of the terminal that moves while the context lasts; `line` says what it shows.

    `task` is the last task that was accepted, which an interruption leaves unfinished. `quiet` says nothing
    but keeps the task, and without `live` nothing moves.
    """

    def __init__(self, *, quiet: bool = False, live: bool = True) -> None:
        self.task: Task | None = None
        self._phase = ""
        self._quiet = quiet
        self._moves = live and not quiet and is_live()
        self._started = time.monotonic()
        self._said: set[str] = set()
        self._over: threading.Event | None = None
        utf = (getattr(sys.stderr, "encoding", None) or "").lower().startswith("utf")
        self._frames, self._full = ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "━") if utf else ("-\\|/", "#")

    def __enter__(self) -> Self:
        if self._moves:
            import threading

            self._over = threading.Event()
            threading.Thread(target=self._move, args=(self._over,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the moving line away."""
        if self._over is not None:
            self._over.set()
            self._over = None
            draw("")

    def notice(self, message: str) -> None:
        """Say something once; the same again is not repeated."""
        if self._quiet or message in self._said or len(self._said) >= MOST_NOTICES:
            return
        self._said.add(message)
        say(message)

    def line(self) -> str:
        """Return what the line shows at this moment."""
        raise NotImplementedError

    def phase(self, phase: str) -> None:
        """Take note of what is being done now."""
        self._phase = phase

    def accepted(self, task: Task) -> None:
        """Take note of a task that the service has."""

    def resumed(self, task: Task) -> None:
        """Take note of a task that is waited for again."""

    def _bar(self, done: int, total: int) -> str:
        bar = (self._full * (done * BAR // max(total, 1))).ljust(BAR) + "  " if self._moves else ""
        return f"{bar}{done} of {total}"

    def _move(self, over: "threading.Event") -> None:
        frame = 0
        while not over.is_set():
            line = self.line()
            draw(line and f"{self._frames[frame % len(self._frames)]} {line}", unless=over.is_set)
            frame += 1
            over.wait(TICK)


class Progress(_Display):
    """Tells what a command is doing with a task: phase, elapsed time and task id."""

    def accepted(self, task: Task) -> None:
        """Keep the task, and say its id where no moving line shows it."""
        self.task = task
        self.notice(f"Task {task.ref} accepted.")

    def resumed(self, task: Task) -> None:
        """Keep a task that is waited for again."""
        self.task = task

    def line(self) -> str:
        """Return phase, elapsed time and task id."""
        seconds = int(time.monotonic() - self._started)
        elapsed = _duration(seconds) if seconds >= 60 else f"{seconds} s"  # noqa: PLR2004
        task = [self.task.ref] if self.task else []
        return " · ".join([self._phase, elapsed, *task]) if self._phase else ""


class BatchProgress(_Display):
    """Watches a batch: see generation.Observer. `tally` is what the batch counts in."""

    def __init__(self, tally: "Tally", provider: str, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._tally = tally
        self._provider = provider
        self._last_line = self._started

    def advance(self) -> None:
        """Show that another line is done, where nothing moves."""
        if not self._moves and not self._quiet and time.monotonic() - self._last_line >= LINE_EVERY:
            self._last_line = time.monotonic()
            say(self.line())

    def summary(self) -> None:
        """Say what became of the lines, and how to go on; in quiet, only what went wrong."""
        from lyricscli.config.keys import advice_on

        self.stop()
        tally = self._tally
        if self._quiet and tally.exit_code() == 0:
            return
        parts = [f"{tally.counts[status]} {word}" for status, word in _WORDS.items() if tally.counts[status]]
        parts += [f"{tally.left} not submitted"] if tally.left else []
        library = f" ({tally.recalled} submitted earlier)" if tally.recalled else ""
        prompts = "1 prompt" if tally.total == 1 else f"{tally.total} prompts"
        say(f"{prompts}: {', '.join(parts) or 'nothing to do'}{library}.")
        if tally.stopped is not None:
            say(f"No more was submitted: {tally.stopped.message}")
            say(advice_on(tally.stopped, self._provider))
        if tally.left or tally.unfinished:
            say("The same command goes on where this one stopped.")

    def line(self) -> str:
        """Return how far it is, how fast and how long it will take, at a terminal with a bar."""
        done, total = self._tally.done, self._tally.total
        rate = done / max(time.monotonic() - self._started, 1e-9)
        left = f", {_duration(self._tally.left / rate)} left" if rate else ""
        return f"{self._bar(done, total)}, {rate:.1f} a second{left}"


class Counted(_Display):
    """Shows at a terminal how many of so many are done."""

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        super().__init__(quiet=quiet)
        self._total = total
        self.done = 0

    def line(self) -> str:
        """Return a bar and the numbers."""
        return self._bar(self.done, self._total)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"  # noqa: PLR2004


def notify(message: str) -> None:
    """Tell a user who looked away that a wait has ended: ring the bell, and the desktop where there is one.

    The message is ours, never text from the network.
    """
    import shutil
    import subprocess
    from contextlib import suppress

    ring()
    command = ["notify-send", "--app-name=lyrics", "lyrics", message]
    if sys.platform == "darwin":
        command = ["osascript", "-e", f'display notification "{message}" with title "lyrics"']
    if shutil.which(command[0]):
        quiet = subprocess.DEVNULL
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(  # noqa: S603 (fixed programs and words)
                command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=DESKTOP_TIMEOUT, check=False
            )
