"""What the service says of a task when it is asked: pure functions of the task and the time."""

import json
from dataclasses import replace

from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.dialects import JOBS_MODEL
from lyricscli.sandbox.ledger import NEVER, Entry, Route
from lyricscli.sandbox.scenarios import FAILURE, SCENARIOS, SUCCESS, Ending, Reading, Scenario
from lyricscli.sandbox.shapes import Document
from lyricscli.sandbox.songs import variants, written

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
