"""The Typer app: a static table of commands, each imported only when it is called."""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from lyricscli import __version__
from lyricscli.errors import ExitCode, LyricsError, OutputError, UsageError, nearest
from lyricscli.terminal.streams import DEFAULT_WIDTH, say, width, write_stdout, writes

HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None}
"""How every app of ours is made: Typer's plain help, which imports no Rich; completion is `completing`'s."""


def group(does: str, example: str) -> typer.Typer:
    """Make the app of a command that has commands of its own."""
    return typer.Typer(no_args_is_help=True, help=f"{does}\n\nExample: {example}", **PLAIN)


PANELS = ("Lyrics", "Songbook", "Set-up", "Build")


class Command(NamedTuple):
    """One command: its name (and its module's), the panel it is shown under, what it does."""

    name: str
    panel: str
    help: str


COMMANDS = (
    Command("generate", "Lyrics", "Submit a prompt, wait, save and print the lyrics"),
    Command("show", "Lyrics", "Print a task's lyrics again"),
    Command("wait", "Lyrics", "Finish pending tasks"),
    Command("list", "Lyrics", "List and search the library"),
    Command("batch", "Lyrics", "Work through many prompts, and go on where it stopped"),
    Command("add", "Songbook", "Bring in lyrics of your own"),
    Command("pick", "Songbook", "Choose, rate, tag, approve or reject a text"),
    Command("edit", "Songbook", "Make a new version in an editor or through a program"),
    Command("diff", "Songbook", "Compare two texts"),
    Command("check", "Songbook", "Check structure, words, language, length and likeness"),
    Command("export", "Songbook", "Write songs for other programs, or as a page to read and print"),
    Command("rhyme", "Songbook", "Find words that rhyme, the commonest first"),
    Command("library", "Songbook", "Export, import, adopt, delete, check: the whole of it"),
    Command("auth", "Set-up", "Store API keys and the ngrok token, or remove them"),
    Command("config", "Set-up", "Show and change the settings"),
    Command("credits", "Set-up", "Print the remaining credits"),
    Command("doctor", "Set-up", "Find out what is wrong"),
    Command("help", "Set-up", "Show the help of a command, or a page on a topic"),
    Command("completion", "Set-up", "Print the completion script of a shell"),
    Command("listen", "Build", "Open a public callback URL, show what arrives and forward it"),
    Command("trigger", "Build", "Send a sample callback to any URL"),
    Command("sandbox", "Build", "Run the API emulator on a port"),
)


_HYPHEN = "\u2011"
"""Stands for a hyphen while lines are broken: an option is no place for that."""


_Context: Any = TyperGroup.context_class


class Formatter(_Context.formatter_class):  # type: ignore[misc]
    """Writes a help page as wide as the window, whose options and examples stay whole and can be copied."""

    def __init__(self, **_: Any) -> None:
        super().__init__(width=min(width(), DEFAULT_WIDTH) - 2)

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text(text.replace("-", _HYPHEN))

    def write_dl(self, rows: Sequence[tuple[str, str]], most: int = 30, *gap: int) -> None:
        """Write terms and what they mean; a term of more than half the window has a line of its own."""
        told = [(term, meaning.replace("-", _HYPHEN)) for term, meaning in rows]
        super().write_dl(told, min(most, self.width // 2), *gap)

    def getvalue(self) -> str:
        """Return the page, an example that is wider than the window on several lines, as a shell takes it."""
        return re.sub("(?m)^ *Example: .*$", _broken, str(super().getvalue()).replace(_HYPHEN, "-"))


class Context(_Context):  # type: ignore[misc]
    """One run of a command."""

    formatter_class = Formatter


def _broken(example: re.Match[str]) -> str:
    lines = [""]
    for word in re.findall(r' *(?:"[^"]*"|\S)+', example[0]):
        if len(f"{lines[-1]}{word} \\") > width():
            lines[-1] += " \\"
            lines.append(f"   {word}")
        else:
            lines[-1] += word
    return "\n".join(lines)


class LazyGroup(TyperGroup):
    """Knows every command by name and imports the one that is called."""

    context_class = Context

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names in the order of the help."""
        del ctx
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Import a command's module and build the command."""
        del ctx
        return load(cmd_name) if cmd_name in {entry.name for entry in COMMANDS} else None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Find the command; for a name that is none, tell the nearest one."""
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-") and not ctx.resilient_parsing:
            hint = nearest(args[0], names).replace("Did", "; did")
            ctx.fail(f"there is no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Show the commands by panel, without importing one, and the exit codes."""
        del ctx
        panels = {panel: [(one.name, one.help) for one in COMMANDS if one.panel == panel] for panel in PANELS}
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code.value), code.meaning) for code in ExitCode])


