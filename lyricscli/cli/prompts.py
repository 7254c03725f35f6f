"""Where a prompt comes from: the argument, a file, standard input, or an editor."""

import sys
from pathlib import Path

from lyricscli.errors import UsageError

STDIN = "-"
LONGEST = 1_000_000
"""Bytes read of a prompt; every provider's limit is a thousandth of it."""


def read_prompt(argument: str | None, file: Path | None) -> str:
    """Return the prompt, without white space around it. Raises UsageError when there is none, or two."""
    if argument is not None and file is not None:
        raise UsageError("a prompt and --file were both given", "Give one of them.")
    if file is not None:
        text = _from_file(file)
    elif argument == STDIN or (argument is None and not sys.stdin.isatty()):
        text = _decoded(sys.stdin.buffer.read(LONGEST), "standard input")
    elif argument is None:
        raise UsageError("there is no prompt", 'For example: lyrics generate "a lighthouse keeper in love"')
    else:
        text = argument
    return _checked(text)


def edited_prompt(text: str) -> str:
    """Let the user write the prompt in an editor, beginning with `text`. Raises UsageError if it is empty."""
    import tempfile

    from lyricscli.terminal.editor import open_in_editor

    # A directory of its own: an editor may write the file anew, and beside it what it needs.
    with tempfile.TemporaryDirectory(prefix="lyrics-") as directory:
        path = Path(directory) / "prompt.txt"
        path.write_text(text, encoding="utf-8")
        open_in_editor(path)
        return _checked(_from_file(path))


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _decoded(file.read(LONGEST), str(path))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}", "Check the file's name."
        ) from error


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{where} is not UTF-8 text (byte {error.start + 1})",
            "Convert it, for example with iconv -t UTF-8.",
        ) from error


def _checked(text: str) -> str:
    prompt = text.strip()
    if not prompt:
        raise UsageError("the prompt is empty", 'For example: lyrics generate "a lighthouse keeper in love"')
    try:
        prompt.encode()
    except UnicodeEncodeError as error:
        # The shell passed bytes that are not text in this locale.
        raise UsageError("the prompt is not UTF-8 text", "Give it as UTF-8, or with --file.") from error
    return prompt
