"""The emulator: the service over real HTTP, on loopback unless told otherwise, with its callbacks.

It is a tool for programs and no web page's: a page that the user looks at can send requests to this machine.
"""

import asyncio  # noqa: TID253 - a server cannot be imported without its loop; its users import it late
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web  # noqa: TID253 - likewise
from aiohttp.http_exceptions import HttpProcessingError  # noqa: TID253 - likewise
from yarl import URL

from lyricscli.api.postman import Postman
from lyricscli.errors import UsageError
from lyricscli.quantities import is_loopback
from lyricscli.sandbox import gateway
from lyricscli.sandbox.account import Accepted, Account
from lyricscli.sandbox.behaviour import REAL, Clock, EmulatorOptions
from lyricscli.sandbox.courier import Courier
from lyricscli.sandbox.events import Answered, Event
from lyricscli.sandbox.ledger import Ledger, Route
from lyricscli.sandbox.scenarios import Answering
from lyricscli.sandbox.wire import Answer, storable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EARLY_SECONDS = 1.0
"""How long the `early` scenario lets the callback go ahead: a receiver may hold it until the id is known."""

CLOSING_SECONDS = 0.5
"""What requests under way get to end when the emulator stops."""

BODY_BYTES = 1024 * 1024
"""The largest submission that is read."""


ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (what a user asked for)
"""Addresses that stand for all of this machine's, and how it is reached there from here."""


def _ignore(_: Event) -> None:
    return None


