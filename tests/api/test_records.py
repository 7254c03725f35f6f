"""Every answer to a read, in both kinds of dialect: an outcome, no such id, or a read that failed."""

import json

import pytest

from lyricscli.api.protocol import Reply, parse_credits, parse_record
from lyricscli.api.providers import DIALECTS
from lyricscli.errors import NotAcceptedError, Reason, ServiceError, UnknownSubmissionError
from lyricscli.models import TaskStatus

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
VARIANT = {"text": "[Verse]\nIron", "title": "Iron Man", "status": "complete", "errorMessage": ""}
FAILED = {"text": "", "title": "", "status": "failed", "errorMessage": "no luck"}


# What differs is who speaks: a word for a code is a gateway before the service, but in new-api.
@pytest.fixture(params=[DIALECTS["kie"], DIALECTS["new-api"]], ids=["kie", "new-api"])
def dialect(request):
    return request.param


def reply(content, status=200, headers=None):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Reply(status, headers or {}, body)


def envelope(data, code=200, msg="success"):
    return {"code": code, "msg": msg, "data": data}


def record(response, status="SUCCESS", **more):
    return envelope({"taskId": "t", "response": response, "status": status, "type": "LYRICS", **more})


@pytest.mark.parametrize(
    "content",
    [
        record({"taskId": "t", "data": [VARIANT, VARIANT]}),
        record({"lyricsData": [VARIANT, VARIANT]}),
        record(json.dumps({"data": [VARIANT, VARIANT]})),
        record([VARIANT, VARIANT]),
        envelope({"taskId": "t", "status": "SUCCESS", "data": [VARIANT, VARIANT]}),
        envelope({"task_id": "t", "lyricsData": [VARIANT, VARIANT]}),
        envelope([VARIANT, VARIANT]),
        envelope([record({"data": [VARIANT, VARIANT]})["data"]]),
        envelope(json.dumps({"data": [VARIANT, VARIANT]})),
        {
            "code": 200,
            "data": {"data": {"taskID": "t", "status": "SUCCESS", "response": {"data": [VARIANT, VARIANT]}}},
        },
        envelope({"state": "success", "resultJson": json.dumps({"data": [VARIANT, VARIANT]})}),
        envelope(
            {
                "taskId": "t",
                "state": "success",
                "resultJson": json.dumps({"resultObject": {"lyricsData": [VARIANT, VARIANT]}}),
            }
        ),
    ],
)
def test_finds_the_variants_wherever_they_were_seen(dialect, content):
    outcome = parse_record(reply(content), dialect)
    assert outcome is not None
    assert outcome.status is TaskStatus.COMPLETE
    assert [variant.number for variant in outcome.variants] == [1, 2]
    assert {(variant.title, variant.text) for variant in outcome.variants} == {("Iron Man", "[Verse]\nIron")}


@pytest.mark.parametrize("code", [200, 400, 401, 429, 455, 500, 501])
@pytest.mark.parametrize("word", ["CALLBACK_EXCEPTION", "GENERATE_LYRICS_FAILED", "NEW_WORD", None])
def test_lyrics_are_kept_under_any_word_and_any_code(dialect, word, code):
    content = {**record({"data": [VARIANT, FAILED]}, word, errorCode=code), "code": code}
    for status in (200, code):
        outcome = parse_record(reply(content, status), dialect)
        assert outcome is not None
        assert (outcome.status, outcome.complete_variants) == (TaskStatus.PARTIAL, 1)


HALF = {"text": "[Verse]\nIr", "title": "", "status": "streaming", "errorMessage": ""}
QUEUED = {"text": "", "title": "", "status": "queued", "errorMessage": ""}


@pytest.mark.parametrize(
    ("word", "variants", "statuses"),
    [
        ("PENDING", [HALF], ["unfinished"]),
        ("PENDING", [VARIANT, VARIANT], ["unfinished", "unfinished"]),
        ("PENDING", [{"text": "", "title": ""}], ["unfinished"]),
        ("PENDING", [FAILED, HALF], ["failed", "unfinished"]),
        ("in-progress", [VARIANT], ["unfinished"]),
        ("taskPending", [VARIANT], ["unfinished"]),
        ("TEXT_SUCCESS", [VARIANT], ["unfinished"]),
        ("FIRST_SUCCESS", [VARIANT, QUEUED], ["unfinished", "unfinished"]),
        ("generating", [HALF], ["unfinished"]),
        ("SUCCESS", [VARIANT, HALF], ["complete", "unfinished"]),
        ("SUCCESS", [VARIANT, QUEUED], ["complete", "unfinished"]),
        ("SUCCESS", [QUEUED, QUEUED], ["unfinished", "unfinished"]),
        ("CALLBACK_EXCEPTION", [HALF], ["unfinished"]),
        ("NEW_WORD", [HALF, FAILED], ["unfinished", "failed"]),
        (None, [{**HALF, "status": "in a mood"}], ["unfinished"]),
        ("", [{**HALF, "status": "done"}], ["unfinished"]),
    ],
)
def test_half_is_not_whole_whoever_says_so(dialect, word, variants, statuses):
    outcome = parse_record(reply(record({"data": variants}, word)), dialect)
    assert outcome is not None
    assert (outcome.status, [one.status for one in outcome.variants]) == (TaskStatus.PENDING, statuses)
    assert [one.text for one in outcome.variants] == [one["text"] for one in variants]


