"""The bodies of callbacks, in both dialects and with every fault: pure functions, shared with `trigger`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lyricscli.api.postman import Letter
from lyricscli.api.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from lyricscli.models import Variant
from lyricscli.sandbox import gateway
from lyricscli.sandbox.dialects import Dialect
from lyricscli.sandbox.records import variant_item
from lyricscli.sandbox.scenarios import FAILURE, SUCCESS, Delivery, Ending, Scenario
from lyricscli.sandbox.shapes import Document, encoded, shaped

HUGE_BYTES = 8 * 1024 * 1024
"""Far above what lyrics need, and above any sensible limit of a receiver."""

FOREIGN_ID = "00000000000000000000000000000bad"

HTML_PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"


def document(dialect: Dialect, task_id: str, ending: Ending, variants: Sequence[Variant]) -> Document:
    """Return the callback as documented: `data.data` is null where the task failed."""
    succeeded = ending is SUCCESS
    items = [variant_item(variant, dialect.callback_error) for variant in variants]
    data: Document = {
        "callbackType": "complete" if succeeded else dialect.failed_callback_type,
        dialect.callback_id: task_id,
        "data": items if succeeded else None,
    }
    told: dict[str, Any] = {"code": ending.code, "msg": ending.message, "data": data}
    return gateway.hooked(told) if dialect.is_gateway else told


def job_document(job: Document, ending: Ending) -> Document:
    """Return the callback of kie's newer route: assumed to carry what its recordInfo says."""
    if ending is SUCCESS:
        return {"code": 200, "msg": ending.message, "data": job}
    failure: Document = {
        "state": "fail",
        "resultJson": "",
        "failCode": str(ending.code),
        "failMsg": ending.message,
    }
    return {"code": ending.code, "msg": ending.message, "data": job | failure}


def letters(
    scenario: Scenario,
    dialect: Dialect,
    task_id: str,
    variants: Sequence[Variant],
    job: Document | None = None,
) -> tuple[Letter, ...]:
    """Return what the scenario sends, in order; nothing where it never calls back.

    `job` is the record of a task of the newer route, whose callbacks are shaped after it.
    """

    def letter(ending: Ending, addressee: str = task_id) -> Letter:
        plain = document(dialect, addressee, ending, variants)
        if job is not None:
            plain = job_document(job | {"taskId": addressee}, ending)
        return Letter(addressee, encoded(shaped(plain, scenario.shape)))

    usual = letter(scenario.ending)
    match scenario.delivery:
        case Delivery.NEVER:
            return ()
        case Delivery.TWICE:
            return (usual, usual)
        case Delivery.WRONG_ID:
            return (letter(scenario.ending, FOREIGN_ID),)
        case Delivery.ERROR_AFTER_SUCCESS:
            return (usual, letter(FAILURE))
        case Delivery.SUCCESS_AFTER_ERROR:
            return (letter(FAILURE), usual)
        case _:
            return (_spoiled(usual, scenario.delivery),)


def _spoiled(letter: Letter, delivery: Delivery) -> Letter:
    if delivery is Delivery.HTML:
        return replace(letter, body=HTML_PAGE, headers=(("Content-Type", "text/html"),))
    spoilt: dict[Delivery, bytes] = {
        Delivery.MALFORMED: letter.body[: len(letter.body) // 2],
        Delivery.NULL_DATA: encoded({"code": 200, "msg": SUCCESS.message, "data": None}),
        Delivery.EMPTY: b"",
    }
    if delivery is Delivery.HUGE:
        return replace(letter, body=_padded(letter.body))
    return replace(letter, body=spoilt.get(delivery, letter.body), drips=delivery is Delivery.SLOW)


def _padded(body: bytes) -> bytes:
    return body[:-1] + b',"padding":"' + b"x" * (HUGE_BYTES - len(body)) + b'"}'


def signed(letter: Letter, key: str, now: float) -> Letter:
    """Return the letter with kie's signature, in the place of an earlier one; `now` is Unix seconds."""
    timestamp = str(int(now))
    stamp = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(letter.task_id, timestamp, key)}
    earlier = {name.lower() for name in stamp}
    kept = tuple(pair for pair in letter.headers if pair[0].lower() not in earlier)
    return replace(letter, headers=(*kept, *stamp.items()))
