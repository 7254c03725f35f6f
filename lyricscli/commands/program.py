"""An outside program that changes a text: the text on its standard input, the new one from its output."""

import os
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress

from lyricscli.errors import LyricsError

LONGEST = 1_000_000
"""Bytes taken of its output; lyrics have a hundredth of it."""


def changed_by(command: str, text: str, limit: float) -> str:
    """Run a shell command on a text and return what it prints; `limit` is in seconds.

    The keys of the services are not in its environment. Raises LyricsError when it fails, takes too long, or
    prints nothing, too much, or no UTF-8; all that it started in its process group is ended then.
    """
    from lyricscli.commands.running import interruptible

    with tempfile.TemporaryFile() as source:
        source.write(text.encode())
        source.seek(0)
        with interruptible():
            output = _output(_start(command, source.fileno()), limit)
    return _checked(output)


def _start(command: str, source: int) -> "subprocess.Popen[bytes]":
    from lyricscli.settings import without_secrets

    return subprocess.Popen(  # noqa: S602 (a command line of the user's own, pipes and all)
        command,
        shell=True,
        stdin=source,
        stdout=subprocess.PIPE,
        env=without_secrets(os.environ),
        start_new_session=True,
    )


def _output(process: "subprocess.Popen[bytes]", limit: float) -> bytes:
    """Read to the end of the output, and wait for the program; whatever happens, it is gone afterwards."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(limit, give_up)
    timer.start()
    try:
        assert process.stdout is not None
        output = process.stdout.read(LONGEST + 1)
        if len(output) <= LONGEST:
            process.wait()
    finally:
        timer.cancel()
        _kill(process)
        process.wait()
    if late.is_set():
        raise LyricsError(
            f"the program took longer than {limit:g} s", "--timeout gives it more; nothing was stored."
        )
    if process.returncode and len(output) <= LONGEST:
        raise LyricsError(f"the program ended with exit code {process.returncode}", "Nothing was stored.")
    return output


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the program and what it started; a group that has ended is left alone."""
    if process.returncode is not None:
        return
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _checked(output: bytes) -> str:
    if len(output) > LONGEST:
        raise LyricsError(f"the program printed more than {LONGEST:,} bytes", "Nothing was stored.")
    try:
        text = output.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LyricsError(
            f"the program printed no UTF-8 (byte {error.start + 1})", "Nothing was stored."
        ) from error
    if not text.strip():
        raise LyricsError("the program printed no text", "Nothing was stored.")
    return text
