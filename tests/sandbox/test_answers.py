"""Callbacks as bytes: no loop, no socket."""

import base64
import hashlib
import hmac
import json

from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.answers import letters, signed
from lyricscli.sandbox.scenarios import SCENARIOS
from lyricscli.sandbox.wire import FLAVOURS

SONG = (
    Variant(1, "Iron Man", VariantStatus.COMPLETE, "[Verse]\nsteel\n"),
    Variant(2, "", VariantStatus.FAILED, "", "This variant failed."),
)


def sent(name, dialect="sunoapi", job=None):
    return letters(SCENARIOS[name], FLAVOURS[dialect], "11dc****", SONG, job)


def test_the_documented_callback():
    assert json.loads(sent("complete")[0].body) == {
        "code": 200,
        "msg": "All generated successfully.",
        "data": {
            "callbackType": "complete",
            "taskId": "11dc****",
            "data": [
                {"text": "[Verse]\nsteel\n", "title": "Iron Man", "status": "complete", "errorMessage": ""},
                {"text": "", "title": "", "status": "failed", "errorMessage": "This variant failed."},
            ],
        },
    }


def test_the_documented_failure():
    assert json.loads(sent("failed")[0].body) == {
        "code": 400,
        "msg": "Lyrics generation failed",
        "data": {"callbackType": "error", "taskId": "11dc****", "data": None},
    }


def test_a_callback_of_the_newer_route_follows_its_record():
    job = {"taskId": "11dc****", "state": "success", "resultJson": "{}"}
    first, second = sent("error-after-success", "kie", job)
    assert json.loads(first.body)["data"] == job
    assert json.loads(second.body)["data"]["state"] == "fail"


def test_every_scenario_that_can_be_sent_has_a_letter_and_no_other_fault_of_delivery():
    for scenario in SCENARIOS.values():
        if scenario.can_be_sent:
            assert letters(scenario, FLAVOURS["kie"], "id", SONG), scenario.name


def test_the_signature_covers_id_and_time_by_the_key():
    letter = signed(sent("complete", "kie")[0], "secret", 1_700_000_000.9)
    digest = hmac.new(b"secret", b"11dc****.1700000000", hashlib.sha256).digest()
    headers = dict(letter.headers)
    assert headers["X-Webhook-Timestamp"] == "1700000000"
    assert base64.b64decode(headers["X-Webhook-Signature"]) == digest
    assert headers["Content-Type"] == "application/json"
