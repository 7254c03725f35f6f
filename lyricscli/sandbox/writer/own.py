"""A writer of the user's own: any program that reads a request and prints lyrics, in the stand-in's place."""

import asyncio  # noqa: TID253 - imported by what already runs a loop
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lyricscli.errors import UsageError
from lyricscli.models import Variant, VariantStatus
from lyricscli.processes import end_group, split_command

LONGEST = 2**20
"""Bytes of one variant; a song has a thousandth of it."""

AT_ONCE = 8
"""Programs that run side by side, however many tasks there are."""

STDERR_BYTES = 4096
LONGEST_REASON = 200
LONGEST_VARIABLE = 100_000
"""Bytes of a prompt in an environment; Linux takes 128 KiB (execve(2))."""

REQUEST = Path(__file__).with_name("request.txt")
"""What a program reads on its standard input."""

_TITLE = re.compile(r"\s*(?:title:|#)[ \t]*([^\n]*)(?:\n\s*|$)", re.IGNORECASE)


class Writer(NamedTuple):
    """A program and how it is run: its words, its environment, variants a task, seconds for each of them."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    variants: int = 2
    timeout: float = 120.0

    @property
    def name(self) -> str:
        """What it is called."""
        return os.path.basename(self.words[0])  # noqa: PTH119 (of a command, not of a file)


class _FailedError(Exception):
    """A program brought no lyrics; the message says why."""


def words_of(command: str) -> tuple[str, ...]:
    """Split a command line as a shell does, its program found. Raises UsageError."""
    advice = "It is a command line, run without a shell, like: ollama run llama3.2"
    words = split_command(command, "the writer", advice)
    found = shutil.which(os.path.expanduser(words[0])) if words else None  # noqa: PTH111 (which wants text)
    if found is None:
        if words:
            advice = f"Install {words[0]!r}, or correct sandbox_writer; without one the stand-in writes."
        raise UsageError(f"the writer {command!r} is no program that can be run", advice)
    return (found, *words[1:])


async def write(writer: Writer, prompt: str, slots: asyncio.Semaphore) -> tuple[Variant, ...]:
    """Return the variants that the programs wrote, run side by side; cancelled, it ends them."""
    numbers = range(1, writer.variants + 1)
    return tuple(await asyncio.gather(*(_variant(writer, prompt, number, slots) for number in numbers)))


async def _variant(writer: Writer, prompt: str, number: int, slots: asyncio.Semaphore) -> Variant:
    try:
        async with slots:
            text = await _run(writer, prompt, number)
    except (_FailedError, OSError, ValueError) as error:
        return Variant(number, "", VariantStatus.FAILED, "", f"{writer.name}: {error}"[:LONGEST_REASON])
    titled = _TITLE.match(text)
    title = titled[1].strip().strip("*\"'") if titled else ""
    lyrics = (text[titled.end() :] if titled else text).strip()
    if not lyrics:
        return Variant(number, title, VariantStatus.FAILED, "", f"{writer.name}: it printed no lyrics")
    return Variant(number, title or " ".join(prompt.split())[:60], VariantStatus.COMPLETE, lyrics)


async def _run(writer: Writer, prompt: str, number: int) -> str:
    """Run one program to its end and return what it printed. Raises _FailedError, OSError and ValueError."""
    given = prompt.encode(errors="replace").replace(b"\0", b" ")
    told = {"LYRICS_PROMPT": given[:LONGEST_VARIABLE].decode(errors="ignore"), "LYRICS_VARIANT": str(number)}
    asked = {"number": number, "count": writer.variants, "prompt": given.decode()}
    request = REQUEST.read_text(encoding="utf-8").format_map(asked)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *writer.words,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env={**writer.environment, **told},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(writer.timeout):
            printed, complaint, _ = await asyncio.gather(
                _printed(process), _complaint(process), _ask(process, request.encode())
            )
            code = await process.wait()
    except TimeoutError:
        raise _FailedError(f"it took longer than sandbox_writer_timeout, {writer.timeout:g}s") from None
    finally:
        await end_group(process)
    if code != 0:
        how = f"exit code {code}" if code > 0 else f"ended by signal {-code}"
        raise _FailedError(complaint or how)
    if not printed.strip():
        raise _FailedError(complaint or "it printed nothing")
    return printed.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")


async def _ask(process: asyncio.subprocess.Process, request: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # a program need not read it
        process.stdin.write(request)
        await process.stdin.drain()
    process.stdin.close()


async def _printed(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    printed = b""
    while piece := await process.stdout.read(2**16):
        printed += piece
        if len(printed) > LONGEST:
            raise _FailedError(f"it printed more than {LONGEST // 2**20} MiB")
    return printed


async def _complaint(process: asyncio.subprocess.Process) -> str:
    """Return the last line of its stderr that says something."""
    assert process.stderr is not None
    said = b""
    while piece := await process.stderr.read(STDERR_BYTES):
        said = (said + piece)[-STDERR_BYTES:]
    lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
