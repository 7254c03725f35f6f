"""`lyrics sandbox`: the emulator of the API as a server for any client."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import typer

if TYPE_CHECKING:
    from lyricscli.sandbox.events import Answered, Delivered, Event
    from lyricscli.sandbox.options import EmulatorOptions

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end the server; Windows has not all of them."""


def sandbox(  # noqa: PLR0913, PLR0917 - the options of the command
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0: a free one.")] = 8787,
    latency: Annotated[str, typer.Option(help="Time from submission to result, like 0.5s or 0.")] = "2s",
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Another seed, other lyrics.")] = 0,
    scenario: Annotated[str, typer.Option(help="What happens to every task; see --list.")] = "complete",
    key: Annotated[str | None, typer.Option(help="The only key accepted (made up); without it, any.")] = None,
    credits_: Annotated[
        float | None, typer.Option("--credits", min=0, help="Credits to begin with; without it, endless.")
    ] = None,
    dialect: Annotated[Literal["sunoapi", "kie"], typer.Option(help="Which service to be.")] = "sunoapi",
    json_: Annotated[bool, typer.Option("--json", help="One JSON object an event, on stdout.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show all scenarios, and leave.")] = False,
) -> None:
    """Run the API emulator on a port.

    Point any client's base URL at it; any key will do. The word `sandbox:NAME` in a prompt chooses the
    scenario of that task alone. Where a webhook key is set, kie's callbacks are signed with it.

    Example: lyrics sandbox --port 8787 --latency 1s --scenario partial
    """
    from lyricscli.sandbox.options import EmulatorOptions
    from lyricscli.sandbox.scenarios import SCENARIOS, catalogue, named

    if list_:
        typer.echo(catalogue(SCENARIOS.values(), as_json=json_))
        return
    options = EmulatorOptions(
        dialect=dialect,
        latency=_seconds(latency),
        seed=seed,
        scenario=named(scenario).name,
        key=key,
        credits=credits_,
        webhook_key=_webhook_key() if dialect == "kie" else None,
    )
    raise typer.Exit(_run(options, port, _JsonLog() if json_ else _LineLog()))


def _seconds(latency: str) -> float:
    from lyricscli.errors import UsageError
    from lyricscli.settings import duration

    try:
        return 0.0 if latency.strip() in {"0", "0s"} else duration(latency)
    except ValueError as error:
        raise UsageError(f"--latency {latency}: {error}.") from error


def _webhook_key() -> str | None:
    from lyricscli.settings import WEBHOOK, find_secret, home

    found = find_secret(WEBHOOK, home(), os.environ)
    return found[0].reveal() if found else None


def _run(options: "EmulatorOptions", port: int, log: "_Log") -> int:
    """Serve until a signal comes or nobody reads any more, and return the exit code."""
    import asyncio

    from lyricscli.sandbox.server import emulator

    async def serve() -> int:
        stopped: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def stop(code: int) -> None:
            if not stopped.done():
                stopped.set_result(code)

        def show(event: "Event") -> None:
            try:
                log.event(event)
            except BrokenPipeError:
                stop(_nobody_reads())

        _on_signal(lambda code: stopped.get_loop().call_soon_threadsafe(stop, code))
        async with emulator(options, port=port, on_event=show) as url:
            log.ready(url)
            return await stopped

    return asyncio.run(serve())


def _on_signal(stop: Callable[[int], object]) -> None:
    """Call `stop` with the exit code of the first signal; a second one ends the process at once."""

    def handle(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop(128 + number)

    for name in STOPPING:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handle)


def _nobody_reads() -> int:
    """Let what is still buffered go nowhere instead of failing at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


class _Log(Protocol):
    def ready(self, url: str) -> None: ...
    def event(self, event: "Event") -> None: ...


class _JsonLog:
    """Everything on stdout, one object a line."""

    def ready(self, url: str) -> None:
        typer.echo(json.dumps({"event": "ready", "url": url}))

    def event(self, event: "Event") -> None:
        from lyricscli.sandbox.events import Answered

        kind = "request" if isinstance(event, Answered) else "callback"
        typer.echo(json.dumps({"event": kind} | asdict(event)))


class _LineLog:
    """The ready line on stdout, where scripts wait for it; the rest on stderr, for people."""

    def ready(self, url: str) -> None:
        typer.echo(f"ready {url}")

    def event(self, event: "Event") -> None:
        from lyricscli.output.safe import visible
        from lyricscli.sandbox.events import Answered

        moment = time.strftime("%H:%M:%S", time.localtime(event.at))
        words = _answered(event) if isinstance(event, Answered) else _delivered(event)
        typer.echo(f"{moment}  {visible(words)}", err=True)


def _answered(event: "Answered") -> str:
    outcome = str(event.status or "-")
    if event.code not in {None, event.status}:
        outcome += f" (code {event.code})"
    details = (event.task_id, event.scenario, event.message if event.message != "success" else None)
    return "  ".join(filter(None, (f"{event.method} {event.path} -> {outcome}", *details)))


def _delivered(event: "Delivered") -> str:
    outcome = f"{event.status or event.error} in {event.seconds:.3f} s"
    if event.retry_in is not None:
        outcome += f", again in {event.retry_in:g} s"
    if event.gave_up:
        outcome += ", given up: CALLBACK_EXCEPTION"
    return f"callback {event.task_id} attempt {event.attempt} to {event.url} -> {outcome}"
