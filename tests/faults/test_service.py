"""Every fault of the service, met by the real program: what it makes of it, and how it exits."""

import json
import signal

import pytest

from lyricscli.sandbox.scenarios import SCENARIOS

POLLED = ["--poll-interval", "0.3s"]
SHORT = ["--timeout", "1s", *POLLED]

# Scenario: status, exit code and way of delivery with which `generate` ends at sunoapi.
OUTCOMES = {
    "complete": ("complete", 0, "callback"),
    "partial": ("partial", 0, "callback"),
    "failed": ("failed", 1, "callback"),
    "sensitive": ("failed", 7, "callback"),
    "create-failed": ("failed", 1, "callback"),
    "one-variant": ("complete", 0, "callback"),
    "twelve-variants": ("complete", 0, "callback"),
    "blank-variant": ("partial", 0, "callback"),
    "hostile": ("complete", 0, "callback"),
    "400": ("failed", 7, "callback"),
    "401": ("failed", 4, "callback"),
    "413": ("failed", 7, "callback"),
    "429": ("failed", 5, "callback"),
    "451": ("failed", 1, "callback"),
    "500": ("failed", 1, "callback"),
    "408": ("failed", 1, "callback"),
    "501": ("failed", 1, "callback"),
    "531": ("failed", 1, "callback"),
    "lyrics-data": ("complete", 0, "callback"),
    "snake-case": ("complete", 0, "callback"),
    "numbers-as-strings": ("complete", 0, "callback"),
    "extra-fields": ("complete", 0, "callback"),
    "submit-400": ("failed", 1, None),
    "submit-401": ("failed", 4, None),
    "submit-402": ("failed", 5, None),
    "submit-404": ("failed", 8, None),
    "submit-405": ("failed", 6, None),
    "submit-408": ("unknown", 8, None),
    "submit-413": ("failed", 7, None),
    "submit-422": ("failed", 1, None),
    "submit-429": ("failed", 5, None),
    "submit-430": ("failed", 6, None),
    "submit-455": ("failed", 6, None),
    "submit-500": ("unknown", 8, None),
    "submit-501": ("unknown", 8, None),
    "submit-505": ("unknown", 8, None),
    "submit-520": ("unknown", 8, None),
    "submit-522": ("unknown", 8, None),
    "busy": ("complete", 0, "callback"),
    # The answer never told the id: the callback on the secret path does.
    "submit-502": ("complete", 0, "callback"),
    "submit-524": ("complete", 0, "callback"),
    "submit-null": ("complete", 0, "callback"),
    "submit-empty": ("complete", 0, "callback"),
    "hang": ("complete", 0, "callback"),
    "hang-up": ("complete", 0, "callback"),
    "early": ("complete", 0, "callback"),
    "odd-id": ("complete", 0, "callback"),
    "pending": ("pending", 3, None),
    "unknown-word": ("pending", 3, None),
    "callback-exception": ("complete", 0, "callback"),
    "record-null": ("complete", 0, "callback"),
    "record-500": ("complete", 0, "callback"),
    "record-502": ("complete", 0, "callback"),
    "response-string": ("complete", 0, "callback"),
    "never": ("complete", 0, "poll"),
    "late": ("complete", 0, "poll"),
    "duplicate": ("complete", 0, "callback"),
    "slow": ("complete", 0, "poll"),
    "huge": ("complete", 0, "poll"),
    "wrong-id": ("complete", 0, "poll"),
    "malformed": ("complete", 0, "poll"),
    "null-data": ("complete", 0, "poll"),
    "empty": ("complete", 0, "poll"),
    "html": ("complete", 0, "poll"),
    "error-after-success": ("complete", 0, "callback"),
    "success-after-error": ("complete", 0, "callback"),
}
WITH_TIME = {"busy": ["--timeout", "20s"]}
BOUNDED = {"submit-405", "submit-430", "pending", "unknown-word", "hang"}


def test_every_scenario_of_the_emulator_is_in_the_table():
    assert set(OUTCOMES) == set(SCENARIOS)


@pytest.mark.parametrize("name", OUTCOMES)
def test_generate_survives(lyrics, service, record, name):
    status, code, way = OUTCOMES[name]
    unknown = status == "unknown"
    limits = SHORT if unknown or name in BOUNDED else [*WITH_TIME.get(name, ["--timeout", "20s"]), *POLLED]
    document, done = record(name, lambda: generate(lyrics, service, f"a sea song sandbox:{name}", *limits))
    assert (document["status"], done.returncode) == (status, code), done.stderr.decode()
    assert document["delivered_by"] == way
    assert b"Traceback" not in done.stderr
    stored = lyrics.json("list")
    assert [task["status"] for task in stored] == [status]
    assert len([e for e in service.submissions() if e["scenario"] == name]) <= (2 if name == "busy" else 1)


