"""The envelope every answer and callback comes in, `{"code", "msg", "data"}`, and what is found inside.

Nothing here trusts the sender: whatever is not as expected is read as absent. JSON is read leniently where
that can only save lyrics or an id: NaN and absurd integers become null, what cannot be decoded is replaced,
and what stands before or behind a whole object is skipped. Names of fields are
compared in small letters and without underscores, for both `taskId` and `task_id` were seen; of equal ones
the last that says something counts.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Self

from lyricscli.api.headers import bounded_pause
from lyricscli.api.meanings import is_success, said, variant_status
from lyricscli.models import Variant, VariantStatus

# Two or three are typical. A screen full of them is an attack, or a bug.
MOST_VARIANTS = 64

# Where lists of variants were seen, outermost first: `data.data`, `data.lyricsData`, `response.data`,
# `response.lyricsData`, and on kie's newer route `resultJson.resultObject.lyricsData` and `resultJson.data`.
# Any other place is looked at after these, but for what a task was asked with and what was said of it.
_INWARD = ("data", "lyricsdata", "response", "resultjson", "resultobject")
_NO_PLACE = {"param", "params", "input", "request", "error", "errors", "metadata"}
_DEEPEST = 8
_UNWRAPPED = 8
_VARIANT_FIELDS = {"text", "title", "errormessage"}
_RECORD_FIELDS = {"taskid", "response", "resultjson"}
# In which order the fields of an answer are taken for the number of credits.
_CREDITS = ("^data$", "remain|left|avail", "^credits?$", "balance", "credit", "quota|points?$")
# Where gateways put what they complain of, beside the fields of RFC 9457.
_COMPLAINTS = ("errors", "fault", "errordescription", "error")
# Objects tried for one that is whole, where a body as such is no JSON.
_STARTS = 64

TASK_ID_LENGTH = 512
_TITLE_LENGTH = 1_000
_MESSAGE_LENGTH = 300
_WORD_LENGTH = 64
_NUMBER_DIGITS = 9
_SUCCESS = 200
_THOUSANDS = 3
# Integers past this are no id or code; Python itself refuses to read them past 4,300 digits.
_INTEGER_DIGITS = 512
_ANSWER_FIELDS = {"code", "taskid"}
_GB2312 = rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*"
# A string, to be left as it is, or a comma that nothing follows.
_LAST_COMMA = r'(?s)("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])'
_HTML_TITLE = rb"(?i)<title[^>]*>([^<]{1,300})"
_HTML_HEAD_BYTES = 4_096


class Envelope:
    """One JSON body: its code and message, and what its data says of a task.

    `code` is None where it is no number. `task_id` is None where there is none that can be used. `error_code`
    is the one inside the data, `word` the status word. `variants` are at most 64 of the `variant_count` that
    came. `has_data` tells data from missing, null or empty data.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self._data = _unwrapped(content.get("data"))
        self._inner = _record(self._data, _DEEPEST) or (content if "taskid" in content else {})
        self.code = _code(content.get("code"))
        own = content if _may_be_lyrics(content, self.code) else {**content, "text": ""}
        items = _variant_items(own, _DEEPEST)
        self.variants = _kept_variants(items)
        self.variant_count = len(items)
        self.has_data = bool(self._data)
        self.task_id = _task_id(self._inner.get("taskid")) or _found_id(content, _DEEPEST)
        self.word = one_line(_first(self._inner, "status", "state"), _WORD_LENGTH) or None
        self.error_code = _integer(_first(self._inner, "errorcode", "failcode"))

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Read a body; raises ValueError, saying why, where no JSON object is in it."""
        return cls(_object(body))

    @property
    def has_lyrics(self) -> bool:
        """Whether a variant is complete."""
        return any(variant.status is VariantStatus.COMPLETE for variant in self.variants)

    @property
    def message(self) -> str:
        """What it says, in whichever words: the provider's own, a gateway's, or those of RFC 9457."""
        content = self._content
        title, detail = one_line(content.get("title")), _words_of(content.get("detail"))
        return (
            one_line(_first(content, "msg", "message"))
            or (f"{title}: {detail}" if title and detail and title not in detail else detail or title)
            or next(filter(None, (_words_of(content.get(name)) for name in _COMPLAINTS)), "")
        )

    @property
    def error_message(self) -> str:
        """What the data says of an error."""
        return one_line(_first(self._inner, "errormessage", "failmsg", "failreason"))

    @property
    def code_word(self) -> str | None:
        """What the code is where it is text."""
        return one_line(self._content.get("code"), _WORD_LENGTH) or None

    @property
    def bare_id(self) -> str | None:
        """Data that is nothing but a word, which may be an id."""
        return _bare_id(self._data or self._content.get("result"))

    @property
    def credits(self) -> float | None:
        """The number of credits that it tells."""
        return _credits(self._content)

    @property
    def retry_after(self) -> float | None:
        """The pause that it asks for, in seconds."""
        return bounded_pause(_decimal(self._content.get("retryafter")))

    @property
    def is_documented(self) -> bool:
        """Whether it has the documented shape of a callback; kie writes its names with underscores."""
        content, data = self._content, self._content.get("data")
        return (
            isinstance(content.get("code"), int)
            and isinstance(content.get("msg"), str)
            and isinstance(data, dict)
            and isinstance(data.get("callbacktype"), str)
            and isinstance(data.get("taskid"), str)
            and isinstance(data.get("data"), list | None)
        )


def parse_json(body: bytes | str, decoder: json.JSONDecoder | None = None) -> object:
    """Parse JSON from the network; raises ValueError, with a short reason, whatever is wrong with it.

    A comma behind the last of several things is no error where nothing else is wrong.
    """
    text, decoder = decoded(body) if isinstance(body, bytes) else body, decoder or _JSON
    try:
        with suppress(ValueError):
            return decoder.decode(text)
        return decoder.decode(re.sub(_LAST_COMMA, r"\1", text))
    except RecursionError:
        raise ValueError("JSON nested too deep") from None
    except ValueError:
        raise ValueError("not JSON") from None


def decoded(body: bytes) -> str:
    """Decode text of the network, which says UTF-8: what is none is replaced rather than lost.

    A byte order mark decides, and every other byte a zero. Text of nothing but ASCII and pairs of high bytes,
    most of which are no UTF-8, is GB 2312: of services in China some write their messages so.
    """
    is_wide = b"\x00" in body and (body[:2] in {b"\xff\xfe", b"\xfe\xff"} or body[:4].count(0) > 1)
    text = body.decode(json.detect_encoding(body) if is_wide else "utf-8-sig", "replace")
    replaced = text.count("\ufffd")
    if replaced and re.fullmatch(_GB2312, body) and replaced > len(re.sub("[\x00-\x7f\ufffd]", "", text)):
        return body.decode("gb18030", "replace")
    return text


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
        title = re.search(_HTML_TITLE, head)
        name = one_line(title.group(1).decode("utf-8", "replace"), 80) if title else ""
        return f'an HTML page, "{name}"' if name else "an HTML page"
    return f'no envelope: "{one_line(head.decode("utf-8", "replace"), 80)}"'


def _object(body: bytes) -> dict[str, Any]:
    """Find the object that a body is, or the first whole one in it that looks like an answer.

    An object inside one that was cut off counts where it has an id. Raises ValueError.
    """
    try:
        content = _unwrapped(parse_json(body, _FOLDED))
    except ValueError as error:
        text, end = decoded(body), 0
        for start in islice(re.finditer(r"\{", text), _STARTS):
            if start.start() < end:
                continue
            with suppress(ValueError, RecursionError):
                found: dict[str, Any]
                found, end = _FOLDED.raw_decode(text, start.start())
                if not _ANSWER_FIELDS.isdisjoint(found):
                    return found
        raise error from None
    if isinstance(content, list):
        content = next((one for one in content if isinstance(one, dict)), None)
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for all that is no envelope
    return content


def _words_of(complaint: object) -> str:
    """Give the words of a complaint: text, an object that has some, or a list of either."""
    if isinstance(complaint, list):
        complaint = next(iter(complaint), None)
    if isinstance(complaint, dict):
        complaint = _first(complaint, "message", "msg", "faultstring", "detail", "title")
    return one_line(complaint)


def _kept_variants(items: list[dict[str, Any]]) -> tuple[Variant, ...]:
    """Give every variant, or, of too many, the first complete ones under their own numbers."""
    variants = _variants(items)
    if len(items) > MOST_VARIANTS:
        variants = (variant for variant in variants if variant.status is VariantStatus.COMPLETE)
    return tuple(islice(variants, MOST_VARIANTS))


def _variants(items: list[dict[str, Any]]) -> Iterator[Variant]:
    for number, item in enumerate(items, start=1):
        text = _string(item.get("text"))
        yield Variant(
            number=number,
            title=_string(item.get("title"))[:_TITLE_LENGTH],
            status=variant_status(_string(_first(item, "status", "state"))[:_MESSAGE_LENGTH], text),
            text=text,
            error=one_line(item.get("errormessage")) or None,
        )


def _variant_items(value: object, depth: int) -> list[dict[str, Any]]:
    """Find the outermost variants: a list of them, or one alone; likely places first."""
    value = _unwrapped(value)
    if depth == 0 or not isinstance(value, list | dict):
        return []
    if isinstance(value, list):
        inner = list(map(_unwrapped, value))
        items = [item for item in inner if isinstance(item, dict)]
        if any(map(_is_variant, items)):
            return items
        return next((found for item in inner if (found := _variant_items(item, depth - 1))), [])
    if _has_text(value):
        return [value]
    return next((found for place in _places(value) if (found := _variant_items(place, depth - 1))), [])


def _places(value: dict[str, Any]) -> Iterator[Any]:
    """Give what can hold a record or variants, the likely places first."""
    yield from (value[name] for name in _INWARD if name in value)
    yield from (value[name] for name in value if name not in _INWARD and name not in _NO_PLACE)


def _is_variant(item: dict[str, Any]) -> bool:
    """Whether an object is a variant: it has a text, or is what becomes of one that has none."""
    return _has_text(item) or (not _VARIANT_FIELDS.isdisjoint(item) and _RECORD_FIELDS.isdisjoint(item))


def _has_text(item: dict[str, Any]) -> bool:
    text = item.get("text")
    return isinstance(text, str) and bool(text.strip())


def _unwrapped(value: object) -> object:
    """Open JSON that was put in a string, once or several times over; what is none stays as it is."""
    for _ in range(_UNWRAPPED):
        if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "[", '"'}:
            break
        try:
            value = parse_json(value, _FOLDED)
        except ValueError:
            break
    return value


def _record(value: object, depth: int) -> dict[str, Any]:
    """Find the outermost object that speaks of a task: it has an id, a result or a status word."""
    value = _unwrapped(value)
    if depth == 0 or not isinstance(value, list | dict):
        return {}
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, dict) and _RECORD_FIELDS & item.keys()), {})
    if _RECORD_FIELDS & value.keys() or ("status" in value or "state" in value):
        return value
    inner = (_record(place, depth - 1) for place in _places(value) if isinstance(place, dict | str))
    return next(filter(None, inner), value)


def _found_id(value: object, depth: int) -> str | None:
    """Find the outermost id of a task, wherever it stands."""
    value = _unwrapped(value)
    if depth == 0 or not isinstance(value, list | dict):
        return None
    own = _task_id(value.get("taskid")) if isinstance(value, dict) else None
    places = _places(value) if isinstance(value, dict) else value
    return own or next(filter(None, (_found_id(place, depth - 1) for place in places)), None)


def _bare_id(data: object) -> str | None:
    """Give data that is nothing but one word, or a number, as an id; also where it is called one."""
    for _ in range(_UNWRAPPED):
        if isinstance(data, list) and len(data) == 1:
            data = data[0]
        elif isinstance(data, dict):
            data = _first(data, "id", "task", "job", "data", "result")
    value = _task_id(data) if not isinstance(data, int) or data > 0 else None
    return value if value is not None and not re.search(r"\s", value) and said(value) else None


def _first(source: dict[str, Any], *names: str) -> object:
    """Give the first of the fields that is there and says something."""
    return next((source[name] for name in names if source.get(name) not in (None, "")), None)


def _string(value: object) -> str:
    """Give a string that can be encoded: JSON can hold half a surrogate pair, UTF-8 and SQLite cannot."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", value)


