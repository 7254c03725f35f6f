"""What the service says of a task when it is asked: pure functions of the task and the time."""

import json

from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.dialects import JOBS_MODEL
from lyricscli.sandbox.ledger import Entry, Route
from lyricscli.sandbox.scenarios import SCENARIOS, SUCCESS, Reading, Scenario
from lyricscli.sandbox.shapes import Document
from lyricscli.sandbox.songs import variants

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
    return variants(scenario_of(entry).words, entry.prompt, entry.seed)


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
    failed = ready and scenario.ending is not SUCCESS
    items = [variant_item(variant) for variant in song_of(entry)] if ready and word != UNKNOWN_WORD else []
    return {
        "taskId": entry.task_id,
        "param": entry.param,
        "response": {"taskId": entry.task_id, "data": items} if items else None,
        "status": word,
        "type": "LYRICS",
        "errorCode": scenario.ending.code if failed else None,
        "errorMessage": scenario.ending.message if failed else None,
    }


def _word(entry: Entry, scenario: Scenario) -> str:
    if scenario.reading is Reading.UNKNOWN_WORD:
        return UNKNOWN_WORD
    if scenario.reading is Reading.EXCEPTION or (entry.undelivered and scenario.ending is SUCCESS):
        return EXCEPTION
    return scenario.ending.word


def _job(entry: Entry, now: float) -> Document | None:
    latency = entry.ready_at - entry.created_at
    progress = 1.0 if now >= entry.ready_at else (now - entry.created_at) / latency
    if progress < GRACE:
        return None
    ending = scenario_of(entry).ending
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
    return "success" if scenario.ending is SUCCESS else "fail"


def _result_json(entry: Entry) -> str:
    return json.dumps({"resultObject": {"lyricsData": [variant_item(variant) for variant in song_of(entry)]}})
