"""`lyrics library`: to a file and back; tasks made elsewhere; deletion; whether it is sound."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.app import group
from lyricscli.cli.options import argument, option
from lyricscli.errors import ExitCode, Failure, Reason, UsageError
from lyricscli.files import STDIN
from lyricscli.terminal.streams import as_json, draw, say, visible, write_array, write_stdout

if TYPE_CHECKING:
    from lyricscli.models import Task
    from lyricscli.store.library import Library

app = group(
    "Take the library to a file and back, adopt tasks, delete some, or check it.",
    "lyrics library export songs.jsonl",
)


@app.command("export")
def export_(
    file: Annotated[Path, argument("Where to; `-` is standard output.")] = STDIN,
    *,
    force: Annotated[bool, option("Replace a file that is there.", "--force")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Write every task with all that belongs to it, a JSON line each, the oldest first.

    Example: lyrics library export songs.jsonl
    """
    from lyricscli.files import PRIVATE, write_result
    from lyricscli.store import archive

    count = 0

    def lines(library: "Library") -> Iterator[str]:
        nonlocal count
        for record in archive.export(library):
            count += 1
            yield as_json(archive.document(record), indent=None) + "\n"

    with wiring.open_library(wiring.load_settings()) as library:
        if file == STDIN:
            for line in lines(library):
                write_stdout(line)
            return
        write_result(file, lines(library), force=force, mode=PRIVATE)
    if not quiet:
        say(f"{count} {'task' if count == 1 else 'tasks'} exported to {file}.")


@app.command("import")
def import_(
    file: Annotated[Path, argument("A file that `lyrics library export` wrote; `-` is stdin.")],
    *,
    quiet: options.Quiet = False,
) -> None:
    """Take in an exported library, all of it or nothing; what is here is never replaced by less.

    Example: lyrics library import songs.jsonl
    """
    from lyricscli.files import input_name, open_input
    from lyricscli.store import archive

    with wiring.open_library(wiring.load_settings()) as library, open_input(file) as lines:
        tally = archive.take_in(library, archive.read(lines, input_name(file)))
    if not quiet:
        say(f"{tally.added} added, {tally.improved} improved, {tally.unchanged} known already.")


@app.command()
def adopt(
    ids: Annotated[list[str], argument("Task ids; `-` reads them from stdin.", metavar="ID…")],
    *,
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    json: Annotated[bool, option("Print one JSON array of documents.", "--json")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Ask the service for tasks that were made elsewhere, and keep them. Prints a line each.

    Example: lyrics library adopt 11dc9a2f… --provider kie
    """
    from lyricscli.cli import running
    from lyricscli.jobs.desk import open_service
    from lyricscli.jobs.lookup import adopted
    from lyricscli.terminal.documents import task_document
    from lyricscli.terminal.progress import Counted
    from lyricscli.terminal.results import unsubmitted

    wanted = list(dict.fromkeys(_ids(ids)))
    settings = wiring.load_settings(provider=provider, base_url=base_url)

    missing = 0
    documents: list[dict[str, Any]] = []

    async def work(library: "Library", shown: Counted) -> None:
        nonlocal missing
        async with open_service(settings) as service:
            async for one in adopted(library, service, wanted):
                draw("")
                shown.done += 1
                if one.task is None:
                    missing += 1
                    why = f"{service.provider.name} knows no such task"
                    say(f"{one.task_id}: {why}.")
                    absent = unsubmitted(service.provider.name)
                    absent = absent._replace(task_id=one.task_id, error=Failure(Reason.NOT_FOUND, why))
                    documents.append(task_document(absent) | {"known": False})
                elif json:
                    documents.append(task_document(one.task) | {"known": one.was_known})
                else:
                    write_stdout(_row(one.task, was_known=one.was_known) + "\n")

    with wiring.open_library(settings) as library, Counted(len(wanted), quiet=quiet) as shown:
        try:
            running.run(work(library, shown), shown)
        finally:  # what was kept stays so, whatever ended the rest
            if json:
                write_array(documents)
    if missing:
        raise typer.Exit(int(ExitCode.NO_SUCH_TASK))


@app.command()
def delete(
    tasks: Annotated[
        list[str], argument("Task ids, or beginnings.", metavar="TASK…", autocompletion=completing.tasks)
    ],
    *,
    yes: Annotated[bool, option("Delete without asking.", "--yes", "-y")] = False,
) -> None:
    """Delete tasks for good, with their versions and notes.

    Example: lyrics library delete 5c79 --yes
    """
    from lyricscli.store.songbook import Songbook

    with wiring.open_library(wiring.load_settings()) as library:
        rows = dict.fromkeys(library.find(name).row for name in tasks)
        chosen = [library.get(row) for row in rows]
        for task in chosen:
            title = next((variant.title for variant in task.variants if variant.title), task.prompt)
            unfinished = "" if task.status.is_final else f" (it is {task.status}, and may have been paid for)"
            say(f"{task.ref}: {' '.join(title.split())}{unfinished}")
        if not yes and not _is_confirmed(len(chosen)):
            say("Nothing was deleted.")
            raise typer.Exit(int(ExitCode.FAILED))
        Songbook(library).delete(chosen)
    say(f"{len(chosen)} deleted.")


@app.command()
def check(*, json: options.Json = False) -> None:
    """Read the whole file for damage, and count what is in it.

    Example: lyrics library check
    """
    with wiring.open_library(wiring.load_settings()) as library:
        damage, count = library.damage(), library.count
    lines = damage or [f"sound: {count} {'task' if count == 1 else 'tasks'}"]
    if json:
        lines = [as_json({"sound": not damage, "tasks": count, "damage": damage})]
    for line in lines:
        write_stdout((line if json else visible(line)) + "\n")
    if damage:
        raise typer.Exit(int(ExitCode.FAILED))


@app.command("path")
def path_() -> None:
    """Print where the library's file is.

    Example: lyrics library path
    """
    write_stdout(f"{wiring.load_settings().home.library}\n")


def _row(task: "Task", *, was_known: bool) -> str:
    """Return what is printed of an adopted task: its id, its status, its title, and whether it is new."""
    title = next((variant.title for variant in task.variants if variant.title), "")
    cells = (task.ref, task.status, " ".join(title.split()), "known" if was_known else "new")
    return "\t".join(map(visible, cells))


def _ids(given: list[str]) -> Iterator[str]:
    """Yield the ids, those of standard input in the place of `-`. Raises UsageError where there is none."""
    from lyricscli.files import read_text

    words = [word for one in given for word in (read_text().split() if one == "-" else [one.strip()]) if word]
    if not words:
        raise UsageError("there is no task id", "Give ids, or `-` with ids on standard input.")
    yield from words


def _is_confirmed(count: int) -> bool:
    """Ask whether to go on. Raises UsageError where nobody can answer."""
    from lyricscli.terminal.asking import agreed

    if not sys.stdin.isatty():
        raise UsageError("nobody is there to confirm", "--yes deletes without asking.")
    what = "this task with its versions and notes" if count == 1 else f"these {count} tasks"
    return agreed(f"Delete {what} for good?")
