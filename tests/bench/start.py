"""Start-up, by CPU time: what a command costs beside minimal programs on the same libraries."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

from table import Row, Sample
from world import LYRICS, home

MINIMAL = [sys.executable, "-c", "from minimal import app; app()"]
CLIENT = [sys.executable, "-c", "from minimal_client import app; app()"]
SUBMITTED = "generate", "a robot", "--no-wait", "-q", "--provider", "sunoapi", "--base-url"
POST = "until the POST of "


def measure(*, quick):
    """Start every program in turn, many times over, so that a busy moment hits all alike."""
    with home(LYRICS_SANDBOX_LATENCY="0") as environ, service() as server:
        programs = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "minimal --version": [*MINIMAL, "--version"],
            "minimal command": [*MINIMAL, "show", "last"],
            "minimal --help": [*MINIMAL, "--help"],
            "minimal client": [*CLIENT, "generate", "a robot", server.url],
            "`lyrics --version`": [*LYRICS, "--version"],
            "`lyrics show`": [*LYRICS, "show", "local-1"],
            "`lyrics list`": [*LYRICS, "list"],
            "`lyrics --help`": [*LYRICS, "--help"],
            "`lyrics generate --no-wait`": [*LYRICS, *SUBMITTED, server.url],
        }
        nothing_set = {name: value for name, value in environ.items() if name != "SUNO_API_KEY"}
        subprocess.run([*LYRICS, "generate", "x", "-q"], env=nothing_set, check=True, capture_output=True)
        times = {}
        for turn in range(3 if quick else 31):
            for name, command in programs.items():
                whole, until_post = server.spent_by(command, environ)
                if turn:  # the first one fills the caches
                    times.setdefault(name, []).append(whole)
                    if until_post is not None:
                        times.setdefault(POST + name, []).append(until_post)
    return _rows({name: Sample(name, tuple(values)) for name, values in times.items()})


def _rows(samples):
    bare = samples["bare interpreter"]
    pairs = {
        "`lyrics --version`": "minimal --version",
        "`lyrics show`": "minimal command",
        "`lyrics list`": "minimal command",
        "`lyrics --help`": "minimal --help",
        "`lyrics generate --no-wait`": "minimal client",
        f"{POST}`lyrics generate --no-wait`": f"{POST}minimal client",
    }
    ours = [
        Row(samples[one], samples[other], f"{samples[one].median / bare.median:.2g} times the bare one")
        for one, other in pairs.items()
        if one
        in samples  # where nothing tells what a running process has spent, there is no time until a POST
    ]
    return [
        *ours,
        *(Row(samples[other]) for other in dict.fromkeys(pairs.values()) if other in samples),
        Row(bare),
    ]


class _Submissions(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.until_post = spent(self.server.child)
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"code": 200, "msg": "success", "data": {"taskId": uuid4().hex}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class _Service(ThreadingHTTPServer):
    """Accepts every submission at once, and notes what its sender had spent by then."""

    child = until_post = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def spent_by(self, command, environ):
        """Run a command; return its CPU time, and that until its POST where it sent one, in milliseconds."""
        self.until_post = None
        process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.child = process.pid
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{command} ended with {process.returncode}")
        return (usage.ru_utime + usage.ru_stime) * 1000, self.until_post


@contextmanager
def service():
    """Serve until the end of the context."""
    with _Service(("127.0.0.1", 0), _Submissions) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def spent(pid):
    """Return the CPU time of a running process in milliseconds (proc(5), schedstat), where that is told."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    nanoseconds = [int(task.read_text().split()[0]) for task in tasks]
    return sum(nanoseconds) / 1e6 if nanoseconds else None
