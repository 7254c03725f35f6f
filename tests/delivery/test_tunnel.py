"""A tunnel through a stand-in agent, which truly forwards HTTP, under every fault that it offers."""

import asyncio
import json
import logging
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import product
from operator import itemgetter
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from lyricscli.delivery.ngrok.agent import TunnelOptions, agent_version, find_agent, refusal
from lyricscli.delivery.ngrok.tunnel import Tunnel
from lyricscli.errors import TunnelError
from tests.delivery.conftest import TOKEN, files_in, tunnelling
from tests.standins.journal import AGENT, is_alive

SECRETS = {
    "NGROK_AUTHTOKEN": "marked-ngrok-authtoken",
    "NGROK_API_KEY": "marked-ngrok-api-key",
    "LYRICS_API_KEY": "marked-lyrics-api-key",
    "SUNO_API_KEY": "marked-suno-api-key",
    "KIE_API_KEY": "marked-kie-api-key",
    "LYRICS_WEBHOOK_KEY": "marked-webhook-key",
}


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


async def failure_of(tunnel: Tunnel) -> TunnelError:
    with pytest.raises(TunnelError) as caught:
        await tunnel.url()
    return caught.value


async def test_a_callback_arrives_byte_for_byte_and_its_answer_goes_back(options):
    body = bytes(range(256)) * 300
    async with (
        upstream(echo) as port,
        tunnelling(port, options()) as tunnel,
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
    async with tunnelling(1, options()) as tunnel:
        url = await tunnel.url()
        agent = journal.wait("start")["pid"]
    assert journal.wait("delete")["public_url"] == url
    assert journal.wait("end")["why"] == "SIGTERM"
    assert not is_alive(agent)
    assert files_in(state_dir) == []
    await tunnel.close()  # a second time does no harm


V3 = b"version: '3'\nagent:\n    authtoken: of-the-users-own\n    connect_url: c.example:443\n"
V3 += b"    connect_cas: host\n    proxy_url: http://p.example:3128\n    dns_resolver_ips: [192.0.2.1]\n"
V2 = b"authtoken: of-the-users-own\nserver_addr: c.example:443\nroot_cas: host\nhttp_proxy: http://p.example:3128\n"
V2 += b"dns_resolver_ips: [192.0.2.1]\n# caf\xe9 \x07\n"
OURS = {
    "authtoken": "of-the-users-own",
    "inspect_db_size": -1,
    "remote_management": False,
    "update_check": False,
}
OLD = {"server_addr": "c.example:443", "root_cas": "host", "dns_resolver_ips": ["192.0.2.1"], **OURS}
NEW = {"connect_url": "c.example:443", "connect_cas": "host", "dns_resolver_ips": ["192.0.2.1"], **OURS}


@pytest.mark.parametrize(
    ("version", "place", "text", "settings", "address"),
    [
        (
            "3.31.0",
            ".config/ngrok/ngrok.yml",
            V3,
            {**NEW, "proxy_url": "http://p.example:3128"},
            {"upstream": {"url": "http://127.0.0.1:4321"}, "url": "https://lyrics.ngrok.app"},
        ),
        (
            "3.29.9",
            "snap/ngrok/current/.config/ngrok/ngrok.yml",
            V3,
            {**OLD, "proxy_url": "http://p.example:3128"},
            {"addr": "http://127.0.0.1:4321", "proto": "http", "domain": "lyrics.ngrok.app"},
        ),
        (
            "2.3.41",
            ".ngrok2/ngrok.yml",
            V2,
            {**OLD, "http_proxy": "http://p.example:3128"},
            {"addr": "http://127.0.0.1:4321", "proto": "http", "hostname": "lyrics.ngrok.app"},
        ),
    ],
)
async def test_each_agent_is_spoken_to_in_its_own_words_and_gets_what_the_user_told_ngrok(  # noqa: PLR0913, PLR0917
    options, journal, ngroks_home, monkeypatch, version, place, text, settings, address
):
    """The token, and what it takes to reach ngrok; the inspector, which keeps bodies, is off."""
    ngroks_home(place, text)
    monkeypatch.setenv("STANDIN_NGROK_VERSION", version)
    wanted = replace(options(), authtoken=None, domain="lyrics.ngrok.app")
    async with tunnelling(4321, wanted) as tunnel:
        assert await tunnel.url() == tunnel.known_url == "https://lyrics.ngrok.app"
    config, asked = journal.wait("start")["config"], journal.wait("endpoint")["wanted"]
    given = config["agent"] if version == "3.31.0" else config
    assert config["version"] == ("3" if version == "3.31.0" else "2")
    assert {name: value for name, value in given.items() if name not in {"version", "web_addr"}} == settings
    assert {name: asked[name] for name in address} == address


@pytest.mark.parametrize("text", [None, b"agent: [", b"- a list"], ids=["no file", "no YAML", "no settings"])
async def test_a_config_that_cannot_be_read_is_told_as_that_unless_it_is_not_needed(
    options, journal, ngroks_home, text
):
    path = ngroks_home(".config/ngrok/ngrok.yml", text)
    async with tunnelling(1, replace(options(), authtoken=None)) as tunnel:
        assert (await failure_of(tunnel)).message.startswith(f"{path} cannot be read: ")
    async with tunnelling(1, options()) as tunnel:
        await tunnel.url()
    assert journal.wait("start")["config"]["agent"]["authtoken"] == TOKEN


async def test_an_agent_from_a_snap_gets_its_config_where_it_can_read_it(
    options, journal, ngroks_home, tmp_path, state_dir
):
    snap = ngroks_home("usr/bin/snap", f'#!/bin/sh\nexec "{AGENT}" "$@"\n'.encode())
    snap.chmod(0o755)
    agent = tmp_path / "ngrok"
    agent.symlink_to(snap)
    async with tunnelling(1, replace(options(), agent=agent)) as tunnel:
        await tunnel.url()
        assert [path.rpartition(".")[2] for path in files_in(state_dir)] == ["run"]
    config = Path(journal.wait("start")["argv"][-1])
    assert config.parent == tmp_path / "snap" / "ngrok" / "common"
    assert (files_in(config.parent), files_in(state_dir)) == ([], [])


@pytest.fixture
def noexec(tmp_path):
    """Give a directory from which nothing can be run."""
    folder = tmp_path / "noexec"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "noexec,size=1m", "tmpfs", folder]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"nothing can be mounted here: {error}")
    yield folder
    subprocess.run(["umount", folder], check=True)


