"""The client against real servers on loopback, which answer, lie, hang up or stay silent."""

import asyncio
import json
import re
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from lyricscli import __version__
from lyricscli.api.client import LONGEST_BODY, Client
from lyricscli.api.providers import DIALECTS
from lyricscli.errors import (
    NoKeyError,
    NotAcceptedError,
    Reason,
    ServiceError,
    UnknownSubmissionError,
    UsageError,
)
from lyricscli.models import TaskStatus

KEY = "sk-marked-key"
HASTY = 0.3
ACCEPTED = {"code": 200, "msg": "success", "data": {"taskId": "5c79"}}


class Service:
    """An HTTP server that gives every request the same answer, and remembers the requests."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.url = ""

    async def handle(self, request):
        """Remember the request and give the answer."""
        self.requests.append((request, await request.read()))
        return await self.answer(request)


@asynccontextmanager
async def serving(answer):
    service = Service(answer)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(handle):
    """Serve TCP, for what no HTTP library would send."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


def answering(content, status=200, headers=None):
    async def answer(_):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return web.Response(body=body, status=status, headers=headers)

    return answer


async def silent(_):
    await asyncio.Event().wait()


async def submit_to(url, **more):
    async with Client(url, DIALECTS["sunoapi"], KEY, **more) as client:
        return await client.submit("a prompt", "https://e.test/c")


async def test_a_submission_is_one_post_with_key_and_body():
    async with serving(answering(ACCEPTED)) as service:
        task_id, reply = await submit_to(service.url)
    assert (task_id, reply.status) == ("5c79", 200)
    assert json.loads(reply.body) == ACCEPTED
    [(request, body)] = service.requests
    assert (request.method, request.path) == ("POST", "/api/v1/lyrics")
    assert json.loads(body) == {"prompt": "a prompt", "callBackUrl": "https://e.test/c"}
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["User-Agent"] == f"lyricscli/{__version__}"


@pytest.mark.parametrize("task_id", ["a*b", "a b+c&d=e#f%41/../ü", "?taskId=x"])
async def test_an_id_reaches_the_service_exactly(task_id):
    async with (
        serving(answering({"code": 200, "data": {"taskId": "t", "status": "PENDING"}})) as service,
        Client(service.url, DIALECTS["sunoapi"], KEY) as client,
    ):
        outcome, reply = await client.record(task_id)
    [(request, _)] = service.requests
    assert dict(request.query) == {"taskId": task_id}
    assert request.path == "/api/v1/lyrics/record-info"
    assert outcome is not None
    assert (outcome.status, reply.status) == (TaskStatus.PENDING, 200)


async def test_each_dialect_has_its_paths_below_the_base_url():
    async with serving(answering({"code": 200, "data": 5916.25})) as service:
        async with Client(service.url + "/prefix/", DIALECTS["kie-jobs"]) as client:
            assert await client.credits() == 5916.25
        [(request, _)] = service.requests
        assert request.path == "/prefix/api/v1/chat/credit"
        assert "Authorization" not in request.headers


async def test_a_refused_connection_sent_nothing():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotAcceptedError) as caught:
        await submit_to(f"http://127.0.0.1:{port}")
    assert caught.value.error.reason is Reason.UNAVAILABLE
    assert "Nothing was sent" in caught.value.message


async def test_an_unknown_name_sent_nothing():
    with pytest.raises(NotAcceptedError, match="name is not known"):
        await submit_to("http://lyrics.invalid")


async def test_a_failed_tls_handshake_sent_nothing():
    async def hello(_, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with raw_server(hello) as url:
        with pytest.raises(NotAcceptedError):
            await submit_to(url.replace("http:", "https:"))


async def test_a_certificate_that_is_not_trusted_is_not_tried_again_and_names_the_remedy(certificate):
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=certificate)
    async with server:
        with pytest.raises(ServiceError, match="not trusted") as caught:
            await submit_to(f"https://localhost:{server.sockets[0].getsockname()[1]}")
    assert not isinstance(caught.value, NotAcceptedError | UnknownSubmissionError)
    assert "Nothing was sent" in caught.value.message
    assert "SSL_CERT_FILE" in caught.value.message


