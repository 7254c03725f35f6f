"""What the commands share: settings made into a service, a plan for its callbacks, and the library."""

import os
import re
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from lyricscli.errors import UsageError, read_as
from lyricscli.models import Via
from lyricscli.terminal.streams import be_plain, say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from lyricscli.cli.options import Sending
    from lyricscli.config.settings import Settings
    from lyricscli.delivery.gate import Address, Endpoint, Plan
    from lyricscli.delivery.ngrok.agent import TunnelOptions
    from lyricscli.jobs.desk import Desk, Observer
    from lyricscli.models import Task
    from lyricscli.store.library import Library
    from lyricscli.store.songbook import Songbook

SANDBOX_NOTICE = (
    "No provider is configured: this is the built-in sandbox with {}, not the real service. "
    "`lyrics auth login` sets one up."
)
"""Said in full once a day."""

SHORT_NOTICE = "This is the sandbox, not the real service."
DAY = 86_400.0


def fallback_notice(settings: "Settings", writer: str | None = None) -> str:
    """Say that nothing is configured: in full where that was not said for a day, else in few words."""
    import time
    from contextlib import suppress

    mark = settings.home.data / "sandbox.told"
    with suppress(OSError):
        if time.time() - mark.stat().st_mtime < DAY:
            return SHORT_NOTICE if writer is None else f"{SHORT_NOTICE} {writer} writes."
    with suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch(mode=0o600)
    return SANDBOX_NOTICE.format("its stand-in writer" if writer is None else f"{writer} as its writer")


def sandbox_notices(settings: "Settings", prompt: str) -> "Iterator[str]":
    """Yield what a user should know whose words come from the stand-in writer."""
    from lyricscli.jobs.desk import own_writer

    is_embedded = settings.address is None
    writer = own_writer(settings) if is_embedded else None
    if settings.is_fallback:
        yield fallback_notice(settings, None if writer is None else writer.name)
    elif writer is not None:
        yield f"This is the built-in sandbox with {writer.name} as its writer."
    if is_embedded and writer is None:
        from lyricscli.sandbox.writer.standin import notice

        line = notice(prompt)
        if line is not None:
            yield line


def load_settings(**flags: str | float | None) -> "Settings":
    """Resolve settings with the flags given; None is a flag that was not."""
    from lyricscli.config import settings

    loaded = settings.load({name: None if value is None else str(value) for name, value in flags.items()})
    given = str(flags.get("base_url") or os.environ.get("LYRICS_BASE_URL") or "").rstrip("/")
    if given and (routes := re.search(settings.ROUTES, given)):
        say(f"The base URL is read without its {routes[0]}.")
    be_plain(loaded["plain"])
    return loaded


def see_to_agent(settings: "Settings", *, install: bool) -> None:
    """Get the ngrok agent where there is none, but only after a yes: at the terminal, or as an option.

    Raises TunnelError when it cannot be downloaded.
    """
    from lyricscli.delivery.ngrok.agent import DOWNLOAD_PAGE, find_agent, install_agent
    from lyricscli.terminal import asking

    if find_agent(tunnel_options(settings)) is not None:
        return
    if install or (sys.stdin.isatty() and asking.agreed("The ngrok agent is missing. Download it now?")):
        say(f"The ngrok agent is installed: {install_agent()}.")
    else:
        say(f"The ngrok agent is missing. Get it from {DOWNLOAD_PAGE}, or repeat with --install-agent.")


def open_library(settings: "Settings") -> "Library":
    """Open the library of these settings."""
    from lyricscli.store.library import Library

    return Library(settings.home.library)


@contextmanager
def open_songbook() -> "Iterator[Songbook]":
    """Open the library with what people added to it, and close it afterwards."""
    from lyricscli.store.songbook import Songbook

    with open_library(load_settings()) as library:
        yield Songbook(library)


def endpoint(text: str) -> "Endpoint":
    """Read HOST:PORT. Raises UsageError."""
    from lyricscli.delivery.gate import Endpoint

    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or not int(port) < 2**16:
        raise UsageError(f"--listen takes HOST:PORT, not {text!r}", "For example: --listen 127.0.0.1:8080")
    return Endpoint(host, int(port))


