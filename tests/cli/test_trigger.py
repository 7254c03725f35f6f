"""`lyrics trigger` as its user meets it: what arrives at a real receiver, what is printed, how it exits."""

import base64
import gzip
import hashlib
import hmac
import json
import signal
import socket

import pytest
from multidict import CIMultiDict

from lyricscli.__main__ import run
from lyricscli.api.headers import QUERY
from lyricscli.api.protocol import verdict
from lyricscli.models import Payload, PayloadKind, Submission
from lyricscli.store.library import Library


@pytest.fixture
def trigger(tmp_path, monkeypatch, capsys):
    """Run the command in this process; return its exit code, stdout and stderr."""
    monkeypatch.setenv("LYRICS_HOME", str(tmp_path))

    def running(*arguments):
        code = run(["trigger", *map(str, arguments)])
        return code, *capsys.readouterr()

    return running


def codes(bodies):
    return [int(json.loads(body)["code"]) for body in bodies]


def data(body):
    return json.loads(body)["data"]


def statuses(body):
    return [variant["status"] for variant in data(body)["data"]]


def is_code(number):
    return lambda bodies: codes(bodies) == [number] and data(bodies[0])["data"] is None


def is_broken(body):
    try:
        json.loads(body)
    except ValueError:
        return True
    return False


BEHAVES = {
    "complete": lambda bodies: set(statuses(*bodies)) == {"complete"},
    "partial": lambda bodies: set(statuses(*bodies)) == {"complete", "failed"},
    "failed": lambda bodies: codes(bodies) == [400] and data(*bodies)["callbackType"] == "error",
    "sensitive": is_code(400),
    "create-failed": is_code(500),
    "one-variant": lambda bodies: len(statuses(*bodies)) == 1,
    "twelve-variants": lambda bodies: len(statuses(*bodies)) == 12,
    "blank-variant": lambda bodies: not data(*bodies)["data"][-1]["text"].strip(),
    "hostile": lambda bodies: "\x1b" in data(*bodies)["data"][0]["title"],
    **{str(number): is_code(number) for number in (400, 401, 413, 429, 451, 500, 408, 501, 531)},
    "lyrics-data": lambda bodies: len(data(*bodies)["lyricsData"]) >= 2,
    "snake-case": lambda bodies: "task_id" in data(*bodies) and "taskId" not in data(*bodies),
    "numbers-as-strings": lambda bodies: json.loads(*bodies)["code"] == "200",
    "extra-fields": lambda bodies: set(json.loads(*bodies)) > {"code", "msg", "data"},
    "duplicate": lambda bodies: len(bodies) == 2 and bodies[0] == bodies[1],
    "slow": lambda bodies: codes(bodies) == [200],
    "huge": lambda bodies: len(*bodies) >= 8 * 1024 * 1024 and codes(bodies) == [200],
    "wrong-id": lambda bodies: codes(bodies) == [200],
    "malformed": lambda bodies: is_broken(*bodies),
    "null-data": lambda bodies: codes(bodies) == [200] and data(*bodies) is None,
    "empty": lambda bodies: bodies == [b""],
    "html": lambda bodies: bodies[0].startswith(b"<!DOCTYPE html>"),
    "error-after-success": lambda bodies: codes(bodies) == [200, 400],
    "success-after-error": lambda bodies: codes(bodies) == [400, 200],
}


@pytest.mark.parametrize("name", BEHAVES)
def test_each_scenario_behaves_as_named(trigger, receiver, name):
    code, out, err = trigger(name, "--to", receiver.url, "--drip", "0.1s")
    assert (code, err) == (0, "")
    assert "200 OK in " in out
    assert BEHAVES[name](receiver.bodies)


def test_the_list_names_what_is_tested_here_and_more_than_twenty(trigger):
    code, out, _ = trigger("--list", "--json")
    assert code == 0
    assert {one["name"] for one in json.loads(out)} == set(BEHAVES)
    assert len(BEHAVES) > 20
    _, text, _ = trigger("--list")
    assert all(f"  {name} " in text for name in BEHAVES)


