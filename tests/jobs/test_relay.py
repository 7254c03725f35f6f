"""The relay over real connections: what a sender is answered, what a receiver gets, what is told."""

import asyncio
import gc
import gzip
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from lyricscli import processes
from lyricscli.api.headers import sign
from lyricscli.api.postman import PLAIN
from lyricscli.config.settings import Secret
from lyricscli.delivery.gate import Address, Back, Dropped, Lost, Opened, Plan, Upkeep
from lyricscli.errors import LibraryError, TunnelError
from lyricscli.jobs import relay
from lyricscli.jobs.relay import Arrived, Forwarded, Refused, Relay, Terms, arrival
from lyricscli.store.recordings import Recording, Recordings

BODY = b'{ "code":200, "msg":"ok","data":{"callbackType":"complete","taskId":"t1","data":[{"text":"La"}]} }'
JSON = {"Content-Type": "application/json"}
PATIENCE = 20


class Told:
    """Takes the events of a relay; a test waits for the next one."""

    def __init__(self):
        self.events = []
        self._queue = asyncio.Queue()

    def __call__(self, event):
        """Take one."""
        self.events.append(event)
        self._queue.put_nowait(event)

    async def next(self):
        """Wait for one."""
        return await asyncio.wait_for(self._queue.get(), PATIENCE)


class Wire(Address):
    """An address that a test can cut; `fails` makes it impossible to open."""

    def __init__(self, url, *, fails=False, returns=False):
        super().__init__(url)
        self._fails = fails
        self._returns = returns
        self.cut = asyncio.Event()
        self.closed = asyncio.Event()

    async def url(self):
        """Return it."""
        if self._fails:
            raise TunnelError("no tunnel today", "Try tomorrow.")
        return await super().url()

    async def lost(self):
        """Return once cut."""
        await self.cut.wait()
        return TunnelError("cut", "Wait.")

    async def back(self):
        """Stay away, unless it is to come back."""
        self.cut.clear()
        if not self._returns:
            raise TunnelError("it stays away")

    async def close(self):
        """Note it."""
        self.closed.set()


PATIENT = Upkeep()
QUICK = Upkeep(probe_timeout=0.1, pauses=(0.01,))


def loopback(port):
    return Address(f"http://127.0.0.1:{port}")


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def recordings(tmp_path):
    return Recordings(tmp_path / "callbacks")


@pytest.fixture
def relaying(told, recordings):
    """Run a relay in the background; yield its callback URL and its task."""

    @asynccontextmanager
    async def run(address=loopback, upkeep=PATIENT, **terms):
        made = Relay(Plan(address, upkeep=upkeep), Terms(**terms), recordings, told)
        task = asyncio.create_task(made.run())
        try:
            yield (await told.next()).url, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return run


@asynccontextmanager
async def receiving(answer):
    """Serve `answer` and yield its URL."""
    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def post(url, body=BODY, headers=JSON, method="POST"):
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.read()


async def test_garbage_is_looked_for_as_often_as_usual_once_the_start_is_over(relaying):
    before = gc.get_threshold()
    gc.set_threshold(100_000)
    try:
        async with relaying() as (url, _):
            await post(url)
        assert gc.get_threshold()[0] == processes.USUAL_GARBAGE
    finally:
        gc.set_threshold(*before)


async def test_a_callback_is_shown_recorded_and_answered_200(relaying, told, recordings):
    async with relaying() as (url, _):
        assert await post(url) == (200, b'{"status":"received"}\n')
        arrived = await told.next()
    assert (arrived.task_id, arrived.verdict) == ("t1", "complete, 1 variant, documented shape")
    assert recordings.find("last").body == arrived.recording.body == BODY


