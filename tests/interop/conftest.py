"""Receivers that are no part of this program, in three languages, each started for one test."""

import hashlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RECEIVERS = HERE / "receivers"
STARTED = (b"started", b"Running on")
"""What the servers print once they listen."""


@dataclass
class Program:
    """A receiver that runs: where to send to, and the folder it keeps lyrics in."""

    url: str
    folder: Path

    def kept(self, task_id):
        """Return what it kept of a task."""
        name = hashlib.sha256(task_id.encode()).hexdigest()
        return json.loads((self.folder / f"{name}.json").read_text())

    def only(self):
        """Return what it kept, of the one task it heard of."""
        (file,) = self.folder.iterdir()
        return json.loads(file.read_text())


def express(_):
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not (HERE / "node_modules" / "express").is_dir():
        pytest.skip("Express is not installed: npm install --no-package-lock --prefix tests/interop")
    return ["node", RECEIVERS / "receiver.js"]


def flask(_):
    if importlib.util.find_spec("flask") is None:
        pytest.skip("Flask is not installed: pip install flask")
    return [sys.executable, "-u", RECEIVERS / "receiver.py"]


def php(port):
    if shutil.which("php") is None:
        pytest.skip("PHP is not installed: apt-get install php-cli")
    return ["php", "-S", f"127.0.0.1:{port}", RECEIVERS / "receiver.php"]


@pytest.fixture(params=[express, flask, php], ids=lambda command: command.__name__)
def program(request, tmp_path):
    """How a test starts a receiver: each test runs with all three."""

    @contextmanager
    def starting(**environ):
        port = free_port()
        folder = tmp_path / "kept"
        folder.mkdir()
        process = subprocess.Popen(
            list(map(str, request.param(port))),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PORT": str(port), "LYRICS_FOLDER": str(folder), **environ},
        )
        try:
            heard = b""
            while not any(word in heard for word in STARTED):
                line = process.stdout.readline()
                assert line, f"the receiver ended: {heard.decode()}"
                heard += line
            yield Program(f"http://127.0.0.1:{port}/callback", folder)
        finally:
            process.terminate()
            process.communicate(timeout=10)

    return starting


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