async def hang_up(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def hang_up_in_the_body(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"code":200,')
    writer.close()


async def speak_no_http(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\x01SSH-2.0 nonsense\r\n\r\n")
    writer.close()


async def reset(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


LOSSES = pytest.mark.parametrize("fault", [hang_up, hang_up_in_the_body, speak_no_http, reset])


@LOSSES
async def test_a_connection_lost_after_the_request_leaves_the_task_unknown(fault):
    async with raw_server(fault) as url:
        with pytest.raises(UnknownSubmissionError):
            await submit_to(url)


@LOSSES
async def test_a_connection_lost_in_a_read_is_worth_another_try(fault):
    async with raw_server(fault) as url, Client(url, DIALECTS["sunoapi"], KEY) as client:
        with pytest.raises(ServiceError) as caught:
            await client.record("t")
    assert caught.value.error.reason is Reason.UNAVAILABLE


WHOLE = json.dumps(ACCEPTED, separators=(",", ":")).encode()
IN_CHUNKS = WHOLE[:20], WHOLE[20:]


def http(body, *headers):
    lines = (b"HTTP/1.1 200 OK", b"Content-Type: application/json", *headers, b"", b"")
    return b"\r\n".join(lines) + body


def length(number=None):
    return b"Content-Length: %d" % (len(WHOLE) if number is None else number)


CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in IN_CHUNKS)
# Answers of which no HTTP library makes sense, or not all, and in which the whole object came.
ODD = {
    "closed before the length": http(WHOLE, length(len(WHOLE) + 50)),
    "longer than the length": http(WHOLE, length(len(WHOLE) - 20)),
    "length of nothing": http(WHOLE, length(0)),
    "length that is none": http(WHOLE, b"Content-Length: many"),
    "two lengths": http(WHOLE, length(5), length()),
    "last chunk missing": http(CHUNKS, CHUNKED),
    "broken chunk": http(CHUNKS + b"zz\r\n", CHUNKED),
    "no chunks": http(WHOLE, CHUNKED),
    "no gzip": http(WHOLE, length(), b"Content-Encoding: gzip"),
    "no brotli": http(WHOLE, length(), b"Content-Encoding: br"),
    "header of 60,000 bytes": http(WHOLE, length(), b"Content-Security-Policy: " + b"x" * 60_000),
    "300 headers": http(WHOLE, length(), *(b"X-%d: y" % number for number in range(300))),
    "broken header": http(WHOLE, length(), b"X y: z"),
    "header without colon": http(WHOLE, length(), b"X-y"),
    "no body by its status": http(WHOLE, length()).replace(b"200 OK", b"204 No Content"),
    "no head": WHOLE,
    "comment behind": http(WHOLE + b"<!-- cached -->"),
    "warning before": http(b"<b>Warning</b>: {x} in line 1\n" + WHOLE),
    "cut behind the id": http(WHOLE[:-1], length()),
    "message in GBK": http(b'{"code":200,"msg":"\xb3\xc9\xb9\xa6","data":{"taskId":"5c79"}}'),
}


def sending(data):
    async def send(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"Content-Length: (\d+)", head)
        await reader.readexactly(int(size[1]) if size else 0)
        writer.write(data)
        writer.close()

    return send


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
async def test_a_whole_object_with_an_id_counts_whatever_is_around_it(answer):
    async with raw_server(sending(answer)) as url:
        assert (await submit_to(url))[0] == "5c79"


RECORD = b'{"code":200,"data":{"taskId":"t","status":"SUCCESS","response":[{"text":"la"}]}}'


@pytest.mark.parametrize("name", ODD.keys() - {"cut behind the id", "message in GBK"})
async def test_lyrics_count_whatever_is_around_them(name):
    chunks = b"%x\r\n%s\r\n" % (len(RECORD), RECORD)
    answer = ODD[name].replace(length(), length(len(RECORD))).replace(CHUNKS, chunks).replace(WHOLE, RECORD)
    async with raw_server(sending(answer)) as url, Client(url, DIALECTS["sunoapi"], KEY) as client:
        outcome, _ = await client.record("t")
    assert outcome is not None
    assert outcome.status is TaskStatus.COMPLETE


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "the connection was lost"),
        (http(WHOLE[:30], length()), "the answer broke off; what came is HTTP 200"),
        (
            http(b"<html><title>Bad</title>", length(999)),
            'broke off; what came is HTTP 200, an HTML page, "Bad"',
        ),
        (http(b"\xff\xfe", b"X y: z"), "no HTTP that can be read"),
        (http(b"")[:30], "the connection was lost"),
    ],
)
async def test_a_doubtful_answer_says_what_happened_and_keeps_its_bytes(answer, why):
    async with raw_server(sending(answer)) as url:
        with pytest.raises(UnknownSubmissionError, match=re.escape(why)) as caught:
            await submit_to(url)
    assert caught.value.body == answer.partition(b"\r\n\r\n")[2] or caught.value.body == answer


async def slow_body(request):
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b'{"code":200,')
    await asyncio.Event().wait()


@pytest.mark.parametrize("fault", [silent, slow_body])
async def test_silence_after_the_request_leaves_the_task_unknown_and_is_never_repeated(fault):
    async with serving(fault) as service:
        with pytest.raises(UnknownSubmissionError, match=r"no answer within 0\.3 s"):
            await submit_to(service.url, limit=HASTY)
        assert len(service.requests) == 1


async def test_silence_in_a_read_is_worth_another_try():
    async with serving(silent) as service, Client(service.url, DIALECTS["sunoapi"], limit=HASTY) as client:
        with pytest.raises(ServiceError) as caught:
            await client.record("t")
    assert caught.value.error.reason is Reason.UNAVAILABLE


