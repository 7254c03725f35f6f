"""Text in, value out: durations, rates and web addresses; what cannot be read raises ValueError."""

import re
from typing import NamedTuple

# Patterns are compiled, and kept by `re`, when one is first used: a command needs hardly ever more than one.
_DURATION = r"(?a)(\d+(?:\.\d*)?|\.\d+)\s*(s|m|h)?"
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


def duration(text: str) -> float:
    """Read a duration in seconds: a number with `s`, `m` or `h`; a bare number is seconds.

    Raises ValueError for anything else, zero and negative numbers included.
    """
    match = re.fullmatch(_DURATION, text.strip())
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 0 < seconds < 10 * 365 * 86400:
        raise ValueError("a duration is a number above zero with s, m or h, like 90s, 10m or 0.5s")
    return seconds


def delay(text: str) -> float:
    """Read a duration that may be none, which is 0. Raises ValueError."""
    return 0.0 if text.strip() in {"0", "0s"} else duration(text)


_AGO = r"(?a)(\d{1,6})\s*(s|m|h|d|w|mo|months?)"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "month": 30 * 86400}


def moment(text: str) -> str:
    """Read a time as ISO 8601 in UTC: a date or a time of this place, `today`, `yesterday`, or how long ago.

    Raises ValueError and OverflowError.
    """
    from datetime import UTC, datetime, timedelta

    now, word = datetime.now(UTC), text.strip().lower()
    if ago := re.fullmatch(_AGO, word):
        unit = "month" if ago[2].startswith("mo") else ago[2]
        found = now - timedelta(seconds=int(ago[1]) * _SECONDS[unit])
    elif word in {"today", "yesterday"}:
        day = now.astimezone() - timedelta(days=int(word == "yesterday"))
        found = day.replace(hour=0, minute=0, second=0, tzinfo=None).astimezone(UTC)
    else:
        found = datetime.fromisoformat(text.strip()).astimezone(UTC)
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


def told_moment(text: str, now: float) -> str:
    """Say when a moment was that is written in ISO 8601: how long ago, or its date in this place.

    `now` is in seconds since the epoch. What is no moment is returned as it is.
    """
    from datetime import datetime

    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return text
    ago = int(now - then.timestamp())
    for unit, seconds, most in (("minute", 60, 3600), ("hour", 3600, 86400), ("day", 86400, 14 * 86400)):
        if seconds <= ago < most:
            count = ago // seconds
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now" if 0 <= ago < 60 else then.astimezone().strftime("%Y-%m-%d")  # noqa: PLR2004 (a minute)


def web_address(text: str) -> str:
    """Check an http(s) base URL and drop its trailing slash. Raises ValueError."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text.strip())
        usable = (
            parts.scheme in {"http", "https"} and (parts.port or 1) > 0 and _is_host(parts.hostname or "")
        )
    except ValueError:
        usable = False
    if (
        not usable
        or parts.query
        or parts.fragment
        or parts.username
        or re.search(r"[\s\x00-\x1f]", text.strip())
    ):
        raise ValueError(
            "a URL starts with http:// or https://, names a host, and holds no password or query"
        )
    return text.strip().rstrip("/")


def is_loopback(address: str) -> bool:
    """Tell whether a URL, or the name or number of a host, means this machine alone (RFC 6761, 6.3)."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = (urlsplit(address).hostname or "") if "//" in address else address
    host = host.lower().removesuffix(".")
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


_LONGEST_LABEL, _LONGEST_HOST = 63, 253


def _is_host(host: str | None) -> bool:
    """Tell whether a name can be looked up at all: no empty part, none that is too long."""
    if not host or ":" in host:
        return bool(host)  # a number of IPv6, which was checked with its brackets
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return False
    labels = name.removesuffix(".").split(".")
    return all(labels) and len(host) <= _LONGEST_HOST and max(map(len, labels)) <= _LONGEST_LABEL


_RATE = r"(?a)(\d{1,6})/(.+)"


class Rate(NamedTuple):
    """At most so many tasks in any `seconds`."""

    tasks: int
    seconds: float


def read_rate(text: str) -> Rate | None:
    """Read COUNT/DURATION, like 20/10s, or `none` for any number. Raises ValueError."""
    if text == "none":
        return None
    match = re.fullmatch(_RATE, text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError("a rate is a number of tasks in a time, like 20/10s, or none")
    return Rate(int(match[1]), duration(match[2]))


def whole(amount: float) -> float:
    """Return an amount as it is written: without a fraction where there is none."""
    return int(amount) if amount.is_integer() else amount
