"""`lyrics listen`: a public callback URL that shows, records and forwards what arrives."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from lyricscli.api.providers import DIALECTS, PROVIDERS, DialectName
from lyricscli.cli import options, wiring
from lyricscli.cli.options import option
from lyricscli.errors import ExitCode
from lyricscli.models import Exposure, View
from lyricscli.terminal.streams import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lyricscli.config.settings import Secret, Settings
    from lyricscli.delivery.gate import Plan
    from lyricscli.jobs.relay import Event, Terms
    from lyricscli.store.recordings import Recordings
    from lyricscli.terminal.beside import Written


def listen(  # noqa: PLR0913 (one parameter an option: it is the command line)
    *,
    forward_to: Annotated[str | None, option("Send each callback on.", metavar="URL")] = None,
    print_: Annotated[View, option("What is shown of each callback.", "--print")] = View.SUMMARY,
    tunnel: Annotated[Exposure | None, option("none is the loopback URL; else ngrok.")] = None,
    ngrok_domain: options.NgrokDomain = None,
    callback_url: options.CallbackUrl = None,
    listen: Annotated[str | None, option("Where to listen.", metavar="HOST:PORT")] = None,
    most: Annotated[int | None, option("Leave after that many.", "--max", min=1)] = None,
    timeout: Annotated[str | None, option("Leave after that time: 90s, 10m, 1h.")] = None,
    dialect: Annotated[DialectName | None, option("Whose callbacks: kie's are signed.")] = None,
    replay: Annotated[
        str | None, option("Show, or forward, a recorded callback again; or `last`.", metavar="N")
    ] = None,
    new_path: Annotated[
        bool, option("Another secret path, where the address is a lasting one.", "--new-path")
    ] = False,
    header: options.Header = None,
    insecure: options.Insecure = False,
    json: Annotated[bool, option("One JSON object an event, on stdout.", "--json")] = False,
) -> None:
    """Open a public callback URL, show what arrives and forward it.

    The URL is the first line on stdout, once a nonce went round through it; when it is lost, another follows.
    On a reserved domain or with --callback-url it is the same at each start; --new-path makes another.
    The sender gets the receiver's own status with --forward-to (502 where no answer came), else 200. Exits 0
    after --max callbacks, 3 when --timeout comes first (0 if something came and no --max was given).

    Example: lyrics listen --forward-to http://127.0.0.1:5000/callback
    """
    from lyricscli.jobs.relay import Terms, kept_path
    from lyricscli.store.recordings import Recordings
    from lyricscli.terminal.traffic import event_lines

    settings = wiring.load_settings(tunnel=tunnel, ngrok_domain=ngrok_domain)
    target = None if forward_to is None else options.receiver("--forward-to", forward_to)
    manner = options.manner(header, insecure=insecure)
    until = None if timeout is None else options.seconds("--timeout", timeout)
    key = _webhook_key(settings, dialect)
    terms = Terms(forward_to=target, manner=manner, most=most, timeout=until, webhook_key=key)
    lines = partial(event_lines, view=print_, as_json=json)
    desk = _Desk(Recordings(settings.home.callbacks), lines)
    if replay is not None:
        raise typer.Exit(_replay(replay, terms, desk))
    plan, base = wiring.listening_plan(settings, callback_url, listen)
    if base is not None:
        terms = replace(terms, path=kept_path(settings.home.paths_file, base, anew=new_path))
    raise typer.Exit(_listen(plan, terms, desk))


class _Desk(NamedTuple):
    """Who looks at a callback: one who keeps it, one who says what is shown of it."""

    recordings: "Recordings"
    lines: "Callable[[Event], Iterable[Written]]"


def _webhook_key(settings: "Settings", dialect: DialectName | None) -> "Secret | None":
    from lyricscli.config.settings import WEBHOOK

    is_signed = dialect is None or PROVIDERS[DIALECTS[dialect].usual].signed  # nobody else signs
    return settings.secret(WEBHOOK) if is_signed else None


def _listen(plan: "Plan", terms: "Terms", desk: _Desk) -> ExitCode:
    """Listen until the terms are met, a signal comes or the reader of stdout leaves."""
    from lyricscli.cli import running
    from lyricscli.jobs.relay import Relay
    from lyricscli.terminal.beside import Beside
    from lyricscli.terminal.progress import Progress

    beside = Beside()

    def show(event: "Event") -> None:
        progress.stop()
        beside.put(*desk.lines(event))

    with Progress() as progress:
        progress.phase("opening the callback URL")
        relay = Relay(plan, terms, desk.recordings, show)
        running.at_hard_exit.append(relay.kill)
        came = running.run(beside.during(relay.run()), progress)
    if came >= (terms.most or 1):
        return ExitCode.OK
    say(f"{came} of {terms.most} callbacks came." if came else "No callback came.")
    return ExitCode.UNFINISHED


def _replay(name: str, terms: "Terms", desk: _Desk) -> ExitCode:
    """Show a recorded callback again, and what the receiver makes of it."""
    from lyricscli.cli.running import run
    from lyricscli.jobs.relay import Forwarded, arrival, replay
    from lyricscli.terminal.beside import write
    from lyricscli.terminal.traffic import verdict

    recording = desk.recordings.find(name)
    for line in desk.lines(arrival(recording, terms.webhook_key)):
        write(line)
    if terms.forward_to is None:
        return ExitCode.OK
    sending = replay(recording, terms.forward_to, terms.manner)
    event = Forwarded(recording, run(sending))
    for line in desk.lines(event):
        write(line)
    return verdict([event.receipt])
