"""Fixtures that run the real program, each test in a home of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# What a property costs is held by tests of their own: the machine may be busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ROOT = Path(__file__).parent.parent
STANDIN = ROOT / "tests" / "standins" / "ngrok"
# A shell's background job ignores Ctrl-C, one under nohup SIGHUP, and both hand that down; the programs under
# test must hear them.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

PROGRAM = [sys.executable, "-m", "lyricscli"]
TIMEOUT = 60


@dataclass
class Lyrics:
    """Runs `lyrics` in a private home; `environ` holds what is added to an otherwise clean environment."""

    home: Path
    environ: dict[str, str]

    def environment(self, **more):
        """Return the whole environment of one run; a value of None takes a variable away."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        base = {
            **kept,
            "HOME": str(self.home),
            "LYRICS_HOME": str(self.home / "lyrics"),
            "PYTHONPATH": str(ROOT),
        }
        merged = {**base, "LYRICS_SANDBOX_LATENCY": "0.1", **self.environ, **more}
        return {name: value for name, value in merged.items() if value is not None}

    def __call__(self, *arguments, stdin=b"", **environ):
        """Run to the end; stdin is empty unless given; stdout and stderr are bytes."""
        return self._run([*PROGRAM, *map(str, arguments)], stdin, environ)

    def shell(self, line, **environ):
        """Run a line of bash to its end, where $LYRICS is the program."""
        return self._run(["bash", "-c", line], b"", {"LYRICS": " ".join(PROGRAM), **environ})

    def _run(self, words, stdin, environ):
        return subprocess.run(
            words,
            input=stdin,
            capture_output=True,
            env=self.environment(**environ),
            cwd=self.home,
            timeout=TIMEOUT,
            check=False,
        )

    def start(self, *arguments, stderr=subprocess.PIPE, **environ):
        """Start and return the process; its output is piped."""
        return subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=self.environment(**environ),
            cwd=self.home,
        )

    def json(self, *arguments, code=0, **environ):
        """Run with --json, check the exit code, and return the document."""
        done = self(*arguments, "--json", **environ)
        assert done.returncode == code, done.stderr.decode()
        return json.loads(done.stdout)

    def finish_all(self):
        """Let the embedded service be done with all that it has."""
        with closing(sqlite3.connect(self.home / "lyrics" / "sandbox.db")) as database, database:
            database.execute("UPDATE task SET ready_at = 0")


@pytest.fixture(scope="session")
def standin():
    """Give the path of the stand-in ngrok agent."""
    return STANDIN


@pytest.fixture(scope="session")
def lyrics_at():
    """Give the class, for a fixture that outlives one test."""
    return Lyrics


@pytest.fixture
def lyrics(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Lyrics(home, {})
