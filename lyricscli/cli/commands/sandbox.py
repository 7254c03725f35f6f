"""`lyrics sandbox`: the emulator of the API as a server for any client."""

from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.api.providers import SUNOAPI, DialectName
from lyricscli.cli import options

if TYPE_CHECKING:
    from lyricscli.sandbox.behaviour import EmulatorOptions, Event


def sandbox(  # noqa: PLR0913 (one parameter an option: it is the command line)
    *,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8787,
    latency: Annotated[str, typer.Option(help="Time from submission to result: 0.5s, or 0.")] = "2s",
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Another seed, other lyrics.")] = 0,
    scenario: Annotated[str, typer.Option(help="What happens to every task; see --list.")] = "complete",
    key: Annotated[str | None, typer.Option(help="The one key accepted (make one up); else any.")] = None,
    credits_: Annotated[
        float | None, typer.Option("--credits", min=0, help="Credits to begin with; else they never end.")
    ] = None,
    dialect: Annotated[DialectName, typer.Option(help="Which service to be.")] = SUNOAPI,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="Throttle nobody.")] = False,
    writer: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="A program that writes the lyrics.")
    ] = None,
    header: options.Header = None,
    insecure: options.Insecure = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object an event, on stdout.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show all scenarios, and leave.")] = False,
) -> None:
    """Run the API emulator on a port, for any client.

    The word `sandbox:NAME` in a prompt chooses the scenario of that task alone. Where a webhook key is set
    (LYRICS_WEBHOOK_KEY), kie's callbacks are signed with it. `ready URL` on stdout says that it serves. With
    --host it serves other machines and containers too, whichever name they use; web pages never.

    Example: lyrics sandbox --port 8787 --latency 1s --scenario partial
    """
    from lyricscli.cli.wiring import load_settings
    from lyricscli.config.settings import WEBHOOK
    from lyricscli.jobs.desk import own_writer
    from lyricscli.sandbox.behaviour import EmulatorOptions
    from lyricscli.sandbox.scenarios import SCENARIOS, named
    from lyricscli.sandbox.wire import FLAVOURS

    if list_:
        from lyricscli.terminal.traffic import show_scenarios

        show_scenarios(SCENARIOS.values(), as_json=json)
        return
    settings = load_settings(sandbox_writer=writer)
    webhook_key = settings.secret(WEBHOOK) if FLAVOURS[dialect].is_signed else None
    told = EmulatorOptions(
        dialect=dialect,
        host=host,
        latency=options.seconds("--latency", latency, or_none=True),
        seed=seed,
        scenario=named(scenario).name,
        key=key,
        credits=credits_,
        webhook_key=webhook_key.reveal() if webhook_key else None,
        writer=own_writer(settings),
        manner=options.manner(header, insecure=insecure, agent="lyrics-sandbox"),
    )
    if no_limits:
        told = told._replace(submissions=None, reads=None)
    _serve(told, port, as_json=json)


def _serve(options: "EmulatorOptions", port: int, *, as_json: bool) -> None:
    """Serve until a signal comes, which is raised, or the reader of the log leaves."""
    import asyncio

    from lyricscli.cli.running import run
    from lyricscli.processes import stay
    from lyricscli.sandbox.server import emulator
    from lyricscli.terminal.beside import Beside
    from lyricscli.terminal.traffic import emulated_line, reach_lines, ready_line

    beside = Beside()

    async def serve() -> None:
        def show(event: "Event") -> None:
            beside.put(emulated_line(event, as_json=as_json))

        async with emulator(options, port=port, on_event=show) as url:
            stay()
            beside.put(ready_line(url, as_json=as_json), *reach_lines(options.host))
            await asyncio.get_running_loop().create_future()

    run(beside.during(serve()))
