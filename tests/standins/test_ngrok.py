"""The stand-in agent keeps to the agent's protocol: plain pyngrok, as it comes, can drive it."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pyngrok import ngrok
from pyngrok.conf import PyngrokConfig
from pyngrok.exception import PyngrokNgrokError

from tests.standins.journal import AGENT, Journal

CONFIG = "version: '3'\nagent:\n    authtoken: a-token\n    web_addr: %s\n"


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """Keep the stand-in's journal."""
    monkeypatch.delenv("NGROK_AUTHTOKEN", raising=False)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # the stand-in's python3
    monkeypatch.setenv("STANDIN_NGROK_LOG", str(tmp_path / "journal"))
    monkeypatch.setenv("STANDIN_NGROK_LIFETIME", "60")
    journal = Journal(tmp_path / "journal")
    yield journal
    journal.close()


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "ngrok.yml"
    path.write_text(CONFIG % "127.0.0.1:0")
    return path


@pytest.fixture
def run(journal, config):
    """Give a way to start the stand-in; end it, and wait for it, at the end."""
    started = []

    def start(*arguments):
        argv = [AGENT, *(arguments or ("start", "--none", "--log", "stdout", "--config", config))]
        started.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for agent in started:
        agent.kill()
        agent.communicate()


def api_of(agent):
    """Read the agent's log until it is ready; return the address of its API."""
    said = ""
    while "tunnel session started" not in said:
        said += agent.stdout.readline()
    return "http://" + re.search(r'msg="starting web service" obj=web addr=(\S+) allow_hosts=\[\]', said)[1]


