"""Report files: what happened when the program met a bug, without prompts, keys or values of variables."""

import platform
import time
import traceback
from collections.abc import Sequence

from lyricscli import __version__

PACKAGES = ("typer", "rich", "aiohttp", "pyngrok", "platformdirs", "psutil")
"""What is used at run time, by its name on the package index."""


def versions() -> list[str]:
    """Name what is used at run time, with its version. Raises PackageNotFoundError."""
    from importlib import metadata

    return [f"{name} {metadata.version(name)}" for name in PACKAGES]


def write_report(error: BaseException, arguments: Sequence[str]) -> list[str]:
    """Write a report file for an unexpected error and return what to tell the user of it, a line each.

    A report has the place of the error and of its causes, line by line, the versions and the names of the
    options given: no messages, as those can quote keys and prompts. Where no file can be written the report
    is returned itself; it raises nothing.
    """
    try:
        lines = _lines(error, arguments)
    except Exception as second:  # noqa: BLE001 (a report of half a bug is better than a second bug)
        lines = [f"{type(error).__name__}, and {type(second).__name__} while this was written"]
    try:
        from lyricscli.config import settings

        place = settings.home().reports / time.strftime("bug-%Y%m%dT%H%M%SZ.txt", time.gmtime())
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")
    except Exception:  # noqa: BLE001 (whatever is wrong with the disk, the bug is still told)
        return [*lines, "No report file could be written; please report the lines above."]
    return [f"Please report it with the file {place}; tasks that were submitted are in `lyrics list`."]


def _lines(error: BaseException, arguments: Sequence[str]) -> list[str]:
    options = [part.partition("=")[0] for part in arguments if part.startswith("-")]
    lines = [
        f"lyrics {__version__}, Python {platform.python_version()}, {platform.platform()}",
        *versions(),
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
