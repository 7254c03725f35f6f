"""`lyrics config`: the settings, where each value comes from, and the file that holds them."""

import os
from typing import TYPE_CHECKING, Annotated, Any

from lyricscli.cli import completing, options, wiring
from lyricscli.cli.app import group
from lyricscli.cli.options import argument
from lyricscli.config.file import names, set_value, unset_value
from lyricscli.config.settings import (
    CONFIG,
    KEYS,
    Key,
    Value,
    check_provider,
    home,
    load,
    read_config,
    unknown_key,
)
from lyricscli.errors import UsageError
from lyricscli.files import replace_file
from lyricscli.terminal.streams import say, write_json, write_line, write_stdout

if TYPE_CHECKING:
    from pathlib import Path


app = group("Show and change the settings.", "lyrics config set timeout 5m")

Name = Annotated[
    str, argument("A setting, as `lyrics config list` names it.", autocompletion=completing.settings)
]


@app.command("list")
def list_(*, json: options.Json = False) -> None:
    """Show every setting, its value and where that comes from.

    Example: lyrics config list
    """
    from lyricscli.terminal.plain import show_rows

    settings = wiring.load_settings()
    own = {f"providers.{name}": Value(one.base_url, CONFIG) for name, one in settings.providers.items()}
    values = {**settings.values, **own}
    if json:
        write_json([_document(*row) for row in values.items()])
    else:
        show_rows([(name, str(value), value.source) for name, value in values.items()])


@app.command()
def get(name: Name, *, json: options.Json = False) -> None:
    """Print the value of a setting; nothing where it has none.

    Example: lyrics config get timeout
    """
    key = _key(name)
    value = wiring.load_settings().values[key.name]
    if json:
        write_json(_document(name, value))
    elif value.value is not None:
        write_line(str(value))


@app.command("set")
def set_(
    name: Name,
    value: Annotated[
        str,
        argument(
            "Its value, as the option or the variable takes it.", autocompletion=completing.setting_values
        ),
    ],
) -> None:
    """Write a setting into config.toml; everything else in the file stays as it is.

    Example: lyrics config set timeout 5m
    """
    key = _key(name)
    path = _path()
    _check(key, value, path)
    set_value(path, key.name, value)
    if os.environ.get(key.variable):
        say(f"{key.variable} is set in the environment and wins over it.")


@app.command()
def unset(name: Name) -> None:
    """Remove a setting from config.toml, so that its default holds again.

    Example: lyrics config unset timeout
    """
    path = _path()
    # A name that no setting has may still be in the file, and in the way.
    if name not in names(path):
        _key(name)
    if name == "providers":
        raise UsageError("providers are tables of their own", "`lyrics config edit` opens the file.")
    if not unset_value(path, name):
        say(f"{name} is not set in {path}.")


@app.command()
def path() -> None:
    """Print where config.toml is, or would be.

    Example: lyrics config path
    """
    write_stdout(f"{_path()}\n")


@app.command()
def edit() -> None:
    """Open config.toml in $VISUAL or $EDITOR, and check it afterwards.

    Example: lyrics config edit
    """
    from lyricscli.terminal.editor import open_in_editor

    path = _path()
    if not path.exists():
        replace_file(path, _template())
    open_in_editor(path)
    # As every command reads it, without what the environment says instead.
    load(environ={name: os.environ[name] for name in ("LYRICS_HOME",) if name in os.environ})
    say(f"{path} is in order.")


def _path() -> "Path":
    return home().config_file


def _key(name: str) -> "Key":
    """Return the setting of that name; raises UsageError with the nearest one."""
    if name not in KEYS:
        raise unknown_key(name)
    return KEYS[name]


def _check(key: "Key", value: str, path: "Path") -> None:
    """Raise UsageError for a value that the setting cannot have."""
    try:
        key.value(value)
    except ValueError as error:
        raise UsageError(f"{key.name} cannot be {value!r}: {error}", f"It means: {key.help}.") from error
    if key.name == "provider":
        check_provider(value, "the command line", read_config(path).get("providers", {}))


def _document(name: str, value: "Value") -> dict[str, Any]:
    """Return a setting as JSON: durations are seconds, paths are texts."""
    plain = value.value if isinstance(value.value, int | float | None) else str(value.value)
    return {"name": name, "value": plain, "source": value.source}


def _template() -> str:
    """Return a settings file that says what can be set, and sets nothing."""
    lines = [f'# {key.name} = "{key.default or ""}"  # {key.help}' for key in KEYS.values()]
    return "\n".join(["# Settings of lyrics; take the # away to use a line.", *lines, ""])