def test_what_was_written_before_a_failure_is_kept_as_unfinished(dialect):
    outcome = parse_record(reply(record({"data": [HALF]}, "FAILED", errorMessage="gave up")), dialect)
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.status, outcome.error.message) == (TaskStatus.FAILED, "gave up")
    assert [one.status for one in outcome.variants] == ["unfinished"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (envelope(None), 200),
        (envelope([]), 200),
        (envelope({}), 200),
        ({"code": 200, "msg": "success"}, 200),
        (envelope(None, 422, "recordInfo is null"), 200),
        (envelope(None, 422, "recordInfo is null"), 422),
        (envelope(None, 404, "task not found"), 404),
        (envelope(None), 404),
        *(
            (envelope(None, 422, said), 200)
            for said in ("no data", "未查询到任务", "無此任務", "見つかりません", "不存在")
        ),
    ],
)
def test_an_unknown_id_is_none(dialect, content, status):
    assert parse_record(reply(content, status), dialect) is None


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (HTML_502, 502, Reason.UNAVAILABLE),
        (b"", 522, Reason.UNAVAILABLE),
        (b"", 408, Reason.UNAVAILABLE),
        (b'{"code":500,"msg":"busy"}', 200, Reason.UNAVAILABLE),
        (b'{"code":429,"msg":"slow down"}', 200, Reason.RATE_LIMITED),
        (b"<html>slow down</html>", 429, Reason.RATE_LIMITED),
        (b'{"code":405,"msg":"slow down"}', 200, Reason.RATE_LIMITED),
        (b'{"code":430,"msg":"slow down"}', 200, Reason.RATE_LIMITED),
        (b'{"code":455,"msg":"back soon"}', 200, Reason.MAINTENANCE),
        (b'{"code":505,"msg":"disabled"}', 200, Reason.MAINTENANCE),
        (b'{"code":451,"msg":"download failed"}', 200, Reason.UNAVAILABLE),
        (b'{"code":451,"msg":"download failed","data":null}', 451, Reason.UNAVAILABLE),
        (b'{"code":401,"msg":"bad key"}', 200, Reason.UNAUTHORIZED),
        (b'{"code":401,"msg":"bad key"}', 401, Reason.UNAUTHORIZED),
        (b'{"code":422,"msg":"taskId is required"}', 200, Reason.BAD_REQUEST),
        (b'{"status":404,"error":"Not Found"}', 404, Reason.BAD_RESPONSE),
        (b"<html>nothing here</html>", 404, Reason.BAD_RESPONSE),
        (b"<html>sign in to this wifi</html>", 200, Reason.BAD_RESPONSE),
        (b"", 200, Reason.BAD_RESPONSE),
        (b"{}", 200, Reason.BAD_RESPONSE),
        (b'{"code":200,"data":"what"}', 200, Reason.BAD_RESPONSE),
        (b'{"code":200,"data":{"what":1}}', 200, Reason.BAD_RESPONSE),
        (b'{"code":1001}', 200, Reason.BAD_RESPONSE),
        (b"", 302, Reason.BAD_RESPONSE),
    ],
)
def test_a_read_that_fails_says_why_and_leaves_the_task_alone(dialect, body, status, reason):
    with pytest.raises(ServiceError) as caught:
        parse_record(reply(body, status), dialect)
    assert caught.value.error.reason is reason
    assert not isinstance(caught.value, NotAcceptedError | UnknownSubmissionError)


@pytest.mark.parametrize("code", [501, 531])
def test_a_code_that_speaks_of_the_task_is_its_outcome(dialect, code):
    outcome = parse_record(reply(envelope(None, code, "credits refunded")), dialect)
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.status, outcome.error.code) == (TaskStatus.FAILED, code)


FAILURES = [
    ("SENSITIVE_WORD_ERROR", None, "", Reason.CONTENT_VIOLATION),
    ("SENSITIVE_WORD_ERROR", 500, "whatever", Reason.CONTENT_VIOLATION),
    ("CREATE_TASK_FAILED", None, "", Reason.GENERATION_FAILED),
    ("GENERATE_LYRICS_FAILED", None, None, Reason.GENERATION_FAILED),
    ("GENERATE_LYRICS_FAILED", "400", "flagged by moderation", Reason.CONTENT_VIOLATION),
    ("CREATE_TASK_FAILED", 429, "The current credits are insufficient", Reason.INSUFFICIENT_CREDITS),
    ("CREATE_TASK_FAILED", 413, "", Reason.PROMPT_TOO_LONG),
    ("GENERATE_LYRICS_FAILED", 777, "odd", Reason.GENERATION_FAILED),
    ("CALLBACK_EXCEPTION", None, "", Reason.GENERATION_FAILED),
    ("success", None, "", Reason.BAD_RESPONSE),
    ("SUCCESS", None, "", Reason.BAD_RESPONSE),
    ("A_NEW_FAILURE", 500, "odd", Reason.GENERATION_FAILED),
]


