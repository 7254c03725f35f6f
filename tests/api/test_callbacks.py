"""Every callback: what it says of its task, or why it is not believed."""

import json

import pytest

from lyricscli.api.headers import sign
from lyricscli.api.protocol import Callback, verdict
from lyricscli.errors import CallbackRejectedError, Reason, ServiceError
from lyricscli.models import TaskStatus, VariantStatus

VARIANT = {"text": "[Verse]\nIron", "title": "Iron Man", "status": "complete", "errorMessage": ""}
FAILED = {"text": "", "title": "", "status": "failed", "errorMessage": "no luck"}
NOW = 1_790_337_600.0
KEY = "webhook key"


def callback(variants, code=200, msg="All generated successfully.", kind="complete", task_id="11dc"):
    return {"code": code, "msg": msg, "data": {"callbackType": kind, "taskId": task_id, "data": variants}}


def read(content, headers=None, **more):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Callback.from_http(headers or {}, body, **{"now": NOW, **more})


def test_the_documented_success_brings_every_variant():
    result = read(callback([VARIANT, {**VARIANT, "title": "Two"}]))
    assert (result.task_id, result.outcome.status, result.signature) == ("11dc", TaskStatus.COMPLETE, None)
    assert [(variant.number, variant.title) for variant in result.outcome.variants] == [
        (1, "Iron Man"),
        (2, "Two"),
    ]


def test_the_spelling_with_underscores_is_read_as_well():
    data = {
        "callbackType": "complete",
        "task_id": "11dc",
        "data": [{**FAILED, "error_message": "x"}, VARIANT],
    }
    del data["data"][0]["errorMessage"]
    result = read({"code": "200", "msg": "ok", "data": data})
    assert (result.task_id, result.outcome.status) == ("11dc", TaskStatus.PARTIAL)
    assert result.outcome.variants[0].error == "x"


@pytest.mark.parametrize("kind", ["error", "complete", "text", None])
def test_code_and_content_decide_and_never_the_type(kind):
    failed = read(callback(None, 400, "Lyrics generation failed", kind)).outcome
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (TaskStatus.FAILED, 400)
    assert failed.error.message == "Lyrics generation failed"
    assert read(callback([VARIANT], kind=kind)).outcome.status is TaskStatus.COMPLETE


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (400, "Lyrics generation failed", Reason.GENERATION_FAILED),
        (400, "Content violation", Reason.CONTENT_VIOLATION),
        (401, "Unauthorized", Reason.UNAUTHORIZED),
        (402, "Insufficient credits", Reason.INSUFFICIENT_CREDITS),
        (408, "Timeout", Reason.GENERATION_FAILED),
        (413, "Prompt too long", Reason.PROMPT_TOO_LONG),
        (429, "Insufficient credits", Reason.INSUFFICIENT_CREDITS),
        (451, "Download failed", Reason.GENERATION_FAILED),
        (455, "Maintenance", Reason.MAINTENANCE),
        (500, "Server error", Reason.GENERATION_FAILED),
        (501, "Generation failed", Reason.GENERATION_FAILED),
        (531, "Failed, the credits have been refunded", Reason.GENERATION_FAILED),
        (999, "Odd", Reason.GENERATION_FAILED),
        ("400", "Odd", Reason.GENERATION_FAILED),
    ],
)
def test_every_documented_code_is_a_failure_with_its_reason(code, message, reason):
    outcome = read(callback(None, code, message)).outcome
    assert outcome.error is not None
    assert (outcome.status, outcome.error.reason) == (TaskStatus.FAILED, reason)
    assert (outcome.error.code, outcome.error.message) == (int(code), message)


@pytest.mark.parametrize("code", [400, 500, 531, None])
def test_lyrics_are_kept_under_an_error_code(code):
    assert read(callback([VARIANT, VARIANT], code)).outcome.status is TaskStatus.COMPLETE
    assert read(callback([VARIANT, FAILED], code)).outcome.status is TaskStatus.PARTIAL