async def test_a_receiver_gets_body_and_headers_as_they_came_and_its_status_goes_back(relaying, told):
    came = []

    async def answer(request):
        came.append((request.path, dict(request.headers), await request.read()))
        return web.Response(status=418, text="short and stout")

    headers = {
        **JSON,
        "X-Webhook-Signature": "s",
        "User-Agent": "sender/1",
        "Connection": "X-Hop",
        "X-Hop": "mine",
        "TE": "trailers",
        "Authorization": "Bearer theirs",
    }
    async with receiving(answer) as receiver, relaying(forward_to=receiver) as (url, _):
        assert (await post(url, headers=headers))[0] == 418
    (path, passed, body), *more = came
    assert (path, body, more) == ("/hook", BODY, [])
    assert {name: passed[name] for name in ("X-Webhook-Signature", "User-Agent", "Authorization")} == {
        "X-Webhook-Signature": "s",
        "User-Agent": "sender/1",
        "Authorization": "Bearer theirs",
    }
    assert passed["Content-Type"] == "application/json"
    assert passed["Host"] in receiver
    assert not {"X-Hop", "TE"} & set(passed)
    _, _, forwarded = told.events
    assert isinstance(forwarded, Forwarded)
    assert (forwarded.receipt.status, forwarded.receipt.body) == (418, b"short and stout")


@pytest.mark.parametrize(("status", "passed"), [(101, 502), (304, 304), (599, 599)])
async def test_only_a_status_that_ends_an_answer_is_passed_back(relaying, status, passed):
    async def receiver(reader, writer):
        await reader.readuntil(b"}")
        writer.write(f"HTTP/1.1 {status} X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(receiver, "127.0.0.1", 0) as server:
        there = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with relaying(forward_to=there) as (url, _):
            assert (await post(url, b"{}"))[0] == passed


async def test_a_compressed_callback_reaches_a_receiver_that_reads_it_and_its_answer_goes_back(
    relaying, told, recordings
):
    came = []

    async def answer(request):
        came.append((request.path_qs, request.headers.getall("X-Twice"), await request.json()))
        zipped = {"Content-Encoding": "gzip", "Content-Type": "x/y"}
        return web.Response(status=409, body=gzip.compress(b"no, thanks"), headers=zipped)

    zipped = [*JSON.items(), ("Content-Encoding", "gzip"), ("X-Twice", "1"), ("X-Twice", "2")]
    async with receiving(answer) as receiver:
        async with relaying(forward_to=receiver) as (url, _):
            async with (
                aiohttp.ClientSession() as session,
                session.post(url + "?q=1", data=gzip.compress(BODY), headers=zipped) as said,
            ):
                assert (said.status, await said.read()) == (409, b"no, thanks")
                assert said.headers["Content-Type"] == "x/y"
            arrived, forwarded = await told.next(), await told.next()
        assert (arrived.task_id, forwarded.receipt.text) == ("t1", "no, thanks")
        again = await relay.replay(recordings.find("last"), receiver, PLAIN)
    assert again.status == 409
    assert came == [("/hook?q=1", ["1", "2"], json.loads(BODY))] * 2


async def test_a_redirect_is_passed_back_and_not_followed(relaying):
    asked = []

    async def answer(request):
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with receiving(answer) as receiver, relaying(forward_to=receiver) as (url, _):
        assert (await post(url))[0] == 302
    assert asked == ["/hook"]


async def test_a_receiver_that_hangs_is_given_up_and_the_sender_gets_502(relaying, told, monkeypatch):
    monkeypatch.setattr(relay, "FORWARD_TIMEOUT", 0.1)

    async def answer(_):
        await asyncio.Event().wait()

    async with receiving(answer) as receiver, relaying(forward_to=receiver) as (url, _):
        assert (await post(url))[0] == 502
    assert told.events[-1].receipt.error == "no answer within 0.1 s"


async def test_a_receiver_that_is_not_there_makes_a_502(relaying, told, unused_tcp_port):
    async with relaying(forward_to=f"http://127.0.0.1:{unused_tcp_port}/") as (url, _):
        assert (await post(url))[0] == 502
    assert told.events[-1].receipt.reached is False


async def test_it_ends_after_as_many_as_were_wanted_and_the_last_is_answered(relaying, told):
    async with relaying(most=2) as (url, task):
        assert [(await post(url))[0] for _ in range(2)] == [200, 200]
        assert await asyncio.wait_for(task, PATIENCE) == 2
    assert [type(event) for event in told.events] == [Opened, Arrived, Arrived]


async def test_more_than_were_wanted_are_put_off(relaying):
    go_on, busy = asyncio.Event(), asyncio.Event()

    async def answer(_):
        busy.set()
        await go_on.wait()
        return web.Response()

    async with receiving(answer) as receiver, relaying(most=1, forward_to=receiver) as (url, task):
        first = asyncio.create_task(post(url))
        await busy.wait()
        assert (await post(url))[0] == 503
        go_on.set()
        assert (await first)[0] == 200
        assert await asyncio.wait_for(task, PATIENCE) == 1


async def test_it_ends_when_its_time_is_over(relaying):
    async with relaying(timeout=0.01) as (_, task):
        assert await asyncio.wait_for(task, PATIENCE) == 0


async def test_what_is_no_callback_on_the_secret_path_is_told_and_refused_like_anything_else(relaying, told):
    async with relaying() as (url, _):
        assert await post(url, method="GET") == (404, b"not found\n")
        assert await post(url, b"<p>", {"Content-Type": "text/html"}) == (404, b"not found\n")
        assert await post(url + "x") == (404, b"not found\n")
    assert [event.reason for event in told.events if isinstance(event, Refused)] == [
        "it is a GET, not a POST",
        "its body is no JSON (its content type is text/html)",
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"<html>", b'{"code":200}'])
async def test_a_body_that_makes_no_sense_is_taken_and_described(relaying, told, body):
    async with relaying() as (url, _):
        assert (await post(url, body))[0] == 200
        arrived = await told.next()
    assert arrived.task_id is None
    assert arrived.verdict.isprintable()
    assert arrived.recording.body == body


