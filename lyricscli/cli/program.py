"""An outside program that changes a text: the text on its standard input, the new one from its output."""

import os
import tempfile
from functools import partial
from typing import IO, TYPE_CHECKING

from lyricscli.cli import running
from lyricscli.cli.options import seconds
from lyricscli.errors import LyricsError
from lyricscli.processes import end_group, kill_group

if TYPE_CHECKING:
    from asyncio.subprocess import Process

LONGEST = 1_000_000
"""Bytes taken of its output; lyrics have a hundredth of it."""

KEPT_OUT = "Nothing was stored."


def changed_by(command: str, text: str, limit: str) -> str:
    """Run a shell command on a text and return what it prints; `limit` is how long it may take, like 2m.

    The keys of the services are not in its environment. Raises LyricsError when it fails, takes too long, or
    prints nothing, too much, or no UTF-8; all that it started in its process group is ended then.
    """
    with tempfile.TemporaryFile() as source:
        source.write(text.encode())
        source.seek(0)
        try:
            output, code = running.run(_run(command, source, seconds("--timeout", limit)))
        except TimeoutError:
            advice = "--timeout gives it more; nothing was stored."
            raise LyricsError(f"the program took longer than {limit}", advice) from None
    if len(output) > LONGEST:
        raise LyricsError(f"the program printed more than {LONGEST:,} bytes", KEPT_OUT)
    if code:
        raise LyricsError(f"the program ended with exit code {code}", KEPT_OUT)
    try:
        changed = output.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LyricsError(f"the program printed no UTF-8 (byte {error.start + 1})", KEPT_OUT) from error
    if not changed.strip():
        raise LyricsError("the program printed no text", KEPT_OUT)
    return changed


async def _run(command: str, source: IO[bytes], limit: float) -> tuple[bytes, int | None]:
    """Run it to its end; return its output, LONGEST + 1 bytes at most, and exit code. Raises TimeoutError."""
    import asyncio

    from lyricscli.config.settings import without_secrets

    starting = asyncio.ensure_future(
        asyncio.create_subprocess_shell(  # a command line of the user's own, pipes and all
            command,
            stdin=source,
            stdout=asyncio.subprocess.PIPE,
            env=without_secrets(os.environ),
            start_new_session=True,
        )
    )
    try:
        async with asyncio.timeout(limit):
            process = await asyncio.shield(starting)
            running.at_hard_exit.append(partial(_kill, process))
            assert process.stdout is not None
            try:
                return await process.stdout.readexactly(LONGEST + 1), None
            except asyncio.IncompleteReadError as all_of_it:
                return all_of_it.partial, await process.wait()
    finally:  # it may be told to end while it still starts, and would be left behind
        process = await starting
        if process.returncode is None:
            await end_group(process)


def _kill(process: "Process") -> None:
    """End the program and what it started; a group that has ended is left alone."""
    if process.returncode is None:
        kill_group(process)
