"""`lyrics wait`: finish pending tasks."""

from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.options import argument

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from lyricscli.config.settings import Settings
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style


def wait(
    tasks: Annotated[
        list[str] | None,
        argument(
            "Task ids, beginnings of ids, or `last`; none is every unfinished one.",
            metavar="[TASK]...",
            autocompletion=completing.tasks,
        ),
    ] = None,
    *,
    timeout: options.Timeout = None,
    poll_interval: options.PollInterval = None,
    shown: options.Shown,
    notify: options.Notify = False,
) -> None:
    """Finish pending tasks and print their lyrics.

    Example: lyrics wait
    """
    from lyricscli.cli import running
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import gathered

    settings = wiring.load_settings(timeout=timeout, poll_interval=poll_interval)
    with (
        wiring.open_library(settings) as library,
        gathered(shown.style(lines=True)) as style,
        Progress(quiet=style.quiet, live=not style.plain) as progress,
    ):
        named = {task.row: task for task in map(library.find, tasks or ())}
        chosen = list(named.values()) if tasks else _unfinished(library)
        if not chosen:
            progress.notice("Nothing is unfinished.")
        code = running.run(_finish(chosen, settings, library, progress, style), progress, style)
    if notify:
        from lyricscli.terminal.progress import notify as desktop

        desktop("The wait is over.")
    raise typer.Exit(code)


def _unfinished(library: "Library") -> "list[Task]":
    library.abandon_dead_submissions()
    return library.unfinished()


async def _finish(
    tasks: "list[Task]", settings: "Settings", library: "Library", progress: "Progress", style: "Style"
) -> int:
    """Finish and print the tasks of one service after those of another, those of one side by side.

    An error of one service, or a variant that one task does not have, keeps nobody from the others.
    """
    from lyricscli.terminal.results import show_task, telling_failure

    codes = [0]

    def show(task: "Task") -> None:
        progress.stop()
        if len(tasks) > 1 and task.status.has_lyrics:
            progress.notice(f"Task {task.ref}: {task.prompt}")
        with _going_on(task.ref, codes, alone=len(tasks) == 1):
            codes.append(int(show_task(task, style)))

    services: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        if task.status.is_final:
            show(task)
        else:
            services.setdefault((task.provider, task.base_url), []).append(task)
    for (provider, _), group in services.items():
        left = {task.row: task for task in group}
        with _going_on(provider, codes, alone=len(services) == 1), telling_failure(left.values(), style):
            async with aclosing(_finished(provider, group, settings, library, progress)) as ended:
                async for task in ended:
                    del left[task.row]
                    show(task)
    return max(codes)


@contextmanager
def _going_on(what: str, codes: list[int], *, alone: bool) -> "Iterator[None]":
    """Tell what is wrong with one of several, and take note of its exit code; raise it for the only one."""
    from lyricscli.errors import LyricsError, OutputClosedError, UnsavedError
    from lyricscli.terminal.streams import say, sentence

    try:
        yield
    except LyricsError as error:
        if alone or isinstance(error, OutputClosedError | UnsavedError):
            raise
        say(f"{sentence(f'{what}: {error.message}')} {error.advice}".rstrip())
        codes.append(int(error.exit_code))


async def _finished(
    provider: str, tasks: "list[Task]", settings: "Settings", library: "Library", progress: "Progress"
) -> "AsyncGenerator[Task, None]":
    from lyricscli.jobs.batch import resume_all

    chosen = wiring.load_settings(
        provider=provider, timeout=settings["timeout"], poll_interval=settings["poll_interval"]
    )
    async with (
        wiring.at_desk(chosen, library, progress, known=tasks[0]) as desk,
        aclosing(resume_all(tasks, desk)) as ended,
    ):
        async for task in ended:
            yield task
