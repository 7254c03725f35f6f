"""What is told of a task, in its record and in its callback: pure functions of the task and the time."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from lyricscli.api.headers import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from lyricscli.api.postman import Letter
from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.ledger import NEVER, Entry, Route
from lyricscli.sandbox.scenarios import FAILURE, SCENARIOS, SUCCESS, Ending, Posted, Scenario, Words
from lyricscli.sandbox.wire import (
    JOBS_MODEL,
    SUCCESS_CODE,
    Document,
    Flavour,
    encoded,
    enveloped,
    page,
    shaped,
)

PENDING, EXCEPTION = "PENDING", "CALLBACK_EXCEPTION"
"""Status words of a record that say how it stands, not how it ended."""

GRACE = 0.25
"""The newer route knows nothing of a task for this part of its latency; the real length is not known."""

HUGE_BYTES = 8 * 1024 * 1024
"""Far above what lyrics need, and above any sensible limit of a receiver."""

FOREIGN_ID = "00000000000000000000000000000bad"


def scenario_of(entry: Entry) -> Scenario:
    """Return the scenario of a task; one from another version of the program just completes."""
    return SCENARIOS.get(entry.scenario, SCENARIOS["complete"])


def ending_of(entry: Entry) -> Ending:
    """Return how a task ended: as its scenario says, unless every variant of its writer failed."""
    ending = scenario_of(entry).ending
    if entry.written is not None and ending == SUCCESS:
        failures = [one.error for one in written(entry.written)]
        if all(failures):
            return FAILURE._replace(message=f"{FAILURE.message}. {failures[0]}")
    return ending


# The variants


def as_written(variants: Sequence[Variant]) -> str:
    """Return variants as they are kept."""
    return json.dumps([(one.title, one.text, one.error) for one in variants])


def written(text: str) -> tuple[Variant, ...]:
    """Return the variants that `as_written` kept."""
    return tuple(
        Variant(number, title, VariantStatus.FAILED if error else VariantStatus.COMPLETE, text, error)
        for number, (title, text, error) in enumerate(json.loads(text), start=1)
    )


def song_of(entry: Entry) -> tuple[Variant, ...]:
    """Return the variants of a task that is ready: its writer's or the stand-in's, as its scenario wants.

    Hostile ones are texts that a careless program lets move the cursor, set the clipboard, hide words or
    crash its markup.
    """
    scenario = scenario_of(entry)
    if scenario.ending != SUCCESS:
        return ()
    if scenario.words is Words.HOSTILE:
        return written((Path(__file__).parent / "hostile.json").read_text(encoding="utf-8"))
    own = None if entry.written is None else written(entry.written)
    *others, last = own or _by_the_stand_in(entry.prompt, entry.seed, scenario.variants)
    if scenario.words is Words.ONE_FAILED:
        last = last._replace(text="", status=VariantStatus.FAILED, error="This variant failed.")
    elif scenario.words is Words.ONE_BLANK:
        last = last._replace(text=" \n\t")
    return (*others, last)


@lru_cache(maxsize=64)
def _by_the_stand_in(prompt: str, seed: int, count: int | None) -> tuple[Variant, ...]:
    # The banks of the writer are needed only once a task completes.
    from lyricscli.sandbox.writer import standin

    return standin.write(prompt, seed=seed, count=count)


def _items(variants: Sequence[Variant], error_key: str = "errorMessage") -> list[Document]:
    """Return variants as both the record and the callback show them."""
    return [
        {
            "text": one.text,
            "title": one.title,
            "status": "complete" if one.status is VariantStatus.COMPLETE else "failed",
            error_key: one.error or "",
        }
        for one in variants
    ]


# The record


def record(entry: Entry, now: float) -> Document | None:
    """Return the `data` of record-info, or None while the newer route does not know the task yet."""
    return _classic(entry, now) if entry.route is Route.CLASSIC else _job(entry, now)


def _classic(entry: Entry, now: float) -> Document:
    ending = ending_of(entry)
    given_up = EXCEPTION if entry.undelivered and ending == SUCCESS else ending.word
    word = PENDING if now < entry.ready_at else scenario_of(entry).word or given_up
    if word in {EXCEPTION, ending.word}:
        return _classic_data(entry, word, ending, song_of(entry))
    return _classic_data(entry, word)


def _classic_data(
    entry: Entry, word: str, ending: Ending = SUCCESS, variants: Sequence[Variant] = ()
) -> Document:
    items = _items(variants)
    return {
        "taskId": entry.task_id,
        "param": entry.param,
        "response": {"taskId": entry.task_id, "data": items} if items else None,
        "status": word,
        "type": "LYRICS",
        "errorCode": None if ending == SUCCESS else ending.code,
        "errorMessage": None if ending == SUCCESS else ending.message,
    }


def _job(entry: Entry, now: float) -> Document | None:
    latency = entry.ready_at - entry.created_at
    if entry.ready_at == NEVER:
        latency = 4 * max(1.0, now - entry.created_at) / 3  # known soon, and never done
    progress = 1.0 if now >= entry.ready_at else (now - entry.created_at) / latency
    if progress < GRACE:
        return None
    word = scenario_of(entry).word
    if now < entry.ready_at or word == PENDING:
        steps = ("waiting", "queuing", "generating")
        return _job_data(entry, steps[min(int(progress / GRACE) - 1, len(steps) - 1)])
    if word not in {"", EXCEPTION}:
        return _job_data(entry, word.lower())
    return _job_data(entry, "", ending_of(entry), song_of(entry))


def _job_data(
    entry: Entry, state: str, ending: Ending = SUCCESS, variants: Sequence[Variant] = ()
) -> Document:
    """Return the `data` of the newer route; without a `state` it is the ending's."""
    failed, done = ending != SUCCESS, not state
    song = {"resultObject": {"lyricsData": _items(variants)}}
    return {
        "taskId": entry.task_id,
        "model": JOBS_MODEL,
        "state": state or ("fail" if failed else "success"),
        "param": entry.param,
        "resultJson": json.dumps(song) if done and not failed else "",
        "failCode": str(ending.code) if failed else None,
        "failMsg": ending.message if failed else None,
        "createTime": int(entry.created_at * 1000),
        "completeTime": int(entry.ready_at * 1000) if done else None,
    }


