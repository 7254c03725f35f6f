"""`lyrics show`: a task again, from the library or from the service."""

from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import options, wiring
from lyricscli.cli.options import option
from lyricscli.errors import NoSuchTaskError, UsageError

if TYPE_CHECKING:
    from lyricscli.config.settings import Settings
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.terminal.results import Style


def show(  # noqa: PLR0913 (one parameter an option: it is the command line)
    task: options.Task,
    *,
    refresh: Annotated[bool, option("Ask the service, not the library.", "--refresh")] = False,
    provider: Annotated[str | None, option("Which service to ask.")] = None,
    base_url: options.BaseUrl = None,
    numbers: Annotated[bool, option("Number the lines.", "--numbers")] = False,
    meter: Annotated[
        bool, option("Show syllables, and the rhyme scheme of each section.", "--meter")
    ] = False,
    shown: options.Shown,
) -> None:
    """Print a task's lyrics again, and the versions that were made of them.

    Example: lyrics show last:2 --meter
    """
    from lyricscli.store.songbook import Songbook
    from lyricscli.terminal.results import show_page, telling_failure, unsubmitted

    style = shown.style(numbers=numbers, meter=meter, paged=True)
    settings = wiring.load_settings(provider=provider, base_url=base_url)
    with telling_failure([unsubmitted(settings.provider)], style), wiring.open_library(settings) as library:
        songbook = Songbook(library)
        name, part = songbook.split(task)
        if part is not None and style.variant not in {None, part}:
            raise UsageError(f"{task} and --variant {style.variant} were both given", "Give one of them.")
        page = songbook.page(_find(library, settings, name, style, refresh=refresh))
    raise typer.Exit(int(show_page(page, style._replace(variant=style.variant or part))))


def _find(library: "Library", settings: "Settings", name: str, style: "Style", *, refresh: bool) -> "Task":
    from lyricscli.jobs import lookup

    try:
        known = lookup.from_library(library, name)
    except NoSuchTaskError:
        if not name.strip() or name == "last" or name.startswith("local-"):  # which is no id
            raise
        known = None
    if known is not None and (not refresh or known.task_id is None):
        return known
    return _ask(library, settings, name, known, style)


def _ask(library: "Library", settings: "Settings", name: str, known: "Task | None", style: "Style") -> "Task":
    from lyricscli.cli import running
    from lyricscli.jobs.desk import open_service
    from lyricscli.jobs.lookup import from_service

    async def ask() -> "Task":
        async with open_service(settings, known) as service:
            return await from_service(library, service, name, known)

    return running.ask("asking the service", ask(), quiet=style.quiet)
