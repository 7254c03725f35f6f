"""What the tests of a tunnel share: a journal of the agents, options, and programs that own a tunnel."""

import os
import re
import select
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from lyricscli import processes
from lyricscli.delivery.ngrok.agent import TunnelOptions
from lyricscli.delivery.ngrok.tunnel import Tunnel
from tests.standins.journal import AGENT, Journal

TOKEN = "2Marked0Authtoken4Tests"
OWNER = """
import asyncio, sys
from pathlib import Path
from lyricscli.delivery.ngrok.tunnel import Tunnel, TunnelOptions

async def main():
    tunnel = Tunnel(1, TunnelOptions("token", None, Path(sys.argv[1]), Path(sys.argv[2])))
    tunnel.start()
    print(await tunnel.url(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """Keep the stand-in's journal; whatever a test leaves running is ended with it, and fails the test."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or re.search(processes.SECRET_VARIABLE, name):
            monkeypatch.delenv(name)
    monkeypatch.setenv("STANDIN_NGROK_LOG", str(tmp_path / "journal"))
    monkeypatch.setenv("STANDIN_NGROK_LIFETIME", "60")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # the stand-in's python3
    journal = Journal(tmp_path / "journal")
    yield journal
    left = journal.alive()
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


@asynccontextmanager
async def tunnelling(port, options):
    """Keep a tunnel to a port of loopback, from its start on."""
    tunnel = Tunnel(port, options)
    tunnel.start()
    try:
        yield tunnel
    finally:
        await tunnel.close()


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


def files_in(folder):
    return [path.name for path in folder.iterdir()] if folder.exists() else []
