"""Options that several commands share, each said once, and read alike."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from lyricscli import models
from lyricscli.cli import completing
from lyricscli.errors import UsageError, read_as
from lyricscli.files import STDIO
from lyricscli.quantities import delay, duration

if TYPE_CHECKING:
    from lyricscli.api.postman import Manner
    from lyricscli.config.settings import Settings
    from lyricscli.store import songbook
    from lyricscli.terminal.results import Style

_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""A header's name, as HTTP has it (RFC 9110, 5.6.2)."""


def option(does: str, *names: str, **more: Any) -> Any:
    """Make an option: what it does, its names where they are not the parameter's, and Typer's further words.

    A flag is named, as else it would have a `--no-` of its own.
    """
    return typer.Option(*names, help=does, **more)


def argument(does: str, **more: Any) -> Any:
    """Make an argument likewise."""
    return typer.Argument(help=does, **more)


def to_file(does: str, metavar: str = "FILE") -> Any:
    """Make `-o`: the file that a result goes to; None, like `-`, is standard output."""

    def not_stdout(path: Path | None) -> Path | None:
        return None if path is not None and str(path) == STDIO else path

    return option(does, "-o", "--output", metavar=metavar, callback=not_stdout)


# Which text
LYRIC_HELP = "A task, its pick or first text; or TASK:N for a variant, TASK:N.M for an edited version."
Lyric = Annotated[str, argument(LYRIC_HELP, metavar="TASK[:N]", autocompletion=completing.tasks)]
Task = Annotated[
    str,
    argument(
        "A task id, the beginning of one, or `last`; :N is one text.",
        metavar="TASK[:N]",
        autocompletion=completing.tasks,
    ),
]
Tag = Annotated[list[str] | None, option("Tag the task; repeatable.", metavar="TAG")]

# Which service
Provider = Annotated[
    str | None,
    option(
        "Which service: sunoapi, kie, sandbox, your own.", metavar="NAME", autocompletion=completing.providers
    ),
]
BaseUrl = Annotated[str | None, option("The service's address, instead of its own.", metavar="URL")]

# How a result is awaited
NgrokDomain = Annotated[str | None, option("A reserved ngrok domain.", metavar="DOMAIN")]
CallbackUrl = Annotated[str | None, option("A public URL of your own; needs --listen.", metavar="URL")]
Timeout = Annotated[str | None, option("How long to wait: 90s, 10m, 1h.", metavar="TIME")]
PollInterval = Annotated[str | None, option("A fixed pause between polls.", metavar="TIME")]
Notify = Annotated[bool, option("Ring the bell when it is done.", "--notify")]

# How receivers of callbacks are posted to
Header = Annotated[
    list[str] | None, option("Send this header too; repeatable.", "--header", metavar="NAME:VALUE")
]
Insecure = Annotated[bool, option("Take any certificate of the receiver.", "--insecure")]

# What is printed
Json = Annotated[bool, option("Print one JSON document.", "--json")]
Plain = Annotated[bool, option("Print plain text, also at a terminal.", "--plain")]
Quiet = Annotated[bool, option("Say nothing on stderr but errors.", "-q", "--quiet")]


class AboutSong(NamedTuple):
    """What is said of a song: what `generate` and `add` share."""

    style: Annotated[str | None, option("Its style, like “dark folk”; kept with the song.")] = None
    theme: Annotated[str | None, option("Its theme; kept with the song.")] = None
    mood: Annotated[str | None, option("Its mood; kept with the song.")] = None
    language: Annotated[str | None, option("Its language; kept with the song.")] = None

    def metadata(self, **more: str | None) -> dict[str, str]:
        """Return what was said, without white space around it."""
        said = {**self._asdict(), **more}
        return {name: value.strip() for name, value in said.items() if value is not None}


class Sending(NamedTuple):
    """How a service is asked and its result awaited: what `generate` and `batch` share."""

    provider: Provider = None
    base_url: BaseUrl = None
    via: Annotated[models.Via | None, option("How the result is awaited.")] = None
    tunnel: Annotated[models.Exposure | None, option("How the listener is exposed.")] = None
    ngrok_domain: NgrokDomain = None
    callback_url: CallbackUrl = None
    listen: Annotated[str | None, option("Where --callback-url leads to.", metavar="HOST:PORT")] = None
    timeout: Timeout = None
    poll_interval: PollInterval = None
    verify: Annotated[bool, option("Believe a callback only once the record agrees.", "--verify")] = False

    def settings(self) -> "Settings":
        """Resolve the settings with these flags. Raises UsageError, also for an address that is none."""
        from lyricscli.cli.wiring import load_settings, own_address

        own_address(self.callback_url, self.listen)
        return load_settings(**self._asdict())