def test_kie_names_its_fields_in_its_own_way(trigger, receiver):
    assert trigger("failed", "--to", receiver.url, "--dialect", "kie")[0] == 0
    assert data(*receiver.bodies)["callbackType"] == "complete"
    assert "task_id" in data(*receiver.bodies)


def test_set_changes_fields_as_json_or_text(trigger, receiver):
    sets = ["--set", "data.data.0.title=Blue", "--set", "code=451", "--set", 'data.extra={"a": [1]}']
    assert trigger("complete", "--to", receiver.url, *sets)[0] == 0
    assert codes(receiver.bodies) == [451]
    assert data(*receiver.bodies)["data"][0]["title"] == "Blue"
    assert data(*receiver.bodies)["extra"] == {"a": [1]}


@pytest.mark.parametrize(
    "assignment",
    ["title", "=x", "data.nothing.title=x", "data.data.99.title=x", "data.data.99=x", "code.x=1"],
)
def test_a_set_that_does_not_fit_is_a_usage_error_and_nothing_is_sent(trigger, receiver, assignment):
    code, out, err = trigger("complete", "--to", receiver.url, "--set", assignment)
    assert (code, out, receiver.bodies) == (2, "", [])
    assert "--set" in err


def test_a_body_that_is_no_json_has_no_fields_to_set(trigger, receiver):
    code, _, err = trigger("malformed", "--to", receiver.url, "--set", "code=1")
    assert code == 2
    assert "not JSON" in err


def test_a_file_is_sent_byte_for_byte(trigger, receiver, tmp_path):
    body = b'{ "code":200,\n"data" : null }'
    (tmp_path / "body.json").write_bytes(body)
    assert trigger("--body", tmp_path / "body.json", "--to", receiver.url)[0] == 0
    assert receiver.bodies == [body]
    assert receiver.came[0]["Content-Type"] == "application/json"


def test_a_file_that_is_missing_or_no_json_is_a_usage_error(trigger, receiver, tmp_path):
    (tmp_path / "body.json").write_bytes(b"lyrics\x1b[2J")
    for path in ("body.json", "missing.json", "."):
        code, _, err = trigger("--body", tmp_path / path, "--to", receiver.url)
        assert code == 2
        assert "\x1b" not in err
    assert receiver.bodies == []


