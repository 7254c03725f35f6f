"""Every answer to a submission, for each dialect: accepted, refused, or not known."""

import json

import pytest

from lyricscli.api.protocol import Reply, parse_record, parse_submission, submission_body
from lyricscli.api.providers import DIALECTS
from lyricscli.errors import NotAcceptedError, Reason, ServiceError, UnknownSubmissionError

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"


@pytest.fixture(params=DIALECTS.values(), ids=DIALECTS)
def dialect(request):
    return request.param


def reply(content, status=200, headers=None):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Reply(status, headers or {}, body)


def envelope(data, code=200, msg="success"):
    return {"code": code, "msg": msg, "data": data}


@pytest.mark.parametrize("dialect", [DIALECTS["sunoapi"], DIALECTS["kie"]], ids=["sunoapi", "kie"])
def test_names_the_prompt_and_the_callback(dialect):
    assert json.loads(submission_body("Löwe", "https://e.test/c", dialect)) == {
        "prompt": "Löwe",
        "callBackUrl": "https://e.test/c",
    }


def test_puts_the_prompt_inside_the_input_on_the_jobs_route():
    assert json.loads(submission_body("p", "https://e.test/c", DIALECTS["kie-jobs"])) == {
        "model": "ai-music-api/generate-lyrics",
        "callBackUrl": "https://e.test/c",
        "input": {"prompt": "p"},
    }


def test_can_send_a_prompt_that_is_no_valid_unicode():
    assert (
        json.loads(submission_body("a\udcff", "https://e.test/c", DIALECTS["sunoapi"]))["prompt"] == "a\udcff"
    )


@pytest.mark.parametrize(
    ("content", "task_id"),
    [
        (envelope({"taskId": "5c79****be8e"}), "5c79****be8e"),
        (envelope({"task_id": "5c79"}), "5c79"),
        (envelope({"taskId": 12345678901234567890}), "12345678901234567890"),
        (envelope({"taskId": " spaces are kept "}), " spaces are kept "),
        (envelope({"taskId": "../../etc/passwd"}), "../../etc/passwd"),
        (envelope([{"taskId": "in a list"}]), "in a list"),
        (envelope('{"taskId": "in a string"}'), "in a string"),
        ({"code": "200", "msg": "success", "data": {"taskId": "t"}}, "t"),
        ({"code": 0, "data": {"taskId": "t", "extra": [1]}, "more": None}, "t"),
        ({"data": {"taskId": "no code"}}, "no code"),
        ({"taskId": "on top", "code": 200}, "on top"),
        (envelope("bare"), "bare"),
        (envelope(["alone"]), "alone"),
        (envelope({"id": "called"}), "called"),
        (envelope({"task": {"id": "t"}}), "t"),
        (envelope({"data": {"taskID": "deeper"}}), "deeper"),
        ({"code": 200, "result": {"TaskId": "elsewhere"}}, "elsewhere"),
    ],
)
def test_gives_the_id_exactly(dialect, content, task_id):
    assert parse_submission(reply(content), dialect) == task_id


@pytest.mark.parametrize("status", [500, 502, 524, 408])
def test_an_id_under_an_ambiguous_status_is_proof_of_a_task(dialect, status):
    assert parse_submission(reply(envelope({"taskId": "t"}), status), dialect) == "t"


@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 520, 522, 524])
def test_an_ambiguous_http_status_leaves_the_task_unknown(dialect, status):
    for body in (HTML_502, b"", b"{}"):
        with pytest.raises(UnknownSubmissionError) as caught:
            parse_submission(reply(body, status), dialect)
        assert str(status) in caught.value.message


@pytest.mark.parametrize("code", [408, 500, 501, 520, 1001, -1])
def test_an_ambiguous_code_in_the_body_leaves_the_task_unknown(dialect, code):
    with pytest.raises(UnknownSubmissionError):
        parse_submission(reply(envelope(None, code, "Server error")), dialect)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        HTML_502,
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"code":200}',
        b'{"code":200,"data":null}',
        b'{"code":200,"data":[]}',
        b'{"code":200,"data":{"taskId":null}}',
        b'{"code":200,"data":{"taskId":""}}',
        b'{"code":200,"data":{"taskId":true}}',
        b'{"code":200,"data":{"taskId":{"a":1}}}',
        b'{"code":200,"data":{"taskId":"a\\u0000b"}}',
        b'{"code":200,"data":{"taskId":"a\\u001b[2Jb"}}',
        b'{"code":200,"data":{"taskId":"a\\ud800b"}}',
        b'{"code":200,"data":{"taskId":"' + b"x" * 513 + b'"}}',
    ],
)
def test_a_success_that_makes_no_sense_leaves_the_task_unknown(dialect, body):
    with pytest.raises(UnknownSubmissionError):
        parse_submission(reply(body), dialect)


