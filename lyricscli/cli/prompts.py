"""Where a prompt comes from: the argument, a file, standard input, or an editor."""

import sys
from pathlib import Path

from lyricscli.errors import UsageError
from lyricscli.files import read_stdin, read_text

STDIN = "-"


def read_prompt(argument: str | None, file: Path | None) -> str:
    """Return the prompt, without white space around it. Raises UsageError when there is none."""
    if file is not None:
        text = read_text(file)
    elif argument == STDIN or (argument is None and not sys.stdin.isatty()):
        text = read_stdin()
    elif argument is None:
        raise UsageError("there is no prompt", 'For example: lyrics generate "a lighthouse keeper in love"')
    else:
        text = argument
    return checked_prompt(text)


def checked_prompt(text: str) -> str:
    """Return a prompt without white space around it. Raises UsageError when nothing is left of it."""
    prompt = text.strip()
    if not prompt:
        raise UsageError("the prompt is empty", 'For example: lyrics generate "a lighthouse keeper in love"')
    return prompt