@pytest.mark.parametrize("variants", [None, [], "", [None], [[]]])
def test_a_success_without_lyrics_leaves_the_task_to_its_record(variants):
    outcome = read(callback(variants)).outcome
    assert (outcome.status, outcome.error) == (TaskStatus.PENDING, None)


def test_variants_that_all_failed_are_a_failure():
    outcome = read(callback([FAILED])).outcome
    assert outcome.error is not None
    assert (outcome.status, outcome.error.message) == (TaskStatus.FAILED, "no luck")


def test_the_jobs_route_calls_back_with_its_record():
    result = json.dumps({"resultObject": {"lyricsData": [VARIANT]}})
    good = {"code": 200, "msg": "ok", "data": {"taskId": "j", "state": "success", "resultJson": result}}
    bad = {
        "code": 501,
        "msg": "failed",
        "data": {"taskId": "j", "state": "fail", "failCode": 500, "failMsg": "busy"},
    }
    assert read(good).outcome.status is TaskStatus.COMPLETE
    outcome = read(bad).outcome
    assert outcome.error is not None
    assert (outcome.status, outcome.error.code, outcome.error.message) == (TaskStatus.FAILED, 500, "busy")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON: an empty body"),
        (b"<html>hello</html>", "not JSON: an HTML page"),
        (b"\xff\xff", "not JSON"),
        (b"[" * 200_000, "JSON nested too deep"),
        (b"[1]", "not a JSON object"),
        (b"{}", "no task id"),
        (b'{"code":200,"data":null}', "no task id"),
        (b'{"code":200,"data":{"taskId":"a\\nb"}}', "no task id"),
        (b'{"data":{"taskId":"a"}}', "neither a code nor lyrics"),
    ],
)
def test_what_is_no_callback_is_refused_with_a_short_reason(body, why):
    with pytest.raises(ServiceError) as caught:
        read(body)
    assert caught.value.error.reason is Reason.BAD_RESPONSE
    assert caught.value.message.startswith(why)
    assert verdict(body) == caught.value.message


TEXTS = [
    "[Verse]\r\nA\r\n\n\tB  \n",
    "[/Chorus] :smile: [bold]",
    "\x1b[2J\x07\u202e雨☔\u200b",
    "\ufeffa\u2028b\x85c",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_kept_to_the_byte(text):
    for body in (
        json.dumps(callback([{**VARIANT, "text": text}])).encode(),
        json.dumps(callback([{**VARIANT, "text": text}]), ensure_ascii=False).encode("utf-8-sig"),
    ):
        assert read(body).outcome.variants[0].text == text


def test_half_a_surrogate_pair_becomes_a_replacement_character():
    """JSON can hold what neither UTF-8 nor SQLite can."""
    body = json.dumps(
        callback([{**VARIANT, "text": "a\ud800b", "title": "\udfff", "errorMessage": "\ud800x"}])
    )
    variant = read(body.encode()).outcome.variants[0]
    assert (variant.text, variant.title, variant.error) == ("a\ufffdb", "\ufffd", "x")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "failed"}, VariantStatus.FAILED),
        ({"status": "FAILED"}, VariantStatus.FAILED),
        ({"text": " \n\t"}, VariantStatus.FAILED),
        ({"text": None}, VariantStatus.FAILED),
        ({"text": ["a"]}, VariantStatus.FAILED),
        ({"status": None}, VariantStatus.COMPLETE),
        ({"status": "sung"}, VariantStatus.UNFINISHED),
        ({"status": "streaming", "text": ""}, VariantStatus.UNFINISHED),
        ({"status": 7, "title": None}, VariantStatus.COMPLETE),
    ],
)
def test_a_variant_is_complete_with_text_and_a_final_word_or_none(change, status):
    assert read(callback([{**VARIANT, **change}])).outcome.variants[0].status is status


