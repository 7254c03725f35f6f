"""The postman over real connections: what a receiver gets byte for byte, and what is said of its answer."""

import asyncio
import gzip
import socket
from contextlib import asynccontextmanager, suppress

import pytest

from lyricscli.api.headers import QUERY
from lyricscli.api.postman import PLAIN, Letter, Manner, Postman, replayed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def answering(answer, host="127.0.0.1", port=0, **options):
    """Answer every request with the same bytes; yield its URL and the requests as they came."""
    came, serving = [], []

    async def serve(reader, writer):
        serving.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):  # one that only looked who is there
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            came.append((head, await reader.readexactly(length)))
            writer.write(answer)
            await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, host, port, **options)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}/hook", came
    await asyncio.gather(*serving)


async def sent(url, letter, manner=PLAIN, deadline=10):
    async with Postman(manner) as postman:
        return await postman.post(url, letter, deadline=deadline)


async def test_what_came_is_sent_on_byte_for_byte_and_nothing_is_added():
    body = gzip.compress(b'{"code":200}')
    headers = [
        ("Content-Encoding", "gzip"),
        ("X-Twice", "1"),
        ("x-twice", "2"),
        ("Accept-Encoding", "br"),
        ("Host", "old.example"),
        ("Content-Length", "3"),
        ("Connection", "X-Hop"),
        ("X-Hop", "1"),
        (QUERY, "a=%7E&b"),
    ]
    async with answering(OK) as (url, came):
        receipt = await sent(url + "?own=1", replayed(Pairs(headers), body))
    assert (receipt.status, receipt.text) == (200, "ok")
    ((head, taken),) = came
    first, host, *rest = head.decode().strip().split("\r\n")
    assert (first, taken) == ("POST /hook?own=1&a=%7E&b HTTP/1.1", body)
    assert host == f"Host: {url.split('/')[2]}"
    assert rest == [
        "Content-Encoding: gzip",
        "X-Twice: 1",
        "X-Twice: 2",
        "Accept-Encoding: br",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]


class Pairs(dict):
    """Headers of which a name can stand twice."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self._pairs = pairs

    def items(self):
        """Give them all."""
        return self._pairs


@pytest.mark.parametrize(("own", "told"), [((), "lyrics/9"), ((("User-Agent", "theirs"),), "theirs")])
async def test_the_manner_names_the_sender_where_the_letter_does_not_and_adds_headers(own, told):
    manner = Manner("lyrics/9", (("X-Env", "a"), ("X-Env", "b"), ("authorization", "mine")))
    letter = Letter("t", b"{}", (*own, ("Authorization", "theirs")))
    async with answering(OK) as (url, came):
        await sent(url, letter, manner)
    lines = came[0][0].decode().split("\r\n")
    assert f"User-Agent: {told}" in lines
    assert [line for line in lines if line.lower().startswith(("x-env", "authorization"))] == [
        "X-Env: a",
        "X-Env: b",
        "authorization: mine",
    ]


@pytest.mark.parametrize(
    ("answer", "status", "text", "location"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n", 302, "", "/else"),
        (b"HTTP/1.1 201 Made\r\nLocation: /it\r\nContent-Length: 0\r\n\r\n", 201, "", None),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 101, "", None),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, "", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"read"), 200, "read", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nuntrue", 200, "untrue", None),
    ],
)
async def test_an_answer_is_told_and_never_followed(answer, status, text, location):
    async with answering(answer) as (url, came):
        receipt = await sent(url, Letter("t", b"{}"))
    assert (receipt.status, receipt.text, receipt.location) == (status, text, location)
    assert len(came) == 1


@pytest.mark.parametrize(("asked", "there"), [("127.0.0.1", "::1"), ("[::1]", "127.0.0.1")])
async def test_a_neighbour_on_the_other_loopback_address_is_pointed_to(asked, there):
    try:
        socket.create_server((there, 0), family=socket.AF_INET6 if ":" in there else socket.AF_INET).close()
    except OSError:
        pytest.skip(f"this machine has no {there}")
    async with answering(OK, there) as (url, _):
        port = url.split("/")[2].rsplit(":", 1)[1]
        receipt = await sent(f"http://{asked}:{port}/hook", Letter("t", b"{}"))
    assert (receipt.status, receipt.reached) == (None, False)
    assert url in receipt.error


async def test_a_certificate_that_is_not_trusted_is_named_and_taken_when_told_to(certificate):
    async with answering(OK, ssl=certificate) as (plain, came):
        url = plain.replace("http:", "https:")
        refused = await sent(url, Letter("t", b"{}"))
        assert (refused.status, refused.reached, came) == (None, False, [])
        assert "its certificate is not trusted" in refused.error
        assert "--insecure" in refused.error
        assert (await sent(url, Letter("t", b"{}"), Manner(insecure=True))).status == 200