def test_a_redirect_is_a_refusal(dialect):
    for status in (301, 302, 303, 307, 308):
        with pytest.raises(ServiceError) as caught:
            parse_submission(reply(b"", status, {"location": "https://evil.test/\x1b[2J"}), dialect)
        assert caught.value.error.reason is Reason.BAD_RESPONSE
        assert "https://evil.test/[2J" in caught.value.message
        assert not isinstance(caught.value, UnknownSubmissionError)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, Reason.RATE_LIMITED), (403, Reason.BAD_RESPONSE), (404, Reason.BAD_RESPONSE)],
)
def test_a_proxy_that_refuses_speaks_of_itself(dialect, status, reason):
    with pytest.raises(ServiceError) as caught:
        parse_submission(reply(b"<html>no</html>", status), dialect)
    assert caught.value.error.reason is reason
    assert isinstance(caught.value, NotAcceptedError) == (reason is Reason.RATE_LIMITED)


SAID = {
    Reason.CONTENT_VIOLATION: """
        Content violation; Your prompt contains sensitive words; rejected by our safety filter;
        blocked words; Input contains hate speech; did not pass the review;
        Violent content is not permitted; 内容违规; 內容違規; 提示詞包含敏感詞;
        不適切な内容が含まれています; 부적절한 내용; Self-harm content detected; It names a real artist;
        Does not comply with our community guidelines; Against our terms of service;
        Prompt enthält verbotene Wörter; Contenu interdit; Conteúdo proibido; Текст содержит запрещённые слова
    """,
    Reason.PROMPT_TOO_LONG: """
        The prompt is too long; prompt exceeds 200 characters; max 200 chars;
        up to 200 characters are allowed; must be shorter than 200 characters; Input is longer than allowed;
        prompt too large; 提示词最多200字; 提示詞過長; プロンプトが長すぎます; 프롬프트가 너무 깁니다;
        El prompt es demasiado largo
    """,
    Reason.INSUFFICIENT_CREDITS: """
        You don't have enough credits; no remaining credits; 0 credits left; credit limit reached;
        low balance; Please add credits to your account; 剩余次数不足; 餘額不足; 用户剩余额度: 0;
        クレジットが不足しています; 크레딧이 부족합니다; Créditos insuficientes; Недостаточно кредитов
    """,
    Reason.RATE_LIMITED: """
        Too many requests; 请求过于频繁; 請求過於頻繁; リクエストが多すぎます; 요청이 너무 많습니다
    """,
    Reason.UNAVAILABLE: """
        Your IP address is not allowed; Illegal IP; Access from this IP is forbidden; IP不在白名单中
    """,
    Reason.BAD_REQUEST: """
        Please enter callBackUrl.
    """,
}


@pytest.mark.parametrize(
    ("message", "reason"),
    [(message.strip(), reason) for reason, messages in SAID.items() for message in messages.split(";")],
)
def test_the_message_makes_a_vague_code_precise(dialect, message, reason):
    for code in (400, 422):
        with pytest.raises(ServiceError) as caught:
            parse_submission(reply(envelope(None, code, message)), dialect)
        assert (caught.value.error.reason, caught.value.message) == (reason, message)


REFUSALS = {
    "sunoapi": {
        400: Reason.BAD_REQUEST,
        401: Reason.UNAUTHORIZED,
        402: Reason.INSUFFICIENT_CREDITS,
        404: Reason.BAD_RESPONSE,
        405: Reason.RATE_LIMITED,
        413: Reason.PROMPT_TOO_LONG,
        418: Reason.BAD_REQUEST,
        429: Reason.INSUFFICIENT_CREDITS,
        430: Reason.RATE_LIMITED,
        455: Reason.MAINTENANCE,
    },
    "kie": {
        400: Reason.BAD_REQUEST,
        401: Reason.UNAUTHORIZED,
        402: Reason.INSUFFICIENT_CREDITS,
        404: Reason.BAD_RESPONSE,
        413: Reason.PROMPT_TOO_LONG,
        418: Reason.BAD_REQUEST,
        422: Reason.BAD_REQUEST,
        429: Reason.RATE_LIMITED,
        455: Reason.MAINTENANCE,
        505: Reason.MAINTENANCE,
    },
}
REFUSAL_ROWS = [
    (DIALECTS[name], code, reason)
    for name, table in {**REFUSALS, "kie-jobs": REFUSALS["kie"]}.items()
    for code, reason in table.items()
]
EVERY_REFUSAL = pytest.mark.parametrize(
    ("dialect", "code", "reason"), REFUSAL_ROWS, ids=[f"{row[0].name}-{row[1]}" for row in REFUSAL_ROWS]
)