async def endless(request):
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 2**20)


async def test_a_body_without_end_is_cut_off():
    async with serving(endless) as service, Client(service.url, DIALECTS["sunoapi"]) as client:
        with pytest.raises(UnknownSubmissionError, match="longer than 8 MiB"):
            await client.submit("p", "https://e.test/c")
        with pytest.raises(ServiceError, match="longer than 8 MiB") as caught:
            await client.record("t")
    assert caught.value.error.reason is Reason.BAD_RESPONSE


async def test_a_compressed_body_is_bounded_by_what_it_unpacks_to():
    async def bomb(_):
        response = web.Response(body=b" " * (LONGEST_BODY + 1))
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with serving(bomb) as service, Client(service.url, DIALECTS["sunoapi"]) as client:
        with pytest.raises(ServiceError) as caught:
            await client.record("t")
    assert caught.value.error.reason is Reason.BAD_RESPONSE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(status):
    async with serving(answering(ACCEPTED)) as other:
        there = {"Location": f"{other.url}/api/v1/lyrics"}
        async with (
            serving(answering(b"", status, there)) as service,
            Client(service.url, DIALECTS["sunoapi"], KEY) as client,
        ):
            for call in (client.submit("p", "https://e.test/c"), client.record("t"), client.credits()):
                with pytest.raises(ServiceError, match="redirects to") as caught:
                    await call
                assert caught.value.error.reason is Reason.BAD_RESPONSE
                assert not isinstance(caught.value, UnknownSubmissionError)
        assert other.requests == []


@pytest.mark.parametrize(("content", "status"), [(b"<html>Bad Gateway</html>", 502), (b"", 200), (b"", 522)])
async def test_an_answer_without_sense_leaves_the_task_unknown(content, status):
    async with serving(answering(content, status)) as service:
        with pytest.raises(UnknownSubmissionError):
            await submit_to(service.url)


async def test_the_services_pause_comes_with_the_error():
    throttle = answering({"code": 430, "msg": "Too fast"}, 430, {"Retry-After": "7"})
    async with serving(throttle) as service:
        with pytest.raises(NotAcceptedError) as caught:
            await submit_to(service.url)
    assert caught.value.retry_after == 7.0


async def test_a_proxy_in_the_environment_is_not_asked_for_loopback(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(answering(ACCEPTED)) as service:
        assert (await submit_to(service.url))[0] == "5c79"
        for name in ("localhost", "a.localhost", "localhost."):
            assert (await submit_to(service.url.replace("127.0.0.1", name)))[0] == "5c79"


async def test_a_proxy_in_the_environment_is_used_for_others_with_its_password(monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with serving(answering(ACCEPTED)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//user:word@"))
        assert (await submit_to("http://lyrics.invalid"))[0] == "5c79"
        [(request, _)] = proxy.requests
        assert request.headers["Host"] == "lyrics.invalid"
        assert request.headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "status", [b"403 Forbidden", b"407 Proxy Authentication Required", b"502 Bad Gateway"]
)
async def test_a_proxy_that_refuses_to_connect_has_accepted_nothing(monkeypatch, status):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with raw_server(refuse) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        with pytest.raises(NotAcceptedError, match="the proxy refused") as caught:
            await submit_to("https://lyrics.invalid")
    assert status[:3].decode() in caught.value.message


async def test_no_proxy_is_honoured(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "lyrics.invalid")
    with pytest.raises(NotAcceptedError, match="name is not known"):
        await submit_to("http://lyrics.invalid")


async def test_a_netrc_entry_does_not_get_in_the_keys_way(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with serving(answering(ACCEPTED)) as service:
        await submit_to(service.url)
    assert service.requests[0][0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.test",
        "ftp://api.test",
        "http://",
        "http://[::1",
        "http://api.test:99999",
        "https://me:word@api.test",
        "https://api.test/?a=b",
        "https://api.test/#a",
    ],
)
def test_a_base_url_that_is_none_is_a_usage_error(url):
    with pytest.raises(UsageError):
        Client(url, DIALECTS["sunoapi"])


@pytest.mark.parametrize("key", ["", "a b", "a\nX-Evil: 1", "schlüssel", "a\x00"])
def test_a_key_that_is_none_is_refused_without_being_shown(key):
    with pytest.raises(NoKeyError) as caught:
        Client("https://api.test", DIALECTS["sunoapi"], key)
    assert not key or key not in caught.value.message


async def test_the_key_is_in_no_text_of_the_client_or_its_errors():
    client = Client("http://lyrics.invalid", DIALECTS["sunoapi"], KEY)
    async with client:
        with pytest.raises(ServiceError) as caught:
            await client.submit("p", "https://e.test/c")
    error = caught.value
    for text in (
        repr(client),
        str(client),
        repr(error),
        str(error),
        repr(error.__cause__),
        str(error.__cause__),
    ):
        assert KEY not in text
