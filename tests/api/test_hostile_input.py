"""Whatever comes from the network, only typed values and our own errors come out of the parsers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyricscli.api.envelope import MOST_VARIANTS, parse_json
from lyricscli.api.protocol import (
    Callback,
    Reply,
    parse_credits,
    parse_record,
    parse_submission,
    retry_after,
    verdict,
)
from lyricscli.api.providers import DIALECTS
from lyricscli.errors import CallbackRejectedError, Failure, LyricsError, ServiceError
from lyricscli.models import Outcome, TaskStatus, VariantStatus

NAMES = st.sampled_from(
    [
        "code",
        "msg",
        "message",
        "data",
        "taskId",
        "task_id",
        "response",
        "lyricsData",
        "resultJson",
        "resultObject",
        "status",
        "state",
        "text",
        "title",
        "errorCode",
        "errorMessage",
        "error_message",
        "failCode",
        "failMsg",
        "callbackType",
    ]
)
WORDS = st.sampled_from(
    [
        "PENDING",
        "SUCCESS",
        "success",
        "fail",
        "waiting",
        "CREATE_TASK_FAILED",
        "GENERATE_LYRICS_FAILED",
        "CALLBACK_EXCEPTION",
        "SENSITIVE_WORD_ERROR",
        "complete",
        "failed",
        "streaming",
        "queued",
        "running",
        "TEXT_SUCCESS",
        "FIRST_SUCCESS",
        "CANCELED",
        "UPSTREAM_TIMEOUT",
    ]
)
CODES = st.sampled_from(
    [0, 200, 400, 401, 402, 404, 405, 408, 413, 422, 429, 430, 451, 455, 500, 501, 505, 531]
)
# Lone surrogates included: JSON can carry them.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | WORDS | CODES | CODES.map(str)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES | ANY_TEXT, inner, max_size=6)
        | inner.map(json.dumps)  # JSON within a string, as `response` and `resultJson` have it
    ),
    max_leaves=30,
)
VARIANTS = st.lists(
    st.fixed_dictionaries({"text": ANY_TEXT, "title": ANY_TEXT, "status": WORDS | LEAVES}), max_size=4
)
RECORDS = st.fixed_dictionaries(
    {"taskId": ANY_TEXT | LEAVES, "status": WORDS | JSON, "response": VARIANTS | JSON},
    optional={"errorCode": CODES | JSON, "errorMessage": JSON, "data": VARIANTS | JSON},
)
ENVELOPES = st.fixed_dictionaries({"code": CODES | JSON, "msg": JSON, "data": RECORDS | JSON})
BODIES = st.one_of(
    st.binary(max_size=200),
    # Junk around a body, and messages in another encoding than JSON has.
    st.builds(
        lambda value, left, right: left + json.dumps(value).encode() + right,
        ENVELOPES,
        st.binary(),
        st.binary(),
    ),
    ENVELOPES.map(lambda value: json.dumps(value, ensure_ascii=False).encode("gb18030", "replace")),
    JSON.map(lambda value: json.dumps(value).encode()),
    ENVELOPES.map(lambda value: json.dumps(value).encode()),
    # A valid envelope with a piece cut out of it.
    st.builds(
        lambda value, start, length: (body := json.dumps(value).encode())[:start] + body[start + length :],
        ENVELOPES,
        st.integers(0, 200),
        st.integers(1, 20),
    ),
)
REPLIES = st.builds(
    Reply,
    st.sampled_from(
        [200, 201, 204, 301, 307, 400, 401, 403, 404, 405, 408, 429, 430, 455, 500, 502, 520, 524]
    ),
    st.dictionaries(st.sampled_from(["Location", "Retry-After", "content-type"]), ANY_TEXT),
    BODIES,
    st.none(),
)
DIALECT = st.sampled_from(list(DIALECTS.values()))


def assert_printable_line(message):
    assert message.isprintable()
    assert len(message) <= 1_000
    message.encode()


def assert_sound(outcome):
    """Check the promises of the class, and that everything can be stored as UTF-8."""
    assert isinstance(outcome, Outcome)
    assert len(outcome.variants) <= MOST_VARIANTS
    assert outcome.status in {TaskStatus.PENDING, TaskStatus.COMPLETE, TaskStatus.PARTIAL, TaskStatus.FAILED}
    if outcome.status is not TaskStatus.PENDING:
        assert outcome.status.has_lyrics == (outcome.complete_variants > 0)
    for variant in outcome.variants:
        assert variant.status is not VariantStatus.COMPLETE or variant.text.strip()
        "".join((variant.title, variant.text, variant.error or "")).encode()
    if outcome.status is TaskStatus.COMPLETE:
        assert outcome.complete_variants == len(outcome.variants)
    if outcome.status is TaskStatus.FAILED:
        assert isinstance(outcome.error, Failure)
        assert_printable_line(outcome.error.message)


@settings(max_examples=400)
@given(REPLIES, DIALECT)
def test_a_submission_gives_an_id_or_our_error(reply, dialect):
    try:
        task_id = parse_submission(reply, dialect)
    except ServiceError as error:
        assert_printable_line(error.message)
    else:
        assert 1 <= len(task_id) <= 512
        assert_printable_line(task_id)


@settings(max_examples=400)
@given(REPLIES, DIALECT)
def test_a_record_gives_an_outcome_or_none_or_our_error(reply, dialect):
    try:
        outcome = parse_record(reply, dialect)
    except ServiceError as error:
        assert_printable_line(error.message)
    else:
        if outcome is not None:
            assert_sound(outcome)


@settings(max_examples=200)
@given(REPLIES, DIALECT)
def test_credits_are_a_finite_number_or_our_error(reply, dialect):
    try:
        assert abs(parse_credits(reply, dialect)) < float("inf")
    except ServiceError as error:
        assert_printable_line(error.message)


@settings(max_examples=400)
@given(BODIES, DIALECT, st.none() | ANY_TEXT, st.dictionaries(ANY_TEXT, ANY_TEXT))
def test_a_callback_is_sound_or_our_error(body, dialect, key, headers):
    try:
        callback = Callback.from_http(headers, body, webhook_key=key, now=0.0)
    except (ServiceError, CallbackRejectedError) as error:
        assert_printable_line(error.message)
    else:
        assert not key, "an unsigned callback was believed"
        if callback.task_id is None:
            assert any(variant.text for variant in callback.outcome.variants), "neither an id nor lyrics"
        else:
            assert callback.task_id.isprintable()
        assert_sound(callback.outcome)
    assert_printable_line(verdict(body))


@settings(max_examples=200)
@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), DIALECT)
def test_any_text_comes_through_unchanged(text, dialect):
    data = {"taskId": "t", "data": [{"text": text, "title": "", "status": "complete"}]}
    for ascii_only in (True, False):
        body = json.dumps({"code": 200, "msg": "", "data": data}, ensure_ascii=ascii_only).encode()
        callback = Callback.from_http({}, body, now=0.0)
        assert callback.outcome.variants[0].text == text


WRAPPERS = st.lists(
    st.sampled_from(["data", "response", "lyricsData", "resultJson", "clips", "json", "twice", "list"]),
    max_size=4,
)


def wrapped(value, wrappers):
    for name in wrappers:
        match name:
            case "json":
                value = json.dumps(value)
            case "twice":
                value = json.dumps(json.dumps(value))
            case "list":
                value = [value]
            case _:
                value = {"taskId": "t", name: value}
    return value


@settings(max_examples=200)
@given(WRAPPERS, st.booleans(), st.binary(max_size=9), DIALECT)
def test_a_text_is_found_however_it_is_nested_and_encoded(wrappers, alone, junk, dialect):
    variant = {"text": "la", "title": "T", "taskId": "t"}
    value = wrapped(variant if alone else [variant], wrappers)
    body = json.dumps({"code": 200, "data": {"taskId": "t", "response": value}}).encode()
    outcome = parse_record(Reply(200, {}, junk.replace(b"{", b"") + body + junk), dialect)
    assert outcome is not None
    assert [one.text for one in outcome.variants] == ["la"]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_comma_behind_the_last_of_several_things_is_overlooked_and_none_in_a_text(dialect):
    variants = '[{"text":"[Verse,]\\"la,}","title":"T" , },]'
    record = f'{{"code":200,"data":{{"taskId":"t","response":{{"data":{variants},}}}},\n}}'
    outcome = parse_record(Reply(200, {}, record.encode()), dialect)
    assert outcome is not None
    assert [one.text for one in outcome.variants] == ['[Verse,]"la,}']
    assert parse_submission(Reply(200, {}, b'{"code":200,"data":{"taskId":"t",},}'), dialect) == "t"


@pytest.mark.parametrize("text", ["[1,,]", '{"a":1,', '{"a" 1,}', "[,,]", '"a,}', "{]"])
def test_nothing_else_is_overlooked(text):
    with pytest.raises(ValueError, match="not JSON"):
        parse_json(text)


FINAL_WORDS = {"", "complete", "completed", "success", "succeeded"}


@settings(max_examples=200)
@given(ANY_TEXT, st.sampled_from(["SUCCESS", "PENDING", "NEW", None]), DIALECT)
def test_no_word_but_the_final_ones_makes_a_text_final(word, task_word, dialect):
    record = {"taskId": "t", "status": task_word, "response": [{"text": "la", "status": word}]}
    outcome = parse_record(Reply(200, {}, json.dumps({"code": 200, "data": record}).encode()), dialect)
    assert outcome is not None
    is_final = word.strip().lower() in FINAL_WORDS and task_word not in {"PENDING", "NEW"}
    assert (outcome.complete_variants == 1) == is_final
    assert [one.text for one in outcome.variants] == ["la"]


@given(ANY_TEXT | st.floats().map(str), st.floats(0, 4e9))
def test_retry_after_is_a_bounded_pause_or_none(value, now):
    pause = retry_after({"Retry-After": value}, now)
    assert pause is None or 0 <= pause <= 600


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"data":' * 500_000,
        b'{"code":200,"data":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"code":200,"data":{"taskId":"t","data":[' + b'{"text":"a"},' * 100_000 + b'{"text":"a"}]}}',
        b'{"code":200,"data":{"taskId":"t","response":"' + rb"\"" * 500_000 + b'"}}',
        b'{"code":200,"msg":"' + b" x" * 1_000_000 + b'","data":{"taskId":"t"}}',
        b'{"code":' + b"9" * 1_000_000 + b',"data":{"taskId":"t"}}',
        b"<title>" + b" " * 1_000_000,
    ],
    ids=["lists", "objects", "nested", "variants", "quotes", "message", "number", "html"],
)
def test_a_body_built_to_exhaust_us_is_read_or_refused(body):
    for dialect in DIALECTS.values():
        for parse in (parse_submission, parse_record, parse_credits):
            try:
                parse(Reply(200, {}, body), dialect)
            except LyricsError as error:
                assert_printable_line(error.message)
        assert_printable_line(verdict(body))


def test_json_that_is_none_says_so_in_a_word():
    for body, why in ((b"\xff", "not JSON"), (b"[" * 200_000, "JSON nested too deep"), (b"{", "not JSON")):
        with pytest.raises(ValueError, match=why):
            parse_json(body)
