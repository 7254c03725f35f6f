"""HTTP headers, as far as this program reads them: what they say of a body, and who signed it.

Headers that came are a mapping whose `items()` may repeat a name, as they arrived. The query string of a
request travels with its headers, under a name that no sender can write (as HTTP/2 has `:path`).
"""

import json
import math
import re
import zlib
from collections.abc import Mapping

from lyricscli.errors import CallbackRejectedError

# A service that asks for more is asked again after this; a wait is bounded by its own deadline anyway.
LONGEST_PAUSE_SECONDS = 600.0

QUERY = ":query"
"""The name under which the query string stands among the headers."""

BODY_LIMIT = 4 * 2**20
"""Bytes of one callback, as it comes and inflated; lyrics are a few KiB a variant."""

TIMESTAMP_HEADER = "X-Webhook-Timestamp"
SIGNATURE_HEADER = "X-Webhook-Signature"
# How far the sender's clock and ours may be apart, either way.
WINDOW_SECONDS = 300

# Two are one more than anybody was seen to use.
_MOST_CODINGS = 2

# What concerns one connection only (RFC 9110, 7.6.1), or is said anew on the next: the receiver's own name,
# the length.
_OF_THE_CONNECTION = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te"),
    *("trailer", "transfer-encoding", "upgrade", "expect", "host", "content-length", QUERY),
}


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Give the first header of that name, whatever its case."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), None)


def end_to_end(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Give the headers that belong to a message, whichever connection it travels on."""
    said = [value for name, value in headers.items() if name.lower() == "connection"]
    dropped = _OF_THE_CONNECTION | {name.strip().lower() for name in ",".join(said).split(",")}
    return tuple((name, value) for name, value in headers.items() if name.lower() not in dropped)


def combined(headers: Mapping[str, str]) -> dict[str, str]:
    """Give each name once, the values of a repeated one in a list (RFC 9110, 5.3); the query is left out."""
    together: dict[str, str] = {}
    for name, value in headers.items():
        if name != QUERY:
            together[name] = f"{together[name]}, {value}" if name in together else value
    return together


def written(headers: Mapping[str, str]) -> str:
    """Give headers as an object of JSON, in ASCII; a repeated header is a repeated name."""
    pairs = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in headers.items())
    return "{" + ", ".join(pairs) + "}"


def read(pairs: object) -> Mapping[str, str]:
    """Read what `written` wrote, once `json.loads` made lists of pairs of its objects. Raises ValueError."""
    from multidict import CIMultiDict

    if not (
        isinstance(pairs, list)
        and all(isinstance(pair, tuple) and isinstance(pair[1], str) for pair in pairs)
    ):
        raise ValueError("no headers")
    return CIMultiDict(pairs)


def inflated(headers: Mapping[str, str], body: bytes, limit: int = BODY_LIMIT) -> bytes:
    """Give a body without the compression that its headers tell of; as it is where that is unknown or untrue.

    Raises ValueError where it grows beyond `limit` bytes; no more than that is ever made of it.
    """
    codings = (header(headers, "Content-Encoding") or "").lower().split(",")[-_MOST_CODINGS:]
    for coding in reversed(codings):
        if coding.strip() in {"gzip", "x-gzip", "deflate"}:
            body = _inflated(body, limit)
    return body


def _inflated(body: bytes, limit: int) -> bytes:
    if is_json_like(body):
        return body
    # With a header of gzip or zlib, or bare, which some take for deflate; no such stream begins as JSON does.
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            plain = zlib.decompressobj(window).decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(plain) > limit:
            raise ValueError(f"it inflates to more than {limit // 2**20} MiB")
        return plain
    return body


def is_json_like(body: bytes) -> bool:
    """Tell whether a body begins as an object or a list does."""
    return body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Give the pause that `Retry-After` asks for: seconds from `now` (Unix s), 0 to 600, or None.

    Both forms are read, a number of seconds and a date (RFC 9110, 10.2.3).
    """
    value = header(headers, "Retry-After")
    return bounded_pause(None if value is None else _seconds(value.strip(), now))


def bounded_pause(seconds: float | None) -> float | None:
    """Give a pause within its bounds, or None where it is none."""
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)


def _seconds(value: str, now: float) -> float | None:
    try:
        return float(value)
    except ValueError:
        date = http_date(value)
        return None if date is None else date - now


def http_date(text: str) -> float | None:
    """Read a date of a header, in Unix time; None where it is none."""
    # A date is rare, and its reader loads a good part of `email`.
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def sign(task_id: str, timestamp: str, key: str) -> str:
    """Give kie's signature, base64(HMAC-SHA256(task id + "." + timestamp in Unix seconds, key)).

    It is sent only to accounts that generated a webhook key, and does not cover the body: it says who called
    and when, not what is true. Hence the secret path beside it, and `--verify` where it matters.
    """
    import base64
    import hmac

    digest = hmac.digest(key.encode("utf-8", "surrogateescape"), f"{task_id}.{timestamp}".encode(), "sha256")
    return base64.b64encode(digest).decode("ascii")


def verified(headers: Mapping[str, str], task_id: str, key: str, now: float) -> str:
    """Give the signature, once it is found right and fresh at `now` (Unix s).

    A right signature can be sent twice: refusing a replay is for whoever remembers the ones seen.
    Raises CallbackRejectedError.
    """
    from hmac import compare_digest

    timestamp = header(headers, TIMESTAMP_HEADER)
    signature = header(headers, SIGNATURE_HEADER)
    if not timestamp or not signature:
        raise CallbackRejectedError("The callback is not signed.")
    if re.fullmatch(r"[0-9]{13}", timestamp):
        raise CallbackRejectedError("The callback's timestamp is in milliseconds; it is to be in seconds.")
    expected = sign(task_id, timestamp, key) if re.fullmatch(r"[0-9]{1,12}", timestamp) else ""
    if not compare_digest(signature.encode("utf-8", "replace"), expected.encode("ascii")):
        raise CallbackRejectedError("The callback's signature is wrong.")
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise CallbackRejectedError("The callback's timestamp is out of its window.")
    return signature
