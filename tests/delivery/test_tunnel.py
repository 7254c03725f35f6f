"""Real pyngrok code and a stand-in agent, which truly forwards HTTP, under every fault that it offers."""

import asyncio
import json
import logging
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from lyricscli import processes
from lyricscli.delivery.ngrok.agent import TunnelOptions, agent_version, find_agent
from lyricscli.delivery.ngrok.orphans import end_orphans
from lyricscli.delivery.ngrok.refusals import refusal
from lyricscli.delivery.ngrok.tunnel import Tunnel
from lyricscli.errors import TunnelError
from lyricscli.processes import identity
from tests.standins.journal import AGENT, Journal, is_alive

TOKEN = "2Marked0Authtoken4Tests"
SECRETS = {
    "NGROK_AUTHTOKEN": "marked-ngrok-authtoken",
    "NGROK_API_KEY": "marked-ngrok-api-key",
    "LYRICS_API_KEY": "marked-lyrics-api-key",
    "SUNO_API_KEY": "marked-suno-api-key",
    "KIE_API_KEY": "marked-kie-api-key",
    "LYRICS_WEBHOOK_KEY": "marked-webhook-key",
}
OWNER = """
import asyncio, sys
from pathlib import Path
from lyricscli.delivery.ngrok.tunnel import Tunnel, TunnelOptions

async def main():
    options = TunnelOptions("token", None, Path(sys.argv[1]), Path(sys.argv[2]))
    async with Tunnel(1, options) as tunnel:
        print(await tunnel.url(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """Keep the stand-in's journal; whatever a test leaves running is ended with it, and fails the test."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or processes.SECRET_VARIABLE.search(name):
            monkeypatch.delenv(name)
    monkeypatch.setenv("STANDIN_NGROK_LOG", str(tmp_path / "journal"))
    monkeypatch.setenv("STANDIN_NGROK_LIFETIME", "60")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # the stand-in's python3
    journal = Journal(tmp_path / "journal")
    yield journal
    left = [pid for pid in journal.pids() if is_alive(pid)]
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    journal.close()
    assert left == []


