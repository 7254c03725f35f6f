"""`lyrics generate`: submit a prompt, wait for the lyrics, save and print them."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import options
from lyricscli.errors import UsageError

if TYPE_CHECKING:
    from lyricscli.cli.wiring import OwnAddress
    from lyricscli.config.settings import Settings
    from lyricscli.jobs.desk import Order
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style


def generate(  # noqa: PLR0913 (one parameter an option: it is the command line)
    prompt: Annotated[
        str | None, typer.Argument(help="What the song is about; `-` or nothing reads standard input.")
    ] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="Read the prompt from a file.")] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Write the prompt in your editor.")] = False,
    style: Annotated[
        str | None, typer.Option(help="Its style, such as “dark folk”; kept with the song.")
    ] = None,
    theme: Annotated[str | None, typer.Option(help="Its theme; kept with the song.")] = None,
    mood: Annotated[str | None, typer.Option(help="Its mood; kept with the song.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language; kept with the song.")] = None,
    structure: Annotated[
        str | None, typer.Option(help="Its parts, such as “verse, chorus, verse”; kept with the song.")
    ] = None,
    again: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="Another take of a task's song: its prompt, style and so on, with "
            "what else is given here instead.",
        ),
    ] = None,
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    via: options.Via = None,
    tunnel: options.Tunnel = None,
    ngrok_domain: options.NgrokDomain = None,
    callback_url: options.CallbackUrl = None,
    listen: options.Listen = None,
    timeout: options.Timeout = None,
    poll_interval: options.PollInterval = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the task id and leave.")] = False,
    min_credits: Annotated[
        float | None, typer.Option(min=0, help="Send nothing when fewer credits are left.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the lyrics too; findings go to stderr.")
    ] = False,
    verify: options.Verify = False,
    reuse: Annotated[bool, typer.Option(help="Answer an identical prompt from the library.")] = False,
    variant: Annotated[str | None, typer.Option(metavar="N", help="Print only this variant.")] = None,
    title_only: options.TitleOnly = False,
    json: options.Json = False,
    plain: options.Plain = False,
    output: options.Output = None,
    quiet: options.Quiet = False,
    notify: options.Notify = False,
) -> None:
    """Submit a prompt, wait for the lyrics, save and print them.

    Example: lyrics generate "a lighthouse keeper in love" --json
    """
    from lyricscli.cli import wiring
    from lyricscli.cli.ordering import Wording, order_of
    from lyricscli.terminal.results import Style, telling_failure, unsubmitted

    shown = Style(json=json, plain=plain, title_only=title_only, variant=variant, output=output, quiet=quiet)
    shown.check()
    settings = wiring.load_settings(
        provider=provider,
        base_url=base_url,
        via=via,
        tunnel=tunnel,
        ngrok_domain=ngrok_domain,
        timeout=timeout,
        poll_interval=poll_interval,
    )
    own = wiring.own_address(callback_url, listen)
    if again is not None and reuse:
        raise UsageError("--again and --reuse were both given", "Give one of them.")
    metadata = {"style": style, "theme": theme, "mood": mood, "language": language, "structure": structure}
    said = {name: value.strip() for name, value in metadata.items() if value is not None}
    with ExitStack() as drafts:
        order, notices = order_of(Wording(prompt, file, said, again, edit), settings, drafts)
        wish = _Wish(order, notices, not no_wait, verify, reuse, own, min_credits, check, notify)
        drafts.enter_context(
            telling_failure(unsubmitted(settings.provider, order.prompt, order.metadata), shown)
        )
        settings.service.limit.check(order.prompt)
        code = _generate_and_show(wish, settings, shown)
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one call of `generate` asks for beside its settings."""

    order: "Order"
    notices: tuple[str, ...]
    wait: bool
    verify: bool
    reuse: bool
    own: "OwnAddress | None"
    min_credits: float | None
    check: bool
    notify: bool


def _generate_and_show(wish: _Wish, settings: "Settings", style: "Style") -> int:
    """Run the use case; the result is printed the moment it is saved. Return the exit code."""
    from lyricscli.cli import running, wiring
    from lyricscli.terminal.progress import Progress

    with Progress(quiet=style.quiet, live=not style.plain) as progress:
        for line in (*wiring.sandbox_notices(settings, wish.order.prompt), *wish.notices):
            progress.notice(line)
        return running.run(_generate(wish, settings, progress, style), progress, style)


async def _generate(wish: _Wish, settings: "Settings", progress: "Progress", style: "Style") -> int:
    from lyricscli.cli import running, wiring
    from lyricscli.errors import UnsavedError
    from lyricscli.jobs.balance import require
    from lyricscli.jobs.desk import open_desk, open_service
    from lyricscli.jobs.generate import generate, resume_twin
    from lyricscli.models import DeliveredBy

    with wiring.open_library(settings) as library:
        known = _twin(wish.order, settings, library) if wish.reuse else None
        if known is not None and known.status.has_lyrics:
            return _show(replace(known, delivered_by=DeliveredBy.LIBRARY), wish, progress, style)
        async with open_service(settings, known) as service:
            if wish.min_credits is not None and known is None:
                await require(service, wish.min_credits)
            if known is None:
                plan = wiring.delivery_plan(settings, service.base_url, wish.own)
            else:
                plan = wiring.reopening_plan(settings, service.base_url, wish.own)
            patience = wiring.patience(settings, verify=wish.verify, wait=wish.wait)
            async with open_desk(service, library, plan, patience, progress) as desk:
                running.at_hard_exit.append(desk.gate.kill)
                try:
                    if known is not None:
                        task = await resume_twin(known, desk)
                    else:
                        task = await generate(wish.order, desk, reuse=wish.reuse)
                except UnsavedError as error:
                    _show(error.task, wish, progress, style)
                    raise
                return _show(task, wish, progress, style)


def _twin(order: "Order", settings: "Settings", library: "Library") -> "Task | None":
    from lyricscli.jobs.desk import EMBEDDED

    library.abandon_dead_submissions()
    return library.twin(settings.provider, settings.address or EMBEDDED, order.sent_prompt)


def _show(task: "Task", wish: _Wish, progress: "Progress", style: "Style") -> int:
    from lyricscli.terminal.results import show_submitted, show_task

    progress.stop()
    code = show_task(task, style) if wish.wait else show_submitted(task, style)
    if wish.notify:
        from lyricscli.terminal.notify import notify

        notify(f"The task is {task.status}.")
    if wish.check and task.status.has_lyrics:
        from lyricscli.cli.commands.check import tell_findings

        tell_findings(task)
    return code
