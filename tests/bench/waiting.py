"""From the moment that the service has finished to the last byte on stdout, by callback and by polling."""

import asyncio
import random
import sys
import time
from math import log

from table import Row, Sample
from world import LYRICS, home

from lyricscli.sandbox.behaviour import Clock, EmulatorOptions
from lyricscli.sandbox.server import emulator

FASTEST, SLOWEST = 2.0, 8.0
"""Seconds that the service takes, as it has been seen to."""

MIDDLES, SPREAD = (6.0, 20.0), 0.5
"""Seconds around which it may take longer, with a long tail: medians and sigma of lognormal draws."""

DRAWS = 18
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
        return asyncio.run(_measure([(way, WAYS[way], [0.3]) for way in (CALLBACK, EVERY_3)]))
    draw, step = random.Random(7), (SLOWEST - FASTEST) / DRAWS
    seen = [FASTEST + step * (n + draw.random()) for n in range(DRAWS)]
    plans = [(way, flags, seen) for way, flags in WAYS.items()]
    for middle in MIDDLES:
        late = [draw.lognormvariate(log(middle), SPREAD) for _ in range(DRAWS)]
        plans.append((f"{RAMP}, results around {middle:.0f} s", WAYS[RAMP], late))
    return asyncio.run(_measure(plans))


async def _measure(plans):
    places = {"callback": asyncio.Semaphore(1), "poll": asyncio.Semaphore(POLLS_AT_ONCE)}

    async def one(flags, latency):
        async with places[flags[1]]:
            return await _delay(latency, flags)

    async def way(name, flags, latencies):
        found = await asyncio.gather(*(one(flags, latency) for latency in latencies))
        return Sample(name, tuple(delay for delay, _ in found)), [reads for _, reads in found]

    results = [await way(*plan) for plan in plans if plan[0] == CALLBACK]
    results += await asyncio.gather(*(way(*plan) for plan in plans if plan[0] != CALLBACK))
    means = {sample.what: sample.mean for sample, _ in results}
    return [_row(sample, reads, means[EVERY_3]) for sample, reads in results]


def _row(sample, reads, other):
    note = f"mean {sample.mean:,.0f} ms, {sample.mean / other:.2g} times that of every 3 s"
    return Row(sample, note=f"{note}; {sum(reads) / len(reads):.2f} reads a task")


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
