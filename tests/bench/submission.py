"""The time before a submission leaves, with an agent that takes a second to start."""

import asyncio
import sys
import time
from pathlib import Path

from table import Row, Sample
from world import LYRICS, home

from lyricscli.sandbox.behaviour import EmulatorOptions
from lyricscli.sandbox.server import emulator

STANDIN = Path(__file__).parent.parent / "standins" / "ngrok"
DOMAIN = "bench.ngrok.dev"
WAYS = {
    "no tunnel": (),
    "a tunnel on a reserved domain": ("--tunnel", "ngrok", "--ngrok-domain", DOMAIN),
    "a tunnel on a new address": ("--tunnel", "ngrok"),
}


def measure(*, quick):
    """Submit each way in turn; the time is from the start of the process to the service's answer."""
    return asyncio.run(_measure(2 if quick else 11))


async def _measure(turns):
    times = {way: [] for way in WAYS}
    seen = asyncio.Queue()
    options = EmulatorOptions(latency=0.0, submissions=None, reads=None)
    with home(
        NGROK_AUTHTOKEN="made-up",
        LYRICS_NGROK_PATH=str(STANDIN),
        STANDIN_NGROK_START_DELAY="1",
    ) as environ:
        async with emulator(options, on_event=seen.put_nowait) as url:
            for _ in range(turns):
                for way, flags in WAYS.items():
                    times[way].append(await _submitted(url, flags, environ, seen))
    samples = {way: Sample(way, tuple(values)) for way, values in times.items()}
    return [
        Row(sample, samples["no tunnel"] if way != "no tunnel" else None) for way, sample in samples.items()
    ]


async def _submitted(url, flags, environ, seen):
    arguments = ("generate", "a robot", "--provider", "sunoapi", "--base-url", url, "--no-wait", "-q")
    began = time.time()
    process = await asyncio.create_subprocess_exec(
        *LYRICS, *arguments, *flags, env=environ, stdout=asyncio.subprocess.DEVNULL
    )
    while getattr(event := await seen.get(), "method", None) != "POST":
        pass
    if await process.wait():
        sys.exit(f"lyrics generate {flags} ended with {process.returncode}")
    return (event.at - began) * 1000
