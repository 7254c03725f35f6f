"""Settings: flag, then environment, then `config.toml`, then default; each value knows where it came from.

`LYRICS_HOME` holds configuration and data together; without it platformdirs says where they live. API keys
are not settings: they come from the environment or from `keys.json` (0600), and travel as a `Secret`.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from enum import EnumType
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lyricscli.errors import UsageError, nearest, read_as, telling
from lyricscli.models import Exposure, Via
from lyricscli.quantities import delay, duration, web_address

if TYPE_CHECKING:
    from lyricscli.api.providers import Provider

SANDBOX = "sandbox"
"""The provider when nothing at all is configured: the embedded emulator."""

KEY_VARIABLES = {"sunoapi": "SUNO_API_KEY", "kie": "KIE_API_KEY", "kie-jobs": "KIE_API_KEY"}
"""The environment variable that names one provider's key; `LYRICS_API_KEY` is the chosen provider's."""

API_KEY = "LYRICS_API_KEY"

SHARED_KEYS = {"kie-jobs": "kie"}
"""Whose stored key serves another provider: two routes of one service."""

NGROK = "ngrok"
WEBHOOK = "webhook"
OTHER_SECRETS = {NGROK: "NGROK_AUTHTOKEN", WEBHOOK: "LYRICS_WEBHOOK_KEY"}


class Secret:
    """A key that no repr, log or traceback shows; `reveal()` is the one way to its text.

    `source` says where it comes from: a variable's name, or the key file's.
    """

    __slots__ = ("_text", "source")

    def __init__(self, text: str, source: str = "") -> None:
        self._text = text
        self.source = source

    def reveal(self) -> str:
        """Return the key itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


def _few(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:4]) <= 64:  # noqa: PLR2004 (as a client reads)
        raise ValueError("it is a number from 1 to 64")
    return int(text)


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word not in {"true", "yes", "on", "1", "false", "no", "off", "0"}:
        raise ValueError("it is true or false")
    return word in {"true", "yes", "on", "1"}


def _path(text: str) -> Path:
    return Path(text).expanduser()


ROUTES = "(?i)/api/v1(/(lyrics|jobs|generate|chat)(/.*)?)?$"
"""Where the routes of the documented services begin: often pasted, and no part of the base URL."""


def service_address(text: str) -> str:
    """Read the base URL of a service, without the routes. Raises ValueError."""
    return web_address(re.sub(ROUTES, "", web_address(text)))


def mended_key(text: str) -> str:
    """Return a key without what it is pasted with: quotes, `Bearer `, a byte order mark, white space."""
    key = text.strip("\ufeff \t\r\n\"'`")
    return key[7:].strip(" \"'") if key[:7].lower() == "bearer " else key


class Key(NamedTuple):
    """One setting: its name in `config.toml`, how to read it, its default, what it means."""

    name: str
    read: Callable[[str], Any]
    default: str | None
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"LYRICS_{self.name.upper()}"

    @property
    def choices(self) -> list[str]:
        """What it can be, where that can be listed."""
        return list(self.read) if isinstance(self.read, EnumType) else []

    def value(self, text: str) -> Any:
        """Read a value. Raises ValueError."""
        return chosen(self.read, text)


def chosen(read: Callable[[str], Any], text: str) -> Any:
    """Read a value, which is a member where an enum reads it. Raises ValueError."""
    if isinstance(read, EnumType) and text not in list(read):
        raise ValueError("it is one of " + ", ".join(list(read)))
    return read(text)


KEYS = {
    key.name: key
    for key in (
        Key("provider", str, None, "which service: sunoapi, kie, sandbox or one of your own"),
        Key("base_url", service_address, None, "the service's address, instead of its own"),
        Key("via", Via, "auto", "how a result is awaited"),
        Key("tunnel", Exposure, "auto", "how the listener is exposed"),
        Key("ngrok_domain", str, None, "a reserved ngrok domain"),
        Key("ngrok_path", _path, None, "the ngrok agent, when it is not on PATH"),
        Key(
            "tunnel_timeout",
            duration,
            "15s",
            "how long the tunnel may take to open, and to let a first request through",
        ),
        Key("timeout", duration, "10m", "how long a command waits for a result"),
        Key("poll_interval", duration, None, "a fixed pause between polls"),
        Key("plain", _flag, "false", "plain text and nothing that moves, for screen readers"),
        Key("sandbox_latency", delay, "2s", "how long the embedded service takes"),
        Key("sandbox_seed", int, "0", "the embedded service's seed"),
        Key("sandbox_writer", str, None, "a program that writes in the sandbox"),
        Key("sandbox_variants", _few, "2", "variants that it writes of a song"),
        Key("sandbox_writer_timeout", duration, "120s", "its time for each"),
    )
}

