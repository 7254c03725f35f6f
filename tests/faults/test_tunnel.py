"""The tunnel under every fault: the real program, real pyngrok, and the stand-in agent that can misbehave."""

import json
import os
import signal
import sys
import urllib.request

import pytest

from lyricscli.store.library import Library
from tests.standins.journal import Journal

TOKEN = "ngrok-token-for-tests"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in agent is a POSIX executable")

# Fault of the agent: what stderr says of it. The result comes all the same, by polling.
FAULTS = {
    "silent": "ngrok",
    "api-hangs": "ngrok",
    "api-garbage": "ngrok",
    "105": "ERR_NGROK_105",
    "108": "ERR_NGROK_108",
    "108-retry": "ERR_NGROK_108",
    "4018": "ERR_NGROK_4018",
    "334": "ERR_NGROK_334",
    "web-busy": "ngrok",
    "offline": "ngrok",
    "version-hangs": "ngrok",
}

HANGS = {"silent", "api-hangs", "offline", "version-hangs"}


@pytest.fixture
def tunnelled(lyrics, service, standin, tmp_path):
    """Give a function that generates through the stand-in agent; `journal` is what the agent wrote down."""
    journal = Journal(tmp_path / "journal")

    def run(*more, prompt="a sea song", **environ):
        return lyrics(*arguments(service, prompt, *more), **variables(**environ))

    def variables(**environ):
        return {
            "LYRICS_NGROK_PATH": str(standin),
            "NGROK_AUTHTOKEN": TOKEN,
            "LYRICS_TUNNEL_TIMEOUT": "3s",
            "STANDIN_NGROK_LOG": str(tmp_path / "journal"),
            "STANDIN_NGROK_LIFETIME": "60",
            **environ,
        }

    run.variables = variables
    run.journal = journal
    yield run
    journal.close()


def arguments(service, prompt, *more):
    return [
        "generate",
        prompt,
        *("--provider", "sandbox", "--base-url", service.url, "--tunnel", "ngrok", "--json"),
        *("--poll-interval", "0.3s", *more),
    ]


def test_a_callback_arrives_through_the_tunnel(tunnelled, record):
    document, done = record("tunnel: none", lambda: tunnelled("--poll-interval", "20s"))
    assert (done.returncode, document["delivered_by"]) == (0, "callback"), done.stderr.decode()
    assert tunnelled.journal.alive() == []
    assert len(tunnelled.journal.all("request")) == 1


def test_the_token_is_nowhere_but_in_a_private_file_that_is_gone_afterwards(tunnelled, lyrics):
    tunnelled()
    (start,) = tunnelled.journal.all("start")
    assert TOKEN not in " ".join(start["argv"])
    assert TOKEN not in json.dumps(start["environ"])
    assert TOKEN in json.dumps(start["config"])
    left = [path for path in (lyrics.home / "lyrics" / "run").rglob("*") if path.is_file()]
    assert left == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_result_is_polled_when_the_tunnel_fails(tunnelled, record, fault):
    patience = {"LYRICS_TUNNEL_TIMEOUT": "1s"} if fault in HANGS else {}
    document, done = record(f"tunnel: {fault}", lambda: tunnelled(STANDIN_NGROK_FAULT=fault, **patience))
    said = done.stderr.decode()
    assert (done.returncode, document["delivered_by"]) == (0, "poll"), said
    assert FAULTS[fault] in said
    assert "will be polled" in said
    assert TOKEN not in said
    assert tunnelled.journal.alive() == []


@pytest.mark.parametrize("fault", ["drop", "die", "forward-nothing"])
def test_polling_takes_over_when_the_tunnel_fails_in_mid_wait(tunnelled, record, fault):
    document, done = record(
        f"tunnel: {fault} in mid-wait",
        lambda: tunnelled(
            prompt="a sea song sandbox:never", STANDIN_NGROK_FAULT=fault, STANDIN_NGROK_DELAY="0.1"
        ),
    )
    assert (done.returncode, document["delivered_by"]) == (0, "poll"), done.stderr.decode()
    assert tunnelled.journal.alive() == []


@pytest.mark.parametrize("fault", ["log-flood", "api-404", "stubborn", "dials-2"])
def test_a_callback_arrives_all_the_same(tunnelled, record, fault):
    version = {"STANDIN_NGROK_VERSION": "3.20.0"} if fault == "api-404" else {}
    document, done = record(
        f"tunnel: {fault}",
        lambda: tunnelled("--poll-interval", "30s", STANDIN_NGROK_FAULT=fault, **version),
    )
    assert (done.returncode, document["delivered_by"]) == (0, "callback"), done.stderr.decode()
    assert tunnelled.journal.alive() == []


