"""Options that several commands read alike."""

from urllib.parse import urlsplit

from lyricscli.errors import UsageError
from lyricscli.settings import duration


def seconds(option: str, text: str) -> float:
    """Read an option's duration. Raises UsageError."""
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}: {error}") from error


def receiver(option: str, url: str) -> str:
    """Check the URL of a receiver of callbacks. Raises UsageError."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            f"{option} is {url!r}, which is no http(s) URL", "Like http://127.0.0.1:5000/callback"
        )
    return url
