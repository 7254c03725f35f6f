"""Every scenario does what its name says, for a client and a receiver on loopback."""

import json

import aiohttp
import pytest

from lyricscli.errors import UsageError
from lyricscli.sandbox.answers import FOREIGN_ID, HUGE_BYTES
from lyricscli.sandbox.behaviour import Delivered
from lyricscli.sandbox.scenarios import SCENARIOS, named, of_prompt, without_marker
from lyricscli.sandbox.wire import HTML_CODES

from .conftest import HeldTime

REFUSALS = [one for one in SCENARIOS.values() if one.refusal and not one.once]
CODES = [name for name in SCENARIOS if name.isdigit()]


@pytest.mark.parametrize("dialect", ["sunoapi", "kie"])
@pytest.mark.parametrize("scenario", REFUSALS, ids=lambda one: one.name)
async def test_a_refused_submission_brings_its_code_and_makes_no_task(start, dialect, scenario):
    async with start(dialect=dialect, credits=0.4) as api:
        status, answer = await api.submit(f"a river sandbox:{scenario.name}")
        if scenario.refusal in HTML_CODES:
            assert (status, answer[:15]) == (scenario.refusal, "<!DOCTYPE html>")
        else:
            assert answer["code"] == scenario.refusal
            assert status == (scenario.refusal if dialect == "sunoapi" else 200)
        await api.task()


async def test_busy_refuses_a_prompt_once(start):
    async with start() as api:
        assert (await api.submit("x sandbox:busy"))[1]["code"] == 430
        await api.task("x sandbox:busy")


@pytest.mark.parametrize(
    ("name", "status", "start_of_body"),
    [
        ("submit-502", 502, "<!DOCTYPE html>"),
        ("submit-524", 524, "<!DOCTYPE html>"),
        ("submit-empty", 200, ""),
    ],
)
async def test_an_answer_that_says_nothing_hides_a_task_that_exists(
    start, receiver, name, status, start_of_body
):
    async with start() as api:
        answered, body = await api.submit(f"x sandbox:{name}", receiver.url)
        task = (await receiver.next()).json["data"]["taskId"]
        assert (answered, body[:15]) == (status, start_of_body)
        assert (await api.data(task))["status"] == "SUCCESS"


async def test_submit_null_answers_success_without_an_id(start, receiver):
    async with start() as api:
        assert await api.submit("x sandbox:submit-null", receiver.url) == (
            200,
            {"code": 200, "msg": "success", "data": None},
        )
        assert await api.data((await receiver.next()).json["data"]["taskId"])


async def test_hang_up_closes_the_connection_once_the_task_exists(start, receiver):
    async with start() as api:
        with pytest.raises(aiohttp.ClientConnectionError):
            await api.submit("x sandbox:hang-up", receiver.url)
        assert await api.data((await receiver.next()).json["data"]["taskId"])


async def test_hang_never_answers_and_the_emulator_still_stops(start, receiver):
    async with start() as api:
        with pytest.raises(TimeoutError):
            await api.call(
                "POST",
                "/api/v1/lyrics",
                json={"prompt": "x sandbox:hang", "callBackUrl": receiver.url},
                timeout=aiohttp.ClientTimeout(total=0.1),
            )
        assert await api.data((await receiver.next()).json["data"]["taskId"])


async def test_early_sends_the_callback_before_the_answer(start, receiver):
    async with start(latency=60.0) as api:
        task = await api.task("x sandbox:early", receiver.url)
        assert receiver.calls.get_nowait().json["data"]["taskId"] == task


async def test_odd_ids_are_found_again(start, receiver):
    async with start() as api:
        task = await api.task("x sandbox:odd-id", receiver.url)
        assert task.startswith("../")
        assert "****" in task
        assert (await receiver.next()).json["data"]["taskId"] == task
        assert (await api.data(task))["taskId"] == task


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("complete", {"complete"}),
        ("partial", {"complete", "failed"}),
        ("one-variant", {"complete"}),
        ("twelve-variants", {"complete"}),
        ("blank-variant", {"complete"}),
        ("hostile", {"complete"}),
    ],
)
async def test_callback_and_record_tell_of_the_same_variants(start, receiver, name, statuses):
    async with start() as api:
        task = await api.task(f"the sea sandbox:{name}", receiver.url)
        told = (await receiver.next()).json["data"]["data"]
        record = await api.data(task)
    assert record["status"] == "SUCCESS"
    assert record["response"]["data"] == told
    assert {variant["status"] for variant in told} == statuses
    count = {"one-variant": 1, "twelve-variants": 12}.get(name)
    assert len(told) == count if count else len(told) >= 2
    assert any(not variant["text"].strip() for variant in told) == (name in {"partial", "blank-variant"})


