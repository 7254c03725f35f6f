"""The gateways' dialect: words in the place of codes, the id as bare data, routes of its own."""

import json

import pytest

from lyricscli.api.protocol import (
    Callback,
    Reply,
    parse_record,
    parse_submission,
    record_address,
    submission_body,
)
from lyricscli.api.providers import DIALECTS
from lyricscli.errors import NotAcceptedError, Reason, ServiceError, UnknownSubmissionError
from lyricscli.models import TaskStatus

LYRICS = {"id": "x", "text": "[Verse]\nIron", "title": "Iron Man", "tags": "folk", "status": "complete"}


def said(data, code="success", message="", status=200):
    return Reply(status, {}, json.dumps({"code": code, "message": message, "data": data}).encode())


def task(status, data=None, **more):
    times = {"submit_time": 1, "start_time": 0, "finish_time": 0}
    return {
        "task_id": "t",
        "action": "LYRICS",
        "status": status,
        "fail_reason": "",
        "data": data,
        **times,
        **more,
    }


def test_a_submission_names_the_hook_and_a_record_has_its_id_in_the_path():
    assert json.loads(submission_body("p", "https://e.test/c", DIALECTS["new-api"])) == {
        "prompt": "p",
        "notify_hook": "https://e.test/c",
    }
    assert record_address("../a b?c", DIALECTS["new-api"]) == "/suno/fetch/..%2Fa%20b%3Fc"


def test_the_id_is_the_whole_data():
    assert parse_submission(said("e36e9c11-8a5c"), DIALECTS["new-api"]) == "e36e9c11-8a5c"


@pytest.mark.parametrize(
    ("code", "message", "status", "reason"),
    [
        ("invalid_request", "prompt is required", 400, Reason.BAD_REQUEST),
        ("unauthorized", "invalid token", 401, Reason.UNAUTHORIZED),
        ("quota_not_enough", "no", 403, Reason.INSUFFICIENT_CREDITS),
        ("error", "用户额度不足", 500, Reason.INSUFFICIENT_CREDITS),
        ("error", "用户额度不足", 200, Reason.INSUFFICIENT_CREDITS),
        ("too_many_requests", "", 429, Reason.RATE_LIMITED),
        ("sensitive_words_detected", "提示词包含敏感词", 400, Reason.CONTENT_VIOLATION),
    ],
)
def test_an_error_has_a_word_and_the_status_tells(code, message, status, reason):
    with pytest.raises(ServiceError) as caught:
        parse_submission(said(None, code, message, status), DIALECTS["new-api"])
    assert caught.value.error.reason is reason
    assert isinstance(caught.value, NotAcceptedError) == (reason is Reason.RATE_LIMITED)


@pytest.mark.parametrize(
    "reply",
    [
        said(None),
        said(None, "do_request_failed", "upstream", 500),
        said("why not", "error"),
        said("whynot", "error"),
    ],
)
def test_what_may_have_made_a_task_is_in_doubt(reply):
    with pytest.raises(UnknownSubmissionError):
        parse_submission(reply, DIALECTS["new-api"])


@pytest.mark.parametrize("word", ["NOT_START", "SUBMITTED", "QUEUED", "IN_PROGRESS", "UNKNOWN"])
def test_a_task_under_way_is_waited_for(word):
    outcome = parse_record(said(task(word)), DIALECTS["new-api"])
    assert outcome is not None
    assert (outcome.status, outcome.word, outcome.is_known) == (TaskStatus.PENDING, word, word != "UNKNOWN")


@pytest.mark.parametrize("data", [LYRICS, [LYRICS], json.dumps([LYRICS])])
def test_lyrics_are_one_object_or_a_list(data):
    outcome = parse_record(said(task("SUCCESS", data)), DIALECTS["new-api"])
    assert outcome is not None
    assert (outcome.status, outcome.variants[0].text) == (TaskStatus.COMPLETE, LYRICS["text"])


def test_a_text_under_way_is_half():
    outcome = parse_record(said(task("IN_PROGRESS", {**LYRICS, "status": "streaming"})), DIALECTS["new-api"])
    assert outcome is not None
    assert (outcome.status, outcome.variants[0].status) == (TaskStatus.PENDING, "unfinished")


def test_a_failure_has_its_reason():
    outcome = parse_record(said(task("FAILURE", fail_reason="upstream gave up")), DIALECTS["new-api"])
    assert outcome is not None
    assert outcome.error is not None
    assert (outcome.status, outcome.error.message) == (TaskStatus.FAILED, "upstream gave up")


def test_an_id_that_is_not_known_is_none():
    assert parse_record(said(None, "task_not_exist", "task_not_exist", 400), DIALECTS["new-api"]) is None


@pytest.mark.parametrize(
    "content",
    [
        {"code": "success", "message": "", "data": task("SUCCESS", LYRICS)},
        task("SUCCESS", LYRICS),
        task("SUCCESS", [LYRICS]),
    ],
)
def test_a_hook_is_taken_where_it_has_lyrics_and_the_id(content):
    callback = Callback.from_http({}, json.dumps(content).encode(), now=0.0)
    assert (callback.task_id, callback.outcome.status) == ("t", TaskStatus.COMPLETE)
