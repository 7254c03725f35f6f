"""`lyrics doctor` as its user meets it: real files, real services on loopback, the stand-in agent."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from contextlib import closing
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lyricscli.errors import ExitCode, NoKeyError
from lyricscli.jobs.doctor import machine
from lyricscli.jobs.doctor import service as service_checks
from lyricscli.jobs.doctor.checkup import State, examine, exit_code_of, ok
from tests.standins.journal import Journal

KEY = "marked-key-for-tests"
TOKEN = "marked-ngrok-token-for-tests"
NAMES = [
    *("versions", "library", "proxies", "orphans", "settings", "provider", "clock"),
    *("key", "credits", "agent", "token", "tunnel", "callback"),
]

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX: modes, or the stand-in agent")


@pytest.fixture
def doctor(cli, monkeypatch):
    """Examine in this process; return the exit code and the findings by name."""
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))  # noqa: PTH120 (no agent of this machine's)

    def examining(*arguments, **environ):
        told = cli("doctor", "--json", *arguments, **environ)
        assert KEY not in told.out + told.err
        document = told.json
        assert document["ok"] == (told.code == 0)
        return told.code, {one["name"]: one for one in document["checks"]}

    examining.home = cli.home
    return examining


def states(findings):
    return {name: one["state"] for name, one in findings.items()}


@pytest.mark.parametrize("arguments", [[], ["--offline"]])
def test_with_nothing_configured_the_sandbox_is_well(doctor, arguments):
    code, findings = doctor(*arguments)
    assert (code, list(findings)) == (0, NAMES)
    wanted = dict.fromkeys(NAMES, "ok") | dict.fromkeys(["agent", "token", "tunnel"], "skipped")
    assert states(findings) == wanted
    assert "nothing is configured" in findings["provider"]["meaning"]
    assert "went round through http://127.0.0.1:" in findings["callback"]["meaning"]


def test_each_check_is_a_line_with_its_state_first(cli):
    told = cli("doctor", "--offline")
    rows = [line.split("\t") for line in told.out.splitlines()]
    assert [row[1] for row in rows] == NAMES
    assert {row[0] for row in rows} <= {"ok", "warn", "fail", "skipped"}


def configured(url, **more):
    return {"SUNO_API_KEY": KEY, "LYRICS_BASE_URL": url, **more}


def test_a_key_that_is_accepted_and_where_it_comes_from(doctor, service):
    code, findings = doctor(**configured(service(key=KEY, credits=12)))
    assert code == 0
    assert findings["key"]["meaning"] == "the one from SUNO_API_KEY is accepted"
    assert findings["credits"]["meaning"] == "12 are left"
    assert "provider sunoapi (SUNO_API_KEY)" in findings["settings"]["meaning"]


def test_a_key_that_is_refused_exits_4(doctor, service):
    code, findings = doctor(**configured(service(key="another")))
    assert (code, findings["key"]["state"], findings["credits"]["state"]) == (4, "fail", "skipped")
    assert "SUNO_API_KEY is set in the environment" in findings["key"]["advice"]


def test_no_key_exits_4(doctor, service):
    code, findings = doctor(LYRICS_PROVIDER="kie", LYRICS_BASE_URL=service(dialect="kie"))
    assert (code, findings["key"]["state"]) == (4, "fail")
    assert "KIE_API_KEY" in findings["key"]["advice"]


def test_credits_that_do_not_pay_for_a_task_exit_5(doctor, service):
    code, findings = doctor(**configured(service(credits=0)))
    assert (code, findings["credits"]["state"]) == (5, "fail")


def test_a_service_that_is_not_there_exits_8(doctor, unused_tcp_port):
    code, findings = doctor(**configured(f"http://127.0.0.1:{unused_tcp_port}"))
    assert (code, findings["provider"]["state"], findings["clock"]["state"]) == (8, "fail", "skipped")
    assert "connection refused" in findings["provider"]["meaning"]


class Plain(BaseHTTPRequestHandler):
    """A service whose clock is `ahead` by some seconds; None says no time."""

    ahead = 0.0

    def do_GET(self):
        """Answer with credits, whatever was asked."""
        self.send_response_only(200)
        if self.ahead is not None:
            self.send_header("Date", formatdate(time.time() + self.ahead, usegmt=True))
        body = b'{"code":200,"msg":"success","data":100}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def plain():
    """Give a function that starts such a service and returns its URL."""
    servers = []

    def starting(ahead):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Plain,), {"ahead": ahead}))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield starting
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("ahead", "hook", "state", "code", "said"),
    [
        (0.0, None, "ok", 0, "within"),
        (120.0, None, "warn", 0, "behind"),
        (-4000.0, None, "warn", 0, "ahead of"),
        (120.0, "hook", "warn", 0, "5 minutes"),
        (-4000.0, "hook", "fail", 1, "refused as stale"),
        (None, None, "skipped", 0, "does not say"),
    ],
)
def test_the_clock_is_compared_with_the_services(doctor, plain, ahead, hook, state, code, said):  # noqa: PLR0913, PLR0917
    environ = {} if hook is None else {"LYRICS_WEBHOOK_KEY": hook}
    ended, findings = doctor(**configured(plain(ahead), **environ))
    assert (ended, findings["clock"]["state"]) == (code, state)
    assert said in findings["clock"]["meaning"]


def test_offline_asks_nobody_and_still_says_what_is_configured(doctor):
    code, findings = doctor("--offline", SUNO_API_KEY=KEY, LYRICS_TUNNEL="none")
    assert code == 0
    assert {name for name, state in states(findings).items() if state == "skipped"} >= {
        *("provider", "clock", "credits", "tunnel", "callback"),
    }
    assert "SUNO_API_KEY is configured" in findings["key"]["meaning"]


def test_a_service_that_says_nothing_is_given_up(doctor, monkeypatch, receiver):
    monkeypatch.setattr(service_checks, "ANSWER_TIMEOUT", 0.1)
    hangs = threading.Event()
    monkeypatch.setattr(Plain, "do_GET", lambda _: hangs.wait(20))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    code, findings = doctor(**configured(f"http://127.0.0.1:{server.server_address[1]}"))
    hangs.set()
    server.shutdown()
    server.server_close()
    assert (code, findings["provider"]["state"]) == (8, "fail")


def test_settings_that_cannot_be_read_exit_2_and_the_machine_is_examined_all_the_same(doctor):
    doctor.home.mkdir()
    (doctor.home / "config.toml").write_text("tunel = 1\n", encoding="utf-8")
    code, findings = doctor()
    assert (code, list(findings)) == (2, [*NAMES[:4], "settings"])
    assert "tunnel" in findings["settings"]["advice"]


def test_settings_that_contradict_each_other_exit_2(doctor):
    code, findings = doctor(SUNO_API_KEY=KEY, LYRICS_VIA="callback", LYRICS_TUNNEL="none")
    assert (code, findings["settings"]["state"]) == (2, "fail")


def test_a_library_is_read_through(doctor, cli):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    _, findings = doctor("--offline")
    assert "is whole: 1 tasks, 0." in findings["library"]["meaning"]


def _directory(file):
    file.unlink()
    file.mkdir()


def _another_programs(file):
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE theirs (word TEXT)")
    database.close()


@pytest.mark.parametrize(
    ("spoil", "said", "advice"),
    [
        (lambda file: file.write_bytes(b"a letter, and no database\n" * 200), "no library", "LYRICS_HOME"),
        (_directory, "cannot be read", "LYRICS_HOME"),
        (_another_programs, "another program's database", "LYRICS_HOME"),
    ],
)
def test_what_is_no_library_of_ours_is_told_and_left_as_it_is(doctor, cli, spoil, said, advice):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    file = doctor.home / "library.db"
    spoil(file)
    before = sorted(doctor.home.rglob("*"))
    code, findings = doctor("--offline")
    assert (code, findings["library"]["state"]) == (1, "fail")
    assert said in findings["library"]["meaning"]
    assert advice in findings["library"]["advice"]
    assert sorted(doctor.home.rglob("*")) == before
    assert cli("generate", "the sea", "-q").code == 1


def test_a_library_that_another_program_keeps_is_told_and_stays_whole(doctor, cli):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    with closing(sqlite3.connect(doctor.home / "library.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, findings = doctor("--offline")
    assert (code, findings["library"]["state"]) == (1, "fail")
    assert "in use by another program" in findings["library"]["meaning"]
    assert ".recover" not in findings["library"]["advice"]


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("closed", ["library.db", "."])
def test_a_library_that_can_only_be_read_is_read_and_told(doctor, cli, closed):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    place = doctor.home / closed
    place.chmod(0o500)
    try:
        _, findings = doctor("--offline")
    finally:
        place.chmod(0o700)
    assert "cannot be written; what is in it can be read" in findings["library"]["meaning"]


def test_nothing_is_left_behind(doctor):
    doctor()
    assert not doctor.home.exists()


def test_a_damaged_library_is_found(doctor, cli):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    file = doctor.home / "library.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    code, findings = doctor("--offline")
    assert (code, findings["library"]["state"]) == (1, "fail")
    assert "Keep a copy" in findings["library"]["advice"]


def test_a_library_of_a_newer_version_is_told(doctor):
    doctor.home.mkdir()
    with sqlite3.connect(doctor.home / "library.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    code, findings = doctor("--offline")
    assert (code, findings["library"]["state"]) == (1, "fail")
    assert "schema 99" in findings["library"]["meaning"]


def test_a_place_that_cannot_hold_a_library_is_told(cli, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    told = cli("doctor", "--offline", LYRICS_HOME=str(tmp_path / "file" / "home"))
    assert told.code == 1
    assert "LYRICS_HOME" in told.out


@posix
def test_files_that_others_can_read_are_a_warning(doctor, cli):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    (doctor.home / "keys.json").write_text(json.dumps({"sunoapi": KEY}), encoding="utf-8")
    for path in (doctor.home, doctor.home / "library.db", doctor.home / "keys.json"):
        path.chmod(0o755)
    code, findings = doctor("--offline", LYRICS_TUNNEL="none")
    assert code == 0
    assert (findings["library"]["state"], findings["key"]["state"]) == ("warn", "warn")
    assert "chmod" in findings["library"]["advice"]


def test_proxies_are_named_without_their_passwords(doctor):
    code, findings = doctor(http_proxy="http://user:word@proxy.example:3128", NO_PROXY="intranet")
    assert code == 0
    assert findings["proxies"]["meaning"].startswith("NO_PROXY=intranet, http_proxy=http://…@proxy.example")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://127.0.0.1:port", "http://a..b"])
def test_a_proxy_that_cannot_be_used_is_a_failure(doctor, proxy):
    code, findings = doctor("--offline", https_proxy=proxy)
    assert (code, findings["proxies"]["state"]) == (2, "fail")


def test_a_tunnel_that_is_configured_needs_agent_and_token(doctor):
    code, findings = doctor("--offline", LYRICS_TUNNEL="ngrok", LYRICS_NGROK_PATH="/nowhere/ngrok")
    assert (code, findings["agent"]["state"], findings["token"]["state"]) == (1, "fail", "fail")
    assert "--install-agent" in findings["agent"]["advice"]


def test_an_agent_is_fetched_only_when_told_so(doctor, cli, monkeypatch, standin):
    from pyngrok import conf, installer

    place = doctor.home.parent / "agent" / "ngrok"
    fetched = []

    def fetch(path, *_, **__):
        fetched.append(path)
        place.parent.mkdir()
        place.symlink_to(standin)

    monkeypatch.setattr(conf, "DEFAULT_NGROK_PATH", str(place))
    monkeypatch.setattr(installer, "install_ngrok", fetch)
    assert doctor("--offline")[1]["agent"]["state"] == "skipped"
    assert fetched == []
    _, findings = doctor("--offline", "--install-agent")
    assert (findings["agent"]["state"], fetched) == ("ok", [str(place)])


@pytest.fixture
def tunnelled(lyrics, standin):
    """Examine with the stand-in agent, in a process of its own; return exit code and findings by name."""

    def examining(fault="", **environ):
        done = lyrics(
            "doctor",
            "--json",
            **{
                "LYRICS_TUNNEL": "ngrok",
                "LYRICS_NGROK_PATH": str(standin),
                "LYRICS_TUNNEL_TIMEOUT": "3s",
                "NGROK_AUTHTOKEN": TOKEN,
                "STANDIN_NGROK_FAULT": fault,
                "STANDIN_NGROK_LIFETIME": "60",
                **environ,
            },
        )
        assert TOKEN.encode() not in done.stdout + done.stderr
        return done.returncode, {one["name"]: one for one in json.loads(done.stdout)["checks"]}

    return examining


@posix
def test_a_tunnel_is_opened_and_a_probe_goes_round_through_it(tunnelled):
    code, findings = tunnelled()
    assert code == 0
    assert set(states(findings).values()) == {"ok"}
    assert findings["agent"]["meaning"].startswith("ngrok 3.31.0 at ")


@posix
@pytest.mark.parametrize(
    ("fault", "said"),
    [("107", "ERR_NGROK_107"), ("quote-token", "ERR_NGROK_105"), ("108", "ERR_NGROK_108"), ("silent", "3 s")],
)
def test_a_tunnel_that_does_not_open_exits_8(tunnelled, fault, said):
    code, findings = tunnelled(fault)
    assert (code, findings["tunnel"]["state"], findings["callback"]["state"]) == (8, "fail", "skipped")
    assert said in findings["tunnel"]["meaning"]
    assert findings["tunnel"]["advice"]


@posix
def test_a_tunnel_that_forwards_nothing_exits_8(tunnelled):
    code, findings = tunnelled("forward-nothing")
    assert (code, findings["tunnel"]["state"], findings["callback"]["state"]) == (8, "ok", "fail")
    assert "ERR_NGROK_3200" in findings["callback"]["meaning"]


@posix
@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({"STANDIN_NGROK_VERSION": "3.5.0"}, "warn", "is old"),
        ({"LYRICS_NGROK_PATH": sys.executable}, "fail", "did not say its version"),
    ],
)
def test_an_agent_that_is_old_or_none_is_told(tunnelled, environ, state, said):
    _, findings = tunnelled(**environ)
    assert findings["agent"]["state"] == state
    assert said in findings["agent"]["meaning"]


@posix
def test_an_agent_left_by_a_killed_run_is_ended(lyrics, standin, tmp_path):
    journal = Journal(tmp_path / "journal")
    environ = {
        "LYRICS_NGROK_PATH": str(standin),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_NGROK_LOG": str(tmp_path / "journal"),
        "STANDIN_NGROK_LIFETIME": "60",
    }
    process = lyrics.start("listen", "--tunnel", "ngrok", **environ)
    assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (pid,) = journal.alive("start")
    findings = {one["name"]: one for one in lyrics.json("doctor", "--offline")["checks"]}
    assert str(pid) in findings["orphans"]["meaning"]
    assert journal.alive() == []
    journal.close()


async def never(_):
    await asyncio.Event().wait()


def breaks(_):
    raise NoKeyError("no key", "Get one.")


async def fine(key):
    return ok(f"all is well with {key}")


async def test_a_check_without_an_end_or_with_an_error_is_a_finding_and_holds_up_no_other():
    stuck, broken, well = await examine([never, breaks, fine], KEY, deadline=0.5, secrets=[KEY, "all"])
    assert (stuck.name, stuck.state, broken.state, well.state) == ("never", State.FAIL, State.FAIL, State.OK)
    assert (broken.words, broken.exit_code) == ("no key. Get one.", ExitCode.NO_KEY)
    assert well.meaning == "all is well with [key]"
    assert exit_code_of([well, broken, stuck]) is ExitCode.NO_KEY


def test_every_check_is_in_the_table_under_its_own_name():
    assert [check.__name__ for check in machine.CHECKS + service_checks.CHECKS] == NAMES
