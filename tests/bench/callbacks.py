"""Callbacks a second into the library, each durable before it is answered, against a bare handler."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from table import Row, Sample
from world import home, server

SENDERS = 32
"""Connections that send at once."""

BARE, OURS = "a bare aiohttp handler that parses JSON", "into the library"
DURABLE = "a bare aiohttp handler that makes one durable INSERT each"
VARIANT = {
    "text": "[Verse]\n" + "A line that scans about as well\n" * 16,
    "title": "Song",
    "status": "complete",
}


def measure(*, quick):
    """Send the same callbacks to all in turn."""
    count, turns = (64, 1) if quick else (4000, 5)
    rates = {BARE: [], DURABLE: [], OURS: []}
    for _ in range(turns):
        for kind, name in (("bare", BARE), ("durable", DURABLE), ("inbox", OURS)):
            with home() as environ, server("callback_server.py", kind, count, environ=environ) as line:
                rates[name].append(_rate(json.loads(line), count))
    samples = {name: Sample(name, tuple(values), "a second") for name, values in rates.items()}
    return [Row(samples[OURS], samples[DURABLE]), Row(samples[DURABLE]), Row(samples[BARE])]


def _rate(place, count):
    requests = [_request(path, f"task-{number}") for number, path in enumerate(place["paths"])]
    shares = [requests[start::SENDERS] for start in range(SENDERS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        # An answer that is no 200 ends the measurement.
        list(senders.map(lambda share: _send(place["port"], share), shares))
    return count / (time.perf_counter() - began)


def _request(path, task_id):
    data = {"callbackType": "complete", "taskId": task_id, "data": [VARIANT, VARIANT]}
    body = json.dumps({"code": 200, "msg": "All generated successfully.", "data": data}).encode()
    lines = ("Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}", "", "")
    return "\r\n".join([f"POST {path} HTTP/1.1", *lines]).encode() + body


def _send(port, requests):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for request in requests:
            connection.sendall(request)
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer
