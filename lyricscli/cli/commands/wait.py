"""`lyrics wait`: finish pending tasks."""

from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import completing, options

if TYPE_CHECKING:
    from lyricscli.config.settings import Settings
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.terminal.progress import Progress


def wait(  # noqa: PLR0913 (one parameter an option: it is the command line)
    tasks: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TASK]...",
            autocompletion=completing.tasks,
            help="Task ids, beginnings of ids, or `last`; none is every unfinished one.",
        ),
    ] = None,
    *,
    timeout: options.Timeout = None,
    poll_interval: options.PollInterval = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document a task, one a line.")] = False,
    plain: options.Plain = False,
    quiet: options.Quiet = False,
    notify: options.Notify = False,
) -> None:
    """Finish pending tasks and print their lyrics.

    Example: lyrics wait
    """
    from lyricscli.cli import running, wiring
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style, show_task

    style = Style(json=json, lines=True, plain=plain, quiet=quiet)
    settings = wiring.load_settings(timeout=timeout, poll_interval=poll_interval)
    codes: list[int] = []

    def show(task: "Task") -> None:
        if len(chosen) > 1 and task.status.has_lyrics:
            progress.notice(f"Task {task.ref}: {task.prompt}")
        codes.append(int(show_task(task, style)))

    with wiring.open_library(settings) as library, Progress(quiet=quiet, on_result=show) as progress:
        chosen = [library.find(name) for name in tasks] if tasks else _unfinished(library)
        if not chosen:
            progress.notice("Nothing is unfinished.")
        running.run(_finish(chosen, settings, library, progress), progress, style)
    if notify:
        from lyricscli.terminal import notify as desktop

        desktop.notify("The wait is over.")
    raise typer.Exit(max(codes, default=0))


def _unfinished(library: "Library") -> "list[Task]":
    library.abandon_dead_submissions()
    return library.unfinished()


async def _finish(
    tasks: "list[Task]", settings: "Settings", library: "Library", progress: "Progress"
) -> None:
    """Finish the tasks of one service after those of another, those of one side by side."""
    for task in tasks:
        if task.status.is_final:
            progress.finished(task)
    services: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        if not task.status.is_final:
            services.setdefault((task.provider, task.base_url), []).append(task)
    for (provider, _), group in services.items():
        await _finish_at(provider, group, settings, library, progress)


async def _finish_at(
    provider: str, tasks: "list[Task]", settings: "Settings", library: "Library", progress: "Progress"
) -> None:
    from lyricscli.cli import running, wiring
    from lyricscli.jobs.generate import open_desk, resume_all

    chosen = wiring.load_settings(
        provider=provider, timeout=settings["timeout"], poll_interval=settings["poll_interval"]
    )
    async with wiring.open_service(chosen, tasks[0]) as service:
        plan = wiring.reopening_plan(chosen, service.base_url)
        async with open_desk(service, library, plan, wiring.patience(chosen), progress) as desk:
            running.at_hard_exit.append(desk.reception.kill)
            await resume_all(tasks, desk)
