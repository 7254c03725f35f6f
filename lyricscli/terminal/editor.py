"""The user's editor: $VISUAL, else $EDITOR, else what the system has."""

import os
import shlex
import subprocess
from pathlib import Path

from lyricscli.config.settings import without_secrets
from lyricscli.errors import LyricsError, UsageError

FALLBACK = "notepad" if os.name == "nt" else "vi"


def open_in_editor(path: Path) -> None:
    """Let the user edit a file, to the end. Raises UsageError, and LyricsError when the editor failed.

    The keys of the services are not in the editor's environment.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    try:
        # An editor's name may hold arguments, as in `code --wait`.
        words = shlex.split(editor, posix=os.name == "posix")
        code = subprocess.run(  # noqa: S603 (the user's own choice)
            [*words, str(path)], check=False, env=without_secrets(os.environ)
        ).returncode
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the editor {editor!r} cannot be started: {error}", "Set VISUAL or EDITOR to one that can."
        ) from error
    if code:
        raise LyricsError(f"the editor {editor!r} ended with exit code {code}", f"The file is {path}.")
