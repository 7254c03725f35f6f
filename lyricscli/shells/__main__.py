"""Write the completion scripts anew: `python -m lyricscli.shells`, in a checkout."""

from pathlib import Path

from lyricscli.cli.commands.completion import FILES, Shell
from lyricscli.shells import bash, fish, powershell, zsh
from lyricscli.shells.tree import read_tree

WRITERS = {Shell.BASH: bash, Shell.ZSH: zsh, Shell.FISH: fish, Shell.POWERSHELL: powershell}
DIRECTORY = Path(__file__).parents[2] / "completions"


def scripts() -> dict[str, str]:
    """Return every script by its file's name."""
    tree = read_tree()
    return {FILES[shell]: writer.script(tree) for shell, writer in WRITERS.items()}


if __name__ == "__main__":
    for name, text in scripts().items():
        (DIRECTORY / name).write_text(text, encoding="utf-8", newline="\n")
