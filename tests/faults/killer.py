"""Kill `lyrics generate` at random moments of its life: a program of its own, started by test_kill.py.

Arguments: the service's base URL, how many lives, a seed, and how many share a prompt at the same time, with
`--reuse` where it is more than one. Every life is a fork of this process, which has all
modules loaded already, so that the moments fall into the work and not into the imports. Prints the prompts
used as a JSON list.
"""

import json
import os
import random
import signal
import sys
import time
from itertools import pairwise

from lyricscli.__main__ import run

# What generate imports on its way.
from lyricscli.api import client  # noqa: F401
from lyricscli.cli import wiring  # noqa: F401
from lyricscli.delivery import listener  # noqa: F401
from lyricscli.terminal import results  # noqa: F401


def live(url, prompt, *more):
    """Start one life in a fork and return its process id."""
    pid = os.fork()
    if pid:
        return pid
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os._exit(run(["generate", prompt, "--provider", "sandbox", "--base-url", url, "--json", *more]))


def main(url, lives, seed, at_once=1):
    """Let one life end by itself to learn how long they are, then cut the others short."""
    rng = random.Random(seed)
    began = time.monotonic()
    used = [f"a whole life of {seed}"]
    os.waitpid(live(url, used[0]), 0)
    span = 1.1 * (time.monotonic() - began)
    more = ["--reuse"] if at_once > 1 else []
    for number in range(lives // at_once):
        used.append(f"life number {number} of {seed}")
        pids = [live(url, used[-1], *more) for _ in range(at_once)]
        moments = [0.0, *sorted(rng.uniform(0, span) for _ in pids)]
        for pid, pause in zip(pids, (later - earlier for earlier, later in pairwise(moments)), strict=True):
            time.sleep(pause)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    json.dump(used, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
