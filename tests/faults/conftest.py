"""The service with every fault it can have, as a program of its own, and the table of what became of each."""

import json
import subprocess
import sys
import threading
import time

import pytest

ROWS = []
PROGRAM = [sys.executable, "-m", "lyricscli"]


class ServiceProcess:
    """`lyrics sandbox` on a free port; `events` is its log so far, one object a request or callback."""

    def __init__(self, lyrics, *options, **environ):
        self.events = []
        self._process = subprocess.Popen(
            [*PROGRAM, "sandbox", "--port", "0", "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=lyrics.environment(**environ),
            cwd=lyrics.home,
        )
        self.url = json.loads(self._process.stdout.readline())["url"]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.events.append(json.loads(line))

    def stop(self):
        """End the service and wait for the last of its log."""
        self._process.terminate()
        self._process.wait(20)
        self._reader.join(20)

    def submissions(self):
        """Return the requests that asked for a task."""
        return [e for e in self.events if e["event"] == "request" and e["method"] == "POST"]


@pytest.fixture(scope="session")
def start_service(lyrics_at, tmp_path_factory):
    """Give a function that starts a service with options of its own; it ends with the session."""
    running = []

    def start(*options, **environ):
        home = lyrics_at(tmp_path_factory.mktemp("service"), {})
        running.append(ServiceProcess(home, *options, **environ))
        return running[-1]

    yield start
    for process in running:
        process.stop()


@pytest.fixture(scope="session")
def service(start_service):
    """Run sunoapi's dialect for all tests of a session; a prompt's marker chooses the fault."""
    # Without the account's own limits, which one command after another meets on a quick machine.
    return start_service("--latency", "0.2s", "--no-limits")


@pytest.fixture(scope="session")
def kie(start_service):
    """Run kie's dialect likewise."""
    return start_service("--latency", "0.2s", "--no-limits", "--dialect", "kie")


@pytest.fixture
def record():
    """Give a function that runs a fault and writes its line of the table."""

    def run(fault, call):
        began = time.monotonic()
        done = call()
        document = json.loads(done.stdout) if done.stdout.startswith(b"{") else None
        outcome = f"{document['status']} by {document['delivered_by']}" if document else "see the test"
        ROWS.append((fault, outcome, done.returncode, time.monotonic() - began))
        return document, done

    return run


def pytest_terminal_summary(terminalreporter):
    """Print the table: a line for each fault."""
    if ROWS:
        terminalreporter.section("faults")
        terminalreporter.write_line(f"{'injected':44} {'outcome':24} {'exit':>4} {'seconds':>8}")
        for fault, outcome, code, seconds in ROWS:
            terminalreporter.write_line(f"{fault:44} {outcome:24} {code:4} {seconds:8.2f}")
