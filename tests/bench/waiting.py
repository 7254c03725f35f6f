"""From the moment that the service has finished to the last byte on stdout, by callback and by polling."""

import asyncio
import random
import sys
import time

from table import Row, Sample
from world import LYRICS, home

from lyricscli.sandbox.behaviour import Clock, EmulatorOptions
from lyricscli.sandbox.server import emulator

FASTEST, SLOWEST = 2.0, 8.0
"""Seconds that the service takes."""

POLLS_AT_ONCE = 6
CALLBACK, RAMP, EVERY_3, EVERY_15 = "callback", "polling, ramp", "polling every 3 s", "polling every 15 s"
WAYS = {
    CALLBACK: ("--via", "callback"),
    RAMP: ("--via", "poll"),
    EVERY_3: ("--via", "poll", "--poll-interval", "3s"),
    EVERY_15: ("--via", "poll", "--poll-interval", "15s"),
}


def measure(*, quick):
    """Draw the same latencies for every way; callbacks one after another, polls side by side."""
    if quick:
        return asyncio.run(_measure([0.3], (CALLBACK, EVERY_3)))
    draw, strata = random.Random(7), 18
    step = (SLOWEST - FASTEST) / strata
    return asyncio.run(_measure([FASTEST + step * (n + draw.random()) for n in range(strata)], tuple(WAYS)))


async def _measure(latencies, ways):
    delays, reads = {way: [] for way in ways}, {way: [] for way in ways}

    async def one(way, latency):
        delay, count = await _delay(latency, WAYS[way])
        delays[way].append(delay)
        reads[way].append(count)

    for latency in latencies:
        await one(CALLBACK, latency)
    places = asyncio.Semaphore(POLLS_AT_ONCE)

    async def poll(way, latency):
        async with places:
            await one(way, latency)

    await asyncio.gather(*(poll(way, latency) for latency in latencies for way in ways if way != CALLBACK))
    samples = {way: Sample(way, tuple(values)) for way, values in delays.items()}
    return [_row(way, samples, reads) for way in ways]


def _row(way, samples, reads):
    mean = samples[way].mean
    note = f"mean {mean:,.0f} ms, {mean / samples[EVERY_3].mean:.2g} times that of every 3 s"
    note += f"; {sum(reads[way]) / len(reads[way]):.2f} reads a task"
    return Row(samples[way], note=note)


async def _delay(latency, flags):
    """Return the milliseconds from the result to its last byte on stdout, and how often it was asked for."""
    ready, reads = [], []

    async def sleep(seconds):
        await asyncio.sleep(seconds)
        ready.append(time.time())  # the courier sleeps until the result is there

    def count(event):
        if getattr(event, "method", None) == "GET":
            reads.append(event)

    options = EmulatorOptions(latency=latency, submissions=None, reads=None)
    with home() as environ:
        async with emulator(options, on_event=count, clock=Clock(sleep=sleep)) as url:
            process = await asyncio.create_subprocess_exec(
                *LYRICS,
                *("generate", "a robot", "--provider", "sunoapi", "--base-url", url, "-q"),
                *flags,
                env=environ,
                stdout=asyncio.subprocess.PIPE,
            )
            printed = 0.0
            while await process.stdout.read(65536):
                printed = time.time()
            if await process.wait():
                sys.exit(f"lyrics generate {flags} ended with {process.returncode}")
    return (printed - ready[0]) * 1000, len(reads)