async def test_the_marker_does_not_reach_the_lyrics_and_stays_in_the_record(start):
    async with start() as api:
        record = await api.data(await api.task("the sea sandbox:complete at night"))
    assert json.loads(record["param"])["prompt"] == "the sea sandbox:complete at night"
    assert not any("sandbox" in variant["text"] for variant in record["response"]["data"])


WORDS = {"sensitive": "SENSITIVE_WORD_ERROR", "create-failed": "CREATE_TASK_FAILED"}


@pytest.mark.parametrize("name", ["failed", "sensitive", "create-failed", *CODES])
@pytest.mark.parametrize("dialect", ["sunoapi", "kie"])
async def test_a_failure_is_told_by_callback_and_record(start, receiver, dialect, name):
    async with start(dialect=dialect) as api:
        task = await api.task(f"x sandbox:{name}", receiver.url)
        told = (await receiver.next()).json
        record = await api.data(task)
    assert told["code"] == SCENARIOS[name].ending.code != 200
    assert told["data"]["callbackType"] == {"sunoapi": "error", "kie": "complete"}[dialect]
    assert told["data"]["data"] is None
    assert record["status"] == WORDS.get(name, "GENERATE_LYRICS_FAILED")
    assert (record["errorCode"], record["errorMessage"]) == (told["code"], told["msg"])
    assert record["response"] is None


async def test_shapes_seen_in_the_wild(start, receiver):
    async with start() as api:

        async def both(name):
            task = await api.task(f"x sandbox:{name}", receiver.url)
            return (await receiver.next()).json, (await api.record(task))[1]

        told, read = await both("lyrics-data")
        assert told["data"]["lyricsData"]
        assert read["data"]["response"]["lyricsData"]
        told, read = await both("numbers-as-strings")
        assert told["code"] == read["code"] == "200"
        told, read = await both("extra-fields")
        assert told["traceId"]
        assert told["data"]["data"]
        told, read = await both("response-string")
        assert json.loads(read["data"]["response"])["data"] == told["data"]["data"]


async def test_snake_case_is_used_everywhere(start, receiver):
    async with start() as api:
        _, answer = await api.submit("x sandbox:snake-case", receiver.url)
        told, read = (await receiver.next()).json, (await api.record(answer["data"]["task_id"]))[1]
    assert told["data"]["task_id"] == read["data"]["task_id"] == answer["data"]["task_id"]
    assert "error_message" in told["data"]["data"][0]


async def test_pending_never_ends_and_never_calls_back(start, receiver):
    time = HeldTime()
    async with start(clock=time.clock) as api:
        task = await api.task("x sandbox:pending", receiver.url)
        await time.pass_(86_400)
        assert (await api.data(task))["status"] == "PENDING"
        assert receiver.calls.empty()


async def test_unknown_word_is_a_status_that_no_page_documents(start):
    async with start() as api:
        record = await api.data(await api.task("x sandbox:unknown-word"))
    assert record["status"] not in {"PENDING", "SUCCESS", "CALLBACK_EXCEPTION"}
    assert record["response"] is None


async def test_callback_exception_is_read_though_the_callback_came(start, receiver):
    async with start() as api:
        task = await api.task("x sandbox:callback-exception", receiver.url)
        assert (await receiver.next()).json["code"] == 200
        record = await api.data(task)
    assert record["status"] == "CALLBACK_EXCEPTION"
    assert record["response"]["data"]


async def test_records_that_recover_after_three_reads(start):
    async with start() as api:
        task = await api.task("x sandbox:record-null")
        assert [(await api.record(task))[1]["data"] for _ in range(3)] == [None] * 3
        assert (await api.data(task))["response"]
        task = await api.task("x sandbox:record-500")
        assert [(await api.record(task))[0] for _ in range(4)] == [500, 500, 500, 200]


