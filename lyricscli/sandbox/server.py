"""The emulator: the service over real HTTP, on loopback unless told otherwise, with its callbacks.

It is a tool for programs and no web page's: a page that the user looks at can send requests to this machine.
"""

import asyncio  # noqa: TID253 - a server cannot be imported without its loop; its users import it late
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from aiohttp import web  # noqa: TID253 - likewise
from aiohttp.http_exceptions import HttpProcessingError  # noqa: TID253 - likewise
from yarl import URL

from lyricscli.api.postman import Postman
from lyricscli.errors import UsageError
from lyricscli.quantities import is_loopback
from lyricscli.sandbox.account import Account
from lyricscli.sandbox.answers import scenario_of
from lyricscli.sandbox.behaviour import REAL, Answered, Clock, EmulatorOptions, Event
from lyricscli.sandbox.courier import Courier
from lyricscli.sandbox.ledger import Ledger, Route
from lyricscli.sandbox.scenarios import Answering
from lyricscli.sandbox.wire import Answer, RefusedError, refusal, storable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EARLY_SECONDS = 1.0
"""How long the `early` scenario lets the callback go ahead: a receiver may hold it until the id is known."""

CLOSING_SECONDS = 0.5
"""What requests under way get to end when the emulator stops."""

BODY_BYTES = 1024 * 1024
"""The largest submission that is read."""

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (what a user asked for)
"""Addresses that stand for all of this machine's, and how it is reached there from here."""

_LOGGER = logging.getLogger(__name__)
# Bytes that are no HTTP are answered with 400, and that is all.
_LOGGER.addFilter(lambda told: not (told.exc_info and isinstance(told.exc_info[1], HttpProcessingError)))


@asynccontextmanager
async def emulator(
    options: EmulatorOptions,
    *,
    store: Path | None = None,
    port: int = 0,
    on_event: Callable[[Event], None] = lambda _: None,
    clock: Clock = REAL,
) -> AsyncIterator[str]:
    """Run the emulator while the block runs, and yield its base URL.

    `store` keeps the tasks in a file that several processes may share; None keeps them in memory. Port 0 is
    any free one. While the host is loopback, requests must be addressed to it; else by any name. Raises
    UsageError for an address that cannot be had and LibraryError for a store that cannot.
    """
    async with AsyncExitStack() as stack:
        account = Account(options, stack.enter_context(Ledger(store)), clock.now)
        postman = await stack.enter_async_context(Postman(options.manner))
        courier = Courier(options, account.ledger, postman, clock, on_event)
        stack.push_async_callback(courier.close)
        front = _Front(account, courier, clock, on_event)
        app = front.application()
        runner = web.AppRunner(app, access_log=None, logger=_LOGGER, shutdown_timeout=CLOSING_SECONDS)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(front.closing.set)
        await _listen(runner, options.host, port)
        host = ANY_ADDRESS.get(options.host, options.host)
        yield str(URL.build(scheme="http", host=host, port=runner.addresses[0][1]))


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None) or 0  # below 0 it is a resolver's
        why = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or error
        raise UsageError(
            f"port {port} on {host} cannot be used: {why}",
            "Choose another --port, or 0 for any that is free; --host is an address of this machine.",
        ) from error


class _Front:
    """The HTTP side: requests in, the service's replies out, each one reported."""

    def __init__(
        self, account: Account, courier: Courier, clock: Clock, report: Callable[[Event], None]
    ) -> None:
        self._is_private = is_loopback(account.options.host)
        self.closing = asyncio.Event()
        self._flavour = account.options.flavour
        self._account = account
        self._courier = courier
        self._clock = clock
        self._report = report

    def application(self) -> web.Application:
        flavour = self._flavour
        app = web.Application(client_max_size=BODY_BYTES, middlewares=[self._guard])
        for route, (submit_path, record_path) in flavour.paths.items():
            app.router.add_post(submit_path, partial(self._submit, route=Route(route)))
            app.router.add_get(record_path, partial(self._read, route=Route(route)))
        if flavour.credits_path:
            app.router.add_get(flavour.credits_path, self._credits)
        app.router.add_route("*", "/{path:.*}", self._no_path)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Tell of what is refused: to a web page, by the service, or because the store cannot do it."""
        try:
            self._look_over(request)
            return await handler(request)
        except RefusedError as error:
            refused = error
        except web.HTTPRequestEntityTooLarge:
            refused = RefusedError(self._flavour.too_long, "The body is too large.")
        except sqlite3.Error as error:
            refused = RefusedError(500, f"Server error: {error}.")
        return self._send(request, refusal(self._flavour, refused), scenario=refused.scenario or None)

    def _look_over(self, request: web.Request) -> None:
        """Refuse what may be a web page's."""
        origin, host = request.headers.get("Origin"), request.headers.get("Host")
        if origin is not None and origin.lower() != f"http://{host or ''}".lower():
            raise _foreign("This is no service for web pages: the request has a foreign Origin.")
        if self._is_private and host is not None and not _is_loopback(host):
            raise _foreign("The request is for another host; `lyrics sandbox --host` serves other names.")
        if request.can_read_body and request.content_type.rpartition("+")[2].rpartition("/")[2] != "json":
            raise _foreign("The body must be application/json.")

    async def _credits(self, request: web.Request) -> web.StreamResponse:
        return self._send(request, self._account.balance(request.headers.get("Authorization")))

    async def _no_path(self, _: web.Request) -> web.StreamResponse:
        raise RefusedError(404, "Not found.", status=404)

    async def _read(self, request: web.Request, route: Route) -> web.StreamResponse:
        task_id = storable(request.match_info.get("task_id") or request.query.get("taskId", ""))
        self._courier.resume(task_id)
        answer = self._account.read(request.headers.get("Authorization"), task_id, route)
        return self._send(request, answer, task_id)

    async def _submit(self, request: web.Request, route: Route) -> web.StreamResponse:
        body = await request.read()
        entry, answer = self._account.submit(request.headers.get("Authorization"), body, route)
        delivery, manner = self._courier.dispatch(entry), scenario_of(entry).answer
        if manner is Answering.AFTER_CALLBACK:
            await asyncio.wait({delivery}, timeout=EARLY_SECONDS)
        response = self._send(request, answer, entry.task_id, entry.scenario)
        if manner is Answering.HANG:
            await self.closing.wait()
        if answer.status is None and request.transport is not None:
            request.transport.abort()
        return response

    def _send(
        self, request: web.Request, answer: Answer, task_id: str | None = None, scenario: str | None = None
    ) -> web.Response:
        told = (answer.status, answer.code, answer.message, task_id, scenario)
        self._report(Answered(self._clock.now(), request.method, request.path, *told))
        return web.Response(status=answer.status or 200, body=answer.body, content_type=answer.content_type)


def _foreign(why: str) -> RefusedError:
    return RefusedError(403, why, status=403)


def _is_loopback(host: str) -> bool:
    """Whether a Host header, which may have a port, names this machine."""
    try:
        return is_loopback(f"//{host}")
    except ValueError:
        return False
