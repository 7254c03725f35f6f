"""The listener as a stranger and as the provider meet it, over real connections."""

import asyncio
import gzip
import io
import socket
import time
import zlib
from contextlib import asynccontextmanager

import aiohttp
import pytest
from yarl import URL

from lyricscli.api.headers import QUERY
from lyricscli.delivery import listener
from lyricscli.delivery.gate import NOT_FOUND, RECEIVED, Paths, Said, new_path
from lyricscli.delivery.listener import Listener

BODY = b'{"code": 200}'
JSON = {"Content-Type": "application/json"}


class Open:
    """A listener that is open, and what it received."""

    def __init__(self):
        self.path = new_path()
        self.paths = Paths()
        self.paths.add(self.path)
        self.received = []
        self.refused = []
        self.said = RECEIVED
        self.busy = asyncio.Event()
        self.held = None

    async def receive(self, path, headers, body):
        """Take a callback."""
        self.received.append((path, headers, body))
        self.busy.set()
        if self.held is not None:
            await self.held.wait()
        return self.said

    @asynccontextmanager
    async def serving(self):
        """Listen on a free port."""
        sock = socket.create_server(("127.0.0.1", 0))
        self.port = sock.getsockname()[1]
        async with Listener(sock, self.paths, self.receive, lambda _, why: self.refused.append(why)):
            yield

    def url(self, path=None):
        """Return the URL of a path, the secret one unless given."""
        return f"http://127.0.0.1:{self.port}{path or self.path}"


@pytest.fixture
async def open_listener():
    opened = Open()
    async with opened.serving():
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
        ("POST", open_listener.path, {"Content-Type": "text/plain"}, b"code=200"),
        ("POST", open_listener.path, {"Content-Type": "text/html"}, b"<p>{}</p>"),
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
    open_listener.said = NOT_FOUND
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


async def test_the_oldest_half_open_head_makes_room_and_a_request_under_way_never_does(
    open_listener, session, monkeypatch
):
    monkeypatch.setattr(listener, "CONNECTION_LIMIT", 3)
    open_listener.held = asyncio.Event()
    under_way = asyncio.create_task(session.post(open_listener.url(), data=BODY, headers=JSON))
    await open_listener.busy.wait()
    heads = [await half_open(open_listener.port) for _ in range(3)]
    assert await heads[0][0].read() == b""
    open_listener.held.set()
    assert (await under_way).status == 200
    assert not heads[1][0].at_eof()
    for _, writer in heads:
        writer.close()