async def test_where_nothing_can_be_run_from_the_state_directory_the_agent_starts_all_the_same(
    options, noexec
):
    async with tunnelling(1, replace(options(), state_dir=noexec)) as tunnel:
        await tunnel.url()


async def test_an_agent_that_may_not_be_run_is_said_to_be_that(options, noexec):
    agent = noexec / "ngrok"
    agent.write_bytes(AGENT.read_bytes())
    agent.chmod(0o755)
    async with tunnelling(1, replace(options(), agent=agent)) as tunnel:
        error = await failure_of(tunnel)
    assert error.message == f"{agent} cannot be started: Permission denied"
    assert "noexec" in error.advice


async def test_a_flood_of_log_neither_blocks_the_agent_nor_hides_its_end(options, fault, journal):
    fault("log-flood")
    async with (
        upstream(echo) as port,
        tunnelling(port, options()) as tunnel,
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
        async with tunnelling(1, options()) as tunnel:
            await tunnel.url()
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert dict(os.environ) == before


async def test_an_agent_that_dies_is_announced(options, journal):
    async with tunnelling(1, options()) as tunnel:
        await tunnel.url()
        os.kill(journal.wait("start")["pid"], signal.SIGKILL)
        assert (await tunnel.lost()).message == "ngrok: the agent ended with status -9"


async def test_a_close_of_our_own_is_no_loss(options):
    async with tunnelling(1, options()) as tunnel:
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
        ("web-busy", None, "address already in use", "lyrics doctor"),
        ("api-404", None, "does not know /api/endpoints", "ngrok update"),
        ("api-garbage", None, "made no sense", "ngrok update"),
    ],
    ids=itemgetter(0),
)
async def test_a_refusal_stops_at_once_and_says_what_to_do(options, fault, journal, state_dir, refused):
    name, code, message, advice = refused
    fault(name)
    async with tunnelling(1, options()) as tunnel:
        error = await failure_of(tunnel)
    assert (error.code, message in error.message, advice in error.advice) == (code, True, True), error
    assert not is_alive(journal.wait("start")["pid"])
    assert files_in(state_dir) == []


