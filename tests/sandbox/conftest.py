"""A client that knows only HTTP, a receiver for callbacks, and a clock that stands still."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from lyricscli.sandbox.behaviour import Clock, Delivered, EmulatorOptions
from lyricscli.sandbox.server import emulator

UNREACHABLE = "https://unused.invalid/"


class HeldTime:
    """Time that passes only when the test says so; who sleeps wakes up when it has come."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self._moved = asyncio.Condition()
        self._due = []

    async def sleep(self, seconds):
        """Wait until that time has been passed."""
        due = self.now + seconds
        async with self._moved:
            self._due.append(due)
            self._moved.notify_all()
            await self._moved.wait_for(lambda: self.now >= due)

    async def pass_(self, seconds):
        """Let time go on."""
        async with self._moved:
            self.now += seconds
            self._due = [due for due in self._due if due > self.now]
            self._moved.notify_all()

    async def asleep(self):
        """Wait until somebody waits for time to pass."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._due)

    @property
    def clock(self):
        """The clock that an emulator takes."""
        return Clock(lambda: self.now, self.sleep)


@dataclass
class Call:
    """A callback as it came."""

    body: bytes
    headers: dict[str, str]

    @property
    def json(self):
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """A program that takes callbacks: answers with `statuses` in order, then with 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    calls: asyncio.Queue[Call] = field(default_factory=asyncio.Queue)

    async def take(self, request):
        """Answer one request."""
        body = await request.read()
        await self.calls.put(Call(body, dict(request.headers)))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, text="thanks")

    async def next(self):
        """Wait for the next callback."""
        return await asyncio.wait_for(self.calls.get(), 10)


@asynccontextmanager
async def serving(handler):
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver():
    taker = Receiver()
    async with serving(taker.take) as url:
        taker.url = url
        yield taker


class Log(list):
    """The events of an emulator, to be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._grown = asyncio.Event()

    def add(self, event):
        """Take an event."""
        self.append(event)
        self._grown.set()

    async def until(self, wanted):
        """Return the first event that is as wanted, now or later."""
        async with asyncio.timeout(10):
            while not (found := [event for event in self if wanted(event)]):
                self._grown.clear()
                await self._grown.wait()
        return found[0]

    async def gave_up(self):
        """Wait until the callback was given up."""
        return await self.until(lambda event: isinstance(event, Delivered) and event.gave_up)


@dataclass
class Api:
    """A client of the service that looks at nothing but HTTP."""

    base: str
    session: aiohttp.ClientSession
    events: "Log"
    key: str = "any"

    async def call(self, method, path, kind=None, **kwargs):
        """Return status and body (read as JSON if it says so) of any call; `kind` labels raw data."""
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Content-Type": kind} if kind else {})
        async with self.session.request(method, self.base + path, headers=headers, **kwargs) as answer:
            text = await answer.text()
            is_json = answer.content_type == "application/json" and text
            return answer.status, json.loads(text) if is_json else text

    async def submit(self, prompt="a river in winter", callback=UNREACHABLE):
        """Submit, whatever comes of it."""
        return await self.call("POST", "/api/v1/lyrics", json={"prompt": prompt, "callBackUrl": callback})

    async def task(self, prompt="a river in winter", callback=UNREACHABLE):
        """Submit with success, and return the id."""
        status, answer = await self.submit(prompt, callback)
        assert (status, int(answer["code"])) == (200, 200), answer
        return answer["data"]["taskId"]

    async def record(self, task_id):
        """Ask for a record, whatever comes of it."""
        return await self.call("GET", "/api/v1/lyrics/record-info", params={"taskId": task_id})

    async def data(self, task_id):
        """Ask for a record with success, and return its data."""
        status, answer = await self.record(task_id)
        assert (status, answer["code"], answer["msg"]) == (200, 200, "success")
        return answer["data"]


@pytest.fixture
def start():
    """How a test gets an emulator with a client of it."""

    @asynccontextmanager
    async def starting(*, store=None, clock=None, **options):
        options = {"latency": 0.0, "retry_spacing": 3600.0, "reads": None} | options
        events = Log()
        place = {"clock": clock} if clock else {}
        async with (
            emulator(EmulatorOptions(**options), store=store, on_event=events.add, **place) as base,
            aiohttp.ClientSession() as session,
        ):
            yield Api(base, session, events)

    return starting