@asynccontextmanager
async def forwarding(agent, handler, client):
    """Serve `handler` behind an endpoint of the agent; yield the public address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    wanted = {"name": "one", "upstream": {"url": f"http://127.0.0.1:{listening.getsockname()[1]}"}}
    async with client.post(f"{api_of(agent)}/api/endpoints", json=wanted) as answer:
        assert answer.status == 201
        yield (await answer.json())["url"]
    await runner.cleanup()


@pytest.mark.parametrize(("version", "layout"), [("3.31.0", "3"), ("3.20.0", "2")])
def test_pyngrok_opens_lists_and_closes_an_endpoint(journal, config, monkeypatch, version, layout):
    monkeypatch.setenv("STANDIN_NGROK_VERSION", version)
    pyngrok_config = PyngrokConfig(str(AGENT), str(config), config_version=layout)
    try:
        tunnel = ngrok.connect("http://127.0.0.1:9", name="one", pyngrok_config=pyngrok_config)
        assert [found.public_url for found in ngrok.get_tunnels(pyngrok_config)] == [tunnel.public_url]
        ngrok.disconnect(tunnel.public_url, pyngrok_config)
        assert ngrok.get_tunnels(pyngrok_config) == []
    finally:
        ngrok.kill(pyngrok_config)
    assert ngrok.get_version(pyngrok_config)[0] == version


def test_pyngrok_saves_a_token_through_it(journal, tmp_path):
    path = tmp_path / "new.yml"
    path.write_text("version: '3'\n")
    ngrok.set_auth_token("a-new-token", PyngrokConfig(str(AGENT), str(path)))
    assert "authtoken: a-new-token" in path.read_text()


@pytest.mark.parametrize("code", ["105", "107", "108", "4018"])
def test_pyngrok_understands_its_refusals(journal, config, monkeypatch, code):
    monkeypatch.setenv("STANDIN_NGROK_FAULT", f"{code}-retry")
    pyngrok_config = PyngrokConfig(str(AGENT), str(config), startup_timeout=1)
    with pytest.raises(PyngrokNgrokError) as caught:
        ngrok.connect("http://127.0.0.1:9", pyngrok_config=pyngrok_config)
    assert caught.value.ngrok_error_code == f"ERR_NGROK_{code}"


async def test_bodies_are_passed_on_as_they_come(run):
    """Each side lets go of its second piece only when the other has its first."""
    sent_on, sent_back = asyncio.Event(), asyncio.Event()

    async def pieces():
        yield b"first"
        await sent_on.wait()
        yield b"second"

    async def answer_in_pieces(request):
        assert await request.content.readany() == b"first"
        sent_on.set()
        assert await request.content.read() == b"second"
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"third")
        await sent_back.wait()
        await answer.write(b"fourth")
        return answer

    async with (
        aiohttp.ClientSession() as client,
        forwarding(run(), answer_in_pieces, client) as url,
        client.post(url, data=pieces()) as answer,
    ):
        assert await answer.content.readany() == b"third"
        sent_back.set()
        assert await answer.content.read() == b"fourth"


async def test_headers_keep_their_case_and_order_and_gain_those_of_ngrok(run):
    async def heads(request):
        return web.json_response([[name.decode(), value.decode()] for name, value in request.raw_headers])

    headers = [("x-B", "1"), ("X-a", "2"), ("x-B", "3")]
    async with (
        aiohttp.ClientSession() as client,
        forwarding(run(), heads, client) as url,
        client.put(url, headers=headers) as answer,
    ):
        seen = await answer.json()
    assert [pair for pair in seen if pair[0].lower() in {"x-a", "x-b"}] == [
        ["x-B", "1"],
        ["X-a", "2"],
        ["x-B", "3"],
    ]
    assert seen[-3:] == [
        ["X-Forwarded-For", "127.0.0.1"],
        ["X-Forwarded-Host", url.removeprefix("http://")],
        ["X-Forwarded-Proto", "https"],
    ]


async def test_without_an_upstream_the_caller_gets_502_and_ngroks_code(run):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        upstream = f"http://127.0.0.1:{probe.getsockname()[1]}"
    async with aiohttp.ClientSession() as client:
        wanted = {"name": "one", "upstream": {"url": upstream}}
        async with client.post(f"{api_of(run())}/api/endpoints", json=wanted) as answer:
            url = (await answer.json())["url"]
        async with client.post(url, data=b"x" * 100_000) as answer:
            assert (answer.status, "ERR_NGROK_8012" in await answer.text()) == (502, True)


async def test_an_endpoint_that_forwards_nothing_says_offline(run, monkeypatch):
    monkeypatch.setenv("STANDIN_NGROK_FAULT", "forward-nothing")

    async def never(_request):
        pytest.fail("the request was forwarded")

    async with (
        aiohttp.ClientSession() as client,
        forwarding(run(), never, client) as url,
        client.post(url, data=b"x") as answer,
    ):
        assert (answer.status, "ERR_NGROK_3200" in await answer.text()) == (404, True)


@pytest.mark.parametrize("fault", ["drop", "die"])
async def test_a_drop_and_a_death_come_by_themselves_when_asked_for(run, monkeypatch, fault):
    monkeypatch.setenv("STANDIN_NGROK_FAULT", fault)
    monkeypatch.setenv("STANDIN_NGROK_DELAY", "0")
    agent = run()
    async with aiohttp.ClientSession() as client:
        wanted = {"name": "one", "upstream": {"url": "http://127.0.0.1:9"}}
        async with client.post(f"{api_of(agent)}/api/endpoints", json=wanted) as answer:
            assert answer.status == 201
    if fault == "die":
        assert agent.wait(10) == 1
    else:
        while "session closed, starting reconnect loop" not in agent.stdout.readline():
            assert agent.poll() is None


def test_it_records_what_a_secret_must_not_be_in(run, journal, config):
    run()
    started = journal.wait("start")
    assert started["argv"][1:] == ["start", "--none", "--log", "stdout", "--config", str(config)]
    assert started["environ"]["STANDIN_NGROK_LOG"] == os.environ["STANDIN_NGROK_LOG"]
    assert started["config"]["agent"]["authtoken"] == "a-token"


def test_it_refuses_to_go_without_a_token(run, config):
    config.write_text(json.dumps({"version": "3", "agent": {}}))
    agent = run()
    assert "ERR_NGROK_4018" in agent.communicate(timeout=10)[0]
    assert agent.returncode == 1


def test_it_fails_where_its_web_address_is_taken(run, config):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config.write_text(CONFIG % f"127.0.0.1:{taken.getsockname()[1]}")
        agent = run()
        assert "ddress already in use" in agent.communicate(timeout=10)[0]
    assert agent.returncode == 1


def test_sigterm_ends_it_well(run):
    agent = run()
    api_of(agent)
    agent.send_signal(signal.SIGTERM)
    assert agent.wait(10) == 0


def test_it_ends_by_itself_when_its_lifetime_is_over(run, monkeypatch):
    monkeypatch.setenv("STANDIN_NGROK_LIFETIME", "0.2")
    monkeypatch.setenv("STANDIN_NGROK_FAULT", "silent,stubborn")
    assert run().wait(10) == 3
