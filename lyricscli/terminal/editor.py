"""The user's editor: $VISUAL, else $EDITOR, else what the system has; what was written in it is not lost."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from lyricscli.config.settings import without_secrets
from lyricscli.errors import InterruptedBySignal, LyricsError, UsageError, telling
from lyricscli.files import read_text
from lyricscli.processes import lending_ctrl_c, split_command
from lyricscli.terminal.streams import is_terminal

FALLBACK = "notepad" if os.name == "nt" else "vi"

QUICK = 2.0
"""Seconds in which nobody reads and leaves a text: an editor that took less went on by itself."""


def editor_name() -> str:
    """Return the editor's name without its path and arguments. Raises UsageError."""
    return PurePath(_command()[0]).name


def open_in_editor(path: Path) -> None:
    """Let the user edit a file, to the end. Raises UsageError, and LyricsError when the editor failed.

    The keys of the services are not in the editor's environment. Ctrl-C is the editor's while it runs;
    another signal that ends this command ends it too, and is raised.
    """
    command = _command()
    environ = without_secrets(os.environ)
    told, advice = f"the editor {command[0]!r} cannot be started", "Set VISUAL or EDITOR to one that can."
    with (
        telling(told, advice, UsageError, (OSError, ValueError)),
        lending_ctrl_c(),
        subprocess.Popen([*command, str(path)], env=environ) as process,  # noqa: S603 (the user's own)
    ):
        try:
            code = process.wait()
        except InterruptedBySignal:
            process.terminate()
            raise
    if code:
        how = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        raise LyricsError(
            f"the editor {command[0]!r} {how}", "Run the command again, or set EDITOR to another program."
        )


@contextmanager
def edited(text: str, name: str) -> Iterator[str]:
    """Let the user change a copy of a text, called `name`, and yield what became of it.

    Where the editor or the block fails, the changed copy stays, and the error says where. Line ends are
    those of the text, however the editor writes them. Raises UsageError and LyricsError.
    """
    directory = Path(tempfile.mkdtemp(prefix="lyrics-"))
    copy = directory / name
    copy.write_bytes(text.encode())
    is_handed_over = False
    try:
        started = time.monotonic()
        open_in_editor(copy)
        changed = _with_line_ends_of(text, read_text(copy))
        _check_was_there(copy, is_same=changed == text, seconds=time.monotonic() - started)
        is_handed_over = True
        yield changed
    except BaseException as error:
        is_over = is_handed_over and isinstance(error, InterruptedBySignal)
        is_told = isinstance(error, LyricsError) and str(copy) in error.advice
        if is_over or not (is_told or _is_worth_keeping(copy, text)):
            shutil.rmtree(directory, ignore_errors=True)
        elif isinstance(error, LyricsError) and not is_told:
            error.advice = f"{error.advice} What you wrote is kept in {copy}.".strip()
        raise
    else:
        shutil.rmtree(directory, ignore_errors=True)


def _command() -> list[str]:
    """Return the command line: an editor may have arguments, as in `code --wait`.

    Raises UsageError, also where there is none but the system's, and no terminal for it.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    if words := split_command(editor, "the editor", "Correct VISUAL or EDITOR."):
        return words
    if os.name != "nt" and not (sys.stdin.isatty() and is_terminal()):
        raise UsageError(
            f"there is no terminal to run {FALLBACK} in",
            "Set EDITOR to a program that needs none; `lyrics edit` takes `--with CMD` or `--title` as well.",
        )
    return [FALLBACK]


def _check_was_there(copy: Path, *, is_same: bool, seconds: float) -> None:
    """Raise UsageError for an editor that went on by itself: what is written in it is still to come."""
    if is_same and seconds < QUICK:
        raise UsageError(
            "the editor returned at once, and the file is empty or as it was",
            "If its window is still open, let it be waited for, as EDITOR='code --wait' does."
            f" The file is kept in {copy}.",
        )


def _is_worth_keeping(copy: Path, text: str) -> bool:
    """Tell whether something was written that is nowhere else."""
    try:
        content = copy.read_bytes()
    except OSError:
        return False
    return bool(content.strip()) and content != text.encode()


def _with_line_ends_of(text: str, changed: str) -> str:
    plain = changed.replace("\r\n", "\n")
    if plain == text.replace("\r\n", "\n"):
        return text
    return plain.replace("\n", "\r\n") if "\r\n" in text and text.count("\r\n") == text.count("\n") else plain
