"""The emulator as a client meets it: real HTTP on loopback, the documented answers."""

import asyncio
import io
import json
import sqlite3
import urllib.request

import pytest
from aiohttp import web

from lyricscli.api.postman import PLAIN, Letter, Postman
from lyricscli.errors import UsageError
from lyricscli.quantities import Rate
from lyricscli.sandbox.behaviour import EmulatorOptions
from lyricscli.sandbox.server import emulator

from .conftest import UNREACHABLE, HeldTime, serving


async def test_a_submission_is_answered_with_a_task_id(start):
    async with start() as api:
        status, answer = await api.submit()
    assert status == 200
    assert answer["code"] == 200
    assert answer["msg"] == "success"
    assert len(answer["data"]["taskId"]) == 32


async def test_a_record_is_pending_until_the_latency_has_passed(start):
    time = HeldTime()
    async with start(latency=5.0, clock=time.clock) as api:
        task = await api.task("a river")
        before = await api.data(task)
        await time.pass_(5.0)
        after = await api.data(task)
    assert (before["status"], before["response"]) == ("PENDING", None)
    assert after["status"] == "SUCCESS"
    assert after["type"] == "LYRICS"
    assert json.loads(after["param"])["prompt"] == "a river"
    assert after["response"]["taskId"] == task
    assert len(after["response"]["data"]) >= 2
    assert set(after["response"]["data"][0]) == {"text", "title", "status", "errorMessage"}


async def test_a_callback_comes_as_documented(start, receiver):
    async with start() as api:
        task = await api.task(callback=receiver.url)
        call = await receiver.next()
    assert call.headers["Content-Type"] == "application/json"
    assert call.json["code"] == 200
    assert call.json["msg"] == "All generated successfully."
    assert call.json["data"]["callbackType"] == "complete"
    assert call.json["data"]["taskId"] == task
    assert call.json["data"]["data"][0]["status"] == "complete"


async def test_kie_names_the_fields_of_its_callback_in_snake_case_and_signs_it(start, receiver):
    async with start(dialect="kie", webhook_key="hook") as api:
        task = await api.task(callback=receiver.url)
        call = await receiver.next()
    assert call.json["data"]["task_id"] == task
    assert "error_message" in call.json["data"]["data"][0]
    assert call.headers["X-Webhook-Timestamp"].isdigit()
    assert call.headers["X-Webhook-Signature"]


async def test_three_retries_then_callback_exception_with_the_lyrics_kept(start, receiver):
    receiver.statuses = [500, 404, 302, 204]
    async with start(retry_spacing=0.0) as api:
        task = await api.task(callback=receiver.url)
        bodies = [(await receiver.next()).body for _ in range(4)]
        await api.events.gave_up()
        record = await api.data(task)
    assert len(set(bodies)) == 1
    assert receiver.calls.empty()
    assert record["status"] == "CALLBACK_EXCEPTION"
    assert record["response"]["data"][0]["text"]


async def test_an_address_that_can_never_resolve_is_accepted_and_counted_as_undelivered(start):
    async with start(retry_spacing=0.0) as api:
        task = await api.task(callback=UNREACHABLE)
        await api.events.gave_up()
        assert (await api.data(task))["status"] == "CALLBACK_EXCEPTION"


async def test_a_receiver_that_does_not_answer_in_time_is_tried_again(start, receiver):
    held = asyncio.Event()

    async def hold(request):
        await receiver.calls.put(request)
        await held.wait()

    async with (
        serving(hold) as url,
        start(callback_timeout=0.05, callback_retries=1, retry_spacing=0.0) as api,
    ):
        await api.task(callback=url)
        await api.events.gave_up()
        held.set()
    assert "no answer within" in api.events[-1].error


async def test_tasks_outlive_the_process_that_accepted_them(start, tmp_path):
    async with start(store=tmp_path / "tasks.sqlite", latency=0.0) as api:
        task = await api.task("the sea")
    async with start(store=tmp_path / "tasks.sqlite") as api:
        first = await api.data(task)
    async with start(store=tmp_path / "tasks.sqlite") as api:
        assert await api.data(task) == first
    assert first["status"] == "SUCCESS"


async def test_an_unknown_task_is_no_error_but_null(start):
    async with start() as api:
        assert await api.record("5c79****") == (200, {"code": 200, "msg": "success", "data": None})


@pytest.mark.parametrize(("dialect", "code", "status"), [("sunoapi", 400, 400), ("kie", 422, 200)])
async def test_a_missing_callback_url_is_refused_in_the_words_of_the_service(start, dialect, code, status):
    async with start(dialect=dialect) as api:
        for body in (
            {"prompt": "x"},
            {"prompt": "x", "callBackUrl": ""},
            {"prompt": "x", "callBackUrl": None},
        ):
            answered, answer = await api.call("POST", "/api/v1/lyrics", json=body)
            assert (answered, answer["code"]) == (status, code)
            assert answer["msg"] == "Please enter callBackUrl."


