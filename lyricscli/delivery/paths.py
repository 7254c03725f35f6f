"""Secret paths: where callbacks are expected, and nothing else is answered."""

import hashlib
import hmac
import json
import re
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lyricscli.files import replace_file

PATH_BYTES = 32
"""Random bytes of a secret path: 256 bits."""

_PATH = re.compile(r"/c/[A-Za-z0-9_-]{43}")


def new_path() -> str:
    """Make an unguessable path."""
    return "/c/" + secrets.token_urlsafe(PATH_BYTES)


def kept_path(file: Path, base: str, *, anew: bool = False) -> str:
    """Return the path under a base URL that `file` keeps, privately; a new one the first time, or `anew`.

    Raises LyricsError where a new one cannot be kept.
    """
    try:
        known = dict(json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        known = {}
    path = known.get(base)
    if anew or not isinstance(path, str) or not _PATH.fullmatch(path):
        path = known[base] = new_path()
        replace_file(file, json.dumps(known, indent=2) + "\n")
    return path


class Paths:
    """The secret paths in use. Looking one up takes no longer the more of it was guessed.

    The table is keyed by a hash under a key of this process, so that neither the hash nor the table's order
    tells a stranger anything about a path; the last comparison is constant-time.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(PATH_BYTES)
        self._paths: dict[bytes, str] = {}
        self._prefix = ""

    def add(self, path: str) -> None:
        """Start to answer on a path."""
        self._paths[self._digest(path)] = path

    def discard(self, path: str) -> None:
        """Stop answering on a path."""
        self._paths.pop(self._digest(path), None)

    def mount(self, base: str) -> None:
        """Answer also below the path of a base URL: a reverse proxy may or may not strip its own prefix."""
        self._prefix = unquote(urlsplit(base).path).rstrip("/")

    def find(self, path: str) -> str | None:
        """Return the secret path that a request's path, decoded, leads to, if it is one in use."""
        for one in {path, path.removeprefix(self._prefix)}:
            known = self._paths.get(self._digest(one), "")
            if hmac.compare_digest(known.encode(), one.encode(errors="replace")) and known:
                return known
        return None

    def _digest(self, path: str) -> bytes:
        return hashlib.blake2b(path.encode(errors="replace"), key=self._key, digest_size=PATH_BYTES).digest()
