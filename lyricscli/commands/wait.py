"""`lyrics wait`: finish pending tasks."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lyricscli.library import Library
    from lyricscli.models import Task
    from lyricscli.output.progress import Progress
    from lyricscli.settings import Settings


def wait(  # noqa: PLR0913 (one parameter an option: it is the command line)
    tasks: Annotated[
        list[str] | None,
        typer.Argument(help="Task ids, beginnings of ids, or `last`; none is every unfinished one."),
    ] = None,
    *,
    timeout: Annotated[str | None, typer.Option(help="How long to wait: 90s, 10m, 1h.")] = None,
    poll_interval: Annotated[str | None, typer.Option(help="A fixed pause between polls.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document a task, one a line.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Print plain text, also at a terminal.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing on stderr but errors.")] = False,
) -> None:
    """Finish pending tasks and print their lyrics.

    Example: lyrics wait
    """
    from lyricscli.commands import running, wiring
    from lyricscli.output.progress import Progress
    from lyricscli.output.results import Style, show_task

    style = Style(json=json, plain=plain, quiet=quiet)
    settings = wiring.load_settings(timeout=timeout, poll_interval=poll_interval)
    codes: list[int] = []
    with (
        wiring.open_library(settings) as library,
        Progress(quiet=quiet, on_result=lambda task: codes.append(int(show_task(task, style)))) as progress,
    ):
        named = [library.find(name) for name in tasks] if tasks else _unfinished(library)
        if not named:
            progress.notice("Nothing is unfinished.")
        for task in named:
            running.run(_finish(task, settings, library, progress), progress, style)
    raise typer.Exit(max(codes, default=0))


def _unfinished(library: "Library") -> "list[Task]":
    library.abandon_dead_submissions()
    return library.unfinished()


async def _finish(task: "Task", settings: "Settings", library: "Library", progress: "Progress") -> None:
    if task.status.is_final or task.task_id is None:
        progress.finished(task)
        return
    from lyricscli.commands import wiring
    from lyricscli.delivery.reception import Plan
    from lyricscli.generation import open_desk, resume

    chosen = wiring.load_settings(
        provider=task.provider, timeout=settings["timeout"], poll_interval=settings["poll_interval"]
    )
    async with (
        wiring.open_service(chosen, task) as service,
        open_desk(service, library, Plan(), wiring.patience(chosen), progress) as desk,
    ):
        await resume(task, desk)