@pytest.mark.parametrize(
    ("dialect", "fits", "too_long", "code"),
    [("sunoapi", "la " * 200, "la " * 201, 413), ("kie", "x" * 200, "x" * 201, 422)],
)
async def test_the_prompt_is_measured_in_the_unit_of_the_dialect(start, dialect, fits, too_long, code):
    async with start(dialect=dialect) as api:
        await api.task(fits)
        _, answer = await api.submit(too_long)
    assert answer["code"] == code


@pytest.mark.parametrize(("dialect", "status"), [("sunoapi", 401), ("kie", 200)])
async def test_a_wrong_key_is_refused_at_every_call(start, dialect, status):
    credit = {"sunoapi": "/api/v1/generate/credit", "kie": "/api/v1/chat/credit"}[dialect]
    async with start(dialect=dialect, key="right") as api:
        api.key = "wrong"
        answers = [await api.submit(), await api.record("x"), await api.call("GET", credit)]
        assert [(answered, answer["code"]) for answered, answer in answers] == [(status, 401)] * 3
        api.key = "right"
        await api.task()


@pytest.mark.parametrize(("dialect", "code"), [("sunoapi", 429), ("kie", 402)])
async def test_credits_are_spent_and_run_out(start, dialect, code):
    credit = {"sunoapi": "/api/v1/generate/credit", "kie": "/api/v1/chat/credit"}[dialect]
    async with start(dialect=dialect, credits=1.0) as api:
        await api.task()
        assert (await api.call("GET", credit))[1] == {"code": 200, "msg": "success", "data": 0.6}
        await api.task()
        _, answer = await api.submit()
    assert answer["code"] == code


async def test_credits_are_whole_numbers_or_decimals_by_dialect(start):
    async with start() as api:
        _, answer = await api.call("GET", "/api/v1/generate/credit")
        assert isinstance(answer["data"], int)
    async with start(dialect="kie") as api:
        _, answer = await api.call("GET", "/api/v1/chat/credit")
        assert isinstance(answer["data"], float)


async def test_kie_gives_the_credits_of_a_531_back(start, receiver):
    async with start(dialect="kie", credits=1.0) as api:
        await api.task("x sandbox:531", receiver.url)
        call = await receiver.next()
        assert call.json["code"] == 531
        assert (await api.call("GET", "/api/v1/chat/credit"))[1]["data"] == 1.0


@pytest.mark.parametrize(("dialect", "code"), [("sunoapi", 430), ("kie", 429)])
async def test_the_21st_task_within_ten_seconds_is_refused_and_the_window_slides(start, dialect, code):
    time = HeldTime()
    async with start(dialect=dialect, clock=time.clock, latency=1.0) as api:
        for _ in range(20):
            await api.task()
        assert (await api.submit())[1]["code"] == code
        await time.pass_(10.0)
        await api.task()


async def test_the_fourth_read_of_a_task_within_a_second_is_refused(start):
    time = HeldTime()
    async with start(reads=Rate(3, 1.0), clock=time.clock, latency=9.0) as api:
        one, other = await api.task(), await api.task()
        codes = [(await api.record(one))[1]["code"] for _ in range(4)]
        assert codes == [200, 200, 200, 430]
        assert (await api.record(other))[1]["code"] == 200
        await time.pass_(1.0)
        assert (await api.record(one))[1]["code"] == 200


@pytest.mark.parametrize(("dialect", "days"), [("sunoapi", 15), ("kie", 14)])
async def test_a_task_is_forgotten_after_the_retention(start, dialect, days):
    time = HeldTime()
    async with start(dialect=dialect, clock=time.clock) as api:
        task = await api.task()
        await time.pass_(days * 86_400 - 1)
        assert await api.data(task)
        await time.pass_(1)
        assert await api.data(task) is None


