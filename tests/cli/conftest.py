"""What the tests of commands share.

A receiver of callbacks that is no part of the program: the standard library's HTTP server in a thread; the
emulator in a thread; and a way to run a command in this process.
"""

import asyncio
import io
import json
import os
import queue
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lyricscli.__main__ import run
from lyricscli.sandbox.behaviour import EmulatorOptions
from lyricscli.sandbox.server import emulator


@dataclass
class Taken:
    """What came, and what is answered: `status`, `headers` and `answer`."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thanks"
    held: threading.Event = field(default_factory=threading.Event)
    bodies: list[bytes] = field(default_factory=list)
    came: list[dict[str, str]] = field(default_factory=list)
    heads: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait(self, count=1):
        """Wait until that many more have come."""
        for _ in range(count):
            assert self.arrived.acquire(timeout=20)

    def take(self, body, headers):
        """Keep one callback."""
        self.bodies.append(body)
        self.came.append(headers)
        self.arrived.release()


@pytest.fixture
def receiver():
    taken = Taken()
    taken.held.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.heads.append((self.path, self.headers.items()))
            taken.take(self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers))
            taken.held.wait(20)
            self.send_response(taken.status)
            for name, value in taken.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(taken.answer)))
            self.end_headers()
            self.wfile.write(taken.answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    taken.url = f"http://127.0.0.1:{server.server_address[1]}/callback"
    yield taken
    taken.held.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def service():
    """Run the emulator in a thread while a test lasts; return its base URL."""
    stack = ExitStack()

    def serving(**options):
        return stack.enter_context(_running(EmulatorOptions(**({"latency": 0.0} | options))))

    with stack:
        yield serving


@contextmanager
def _running(options):
    urls, ending = queue.Queue(), []

    async def serve():
        ended = asyncio.Event()
        ending.append((asyncio.get_running_loop(), ended))
        async with emulator(options) as url:
            urls.put(url)
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    yield urls.get(timeout=20)
    loop, ended = ending[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join()


@dataclass
class Told:
    """What a command run in this process said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Its output read as JSON."""
        return json.loads(self.out)


@pytest.fixture
def cli(tmp_path, monkeypatch, capsysbinary):
    """Run a command in this process, in a home and an environment of its own; `stdin` is piped in."""
    for name in [*os.environ]:
        if name.startswith(("LYRICS_", "SUNO_", "KIE_", "NGROK_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LYRICS_HOME", str(tmp_path / "lyrics"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def running(*arguments, stdin=b"", **environ):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, value in environ.items():
                patch.setenv(name, value)
            code = run([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Told(code, out.decode(), err.decode())

    running.home = tmp_path / "lyrics"
    return running


ONE = (
    "[Verse 1]\nThe rain comes down on city lights\nI walk alone through empty nights\n\n[Chorus]\nHold on\n"
)
TWO = "[Verse 1]\nA window glows upon the stair\nA yellow leaf is in my hair\n\n[Bridge]\nAnd should I wake\n"


@pytest.fixture
def song(cli):
    """Put a task with two complete variants and a failed one into the library; give its id."""
    from lyricscli.models import (
        DeliveredBy,
        Outcome,
        Settlement,
        Submission,
        TaskStatus,
        Variant,
        VariantStatus,
    )
    from lyricscli.store.library import Library

    variants = (
        Variant(1, "City Rain", VariantStatus.COMPLETE, ONE),
        Variant(2, "Yellow: Leaf?", VariantStatus.COMPLETE, TWO),
        Variant(3, "", VariantStatus.FAILED, "", "moderated"),
    )

    def adding(task_id="abc123", prompt="rain", variants=variants, **changes):
        submission = Submission("sandbox", "embedded", prompt, prompt, **changes)
        with Library(cli.home / "library.db") as library:
            row = library.begin(submission).row
            outcome = Outcome(TaskStatus.COMPLETE, variants)
            library.settle(Settlement(row, outcome, DeliveredBy.POLL, task_id=task_id))
        return task_id

    adding.one, adding.two = ONE, TWO
    return adding
