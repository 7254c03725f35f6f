"""The Typer app: a static table of commands, each imported only when it is called."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from lyricscli import __version__
from lyricscli.cli import help_page
from lyricscli.errors import ExitCode

PANELS = ("Lyrics", "Songbook", "Set-up", "Build")


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: its name (and its module's), the panel it is shown under, what it does."""

    name: str
    panel: str
    help: str


COMMANDS = (
    Entry("generate", "Lyrics", "Submit a prompt, wait, save and print the lyrics"),
    Entry("show", "Lyrics", "Print a task's lyrics again"),
    Entry("wait", "Lyrics", "Finish pending tasks"),
    Entry("list", "Lyrics", "List and search the library"),
    Entry("batch", "Lyrics", "Work through many prompts, and go on where it stopped"),
    Entry("pick", "Songbook", "Choose, rate, tag, approve or reject a text"),
    Entry("edit", "Songbook", "Make a new version in an editor or through a program"),
    Entry("diff", "Songbook", "Compare two texts"),
    Entry("check", "Songbook", "Check structure, words, language, length and likeness"),
    Entry("export", "Songbook", "Write a song as txt, md, json, chordpro, suno or release"),
    Entry("auth", "Set-up", "Store API keys and the ngrok token, or remove them"),
    Entry("config", "Set-up", "Show and change the settings"),
    Entry("credits", "Set-up", "Print the remaining credits"),
    Entry("doctor", "Set-up", "Find out what is wrong"),
    Entry("completion", "Set-up", "Print the completion script of a shell"),
    Entry("listen", "Build", "Open a public callback URL, show what arrives and forward it"),
    Entry("trigger", "Build", "Send a sample callback to any URL"),
    Entry("sandbox", "Build", "Run the API emulator on a port"),
)


class LazyGroup(help_page.Group):
    """Knows every command by name and imports the one that is called."""

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
        if args[0] not in names and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], names, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"there is no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)

    def more_sections(self) -> Iterator[help_page.Section]:
        """Yield the commands by panel, without importing one, and the exit codes."""
        for panel in PANELS:
            entries = (entry for entry in COMMANDS if entry.panel == panel)
            yield help_page.Section(panel, tuple(help_page.Row(entry.name, entry.help) for entry in entries))
        codes = (help_page.Row(str(code.value), code.meaning) for code in ExitCode)
        yield help_page.Section("Exit codes", tuple(codes))


def load(name: str) -> Any:
    """Build one command from its module's function of the same name, or its Typer app called `app`."""
    module = import_module(f"lyricscli.cli.commands.{name}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        function = getattr(module, name, None) or getattr(module, f"{name}_")
        app.command(name)(function)
    help_page.dress(app)
    command = typer.main.get_command(app)
    command.name = name
    return command


app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"lyrics {__version__}\n")
        raise typer.Exit


@app.callback()
def lyrics(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Song lyrics from a lyrics-generation API, in one command.

    Example: lyrics generate "a lighthouse keeper in love"
    """


def invoke(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; errors are the caller's."""
    result = typer.main.get_command(app)(list(arguments), prog_name="lyrics", standalone_mode=False)
    return result if isinstance(result, int) else 0
