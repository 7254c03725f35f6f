"""Callbacks as bytes: no loop, no socket."""

import base64
import hashlib
import hmac
import json

import pytest

from lyricscli.api.providers import DialectName
from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.answers import as_written, letters, signed
from lyricscli.sandbox.ledger import Entry, Route
from lyricscli.sandbox.scenarios import SCENARIOS
from lyricscli.sandbox.wire import FLAVOURS

SONG = (
    Variant(1, "Iron Man", VariantStatus.COMPLETE, "[Verse]\nsteel\n"),
    Variant(2, "", VariantStatus.FAILED, "", "This variant failed."),
)


def sent(name, dialect="sunoapi"):
    flavour = FLAVOURS[dialect]
    kept = as_written(SONG)
    entry = Entry("11dc****", Route(flavour.route), "p", "{}", None, name, 0, 0.4, 1.0, 2.0, written=kept)
    return letters(entry, flavour)


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
    first, second = (json.loads(letter.body) for letter in sent("error-after-success", "kie-jobs"))
    assert (first["code"], first["data"]["state"]) == (200, "success")
    song = json.loads(first["data"]["resultJson"])["resultObject"]["lyricsData"]
    assert [one["title"] for one in song] == ["Iron Man", ""]
    assert (second["code"], second["data"]["state"], second["data"]["resultJson"]) == (400, "fail", "")


@pytest.mark.parametrize("dialect", DialectName)
def test_every_scenario_that_can_be_sent_has_a_letter_in_every_flavour(dialect):
    assert all(sent(one.name, dialect) for one in SCENARIOS.values() if one.can_be_sent)


def test_the_signature_covers_id_and_time_by_the_key():
    letter = signed(sent("complete", "kie")[0], "secret", 1_700_000_000.9)
    digest = hmac.new(b"secret", b"11dc****.1700000000", hashlib.sha256).digest()
    headers = dict(letter.headers)
    assert headers["X-Webhook-Timestamp"] == "1700000000"
    assert base64.b64decode(headers["X-Webhook-Signature"]) == digest
    assert headers["Content-Type"] == "application/json"
