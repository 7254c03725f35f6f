"""`lyrics auth`: API keys, the ngrok token and kie's webhook key."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.app import group
from lyricscli.cli.options import argument, option
from lyricscli.config import keys
from lyricscli.config.settings import NGROK, OTHER_SECRETS, WEBHOOK, find_secret, home, read_keys
from lyricscli.errors import NoKeyError, ServiceError, TunnelError, UsageError, nearest
from lyricscli.terminal import asking
from lyricscli.terminal.streams import say, write_json

if TYPE_CHECKING:
    from lyricscli.config.settings import Secret, Settings

app = group("Store API keys and the ngrok token, or remove them.", "lyrics auth login")


@app.command()
def login(
    provider: Annotated[
        str | None, argument("sunoapi, kie, your own, `ngrok` or `webhook`.", autocompletion=completing.keys)
    ] = None,
    *,
    no_check: Annotated[bool, option("Store the key without asking the service.", "--no-check")] = False,
    base_url: options.BaseUrl = None,
    install_agent: Annotated[
        bool, option("With ngrok: download the agent if there is none.", "--install-agent")
    ] = False,
) -> None:
    """Store a key, after asking the service whether it is good.

    It is read from a hidden prompt, or from standard input; never from an argument.

    Example: lyrics auth login kie < key.txt
    """
    settings = wiring.load_settings()
    name = _service(provider, settings)
    key = keys.checked(name, asking.secret(_question(name, settings)))
    asks_service = not no_check and name not in OTHER_SECRETS
    left = _credits(name, key, base_url) if asks_service else None
    keys.store(settings.home, name, key)
    _tell_stored(name, settings, left)
    if name == NGROK:
        wiring.see_to_agent(settings, install=install_agent)


@app.command()
def status(*, json: options.Json = False) -> None:
    """Show where each key comes from, and never the key.

    Example: lyrics auth status
    """
    from lyricscli.files import make_private
    from lyricscli.terminal.plain import show_rows

    settings = wiring.load_settings()
    if make_private(settings.home.keys_file):
        say(f"{settings.home.keys_file} could be read by others; now it cannot.")
    sources = {name: _source(name, settings) for name in keys.services(settings)}
    if json:
        names = [{"name": name, "source": source} for name, source in sources.items()]
        write_json({"provider": settings.provider, "keys": names})
    else:
        show_rows([(name, source or "none") for name, source in sources.items()])
    key = settings.secret(settings.provider)
    if settings.service.needs_key and key is None:
        raise keys.missing(settings.service)
    source = f"; its key is from {key.source}" if key is not None else ""
    advice = " `lyrics auth login` sets up a real service." if settings.is_fallback else ""
    say(f"The provider in use is {settings.provider}{source}.{advice}")


@app.command()
def logout(
    provider: Annotated[str | None, argument("Whose key to remove.", autocompletion=completing.keys)] = None,
) -> None:
    """Remove a stored key.

    Example: lyrics auth logout kie
    """
    place = home()
    stored = list(read_keys(place.keys_file))
    if provider is None and not stored:
        raise NoKeyError("no key is stored", "`lyrics auth status` shows where each comes from.")
    if provider is None and len(stored) > 1:
        if not sys.stdin.isatty():
            told = f"several keys are stored: {', '.join(stored)}"
            raise UsageError(told, f"Name one: lyrics auth logout {stored[0]}")
        provider = asking.choice("Remove which?", stored, stored[0])
    name = provider or stored[0]
    keys.forget(place, name)
    say(f"The key for {name} is removed.")
    if found := find_secret(name, place, os.environ):
        say(f"{found.source} is still set in the environment.")


def _service(name: str | None, settings: "Settings") -> str:
    """Return whose key is meant: as told, else asked for, else in a script the provider in use or sunoapi."""
    services = keys.services(settings)
    if name is None:
        name = settings.provider if settings.provider in services else services[0]
        if sys.stdin.isatty():
            name = asking.choice("A key for which service?", services, name)
    if name not in services:
        hint = nearest(name, services) or f"There are: {', '.join(services)}."
        raise UsageError(f"there is no key to store for {name!r}", hint)
    return name


def _question(name: str, settings: "Settings") -> str:

    if name == NGROK:
        return "ngrok authtoken, from https://dashboard.ngrok.com/get-started/your-authtoken"
    if name == WEBHOOK:
        return "webhook HMAC key, from kie's settings page"
    page = settings.services[name].key_url
    return f"API key for {name}" + (f", from {page}" if page else "")


def _credits(name: str, key: "Secret", base_url: str | None) -> float:
    """Ask the service what is left under this key. Raises ServiceError: nothing is stored then."""
    from lyricscli.cli import running
    from lyricscli.errors import Reason
    from lyricscli.jobs.desk import Service

    settings = wiring.load_settings(provider=name, base_url=base_url)
    address = settings.address or ""
    try:
        service = Service(settings.service, address, address, key)
        return running.ask(f"checking the key with {name}", service.credits_left())
    except ServiceError as error:
        refused = error.error.reason is Reason.UNAUTHORIZED
        remedy = "Copy the key again" if refused else "`--no-check` stores the key all the same"
        raise ServiceError(error.error, f"Nothing was stored. {remedy}.") from error


def _tell_stored(name: str, settings: "Settings", left: float | None) -> None:
    """Say what was done, and what keeps it from being used."""
    from lyricscli.quantities import whole

    balance = "" if left is None else f" {whole(left)} credits are left."
    say(f"The key for {name} is stored in {settings.home.keys_file}.{balance}")
    source = _source(name, settings)
    if source != settings.home.keys_file.name:
        say(f"{source} is set in the environment and wins over it.")
    now = wiring.load_settings()
    if name not in OTHER_SECRETS and now.provider != name:
        say(f"The provider in use is {now.provider}; `lyrics config set provider {name}` changes that.")


def _source(name: str, settings: "Settings") -> str | None:
    """Say where a key comes from."""
    from lyricscli.delivery.ngrok.agent import own_settings

    if found := settings.secret(name):
        return found.source
    try:
        return "ngrok.yml" if name == NGROK and own_settings().get("authtoken") else None
    except TunnelError as error:
        say(f"{error.message}.")
        return None
