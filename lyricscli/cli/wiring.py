"""What the commands share: settings made into a service, a plan for its callbacks, and the library."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lyricscli.errors import NoKeyError, UsageError
from lyricscli.models import Via

if TYPE_CHECKING:
    from lyricscli.api.providers import Provider
    from lyricscli.config.settings import Settings
    from lyricscli.delivery.gate import Plan
    from lyricscli.delivery.ngrok.agent import TunnelOptions
    from lyricscli.jobs.desk import Patience, Service
    from lyricscli.models import Task
    from lyricscli.sandbox.program import Writer
    from lyricscli.store.library import Library
    from lyricscli.store.songbook import Songbook

EMBEDDED = "embedded"
"""The base URL under which tasks of the embedded service are kept: its port changes with every run."""

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
    is_embedded = provider_of(settings).base_url is None and not settings["base_url"]
    writer = own_writer(settings) if is_embedded else None
    if settings.is_fallback:
        yield fallback_notice(settings, None if writer is None else writer.name)
    elif writer is not None:
        yield f"This is the built-in sandbox with {writer.name} as its writer."
    if is_embedded and writer is None:
        from lyricscli.sandbox.writer import notice

        line = notice(prompt)
        if line is not None:
            yield line


def load_settings(**flags: str | float | None) -> "Settings":
    """Resolve settings with the flags given; None is a flag that was not. Custom providers are checked."""
    from lyricscli.config import settings
    from lyricscli.terminal.streams import be_plain, say

    loaded = settings.load({name: None if value is None else str(value) for name, value in flags.items()})
    given = str(flags.get("base_url") or os.environ.get("LYRICS_BASE_URL") or "").rstrip("/")
    if given.endswith(settings.ROUTES):
        say(f"The base URL is read without its {settings.ROUTES}.")
    custom_of(loaded)
    if loaded["plain"]:
        be_plain()
    return loaded


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


def provider_of(settings: "Settings") -> "Provider":
    """Return the chosen provider, built in or custom."""
    from lyricscli.api.providers import builtin

    return custom_of(settings).get(settings.provider) or builtin(settings.provider)


def provider_names() -> "list[str]":
    """Return the names of all services, those of `config.toml` last."""
    from lyricscli.api.providers import PROVIDERS

    return [*PROVIDERS, *load_settings().providers]


def custom_of(settings: "Settings") -> "dict[str, Provider]":
    """Return the providers of `config.toml`. Raises UsageError with file and line for one that is wrong."""
    if not settings.providers:
        return {}
    from lyricscli.config.custom import custom_providers

    return custom_providers(settings.providers, settings.home.config_file)


@asynccontextmanager
async def open_service(settings: "Settings", task: "Task | None" = None) -> "AsyncIterator[Service]":
    """Yield the service to ask, the embedded one running for as long; for a known task, the one that has it.

    Raises NoKeyError when the provider needs a key and there is none, and UsageError where the proxy that the
    environment names is none.
    """
    from lyricscli.api.proxy import proxy_for
    from lyricscli.jobs.desk import Service

    provider = provider_of(settings)
    known = task.base_url if task is not None and task.base_url != EMBEDDED else None
    base_url = known or settings["base_url"] or provider.base_url
    proxy_for(base_url or "")
    key = settings.api_key()
    if provider.needs_key and key is None:
        source = f" Keys: {provider.key_url}" if provider.key_url else ""
        raise NoKeyError(
            f"there is no API key for {provider.name}",
            f"`lyrics auth login {provider.name}` keeps one, or set {provider.key_variable}.{source}",
        )
    if base_url is None or (task is not None and task.base_url == EMBEDDED):
        async with _embedded(settings) as address:
            yield Service(provider, address, EMBEDDED, None)
    else:
        from lyricscli.config.settings import WEBHOOK

        yield Service(provider, base_url, base_url, key, settings.secret(WEBHOOK))


def kept_as(settings: "Settings") -> str:
    """Return the base URL under which tasks of the chosen service are kept."""
    return settings["base_url"] or provider_of(settings).base_url or EMBEDDED


@asynccontextmanager
async def _embedded(settings: "Settings") -> AsyncIterator[str]:
    from lyricscli.sandbox.behaviour import EmulatorOptions
    from lyricscli.sandbox.server import emulator

    options = EmulatorOptions(
        latency=settings["sandbox_latency"],
        seed=settings["sandbox_seed"],
        submissions=None,
        reads=None,
        writer=own_writer(settings),
    )
    async with emulator(options, store=settings.home.sandbox) as address:
        yield address


def own_writer(settings: "Settings") -> "Writer | None":
    """Return the program that writes in the sandbox, where one is set. Raises UsageError."""
    command = settings["sandbox_writer"]
    if not command:
        return None
    from lyricscli.config.settings import without_secrets
    from lyricscli.sandbox.program import Writer, words_of

    timeout, variants = settings["sandbox_writer_timeout"], settings["sandbox_variants"]
    return Writer(words_of(command), without_secrets(os.environ), variants, timeout)


class OwnAddress(NamedTuple):
    """A public address that the user keeps, and the HOST:PORT it leads to."""

    url: str
    listen: str


def own_address(callback_url: str | None, listen: str | None) -> OwnAddress | None:
    """Check --callback-url and --listen. Raises UsageError when only one is given, or one is wrong."""
    from lyricscli.delivery.address import endpoint
    from lyricscli.quantities import web_address

    if callback_url is None and listen is None:
        return None
    if callback_url is None or listen is None:
        raise UsageError(
            "--callback-url and --listen belong together",
            "Give the public URL and the HOST:PORT it leads to.",
        )
    endpoint(listen)
    try:
        return OwnAddress(web_address(callback_url), listen)
    except ValueError as error:
        advice = "For example: --callback-url https://hooks.example.com"
        raise UsageError(f"--callback-url is {callback_url!r}: {error}", advice) from error


def delivery_plan(settings: "Settings", base_url: str, own: OwnAddress | None = None) -> "Plan":
    """Decide how callbacks come in. Raises UsageError when they must and cannot."""
    from lyricscli.delivery import address
    from lyricscli.delivery.gate import Plan
    from lyricscli.quantities import is_loopback

    via = Via(settings["via"])
    required = via is Via.CALLBACK
    if via is Via.POLL:
        return Plan()
    if own is not None:
        return Plan(lambda _: address.FixedAddress(own.url), address.endpoint(own.listen), required=required)
    if needs_tunnel(settings, base_url):
        return _ngrok_plan(settings, required=required)
    if is_loopback(base_url):
        return Plan(lambda port: address.FixedAddress(f"http://127.0.0.1:{port}"), required=required)
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


def listening_plan(settings: "Settings", callback_url: str | None, listen: str | None) -> "Plan":
    """Decide where `lyrics listen` is reached: an address of the user's own, ngrok's, or with `none` here."""
    from lyricscli.delivery.address import Endpoint, FixedAddress, endpoint
    from lyricscli.delivery.gate import Plan

    own = own_address(callback_url, listen) if callback_url is not None else None
    bind = endpoint(listen) if listen is not None else Endpoint()
    if own is not None:
        return Plan(lambda _: FixedAddress(own.url), bind, required=True)
    if settings["tunnel"] == "none":
        host = f"[{bind.host}]" if ":" in bind.host else bind.host
        return Plan(lambda port: FixedAddress(f"http://{host}:{port}"), bind, required=True)
    return replace(_ngrok_plan(settings, required=True), bind=bind)


def stable_base(settings: "Settings", callback_url: str | None, listen: str | None) -> str | None:
    """Return the base URL that `lyrics listen` has at each start, if there is one."""
    if callback_url is not None and (own := own_address(callback_url, listen)) is not None:
        return own.url.rstrip("/")
    domain = settings["ngrok_domain"]
    return f"https://{domain.lower()}" if domain and settings["tunnel"] != "none" else None


def reopening_plan(settings: "Settings", base_url: str, own: OwnAddress | None = None) -> "Plan":
    """Decide how an earlier command's tasks can still be called back: where the address stays the same."""
    from lyricscli.delivery.gate import Plan

    if own is not None or (settings["ngrok_domain"] and needs_tunnel(settings, base_url)):
        return replace(delivery_plan(settings, base_url, own), required=False)
    return Plan()


def patience(settings: "Settings", *, verify: bool = False, wait: bool = True) -> "Patience":
    """Say how long and in which way the settings want a result awaited."""
    from lyricscli.jobs.desk import Patience

    return Patience(Via(settings["via"]), settings["timeout"], settings["poll_interval"], verify, wait)


def _ngrok_plan(settings: "Settings", *, required: bool) -> "Plan":
    from lyricscli.delivery.gate import Plan
    from lyricscli.delivery.ngrok.tunnel import Tunnel

    options = tunnel_options(settings)
    return Plan(lambda port: Tunnel(port, options), required=required)


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