class Shown(NamedTuple):
    """What is printed of a task, and how: what `generate`, `show` and `wait` share."""

    variant: Annotated[
        str | None, option("Print only this variant (2), or edited version (2.1).", metavar="N")
    ] = None
    title_only: Annotated[bool, option("Print only the titles.", "--title-only")] = False
    json: Json = False
    plain: Plain = False
    output: Annotated[Path | None, to_file("Write the result to a file; `-` is stdout.")] = None
    quiet: Quiet = False

    def style(self, **more: Any) -> "Style":
        """Return it as what prints takes it. Raises UsageError for what cannot be printed."""
        from lyricscli.terminal.results import Style

        style = Style(**self._asdict(), **more)
        style.check()
        return style


CLASHES = (
    ("--json", "--plain", "--numbers"),
    ("--title-only", "--numbers", "--meter"),
    ("--via poll", "--callback-url", "--tunnel ngrok", "--ngrok-domain", "--verify"),
    ("--callback-url", "--tunnel ngrok", "--ngrok-domain"),
    ("--tunnel none", "--ngrok-domain"),
    ("PROMPT", "--file"),
    ("--again", "--reuse"),
    ("--no-wait", "--variant", "--title-only", "--check", "--verify"),
    ("--approve", "--reject"),
    ("--sign", "--sign-env"),
    ("--no-check", "--base-url"),
    (
        "--replay",
        "--callback-url",
        "--listen",
        "--tunnel",
        "--ngrok-domain",
        "--max",
        "--timeout",
        "--new-path",
    ),
)
"""What contradicts itself in whichever command has it: the first of each row with any of the others."""


def refuse_clashes(context: typer.Context) -> None:
    """Raise UsageError where two words of a command line contradict each other."""
    given = set(_given(context))
    for first, *others in CLASHES:
        for other in others:
            if {first, other} <= given:
                raise UsageError(f"{first} and {other} were both given", "Give one of them.")


def _given(context: typer.Context) -> Iterator[str]:
    """Yield what stands on the command line: `--via`, `--via poll`, `PROMPT`."""
    for param in context.command.params:
        source = context.get_parameter_source(param.name or "")
        if source is not None and source.name == "COMMANDLINE":
            name = max(param.opts, key=len) if param.param_type_name == "option" else str(param.metavar)
            yield name
            yield f"{name} {context.params[param.name or '']}"


def spread(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes each option of its groups, such as Sending, for itself."""
    signature = inspect.signature(function, eval_str=True)
    kinds = {name: one.annotation for name, one in signature.parameters.items()}
    groups = {name: kind for name, kind in kinds.items() if hasattr(kind, "_fields")}
    if not groups:
        return function

    def command(**values: Any) -> None:
        for name, kind in groups.items():
            values[name] = kind(**{option: values.pop(option) for option in kind._fields})
        function(**values)

    parameters: list[inspect.Parameter] = []
    for name, one in signature.parameters.items():
        parameters += _options_of(groups[name]) if name in groups else [one]
    command.__doc__ = function.__doc__
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return command


def _options_of(kind: Any) -> Iterator[inspect.Parameter]:
    for name, default in kind._field_defaults.items():
        hint = kind.__annotations__[name]
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def seconds(option: str, text: str, *, or_none: bool = False) -> float:
    """Read an option's duration; `or_none` takes 0 too. Raises UsageError."""
    return read_as(option, delay if or_none else duration, text)


def receiver(option: str, url: str) -> str:
    """Check the URL of a receiver of callbacks. Raises UsageError."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            f"{option} is {url!r}, which is no http(s) URL", "Like http://127.0.0.1:5000/callback"
        )
    return url


def manner(header: list[str] | None, *, insecure: bool, agent: str | None = None) -> "Manner":
    """Read --header and --insecure; `agent` names the program that sends. Raises UsageError."""
    from lyricscli import __version__
    from lyricscli.api.postman import Manner

    named = None if agent is None else f"{agent}/{__version__}"
    return Manner(named, tuple(_header(text) for text in header or ()), insecure)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (colon and re.fullmatch(_HEADER_NAME, name.strip()) and value.isprintable()):
        raise UsageError(f"--header takes NAME:VALUE, not {text!r}", "For example: --header X-Env:test")
    if name.strip().lower() in {"content-length", "transfer-encoding"}:
        raise UsageError(f"--header {name.strip()} is what the body makes it", "Leave it out.")
    return name.strip(), value.strip()


def find_lyric(
    book: "songbook.Songbook", name: str, *, quiet: bool = False
) -> tuple[models.Page, models.Lyric]:
    """Return the text that is meant, and say which where the name leaves it open. Raises LyricsError."""
    from lyricscli.terminal.streams import say

    page, part = book.find(name)
    lyric = page.lyric(part)
    if part is None and len(page.lyrics) > 1 and not quiet:
        others = ", ".join(f"{name}:{one.name}" for one in page.lyrics if one != lyric)
        which = f"{name}, its pick" if page.pick is not None else name
        advice = "" if page.pick is not None else " `lyrics pick` chooses one."
        say(f"This is text {lyric.name} of {which}; the others are {others}.{advice}")
    return page, lyric


def ref_of(page: models.Page, lyric: models.Lyric) -> str:
    """Return the full name of a text."""
    return f"{page.task.ref}:{lyric.name}"