@pytest.mark.parametrize(("word", "code", "message", "reason"), FAILURES)
def test_a_failure_is_final_at_once_and_has_its_reason(dialect, word, code, message, reason):
    content = record(None, word, errorCode=code, errorMessage=message)
    outcome = parse_record(reply(content), dialect)
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.status, outcome.error.reason) == (TaskStatus.FAILED, reason)
    assert outcome.error.code == (None if code is None else int(code))
    assert outcome.error.message


@pytest.mark.parametrize("word", ["PENDING", "pending", "TEXT_SUCCESS", "RETRYING_AFTER_ERROR", "REVIEWING"])
def test_a_word_that_is_not_final_is_waited_for_and_quoted(dialect, word):
    outcome = parse_record(reply(record(None, word)), dialect)
    assert outcome is not None
    assert (outcome.status, outcome.word, outcome.error) == (TaskStatus.PENDING, word, None)
    assert outcome.is_known == (word in {"PENDING", "pending", "TEXT_SUCCESS"})


FINAL = [
    "FAILED",
    "CANCELED",
    "cancelled",
    "ABORTED",
    "TIMEOUT",
    "EXPIRED",
    "UPSTREAM_TIMEOUT",
    "TASK-ERROR",
    "taskFailed",
    "TIMED_OUT",
    "dead",
    "Lost",
]


@pytest.mark.parametrize("word", FINAL)
def test_a_word_that_sounds_final_ends_the_task_with_its_message(dialect, word):
    outcome = parse_record(reply(record(None, word, errorMessage="upstream gave up")), dialect)
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.status, outcome.error.message) == (TaskStatus.FAILED, "upstream gave up")


def test_variants_that_all_failed_are_a_failure_under_a_success(dialect):
    outcome = parse_record(reply(record({"data": [FAILED, FAILED]})), dialect)
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.status, len(outcome.variants)) == (TaskStatus.FAILED, 2)
    assert outcome.error.message == "no luck"


@pytest.mark.parametrize("state", ["waiting", "queuing", "generating"])
def test_the_jobs_route_waits_through_its_states(state):
    outcome = parse_record(
        reply(envelope({"taskId": "t", "state": state, "resultJson": ""})), DIALECTS["kie-jobs"]
    )
    assert outcome is not None
    assert (outcome.status, outcome.word) == (TaskStatus.PENDING, state)


def test_the_jobs_route_reads_its_failure():
    data = {"taskId": "t", "state": "fail", "resultJson": "", "failCode": "501", "failMsg": "model busy"}
    outcome = parse_record(reply(envelope(data)), DIALECTS["kie-jobs"])
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.error.reason, outcome.error.code) == (Reason.GENERATION_FAILED, 501)
    assert outcome.error.message == "model busy"


def test_a_job_whose_result_cannot_be_read_is_a_failure():
    data = {"taskId": "t", "state": "success", "resultJson": '{"resultObject": {"lyr'}
    outcome = parse_record(reply(envelope(data)), DIALECTS["kie-jobs"])
    assert outcome is not None
    assert outcome.error is not None
    assert outcome.error.reason is Reason.BAD_RESPONSE


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (100, 100.0),
        (5916.25, 5916.25),
        ("99.6", 99.6),
        (0, 0.0),
        ([7], 7.0),
        ("1,234.5 credits", 1234.5),
        ({"total": 10, "used": 3, "remaining": 7}, 7.0),
        ({"usedCredits": 3, "credits_left": "1.234,5"}, 1234.5),
        ({"data": {"balance": 3}}, 3.0),
    ],
)
def test_credits_are_a_number(dialect, data, number):
    assert parse_credits(reply(envelope(data)), dialect) == number


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b'{"code":200,"data":null}', 200, Reason.BAD_RESPONSE),
        (b'{"code":200,"data":true}', 200, Reason.BAD_RESPONSE),
        (b'{"code":200,"data":NaN}', 200, Reason.BAD_RESPONSE),
        (b'{"code":200,"data":1e999}', 200, Reason.BAD_RESPONSE),
        (b'{"code":200,"data":' + b"9" * 5000 + b"}", 200, Reason.BAD_RESPONSE),
        (b"", 200, Reason.BAD_RESPONSE),
        (HTML_502, 502, Reason.UNAVAILABLE),
        (b'{"code":401,"msg":"no"}', 200, Reason.UNAUTHORIZED),
    ],
)
def test_anything_else_is_no_number_of_credits(dialect, body, status, reason):
    with pytest.raises(ServiceError) as caught:
        parse_credits(reply(body, status), dialect)
    assert caught.value.error.reason is reason