@asynccontextmanager
async def at_desk(  # noqa: PLR0913 (what a command knows)
    settings: "Settings",
    library: "Library",
    observer: "Observer",
    sending: "Sending | None" = None,
    *,
    known: "Task | None" = None,
    wait: bool = True,
    min_credits: float | None = None,
) -> "AsyncIterator[Desk]":
    """Open the service of the settings, or that of a known task, and what its tasks need meanwhile.

    Raises ServiceError where fewer than `min_credits` are left for a new one.
    """
    from lyricscli.cli import running
    from lyricscli.delivery.gate import Plan
    from lyricscli.jobs.desk import Patience, open_desk, open_service

    own = own_address(sending.callback_url, sending.listen) if sending is not None else None
    verify = sending is not None and sending.verify
    patience = Patience(Via(settings["via"]), settings["timeout"], settings["poll_interval"], verify, wait)
    async with open_service(settings, known) as service:
        if min_credits is not None and known is None:
            await service.require_credits(min_credits)
        lasts = own is not None or (settings["ngrok_domain"] and needs_tunnel(settings, service.base_url))
        # An earlier command's task can still be called back where the address stays the same.
        plan = delivery_plan(settings, service.base_url, own) if known is None or lasts else Plan()
        plan = plan._replace(required=plan.required and known is None)
        async with open_desk(service, library, plan, patience, observer) as desk:
            running.at_hard_exit.append(desk.gate.kill)
            yield desk


def own_address(callback_url: str | None, listen: str | None) -> "tuple[str, Endpoint] | None":
    """Return the public URL that the user keeps, and where it leads. Raises UsageError for half of it."""
    from lyricscli.quantities import web_address

    if callback_url is None and listen is None:
        return None
    if callback_url is None or listen is None:
        raise UsageError(
            "--callback-url and --listen belong together",
            "Give the public URL and the HOST:PORT it leads to.",
        )
    bind, advice = endpoint(listen), "For example: --callback-url https://hooks.example.com"
    return read_as("--callback-url", web_address, callback_url, advice), bind


def delivery_plan(settings: "Settings", base_url: str, own: "tuple[str, Endpoint] | None" = None) -> "Plan":
    """Decide how callbacks come in. Raises UsageError when they must and cannot."""
    from lyricscli.delivery.gate import Address, Plan
    from lyricscli.quantities import is_loopback

    via = Via(settings["via"])
    required = via is Via.CALLBACK
    if via is Via.POLL:
        return Plan()
    if own is not None:
        return _plan(settings, lambda _: Address(own[0]), own[1], required=required)
    if needs_tunnel(settings, base_url):
        return _ngrok_plan(settings, required=required)
    if is_loopback(base_url):
        return _plan(settings, lambda port: Address(f"http://127.0.0.1:{port}"), required=required)
    if required:
        raise UsageError(
            "--via callback needs an address that the service can reach",
            "Drop --tunnel none, or give --callback-url and --listen.",
        )
    return Plan()


def needs_tunnel(settings: "Settings", base_url: str) -> bool:
    """Tell whether callbacks of the service at `base_url` are to come in through ngrok."""
    from lyricscli.quantities import is_loopback

    if settings["via"] == "poll" or settings["tunnel"] == "none":
        return False
    return settings["tunnel"] == "ngrok" or not is_loopback(base_url)


def listening_plan(
    settings: "Settings", callback_url: str | None, listen: str | None
) -> "tuple[Plan, str | None]":
    """Decide where `lyrics listen` is reached: an address of the user's own, ngrok's, or with `none` here.

    With it comes the base URL that it has at each start, if there is one.
    """
    from lyricscli.delivery.gate import Address, Endpoint

    if callback_url is not None and (own := own_address(callback_url, listen)) is not None:
        url, bind = own
        return _plan(settings, lambda _: Address(url), bind), url.rstrip("/")
    bind = endpoint(listen) if listen is not None else Endpoint()
    if settings["tunnel"] == "none":
        host = f"[{bind.host}]" if ":" in bind.host else bind.host
        return _plan(settings, lambda port: Address(f"http://{host}:{port}"), bind), None
    domain = settings["ngrok_domain"]
    plan = _ngrok_plan(settings, required=True)._replace(bind=bind)
    return plan, f"https://{domain.lower()}" if domain else None


def _ngrok_plan(settings: "Settings", *, required: bool) -> "Plan":
    from lyricscli.delivery.ngrok.tunnel import Tunnel

    options = tunnel_options(settings)
    return _plan(settings, lambda port: Tunnel(port, options), required=required)


def _plan(
    settings: "Settings",
    address: "Callable[[int], Address]",
    bind: "Endpoint | None" = None,
    *,
    required: bool = True,
) -> "Plan":
    from lyricscli.delivery.gate import Endpoint, Plan, Upkeep

    return Plan(address, bind or Endpoint(), required, Upkeep(settings["tunnel_timeout"]))


def tunnel_options(settings: "Settings") -> "TunnelOptions":
    """Say how a tunnel is opened."""
    from lyricscli.config.settings import NGROK
    from lyricscli.delivery.ngrok.agent import TunnelOptions

    token = settings.secret(NGROK)
    return TunnelOptions(
        authtoken=token.reveal() if token else None,
        domain=settings["ngrok_domain"],
        agent=settings["ngrok_path"],
        state_dir=settings.home.run,
        start_timeout=settings["tunnel_timeout"],
    )
