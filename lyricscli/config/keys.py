"""The key file: API keys and the ngrok token in `keys.json`, readable by its owner only."""

import json
import os
import re
from typing import TYPE_CHECKING

from lyricscli.config.settings import (
    KEYS,
    NGROK,
    OTHER_SECRETS,
    SHARED_KEYS,
    Home,
    Secret,
    Settings,
    find_secret,
    home,
    mended_key,
    read_keys,
)
from lyricscli.errors import Failure, NoKeyError, Reason
from lyricscli.files import replace_file

if TYPE_CHECKING:
    from lyricscli.api.providers import Provider

LONGEST = 4096
"""Characters of a key; the ones known have some dozens."""

_WRITER_TIME = "sandbox_writer_timeout"
"""A setting that a failure of the sandbox names."""

# A token, not the command line that the ngrok dashboard offers for copying; its own length is not documented.
_NGROK_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}", re.ASCII)


def checked(name: str, text: str) -> Secret:
    """Return what was typed or piped as a key, without the white space around it.

    Raises NoKeyError where it cannot be one; the message never quotes it.
    """
    key = mended_key(text)
    if not key:
        raise NoKeyError(
            f"no key for {name} was given", f"For example: lyrics auth login {name} < file-with-the-key"
        )
    if len(key) > LONGEST or not key.isascii() or not key.isprintable() or " " in key:
        raise NoKeyError(
            f"this is no key for {name}: a key is one word of plain letters, digits and signs",
            "Copy the key alone, without `Bearer` or a command before it.",
        )
    if name == NGROK and not _NGROK_TOKEN.fullmatch(key):
        raise NoKeyError(
            "this is no ngrok authtoken: one is a long word of letters, digits and _",
            "Copy it from https://dashboard.ngrok.com/get-started/your-authtoken",
        )
    return Secret(key)


def services(settings: Settings) -> list[str]:
    """Name everything that a key can be stored for."""
    names = [name for name, provider in settings.services.items() if provider.needs_key]
    return [*(name for name in names if name not in SHARED_KEYS), *OTHER_SECRETS]


def missing(provider: "Provider") -> NoKeyError:
    """Build the error for a service whose key is nowhere."""
    source = f" Keys: {provider.key_url}" if provider.key_url else ""
    return NoKeyError(
        f"there is no API key for {provider.name}",
        f"`lyrics auth login {provider.name}` keeps one, or set {provider.key_variable}.{source}",
    )


def advice_on(failure: Failure, name: str) -> str:
    """Say what to do next about a provider's failure: of a refused key where it is, of a setting its name."""
    if _WRITER_TIME in failure.message:
        variable = KEYS[_WRITER_TIME].variable
        return f"`lyrics config set {_WRITER_TIME} 10m`, or {variable}, gives the writer more time."
    place = home()
    key = find_secret(name, place, os.environ) if failure.reason is Reason.UNAUTHORIZED else None
    if key is None:
        return failure.reason.advice
    if key.source in os.environ:
        stored = find_secret(name, place, {}) is not None
        over = " and wins over the stored key" if stored else ""
        return f"{key.source} is set in the environment{over}: correct it there, or unset it."
    return f"`lyrics auth login {SHARED_KEYS.get(name, name)}` sets a new key."


def store(place: Home, name: str, key: Secret) -> None:
    """Keep a key beside the others, replacing an older one of the same name. Raises LyricsError."""
    _write(place, read_keys(place.keys_file) | {name: key.reveal()})


def forget(place: Home, name: str) -> None:
    """Remove a key; the file goes with the last one. Raises NoKeyError when it is not there."""
    kept = read_keys(place.keys_file)
    if name not in kept:
        raise NoKeyError(f"no key for {name} is stored", "`lyrics auth status` shows where each comes from.")
    del kept[name]
    if kept:
        _write(place, kept)
    else:
        place.keys_file.unlink(missing_ok=True)


def _write(place: Home, keys: dict[str, str]) -> None:
    replace_file(place.keys_file, json.dumps(keys, indent=2) + "\n")
