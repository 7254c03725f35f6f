"""The listener as a stranger and as the provider meet it, over real connections."""

import asyncio
import io
import socket

import aiohttp
import pytest

from lyricscli.delivery import listener
from lyricscli.delivery.listener import Listener
from lyricscli.delivery.paths import Paths, new_path

BODY = b'{"code": 200}'
JSON = {"Content-Type": "application/json"}


class Open:
    """A listener that is open, and what it received."""

    def __init__(self):
        self.path = new_path()
        self.received = []
        self.status = 200

    async def receive(self, path, headers, body):
        """Take a callback."""
        self.received.append((path, headers, body))
        return self.status

    def url(self, path=None):
        """Return the URL of a path, the secret one unless given."""
        return f"http://127.0.0.1:{self.port}{path or self.path}"


@pytest.fixture
async def open_listener():
    opened = Open()
    paths = Paths()
    paths.add(opened.path)
    sock = socket.create_server(("127.0.0.1", 0))
    opened.port = sock.getsockname()[1]
    async with Listener(sock, paths, opened.receive):
        yield opened


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


async def raw(port, data, *, end=False):
    """Send bytes and return all that comes back until the listener closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    if end:
        writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_callback_on_the_secret_path_is_received_byte_for_byte(open_listener, session):
    async with session.post(
        open_listener.url(), data=BODY, headers={**JSON, "X-Webhook-Timestamp": "1"}
    ) as answer:
        assert answer.status == 200
        assert "Server" not in answer.headers
    ((path, headers, body),) = open_listener.received
    assert (path, body, headers["X-Webhook-Timestamp"]) == (open_listener.path, BODY, "1")


def test_a_path_has_256_random_bits():
    assert len(new_path().removeprefix("/c/")) == 43  # base64 of 32 bytes
    assert len({new_path() for _ in range(1000)}) == 1000


async def test_everything_else_gets_the_same_flat_404(open_listener, session):
    answers = set()
    for method, path, headers, body in [
        ("POST", "/", JSON, BODY),
        ("POST", "/c/", JSON, BODY),
        ("POST", open_listener.path[:-1], JSON, BODY),
        ("POST", open_listener.path + "x", JSON, BODY),
        ("POST", open_listener.path + "/", JSON, BODY),
        ("POST", open_listener.path.lower(), JSON, BODY),
        ("GET", open_listener.path, {}, None),
        ("HEAD", open_listener.path, {}, None),
        ("PUT", open_listener.path, JSON, BODY),
        ("OPTIONS", open_listener.path, {}, None),
        ("POST", open_listener.path, {"Content-Type": "text/plain"}, BODY),
        ("POST", open_listener.path, {"Content-Type": "application/x-www-form-urlencoded"}, BODY),
        ("POST", open_listener.path, JSON, io.BytesIO(b"x" * (listener.BODY_LIMIT + 1))),
    ]:
        async with session.request(method, open_listener.url(path), headers=headers, data=body) as answer:
            assert "Server" not in answer.headers
            assert "Date" in answer.headers
            answers.add((answer.status, await answer.read() if method != "HEAD" else b"not found\n"))
    assert answers == {(404, b"not found\n")}
    assert open_listener.received == []


async def test_a_body_without_a_length_is_bounded_too(open_listener, session):
    async def endless():
        for _ in range(listener.BODY_LIMIT // 2**16 + 2):
            yield b"x" * 2**16

    async with session.post(open_listener.url(), data=endless(), headers=JSON) as answer:
        assert answer.status == 404
    assert open_listener.received == []


async def test_what_is_not_for_us_is_a_404_as_well(open_listener, session):
    open_listener.status = 404
    async with session.post(open_listener.url(), data=BODY, headers=JSON) as answer:
        assert (answer.status, await answer.read()) == (404, b"not found\n")


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
async def test_broken_requests_get_no_page_that_names_a_program(open_listener, capfd, junk):
    answer = (await raw(open_listener.port, junk, end=True)).lower()
    assert b"python" not in answer
    assert b"aiohttp" not in answer
    assert b"traceback" not in answer
    assert not answer or b" 404 " in answer.split(b"\r\n")[0]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "beginning", [b"", b"POST / HTTP/1.1\r\nHost: x\r\n", b"P"], ids=["nothing", "half a head", "a byte"]
)
async def test_a_head_that_never_ends_is_cut_off(open_listener, monkeypatch, beginning):
    monkeypatch.setattr(listener, "REQUEST_TIMEOUT", 0.2)
    assert await raw(open_listener.port, beginning) == b""


async def test_a_body_that_never_ends_is_cut_off(open_listener, monkeypatch):
    monkeypatch.setattr(listener, "REQUEST_TIMEOUT", 0.2)
    head = f"POST {open_listener.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    answer = await raw(
        open_listener.port, head.encode() + b"Content-Length: 100\r\nConnection: close\r\n\r\n{"
    )
    assert answer.startswith(b"HTTP/1.1 404")
    assert open_listener.received == []


async def test_connections_beyond_the_limit_are_closed_unanswered(open_listener, session, monkeypatch):
    monkeypatch.setattr(listener, "CONNECTION_LIMIT", 3)
    held = [await asyncio.open_connection("127.0.0.1", open_listener.port) for _ in range(3)]
    # A whole exchange on one of them: the listener has seen them all by then.
    held[2][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await held[2][0].readuntil(b"not found\n")
    assert await raw(open_listener.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    for _, writer in held:
        writer.close()


async def test_when_it_closes_the_port_is_free_and_a_request_under_way_is_answered():
    opened = Open()
    paths = Paths()
    paths.add(opened.path)
    started, go_on = asyncio.Event(), asyncio.Event()

    async def receive(*_):
        started.set()
        await go_on.wait()
        return 200

    sock = socket.create_server(("127.0.0.1", 0))
    opened.port = sock.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        async with Listener(sock, paths, receive):
            request = asyncio.create_task(session.post(opened.url(), data=BODY, headers=JSON))
            await started.wait()
            asyncio.get_running_loop().call_soon(go_on.set)
        assert (await request).status == 200
    with socket.create_server(("127.0.0.1", opened.port)):
        pass


def test_a_looked_up_path_must_be_the_whole_path():
    paths = Paths()
    paths.add("/c/abc")
    assert "/c/abc" in paths
    assert not any(path in paths for path in ("", "/", "/c/ab", "/c/abcd", "/c/ABC", "\udcff"))
    paths.discard("/c/abc")
    assert "/c/abc" not in paths
