"""`lyrics listen` as its user meets it: the real program, real senders and receivers, the stand-in agent."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.standins.journal import Journal

BODY = json.dumps(
    {"code": 200, "msg": "ok", "data": {"callbackType": "complete", "taskId": "t1", "data": [{"text": "La"}]}}
).encode()


@pytest.fixture
def listening(lyrics):
    """Start `lyrics listen`, on loopback unless told otherwise; return the process and its first line."""
    started = []

    def starting(*arguments, tunnel="none", **environ):
        process = lyrics.start("listen", "--tunnel", tunnel, *arguments, **environ)
        started.append(process)
        return process, process.stdout.readline().decode().rstrip("\n")

    yield starting
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def send(url, body=BODY, kind="application/json"):
    request = urllib.request.Request(url, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def ended(process):
    """Wait for the end; return exit code and the rest of stdout and stderr."""
    out, err = process.communicate(timeout=30)
    return process.returncode, out.decode(), err.decode()


def test_the_first_line_is_the_url_alone_and_each_callback_a_line(listening):
    process, url = listening("--max", "2")
    assert [send(url), send(url, b"{")] == [200, 200]
    code, out, err = ended(process)
    assert code == 0
    first, second = out.splitlines()
    assert "#1  complete, 1 variant, documented shape  (task t1, " in first
    assert "#2  not JSON" in second
    assert "a probe went round" in err


def test_the_status_of_the_receiver_is_passed_back_and_its_answer_shown(listening, receiver):
    receiver.status, receiver.answer = 500, b"boom \x1b[2J"
    process, url = listening("--max", "1", "--forward-to", receiver.url)
    assert send(url) == 500
    code, out, _ = ended(process)
    assert code == 0
    assert "#1 -> 500 Internal Server Error in " in out
    assert "boom \\x1b[2J" in out
    assert receiver.bodies == [BODY]


def test_a_redirect_of_the_receiver_is_shown_and_not_followed_and_a_header_is_added(listening, receiver):
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/else\x9bwhere"}
    process, url = listening("--max", "1", "--forward-to", receiver.url, "--header", "X-Env:mine")
    assert send(url) == 302
    _, out, _ = ended(process)
    assert f"a redirect to {receiver.url}/else" in out
    assert ", which is not followed" in out
    assert "\x9b" not in out
    assert [(dict(heads)["X-Env"], path) for path, heads in receiver.heads] == [("mine", "/callback")]


@pytest.mark.parametrize(
    ("view", "shown"), [("body", BODY.decode()), ("json", json.dumps(json.loads(BODY), indent=2))]
)
def test_a_body_can_be_shown_alone_on_stdout(listening, view, shown):
    process, url = listening("--max", "1", "--print", view)
    send(url)
    _, out, err = ended(process)
    assert out == shown + "\n"
    assert "documented shape" in err


def test_json_is_one_object_an_event(listening, receiver):
    process, ready = listening("--max", "1", "--json", "--forward-to", receiver.url)
    url = json.loads(ready)["url"]
    send(url, b"plain", "text/html")
    send(url, BODY + b"\xff")
    code, out, err = ended(process)
    refused, came, forwarded = map(json.loads, out.splitlines())
    assert (code, err) == (0, "")
    assert (refused["event"], "text/html" in refused["reason"]) == ("refused", True)
    assert (came["event"], came["number"], came["bytes"]) == ("callback", 1, len(BODY) + 1)
    assert came["headers"]["Content-Type"] == "application/json"
    assert came["body"].endswith("\ufffd")
    assert (forwarded["event"], forwarded["status"], forwarded["body"]) == ("forwarded", 200, "thanks")


def test_what_a_sender_writes_cannot_act_on_the_terminal(listening):
    process, url = listening("--max", "1", "--print", "body")
    send(url, b'{"code":200,"data":{"taskId":"\x1b]0;x\x07","data":[{"text":"\x1b[2J"}]}}')
    _, out, err = ended(process)
    assert "\x1b" not in out + err


def test_a_recorded_callback_is_shown_and_forwarded_again(listening, lyrics, receiver):
    process, url = listening("--max", "2")
    send(url)
    send(url, b'{"code": 500}')
    ended(process)
    assert "#1  complete" in lyrics("listen", "--replay", "1").stdout.decode()
    done = lyrics("listen", "--replay", "last", "--forward-to", receiver.url)
    assert (done.returncode, receiver.bodies) == (0, [b'{"code": 500}'])
    assert "#2 -> 200 OK" in done.stdout.decode()
    receiver.status = 500
    assert lyrics("listen", "--replay", "1", "--forward-to", receiver.url).returncode == 1
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert lyrics("listen", "--replay", "1", "--forward-to", nobody).returncode == 8
    assert lyrics("listen", "--replay", "3").returncode == 9


def test_a_receiver_past_15_s_is_warned_of(listening, lyrics, receiver):
    lyrics.environ["PYTHONPATH"] = str(lyrics.home) + os.pathsep + lyrics.environment()["PYTHONPATH"]
    (lyrics.home / "sitecustomize.py").write_text(
        "from lyricscli.api import postman\npostman.PATIENCE = 0.0\n", encoding="utf-8"
    )
    process, url = listening("--max", "1", "--forward-to", receiver.url)
    send(url)
    _, _, err = ended(process)
    assert "the service gives up after" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(listening, number, code):
    process, url = listening()
    process.send_signal(number)
    assert ended(process)[:2] == (code, "")
    with pytest.raises(urllib.error.URLError):
        send(url)


@pytest.mark.parametrize(("wanted", "code"), [((), 0), (("--max", "2"), 3)])
def test_when_the_time_is_over_what_came_decides(listening, wanted, code):
    process, url = listening("--timeout", "2s", *wanted)
    assert send(url) == 200
    assert ended(process)[0] == code


def test_nothing_in_time_exits_3(listening):
    process, _ = listening("--timeout", "0.01s")
    assert ended(process)[:2] == (3, "")


def test_a_reader_that_leaves_ends_it_quietly(listening):
    process, url = listening()
    process.stdout.close()
    send(url)
    assert process.wait(20) == 0
    assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("stderr", [subprocess.PIPE, subprocess.STDOUT])
def test_callbacks_are_answered_and_ctrl_c_ends_it_although_nobody_reads(lyrics, stderr):
    forward = ("--forward-to", "http://127.0.0.1:1/")
    process = lyrics.start("listen", "--tunnel", "none", "--json", *forward, stderr=stderr)
    try:
        url = json.loads(process.stdout.readline())["url"]
        body = BODY + b" " * 40_000  # a pipe holds 64 KiB
        assert [send(url, body) for _ in range(8)] == [502] * 8
        process.send_signal(signal.SIGINT)
        assert process.wait(4) == 130
    finally:
        process.kill()
        process.communicate()


def test_what_nobody_read_in_time_is_read_whole_when_somebody_does(listening):
    process, url = listening("--max", "8", "--print", "body")
    bodies = [BODY[:-1] + b',"number":%d,"x":"%s"}' % (number, b"y" * 40_000) for number in range(8)]
    assert [send(url, body) for body in bodies] == [200] * 8
    code, out, _ = ended(process)
    assert (code, out.splitlines()) == (0, [body.decode() for body in bodies])


def test_it_loads_nothing_of_the_emulator(lyrics):
    code = (
        "import sys; from lyricscli.__main__ import run;"
        " run(['listen', '--tunnel', 'none', '--timeout', '0.1s']);"
        " print([name for name in sys.modules if name.startswith('lyricscli.sandbox')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=lyrics.environment(), capture_output=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == b"[]"


def test_a_lasting_address_has_the_same_path_at_each_start_until_told_otherwise(listening, lyrics):
    urls = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        here = f"127.0.0.1:{free.getsockname()[1]}"
    own = ("--callback-url", f"http://{here}", "--listen", here, "--max", "1")
    for more in ((), (), ("--new-path",), ()):
        process, url = listening(*own, *more)
        urls.append(url)
        assert send(url) == 200
        assert ended(process)[0] == 0
    first, second, third, fourth = urls
    assert (first == second, second == third, third == fourth) == (True, False, True)
    (kept,) = lyrics.home.rglob("paths.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text(json.dumps({f"http://{here}": "/c/guessed"}))
    process, url = listening(*own)
    assert "guessed" not in url


def test_an_own_address_is_printed_once_it_leads_here(listening, unused_tcp_port):
    here = f"127.0.0.1:{unused_tcp_port}"
    process, url = listening("--callback-url", f"http://{here}", "--listen", here, "--max", "1")
    assert url.startswith(f"http://{here}/c/")
    assert send(url) == 200
    assert ended(process)[0] == 0


def test_an_own_address_that_leads_elsewhere_exits_8_and_no_url_is_printed(lyrics, receiver):
    own = ("--callback-url", receiver.url, "--listen", "127.0.0.1:0")
    done = lyrics("listen", *own, LYRICS_TUNNEL_TIMEOUT="1s")
    assert (done.returncode, done.stdout) == (8, b"")
    assert b"does not lead back here" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--callback-url", "https://x.example"], 2, "--listen"),
        (["--callback-url", "ftp://x", "--listen", "127.0.0.1:0"], 2, "--callback-url"),
        (["--listen", "here"], 2, "HOST:PORT"),
        (["--listen", "127.0.0.1:99999"], 2, "HOST:PORT"),
        (["--listen", "192.0.2.1:0", "--tunnel", "none"], 2, "cannot listen"),
        (["--forward-to", "localhost:5000"], 2, "--forward-to"),
        (["--timeout", "soon"], 2, "--timeout"),
        (["--max", "0"], 2, "--max"),
        (["--print", "all"], 2, "--print"),
        (["--dialect", "other"], 2, "--dialect"),
        (["--replay", "last"], 9, "recorded"),
        (["--tunnel", "ngrok"], 8, "ngrok"),
    ],
)
def test_bad_input_is_told_with_the_right_exit_code(lyrics, arguments, code, said):
    done = lyrics("listen", *arguments, LYRICS_NGROK_PATH="/nowhere/ngrok")
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_port_that_is_taken_is_a_usage_error(lyrics):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = f"127.0.0.1:{taken.getsockname()[1]}"
        done = lyrics("listen", "--tunnel", "none", "--listen", here)
    assert (done.returncode, done.stdout) == (2, b"")
    assert here.encode() in done.stderr


@pytest.fixture
def agent(standin, tmp_path):
    """Give the environment of the stand-in agent, and its journal; no agent outlives a test."""
    journal = Journal(tmp_path / "journal")
    environ = {
        "LYRICS_NGROK_PATH": str(standin),
        "NGROK_AUTHTOKEN": "token-for-tests",
        "STANDIN_NGROK_LOG": str(tmp_path / "journal"),
        "STANDIN_NGROK_LIFETIME": "60",
    }

    yield environ, journal.all
    assert journal.alive() == []
    journal.close()


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in agent is a POSIX executable")


def test_a_callback_comes_in_through_the_tunnel_and_nothing_is_left_behind(listening, agent):
    environ, events = agent
    process, url = listening("--max", "1", tunnel="ngrok", **environ)
    assert url.startswith(events("endpoint")[0]["public_url"])
    assert send(url) == 200
    assert ended(process)[0] == 0
    heads = [dict(event["head"][1:]) for event in events("request")]
    assert len(heads) == 2
    assert "ngrok-skip-browser-warning" in heads[0]


def test_an_address_that_the_agent_restores_is_kept_blip_after_blip(listening, agent):
    environ, events = agent
    process, url = listening("--max", "1", tunnel="ngrok", STANDIN_NGROK_RESTORE="0.05", **environ)
    for _ in range(10):
        os.kill(events("start")[0]["pid"], signal.SIGUSR1)
        while b"is back" not in process.stderr.readline():
            assert process.poll() is None
    assert send(url) == 200
    code, out, _ = ended(process)
    assert (code, "/c/" in out, len(events("start"))) == (0, False, 1)


def test_when_the_agent_ends_another_is_started_and_its_url_printed(listening, agent):
    environ, events = agent
    process, first = listening("--max", "1", tunnel="ngrok", **environ)
    os.kill(events("start")[0]["pid"], signal.SIGUSR2)
    second = process.stdout.readline().decode().strip()
    assert (second != first, second.split("/c/")[1]) == (True, first.split("/c/")[1])
    assert send(second) == 200
    code, _, err = ended(process)
    assert code == 0
    assert "The callback URL is gone" in err


def test_a_tunnel_that_forwards_nothing_is_never_said_to_work(lyrics, agent):
    environ, _ = agent
    environ |= {"STANDIN_NGROK_FAULT": "forward-nothing", "LYRICS_TUNNEL_TIMEOUT": "3s"}
    done = lyrics("listen", "--tunnel", "ngrok", **environ)
    assert (done.returncode, done.stdout) == (8, b"")
    assert b"ERR_NGROK_3200" in done.stderr
