"""Make the README's pictures anew, from what the program prints: `python tests/pictures/make.py`.

The program runs at a pseudo-terminal in an empty home; its output becomes SVG through Rich.
"""

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FONTS = "Fira Code, Menlo, Consolas, DejaVu Sans Mono, monospace"

PICTURES = {
    "generate": (120, ['lyrics generate "a lighthouse keeper in love"']),
    "meter": (80, ["lyrics show last:2 --meter"]),
}
"""Columns and lines of each picture; they share a home, where all but the last of STORY was asked for."""

STORY = ["a road song for a robot", "winter rain on the harbour", "a lighthouse keeper in love"]


def run(line: str, home: Path, columns: int) -> str:
    """Run a line with its output at a pseudo-terminal; return what came on stderr, then on stdout."""
    leader, follower = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "lyricscli", *shlex.split(line)[1:]],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(home),
            "LYRICS_HOME": str(home),
            "TERM": "xterm-256color",
            "COLUMNS": str(columns),
            "PAGER": "cat",
            "LYRICS_SANDBOX_LATENCY": "0.1",
        },
        check=True,
    )
    os.close(follower)
    shown = b""
    while chunk := _read(leader):
        shown += chunk
    os.close(leader)
    return (done.stderr + shown).decode().replace("\r\n", "\n")


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 1 << 16)
    except OSError:
        # Linux says so when the other end is closed and all is read.
        return b""


def picture(name: str, home: Path) -> str:
    """Return a picture as SVG that refers to nothing outside itself."""
    columns, lines = PICTURES[name]
    screen = Console(
        record=True, width=columns, file=io.StringIO(), force_terminal=True, legacy_windows=False
    )
    for line in lines:
        screen.print(Text.assemble(("$ ", "bold green"), (line, "bold")))
        screen.print(Text.from_ansi(run(line, home, columns).rstrip("\n")), crop=False)
    svg = screen.export_svg(title="lyrics", theme=MONOKAI, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: Fira Code, monospace", f"font-family: {FONTS}", svg)


def make() -> dict[str, str]:
    """Return every picture by its file's name."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        for prompt in STORY[:-1]:
            run(f"lyrics generate {shlex.quote(prompt)}", home, 80)
        return {f"{name}.svg": picture(name, home) for name in PICTURES}


if __name__ == "__main__":
    for file, svg in make().items():
        (HERE / file).write_text(svg, encoding="utf-8", newline="\n")
