"""Sample callbacks without a service: those of a scenario, or a body of the user's own, with fields set."""

import json
import time
from collections.abc import Iterable
from typing import Any

from lyricscli.api.headers import inflated
from lyricscli.api.postman import Letter
from lyricscli.errors import NoSuchTaskError, UsageError
from lyricscli.models import Task
from lyricscli.sandbox.answers import document, letters
from lyricscli.sandbox.ledger import Entry, Route
from lyricscli.sandbox.scenarios import FAILURE, SUCCESS, Scenario
from lyricscli.sandbox.wire import Flavour, encoded

PROMPT = "a lighthouse in a storm"
"""What the sample lyrics are about."""

ID_KEYS = ("task_id", "taskId")


def sample(scenario: Scenario, flavour: Flavour, task_id: str) -> tuple[Letter, ...]:
    """Return the callbacks of a scenario, in order. Raises UsageError for one that has none of its own."""
    if not scenario.can_be_sent:
        raise UsageError(
            f"{scenario.name!r} is about {scenario.stage}: there is no callback of its own to send",
            "`lyrics trigger --list` shows those that have one; `lyrics sandbox` plays them all.",
        )
    return letters(_entry(flavour, task_id, PROMPT, scenario.name), flavour)


def _entry(flavour: Flavour, task_id: str, prompt: str, scenario: str) -> Entry:
    """Return a task that is just done, as the service would have it."""
    now, param = time.time(), json.dumps({"prompt": prompt})
    return Entry(task_id, Route(flavour.route), prompt, param, None, scenario, 0, 0.0, now, now)


def from_body(body: bytes) -> Letter:
    """Return a body as a callback, byte for byte. Raises UsageError if it is not JSON."""
    return Letter(_task_id(_parsed(body)), body)


def rebuilt(task: Task, flavour: Flavour) -> Letter:
    """Return the callback that would tell of a task's end. Raises NoSuchTaskError for one without an end.

    It says what the library knows: the variants, or the code and message of the failure.
    """
    if task.task_id is None or not task.status.is_final:
        raise NoSuchTaskError(f"there is nothing to tell of {task.ref} yet", "`lyrics wait` finishes it.")
    ending = SUCCESS
    if not task.status.has_lyrics and task.error is not None:
        ending = FAILURE._replace(code=task.error.code or FAILURE.code, message=task.error.message)
    entry = _entry(flavour, task.task_id, task.sent_prompt, "complete")
    return Letter(task.task_id, encoded(document(entry, flavour, ending, task.variants)))


def edited(letter: Letter, assignments: Iterable[str]) -> Letter:
    """Return the callback with fields set: `data.data.0.title=Blue`, a value being JSON or else text.

    Without assignments its bytes stay as they are. Raises UsageError for an assignment that does not fit.
    """
    chosen = tuple(assignments)
    if not chosen:
        return letter
    headers = tuple(pair for pair in letter.headers if pair[0].lower() != "content-encoding")
    document = _parsed(inflated(dict(letter.headers), letter.body))
    for assignment in chosen:
        path, equals, value = assignment.partition("=")
        if not (path and equals):
            raise UsageError(f"--set {assignment!r} is not PATH=VALUE", "Like --set data.data.0.title=Blue")
        _assign(document, path, _value(value))
    return letter._replace(
        task_id=_task_id(document) or letter.task_id, body=encoded(document), headers=headers
    )


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is not JSON: {error}", "A callback's body is a JSON object.") from error


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _assign(document: Any, path: str, value: object) -> None:
    *parents, last = path.split(".")
    place = document
    for name in parents:
        place = place[_place(place, name, path)]
    place[last if isinstance(place, dict) else _place(place, last, path)] = value


def _place(holder: object, name: str, path: str) -> Any:
    """Return the key or the index of a member that is there. Raises UsageError."""
    if isinstance(holder, dict) and name in holder:
        return name
    if isinstance(holder, list) and name.isdecimal() and int(name) < len(holder):
        return int(name)
    raise UsageError(f"--set {path}: the body has no place {name!r}", "Members of lists count from 0.")


def _task_id(document: object) -> str:
    """Return the id that a signature of this body covers; empty where there is none."""
    data = document.get("data") if isinstance(document, dict) else None
    return next((str(data[key]) for key in ID_KEYS if key in data), "") if isinstance(data, dict) else ""
