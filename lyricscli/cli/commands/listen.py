"""`lyrics listen`: a public callback URL that shows, records and forwards what arrives."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lyricscli.cli import options
from lyricscli.errors import ExitCode

if TYPE_CHECKING:
    from lyricscli.cli.listening import Show
    from lyricscli.config.settings import Settings
    from lyricscli.delivery.reception import Plan
    from lyricscli.jobs.relay import Event, Judge, Terms
    from lyricscli.store.recordings import Recordings


def listen(  # noqa: PLR0913 (one parameter an option: it is the command line)
    *,
    forward_to: Annotated[str | None, typer.Option(metavar="URL", help="Send each callback on.")] = None,
    print_: Annotated[
        Literal["summary", "body", "json"], typer.Option("--print", help="What is shown of each callback.")
    ] = "summary",
    tunnel: Annotated[
        Literal["auto", "ngrok", "none"] | None, typer.Option(help="none is the loopback URL; else ngrok.")
    ] = None,
    ngrok_domain: options.NgrokDomain = None,
    callback_url: options.CallbackUrl = None,
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where to listen.")] = None,
    most: Annotated[int | None, typer.Option("--max", min=1, help="Leave after that many.")] = None,
    timeout: Annotated[str | None, typer.Option(help="Leave after that time: 90s, 10m, 1h.")] = None,
    dialect: Annotated[
        Literal["sunoapi", "kie", "kie-jobs"] | None,
        typer.Option(help="Whose callbacks."),
    ] = None,
    replay: Annotated[
        str | None, typer.Option(metavar="N", help="Show, or forward, a recorded callback again; or `last`.")
    ] = None,
    header: options.Header = None,
    insecure: options.Insecure = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object an event, on stdout.")] = False,
) -> None:
    """Open a public callback URL, show what arrives and forward it.

    The URL is the first line on stdout, once a nonce went round through it; when it is lost, another follows.
    The sender gets the receiver's own status with --forward-to (502 where no answer came), else 200. Exits 0
    after --max callbacks, 3 when --timeout comes first (0 if something came and no --max was given).

    Example: lyrics listen --forward-to http://127.0.0.1:5000/callback
    """
    from lyricscli.cli import wiring
    from lyricscli.cli.listening import shower
    from lyricscli.cli.options import receiver, seconds
    from lyricscli.jobs.relay import Terms
    from lyricscli.store.recordings import Recordings

    settings = wiring.load_settings(tunnel=tunnel, ngrok_domain=ngrok_domain)
    target = None if forward_to is None else receiver("--forward-to", forward_to)
    manner = options.manner(header, insecure=insecure)
    terms = Terms(target, manner, most, None if timeout is None else seconds("--timeout", timeout))
    desk = _Desk(_judge(settings, dialect), Recordings(settings.home.callbacks), shower(print_, as_json=json))
    try:
        if replay is not None:
            code = _replay(replay, terms, desk)
        else:
            code = _listen(wiring.listening_plan(settings, callback_url, listen), terms, desk)
    except BrokenPipeError:
        # Whoever read stdout has enough; Typer would make it a failure.
        raise typer.Exit from None
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who looks at a callback: one who judges it, one who keeps it, one who shows it."""

    judge: "Judge"
    recordings: "Recordings"
    show: "Show"


def _judge(settings: "Settings", dialect: str | None) -> "Judge":
    from lyricscli.api.dialects import DIALECTS
    from lyricscli.cli.wiring import provider_of
    from lyricscli.config.settings import WEBHOOK
    from lyricscli.jobs.relay import Judge

    chosen = DIALECTS[dialect] if dialect is not None else provider_of(settings).dialect
    return Judge(chosen, settings.secret(WEBHOOK))


def _listen(plan: "Plan", terms: "Terms", desk: _Desk) -> ExitCode:
    """Listen until the terms are met, a signal comes or nobody reads stdout any more."""
    from lyricscli.cli import running
    from lyricscli.jobs.relay import Relay
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

    def show(event: "Event") -> None:
        progress.stop()
        desk.show(event)

    with Progress() as progress:
        progress.phase("opening the callback URL")
        relay = Relay(plan, terms, desk.judge, desk.recordings, show)
        running.at_hard_exit.append(relay.kill)
        came = running.run(relay.run(), progress, Style())
    return ExitCode.OK if came >= (terms.most or 1) else ExitCode.UNFINISHED


def _replay(name: str, terms: "Terms", desk: _Desk) -> ExitCode:
    """Show a recorded callback again, and what the receiver makes of it."""
    from lyricscli.cli.listening import trial_of
    from lyricscli.cli.running import run
    from lyricscli.cli.trials import verdict
    from lyricscli.jobs.relay import Forwarded, replay
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

    recording = desk.recordings.find(name)
    desk.show(desk.judge.arrival(recording))
    if terms.forward_to is None:
        return ExitCode.OK
    sending = replay(recording, terms.forward_to, terms.manner)
    event = Forwarded(recording, run(sending, Progress(quiet=True), Style()))
    desk.show(event)
    return verdict([trial_of(event)])
