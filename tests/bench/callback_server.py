"""Serve callbacks until standard input ends: `bare`, `durable`, or `inbox` with the library of `lyrics`."""

import asyncio
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from aiohttp import web

from lyricscli.delivery.gate import Endpoint, new_path
from lyricscli.delivery.listener import Listener
from lyricscli.jobs.inbox import Checks, Inbox
from lyricscli.models import Submission
from lyricscli.store.library import Library


async def bare(count, keep=lambda _: None):
    async def handle(request):
        await request.json()
        keep(await request.read())
        return web.json_response({"status": "received"})

    app = web.Application()
    app.router.add_post("/c/{path}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await announce(runner.addresses[0][1], [new_path() for _ in range(count)])
    await runner.cleanup()


async def durable(count):
    with closing(sqlite3.connect(Path(os.environ["HOME"]) / "bare.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE callbacks (body BLOB)")
        await bare(count, lambda body: database.execute("INSERT INTO callbacks VALUES (?)", (body,)))


async def inbox(count):
    with Library(Path(os.environ["LYRICS_HOME"]) / "library.db") as library:
        box, paths = Inbox(library, Checks()), []
        with library.transaction():
            for number in range(count):
                paths.append(new_path())
                task = library.begin(Submission("sunoapi", "x", "a", "a", callback_path=paths[-1]))
                box.expect(library.accept(task, f"task-{number}"))

        sock = Endpoint().bind()
        async with Listener(sock, box.paths, box.answer):
            await announce(sock.getsockname()[1], paths)


async def announce(port, paths):
    print(json.dumps({"port": port, "paths": paths}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


asyncio.run({"bare": bare, "durable": durable, "inbox": inbox}[sys.argv[1]](int(sys.argv[2])))
