"""`lyrics generate`: submit a prompt, wait for the lyrics, save and print them."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import UsageError
from lyricscli.files import STDIO, read_text

if TYPE_CHECKING:
    from lyricscli.config.settings import Settings
    from lyricscli.jobs.desk import Order
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

EXAMPLE = 'For example: lyrics generate "a lighthouse keeper in love"'


def generate(  # noqa: PLR0913 (one parameter an option: it is the command line)
    prompt: Annotated[
        str | None, argument("What the song is about; `-` or nothing reads standard input.")
    ] = None,
    *,
    file: Annotated[Path | None, option("Read the prompt from a file.")] = None,
    edit: Annotated[bool, option("Write the prompt in your editor.", "--edit")] = False,
    song: options.AboutSong,
    structure: Annotated[
        str | None, option("Its parts, such as “verse, chorus, verse”; kept with the song.")
    ] = None,
    again: Annotated[
        str | None,
        option(
            "Another take of a task's song: its prompt, style and so on, with "
            "what else is given here instead.",
            metavar="TASK",
            autocompletion=completing.tasks,
        ),
    ] = None,
    sending: options.Sending,
    no_wait: Annotated[bool, option("Print the task id and leave.", "--no-wait")] = False,
    min_credits: Annotated[float | None, option("Send nothing when fewer credits are left.", min=0)] = None,
    check: Annotated[bool, option("Check the lyrics too; findings go to stderr.", "--check")] = False,
    reuse: Annotated[bool, option("Answer an identical prompt from the library.")] = False,
    shown: options.Shown,
    notify: options.Notify = False,
) -> None:
    """Submit a prompt, wait for the lyrics, save and print them.

    Example: lyrics generate "a lighthouse keeper in love" --json
    """
    from lyricscli.cli import running
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import telling_failure, unsubmitted

    style = shown.style()
    settings = sending.settings()
    with ExitStack() as drafts:
        earlier = _earlier(again, settings) if again is not None else None
        text = _prompt(prompt, file, earlier.prompt if earlier is not None else "", drafts if edit else None)
        order = _order(text, song.metadata(structure=structure), earlier, settings)
        nothing = unsubmitted(settings.provider, order.prompt, order.metadata)
        drafts.enter_context(telling_failure([nothing], style))
        settings.service.limit.check(order.prompt)
        wish = _Wish(order, sending, style, reuse, not no_wait, min_credits, check, notify)
        with Progress(quiet=style.quiet, live=not style.plain) as progress:
            for line in wiring.sandbox_notices(settings, order.prompt):
                progress.notice(line)
            code = running.run(_generate(wish, settings, progress), progress, style)
    raise typer.Exit(code)


# From what is typed to an order


def _earlier(name: str, settings: "Settings") -> "Task":
    from lyricscli.store.songbook import Songbook

    with wiring.open_library(settings) as library:
        return Songbook(library).find(name)[0].task


def _prompt(typed: str | None, file: Path | None, known: str, drafts: ExitStack | None) -> str:
    """Read the prompt from where the command line says; where it does not, another take's is `known`.

    What is written in an editor is kept in `drafts`. Raises UsageError where there is no prompt.
    """
    if typed is None and file is None and (known or drafts is not None):
        text = known
    elif file is not None:
        text = read_text(file)
    elif typed == STDIO or (typed is None and not sys.stdin.isatty()):
        text = read_text()
    elif typed is not None:
        text = typed
    else:
        raise UsageError("there is no prompt", EXAMPLE)
    if drafts is not None:
        from lyricscli.terminal.editor import edited

        text = drafts.enter_context(edited(text, "prompt.txt"))
    if not text.strip():
        raise UsageError("the prompt is empty", EXAMPLE)
    return text.strip()


def _order(prompt: str, said: Mapping[str, str], earlier: "Task | None", settings: "Settings") -> "Order":
    """Return the order; what is said of the song but empty takes away what an earlier take had."""
    from lyricscli.jobs.desk import Order

    joined = {**(earlier.metadata if earlier is not None else {}), **said}
    metadata = {name: value for name, value in joined.items() if value}
    return Order.of(prompt, metadata, settings.service.limit, earlier.song if earlier is not None else None)


# From an order to its result


class _Wish(NamedTuple):
    """What one call of `generate` asks for beside its settings."""

    order: "Order"
    sending: options.Sending
    style: "Style"
    reuse: bool
    wait: bool
    min_credits: float | None
    check: bool
    notify: bool


async def _generate(wish: _Wish, settings: "Settings", progress: "Progress") -> int:
    """Run the use case and print the result the moment it is saved; return the exit code."""
    from lyricscli.jobs.generate import generate, resume_twin
    from lyricscli.models import DeliveredBy

    with wiring.open_library(settings) as library:
        known = _twin(wish.order, settings, library) if wish.reuse else None
        if known is not None and known.status.has_lyrics:
            return _show(known._replace(delivered_by=DeliveredBy.LIBRARY), wish, progress)
        how: dict[str, Any] = {"known": known, "wait": wish.wait, "min_credits": wish.min_credits}
        async with wiring.at_desk(settings, library, progress, wish.sending, **how) as desk:
            if known is not None:
                task = await resume_twin(known, desk)
            else:
                task = await generate(wish.order, desk, reuse=wish.reuse)
            return _show(task, wish, progress)


def _twin(order: "Order", settings: "Settings", library: "Library") -> "Task | None":
    from lyricscli.jobs.desk import EMBEDDED

    library.abandon_dead_submissions()
    return library.twin(settings.provider, settings.address or EMBEDDED, order.sent_prompt)


def _show(task: "Task", wish: _Wish, progress: "Progress") -> int:
    from lyricscli.terminal.results import show_submitted, show_task

    progress.stop()
    code = (show_task if wish.wait else show_submitted)(task, wish.style)
    if wish.notify:
        from lyricscli.terminal.progress import notify

        notify(f"The task is {task.status}.")
    if wish.check and task.status.has_lyrics:
        from lyricscli.cli.commands.check import tell_findings

        tell_findings(task)
    return code