@pytest.mark.parametrize("name", ["silent", "api-hangs", "version-hangs"])
async def test_our_own_deadline_ends_an_agent_that_never_gets_there(options, fault, journal, state_dir, name):
    fault(name)
    async with tunnelling(1, options(start_timeout=0.8)) as tunnel:
        error = await failure_of(tunnel)
        assert error.message == "the ngrok agent was not ready within 0.8 s"
    assert journal.alive() == []
    assert files_in(state_dir) == []


async def test_a_missing_agent_is_not_fetched_but_explained(options, state_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYNGROK_NGROK_PATH", str(tmp_path / "bin" / "ngrok"))
    async with tunnelling(1, TunnelOptions(TOKEN, None, None, state_dir)) as tunnel:
        error = await failure_of(tunnel)
    assert (error.message, "https://ngrok.com/download" in error.advice) == (
        "the ngrok agent is not installed",
        True,
    )
    assert not (tmp_path / "bin").exists()


async def test_no_token_anywhere_is_said_without_starting_an_agent(options, journal, ngroks_home):
    async with tunnelling(1, replace(options(), authtoken=None)) as tunnel:
        error = await failure_of(tunnel)
    assert error.code == "ERR_NGROK_4018"
    assert [event["event"] for event in journal.all()] == ["version"]


async def test_something_that_is_no_agent_is_said_to_be_none(options, state_dir):
    async with tunnelling(1, TunnelOptions(TOKEN, None, Path("/bin/echo"), state_dir)) as tunnel:
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


async def test_what_an_agent_says_is_for_us_and_not_for_the_terminal(journal, scripted, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    told = scripted(f"echo 'ERROR:  bad config of {TOKEN}' >&2; echo 'ERROR:  more' >&2; exit 1")
    async with tunnelling(1, told) as tunnel:
        assert (await failure_of(tunnel)).message == "ngrok: bad config of [authtoken]"
    assert capfd.readouterr() == ("", "")
    assert TOKEN not in caplog.text


SESSION_ERROR = r't=1 lvl=eror msg="failed to reconnect session" err="%s"'


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo well; exit 7", "ngrok: the agent ended with status 7"),
        (
            f"yes lvl=info | head -n 300; echo '{SESSION_ERROR % 'one only ERR_NGROK_108'}'; exit 1",
            "ERR_NGROK_108",
        ),
        (f"echo '{SESSION_ERROR % 'not for you ERR_NGROK_9999'}'; exec sleep 60", "ERR_NGROK_9999"),
        ("echo 'lvl=crit msg=\"it is over\"'; exec sleep 60", "ngrok: it is over"),
        (
            "printf 'lvl=crit msg=\"it is over\" '; head -c 9000 /dev/zero | tr '\\0' a; exec sleep 60",
            "ngrok: it is over",
        ),
    ],
    ids=["ends without a reason", "dies after a word", "would try again", "is in a crisis", "ends no line"],
)
async def test_an_end_a_code_and_a_crisis_are_final_whatever_the_agent_means_to_do(
    journal, scripted, script, said
):
    async with tunnelling(1, scripted(script)) as tunnel:
        assert said in (await failure_of(tunnel)).message


async def test_nothing_starts_after_the_end(options, journal, state_dir):
    tunnel = Tunnel(1, options())
    tunnel.kill()
    tunnel.start()
    assert "closed" in (await failure_of(tunnel)).message
    assert (journal.all(), files_in(state_dir)) == ([], [])


async def test_two_tunnels_at_once_have_an_agent_each(options, journal):
    async with tunnelling(1, options()) as first, tunnelling(2, options()) as second:
        assert await first.url() != await second.url()
        agents = [journal.wait("start")["pid"], journal.wait("start")["pid"]]
        assert len(set(agents)) == 2
        os.kill(agents[0], signal.SIGUSR2)
        waits = {asyncio.ensure_future(tunnel.lost()) for tunnel in (first, second)}
        lost, still = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        assert (len(lost), len(still)) == (1, 1)
        still.pop().cancel()
    assert not any(map(is_alive, agents))


