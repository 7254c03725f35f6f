"""What is told of a task, in its record and in its callback: pure functions of the task and the time."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lyricscli.api.postman import Letter
from lyricscli.api.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox import gateway
from lyricscli.sandbox.ledger import NEVER, Entry, Route
from lyricscli.sandbox.scenarios import FAILURE, SCENARIOS, SUCCESS, Delivery, Ending, Reading, Scenario
from lyricscli.sandbox.songs import variants, written
from lyricscli.sandbox.wire import JOBS_MODEL, Document, Flavour, encoded, shaped

PENDING = "PENDING"
EXCEPTION = "CALLBACK_EXCEPTION"
UNKNOWN_WORD = "AWAITING_MODERATION"
"""A status word that no page of the documentation has."""

GRACE = 0.25
"""The newer route knows nothing of a task for this part of its latency; the real length is not known."""


def scenario_of(entry: Entry) -> Scenario:
    """Return the scenario of a task; one from another version of the program just completes."""
    return SCENARIOS.get(entry.scenario, SCENARIOS["complete"])


def song_of(entry: Entry) -> tuple[Variant, ...]:
    """Return the variants of a task that is ready."""
    own = written(entry.written) if entry.written is not None else None
    return variants(scenario_of(entry).words, entry.prompt, entry.seed, own)


def ending_of(entry: Entry) -> Ending:
    """Return how a task ended: as its scenario says, unless every variant of its writer failed."""
    ending = scenario_of(entry).ending
    if entry.written is not None and ending is SUCCESS:
        failures = [one.error for one in written(entry.written)]
        if all(failures):
            return replace(FAILURE, message=f"{FAILURE.message}. {failures[0]}")
    return ending


def variant_item(variant: Variant, error_key: str = "errorMessage") -> Document:
    """Return one variant as both the record and the callback show it."""
    status = "complete" if variant.status is VariantStatus.COMPLETE else "failed"
    return {"text": variant.text, "title": variant.title, "status": status, error_key: variant.error or ""}


def record(entry: Entry, now: float) -> Document | None:
    """Return the `data` of record-info, or None while the newer route does not know the task yet."""
    return _classic(entry, now) if entry.route is Route.CLASSIC else _job(entry, now)


def _is_ready(entry: Entry, now: float) -> bool:
    return now >= entry.ready_at and scenario_of(entry).reading is not Reading.PENDING


def _classic(entry: Entry, now: float) -> Document:
    scenario, ready = scenario_of(entry), _is_ready(entry, now)
    word = _word(entry, scenario) if ready else PENDING
    ending = ending_of(entry)
    failed = ready and ending is not SUCCESS
    items = [variant_item(variant) for variant in song_of(entry)] if ready and word != UNKNOWN_WORD else []
    return {
        "taskId": entry.task_id,
        "param": entry.param,
        "response": {"taskId": entry.task_id, "data": items} if items else None,
        "status": word,
        "type": "LYRICS",
        "errorCode": ending.code if failed else None,
        "errorMessage": ending.message if failed else None,
    }


def _word(entry: Entry, scenario: Scenario) -> str:
    if scenario.reading is Reading.UNKNOWN_WORD:
        return UNKNOWN_WORD
    if scenario.reading is Reading.EXCEPTION or (entry.undelivered and ending_of(entry) is SUCCESS):
        return EXCEPTION
    return ending_of(entry).word


def _job(entry: Entry, now: float) -> Document | None:
    latency = entry.ready_at - entry.created_at
    if entry.ready_at == NEVER:
        latency = 4 * max(1.0, now - entry.created_at) / 3  # known soon, and never done
    progress = 1.0 if now >= entry.ready_at else (now - entry.created_at) / latency
    if progress < GRACE:
        return None
    ending = ending_of(entry)
    state = _state(entry, progress, now)
    failed = state == "fail"
    return {
        "taskId": entry.task_id,
        "model": JOBS_MODEL,
        "state": state,
        "param": entry.param,
        "resultJson": _result_json(entry) if state == "success" else "",
        "failCode": str(ending.code) if failed else None,
        "failMsg": ending.message if failed else None,
        "createTime": int(entry.created_at * 1000),
        "completeTime": int(entry.ready_at * 1000) if state in {"success", "fail"} else None,
    }


def _state(entry: Entry, progress: float, now: float) -> str:
    scenario = scenario_of(entry)
    if not _is_ready(entry, now):
        steps = ("waiting", "queuing", "generating")
        return steps[min(int(progress / GRACE) - 1, len(steps) - 1)]
    if scenario.reading is Reading.UNKNOWN_WORD:
        return UNKNOWN_WORD.lower()
    return "success" if ending_of(entry) is SUCCESS else "fail"


def _result_json(entry: Entry) -> str:
    return json.dumps({"resultObject": {"lyricsData": [variant_item(variant) for variant in song_of(entry)]}})


HUGE_BYTES = 8 * 1024 * 1024
"""Far above what lyrics need, and above any sensible limit of a receiver."""

FOREIGN_ID = "00000000000000000000000000000bad"

HTML_PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"


def document(dialect: Flavour, task_id: str, ending: Ending, variants: Sequence[Variant]) -> Document:
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
    dialect: Flavour,
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
