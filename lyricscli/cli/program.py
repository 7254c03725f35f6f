"""An outside program that changes a text: the text on its standard input, the new one from its output."""

import os
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress

from lyricscli.errors import InterruptedBySignal, LyricsError
from lyricscli.processes import exit_code_of_signal, handling

LONGEST = 1_000_000
"""Bytes taken of its output; lyrics have a hundredth of it."""


def changed_by(command: str, text: str, limit: float) -> str:
    """Run a shell command on a text and return what it prints; `limit` is in seconds.

    The keys of the services are not in its environment. Raises LyricsError when it fails, takes too long, or
    prints nothing, too much, or no UTF-8; all that it started in its process group is ended then.
    """
    with tempfile.TemporaryFile() as source:
        source.write(text.encode())
        source.seek(0)
        program = _Program()
        with handling(program.interrupt):
            output = program.run(command, source.fileno(), limit)
    if program.signal is not None:
        raise InterruptedBySignal(exit_code_of_signal(program.signal))
    if program.is_late:
        raise LyricsError(
            f"the program took longer than {limit:g} s", "--timeout gives it more; nothing was stored."
        )
    if program.exit_code and len(output) <= LONGEST:
        raise LyricsError(f"the program ended with exit code {program.exit_code}", "Nothing was stored.")
    return _checked(output)


class _Program:
    """One run of an outside program, which a signal or a time limit may end; `signal` is the one that did.

    A signal raises nothing: it may come while the program is being started, and would leave it behind.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.is_late = False
        self.exit_code = 0
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, command: str, source: int, limit: float) -> bytes:
        """Run it to its end and return its output, LONGEST + 1 bytes at most; it is gone afterwards."""
        from lyricscli.config.settings import without_secrets

        self._process = subprocess.Popen(  # noqa: S602 (a command line of the user's own, pipes and all)
            command,
            shell=True,
            stdin=source,
            stdout=subprocess.PIPE,
            env=without_secrets(os.environ),
            start_new_session=True,
        )
        if self.signal is not None:
            self._kill()
        timer = threading.Timer(limit, self._give_up)
        timer.start()
        try:
            assert self._process.stdout is not None
            output = self._process.stdout.read(LONGEST + 1)
            if len(output) <= LONGEST:
                self._process.wait()
        finally:
            timer.cancel()
            self._kill()
            self.exit_code = self._process.wait()
        return output

    def interrupt(self, number: int, _: object) -> None:
        """End it, from a signal handler."""
        self.signal = number
        self._kill()

    def _give_up(self) -> None:
        self.is_late = True
        self._kill()

    def _kill(self) -> None:
        """End the program and what it started; a group that has ended is left alone."""
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


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