def test_the_signature_covers_the_id_that_is_sent(trigger, receiver, monkeypatch):
    monkeypatch.setenv("HOOK", "secret")
    signing = ["--sign-env", "HOOK", "--set", "data.taskId=mine"]
    assert trigger("complete", "--to", receiver.url, *signing)[0] == 0
    stamp = receiver.came[0]["X-Webhook-Timestamp"]
    wanted = hmac.new(b"secret", f"mine.{stamp}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(receiver.came[0]["X-Webhook-Signature"]) == wanted


def test_the_key_can_come_from_stdin(lyrics, receiver):
    done = lyrics("trigger", "complete", "--to", receiver.url, "--sign", "-", stdin=b"secret\n")
    assert done.returncode == 0, done.stderr
    assert receiver.came[0]["X-Webhook-Signature"]
    assert b"secret" not in done.stdout + done.stderr


def test_an_empty_key_is_a_usage_error(trigger, receiver):
    assert trigger("complete", "--to", receiver.url, "--sign-env", "NOT_SET_ANYWHERE")[0] == 2
    assert receiver.bodies == []


def test_repeat_sends_the_same_again(trigger, receiver):
    code, out, _ = trigger("complete", "--to", receiver.url, "--repeat", 3)
    assert code == 0
    assert [line[:3] for line in out.splitlines() if " OK " in line] == ["1/3", "2/3", "3/3"]
    assert len(receiver.bodies) == 3
    assert len(set(receiver.bodies)) == 1


def test_an_answer_that_is_no_success_is_shown_and_exits_1(trigger, receiver):
    receiver.status, receiver.answer = 500, b"boom \x1b[31m"
    code, out, _ = trigger("complete", "--to", receiver.url)
    assert code == 1
    assert out.startswith("500 Internal Server Error in ")
    assert "boom \\x1b[31m" in out


def test_a_redirect_is_not_followed_and_exits_1(trigger, receiver):
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    assert trigger("complete", "--to", receiver.url)[0] == 1
    assert len(receiver.bodies) == 1


def test_another_success_than_200_is_taken_with_a_word_of_doubt(trigger, receiver):
    receiver.status, receiver.answer = 204, b""
    code, _, err = trigger("complete", "--to", receiver.url)
    assert code == 0
    assert "asks for status 200" in err


def test_a_receiver_that_never_answers_exits_1(trigger, receiver):
    receiver.held.clear()
    code, out, _ = trigger("complete", "--to", receiver.url, "--timeout", "0.2s")
    assert code == 1
    assert "no answer within 0.2 s" in out


def test_an_answer_after_15_s_is_too_late(trigger, receiver, monkeypatch):
    monkeypatch.setattr("lyricscli.api.postman.PATIENCE", 0.0)
    code, _, err = trigger("complete", "--to", receiver.url)
    assert code == 1
    assert "the service gives up after" in err


def test_nobody_there_exits_8(trigger):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        code, out, _ = trigger("complete", "--to", f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert code == 8
    assert out.startswith("no answer: ")


@pytest.mark.parametrize(
    "url", ["localhost:5000", "ftp://x/", "http://", "http://x:99999/", "", "http://[::1"]
)
def test_a_url_that_is_none_is_a_usage_error(trigger, url):
    assert trigger("complete", "--to", url)[0] == 2


@pytest.mark.parametrize("arguments", [[], ["complete", "--body", "x"], ["complete", "--task", "last"]])
def test_exactly_one_thing_is_sent(trigger, arguments):
    code, _, err = trigger(*arguments, "--to", "http://127.0.0.1:1/")
    assert code == 2
    assert "one of" in err


def test_no_receiver_is_a_usage_error(trigger):
    assert trigger("complete")[0] == 2


def test_an_unknown_scenario_suggests_the_nearest(trigger):
    code, _, err = trigger("mallformed", "--to", "http://127.0.0.1:1/")
    assert code == 2
    assert "`malformed`? `lyrics trigger --list` shows all." in err
    _, _, err = trigger("submit-42", "--to", "http://127.0.0.1:1/")
    assert "submit-429" not in err, "what it does not list is not offered"


def test_a_scenario_without_a_callback_says_so(trigger):
    code, _, err = trigger("submit-429", "--to", "http://127.0.0.1:1/")
    assert code == 2
    assert "no callback" in err


def test_json_tells_everything_in_one_document(trigger, receiver):
    receiver.answer = b"\x1b[2J\xff"
    code, out, _ = trigger("duplicate", "--to", receiver.url, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["taken"] is True
    assert [answer["status"] for answer in document["answers"]] == [200, 200]
    assert document["answers"][0]["body"] == "\x1b[2J\ufffd"
    assert document["answers"][0]["bytes"] == len(receiver.bodies[0])
    assert "\x1b" not in out


def test_task_replays_the_callback_that_the_library_kept(lyrics, receiver):
    made = lyrics.json("generate", "the sea", "--via", "callback")
    replay = ["trigger", "--task", made["task_id"][:8], "--to", receiver.url]
    done = lyrics(*replay, "--sign-env", "HOOK", HOOK="secret")
    assert done.returncode == 0, done.stderr
    signed = f"{made['task_id']}.{receiver.came[0]['X-Webhook-Timestamp']}".encode()
    digest = hmac.new(b"secret", signed, hashlib.sha256).digest()
    assert base64.b64decode(receiver.came[0]["X-Webhook-Signature"]) == digest
    assert data(*receiver.bodies)["taskId"] == made["task_id"]
    assert receiver.came[0]["Content-Type"] == "application/json"


def test_a_task_that_was_polled_is_told_in_a_callback_made_from_its_record(lyrics, receiver):
    made = lyrics.json("generate", "the sea", "--via", "poll")
    done = lyrics("trigger", "--task", "last", "--to", receiver.url)
    assert done.returncode == 0, done.stderr
    assert b"made from its record" in done.stderr
    (body,) = receiver.bodies
    assert (codes([body]), data(body)["taskId"]) == ([200], made["task_id"])
    texts = [variant["text"] for variant in made["variants"]]
    assert [variant["text"] for variant in data(body)["data"]] == texts
    assert verdict(body) == f"complete, {len(texts)} variants, documented shape"


def test_a_failed_task_that_was_polled_is_told_with_its_code(lyrics, receiver):
    failed = lyrics.json("generate", "x sandbox:sensitive", "--via", "poll", code=7)
    assert lyrics("trigger", "--task", "last", "--dialect", "kie", "--to", receiver.url).returncode == 0
    (body,) = receiver.bodies
    assert data(body) == {"callbackType": "complete", "task_id": failed["task_id"], "data": None}
    assert json.loads(body)["msg"] == failed["error"]["message"]


def test_a_task_without_an_end_or_without_a_trace_exits_9(lyrics, receiver):
    lyrics("generate", "the sea", "--no-wait", "--via", "poll")
    for task in ("last", "nobody"):
        assert lyrics("trigger", "--task", task, "--to", receiver.url).returncode == 9
    assert receiver.bodies == []


def test_ctrl_c_ends_a_send_that_hangs(lyrics, receiver):
    receiver.held.clear()
    process = lyrics.start("trigger", "complete", "--to", receiver.url)
    receiver.wait()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    process.communicate()


def test_what_came_is_replayed_byte_for_byte_and_edited_only_when_asked(cli, receiver):
    body = json.dumps({"code": 200, "data": {"taskId": "t9", "data": [{"text": "La"}]}}).encode()
    zipped = gzip.compress(body)
    headers = [("Content-Encoding", "gzip"), ("X-Twice", "1"), ("X-Twice", "2"), (QUERY, "a=%7E")]
    with Library(cli.home / "library.db") as library:
        row = library.begin(Submission("sunoapi", "x", "p", "p")).row
        library.accept(library.get(row), "t9", Payload(PayloadKind.CALLBACK, zipped, CIMultiDict(headers)))
    replay = ("trigger", "--task", "t9", "--to", receiver.url, "--header", "X-Env:mine")
    assert [cli(*replay).code, cli(*replay, "--set", "data.taskId=t10").code] == [0, 0]
    (path, raw), (_, edited) = receiver.heads
    assert path == "/callback?a=%7E"
    assert ("Content-Encoding", "gzip") in raw
    assert [value for name, value in raw if name == "X-Twice"] == ["1", "2"]
    assert ("X-Env", "mine") in raw
    assert dict(raw)["User-Agent"].startswith("lyrics-trigger/")
    assert receiver.bodies[0] == zipped
    assert "Content-Encoding" not in dict(edited)
    assert data(receiver.bodies[1])["taskId"] == "t10"


@pytest.mark.parametrize("header", ["X-Env", "X Env: 1", ": 1", "X-Env: a\nb", "Content-Length: 3"])
@pytest.mark.parametrize(
    "command", [("trigger", "complete", "--to", "http://127.0.0.1:1"), ("listen",), ("sandbox",)]
)
def test_a_header_that_is_none_is_a_usage_error_everywhere(cli, command, header):
    told = cli(*command, "--header", header)
    assert (told.code, told.out) == (2, "")
    assert "--header" in told.err
