"""kie's callback signature: base64(HMAC-SHA256(taskId + "." + timestamp, key)).

It is sent only to accounts that generated a webhook key, and does not cover the body: it says who called and
when, not what is true. Hence the secret path beside it, and `--verify` where it matters.
"""

import base64
import hmac
import re
from collections.abc import Mapping

from lyricscli.api.headers import header
from lyricscli.errors import CallbackRejectedError

TIMESTAMP_HEADER = "X-Webhook-Timestamp"
SIGNATURE_HEADER = "X-Webhook-Signature"
# How far the sender's clock and ours may be apart, either way.
WINDOW_SECONDS = 300
_TIMESTAMP_DIGITS = 12


def sign(task_id: str, timestamp: str, key: str) -> str:
    """Give the signature of a callback about the task; the timestamp is Unix seconds, as sent."""
    digest = hmac.digest(key.encode("utf-8", "surrogateescape"), f"{task_id}.{timestamp}".encode(), "sha256")
    return base64.b64encode(digest).decode("ascii")


def verified(headers: Mapping[str, str], task_id: str, key: str, now: float) -> str:
    """Give the signature, once it is found right and fresh at `now` (Unix s).

    A right signature can be sent twice: refusing a replay is for whoever remembers the ones seen.
    Raises CallbackRejectedError.
    """
    timestamp = header(headers, TIMESTAMP_HEADER)
    signature = header(headers, SIGNATURE_HEADER)
    if not timestamp or not signature:
        raise CallbackRejectedError("The callback is not signed.")
    if re.fullmatch(r"[0-9]{13}", timestamp):
        raise CallbackRejectedError("The callback's timestamp is in milliseconds; it is to be in seconds.")
    expected = sign(task_id, timestamp, key) if _is_timestamp(timestamp) else ""
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode("ascii")):
        raise CallbackRejectedError("The callback's signature is wrong.")
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise CallbackRejectedError("The callback's timestamp is out of its window.")
    return signature


def _is_timestamp(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _TIMESTAMP_DIGITS
