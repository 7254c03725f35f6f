"""`lyrics doctor`: find out what is wrong, and what to do about it."""

import sys
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import options, wiring
from lyricscli.cli.options import option
from lyricscli.errors import LyricsError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from lyricscli.config.settings import Settings
    from lyricscli.delivery.gate import Said
    from lyricscli.jobs.doctor.checkup import Diagnosis
    from lyricscli.jobs.doctor.service import Case


def doctor(
    *,
    offline: Annotated[bool, option("Examine nothing that needs a network.", "--offline")] = False,
    install_agent: Annotated[
        bool, option("Download the ngrok agent first if there is none.", "--install-agent")
    ] = False,
    json: options.Json = False,
) -> None:
    """Find out what is wrong, and what to do about it.

    One line a check: ok, warn, fail or skipped. Nothing is spent and no key is shown. A warning is about
    something that works, or is not needed. Exits 0 when all that is configured works, else as the first
    failure says: 2 settings, 4 key, 5 credits, 8 service or tunnel, 1 anything else.

    Example: lyrics doctor --offline
    """
    from lyricscli.cli import running
    from lyricscli.jobs.doctor.checkup import State, exit_code_of, failed
    from lyricscli.terminal.documents import fields
    from lyricscli.terminal.reports import show_diagnoses
    from lyricscli.terminal.streams import write_json

    try:
        settings, trouble = wiring.load_settings(), []
    except UsageError as error:
        settings, trouble = None, [failed(error, "settings")]
    if settings is not None and install_agent:
        wiring.see_to_agent(settings, install=True)
    findings = running.ask("examining", _examine(settings, network=not offline)) + trouble
    if json:
        checks = [fields(one, "name state meaning advice") for one in findings]
        write_json({"ok": not exit_code_of(findings), "checks": checks})
    else:
        show_diagnoses(findings)
    broken = {one.name for one in findings if one.state is State.FAIL}
    if settings is not None and not offline and sys.stdin.isatty() and "agent" in broken:
        wiring.see_to_agent(settings, install=False)
    raise typer.Exit(exit_code_of(findings))


async def _examine(settings: "Settings | None", *, network: bool) -> "list[Diagnosis]":
    """Examine the machine, then what is configured; what cannot even be opened is a finding too."""
    from lyricscli.config.settings import home
    from lyricscli.jobs.doctor import machine, service
    from lyricscli.jobs.doctor.checkup import examine, failed

    findings = await examine(machine.CHECKS, home(), machine.DEADLINE)
    if settings is not None:
        try:
            async with _case(settings, network=network) as case:
                findings += await examine(service.CHECKS, case, case.deadline, case.secrets)
        except LyricsError as error:
            findings.append(failed(error, "settings"))
    return findings


@asynccontextmanager
async def _case(settings: "Settings", *, network: bool) -> "AsyncIterator[Case]":
    """Open what a command opens: the service, the listener and its address. Raises LyricsError."""
    from lyricscli.cli import running
    from lyricscli.delivery.gate import Gate, Paths
    from lyricscli.jobs.desk import open_service
    from lyricscli.jobs.doctor.service import Case

    agent = wiring.tunnel_options(settings)
    async with open_service(settings, examined=True) as service:
        plan = wiring.delivery_plan(settings, service.base_url)
        needs_tunnel = wiring.needs_tunnel(settings, service.base_url)
        opens = plan.address is not None and (network or not needs_tunnel)
        async with Gate(plan, Paths(), _nobody) if opens else nullcontext() as gate:
            if gate is not None:
                running.at_hard_exit.append(gate.kill)
            yield Case(settings, service, agent, needs_tunnel, gate, network)


async def _nobody(path: str, headers: "Mapping[str, str]", body: bytes) -> "Said":
    """Take no callback: only a probe of our own comes in."""
    from lyricscli.delivery.gate import NOT_FOUND

    del path, headers, body
    return NOT_FOUND
