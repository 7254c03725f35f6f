"""The service without sockets: whatever comes in, it answers like the service."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.sandbox.account import Account
from lyricscli.sandbox.answers import letters
from lyricscli.sandbox.behaviour import EmulatorOptions
from lyricscli.sandbox.ledger import Ledger, Route
from lyricscli.sandbox.wire import JOBS_MODEL, RefusedError, refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "prompt": JSON | st.just("the sea sandbox:partial"),
        "callBackUrl": JSON,
        "model": JSON | st.just(JOBS_MODEL),
        "input": JSON | st.fixed_dictionaries({"prompt": JSON}),
    },
)
BODIES = st.binary(max_size=200) | (JSON | LIKELY).map(lambda value: json.dumps(value).encode())


@pytest.fixture(scope="module", params=["sunoapi", "kie"])
def service(request):
    options = EmulatorOptions(request.param, latency=0, submissions=None, reads=None)
    with Ledger(None) as ledger:
        yield Account(options, ledger, lambda: 1_000_000.0)


@given(body=BODIES, route=st.sampled_from(Route), authorization=st.none() | st.text(max_size=20))
def test_any_submission_is_answered_and_any_task_can_be_read(service, body, route, authorization):
    try:
        entry, answer = service.submit(authorization, body, route)
    except RefusedError as error:
        refused = error.code
    else:
        refused = None
    if refused is not None:
        assert refused in {400, 401, 413, 422}
        return
    told = json.loads(answer.body)
    assert told["data"]["taskId"] == entry.task_id
    read = json.loads(service.read(authorization, entry.task_id, route).body)
    assert read["data"]["taskId"] == entry.task_id
    for letter in letters(entry, service.options.flavour):
        assert json.loads(letter.body)["code"] == 200


@given(task_id=st.text(max_size=40), route=st.sampled_from(Route))
def test_any_id_that_was_never_given_is_unknown(service, task_id, route):
    try:
        answer = service.read(None, task_id, route)
    except RefusedError as error:
        answer = refusal(service.options.flavour, error)
    assert json.loads(answer.body)["data"] is None