@pytest.fixture
def state_dir(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def options(journal, state_dir):
    return partial(TunnelOptions, TOKEN, None, AGENT, state_dir)


@pytest.fixture
def fault(monkeypatch):
    return partial(monkeypatch.setenv, "STANDIN_NGROK_FAULT")


@pytest.fixture
def ngroks_home(tmp_path, monkeypatch):
    """Give a home directory, and a way to put a file of ngrok's into it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def put(place, content):
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        path.write_bytes(content) if content is not None else path.mkdir()
        return path

    return put


@asynccontextmanager
async def upstream(handler):
    """Serve `handler` on a port of loopback and yield the port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    yield listening.getsockname()[1]
    await runner.cleanup()


async def echo(request):
    """Answer with the request: its body as it came, and its headers in one of the answer's."""
    body = await request.read()
    return web.Response(status=202, body=body, headers={"Seen": json.dumps(dict(request.headers))})


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.exists() else []


async def failure_of(tunnel: Tunnel) -> TunnelError:
    with pytest.raises(TunnelError) as caught:
        await tunnel.url()
    return caught.value


async def test_a_callback_arrives_byte_for_byte_and_its_answer_goes_back(options):
    body = bytes(range(256)) * 300
    async with (
        upstream(echo) as port,
        Tunnel(port, options()) as tunnel,
        aiohttp.ClientSession() as client,
    ):
        url = await tunnel.url()
        async with client.post(f"{url}/a%20b?c=d", data=body, headers={"X-Mark": "so ein Ding"}) as answer:
            seen = json.loads(answer.headers["Seen"])
            assert (answer.status, await answer.read()) == (202, body)
    assert seen["X-Mark"] == "so ein Ding"
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Forwarded-Host"] == url.removeprefix("http://")


async def test_nothing_is_left_after_close_and_the_endpoint_was_given_back_first(options, journal, state_dir):
    async with Tunnel(1, options()) as tunnel:
        url = await tunnel.url()
        agent = journal.wait("start")["pid"]
    assert journal.wait("delete")["public_url"] == url
    assert journal.wait("end")["why"] == "SIGTERM"
    assert not is_alive(agent)
    assert files_in(state_dir) == []
    await tunnel.close()  # a second time does no harm


async def test_an_agent_that_takes_its_time_is_waited_for(options, monkeypatch):
    monkeypatch.setenv("STANDIN_NGROK_START_DELAY", "0.3")
    async with Tunnel(1, options()) as tunnel:
        assert (await tunnel.url()).startswith("http://127.0.0.1:")


async def test_an_old_agent_is_spoken_to_in_the_old_way(options, journal, monkeypatch):
    """Before 3.30 there is no /api/endpoints, and the config has the layout of version 2."""
    monkeypatch.setenv("STANDIN_NGROK_VERSION", "3.29.9")
    async with Tunnel(4321, options()) as tunnel:
        url = await tunnel.url()
    config = journal.wait("start")["config"]
    endpoint = journal.wait("endpoint")
    assert (config["version"], config["authtoken"]) == ("2", TOKEN)
    assert (endpoint["public_url"], endpoint["wanted"]["addr"]) == (url, "http://127.0.0.1:4321")
    assert journal.wait("delete")["public_url"] == url


@pytest.mark.parametrize(("version", "key"), [("3.31.0", "url"), ("3.29.9", "domain")])
async def test_a_reserved_domain_is_known_before_the_tunnel_is_up(
    options, journal, monkeypatch, version, key
):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        served_at = probe.getsockname()[1]
    monkeypatch.setenv("STANDIN_NGROK_VERSION", version)
    monkeypatch.setenv("STANDIN_NGROK_DOMAINS", f"lyrics.ngrok.app={served_at}")
    wanted = TunnelOptions(TOKEN, "lyrics.ngrok.app", AGENT, options().state_dir)
    async with upstream(echo) as port, aiohttp.ClientSession() as client:
        tunnel = Tunnel(port, wanted)
        assert tunnel.known_url == "https://lyrics.ngrok.app"
        async with tunnel:
            assert await tunnel.url() == tunnel.known_url
            host = {"Host": "lyrics.ngrok.app"}
            async with client.post(f"http://127.0.0.1:{served_at}/", data=b"x", headers=host) as answer:
                assert json.loads(answer.headers["Seen"])["X-Forwarded-Host"] == "lyrics.ngrok.app"
    assert "lyrics.ngrok.app" in journal.wait("endpoint")["wanted"][key]


async def test_a_flood_of_log_neither_blocks_the_agent_nor_hides_its_end(options, fault, journal):
    fault("log-flood")
    async with (
        upstream(echo) as port,
        Tunnel(port, options()) as tunnel,
        aiohttp.ClientSession() as client,
    ):
        async with client.post(await tunnel.url(), data=b"through the flood") as answer:
            assert await answer.read() == b"through the flood"
        os.kill(journal.wait("start")["pid"], signal.SIGUSR1)
        assert "session closed" in (await tunnel.lost()).message


async def test_a_proxy_in_the_environment_does_not_capture_the_agents_api(options, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "example.org")
        before = dict(os.environ)
        async with Tunnel(1, options()) as tunnel:
            await tunnel.url()
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert dict(os.environ) == before


async def test_a_dropped_session_is_announced(options, journal):
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        os.kill(journal.wait("start")["pid"], signal.SIGUSR1)
        assert "session closed" in (await tunnel.lost()).message


async def test_an_agent_that_dies_is_announced(options, journal):
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        os.kill(journal.wait("start")["pid"], signal.SIGKILL)
        assert (await tunnel.lost()).message == "ngrok: the agent ended with status -9"


async def test_a_close_of_our_own_is_no_loss(options):
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        lost = asyncio.ensure_future(tunnel.lost())
    assert not lost.done()
    lost.cancel()


@pytest.mark.parametrize(
    "refused",
    [
        ("105", "ERR_NGROK_105", "does not look like a proper ngrok authtoken", "lyrics auth login"),
        ("107", "ERR_NGROK_107", "properly formed, but it is invalid", "lyrics auth login"),
        (
            "108",
            "ERR_NGROK_108",
            "limited to 1 simultaneous ngrok agent sessions",
            "dashboard.ngrok.com/agents",
        ),
        ("108-retry", "ERR_NGROK_108", "limited to 1 simultaneous", "dashboard.ngrok.com/agents"),
        ("4018", "ERR_NGROK_4018", "requires a verified account", "your-authtoken"),
        ("334", "ERR_NGROK_334", "already online", "Another run or agent"),
        ("web-busy", None, "address already in use", "lyrics doctor"),
        ("api-404", None, "does not know /api/endpoints", "ngrok update"),
        ("api-garbage", None, "made no sense", "ngrok update"),
    ],
    ids=itemgetter(0),
)
async def test_a_refusal_stops_at_once_and_says_what_to_do(options, fault, journal, state_dir, refused):
    name, code, message, advice = refused
    fault(name)
    async with Tunnel(1, options()) as tunnel:
        error = await failure_of(tunnel)
    assert (error.code, message in error.message, advice in error.advice) == (code, True, True), error
    assert not is_alive(journal.wait("start")["pid"])
    assert files_in(state_dir) == []


@pytest.mark.parametrize("name", ["silent", "api-hangs", "version-hangs"])
async def test_our_own_deadline_ends_an_agent_that_never_gets_there(options, fault, journal, state_dir, name):
    fault(name)
    async with Tunnel(1, options(start_timeout=1.5)) as tunnel:
        error = await failure_of(tunnel)
        assert error.message == "the ngrok agent was not ready within 1.5 s"
    assert not any(map(is_alive, journal.pids()))
    assert files_in(state_dir) == []


async def test_a_missing_agent_is_not_fetched_but_explained(options, state_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYNGROK_NGROK_PATH", str(tmp_path / "bin" / "ngrok"))
    async with Tunnel(1, TunnelOptions(TOKEN, None, None, state_dir)) as tunnel:
        error = await failure_of(tunnel)
    assert (error.message, "https://ngrok.com/download" in error.advice) == (
        "the ngrok agent is not installed",
        True,
    )
    assert not (tmp_path / "bin").exists()


async def test_no_token_anywhere_is_said_without_starting_an_agent(options, journal, ngroks_home):
    async with Tunnel(1, replace(options(), authtoken=None)) as tunnel:
        error = await failure_of(tunnel)
    assert (error.code, len(journal.pids())) == ("ERR_NGROK_4018", 1)
    assert {event["event"] for event in journal.events} == {"version"}


async def test_something_that_is_no_agent_is_said_to_be_none(options, state_dir):
    async with Tunnel(1, TunnelOptions(TOKEN, None, Path("/bin/echo"), state_dir)) as tunnel:
        assert (await failure_of(tunnel)).message == "/bin/echo did not say its version"


@pytest.fixture
def scripted(tmp_path, state_dir):
    """Give options for an agent that is a shell script: it says its version, then does as told."""

    def script(body, when_asked=""):
        agent = tmp_path / "it's an agent"
        said = f'[ "$1" = --version ] && {{ echo ngrok version 3.31.0; {when_asked}\nexit 0; }}'
        agent.write_text(f"#!/bin/sh\n{said}\n{body}\n")
        agent.chmod(0o755)
        return TunnelOptions(TOKEN, None, agent, state_dir)

    return script


async def test_the_last_words_of_an_agent_that_died_at_once_are_heard(journal, scripted):
    """After each line pyngrok looks whether the agent lives; by then this one is long gone."""
    words = r't=1 lvl=eror msg="failed to reconnect session" err="one agent only ERR_NGROK_108"'
    told = scripted(f"yes lvl=info | head -n 300; echo '{words}'; exit 1")
    async with Tunnel(1, told) as tunnel:
        assert (await failure_of(tunnel)).code == "ERR_NGROK_108"


async def test_what_an_agent_says_is_for_us_and_not_for_the_terminal(journal, scripted, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    told = scripted(f"echo 'ERROR:  bad config of {TOKEN}' >&2; echo 'ERROR:  more' >&2; exit 1")
    async with Tunnel(1, told) as tunnel:
        assert (await failure_of(tunnel)).message == "ngrok: bad config of [authtoken]"
    assert capfd.readouterr() == ("", "")
    assert TOKEN not in caplog.text


async def test_an_agent_that_ends_without_a_reason_is_reported_with_its_status(journal, scripted):
    async with Tunnel(1, scripted("echo well; exit 7")) as tunnel:
        assert (await failure_of(tunnel)).message == "ngrok: the agent ended with status 7"


async def test_an_error_with_a_code_is_final_whatever_the_agent_means_to_do(journal, scripted):
    words = r't=1 lvl=eror msg="trying again" err="not for you ERR_NGROK_9999"'
    async with Tunnel(1, scripted(f"echo '{words}'; exec sleep 60")) as tunnel:
        assert (await failure_of(tunnel)).code == "ERR_NGROK_9999"


async def test_an_agent_that_talks_but_never_gets_ready_meets_our_deadline(journal, scripted):
    told = scripted("while :; do echo lvl=info; sleep 0.05; done")
    async with Tunnel(1, replace(told, start_timeout=1.2)) as tunnel:
        assert (await failure_of(tunnel)).message == "the ngrok agent was not ready within 1.2 s"


async def test_a_refusal_ends_an_agent_that_would_retry_for_ever(options, fault, journal):
    fault("108-retry")
    async with Tunnel(1, options()) as tunnel:
        await failure_of(tunnel)
        assert journal.wait("end")["why"] == "SIGTERM"


async def test_nothing_starts_after_the_end(options, journal, state_dir):
    tunnel = Tunnel(1, options())
    tunnel.kill()
    tunnel.start()
    assert "closed" in (await failure_of(tunnel)).message
    assert (journal.pids(), files_in(state_dir)) == (set(), [])


async def test_two_tunnels_at_once_have_an_agent_each(options, journal):
    async with Tunnel(1, options()) as first, Tunnel(2, options()) as second:
        assert await first.url() != await second.url()
        agents = [journal.wait("start")["pid"], journal.wait("start")["pid"]]
        assert len(set(agents)) == 2
        os.kill(agents[0], signal.SIGUSR2)
        waits = {asyncio.ensure_future(tunnel.lost()) for tunnel in (first, second)}
        lost, still = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        assert (len(lost), len(still)) == (1, 1)
        still.pop().cancel()
    assert not any(map(is_alive, agents))


def test_a_message_of_ngroks_is_one_clean_sentence():
    error = refusal("failed to start endpoint: Two\x1b[31m words\\nmore of it ERR_NGROK_9999\\r\\n")
    assert error.message == "ngrok: Two [31m words (ERR_NGROK_9999)"
    assert error.advice == "See https://ngrok.com/docs/errors/err_ngrok_9999."


async def test_the_token_is_only_in_a_private_file_that_goes_away(options, journal, state_dir, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        (config,) = state_dir.glob("*.yml")
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
        asked, started = journal.wait("version"), journal.wait("start")
    assert started["config"]["agent"]["authtoken"] == TOKEN
    outside = json.dumps([asked["environ"], started["environ"], started["argv"]])
    assert [secret for secret in (TOKEN, *SECRETS.values()) if secret in outside] == []
    assert started["environ"]["HOME"] == os.environ["HOME"]
    assert not config.exists()


async def test_the_inspector_that_keeps_bodies_is_off(options, journal):
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
    agent = journal.wait("start")["config"]["agent"]
    assert (agent["inspect_db_size"], agent["remote_management"]) == (-1, False)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (".config/ngrok/ngrok.yml", b"version: '3'\nagent:\n    authtoken: of-the-users-own\n"),
        (".ngrok2/ngrok.yml", b"authtoken: of-the-users-own\n# caf\xe9 \x07\n"),
        ("snap/ngrok/current/.config/ngrok/ngrok.yml", b"version: '2'\nauthtoken: of-the-users-own\n"),
    ],
)
async def test_a_token_given_to_ngrok_itself_is_used(options, journal, ngroks_home, place, text):
    ngroks_home(place, text)
    async with Tunnel(1, replace(options(), authtoken=None)) as tunnel:
        await tunnel.url()
    assert journal.wait("start")["config"]["agent"]["authtoken"] == "of-the-users-own"


def test_the_options_do_not_show_the_token(options):
    assert TOKEN not in repr(options())


async def test_a_token_that_ngrok_quotes_is_not_repeated(options, fault):
    fault("quote-token")
    async with Tunnel(1, options()) as tunnel:
        error = await failure_of(tunnel)
    assert (TOKEN in error.message, "[authtoken]" in error.message) == (False, True)


@pytest.mark.parametrize("moment", ["at once", "version", "start", "url"])
@pytest.mark.parametrize("way", ["close", "kill"])
async def test_nothing_is_left_however_early_the_end_comes(options, journal, state_dir, moment, way):
    tunnel = Tunnel(1, options())
    tunnel.start()
    if moment == "url":
        await tunnel.url()
    elif moment != "at once":
        journal.wait(moment)
    if way == "close":
        await tunnel.close()
    else:
        tunnel.kill()
    assert not any(map(is_alive, journal.pids()))
    assert files_in(state_dir) == []
    if moment != "url":
        assert "closed" in (await failure_of(tunnel)).message or way == "kill"


async def test_a_cancelled_wait_for_the_url_leaves_the_tunnel_alone(options):
    async with Tunnel(1, options()) as tunnel:
        waiting = asyncio.ensure_future(tunnel.url())
        await asyncio.sleep(0)  # it is waiting now
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await tunnel.url()).startswith("http://127.0.0.1:")


async def test_an_agent_deaf_to_sigterm_is_killed(options, fault, journal, monkeypatch):
    monkeypatch.setattr("lyricscli.delivery.ngrok.process.GRACE", 0.1)
    fault("stubborn")
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        agent = journal.wait("start")["pid"]
    assert not is_alive(agent)


async def test_ctrl_c_at_the_terminal_is_not_for_the_agent(options, journal):
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        agent = journal.wait("start")["pid"]
        assert os.getsid(agent) == agent


def test_an_unclosed_tunnel_neither_delays_the_exit_nor_outlives_it(options, journal, state_dir, fault):
    fault("silent")
    script = (
        "import sys; from pathlib import Path\n"
        "from lyricscli.delivery.ngrok.tunnel import Tunnel, TunnelOptions\n"
        "Tunnel(1, TunnelOptions('t', None, Path(sys.argv[1]), Path(sys.argv[2]))).start(); input()"
    )
    run = [sys.executable, "-c", script, AGENT, state_dir]
    with subprocess.Popen(run, stdin=subprocess.PIPE) as program:
        agent = journal.wait("start")["pid"]
        began = time.monotonic()
        program.communicate(b"\n", timeout=10)
    assert (program.returncode, time.monotonic() - began < 5) == (0, True)
    assert not is_alive(agent)
    assert files_in(state_dir) == []


@pytest.fixture
def owner(journal, state_dir):
    """Start a program with an open tunnel; yield it and the number of its agent."""
    run = [sys.executable, "-c", OWNER, AGENT, state_dir]
    pipe = subprocess.PIPE
    with subprocess.Popen(run, stdout=pipe, stderr=subprocess.STDOUT, text=True) as owner:
        assert owner.stdout.readline().startswith("http://127.0.0.1:")
        agent = journal.wait("start")["pid"]
        handle = os.pidfd_open(agent)
        yield owner, agent
        owner.kill()
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    select.select([handle], [], [])
    os.close(handle)


@contextmanager
def other_process(*arguments):
    """Run a process that is none of ours; it has spoken, so its arguments can be seen."""
    script = "import signal; print('here', flush=True); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        try:
            yield other
        finally:
            other.kill()


def sigkill(owner):
    """SIGKILL the owner. Its output ends though the agent lives, so the agent holds no pipe of ours."""
    owner.kill()
    owner.communicate(timeout=10)


def test_an_agent_whose_owner_lives_is_left_alone(owner, state_dir):
    _, agent = owner
    assert end_orphans(state_dir) == []
    assert is_alive(agent)


@pytest.mark.parametrize("on_record", [True, False], ids=["on record", "not yet on record"])
def test_an_agent_left_by_a_sigkill_is_ended(owner, state_dir, on_record):
    program, agent = owner
    sigkill(program)
    assert is_alive(agent)
    if not on_record:
        rewrite(state_dir, agent=None)
    assert end_orphans(state_dir) == [agent]
    assert not is_alive(agent)
    assert files_in(state_dir) == []


async def test_the_next_tunnel_ends_the_orphan_before_it_starts_its_own(owner, options):
    program, agent = owner
    sigkill(program)
    async with Tunnel(1, options()) as tunnel:
        await tunnel.url()
        assert not is_alive(agent)


def rewrite(state_dir, **facts):
    """Change what the one record says."""
    (path,) = state_dir.glob("*.run")
    record = json.loads(path.read_text()) | facts
    path.write_text(json.dumps(record))
    return record


@pytest.mark.parametrize("arguments", [True, False], ids=["the agent's arguments", "others"])
def test_a_look_alike_is_left_alone(owner, state_dir, arguments):
    """The number on record now belongs to another process; one of them even has the agent's arguments."""
    program, _ = owner
    sigkill(program)
    record = rewrite(state_dir)
    words = ("start", "--none", "--log", "stdout", "--config", record["config"]) if arguments else ()
    with other_process(*words) as other:
        started = record["agent"].partition(":")[2]
        rewrite(state_dir, agent=f"{other.pid}:{started}" if arguments else identity(other.pid))
        assert end_orphans(state_dir) == []
        assert other.poll() is None


@pytest.mark.parametrize(("boot", "left"), [(None, True), ("another", False)])
def test_what_another_process_namespace_recorded_is_left_until_the_machine_boots_again(
    owner, state_dir, boot, left
):
    program, agent = owner
    sigkill(program)
    place = rewrite(state_dir)["place"]
    rewrite(state_dir, place=[boot or place[0], "pid:[1]"])
    files = files_in(state_dir)
    assert end_orphans(state_dir) == ([] if left else [agent])
    assert files_in(state_dir) == (files if left else [])


def test_files_of_others_in_the_directory_are_left_alone(tmp_path):
    for name in ("agent-notes.yml", "agent-notes.run"):
        (tmp_path / name).write_text("mine")
    assert end_orphans(tmp_path) == []
    assert sorted(files_in(tmp_path)) == ["agent-notes.run", "agent-notes.yml"]


def test_the_named_agent_comes_before_the_one_in_path(options, tmp_path, monkeypatch):
    (tmp_path / "ngrok").symlink_to(AGENT)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_agent(options()) == AGENT
    assert find_agent(TunnelOptions(None, None, None, tmp_path)) == tmp_path / "ngrok"
    assert find_agent(TunnelOptions(None, None, tmp_path / "nothing", tmp_path)) is None


def test_pyngroks_own_command_is_no_agent_but_one_that_downloads(tmp_path, monkeypatch):
    theirs, real = tmp_path / "venv", tmp_path / "bin"
    for folder in (theirs, real):
        folder.mkdir()
    (theirs / "ngrok").write_text("#!/usr/bin/python3\nfrom pyngrok.ngrok import main\nmain()\n")
    (theirs / "ngrok").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(theirs), str(real)]))
    nothing = TunnelOptions(None, None, None, tmp_path)
    monkeypatch.setattr("pyngrok.conf.DEFAULT_NGROK_PATH", str(tmp_path / "nowhere"))
    assert find_agent(nothing) is None
    (real / "ngrok").symlink_to(AGENT)
    assert find_agent(nothing) == real / "ngrok"


def test_its_version_is_three_numbers(journal, monkeypatch):
    monkeypatch.setenv("STANDIN_NGROK_VERSION", "3.9.12")
    assert agent_version(AGENT) == (3, 9, 12)


def test_one_that_does_not_say_its_version_is_given_up(journal, fault, monkeypatch):
    monkeypatch.setattr("lyricscli.delivery.ngrok.agent.VERSION_TIMEOUT", 0.5)
    fault("version-hangs")
    began = time.monotonic()
    with pytest.raises(TunnelError):
        agent_version(AGENT)
    assert time.monotonic() - began < 20  # it would hang for a minute


def test_importing_the_tunnel_loads_none_of_the_slow_modules():
    script = (
        "import sys, lyricscli.delivery.ngrok.tunnel\n"
        "print(*[name for name in ('aiohttp', 'asyncio', 'pyngrok', 'rich') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", script]).strip() == b""