def generate(lyrics, service, prompt, *more, provider="sandbox", **environ):
    return lyrics(
        "generate", prompt, "--provider", provider, "--base-url", service.url, "--json", *more, **environ
    )


KIE = {
    "submit-401": ("failed", 4),
    "submit-402": ("failed", 5),
    "submit-422": ("failed", 1),
    "submit-455": ("failed", 6),
    "submit-500": ("unknown", 8),
    "submit-501": ("unknown", 8),
    "submit-505": ("failed", 6),
    "failed": ("failed", 1),
    "501": ("failed", 1),
    "531": ("failed", 1),
    "complete": ("complete", 0),
}


@pytest.mark.parametrize("name", KIE)
def test_generate_survives_kie(lyrics, kie, record, name):
    status, code = KIE[name]
    document, done = record(
        f"kie: {name}",
        lambda: generate(lyrics, kie, f"a sea song sandbox:{name}", *SHORT, provider="kie", KIE_API_KEY="k"),
    )
    assert (document["status"], done.returncode) == (status, code), done.stderr.decode()


def test_an_unknown_submission_is_kept_with_what_to_do_and_is_not_sent_again(lyrics, service):
    done = generate(lyrics, service, "an only song sandbox:submit-500", *SHORT)
    assert json.loads(done.stdout)["task_id"] is None
    assert b"not sent again" in done.stderr
    before = len(service.submissions())
    again = lyrics("wait", "--json")
    assert (again.returncode, json.loads(again.stdout)["prompt"]) == (8, "an only song sandbox:submit-500")
    assert b"not sent again" in again.stderr
    assert len(service.submissions()) == before


def test_verify_believes_the_record_and_not_the_callback(lyrics, service):
    done = generate(lyrics, service, "a song sandbox:unknown-word", "--verify", *SHORT)
    assert done.returncode == 3
    document = json.loads(generate(lyrics, service, "a song", "--verify", *POLLED).stdout)
    assert (document["status"], document["delivered_by"]) == ("complete", "callback")


def test_an_unknown_status_word_is_quoted_at_the_deadline(lyrics, service):
    document = json.loads(generate(lyrics, service, "a song sandbox:unknown-word", *SHORT).stdout)
    assert document["error"]["reason"] == "timeout"
    assert "not a status that is known" in document["error"]["message"]


def test_reuse_answers_from_the_library_and_resumes_what_is_pending(lyrics, service):
    first = json.loads(generate(lyrics, service, "one and the same", *POLLED).stdout)
    before = len(service.submissions())
    again = json.loads(generate(lyrics, service, "one and the same", "--reuse").stdout)
    assert (again["task_id"], again["delivered_by"]) == (first["task_id"], "library")
    pending = generate(lyrics, service, "a late one sandbox:never", "--no-wait").stdout
    resumed = json.loads(generate(lyrics, service, "a late one sandbox:never", "--reuse", *POLLED).stdout)
    assert (resumed["task_id"], resumed["status"]) == (json.loads(pending)["task_id"], "complete")
    assert len(service.submissions()) == before + 1


def test_with_a_webhook_key_a_signed_callback_is_believed_and_an_unsigned_one_is_not(
    lyrics, kie, start_service
):
    keys = {"KIE_API_KEY": "k", "LYRICS_WEBHOOK_KEY": "w" * 32}
    signing = start_service("--latency", "0.2s", "--dialect", "kie", LYRICS_WEBHOOK_KEY="w" * 32)
    signed = json.loads(generate(lyrics, signing, "a song", *POLLED, provider="kie", **keys).stdout)
    assert (signed["status"], signed["delivered_by"]) == ("complete", "callback")
    done = generate(lyrics, kie, "a song", *POLLED, provider="kie", **keys)
    assert json.loads(done.stdout)["delivered_by"] == "poll"
    assert b"refused" in done.stderr


def test_ctrl_c_while_throttled_sends_nothing_more_and_leaves_no_doubt(lyrics, service):
    prompt = "a throttled song sandbox:submit-430"
    process = lyrics.start("generate", prompt, "--provider", "sandbox", "--base-url", service.url)
    said = b""
    while b"Trying again" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    before = len(service.submissions())
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"nothing is paid" in err
    assert len(service.submissions()) == before
    assert [task["status"] for task in lyrics.json("list")] == ["failed"]


def test_ctrl_c_while_the_service_thinks_leaves_the_submission_in_doubt(lyrics, service):
    prompt = "a slow song sandbox:hang"
    options = ["--provider", "sandbox", "--base-url", service.url, "--via", "poll"]
    before = len(service.submissions())
    process = lyrics.start("generate", prompt, *options)
    while len(service.submissions()) == before:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"lyrics wait local-1" in err
    assert [task["status"] for task in lyrics.json("list")] == ["unknown"]
