"""What the benchmarks share: a private home, the program as it is installed, and the service."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BENCH = Path(__file__).parent
LYRICS = [sys.executable, "-c", "from lyricscli.__main__ import main; main()"]
"""What an installed `lyrics` runs: modules that are compiled already."""


@contextmanager
def home(**environ):
    """Yield the environment of a fresh home, with the directory under HOME."""
    with tempfile.TemporaryDirectory(prefix="lyrics-bench-") as place:
        yield {
            "PATH": os.environ["PATH"],
            "HOME": place,
            "LYRICS_HOME": f"{place}/lyrics",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{BENCH}",
            "SUNO_API_KEY": "made-up",
            **environ,
        }


@contextmanager
def server(script, *arguments, environ):
    """Run a script of this directory that prints a line once it serves; yield that line."""
    process = subprocess.Popen(
        [sys.executable, BENCH / script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environ,
        text=True,
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()  # the scripts end with their standard input
        process.wait(30)
        process.stdout.close()