async def half_open(port):
    """Begin a request, and wait until the listener has seen so much of it as there is to see."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"not found\n")
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n")
    return reader, writer


def bomb(size=400 * 2**20):
    """Make a gzip body of about a thousandth of what it grows to."""
    machine = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"[" + b" " * (2**20 - 1)
    first = machine.compress(piece) + machine.flush(zlib.Z_FULL_FLUSH)
    # From here on each piece is the same bytes again: nothing of the size is made twice.
    again = machine.compress(piece) + machine.flush(zlib.Z_FULL_FLUSH)
    return first + again * (size // 2**20 - 1) + machine.flush()


async def answered(session, url, body=BODY, headers=JSON):
    """Post and return status and body, in the time that a sender gives; longer is an error."""
    async with asyncio.timeout(5), session.post(url, data=io.BytesIO(body), headers=headers) as answer:
        return answer.status, await answer.read()


async def test_bombs_on_a_wrong_path_hold_up_neither_a_callback_nor_the_end():
    opened = Open()
    body = bomb()
    assert 300_000 < len(body) < 500_000
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async with opened.serving():
            zipped = {**JSON, "Content-Encoding": "gzip"}
            wrong = [
                asyncio.create_task(answered(session, opened.url("/c/x"), body, zipped)) for _ in range(40)
            ]
            assert (await answered(session, opened.url()))[0] == 200
            assert {status for status, _ in await asyncio.gather(*wrong)} == {404}
            started = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - started < 4


async def test_a_bomb_on_the_right_path_is_refused_for_what_it_grows_to(open_listener, session):
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert await answered(session, open_listener.url(), bomb(), headers) == (404, b"not found\n")
    assert (open_listener.received, open_listener.refused) == ([], ["it inflates to more than 4 MiB"])


async def test_300_half_open_heads_hold_up_neither_a_callback_nor_the_end(session):
    opened = Open()
    async with opened.serving():
        heads = [await asyncio.open_connection("127.0.0.1", opened.port) for _ in range(300)]
        for _, writer in heads:
            writer.write(b"POST / HTTP/1.1\r\nX: ")
        assert (await answered(session, opened.url()))[0] == 200
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 4
    for _, writer in heads:
        writer.close()


async def test_headers_have_a_bound_in_sum_whether_they_end_or_not(open_listener):
    line = b"X-Long: " + b"y" * 4000 + b"\r\n"
    begun = f"POST {open_listener.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n".encode() + line * 20
    assert await raw(open_listener.port, begun) == b""
    whole = await raw(open_listener.port, begun + b"Connection: close\r\n\r\n{}")
    assert whole == b"" or whole.startswith(b"HTTP/1.1 404")
    assert open_listener.received == []


@pytest.mark.parametrize("entry", [b"{}", b"[]", b'{"a":1}'])
async def test_a_body_of_too_many_entries_is_refused_before_it_is_read(open_listener, session, entry):
    count = min(1_000_000, listener.BODY_LIMIT // (len(entry) + 1) - 100)
    body = b'{"code":200,"data":{"taskId":"t","data":[' + b",".join([entry] * count) + b"]}}"
    started = time.process_time()
    assert (await answered(session, open_listener.url(), body))[0] == 404
    assert time.process_time() - started < 1
    assert "objects and lists" in open_listener.refused[0]


async def test_a_compressed_callback_is_taken_as_it_came(open_listener, session):
    body = gzip.compress(BODY)
    assert (await answered(session, open_listener.url(), body, {**JSON, "Content-Encoding": "gzip"}))[
        0
    ] == 200
    ((_, headers, kept),) = open_listener.received
    assert (kept, headers["Content-Encoding"]) == (body, "gzip")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {"Content-Type": "text/plain"}),
        (b"\xef\xbb\xbf " + BODY, {"Content-Type": "application/x-www-form-urlencoded"}),
        (BODY, {"Content-Type": "application/octet-stream", "Content-Encoding": "gzip"}),
        (gzip.compress(BODY), {"Content-Type": "x/y", "Content-Encoding": "gzip"}),
        (zlib.compress(BODY), {"Content-Type": "x/y", "Content-Encoding": "deflate"}),
        (BODY, {"Content-Type": "application/vnd.x+json; charset=utf-8"}),
    ],
)
async def test_json_is_taken_whatever_its_label(open_listener, session, body, headers):
    assert (await answered(session, open_listener.url(), body, headers))[0] == 200
    assert open_listener.received[0][2] == body


async def test_the_query_and_equal_headers_belong_to_what_came(open_listener, session):
    twice = [*JSON.items(), ("X-Twice", "1"), ("X-Twice", "2")]
    assert (await answered(session, URL(open_listener.url() + "?a=%7E&b", encoded=True), BODY, twice))[
        0
    ] == 200
    ((path, headers, _),) = open_listener.received
    assert (path, headers[QUERY]) == (open_listener.path, "a=%7E&b")
    assert [value for name, value in headers.items() if name == "X-Twice"] == ["1", "2"]


async def test_whoever_waits_for_a_continue_gets_it_on_the_right_path_only(open_listener):
    head = (
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 13\r\n"
        "Connection: close\r\nExpect: 100-continue\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", open_listener.port)
    writer.write(head.format(open_listener.path).encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(BODY)
    assert (await reader.read()).startswith(b"HTTP/1.1 200")
    writer.close()
    assert (await raw(open_listener.port, head.format("/c/x").encode())).startswith(b"HTTP/1.1 404")
    assert [body for _, _, body in open_listener.received] == [BODY]


async def test_an_answer_of_anothers_goes_back_with_its_headers(open_listener, session):
    open_listener.said = Said(409, b"no\x00", (("Content-Type", "x/y"), ("Retry-After", "7")))
    async with session.post(open_listener.url(), data=BODY, headers=JSON) as answer:
        assert (answer.status, await answer.read()) == (409, b"no\x00")
        assert (answer.headers["Content-Type"], answer.headers["Retry-After"]) == ("x/y", "7")


@pytest.mark.parametrize("base", ["https://x.example/caf%C3%A9/%7Eme/", "https://x.example/caf\u00e9/~me"])
async def test_a_prefix_is_known_however_it_is_written(open_listener, session, base):
    open_listener.paths.mount(base)
    for prefix in ("/caf%C3%A9/%7Eme", "/caf%c3%a9/~me"):
        url = URL(open_listener.url(prefix + open_listener.path), encoded=True)
        assert (await answered(session, url))[0] == 200


async def test_when_it_closes_the_port_is_free_and_a_request_under_way_is_answered():
    opened = Open()
    opened.held = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        async with opened.serving():
            request = asyncio.create_task(session.post(opened.url(), data=BODY, headers=JSON))
            await opened.busy.wait()
            asyncio.get_running_loop().call_soon(opened.held.set)
        assert (await request).status == 200
    with socket.create_server(("127.0.0.1", opened.port)):
        pass


def test_a_looked_up_path_must_be_the_whole_path():
    paths = Paths()
    paths.add("/c/abc")
    assert paths.find("/c/abc") == "/c/abc"
    assert not any(paths.find(path) for path in ("", "/", "/c/ab", "/c/abcd", "/c/ABC", "\udcff"))
    paths.discard("/c/abc")
    assert paths.find("/c/abc") is None