async def test_record_502_answers_every_read_with_a_page_and_still_calls_back(start, receiver):
    async with start() as api:
        task = await api.task("x sandbox:record-502", receiver.url)
        assert (await receiver.next()).json["code"] == 200
        for _ in range(4):
            status, page = await api.record(task)
            assert (status, page[:15]) == (502, "<!DOCTYPE html>")


async def test_never_leaves_the_lyrics_to_be_polled(start, receiver):
    async with start() as api:
        task = await api.task("x sandbox:never", receiver.url)
        await api.task("x", receiver.url)
        assert (await receiver.next()).json["data"]["taskId"] != task
        assert (await api.data(task))["status"] == "SUCCESS"


async def test_late_calls_back_long_after_the_record_was_complete(start, receiver):
    time = HeldTime()
    async with start(clock=time.clock, latency=2.0, lateness=30.0) as api:
        task = await api.task("x sandbox:late", receiver.url)
        await time.asleep()
        await time.pass_(2.0)
        assert (await api.data(task))["status"] == "SUCCESS"
        await time.asleep()
        assert receiver.calls.empty()
        await time.pass_(30.0)
        assert (await receiver.next()).json["data"]["taskId"] == task


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("duplicate", [200, 200]),
        ("error-after-success", [200, 400]),
        ("success-after-error", [400, 200]),
    ],
)
async def test_two_callbacks_come_in_their_order(start, receiver, name, codes):
    async with start() as api:
        task = await api.task(f"x sandbox:{name}", receiver.url)
        told = [(await receiver.next()).json for _ in codes]
        assert (await api.data(task))["status"] == "SUCCESS"
    assert [one["code"] for one in told] == codes
    assert {one["data"]["taskId"] for one in told} == {task}


async def test_bodies_that_cannot_be_used(start, receiver):
    async with start(drip=0.01) as api:

        async def call(name):
            await api.task(f"x sandbox:{name}", receiver.url)
            return await receiver.next()

        assert (await call("wrong-id")).json["data"]["taskId"] == FOREIGN_ID
        assert (await call("null-data")).json["data"] is None
        assert (await call("empty")).body == b""
        huge = await call("huge")
        assert len(huge.body) >= HUGE_BYTES
        assert huge.json["data"]["data"]
        page = await call("html")
        assert (page.headers["Content-Type"], page.body[:15]) == ("text/html", b"<!DOCTYPE html>")
        with pytest.raises(json.JSONDecodeError):
            (await call("malformed")).json  # noqa: B018 - reading it is the point


async def test_slow_takes_its_time_for_one_body(start, receiver):
    async with start(drip=0.2) as api:
        await api.task("x sandbox:slow", receiver.url)
        assert (await receiver.next()).json["code"] == 200
        sent = await api.events.until(lambda event: isinstance(event, Delivered))
    assert sent.seconds >= 0.2


async def test_the_scenario_of_all_tasks_gives_way_to_the_marker(start):
    async with start(scenario="failed") as api:
        assert (await api.data(await api.task("x")))["status"] == "GENERATE_LYRICS_FAILED"
        assert (await api.data(await api.task("x SANDBOX:Complete")))["response"]


async def test_an_unknown_marker_is_refused_with_the_nearest_name(start):
    async with start() as api:
        _, answer = await api.submit("x sandbox:partal")
    assert answer["code"] == 400
    assert "`partial`" in answer["msg"]


def test_names_are_forgiving_about_case_spaces_and_underscores():
    assert named("Wrong ID") is named("wrong_id") is SCENARIOS["wrong-id"]


def test_an_unknown_name_is_a_usage_error_that_suggests_the_nearest():
    with pytest.raises(UsageError) as caught:
        named("duplicat")
    assert "`duplicate`" in caught.value.advice


def test_a_marker_is_a_word_of_its_own():
    assert of_prompt("see mysandbox:failed", "complete").name == "complete"
    assert of_prompt("sandbox:failed, please", "complete").name == "failed"
    assert without_marker("a sandbox:failed b") == "a b"


def test_at_least_twenty_scenarios_can_be_sent():
    assert sum(one.can_be_sent for one in SCENARIOS.values()) >= 20
