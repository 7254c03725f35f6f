"""`lyrics trigger` and `lyrics sandbox` drive receivers in Express, Flask and PHP over real HTTP."""

import json
import urllib.request

import pytest


def test_a_sample_callback_is_taken_and_its_lyrics_kept(lyrics, program):
    with program() as running:
        done = lyrics("trigger", "complete", "--to", running.url, "--set", "data.data.0.title=Blå ✓")
        kept = running.only()
    assert done.returncode == 0, done.stderr
    assert b"received" in done.stdout
    assert kept["code"] == 200
    assert kept["variants"][0]["title"] == "Blå ✓"
    assert all(variant["text"] for variant in kept["variants"])


@pytest.mark.parametrize("dialect", ["sunoapi", "kie"])
def test_a_failure_is_taken_and_told(lyrics, program, dialect):
    with program() as running:
        done = lyrics("trigger", "429", "--to", running.url, "--dialect", dialect)
        kept = running.only()
    assert done.returncode == 0, done.stderr
    assert (kept["code"], kept["variants"]) == (429, [])


@pytest.mark.parametrize("name", ["duplicate", "error-after-success", "success-after-error"])
def test_lyrics_in_hand_stay_whatever_else_comes(lyrics, program, name):
    with program() as running:
        document = lyrics.json("trigger", name, "--to", running.url)
        kept = running.only()
    assert [answer["status"] for answer in document["answers"]] == [200, 200]
    assert kept["code"] == 200
    assert kept["variants"]


def test_a_body_that_breaks_off_is_refused_and_the_exit_code_says_so(lyrics, program):
    with program() as running:
        document = lyrics.json("trigger", "malformed", "--to", running.url, code=1)
        assert list(running.folder.iterdir()) == []
    assert document["answers"][0]["status"] == 400


def test_a_body_that_drips_is_taken(lyrics, program):
    with program() as running:
        assert lyrics("trigger", "slow", "--drip", "0.3s", "--to", running.url).returncode == 0
        assert running.only()["variants"]


def test_the_signature_is_believed_and_its_absence_is_not(lyrics, program):
    with program(WEBHOOK_KEY="shared") as running:
        kie = ["trigger", "complete", "--to", running.url, "--dialect", "kie"]
        assert lyrics(*kie, "--sign-env", "HOOK", HOOK="shared").returncode == 0
        assert lyrics(*kie, "--sign-env", "HOOK", HOOK="other").returncode == 1
        assert lyrics(*kie).returncode == 1
        assert running.only()["variants"]


def test_the_emulator_delivers_the_lyrics_that_its_record_holds(lyrics, program):
    with program() as running:
        server = lyrics.start("sandbox", "--json", "--port", "0", "--latency", "0")
        try:
            base = json.loads(server.stdout.readline())["url"]
            body = json.dumps({"prompt": "a lighthouse", "callBackUrl": running.url}).encode()
            order = urllib.request.Request(
                f"{base}/api/v1/lyrics", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(order, timeout=20) as answer:
                task = json.load(answer)["data"]["taskId"]
            events = [json.loads(server.stdout.readline()) for _ in range(2)]
            record = f"{base}/api/v1/lyrics/record-info?taskId={task}"
            with urllib.request.urlopen(record, timeout=20) as answer:
                told = json.load(answer)["data"]["response"]["data"]
            kept = running.kept(task)
        finally:
            server.terminate()
            server.communicate(timeout=10)
    (callback,) = [event for event in events if event["event"] == "callback"]
    assert (callback["attempt"], callback["status"]) == (1, 200)
    assert kept["variants"] == told
