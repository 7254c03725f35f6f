"""Agents that outlive their owner: real processes, a real SIGKILL, and real process namespaces."""

import json
import os
import select
import signal
import subprocess
import sys

import pytest

from lyricscli.delivery.ngrok.orphans import end_orphans
from lyricscli.delivery.ngrok.tunnel import Tunnel
from tests.delivery.conftest import OWNER, files_in, other_process
from tests.standins.journal import AGENT, is_alive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in agent is a POSIX executable")

INIT = """
import subprocess, sys
owner = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
sys.stdin.readline()
owner.kill()
owner.wait()
print("killed", flush=True)
sys.stdin.readline()
"""
LOOK = """
import sys
from pathlib import Path
from lyricscli.delivery.ngrok.orphans import end_orphans
print(end_orphans(Path(sys.argv[1])))
"""
APART = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture
def apart():
    """Give what starts a program in a process namespace of its own."""
    words = APART if os.geteuid() == 0 else (*APART, "--map-root-user")
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no process namespace can be made here: {error}")
    return words


def sigkill(owner):
    """SIGKILL the owner. Its output ends though the agent lives, so the agent holds no pipe of ours."""
    owner.kill()
    owner.communicate(timeout=10)


def test_an_agent_whose_owner_lives_is_left_alone(owner, state_dir):
    _, agent = owner
    assert end_orphans(state_dir) == []
    assert is_alive(agent)


async def test_an_agent_left_by_a_sigkill_is_ended_before_the_next_starts(owner, options, state_dir):
    program, agent = owner
    sigkill(program)
    assert is_alive(agent)
    tunnel = Tunnel(1, options())
    tunnel.start()
    await tunnel.url()
    assert not is_alive(agent)
    assert len(files_in(state_dir)) == 2  # of the one that runs now
    await tunnel.close()
    assert files_in(state_dir) == []


def test_an_orphan_that_is_deaf_to_sigterm_is_killed(owner, state_dir, monkeypatch):
    program, agent = owner
    sigkill(program)
    monkeypatch.setattr("lyricscli.delivery.ngrok.orphans.GRACE", 0.1)
    os.kill(agent, signal.SIGSTOP)
    assert end_orphans(state_dir) == [agent]
    assert (is_alive(agent), files_in(state_dir)) == (False, [])


@pytest.mark.parametrize("agent_lives", [True, False])
def test_a_look_alike_is_left_alone(owner, state_dir, agent_lives):
    """A process has the very arguments of the agent, but never got the agent's lock from us."""
    program, agent = owner
    sigkill(program)
    (record,) = state_dir.glob("*.run")
    words = ("start", "--none", "--log", "stdout", "--config", json.loads(record.read_text())["config"])
    if not agent_lives:
        handle = os.pidfd_open(agent)
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [])
        os.close(handle)
    with other_process(*words) as other:
        assert end_orphans(state_dir) == ([agent] if agent_lives else [])
        assert other.poll() is None
    assert files_in(state_dir) == []


def test_files_of_others_in_the_directory_are_left_alone(tmp_path):
    (tmp_path / "songs.yml").write_text("mine")
    notes = {"agent-notes.yml": "mine", "agent-notes.run": "mine"}
    notes["agent-b.run"] = json.dumps({"config": str(tmp_path / "songs.yml")})
    for name, text in notes.items():
        (tmp_path / name).write_text(text)
    assert end_orphans(tmp_path) == []
    assert sorted(files_in(tmp_path)) == sorted(["songs.yml", *notes])


@pytest.mark.parametrize("what_dies", ["the owner", "its namespace"])
def test_two_process_namespaces_on_one_home_leave_each_others_agents_alone(
    apart, journal, state_dir, monkeypatch, what_dies
):
    def seen_from_another():
        look = [*apart, sys.executable, "-c", LOOK, state_dir]
        return subprocess.check_output(look, text=True, timeout=30).strip()

    monkeypatch.delenv("STANDIN_NGROK_LOG")  # the numbers in it would mean other processes out here
    run = [*apart, sys.executable, "-c", INIT, OWNER, AGENT, state_dir]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline().startswith("http://127.0.0.1:")
        files = files_in(state_dir)
        assert (seen_from_another(), files_in(state_dir), len(files)) == ("[]", files, 2)
        if what_dies == "the owner":
            first.stdin.write("\n")
            first.stdin.flush()
            assert first.stdout.readline() == "killed\n"
            assert (seen_from_another(), files_in(state_dir)) == ("[]", files)
            (agent,) = end_orphans(state_dir)  # from out here it can be seen
            assert not is_alive(agent)
        else:
            first.kill()
            first.wait()
            assert seen_from_another() == "[]"
        assert files_in(state_dir) == []
