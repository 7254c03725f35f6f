"""A receiver of callbacks that is no part of the program: the standard library's HTTP server in a thread."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Taken:
    """What came, and what is answered: `status`, `headers` and `answer`."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thanks"
    held: threading.Event = field(default_factory=threading.Event)
    bodies: list[bytes] = field(default_factory=list)
    came: list[dict[str, str]] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait(self, count=1):
        """Wait until that many more have come."""
        for _ in range(count):
            assert self.arrived.acquire(timeout=20)

    def take(self, body, headers):
        """Keep one callback."""
        self.bodies.append(body)
        self.came.append(headers)
        self.arrived.release()


@pytest.fixture
def receiver():
    taken = Taken()
    taken.held.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.take(self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers))
            taken.held.wait(20)
            self.send_response(taken.status)
            for name, value in taken.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(taken.answer)))
            self.end_headers()
            self.wfile.write(taken.answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    taken.url = f"http://127.0.0.1:{server.server_address[1]}/callback"
    yield taken
    taken.held.set()
    server.shutdown()
    thread.join()
    server.server_close()