def load(name: str) -> Any:
    """Build one command from its module's function of the same name, or its Typer app called `app`."""
    from lyricscli.cli.options import refuse_clashes, spread

    module = import_module(f"lyricscli.cli.commands.{name}")
    made = getattr(module, "app", None)
    if made is None:
        made = typer.Typer(**PLAIN)
        function = getattr(module, name, None) or getattr(module, f"{name}_")
        made.command(name, context_settings=HELP)(spread(function))
    command = typer.main.get_command(made)
    command.name = name
    for one in (command, *getattr(command, "commands", {}).values()):
        one.context_class = Context
        one.context_settings = {**one.context_settings, **HELP}
        one.invoke = _framed(refuse_clashes, one.invoke)
        # An example is a line to be copied, and no part of the paragraph before it.
        one.help = (one.help or "").replace("\n\nExample", "\n\n\b\nExample")
        one.short_help = one.help.partition("\n")[0]
        for param in one.params:
            if param.param_type_name == "argument":
                param.metavar = param.metavar or param.name.rstrip("_").upper()
    return command


def _framed(check: Callable[[typer.Context], None], invoke: Callable[[typer.Context], Any]) -> Any:
    """Return what invokes a command once its command line is found to be in order.

    Where it fails, and nothing was printed of the JSON that was asked for, the failure's document is.
    """

    def framed(ctx: typer.Context) -> Any:
        check(ctx)
        before = writes()
        try:
            return invoke(ctx)
        except OutputError as error:
            if ctx.info_name in KEEPERS and not error.advice:
                error.advice = "What was done is in the library: `lyrics list` shows it."
            raise
        except LyricsError as error:
            if writes() == before and (ctx.params.get("json") or _EXPORTS_JSON.items() <= ctx.params.items()):
                _tell(error, ctx)
            raise

    return framed


KEEPERS = {"add", "adopt", "edit", "pick"}
"""Commands that print what they have already written into the library."""

_EXPORTS_JSON = {"format_": "json", "output": None}
"""What asks `export` for one document on stdout."""


def _tell(error: LyricsError, ctx: typer.Context) -> None:
    from lyricscli.config.settings import load
    from lyricscli.terminal.results import Style, tell_failure, unsubmitted

    provider = ctx.params.get("provider") or ""
    with suppress(LyricsError):
        provider = provider or load().provider
    tell_failure(error, [unsubmitted(provider)], Style(json=True, lines=ctx.info_name in {"batch", "wait"}))


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, context_settings=HELP, **PLAIN)


def _print_version(wanted: bool) -> None:
    if wanted:
        write_stdout(f"lyrics {__version__}\n")
        raise typer.Exit


@app.callback(
    help="Song lyrics from a lyrics-generation API, in one command.\n\n"
    '\b\nExample: lyrics generate "a lighthouse keeper in love"'
)
def lyrics(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Do what every command shares: end an agent that a killed run left, as its public address leads here."""
    del version
    if ctx.invoked_subcommand != "doctor":  # which says so in a finding
        _end_orphans()


def _end_orphans() -> None:
    """Take one look at one directory; there is hardly ever more to do."""
    from lyricscli.config.settings import home

    try:
        folder = home().run
        if not any(name.startswith("agent-") for name in os.listdir(folder)):  # noqa: PTH208 (quicker)
            return
    except (OSError, LyricsError):
        return
    from lyricscli.delivery.ngrok.orphans import end_orphans

    if pids := end_orphans(folder):
        say(f"An ngrok agent that a killed run had left is ended: process {', '.join(map(str, pids))}.")


def invoke(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; errors are the caller's."""
    for number, argument in enumerate(arguments, start=1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(argument).decode(errors="backslashreplace")
            raise UsageError(f"argument {number} is not UTF-8 text: {shown}", "Give it as UTF-8.") from None
    result = typer.main.get_command(app)(list(arguments), prog_name="lyrics", standalone_mode=False)
    return result if isinstance(result, int) else 0
