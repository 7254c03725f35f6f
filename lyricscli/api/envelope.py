"""The envelope every answer and callback comes in, `{"code", "msg", "data"}`, and what is found inside.

Nothing here trusts the sender: whatever is not as expected is read as absent. JSON is read leniently where
that can only save lyrics (NaN and absurd integers become null, the last of equal keys counts, a byte order
mark is skipped), and strictly in its encoding: invalid UTF-8 is not JSON.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from lyricscli.models import Variant, VariantStatus

# Two or three are typical. A screen full of them is an attack, or a bug.
MOST_VARIANTS = 64

# Where lists of variants were seen, outermost first: `data.data`, `data.lyricsData`, `response.data`,
# `response.lyricsData`, and on kie's newer route `resultJson.resultObject.lyricsData` and `resultJson.data`.
_INWARD = ("data", "lyricsData", "response", "resultJson", "resultObject")
_DEEPEST = 6
_VARIANT_FIELDS = {"text", "title", "errorMessage", "error_message"}
_RECORD_FIELDS = {"taskId", "task_id", "response", "resultJson"}
_FAILED_VARIANT_WORDS = {"failed", "fail", "error"}

TASK_ID_LENGTH = 512
_TITLE_LENGTH = 1_000
_MESSAGE_LENGTH = 300
_WORD_LENGTH = 64
_NUMBER_DIGITS = 9
# Integers past this are no id or code; Python itself refuses to read them past 4,300 digits.
_INTEGER_DIGITS = 512
_SURROGATE = re.compile("[\ud800-\udfff]")
_HTML_TITLE = re.compile(rb"<title[^>]*>([^<]{1,300})", re.IGNORECASE)
_HTML_HEAD_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Envelope:
    """One JSON body: its code and message, and what its data says of a task.

    `task_id` is None where there is none that can be used. `error_code` and `error_message` are those inside
    the data, `word` the status word. `variants` are at most 64 of the `variant_count` that came. `has_data`
    tells data from missing, null or empty data, `is_documented` the documented shape of a callback.
    """

    code: int | None
    message: str
    task_id: str | None
    word: str | None
    error_code: int | None
    error_message: str
    variants: tuple[Variant, ...]
    variant_count: int
    has_data: bool
    credits: float | None
    is_documented: bool

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Read a body; raises ValueError, saying why, where it is no JSON object."""
        content = parse_json(body)
        if not isinstance(content, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for all that is no envelope
        data = _unwrapped(content.get("data"))
        inner = _first_object(data)
        items = _variant_items(data, _DEEPEST)
        return cls(
            code=_integer(content.get("code")),
            message=one_line(_first(content, "msg", "message", "error")),
            task_id=_task_id(_first(inner, "taskId", "task_id") or _first(content, "taskId", "task_id")),
            word=one_line(_first(inner, "status", "state"), _WORD_LENGTH) or None,
            error_code=_integer(_first(inner, "errorCode", "error_code", "failCode")),
            error_message=one_line(_first(inner, "errorMessage", "error_message", "failMsg")),
            variants=_kept_variants(items),
            variant_count=len(items),
            has_data=bool(data),
            credits=_decimal(data),
            is_documented=_is_documented(content),
        )

    @property
    def has_lyrics(self) -> bool:
        """Whether a variant is complete."""
        return any(variant.status is VariantStatus.COMPLETE for variant in self.variants)


def parse_json(body: bytes | str) -> object:
    """Parse JSON from the network; raises ValueError, with a short reason, whatever is wrong with it."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        return json.loads(text, parse_constant=lambda _: None, parse_int=_bounded_int)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except RecursionError:
        raise ValueError("JSON nested too deep") from None
    except ValueError:
        raise ValueError("not JSON") from None


def one_line(value: object, limit: int = _MESSAGE_LENGTH) -> str:
    """Give a message of the service as one printable line of at most `limit` characters; "" for no string."""
    if not isinstance(value, str):
        return ""
    # What is cut off can hardly matter; cutting first keeps a huge message cheap.
    words = " ".join(value[: limit * 8].split())
    line = "".join(character for character in words if character.isprintable())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def described(body: bytes) -> str:
    """Say in a few words what a body is that is no envelope."""
    if not body.strip():
        return "an empty body"
    head = body.lstrip()[:_HTML_HEAD_BYTES]
    if head.startswith(b"<"):
        title = _HTML_TITLE.search(head)
        name = one_line(title.group(1).decode("utf-8", "replace"), 80) if title else ""
        return f'an HTML page, "{name}"' if name else "an HTML page"
    return f'no envelope: "{one_line(head.decode("utf-8", "replace"), 80)}"'


def _is_documented(content: dict[str, object]) -> bool:
    """Compare with the callback of the providers' documentation; kie writes its names with underscores."""
    data = content.get("data")
    return (
        isinstance(content.get("code"), int)
        and isinstance(content.get("msg"), str)
        and isinstance(data, dict)
        and isinstance(_first(data, "callbackType", "callback_type"), str)
        and isinstance(_first(data, "taskId", "task_id"), str)
        and isinstance(data.get("data"), list | None)
    )


def _kept_variants(items: list[dict[str, object]]) -> tuple[Variant, ...]:
    """Give every variant, or, of too many, the first complete ones under their own numbers."""
    variants = _variants(items)
    if len(items) > MOST_VARIANTS:
        variants = (variant for variant in variants if variant.status is VariantStatus.COMPLETE)
    return tuple(islice(variants, MOST_VARIANTS))


def _variants(items: list[dict[str, object]]) -> Iterator[Variant]:
    for number, item in enumerate(items, start=1):
        text = _string(item.get("text"))
        word = _string(item.get("status")).strip().lower()
        failed = word in _FAILED_VARIANT_WORDS or not text.strip()
        yield Variant(
            number=number,
            title=_string(item.get("title"))[:_TITLE_LENGTH],
            status=VariantStatus.FAILED if failed else VariantStatus.COMPLETE,
            text=text,
            error=one_line(_first(item, "errorMessage", "error_message")) or None,
        )


def _variant_items(value: object, depth: int) -> list[dict[str, object]]:
    """Find the outermost list of variants in a place where one was ever seen."""
    value = _unwrapped(value)
    if depth == 0 or not isinstance(value, list | dict):
        return []
    if isinstance(value, list):
        items = [item for item in value if isinstance(item, dict)]
        if any(_is_variant(item) for item in items):
            return items
        return next((found for item in items if (found := _variant_items(item, depth - 1))), [])
    inward = (value[name] for name in _INWARD if name in value)
    return next((found for inner in inward if (found := _variant_items(inner, depth - 1))), [])


def _is_variant(item: dict[str, object]) -> bool:
    return not _VARIANT_FIELDS.isdisjoint(item) and _RECORD_FIELDS.isdisjoint(item)


def _unwrapped(value: object) -> object:
    """Open JSON that was put in a string."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return parse_json(value)
        except ValueError:
            return None
    return value


def _first_object(data: object) -> dict[str, object]:
    if isinstance(data, list):
        data = next((item for item in data if isinstance(item, dict) and _RECORD_FIELDS & item.keys()), None)
    return data if isinstance(data, dict) else {}


def _first(source: dict[str, object], *names: str) -> object:
    """Give the first of the fields that is there and says something."""
    return next((source[name] for name in names if source.get(name) not in (None, "")), None)


def _string(value: object) -> str:
    """Give a string that can be encoded: JSON can hold half a surrogate pair, UTF-8 and SQLite cannot."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else ""


def _task_id(value: object) -> str | None:
    """Give an id exactly as sent, if it is 1 to 512 printable characters; a number is taken as its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > TASK_ID_LENGTH:
        return None
    return value if value.isprintable() else None


def _integer(value: object) -> int | None:
    number = _decimal(value)
    return int(number) if number is not None and number.is_integer() else None


def _decimal(value: object) -> float | None:
    """Read a number, also one in a string; None for anything else or out of all proportion."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 10**_NUMBER_DIGITS else None


def _bounded_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else None