@pytest.mark.parametrize(
    ("fault", "environ", "said"),
    [
        ("no agent", {"LYRICS_NGROK_PATH": "/nonexistent/ngrok"}, "not installed"),
        ("no token", {"NGROK_AUTHTOKEN": None}, "authtoken"),
    ],
)
def test_what_is_missing_is_said_in_one_line(tunnelled, record, fault, environ, said):
    document, done = record(f"tunnel: {fault}", lambda: tunnelled(**environ))
    assert (done.returncode, document["delivered_by"]) == (0, "poll")
    lines = [line for line in done.stderr.decode().splitlines() if "polled" in line]
    assert len(lines) == 1
    assert said in lines[0]


def test_via_callback_makes_a_missing_tunnel_an_error_before_anything_is_paid(tunnelled, service, record):
    before = len(service.submissions())
    document, done = record(
        "tunnel: 108 with --via callback", lambda: tunnelled("--via", "callback", STANDIN_NGROK_FAULT="108")
    )
    assert (done.returncode, document["task_id"], document["status"]) == (8, None, "failed")
    assert len(service.submissions()) == before


@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143), ("SIGKILL", -9)]
)
def test_no_agent_outlives_a_signal(lyrics, tunnelled, service, name, code):
    process = lyrics.start(*arguments(service, "a song sandbox:pending"), **tunnelled.variables())
    said = b""
    while b"accepted" not in said:
        said += process.stderr.readline()
    process.send_signal(getattr(signal, name))
    process.communicate(timeout=30)
    assert process.returncode == code
    if name == "SIGKILL":
        # Nobody could clean up: the next command does, whatever it is.
        (agent,) = tunnelled.journal.alive()
        assert str(agent) in lyrics("list").stderr.decode()
        assert not any((lyrics.home / "lyrics" / "run").iterdir())
    assert tunnelled.journal.alive() == []


def newest(lyrics):
    """Return the newest task of the library."""
    with Library(lyrics.home / "lyrics" / "library.db") as library:
        return library.find("last")


def call_back(url, task_id):
    """Send the callback of a task that is complete, and return the status it is answered with."""
    song = {"text": "[Verse]\nFound\n", "title": "Found", "status": "complete"}
    told = {"code": 200, "msg": "ok", "data": {"callbackType": "complete", "taskId": task_id, "data": [song]}}
    request = urllib.request.Request(url, json.dumps(told).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


def test_an_address_that_the_agent_restores_in_mid_wait_still_delivers_the_callback(
    lyrics, tunnelled, service
):
    waiting = arguments(service, "a song sandbox:pending", "--via", "callback")
    process = lyrics.start(*waiting, **tunnelled.variables(STANDIN_NGROK_RESTORE="0.05"))
    said = b""
    while b"accepted" not in said:
        said += process.stderr.readline()
    os.kill(tunnelled.journal.wait("start")["pid"], signal.SIGUSR1)
    while b"is back" not in said:
        assert process.poll() is None, said
        said += process.stderr.readline()
    (endpoint,) = tunnelled.journal.all("endpoint")
    task = newest(lyrics)
    assert call_back(endpoint["public_url"] + task.callback_path, task.task_id) == 200
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(out)["delivered_by"]) == (0, "callback")
    assert len(tunnelled.journal.all("start")) == 1


def test_with_a_reserved_domain_wait_takes_the_callback_of_a_task_whose_id_never_came(
    lyrics, tunnelled, service, record
):
    domain = {"LYRICS_NGROK_DOMAIN": "songs.example.test", "LYRICS_TUNNEL_TIMEOUT": "20s"}
    done = tunnelled("--timeout", "0.5s", prompt="a lost song sandbox:submit-500", **domain)
    earlier = {entry["pid"] for entry in tunnelled.journal.all()}
    assert json.loads(done.stdout)["status"] == "unknown"
    (task,) = lyrics.json("list")
    path = newest(lyrics).callback_path
    process = lyrics.start(
        "wait", "--json", "--timeout", "20s", **tunnelled.variables(**domain, LYRICS_TUNNEL="ngrok")
    )
    while (opened := tunnelled.journal.wait("endpoint"))["pid"] in earlier:
        pass  # the first command may have ended before its own was open
    assert call_back(f"http://127.0.0.1:{opened['port']}{path}", "f" * 32) == 200
    out, err = process.communicate(timeout=30)
    document = json.loads(out)
    assert (document["task_id"], document["status"]) == ("f" * 32, "complete"), err.decode()
    assert document["prompt"] == task["prompt"]


@pytest.mark.parametrize("command", ["generate", "listen", "doctor"])
def test_ctrl_c_while_a_tunnel_opens_says_nothing_of_our_insides(lyrics, tunnelled, service, command):
    words = {
        "generate": arguments(service, "a sea song"),
        "listen": ["listen", "--tunnel", "ngrok"],
        "doctor": ["doctor"],
    }
    more = {"STANDIN_NGROK_FAULT": "silent", "LYRICS_TUNNEL_TIMEOUT": "30s", "LYRICS_TUNNEL": "ngrok"}
    process = lyrics.start(*words[command], **tunnelled.variables(**more))
    tunnelled.journal.wait("start")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    for inside in (b"Traceback", b"Error", b"exception", b"the tunnel was closed", b"Future"):
        assert inside not in err
    assert tunnelled.journal.alive() == []