@EVERY_REFUSAL
def test_a_code_means_what_its_provider_means(dialect, code, reason):
    """In the body under HTTP 200, in both, or as a string: all the same."""
    bodies = [
        (envelope(None, code, "Hm."), 200),
        (envelope(None, code, "Hm."), code),
        (envelope(None, str(code), "Hm."), 200),
        (envelope(None, code, "Hm."), 500),
    ]
    for content, status in bodies:
        with pytest.raises(ServiceError) as caught:
            parse_submission(reply(content, status), dialect)
        assert not isinstance(caught.value, UnknownSubmissionError)
        assert (caught.value.error.reason, caught.value.error.code) == (reason, code)
        assert caught.value.error.message == "Hm."
        assert caught.value.advice


@EVERY_REFUSAL
def test_only_a_throttle_may_be_sent_again(dialect, code, reason):
    with pytest.raises(ServiceError) as caught:
        parse_submission(reply(envelope(None, code, "Hm.")), dialect)
    assert isinstance(caught.value, NotAcceptedError) == (reason is Reason.RATE_LIMITED)


def test_kies_429_speaks_of_credits_where_its_message_does():
    with pytest.raises(ServiceError) as caught:
        parse_submission(reply(envelope(None, 429, "Insufficient credits, please top up")), DIALECTS["kie"])
    assert caught.value.error.reason is Reason.INSUFFICIENT_CREDITS
    assert not isinstance(caught.value, NotAcceptedError)


@pytest.mark.parametrize(
    "message", ["max concurrency reached", "Try again in 10 seconds", "系统繁忙，请稍后再试"]
)
def test_what_asks_for_patience_is_a_throttle_only_under_a_code_that_may_be_one(message):
    with pytest.raises(NotAcceptedError):
        parse_submission(reply(envelope(None, 429, message)), DIALECTS["sunoapi"])
    with pytest.raises(UnknownSubmissionError):
        parse_submission(reply(envelope(None, 500, message)), DIALECTS["sunoapi"])


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("积分不足", Reason.INSUFFICIENT_CREDITS),
        ("提示词包含敏感词", Reason.CONTENT_VIOLATION),
        ("过长", Reason.PROMPT_TOO_LONG),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_a_refusal_in_chinese_has_its_reason_in_whichever_encoding(dialect, message, reason, encoding):
    for code in (400, 500):
        body = f'{{"code": {code}, "msg": "{message}", "data": null}}'.encode(encoding)
        with pytest.raises(ServiceError) as caught:
            parse_submission(reply(body), dialect)
        assert (caught.value.error.reason, caught.value.message) == (reason, message)


def test_a_title_cut_inside_a_character_is_replaced_and_the_rest_is_kept(dialect):
    record = '{"code":200,"data":{"taskId":"t","status":"SUCCESS","response":[{"text":"雨の歌","title":"雨の'
    outcome = parse_record(reply(record.encode()[:-1] + b'"}]}}'), dialect)
    assert outcome is not None
    assert (outcome.variants[0].text, outcome.variants[0].title) == ("雨の歌", "雨\ufffd")


@pytest.mark.parametrize(
    "content",
    [
        {"error": {"message": "blocked"}},
        {"errors": [{"code": 7, "message": "blocked"}]},
        {"errors": ["blocked", "x"]},
        {"fault": {"faultstring": "blocked", "detail": {"errorcode": "x"}}},
        {"detail": [{"loc": ["body"], "msg": "blocked"}]},
    ],
)
def test_a_gateway_is_quoted_wherever_it_puts_its_words(dialect, content):
    with pytest.raises(ServiceError) as caught:
        parse_submission(reply(json.dumps(content).encode(), 403), dialect)
    assert str(caught.value) == "blocked"
    assert caught.value.error.reason is Reason.BAD_RESPONSE


def test_a_line_break_that_nobody_escaped_costs_no_lyrics(dialect):
    body = b'{"code":200,"data":{"taskId":"t","status":"SUCCESS","response":[{"text":"One\nTwo\tdone"}]}}'
    outcome = parse_record(reply(body), dialect)
    assert outcome is not None
    assert outcome.variants[0].text == "One\nTwo\tdone"