@pytest.mark.parametrize(
    ("domain", "advice"), [(None, "name another domain"), ("a.ngrok.app", "leave the domain out")]
)
async def test_a_taken_address_is_advised_on_by_whether_a_domain_was_named(options, fault, domain, advice):
    fault("334")
    async with tunnelling(1, replace(options(), domain=domain)) as tunnel:
        assert advice in (await failure_of(tunnel)).advice


def test_a_message_of_ngroks_is_one_clean_sentence():
    error = refusal("failed to start endpoint: Two\x1b[31m words\\nmore of it ERR_NGROK_9999\\r\\n")
    assert error.message == "ngrok: Two [31m words (ERR_NGROK_9999)"
    assert error.advice == "See https://ngrok.com/docs/errors/err_ngrok_9999."


async def test_the_token_is_only_in_a_private_file_that_goes_away(options, journal, state_dir, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with tunnelling(1, options()) as tunnel:
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


async def test_a_token_that_ngrok_quotes_is_not_repeated(options, fault):
    fault("quote-token")
    async with tunnelling(1, options()) as tunnel:
        error = await failure_of(tunnel)
    assert (TOKEN in error.message, "[authtoken]" in error.message) == (False, True)


MOMENTS = "at once", "version", "start", "not yet", "url"


@pytest.mark.parametrize("end", [*product(("close", "kill"), MOMENTS)], ids=", ".join)
async def test_nothing_is_left_however_early_the_end_comes(options, journal, state_dir, fault, end):
    way, moment = end
    if moment == "not yet":  # it is asked again and again
        fault("offline")
    tunnel = Tunnel(1, options())
    tunnel.start()
    if moment == "url":
        await tunnel.url()
    elif moment != "at once":
        await asyncio.to_thread(journal.wait, moment)
    if way == "close":
        async with asyncio.timeout(10):
            await tunnel.close()
    else:
        tunnel.kill()
    assert journal.alive() == []
    assert files_in(state_dir) == []
    if moment != "url":
        assert "closed" in (await failure_of(tunnel)).message or way == "kill"


async def test_a_cancelled_wait_for_the_url_leaves_the_tunnel_alone(options):
    async with tunnelling(1, options()) as tunnel:
        waiting = asyncio.ensure_future(tunnel.url())
        await asyncio.sleep(0)  # it is waiting now
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await tunnel.url()).startswith("http://127.0.0.1:")


async def test_an_agent_deaf_to_sigterm_is_killed(options, fault, journal, monkeypatch):
    monkeypatch.setattr("lyricscli.delivery.ngrok.tunnel.GRACE", 0.1)
    fault("stubborn")
    async with tunnelling(1, options()) as tunnel:
        await tunnel.url()
        agent = journal.wait("start")["pid"]
    assert not is_alive(agent)


async def test_ctrl_c_at_the_terminal_is_not_for_the_agent(options, journal):
    async with tunnelling(1, options()) as tunnel:
        await tunnel.url()
        agent = journal.wait("start")["pid"]
        assert os.getsid(agent) == agent


def test_an_unclosed_tunnel_neither_delays_the_exit_nor_outlives_it(options, journal, state_dir, fault):
    fault("silent")
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from lyricscli.delivery.ngrok.tunnel import Tunnel, TunnelOptions\n"
        "async def main():\n"
        "    Tunnel(1, TunnelOptions('t', None, Path(sys.argv[1]), Path(sys.argv[2]))).start()\n"
        "    await asyncio.to_thread(input)\n"
        "asyncio.run(main())"
    )
    run = [sys.executable, "-c", script, AGENT, state_dir]
    with subprocess.Popen(run, stdin=subprocess.PIPE) as program:
        agent = journal.wait("start")["pid"]
        began = time.monotonic()
        program.communicate(b"\n", timeout=10)
    assert (program.returncode, time.monotonic() - began < 5) == (0, True)
    assert not is_alive(agent)
    assert files_in(state_dir) == []


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


def test_one_that_does_not_say_its_version_is_given_up(journal, fault):
    fault("version-hangs")  # for a minute
    with pytest.raises(TunnelError, match="did not say its version"):
        agent_version(AGENT, timeout=0.2)
