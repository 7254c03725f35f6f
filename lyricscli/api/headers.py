"""HTTP headers, as far as this program reads them."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

# A service that asks for more is asked again after this; a wait is bounded by its own deadline anyway.
LONGEST_PAUSE_SECONDS = 600.0

# What concerns one connection only (RFC 9110, 7.6.1), or is said anew on the next: the receiver's own name,
# the length, and the compression that whoever reads the answer can undo.
_OF_THE_CONNECTION = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "host",
    "content-length",
    "accept-encoding",
}


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Give the first header of that name, whatever its case."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), None)


def end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that belong to a message, whichever connection it travels on."""
    named = {name.strip().lower() for name in (header(headers, "Connection") or "").split(",")}
    return {name: value for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION | named}


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Give the pause that `Retry-After` asks for: seconds from `now` (Unix s), 0 to 600, or None.

    Both forms are read, a number of seconds and a date (RFC 9110, 10.2.3).
    """
    value = header(headers, "Retry-After")
    seconds = None if value is None else _seconds(value.strip(), now)
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)


def _seconds(value: str, now: float) -> float | None:
    try:
        return float(value)
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