async def test_a_lost_address_is_opened_again_on_the_same_secret_path(relaying, told):
    wires = []

    def address(port):
        fails = len(wires) == 1
        wires.append(Wire(f"http://{'localhost' if wires else '127.0.0.1'}:{port}", fails=fails))
        return wires[-1]

    async with relaying(address, Upkeep(pauses=(0.01, 0.02))) as (first, _):
        wires[0].cut.set()
        dropped, lost, failed, opened = [await told.next() for _ in range(4)]
        assert (await post(opened.url))[0] == 200
    assert [type(event) for event in (dropped, lost, failed, opened)] == [Dropped, Lost, Lost, Opened]
    assert [lost.retry_in, failed.retry_in] == [0.01, 0.02]
    said = [event.error.message for event in (dropped, lost, failed)]
    assert said == ["cut", "it stays away", "no tunnel today"]
    assert first.replace("127.0.0.1", "localhost") == opened.url
    assert all(wire.closed.is_set() for wire in wires)


async def test_an_address_that_comes_back_by_itself_is_kept(relaying, told):
    """Ten minutes with a blip each minute, but for the minutes."""
    wires = []

    def address(port):
        wires.append(Wire(f"http://127.0.0.1:{port}", returns=True))
        return wires[-1]

    async with relaying(address) as (url, _):
        for _ in range(10):
            wires[0].cut.set()
            dropped, back = await told.next(), await told.next()
            assert (type(dropped), back) == (Dropped, Back(url))
        assert (await post(url))[0] == 200
    assert len(wires) == 1


@pytest.mark.parametrize("why", ["silence", "a clock that jumps"])
@pytest.mark.parametrize("is_dead", [True, False])
async def test_a_silent_url_is_probed_and_spoken_of_only_when_it_is_dead(relaying, told, why, is_dead):
    """A front in the user's own hands stops to lead here, and nothing else would say so."""
    probes, probed = 0, asyncio.Event()
    hours = iter(range(0, 10**9, 3600))

    async def front(request):
        nonlocal probes
        probes += 1
        if probes > 2:
            probed.set()
        if probes > 1 and is_dead:
            return web.Response(status=502)
        status, _ = await post(f"{behind[0]}{request.path}", await request.read())
        return web.Response(status=status)

    behind = []
    async with receiving(front) as url:

        def address(port):
            behind.append(f"http://127.0.0.1:{port}")
            return Address(url.removesuffix("/hook"))

        clock = (lambda: next(hours)) if why != "silence" else (lambda: 0.0)
        keep = Upkeep(0.1, (30.0,), idle=0.0 if why == "silence" else 60.0, tick=0.01, clock=clock)
        async with relaying(address, keep):
            if is_dead:
                lost = await told.next()
                assert (type(lost), "it answers 502" in lost.error.message) == (Lost, True)
            else:
                await asyncio.wait_for(probed.wait(), PATIENCE)
    assert [type(event) for event in told.events] == ([Opened, Lost] if is_dead else [Opened])


async def test_an_address_that_cannot_be_opened_at_first_is_an_error(told, recordings):
    wire = Wire("", fails=True)
    made = Relay(Plan(lambda _: wire), Terms(), recordings, told)
    with pytest.raises(TunnelError, match="no tunnel today"):
        await made.run()
    assert wire.closed.is_set()
    assert told.events == []


