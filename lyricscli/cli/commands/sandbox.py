"""`lyrics sandbox`: the emulator of the API as a server for any client."""

import os
import sys
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lyricscli.cli import options

if TYPE_CHECKING:
    from lyricscli.sandbox.events import Answered, Delivered, Event
    from lyricscli.sandbox.options import EmulatorOptions


def sandbox(  # noqa: PLR0913 (one parameter an option: it is the command line)
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8787,
    latency: Annotated[str, typer.Option(help="Time from submission to result: 0.5s, or 0.")] = "2s",
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Another seed, other lyrics.")] = 0,
    scenario: Annotated[str, typer.Option(help="What happens to every task; see --list.")] = "complete",
    key: Annotated[str | None, typer.Option(help="The one key accepted (make one up); else any.")] = None,
    credits_: Annotated[
        float | None, typer.Option("--credits", min=0, help="Credits to begin with; else they never end.")
    ] = None,
    dialect: Annotated[Literal["sunoapi", "kie"], typer.Option(help="Which service to be.")] = "sunoapi",
    no_limits: Annotated[bool, typer.Option("--no-limits", help="Throttle nobody.")] = False,
    header: options.Header = None,
    insecure: options.Insecure = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object an event, on stdout.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show all scenarios, and leave.")] = False,
) -> None:
    """Run the API emulator on a port, for any client.

    The word `sandbox:NAME` in a prompt chooses the scenario of that task alone. Where a webhook key is set
    (LYRICS_WEBHOOK_KEY), kie's callbacks are signed with it. `ready URL` on stdout says that it serves.

    Example: lyrics sandbox --port 8787 --latency 1s --scenario partial
    """
    from lyricscli.sandbox.options import EmulatorOptions
    from lyricscli.sandbox.scenarios import SCENARIOS, catalogue, named

    if list_:
        sys.stdout.write(catalogue(SCENARIOS.values(), as_json=json) + "\n")
        return
    told = EmulatorOptions(
        dialect=dialect,
        latency=_seconds(latency),
        seed=seed,
        scenario=named(scenario).name,
        key=key,
        credits=credits_,
        webhook_key=_webhook_key() if dialect == "kie" else None,
        manner=options.manner(header, insecure=insecure, agent="lyrics-sandbox"),
    )
    if no_limits:
        told = replace(told, submissions=None, reads=None)
    _serve(told, port, as_json=json)


def _seconds(latency: str) -> float:
    from lyricscli.errors import UsageError
    from lyricscli.quantities import duration

    try:
        return 0.0 if latency in {"0", "0s"} else duration(latency)
    except ValueError as error:
        raise UsageError(f"--latency is {latency!r}: {error}") from error


def _webhook_key() -> str | None:
    from lyricscli.config.settings import WEBHOOK, find_secret, home

    found = find_secret(WEBHOOK, home(), os.environ)
    return found[0].reveal() if found else None


def _serve(options: "EmulatorOptions", port: int, *, as_json: bool) -> None:
    """Serve until a signal comes, which is raised, or nobody reads the log any more."""
    import asyncio

    from lyricscli.cli.running import run
    from lyricscli.sandbox.server import emulator
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

    async def serve() -> None:
        unread: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def show(event: "Event") -> None:
            try:
                (_tell_machine if as_json else _tell_human)(event)
            except BrokenPipeError as error:
                if not unread.done():
                    unread.set_exception(error)

        async with emulator(options, port=port, on_event=show) as url:
            _print(_line_of_json({"event": "ready", "url": url}) if as_json else f"ready {url}")
            await unread

    try:
        run(serve(), Progress(quiet=True), Style())
    except BrokenPipeError:
        # Typer would make it a failure.
        raise typer.Exit from None


def _tell_machine(event: "Event") -> None:
    from lyricscli.sandbox.events import Answered

    kind = "request" if isinstance(event, Answered) else "callback"
    _print(_line_of_json({"event": kind, **asdict(event)}))


def _tell_human(event: "Event") -> None:
    from lyricscli.sandbox.events import Answered
    from lyricscli.terminal.progress import say

    moment = time.strftime("%H:%M:%S", time.localtime(event.at))
    say(f"{moment}  {_answered(event) if isinstance(event, Answered) else _delivered(event)}")


def _answered(event: "Answered") -> str:
    outcome = "no answer" if event.status is None else str(event.status)
    if event.code not in {None, event.status}:
        outcome += f" (code {event.code})"
    message = "" if event.message == "success" else event.message
    words = (f"{event.method} {event.path} -> {outcome}", event.task_id, event.scenario, message)
    return "  ".join(word for word in words if word)


def _delivered(event: "Delivered") -> str:
    outcome = f"{event.status or event.error} in {event.seconds:.3f} s"
    if event.retry_in is not None:
        outcome += f", again in {event.retry_in:g} s"
    if event.gave_up:
        outcome += ", given up: CALLBACK_EXCEPTION"
    return f"callback {event.attempt} of {event.task_id} to {event.url} -> {outcome}"


def _line_of_json(document: dict[str, object]) -> str:
    from lyricscli.terminal.documents import as_json

    return as_json(document, indent=None)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