@asynccontextmanager
async def emulator(
    options: EmulatorOptions,
    *,
    store: Path | None = None,
    port: int = 0,
    on_event: Callable[[Event], None] = _ignore,
    clock: Clock = REAL,
) -> AsyncIterator[str]:
    """Run the emulator while the block runs, and yield its base URL.

    `store` keeps the tasks in a file that several processes may share; None keeps them in memory. Port 0 is
    any free one. While the host is loopback, requests must be addressed to it; else by any name. Raises
    UsageError for an address that cannot be had and LibraryError for a store that cannot.
    """
    async with AsyncExitStack() as stack:
        service = Account(options, stack.enter_context(Ledger(store)), clock.now)
        postman = await stack.enter_async_context(Postman(options.manner))
        courier = Courier(service, postman, clock, on_event)
        stack.push_async_callback(courier.close)
        front = _Front(service, courier, clock, on_event, is_private=is_loopback(options.host))
        runner = web.AppRunner(
            front.application(), access_log=None, logger=_logger(), shutdown_timeout=CLOSING_SECONDS
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(front.closing.set)
        await _listen(runner, options.host, port)
        host = ANY_ADDRESS.get(options.host, options.host)
        yield str(URL.build(scheme="http", host=host, port=runner.addresses[0][1]))


def _logger() -> logging.Logger:
    logger = logging.getLogger(__name__)
    logger.addFilter(_is_ours)
    return logger


def _is_ours(record: logging.LogRecord) -> bool:
    """Let errors of our own through; bytes that are no HTTP are answered with 400, and that is all."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"port {port} on {host} cannot be used: {_why(error)}",
            "Choose another --port, or 0 for any that is free; --host is an address of this machine.",
        ) from error


def _why(error: OSError | OverflowError) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)


def _name_of(host: str) -> str:
    """Return the name or address in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class _Front:
    """The HTTP side: requests in, the service's replies out, each one reported."""

    def __init__(
        self,
        service: Account,
        courier: Courier,
        clock: Clock,
        report: Callable[[Event], None],
        *,
        is_private: bool,
    ) -> None:
        self._is_private = is_private
        self.closing = asyncio.Event()
        self._service = service
        self._courier = courier
        self._clock = clock
        self._report = report

    def application(self) -> web.Application:
        wire = self._service.options.wire
        app = web.Application(client_max_size=BODY_BYTES, middlewares=[self._guard])
        if wire.is_gateway:
            app.router.add_post(gateway.SUBMIT, self._submit)
            app.router.add_get(gateway.FETCH, self._read)
        else:
            app.router.add_post("/api/v1/lyrics", self._submit)
            app.router.add_get("/api/v1/lyrics/record-info", self._read)
            app.router.add_get(wire.credits_path, self._credits)
        if wire.has_jobs:
            app.router.add_post("/api/v1/jobs/createTask", self._create_job)
            app.router.add_get("/api/v1/jobs/recordInfo", self._read_job)
        app.router.add_route("*", "/{path:.*}", self._no_path)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what a web page could send, and answer what the store cannot do with a server error."""
        if objection := self._objection(request):
            return self._send(request, self._service.refused(objection))
        try:
            return await handler(request)
        except sqlite3.Error as error:
            return self._send(request, self._service.broken(str(error)))

    def _objection(self, request: web.Request) -> str:
        """Say why a request may be a web page's, or nothing."""
        origin, host = request.headers.get("Origin"), request.headers.get("Host")
        if origin is not None and origin.lower() != f"http://{host or ''}".lower():
            return "This is no service for web pages: the request has a foreign Origin."
        if self._is_private and host is not None and not is_loopback(_name_of(host)):
            return "The request is for another host; `lyrics sandbox --host` serves other names."
        if request.can_read_body and request.content_type.rpartition("+")[2].rpartition("/")[2] != "json":
            return "The body must be application/json."
        return ""

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        return await self._accept(request, Route.CLASSIC)

    async def _create_job(self, request: web.Request) -> web.StreamResponse:
        return await self._accept(request, Route.JOBS)

    async def _read(self, request: web.Request) -> web.StreamResponse:
        return self._answer_read(request, Route.CLASSIC)

    async def _read_job(self, request: web.Request) -> web.StreamResponse:
        return self._answer_read(request, Route.JOBS)

    async def _credits(self, request: web.Request) -> web.StreamResponse:
        return self._send(request, self._service.balance(request.headers.get("Authorization")))

    async def _no_path(self, request: web.Request) -> web.StreamResponse:
        return self._send(request, self._service.no_path())

    def _answer_read(self, request: web.Request, route: Route) -> web.StreamResponse:
        task_id = storable(request.match_info.get("task_id") or request.query.get("taskId", ""))
        self._courier.resume(task_id)
        reply = self._service.read(request.headers.get("Authorization"), task_id, route)
        return self._send(request, reply, task_id)

    async def _accept(self, request: web.Request, route: Route) -> web.StreamResponse:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._send(request, self._service.too_large())
        submission = self._service.submit(request.headers.get("Authorization"), body, route)
        if submission.entry is not None:
            delivery = self._courier.dispatch(submission.entry)
            if submission.answer is Answering.AFTER_CALLBACK:
                await asyncio.wait({delivery}, timeout=EARLY_SECONDS)
        if submission.answer in {Answering.HANG, Answering.HANG_UP}:
            return await self._withhold(request, submission)
        return self._send(request, submission.reply, submission.task_id, submission.scenario_name)

    async def _withhold(self, request: web.Request, submission: Accepted) -> web.StreamResponse:
        """Keep the answer back, at once or until the emulator stops, and close the connection."""
        self._report(
            Answered(
                self._clock.now(),
                request.method,
                request.path,
                status=None,
                message="on purpose",
                task_id=submission.task_id,
                scenario=submission.scenario_name,
            )
        )
        if submission.answer is Answering.HANG:
            await self.closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _send(
        self, request: web.Request, reply: Answer, task_id: str | None = None, scenario: str | None = None
    ) -> web.Response:
        if self._service.options.wire.is_gateway:
            reply = gateway.outward(reply)
        self._report(
            Answered(
                self._clock.now(),
                request.method,
                request.path,
                reply.status,
                reply.code,
                reply.message,
                task_id,
                scenario,
            )
        )
        return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)
