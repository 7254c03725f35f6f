"""Marked keys in every place they can be configured, then a search for them wherever they might leak."""

import json
import os
import sys

import pytest

from tests.standins.journal import Journal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in agent is a POSIX executable")

MARKS = {
    "KIE_API_KEY": "MARK-kie-0123456789",
    "SUNO_API_KEY": "MARK-suno-0123456789",
    "LYRICS_API_KEY": "MARK-lyrics-0123456789",
    "LYRICS_WEBHOOK_KEY": "MARK-webhook-0123456789",
    "NGROK_AUTHTOKEN": "MARK-ngrok-0123456789",
}
STORED = {
    "kie": "MARK-kie-stored-012345",
    "sunoapi": "MARK-suno-stored-01234",
    "webhook": "MARK-webhook-stored-01",
    "ngrok": "MARK-ngrok-stored-0123",
}


@pytest.fixture
def tunnelled(lyrics, standin, tmp_path):
    lyrics.environ.update(
        LYRICS_NGROK_PATH=str(standin),
        STANDIN_NGROK_LOG=str(tmp_path / "journal"),
        STANDIN_NGROK_LIFETIME="60",
        TMPDIR=str(tmp_path / "tmp"),
        LYRICS_TUNNEL="ngrok",
    )
    (tmp_path / "tmp").mkdir()
    lyrics.journal = Journal(tmp_path / "journal")
    yield lyrics
    lyrics.journal.close()


def leaks(lyrics, tmp_path, outputs):
    """Return where a mark is found: in outputs, in files, in the agent's argv and environment."""
    found = [name for name, output in outputs.items() if b"MARK" in output]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    files = [path for path in files if path.name != "keys.json"]
    found += [str(path) for path in files if b"MARK" in path.read_bytes()]
    entries = lyrics.journal.all()
    told = [json.dumps([entry.get(field) for field in ("argv", "environ", "path")]) for entry in entries]
    return found + [line for line in told if "MARK" in line]


@pytest.mark.parametrize("where", ["environment", "keys.json"])
@pytest.mark.parametrize("fault", ["", "quote-token,105", "108", "die"])
def test_no_key_leaves_its_place(tunnelled, tmp_path, kie, where, fault):
    if where == "keys.json":
        home = tunnelled.home / "lyrics"
        home.mkdir(mode=0o700)
        descriptor = os.open(home / "keys.json", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(STORED, file)
        keys = {}
    else:
        keys = MARKS
    common = ["--provider", "kie", "--base-url", kie.url, "--poll-interval", "0.3s", "--timeout", "10s"]
    runs = [
        ["generate", "a song", "--json", *common],
        ["generate", "a song sandbox:401", *common],
        ["generate", "a song sandbox:submit-500", "--timeout", "0.5s", *common[:-2]],
        ["show", "last", "--refresh", *common[:4]],
        ["wait", "--timeout", "1s"],
        ["list", "--json"],
    ]
    outputs = {}
    # An agent's fault concerns a submission alone.
    for number, arguments in enumerate(runs[:2] if fault else runs):
        done = tunnelled(*arguments, STANDIN_NGROK_FAULT=fault, STANDIN_NGROK_DELAY="0", **keys)
        outputs[f"{number} stdout"], outputs[f"{number} stderr"] = done.stdout, done.stderr
        assert b"Traceback" not in done.stderr
    assert leaks(tunnelled, tmp_path, outputs) == []
    assert [event for event in kie.events if "MARK" in json.dumps(event)] == []


def test_a_report_of_a_bug_holds_no_key(tunnelled, tmp_path, kie):
    (tunnelled.home / "sitecustomize.py").write_text(
        "from lyricscli.api import client\n"
        "def boom(self, *_): raise RuntimeError(self._headers)\n"
        "client.Client.submit = boom\n",
        encoding="utf-8",
    )
    path = str(tunnelled.home) + os.pathsep + tunnelled.environment()["PYTHONPATH"]
    done = tunnelled(
        "generate",
        "a song",
        "--provider",
        "kie",
        "--base-url",
        kie.url,
        "--via",
        "poll",
        PYTHONPATH=path,
        **MARKS,
    )
    assert done.returncode == 70
    assert leaks(tunnelled, tmp_path, {"stdout": done.stdout, "stderr": done.stderr}) == []
