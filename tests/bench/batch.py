"""A batch against the emulator without latency and limits: tasks a second, and memory."""

import subprocess
import sys
import time
from pathlib import Path

from table import Row, Sample
from world import BENCH, LYRICS, home, server

CONCURRENCY = 64


def measure(*, quick):
    """Run small and large batches and a simple client in turn, each with a service of its own."""
    return _measure(20, 60, 1) if quick else _measure(1000, 10_000, 3)


def _measure(few, many, turns):
    ours, theirs = f"`lyrics batch`, {many:,} prompts", f"64 threads that submit and poll, {many:,} prompts"
    rates, memory = {ours: [], theirs: []}, {few: [], many: []}
    for _ in range(turns):
        for count in (few, many):
            seconds, peak = _run(_batch, count)
            memory[count].append(peak)
        rates[ours].append(many / seconds)
        rates[theirs].append(many / _run(_simple, many)[0])
    speeds = {name: Sample(name, tuple(values), "tasks a second") for name, values in rates.items()}
    peaks = [Sample(f"peak memory, {count:,} prompts", tuple(memory[count]), "MiB") for count in (many, few)]
    more = f"{peaks[0].median - peaks[1].median:+.1f} MiB"
    return [
        Row(speeds[ours], speeds[theirs]),
        Row(speeds[theirs]),
        Row(peaks[0], peaks[1], more),
        Row(peaks[1]),
    ]


def _batch(url, prompts, output):
    flags = ["--rate", "none", "--concurrency", str(CONCURRENCY), "--provider", "sunoapi", "-q"]
    return [*LYRICS, "batch", prompts, "-o", output, "--base-url", url, *flags]


def _simple(url, prompts, output):
    return [sys.executable, str(BENCH / "simple_client.py"), url, prompts, output]


def _run(command, count):
    """Return the seconds that a program took for so many prompts, and its peak memory in MiB."""
    with home() as environ, server("emulator_server.py", environ=environ) as url:
        prompts, output = Path(environ["HOME"]) / "prompts.txt", Path(environ["HOME"]) / "out.jsonl"
        prompts.write_text("".join(f"a song of number {n}\n" for n in range(count)), encoding="utf-8")
        began = time.perf_counter()
        arguments = [sys.executable, BENCH / "peak.py", *command(url, str(prompts), str(output))]
        done = subprocess.run(arguments, env=environ, stdout=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - began
        lines = output.read_bytes().count(b"\n")
        if done.returncode or lines != count:
            sys.exit(f"{arguments[2:6]} ended with {done.returncode} after {lines} of {count} prompts")
    return seconds, int(done.stdout) / 1024