DEFAULT, FLAG, CONFIG = "default", "flag", "config.toml"


class Value(NamedTuple):
    """A setting's value and where it came from: `flag`, a variable's name, `config.toml` or `default`.

    `written` is how it was written there.
    """

    value: Any
    source: str
    written: str = ""

    def __str__(self) -> str:
        """Write it as `config set` takes it; a dash is none."""
        if self.value is None:
            return "-"
        return str(self.value) if isinstance(self.value, str | Path) else self.written


class Home(NamedTuple):
    """Where things live on this machine: directories of settings and of data, and what is in them.

    `keys_file` and `paths_file` (the secret paths of lasting addresses) have mode 0600; `sandbox` is the
    embedded service's own database; `callbacks` has those that `lyrics listen` took, a file each; `run`
    private files of running commands; `reports` those of unexpected errors.
    """

    config: Path
    data: Path
    config_file: Path
    keys_file: Path
    library: Path
    paths_file: Path
    sandbox: Path
    callbacks: Path
    run: Path
    reports: Path


def home(environ: Mapping[str, str] | None = None) -> Home:
    """Find the configuration and data directories; nothing is created. Raises UsageError without a home."""
    environ = os.environ if environ is None else environ
    told = environ.get("LYRICS_HOME")
    try:
        if told:
            config = data = Path(told).expanduser()
        else:
            from platformdirs import user_config_path, user_data_path

            config, data = (find("lyrics", appauthor=False) for find in (user_config_path, user_data_path))
        config, data = config.absolute(), data.absolute()
    except (RuntimeError, OSError, ValueError) as error:
        where = f"LYRICS_HOME is {told!r}, which leads nowhere" if told else "there is no home directory"
        raise UsageError(f"{where}: {error}", "Set LYRICS_HOME to a directory for the library.") from error
    names = ("library.db", "paths.json", "sandbox.db", "callbacks", "run", "reports")
    return Home(config, data, config / "config.toml", config / "keys.json", *(data / name for name in names))


class Settings:
    """All that a command was told, resolved. `values` holds each of KEYS; `providers` the user's own ones."""

    def __init__(
        self,
        home: Home,
        values: Mapping[str, Value],
        providers: "Mapping[str, Provider]",
        environ: Mapping[str, str],
    ) -> None:
        self.home, self.values, self.providers = home, values, providers
        self._environ = environ

    def __getitem__(self, name: str) -> Any:
        return self.values[name].value

    @property
    def provider(self) -> str:
        """The name of the service in use: the one told, else the one that has a key, else the sandbox."""
        return str(self["provider"])

    @property
    def is_fallback(self) -> bool:
        """Whether the sandbox was taken because nothing is configured."""
        return self.values["provider"] == (SANDBOX, DEFAULT, "")

    @property
    def services(self) -> "dict[str, Provider]":
        """Every service by its name, the user's own last."""
        from lyricscli.api.providers import PROVIDERS

        return {**PROVIDERS, **self.providers}

    @property
    def service(self) -> "Provider":
        """The service in use."""
        return self.services[self.provider]

    @property
    def address(self) -> str | None:
        """Where the service in use is; None for the embedded one."""
        return self["base_url"] or self.service.base_url

    def secret(self, name: str) -> Secret | None:
        """Return a provider's key or another secret (NGROK, WEBHOOK), wherever it is configured.

        `LYRICS_API_KEY` is the key of the provider in use alone.
        """
        ours = {self.provider, *OTHER_SECRETS}
        environ = {key: text for key, text in self._environ.items() if name in ours or key != API_KEY}
        return find_secret(name, self.home, environ)