async def test_a_path_that_does_not_exist_is_404_with_a_json_body(start):
    async with start() as api:
        for method, path in (
            ("GET", "/api/v1/generate/record-info"),
            ("GET", "/api/v1/lyrics"),
            ("POST", "/"),
        ):
            status, answer = await api.call(method, path)
            assert (status, answer["code"]) == (404, 404)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{", b'"x"', b"[" * 100_000, b"9" * 5000])
async def test_a_body_that_is_no_json_object_is_refused(start, body):
    async with start() as api:
        status, answer = await api.call("POST", "/api/v1/lyrics", data=body, kind="application/json")
    assert (status, answer["code"]) == (400, 400)


async def test_a_body_beyond_all_measure_is_refused(start):
    async with start() as api:
        status, answer = await api.call(
            "POST", "/api/v1/lyrics", data=io.BytesIO(b"x" * 2_000_000), kind="application/json"
        )
    assert (status, answer["code"]) == (413, 413)


async def test_a_prompt_with_a_lone_surrogate_gets_its_lyrics(start):
    async with start() as api:
        body = b'{"prompt":"a \\ud800 b","callBackUrl":"\\udfff"}'
        _, answer = await api.call("POST", "/api/v1/lyrics", data=body, kind="application/json")
        assert (await api.data(answer["data"]["taskId"]))["response"]


async def test_the_newer_route_of_kie_goes_through_its_states(start):
    time = HeldTime()
    job = {"model": "ai-music-api/generate-lyrics", "input": {"prompt": "the sea"}}
    async with start(dialect="kie", clock=time.clock, latency=4.0) as api:
        _, answer = await api.call("POST", "/api/v1/jobs/createTask", json=job)
        task = answer["data"]["taskId"]
        _, early = await api.call("GET", "/api/v1/jobs/recordInfo", params={"taskId": task})
        seen = []
        for _ in range(4):
            await time.pass_(1.0)
            _, answer = await api.call("GET", "/api/v1/jobs/recordInfo", params={"taskId": task})
            seen.append(answer["data"]["state"])
    assert (early["code"], early["msg"]) == (422, "recordInfo is null")
    assert seen == ["waiting", "queuing", "generating", "success"]
    assert json.loads(answer["data"]["resultJson"])["resultObject"]["lyricsData"][0]["text"]


async def test_a_port_that_is_taken_is_a_usage_error(start):
    async with start() as api:
        port = int(api.base.rsplit(":", 1)[1])
        with pytest.raises(UsageError, match=str(port)):
            async with emulator(EmulatorOptions(), port=port):
                raise AssertionError


async def test_a_client_of_the_standard_library_gets_its_lyrics(start):
    def client(base):
        body = json.dumps({"prompt": "a lighthouse", "callBackUrl": UNREACHABLE}).encode()
        headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{base}/api/v1/lyrics", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            task = json.load(answer)["data"]["taskId"]
        url = f"{base}/api/v1/lyrics/record-info?taskId={task}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return json.load(answer)["data"]["response"]["data"]

    async with start() as api:
        assert (await asyncio.to_thread(client, api.base))[0]["text"]


async def test_a_store_that_breaks_is_the_server_error_of_the_service(start, tmp_path):
    async with start(store=tmp_path / "tasks.sqlite") as api:
        task = await api.task()
        with sqlite3.connect(tmp_path / "tasks.sqlite") as other:
            other.execute("DROP TABLE task")
        other.close()
        assert [status for status, _ in (await api.submit(), await api.record(task))] == [500, 500]


async def test_an_answer_in_pieces_is_read_to_its_end():
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b"one ", b"two"):
            await response.write(piece)
        return response

    async with serving(answer) as url, Postman(PLAIN) as postman:
        assert (await postman.post(url, Letter("id", b"{}"), deadline=10)).body == b"one two"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /api/v1/lyrics/record-info?taskId=%ff%ed%a0%80 HTTP/1.1", b"200"),
        (b"GET /api/v1/lyrics/record-info?taskId=\xff HTTP/1.1", b"400"),
        (b"\x16\x03\x01\x02", b"400"),
    ],
)
async def test_bytes_that_are_no_text_or_no_http_are_answered_and_raise_nothing(start, caplog, line, status):
    async with start() as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(api.base.rsplit(":", 1)[1]))
        writer.write(line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
    assert answer.split()[1] == status
    assert caplog.text == ""


async def request(api, head, body=b'{"prompt": "x", "callBackUrl": "http://x.invalid/"}'):
    """Send a submission with these header lines; return the status and what the body says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.base.rsplit(":", 1)[1]))
    lines = "".join(f"{line}\r\n" for line in (*head, f"Content-Length: {len(body)}", "Connection: close"))
    writer.write(f"POST /api/v1/lyrics HTTP/1.1\r\n{lines}\r\n".encode() + body)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return int(answer.split()[1]), json.loads(answer.partition(b"\r\n\r\n")[2])["msg"]


KIND = "Content-Type: application/json"


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (["Host: 127.0.0.1", "Content-Type: text/plain"], "application/json"),
        (["Host: 127.0.0.1"], "application/json"),
        (["Host: 127.0.0.1", KIND, "Origin: https://evil.example"], "Origin"),
        (["Host: 127.0.0.1", KIND, "Origin: null"], "Origin"),
        (["Host: 127.0.0.1", KIND, "Origin: http://127.0.0.1:1"], "Origin"),
        (["Host: rebound.example:80", KIND], "another host"),
        (["Host: 127.0.0.1.evil.example", KIND], "another host"),
        (["Host: [broken", KIND], "another host"),
    ],
)
async def test_what_a_web_page_could_send_is_refused_and_makes_no_task(start, head, why):
    async with start() as api:
        status, message = await request(api, head)
    assert status == 403
    assert why in message


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "LOCALHOST:8787", "[::1]:8787", "127.9.9.9"])
async def test_a_program_is_served_by_any_loopback_name(start, host):
    async with start() as api:
        assert (await request(api, [f"Host: {host}", KIND]))[0] == 200
        assert (await request(api, [f"Host: {host}", KIND, f"Origin: http://{host}"]))[0] == 200


async def test_bound_elsewhere_any_host_is_served_and_still_no_page(start):
    async with start(host="0.0.0.0") as api:
        assert api.base.startswith("http://127.0.0.1:")
        assert (await request(api, ["Host: sandbox:8787", KIND]))[0] == 200
        assert (await request(api, ["Host: sandbox:8787", KIND, "Origin: https://evil.example"]))[0] == 403
