"""A task as one line of an exported library: all that is known of it as a JSON document, and back."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from lyricscli.errors import UsageError
from lyricscli.models import (
    DeliveredBy,
    Failure,
    Payload,
    PayloadKind,
    Reason,
    Review,
    Task,
    TaskStatus,
    Variant,
    VariantStatus,
    Verdict,
    Version,
)
from lyricscli.store.songbook import RATINGS, Page

FORMAT = 1
"""Says how a line is to be read; a change that older programs would misread gets another number."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Record:
    """One task of an export: its page (whose row means nothing elsewhere) and the raw messages kept of it."""

    page: Page
    messages: tuple[Payload, ...] = ()


def document(record: Record) -> dict[str, Any]:
    """Return everything of a record as plain values for JSON.

    The secret path of a callback is of use only while its task is unfinished, and left out afterwards.
    """
    task, page = record.page.task, record.page
    return {
        "format": FORMAT,
        "task_id": task.task_id,
        "provider": task.provider,
        "base_url": task.base_url,
        "status": task.status,
        "prompt": task.prompt,
        "sent_prompt": task.sent_prompt,
        "metadata": task.metadata,
        "song": task.song,
        "batch_key": task.batch_key,
        "submitted_at": task.submitted_at,
        "completed_at": task.completed_at,
        "delivered_by": task.delivered_by,
        "error": asdict(task.error) if task.error else None,
        "callback_path": None if task.status.is_final else task.callback_path,
        "variants": [asdict(variant) for variant in task.variants],
        "versions": [asdict(version) for version in page.versions],
        "pick": page.pick,
        "tags": list(page.tags),
        "reviews": [asdict(review) for review in page.reviews.values()],
        "messages": [_message_document(message) for message in record.messages],
    }


def read(lines: Iterable[bytes]) -> Iterator[Record]:
    """Read the lines of an archive. Raises UsageError that names the line which is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _record(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"line {number} is no task of an exported library ({type(error).__name__}: {error})",
                "Nothing was imported. `lyrics library export FILE` writes such files.",
            ) from error


def _message_document(payload: Payload) -> dict[str, Any]:
    try:
        body = {"body": payload.body.decode()}
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(payload.body).decode("ascii")}
    return {
        "kind": payload.kind,
        "received_at": payload.received_at,
        "headers": dict(payload.headers),
        **body,
    }


# Reading a document: every value is checked, as nobody knows who wrote the file


def _record(found: Mapping[str, Any]) -> Record:
    if found["format"] != FORMAT:
        raise ValueError(f"format {found['format']!r:.40}")
    error = found["error"]
    task = Task(
        row=0,
        task_id=_text_or_none(found["task_id"]),
        provider=_text(found["provider"]),
        base_url=_text(found["base_url"]),
        status=TaskStatus(found["status"]),
        prompt=_text(found["prompt"]),
        sent_prompt=_text(found["sent_prompt"]),
        submitted_at=_time(found["submitted_at"]),
        metadata={_text(name): _text(value) for name, value in found["metadata"].items()},
        variants=tuple(map(_variant, _list(found["variants"]))),
        error=Failure(Reason(error["reason"]), _text(error["message"]), _number_or_none(error["code"]))
        if error
        else None,
        delivered_by=DeliveredBy(found["delivered_by"]) if found["delivered_by"] else None,
        completed_at=_time(found["completed_at"]) if found["completed_at"] else None,
        callback_path=_text_or_none(found["callback_path"]),
        song=_text(found["song"]),
        batch_key=_text_or_none(found["batch_key"]),
    )
    page = Page(
        task,
        tuple(map(_version, _list(found["versions"]))),
        _text_or_none(found["pick"]),
        tuple(sorted(map(_text, _list(found["tags"])))),
        {review.name: review for review in map(_review, _list(found["reviews"]))},
    )
    names = {lyric.name for lyric in page.lyrics}
    page = replace(
        page,
        pick=page.pick if page.pick in names else None,
        reviews={name: review for name, review in page.reviews.items() if name in names},
    )
    return Record(page, tuple(map(_message, _list(found["messages"]))))


def _variant(found: Mapping[str, Any]) -> Variant:
    return Variant(
        _number(found["number"]),
        _text(found["title"]),
        VariantStatus(found["status"]),
        _text(found["text"]),
        _text_or_none(found["error"]),
    )


def _version(found: Mapping[str, Any]) -> Version:
    return Version(
        _number(found["variant"]),
        _number(found["number"]),
        _text(found["source"]),
        _text(found["title"]),
        _text(found["text"]),
        _text(found["made_by"]),
        _time(found["made_at"]),
        _text(found.get("language", "")),
    )


def _review(found: Mapping[str, Any]) -> Review:
    rating = _number_or_none(found["rating"])
    if rating is not None and rating not in RATINGS:
        raise ValueError(f"rating {rating}")
    verdict = Verdict(found["verdict"]) if found["verdict"] else None
    return Review(_text(found["name"]), rating, verdict, _text(found["note"]), _time(found["reviewed_at"]))


def _message(found: Mapping[str, Any]) -> Payload:
    body = (
        base64.b64decode(found["base64"], validate=True)
        if "base64" in found
        else _text(found["body"]).encode()
    )
    headers = {_text(name): _text(value) for name, value in found["headers"].items()}
    return Payload(PayloadKind(found["kind"]), body, headers, _time(found["received_at"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    value.encode()
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.40} is no list")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value < 2**31:
        raise TypeError(f"{value!r:.40} is no number that can be")
    return value


def _number_or_none(value: Any) -> int | None:
    return None if value is None else _number(value)


def _time(value: Any) -> str:
    if not _TIME.fullmatch(_text(value)):
        raise ValueError(f"{value!r:.40} is no time")
    return str(value)