def test_hundreds_of_variants_are_cut_and_that_is_said():
    """The complete ones are kept first, and keep their numbers."""
    outcome = read(callback([FAILED] * 100 + [VARIANT] * 100)).outcome
    assert outcome.error is not None
    assert (outcome.status, len(outcome.variants)) == (TaskStatus.PARTIAL, 64)
    assert [variant.number for variant in outcome.variants][:2] == [101, 102]
    assert outcome.error.message == "64 of 200 variants were kept."


def test_json_is_read_leniently_where_that_saves_lyrics():
    """NaN, integers beyond reason and equal keys are no reason to drop them."""
    fields = json.dumps(VARIANT)[1:-1]
    body = (
        f'{{"code":1,"code":200,"cost":NaN,"at":{"9" * 5000},"data":{{"taskId":"t","data":[{{{fields}}}]}}}}'
    )
    assert read(body.encode()).outcome.status is TaskStatus.COMPLETE


def test_a_message_is_one_printable_line_of_bounded_length():
    outcome = read(callback(None, 400, "a\n\x1b[31mb\u202e " + "c" * 10_000)).outcome
    assert outcome.error is not None
    assert outcome.error.message.startswith("a [31mb ccc")
    assert len(outcome.error.message) == 300


def signed(task_id="11dc", timestamp=str(int(NOW)), key=KEY):
    return {"x-webhook-timestamp": timestamp, "X-WEBHOOK-SIGNATURE": sign(task_id, timestamp, key)}


def test_the_signature_is_that_of_the_documentation():
    """Computed with `printf 11dc.1790337600 | openssl dgst -sha256 -hmac 'webhook key' -binary | base64`."""
    assert sign("11dc", "1790337600", KEY) == "+lW3hJ5x0MIrE9EzaQ92JfL1YhCGoHAzXMpIuiH2jLE="


@pytest.mark.parametrize("drift", [-300, 0, 300])
def test_a_signed_callback_is_believed_within_its_window(drift):
    headers = signed()
    result = read(callback([VARIANT]), headers, webhook_key=KEY, now=NOW + drift)
    assert result.signature == headers["X-WEBHOOK-SIGNATURE"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Webhook-Timestamp": str(int(NOW))},
        {"X-Webhook-Signature": sign("11dc", str(int(NOW)), KEY)},
        signed(key="another"),
        signed(task_id="another"),
        signed(timestamp=str(int(NOW) - 301)),
        signed(timestamp=str(int(NOW) + 301)),
        signed(timestamp="-1790337600"),
        signed(timestamp="1790337600.0"),
        signed(timestamp="١٧٩٠٣٣٧٦٠٠"),
        signed(timestamp="9" * 5000),
        {**signed(), "X-WEBHOOK-SIGNATURE": "ü\udcff"},
        {**signed(), "X-WEBHOOK-SIGNATURE": ""},
    ],
)
def test_an_unsigned_forged_or_stale_callback_is_refused(headers):
    with pytest.raises(CallbackRejectedError):
        read(callback([VARIANT]), headers, webhook_key=KEY)


def test_a_timestamp_in_milliseconds_is_named_as_such():
    with pytest.raises(CallbackRejectedError, match="milliseconds"):
        read(callback([VARIANT]), signed(timestamp=str(int(NOW * 1000))), webhook_key=KEY)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (callback([VARIANT, VARIANT]), "complete, 2 variants, documented shape"),
        (callback([VARIANT]), "complete, 1 variant, documented shape"),
        (callback([VARIANT, FAILED]), "partial, 1 of 2 variants, documented shape"),
        (callback(None, 400, "Lyrics\nfailed"), "code 400: Lyrics failed, documented shape"),
        (callback([]), "success, no variants, documented shape"),
        (callback([FAILED]), "failed: no luck, documented shape"),
        (
            {"code": 200, "data": {"task_id": "t", "lyricsData": [VARIANT]}},
            "complete, 1 variant, unusual shape",
        ),
    ],
)
def test_a_verdict_says_the_shape_in_one_line(content, line):
    assert verdict(json.dumps(content).encode()) == line
