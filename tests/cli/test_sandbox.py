"""`lyrics sandbox` as its user meets it: the real program, a client of the standard library, a receiver."""

import json
import signal
import urllib.request

import pytest


@pytest.fixture
def sandbox(lyrics):
    """Start the server on a free port; return the process and its base URL."""
    processes = []

    def starting(*arguments, **environ):
        process = lyrics.start("sandbox", "--port", "0", "--latency", "0", *arguments, **environ)
        processes.append(process)
        ready = process.stdout.readline().decode()
        url = json.loads(ready)["url"] if ready.startswith("{") else ready.removeprefix("ready ").strip()
        return process, url

    yield starting
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def submit(base, prompt, callback="https://unused.invalid/", key="any"):
    body = json.dumps({"prompt": prompt, "callBackUrl": callback}).encode()
    request = urllib.request.Request(f"{base}/api/v1/lyrics", body, {"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def record(base, task):
    with urllib.request.urlopen(f"{base}/api/v1/lyrics/record-info?taskId={task}", timeout=20) as answer:
        return json.load(answer)["data"]


def test_a_client_with_only_the_base_url_set_gets_its_lyrics_and_a_receiver_its_callback(sandbox, receiver):
    _, base = sandbox()
    task = submit(base, "a lighthouse", receiver.url)["data"]["taskId"]
    receiver.wait()
    assert json.loads(receiver.bodies[0])["data"]["taskId"] == task
    assert record(base, task)["response"]["data"][0]["text"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_it_cleanly(sandbox, number, code):
    process, base = sandbox()
    submit(base, "x sandbox:late")
    process.send_signal(number)
    assert process.wait(10) == code
    assert b"Traceback" not in process.stderr.read()


def test_the_log_is_on_stderr_and_stdout_has_the_ready_line_only(sandbox, receiver):
    process, base = sandbox()
    task = submit(base, "x sandbox:partial", receiver.url)["data"]["taskId"]
    receiver.wait()
    logged = [process.stderr.readline().decode() for _ in range(2)]
    process.terminate()
    out, _ = process.communicate(timeout=10)
    assert out == b""
    assert any(f"POST /api/v1/lyrics -> 200  {task}  partial" in line for line in logged)
    assert any(f"callback 1 of {task} to {receiver.url} -> 200 in " in line for line in logged)


def test_json_is_one_object_an_event_on_stdout(sandbox, receiver):
    process, base = sandbox("--json")
    task = submit(base, "x", receiver.url)["data"]["taskId"]
    events = {event["event"]: event for event in (json.loads(process.stdout.readline()) for _ in range(2))}
    assert events["request"]["task_id"] == events["callback"]["task_id"] == task
    assert (events["request"]["status"], events["callback"]["status"]) == (200, 200)


def test_a_log_that_nobody_reads_any_more_ends_it_quietly(sandbox):
    process, base = sandbox("--json")
    process.stdout.close()
    submit(base, "x")
    assert process.wait(10) == 0
    assert process.stderr.read() == b""


def test_what_a_client_sends_cannot_act_on_the_terminal(sandbox):
    process, base = sandbox()
    submit(base, "x", "http://127.0.0.1:1/\x1b[2J\n00:00:00 forged")
    logged = [process.stderr.readline() for _ in range(2)]
    assert b"\x1b" not in b"".join(logged)
    assert not any(line.startswith(b"00:00:00 forged") for line in logged)


def test_options_reach_the_service(sandbox, receiver):
    _, base = sandbox(
        "--dialect",
        "kie",
        "--key",
        "right",
        "--credits",
        "0.4",
        "--scenario",
        "one variant",
        LYRICS_WEBHOOK_KEY="hook",
    )
    assert submit(base, "x", key="wrong")["code"] == 401
    assert submit(base, "x", receiver.url, key="right")["code"] == 200
    assert submit(base, "x", key="right")["code"] == 402
    receiver.wait()
    assert len(json.loads(receiver.bodies[0])["data"]["data"]) == 1
    assert receiver.came[0]["X-Webhook-Signature"]


def test_another_seed_writes_other_lyrics(sandbox):
    texts = []
    for seed in ("1", "1", "2"):
        _, base = sandbox("--seed", seed)
        task = submit(base, "the sea")["data"]["taskId"]
        texts.append(record(base, task)["response"]["data"][0]["text"])
    assert texts[0] == texts[1] != texts[2]


def test_a_port_that_is_taken_is_a_usage_error(lyrics, sandbox):
    _, base = sandbox()
    done = lyrics("sandbox", "--port", base.rsplit(":", 1)[1])
    assert done.returncode == 2
    assert b"cannot be used" in done.stderr


def test_what_makes_no_sense_is_a_usage_error(lyrics):
    for wrong in (
        ["--scenario", "partal"],
        ["--latency", "soon"],
        ["--port", "99999"],
        ["--seed", "-1"],
        ["--seed", "9" * 30],
        ["--credits", "-1"],
        ["--dialect", "other"],
    ):
        done = lyrics("sandbox", "--port", "0", *wrong)
        assert done.returncode == 2, (wrong, done.stderr)
        assert done.stdout == b""
    assert b"`partial`" in lyrics("sandbox", "--scenario", "partal").stderr


def test_the_list_shows_every_scenario_without_starting(lyrics):
    done = lyrics("sandbox", "--list")
    assert done.returncode == 0
    assert all(name in done.stdout for name in (b"  hang-up ", b"  submit-455 ", b"  late ", b"  531 "))
    assert len(json.loads(lyrics("sandbox", "--list", "--json").stdout)) > 40
