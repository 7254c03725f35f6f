"""`lyrics completion`: the completion script of a shell."""

from pathlib import Path
from typing import Annotated

import typer

from lyricscli.models import Shell

FILES = {
    Shell.BASH: "lyrics.bash",
    Shell.ZSH: "_lyrics",
    Shell.FISH: "lyrics.fish",
    Shell.POWERSHELL: "lyrics.ps1",
}


def completion(shell: Annotated[Shell, typer.Argument(help="Which shell.")]) -> None:
    """Print the completion script of a shell.

    Example: source <(lyrics completion bash)
    """
    from lyricscli.terminal.streams import write_stdout

    write_stdout((directory() / FILES[shell]).read_text(encoding="utf-8"))


def directory() -> Path:
    """Return where the scripts are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "completions"
    return installed if installed.is_dir() else package.parent / "completions"