def load(flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Resolve every setting. Flags that are None were not given. Raises UsageError naming the source."""
    environ = dict(os.environ) if environ is None else environ  # a copy outlives the secrets in the original
    place = home(environ)
    table = read_config(place.config_file)
    tables = table.pop("providers", {})
    values = {key.name: _resolve(key, flags or {}, environ, table) for key in KEYS.values()}
    values["provider"] = _provider(values["provider"], tables, place, environ)
    providers: Mapping[str, Provider] = {}
    if tables:
        from lyricscli.config.custom import custom_providers

        providers = custom_providers(tables, place.config_file)
    return Settings(place, values, providers, environ)


def read_config(path: Path) -> dict[str, Any]:
    """Read `config.toml`; a missing file is empty. Raises UsageError naming the file and what is wrong."""
    text = read_file(path)
    if not text:
        return {}
    import tomllib

    wrong = (tomllib.TOMLDecodeError, RecursionError)
    with telling(f"{path} is not valid TOML", "Correct that line.", UsageError, wrong):
        table = tomllib.loads(text)
    for name in table:
        if name not in KEYS and name != "providers":
            raise unknown_key(name, f"{path}: ")
    if not isinstance(table.get("providers", {}), dict):
        raise UsageError(f"{path}: `providers` is not a table", "Write [providers.NAME].")
    return table


def read_file(path: Path) -> str:
    """Return a settings file, its line ends as they are; a missing one is empty. Raises UsageError."""
    advice, wrong = "Check the file and its permissions.", (OSError, UnicodeDecodeError)
    with telling(f"{path} cannot be read", advice, UsageError, wrong):
        try:
            return path.read_bytes().decode().removeprefix("\ufeff")
        except (FileNotFoundError, NotADirectoryError):
            return ""


_LIKE_A_KEY = "(?i)key|token|secret|password"


def unknown_key(name: str, where: str = "") -> UsageError:
    """Build the error for a setting that does not exist, naming the nearest one, or the place for keys."""
    if re.search(_LIKE_A_KEY, name):
        return UsageError(f"{where}`{name}` is no setting", "`lyrics auth login` keeps keys and tokens.")
    advice = nearest(name, KEYS) or "`lyrics config list` shows every setting."
    return UsageError(f"{where}there is no setting `{name}`", advice)


def _resolve(
    key: Key, flags: Mapping[str, str | None], environ: Mapping[str, str], table: Mapping[str, Any]
) -> Value:
    """Take the first source that has the setting, and read it."""
    sources = {
        FLAG: flags.get(key.name),
        key.variable: environ.get(key.variable) or None,
        CONFIG: table.get(key.name),
        DEFAULT: key.default,
    }
    source = next((source for source, found in sources.items() if found is not None), None)
    if source is None:
        return Value(None, DEFAULT)
    raw = str(sources[source]).lower() if isinstance(sources[source], bool) else str(sources[source])
    if key.read is str and not raw:
        return Value(None, source)
    name = "--" + key.name.replace("_", "-") if source == FLAG else f"{key.name} (from {source})"
    return Value(read_as(name, key.value, raw, "Correct it, and run the command again."), source, raw)


def _provider(told: Value, providers: Mapping[str, Any], place: Home, environ: Mapping[str, str]) -> Value:
    """Choose the provider: as told, else the one that has a key, else the sandbox."""
    if told.value:
        check_provider(told.value, told.source, providers)
        return told
    for name, variable in (*KEY_VARIABLES.items(), (next(iter(KEY_VARIABLES)), API_KEY)):
        if environ.get(variable):
            return Value(name, variable)
    stored = read_keys(place.keys_file)
    kept = next((name for name in (*KEY_VARIABLES, *providers) if name in stored), None)
    return Value(kept, "keys.json") if kept is not None else Value(SANDBOX, DEFAULT)


def check_provider(name: str, source: str, providers: Iterable[str]) -> None:
    """Raise UsageError, with the nearest name, unless there is such a provider, built in or custom."""
    known = sorted({*KEY_VARIABLES, SANDBOX, *providers})
    if name not in known:
        there = f"There are {', '.join(known)}; [providers.NAME] in config.toml adds one."
        advice = f"{nearest(name, known)} {there}".lstrip()
        raise UsageError(f"there is no provider {name!r} (from {source})", advice)


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for somebody else's program: all but the variables that hold our keys."""
    ours = {*KEY_VARIABLES.values(), *OTHER_SECRETS.values(), API_KEY}
    return {name: value for name, value in environ.items() if name.upper() not in ours}


def find_secret(name: str, place: Home, environ: Mapping[str, str]) -> Secret | None:
    """Find a provider's key or another secret; None when it is nowhere. Raises UsageError."""
    variables = [OTHER_SECRETS[name]] if name in OTHER_SECRETS else [API_KEY]
    if name in KEY_VARIABLES:
        variables.insert(0, KEY_VARIABLES[name])
    for variable in variables:
        if key := mended_key(environ.get(variable, "")):
            return Secret(key, variable)
        if name == WEBHOOK and variable in environ:
            raise UsageError(
                f"{variable} is set, but blank", "Unset it to take callbacks unsigned, or set it to the key."
            )
    keys = read_keys(place.keys_file)
    stored = keys.get(name) or keys.get(SHARED_KEYS.get(name, ""))
    return Secret(mended_key(stored), "keys.json") if stored else None


def read_keys(path: Path) -> dict[str, str]:
    """Read the stored keys; a missing file is empty. Raises UsageError when it cannot be understood."""
    import json

    try:
        keys = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        # The decoder's message can quote the file, so only the error's kind is told.
        raise UsageError(
            f"{path} cannot be read ({type(error).__name__})", "Delete it and run `lyrics auth login` again."
        ) from None
    return {str(name): str(key) for name, key in keys.items()} if isinstance(keys, dict) else {}
