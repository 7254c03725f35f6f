"""Options that several commands share, each said once, and read alike."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli import models
from lyricscli.cli import completing
from lyricscli.errors import UsageError
from lyricscli.files import STDOUT
from lyricscli.quantities import duration

if TYPE_CHECKING:
    from lyricscli.api.postman import Manner
    from lyricscli.store import songbook

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name, as HTTP has it (RFC 9110, 5.6.2)."""


def not_stdout(path: Path | None) -> Path | None:
    """Return the file that a result goes to; None, like `-`, is standard output."""
    return None if path is not None and str(path) == STDOUT else path


# Which text
LYRIC_HELP = "A task, its pick or first text; or TASK:N for a variant, TASK:N.M for an edited version."
Lyric = Annotated[str, typer.Argument(metavar="TASK[:N]", help=LYRIC_HELP, autocompletion=completing.tasks)]
Tag = Annotated[list[str] | None, typer.Option(metavar="TAG", help="Tag the task; repeatable.")]

# Which service
Provider = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Which service: sunoapi, kie, sandbox, your own.",
        autocompletion=completing.providers,
    ),
]
BaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="The service's address, instead of its own.")
]

# How a result is awaited
Via = Annotated[models.Via | None, typer.Option(help="How the result is awaited.")]
Tunnel = Annotated[models.Exposure | None, typer.Option(help="How the listener is exposed.")]
NgrokDomain = Annotated[str | None, typer.Option(metavar="DOMAIN", help="A reserved ngrok domain.")]
CallbackUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="A public URL of your own; needs --listen.")
]
Listen = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where --callback-url leads to.")]
Timeout = Annotated[str | None, typer.Option(metavar="TIME", help="How long to wait: 90s, 10m, 1h.")]
PollInterval = Annotated[str | None, typer.Option(metavar="TIME", help="A fixed pause between polls.")]
Verify = Annotated[bool, typer.Option("--verify", help="Believe a callback only once the record agrees.")]

Notify = Annotated[bool, typer.Option("--notify", help="Ring the bell when it is done.")]

# How receivers of callbacks are posted to
Header = Annotated[
    list[str] | None, typer.Option("--header", metavar="NAME:VALUE", help="Send this header too; repeatable.")
]
Insecure = Annotated[bool, typer.Option("--insecure", help="Take any certificate of the receiver.")]

# What is printed
TitleOnly = Annotated[bool, typer.Option("--title-only", help="Print only the titles.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Plain = Annotated[bool, typer.Option("--plain", help="Print plain text, also at a terminal.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        callback=not_stdout,
        help="Write the result to a file; `-` is stdout.",
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing on stderr but errors.")]


def seconds(option: str, text: str) -> float:
    """Read an option's duration. Raises UsageError."""
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}: {error}") from error


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
    if not (colon and HEADER_NAME.fullmatch(name.strip()) and value.isprintable()):
        raise UsageError(f"--header takes NAME:VALUE, not {text!r}", "For example: --header X-Env:test")
    if name.strip().lower() in {"content-length", "transfer-encoding"}:
        raise UsageError(f"--header {name.strip()} is what the body makes it", "Leave it out.")
    return name.strip(), value.strip()


def find_lyric(
    book: "songbook.Songbook", name: str, *, quiet: bool = False
) -> "tuple[songbook.Page, songbook.Lyric]":
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


def ref_of(page: "songbook.Page", lyric: "songbook.Lyric") -> str:
    """Return the full name of a text."""
    return f"{page.task.ref}:{lyric.name}"