ELSEWHERE = {
    "it answers 200": {"text": "welcome"},
    "a redirect to https://elsewhere.example/": {
        "status": 301,
        "headers": {"Location": "https://elsewhere.example/"},
    },
    "it answers 500": {"status": 500},
    "ERR_NGROK_3200": {"status": 404, "text": "The endpoint is offline.\r\n\r\nERR_NGROK_3200\r\n"},
}


@pytest.mark.parametrize("said", ELSEWHERE)
async def test_a_url_that_leads_elsewhere_is_never_said_to_work(told, recordings, said):
    async def answer(_):
        return web.Response(**ELSEWHERE[said])

    async with receiving(answer) as elsewhere:
        plan = Plan(lambda _: Address(elsewhere), upkeep=QUICK)
        made = Relay(plan, Terms(), recordings, told)
        with pytest.raises(TunnelError, match="does not lead back here") as caught:
            await made.run()
    assert said in caught.value.message
    assert caught.value.advice
    assert told.events == []


async def test_a_url_that_hangs_is_given_up_in_time(told, recordings):
    async def answer(_):
        await asyncio.Event().wait()

    async with receiving(answer) as elsewhere:
        plan = Plan(lambda _: Address(elsewhere), upkeep=QUICK)
        made = Relay(plan, Terms(), recordings, told)
        with pytest.raises(TunnelError, match="no answer"):
            await asyncio.wait_for(made.run(), PATIENCE)


async def test_the_probe_asks_for_no_interstitial_and_survives_a_prefix(told, recordings):
    seen = []

    async def proxy(request):
        seen.append(request.headers)
        target = f"http://127.0.0.1:{ports[0]}{request.path}"
        status, body = await post(target, await request.read(), dict(request.headers))
        return web.Response(status=status, body=body)

    ports = []
    async with receiving(proxy) as front:

        def address(port):
            ports.append(port)
            return Address(front + "/prefix/")

        made = Relay(Plan(address), Terms(most=1), recordings, told)
        task = asyncio.create_task(made.run())
        url = (await told.next()).url
        assert url.startswith(front + "/prefix/c/")
        assert (await post(url))[0] == 200
        assert await asyncio.wait_for(task, PATIENCE) == 1
    assert (seen[0]["ngrok-skip-browser-warning"], seen[0]["User-Agent"]) == ("1", "lyrics")


async def test_the_probe_is_neither_shown_nor_recorded(relaying, told, recordings):
    async with relaying(most=1) as (url, _):
        await post(url)
        await told.next()
    assert recordings.find("last").number == 1
    assert len(told.events) == 2


async def test_a_reader_that_is_gone_ends_it(told, recordings):
    def report(event):
        told(event)
        if isinstance(event, Arrived):
            raise BrokenPipeError

    made = Relay(Plan(loopback), Terms(), recordings, report)
    task = asyncio.create_task(made.run())
    assert (await post((await told.next()).url))[0] == 500
    with pytest.raises(BrokenPipeError):
        await asyncio.wait_for(task, PATIENCE)


async def test_a_disk_that_takes_nothing_ends_it_and_the_sender_hears_so(told, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    made = Relay(Plan(loopback), Terms(), Recordings(tmp_path / "file" / "x"), told)
    task = asyncio.create_task(made.run())
    assert (await post((await told.next()).url))[0] == 500
    with pytest.raises(LibraryError):
        await asyncio.wait_for(task, PATIENCE)


@pytest.mark.parametrize(
    ("key", "said"),
    [("right", "its signature is right"), ("wrong", "The callback's signature is wrong.")],
)
def test_with_a_webhook_key_the_verdict_speaks_of_the_signature(key, said):
    body = json.dumps({"code": 200, "msg": "", "data": {"task_id": "t", "data": [{"text": "La"}]}}).encode()
    stamp = {"X-Webhook-Timestamp": "1000", "X-Webhook-Signature": sign("t", "1000", key)}
    ours = Secret("right")
    assert arrival(Recording(1, 1000.0, stamp, body), ours).verdict.endswith("; " + said)
    assert arrival(Recording(1, 1000.0, {}, body), ours).verdict.endswith("; The callback is not signed.")
