"""Report files: what happened when the program met a bug, without prompts, keys or values of variables."""

import platform
import sys
import time
import traceback
from collections.abc import Sequence

from lyricscli import __version__
from lyricscli.config import settings

PACKAGES = ("typer", "rich", "aiohttp", "pyngrok", "platformdirs", "psutil")
"""What is used at run time, by its name on the package index."""


def write_report(error: BaseException, arguments: Sequence[str]) -> str:
    """Write a report file for an unexpected error and return the sentence that tells the user of it.

    A report has the place of the error and of its causes, line by line, the versions and the names of the
    options given: no messages, as those can quote keys and prompts.
    """
    name = time.strftime("bug-%Y%m%dT%H%M%SZ.txt", time.gmtime())
    directory = settings.home().reports
    text = "\n".join(_lines(error, arguments)) + "\n"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        (directory / name).write_text(text, encoding="utf-8")
    except OSError:
        sys.stderr.write(text)
        return "No report file could be written; please report the lines above."
    return (
        f"Please report it with the file {directory / name}; tasks that were submitted are in `lyrics list`."
    )


def _lines(error: BaseException, arguments: Sequence[str]) -> list[str]:
    from importlib import metadata

    options = [part.partition("=")[0] for part in arguments if part.startswith("-")]
    lines = [
        f"lyrics {__version__}, Python {platform.python_version()}, {platform.platform()}",
        *(f"{name} {metadata.version(name)}" for name in PACKAGES),
        f"command: {next((part for part in arguments if part.isidentifier()), '')} {' '.join(options)}",
    ]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or cause.__context__
    return lines
