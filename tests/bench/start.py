"""Start-up: what a command costs beside a minimal program on the same Typer, and the bare interpreter."""

import subprocess
import sys
import time

from table import Row, Sample
from world import LYRICS, home

MINIMAL = [sys.executable, "-c", "from minimal import app; app()"]
PROGRAMS = {
    "bare interpreter": [sys.executable, "-c", "pass"],
    "minimal --version": [*MINIMAL, "--version"],
    "minimal command": [*MINIMAL, "show", "last"],
    "minimal --help": [*MINIMAL, "--help"],
    "`lyrics --version`": [*LYRICS, "--version"],
    "`lyrics show last`": [*LYRICS, "show", "last"],
    "`lyrics --help`": [*LYRICS, "--help"],
}
PAIRS = {
    "`lyrics --version`": "minimal --version",
    "`lyrics show last`": "minimal command",
    "`lyrics --help`": "minimal --help",
}


def measure(*, quick):
    """Start every program in turn, many times over, so that a busy moment hits all alike."""
    times = {name: [] for name in PROGRAMS}
    with home(LYRICS_SANDBOX_LATENCY="0") as environ:
        del environ["SUNO_API_KEY"]
        subprocess.run([*LYRICS, "generate", "a robot", "-q"], env=environ, check=True, capture_output=True)
        for turn in range(3 if quick else 31):
            for name, command in PROGRAMS.items():
                began = time.perf_counter()
                subprocess.run(command, env=environ, check=True, capture_output=True)
                if turn:  # the first one fills the caches
                    times[name].append((time.perf_counter() - began) * 1000)
    samples = {name: Sample(name, tuple(values)) for name, values in times.items()}
    bare = samples["bare interpreter"]
    return [
        *(
            Row(
                samples[ours], samples[theirs], f"{samples[ours].median / bare.median:.2g} times the bare one"
            )
            for ours, theirs in PAIRS.items()
        ),
        *(Row(samples[theirs]) for theirs in PAIRS.values()),
        Row(bare),
    ]
