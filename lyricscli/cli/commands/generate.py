"""`lyrics generate`: submit a prompt, wait for the lyrics, save and print them."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from lyricscli.cli import completing, options, wiring
from lyricscli.errors import UsageError
from lyricscli.files import STDIO, read_text

if TYPE_CHECKING:
    from lyricscli.cli.wiring import OwnAddress
    from lyricscli.config.settings import Settings
    from lyricscli.jobs.desk import Order, Patience
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

EXAMPLE = 'For example: lyrics generate "a lighthouse keeper in love"'


def generate(  # noqa: PLR0913 (one parameter an option: it is the command line)
    prompt: Annotated[
        str | None, typer.Argument(help="What the song is about; `-` or nothing reads standard input.")
    ] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="Read the prompt from a file.")] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Write the prompt in your editor.")] = False,
    song: options.AboutSong,
    structure: Annotated[
        str | None, typer.Option(help="Its parts, such as “verse, chorus, verse”; kept with the song.")
    ] = None,
    again: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            autocompletion=completing.tasks,
            help="Another take of a task's song: its prompt, style and so on, with "
            "what else is given here instead.",
        ),
    ] = None,
    sending: options.Sending,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the task id and leave.")] = False,
    min_credits: Annotated[
        float | None, typer.Option(min=0, help="Send nothing when fewer credits are left.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the lyrics too; findings go to stderr.")
    ] = False,
    reuse: Annotated[bool, typer.Option(help="Answer an identical prompt from the library.")] = False,
    shown: options.Shown,
    notify: options.Notify = False,
) -> None:
    """Submit a prompt, wait for the lyrics, save and print them.

    Example: lyrics generate "a lighthouse keeper in love" --json
    """
    from lyricscli.cli import running
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import telling_failure, unsubmitted

    output = shown.style()
    settings = sending.settings()
    own = wiring.own_address(sending.callback_url, sending.listen)
    patience = wiring.patience(settings, verify=sending.verify, wait=not no_wait)
    said = song.metadata(structure=structure)
    with ExitStack() as drafts:
        order = _order_of(_Wording(prompt, file, said, again, edit), settings, drafts)
        nothing = unsubmitted(settings.provider, order.prompt, order.metadata)
        drafts.enter_context(telling_failure([nothing], output))
        settings.service.limit.check(order.prompt)
        wish = _Wish(order, patience, reuse, own, min_credits, check, notify)
        with Progress(quiet=output.quiet, live=not output.plain) as progress:
            for line in wiring.sandbox_notices(settings, order.prompt):
                progress.notice(line)
            code = running.run(_generate(wish, settings, progress, output), progress, output)
    raise typer.Exit(code)


# From what is typed to an order


class _Wording(NamedTuple):
    """What the command line says of the song; `again` names the task whose song it is another take of.

    An empty value in `metadata` takes away what that task had.
    """

    prompt: str | None
    file: Path | None
    metadata: Mapping[str, str]
    again: str | None = None
    edit: bool = False


def _order_of(wording: _Wording, settings: "Settings", drafts: ExitStack) -> "Order":
    """Return the order; what is written in an editor is kept in `drafts`.

    Raises UsageError without a prompt; whether it is too long is still to be checked.
    """
    from lyricscli.jobs.desk import Order

    earlier = _earlier(wording.again, settings) if wording.again is not None else None
    prompt = _prompt(wording, earlier, drafts)
    joined = {**(earlier.metadata if earlier is not None else {}), **wording.metadata}
    metadata = {name: value for name, value in joined.items() if value}
    return Order.of(prompt, metadata, settings.service.limit, earlier.song if earlier is not None else None)


def _earlier(name: str, settings: "Settings") -> "Task":
    from lyricscli.store.songbook import Songbook

    with wiring.open_library(settings) as library:
        return Songbook(library).find(name)[0].task


def _prompt(wording: _Wording, earlier: "Task | None", drafts: ExitStack) -> str:
    """Read the prompt; another take has its own only where one is named on the command line."""
    is_given = wording.prompt is not None or wording.file is not None
    known = earlier.prompt if earlier is not None and not is_given else ""
    if wording.edit:
        from lyricscli.terminal.editor import edited

        begun = _read(wording) if is_given else known
        return _checked(drafts.enter_context(edited(begun, "prompt.txt")))
    return known or _read(wording)


def _read(wording: _Wording) -> str:
    """Read the prompt from where the command line says. Raises UsageError when there is none."""
    if wording.file is not None:
        return _checked(read_text(wording.file))
    if wording.prompt == STDIO or (wording.prompt is None and not sys.stdin.isatty()):
        return _checked(read_text())
    if wording.prompt is None:
        raise UsageError("there is no prompt", EXAMPLE)
    return _checked(wording.prompt)


def _checked(text: str) -> str:
    """Return a prompt without white space around it. Raises UsageError when nothing is left of it."""
    if not (prompt := text.strip()):
        raise UsageError("the prompt is empty", EXAMPLE)
    return prompt


# From an order to its result


class _Wish(NamedTuple):
    """What one call of `generate` asks for beside its settings."""

    order: "Order"
    patience: "Patience"
    reuse: bool
    own: "OwnAddress | None"
    min_credits: float | None
    check: bool
    notify: bool


async def _generate(wish: _Wish, settings: "Settings", progress: "Progress", style: "Style") -> int:
    """Run the use case and print the result the moment it is saved; return the exit code."""
    from lyricscli.cli import running
    from lyricscli.jobs.desk import open_desk, open_service
    from lyricscli.jobs.generate import generate, resume_twin
    from lyricscli.models import DeliveredBy

    with wiring.open_library(settings) as library:
        known = _twin(wish.order, settings, library) if wish.reuse else None
        if known is not None and known.status.has_lyrics:
            return _show(known._replace(delivered_by=DeliveredBy.LIBRARY), wish, progress, style)
        async with open_service(settings, known) as service:
            if wish.min_credits is not None and known is None:
                await service.require_credits(wish.min_credits)
            plan_of = wiring.delivery_plan if known is None else wiring.reopening_plan
            plan = plan_of(settings, service.base_url, wish.own)
            async with open_desk(service, library, plan, wish.patience, progress) as desk:
                running.at_hard_exit.append(desk.gate.kill)
                if known is not None:
                    task = await resume_twin(known, desk)
                else:
                    task = await generate(wish.order, desk, reuse=wish.reuse)
                return _show(task, wish, progress, style)


def _twin(order: "Order", settings: "Settings", library: "Library") -> "Task | None":
    from lyricscli.jobs.desk import EMBEDDED

    library.abandon_dead_submissions()
    return library.twin(settings.provider, settings.address or EMBEDDED, order.sent_prompt)


def _show(task: "Task", wish: _Wish, progress: "Progress", style: "Style") -> int:
    from lyricscli.terminal.results import show_submitted, show_task

    progress.stop()
    code = show_task(task, style) if wish.patience.wait else show_submitted(task, style)
    if wish.notify:
        from lyricscli.terminal.progress import notify

        notify(f"The task is {task.status}.")
    if wish.check and task.status.has_lyrics:
        from lyricscli.cli.commands.check import tell_findings

        tell_findings(task)
    return code
