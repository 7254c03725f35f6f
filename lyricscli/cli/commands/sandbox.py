"""`lyrics sandbox`: the emulator of the API as a server for any client."""

from typing import TYPE_CHECKING, Annotated

from lyricscli.api.providers import SUNOAPI, DialectName
from lyricscli.cli import options
from lyricscli.cli.options import option

if TYPE_CHECKING:
    from lyricscli.sandbox.behaviour import EmulatorOptions, Event


def sandbox(  # noqa: PLR0913 (one parameter an option: it is the command line)
    *,
    host: Annotated[str, option("Where to listen.", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, option("Port to listen on; 0 takes a free one.")] = 8787,
    latency: Annotated[str, option("Time from submission to result: 0.5s, or 0.")] = "2s",
    seed: Annotated[int, option("Another seed, other lyrics.", min=0, max=2**31)] = 0,
    scenario: Annotated[str, option("What happens to every task; see --list.")] = "complete",
    key: Annotated[str | None, option("The one key accepted (make one up); else any.")] = None,
    credits_: Annotated[
        float | None, option("Credits to begin with; else they never end.", "--credits", min=0)
    ] = None,
    dialect: Annotated[DialectName, option("Which service to be.")] = SUNOAPI,
    no_limits: Annotated[bool, option("Throttle nobody.", "--no-limits")] = False,
    writer: Annotated[str | None, option("A program that writes the lyrics.", metavar="COMMAND")] = None,
    header: options.Header = None,
    insecure: options.Insecure = False,
    json: Annotated[bool, option("One JSON object an event, on stdout.", "--json")] = False,
    list_: Annotated[bool, option("Show all scenarios, and leave.", "--list")] = False,
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
