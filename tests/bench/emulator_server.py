"""The emulator without latency and limits, until standard input ends."""

import asyncio
import sys

from lyricscli.sandbox.behaviour import EmulatorOptions
from lyricscli.sandbox.server import emulator


async def serve():
    async with emulator(EmulatorOptions(latency=0.0, submissions=None, reads=None)) as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(serve())