def _task_id(value: object) -> str | None:
    """Give an id exactly as sent, if it is 1 to 512 printable characters; a number is taken as its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > TASK_ID_LENGTH:
        return None
    return value if value.isprintable() else None


def _may_be_lyrics(content: dict[str, Any], code: int | None) -> bool:
    """Whether an answer may be a variant itself: one that reports an error has no lyrics for its text."""
    return is_success(code) if code is not None else not content.keys().isdisjoint({"title", "taskid"})


def _credits(value: object) -> float | None:
    """Find the number of credits: the data as such, or the field of it that is called so."""
    for _ in range(_UNWRAPPED):
        value = _unwrapped(value)
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            names = [name for kind in _CREDITS for name in value if re.search(kind, name)]
            value = _first(value, *names)
    return _decimal(_plain(value) if isinstance(value, str) else value)


def _plain(number: str) -> str:
    """Take the separators of thousands out of a number, and give it a decimal point: 1,234.5 or 1.234,5."""
    number = re.sub(r"\s*(credits?|points?|积分|点)$", "", number.strip(), flags=re.IGNORECASE)
    groups = re.split(r"[,.'\u2019_\s]", number)
    marks = re.findall(r"[,.'\u2019_\s]", number)
    if not marks or not all(len(group) == _THOUSANDS for group in groups[1:-1]):
        return number
    is_fraction = len(groups[-1]) != _THOUSANDS or (marks[-1] not in marks[:-1] and len(set(marks)) > 1)
    if is_fraction or marks == ["."]:
        return "".join(groups[:-1]) + "." + groups[-1]
    return "".join(groups)


def _code(value: object) -> int | None:
    """Read a code: a number, or a word that reports no error."""
    return _SUCCESS if isinstance(value, str) and value and not said(value) else _integer(value)


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


def _folded(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        folded = name.replace("_", "").lower()
        if value not in (None, "") or folded not in found:
            found[folded] = value
    return found


# Not strict: a line break that somebody forgot to escape in a text does not cost the lyrics.
_JSON = json.JSONDecoder(parse_constant=lambda _: None, parse_int=_bounded_int, strict=False)
_FOLDED = json.JSONDecoder(
    parse_constant=lambda _: None, parse_int=_bounded_int, object_pairs_hook=_folded, strict=False
)
