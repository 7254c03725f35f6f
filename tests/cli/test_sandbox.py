"""`lyrics sandbox` as its user meets it: the real program, a client of the standard library, a receiver."""

import json
import shlex
import signal
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from lyricscli.sandbox.scenarios import SCENARIOS, Stage


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
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/api/v1/lyrics", body, headers)
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
        "--header",
        "X-Env:mine",
        LYRICS_WEBHOOK_KEY="hook",
    )
    assert submit(base, "x", key="wrong")["code"] == 401
    assert submit(base, "x", receiver.url, key="right")["code"] == 200
    assert submit(base, "x", key="right")["code"] == 402
    receiver.wait()
    assert len(json.loads(receiver.bodies[0])["data"]["data"]) == 1
    assert receiver.came[0]["X-Webhook-Signature"]
    assert receiver.came[0]["X-Env"] == "mine"


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
    lines = done.stdout.decode().splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted(names) == sorted(SCENARIOS)
    assert [line[:-1] for line in lines if line.endswith(":")] == list(Stage)
    assert len(json.loads(lyrics("sandbox", "--list", "--json").stdout)) > 40


def test_bound_elsewhere_it_says_who_can_reach_it(sandbox):
    process, url = sandbox("--host", "0.0.0.0")
    assert url.startswith("http://127.0.0.1:")
    process.terminate()
    assert "any address of this machine" in process.communicate(timeout=20)[1].decode()


def test_a_host_that_is_not_ours_is_a_usage_error(lyrics):
    done = lyrics("sandbox", "--host", "192.0.2.1", "--port", "0")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--host" in done.stderr


WRITER = f"{shlex.quote(sys.executable)} -c {{}}".format


def test_a_program_of_ones_own_writes_in_the_embedded_sandbox_and_gets_no_key_of_ours(cli):
    code = "import os; print('Title: Mine'); print(*sorted(os.environ)); print(os.environ['LYRICS_PROMPT'])"
    writer = WRITER(shlex.quote(code))
    keys = {"NGROK_AUTHTOKEN": "n", "LYRICS_WEBHOOK_KEY": "w", "OPENAI_API_KEY": "theirs"}
    told = cli(
        "generate", "the sea", "--json", LYRICS_SANDBOX_WRITER=writer, LYRICS_SANDBOX_VARIANTS="3", **keys
    )
    assert told.code == 0, told.err
    assert f"with {Path(sys.executable).name} as its writer" in told.err
    assert [variant["title"] for variant in told.json["variants"]] == ["Mine"] * 3
    names, prompt = told.json["variants"][0]["text"].splitlines()
    assert prompt == "the sea"
    assert "OPENAI_API_KEY" in names
    assert not {"NGROK_AUTHTOKEN", "LYRICS_WEBHOOK_KEY"} & set(names.split())


@pytest.mark.parametrize("via", ["callback", "poll"])
def test_where_no_program_writes_the_task_fails_with_its_last_words(cli, via):
    writer = WRITER(shlex.quote("import sys; sys.exit('model not found')"))
    told = cli("generate", "the sea", "--json", "--via", via, LYRICS_SANDBOX_WRITER=writer)
    assert (told.code, told.json["status"]) == (1, "failed")
    assert told.json["error"]["reason"] == "generation_failed"
    assert "model not found" in told.json["error"]["message"]


def test_a_writer_that_is_no_program_is_told_before_a_task_is_made(cli):
    told = cli("generate", "the sea", LYRICS_SANDBOX_WRITER="no-such-program")
    assert (told.code, told.out) == (2, "")
    assert "no-such-program" in told.err
    assert cli("sandbox", "--writer", "no-such-program").code == 2
    assert cli("list", "--json").json == []


def test_the_server_takes_a_writer_too(sandbox):
    _, base = sandbox("--writer", WRITER(shlex.quote("print('la')")))
    task = submit(base, "a lighthouse")["data"]["taskId"]
    until = time.monotonic() + 20
    while (data := record(base, task))["status"] == "PENDING" and time.monotonic() < until:
        time.sleep(0.4)  # a task may be read three times a second
    assert [one["text"] for one in data["response"]["data"]] == ["la", "la"]
