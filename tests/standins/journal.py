"""What the stand-in agent says it did, as it does it: a test waits for an event instead of sleeping."""

import json
import os
import select
import sys
import time
from pathlib import Path

AGENT = Path(__file__).with_name("ngrok")
ROOM = 2**20  # bytes
PATIENCE = 20.0  # seconds until a test gives up on an event, on a machine under load


class Journal:
    """The reading end of STANDIN_NGROK_LOG, which is a FIFO here."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        # Opened for writing too, so that it does not end when an agent closes its side.
        self._fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        if sys.platform == "linux":  # a test that reads late holds up no agent
            import fcntl

            fcntl.fcntl(self._fifo, fcntl.F_SETPIPE_SZ, ROOM)
        self._rest = b""
        self._unseen: list[dict] = []
        self._events: list[dict] = []

    def wait(self, name: str) -> dict:
        """Return the next event of that name."""
        deadline = time.monotonic() + PATIENCE
        while True:
            while self._unseen:
                if (event := self._unseen.pop(0))["event"] == name:
                    return event
            self._read(deadline - time.monotonic(), name)

    def all(self, name: str | None = None) -> list[dict]:
        """Return every event so far, whole, or every one of that name."""
        while select.select([self._fifo], [], [], 0)[0]:
            self._read(0, "anything")
        return [event for event in self._events if name in {None, event["event"]}]

    def alive(self, name: str | None = None) -> list[int]:
        """Return the process numbers of the agents that said so, or anything, and still run."""
        return [pid for pid in {event["pid"] for event in self.all(name)} if is_alive(pid)]

    def close(self) -> None:
        """Stop listening. An agent that still runs would then wait for ever to say a word."""
        os.close(self._fifo)

    def _read(self, patience: float, name: str) -> None:
        if not select.select([self._fifo], [], [], max(patience, 0))[0]:
            raise TimeoutError(
                f"the stand-in agent never said {name}; it said {[e['event'] for e in self._events]}"
            )
        *lines, self._rest = (self._rest + os.read(self._fifo, 65536)).split(b"\n")
        found = [json.loads(line) for line in lines]
        self._unseen += found
        self._events += found


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