# The callback


def document(entry: Entry, flavour: Flavour, ending: Ending, variants: Sequence[Variant]) -> Document:
    """Return the callback as documented: `data.data` is null where the task failed.

    That of kie's newer route, and of a gateway, is assumed to carry what their record says.
    """
    succeeded = ending == SUCCESS
    variants = variants if succeeded else ()
    if entry.route is Route.JOBS:
        return enveloped(flavour, ending.code, ending.message, _job_data(entry, "", ending, variants))
    if flavour.states:
        return enveloped(flavour, SUCCESS_CODE, "", _classic_data(entry, ending.word, ending, variants))
    data = {
        "callbackType": "complete" if succeeded else flavour.failed_callback_type,
        flavour.callback_id: entry.task_id,
        "data": _items(variants, flavour.callback_error) if succeeded else None,
    }
    return enveloped(flavour, ending.code, ending.message, data)


def letters(entry: Entry, flavour: Flavour) -> tuple[Letter, ...]:
    """Return what the scenario of a finished task sends, in order; nothing where it never calls back."""
    return tuple(_letter(entry, flavour, sending) for sending in scenario_of(entry).sends)


def _letter(entry: Entry, flavour: Flavour, sending: Posted) -> Letter:
    addressee = FOREIGN_ID if sending is Posted.FOREIGN else entry.task_id
    ending = FAILURE if sending is Posted.FAILURE else ending_of(entry)
    told = document(entry._replace(task_id=addressee), flavour, ending, song_of(entry))
    body = encoded(shaped(told, scenario_of(entry).shape))
    match sending:
        case Posted.HTML:
            return Letter(addressee, page(502).body, (("Content-Type", "text/html"),))
        case Posted.HALF:
            body = body[: len(body) // 2]
        case Posted.NULL_DATA:
            body = encoded(enveloped(flavour, SUCCESS_CODE, SUCCESS.message, None))
        case Posted.EMPTY:
            body = b""
        case Posted.HUGE:
            body = body[:-1] + b',"padding":"' + b"x" * (HUGE_BYTES - len(body)) + b'"}'
        case _:
            pass
    return Letter(addressee, body, drips=sending is Posted.SLOW)


def signed(letter: Letter, key: str, now: float) -> Letter:
    """Return the letter with kie's signature, in the place of an earlier one; `now` is Unix seconds."""
    timestamp = str(int(now))
    stamp = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(letter.task_id, timestamp, key)}
    earlier = {name.lower() for name in stamp}
    kept = tuple(pair for pair in letter.headers if pair[0].lower() not in earlier)
    return letter._replace(headers=(*kept, *stamp.items()))
