"""What a batch says on stderr: a bar with rate and time left at a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lyricscli.models import Task, TaskStatus
from lyricscli.terminal.progress import is_live, say
from lyricscli.terminal.safe import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from lyricscli.jobs.batch import Tally

LINE_EVERY = 10.0
"""Seconds between two lines where there is no bar."""

MOST_NOTICES = 1000
"""Different notices that are told; a batch of any length says no more."""

_WORDS = {
    TaskStatus.COMPLETE: "complete",
    TaskStatus.PARTIAL: "partial",
    TaskStatus.FAILED: "failed",
    TaskStatus.UNKNOWN: "unknown",
    TaskStatus.PENDING: "unfinished",
    TaskStatus.SUBMITTING: "at work in another command",
}


class BatchProgress:
    """Watches a batch: see generation.Observer. `tally` is what the batch counts in."""

    def __init__(
        self, tally: "Tally", *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.task: Task | None = None
        self._tally = tally
        self._quiet = quiet
        self._clock = clock
        self._started = self._last_line = clock()
        self._bar: Bar | None = None
        self._said: set[str] = set()

    def __enter__(self) -> Self:
        if not self._quiet and is_live():
            self._bar = _bar()
            self._bar.add_task("prompts", total=self._tally.total)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def phase(self, phase: str) -> None:
        """Ignore the phases of the single tasks."""

    def accepted(self, task: Task) -> None:
        """Ignore it: the library knows the id."""

    def resumed(self, task: Task) -> None:
        """Ignore it likewise."""

    def notice(self, message: str) -> None:
        """Say something once; the same again is not repeated."""
        if self._quiet or message in self._said or len(self._said) >= MOST_NOTICES:
            return
        self._said.add(message)
        if self._bar is not None:
            self._bar.console.print(visible(message))
        else:
            say(message)

    def advance(self) -> None:
        """Show that another line is done."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._tally.done)
        elif not self._quiet and self._clock() - self._last_line >= LINE_EVERY:
            self._last_line = self._clock()
            say(self._line())

    def summary(self) -> None:
        """Say what became of the lines, and how to go on; in quiet, only what went wrong."""
        self.stop()
        tally = self._tally
        if self._quiet and tally.exit_code() == 0:
            return
        parts = [f"{tally.counts[status]} {word}" for status, word in _WORDS.items() if tally.counts[status]]
        parts += [f"{tally.left} not submitted"] if tally.left else []
        library = f" ({tally.recalled} submitted earlier)" if tally.recalled else ""
        say(f"{_prompts(tally.total)}: {', '.join(parts) or 'nothing to do'}{library}.")
        if tally.stopped is not None:
            say(f"No more was submitted: {tally.stopped.message}")
            say(tally.stopped.reason.advice)
        if tally.left or tally.unfinished:
            say("The same command goes on where this one stopped.")

    def _line(self) -> str:
        rate = self._tally.done / max(self._clock() - self._started, 1e-9)
        left = self._tally.left / rate if rate else 0.0
        return f"{self._tally.done} of {self._tally.total}, {rate:.1f} a second, {_duration(left)} left"


def _prompts(count: int) -> str:
    return f"{count} prompt" if count == 1 else f"{count} prompts"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"  # noqa: PLR2004


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TimeRemainingColumn
    from rich.progress import Task as Row
    from rich.text import Text

    class Rate(ProgressColumn):
        """Tasks a second, over the last half minute."""

        def render(self, task: Row) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "-/s")

    return Progress(
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True, markup=False, emoji=False, highlight=False),
        transient=True,
        expand=True,
    )
