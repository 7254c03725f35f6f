"""The wire as the emulator plays it: flavours of the service, requests read, answers, shapes of JSON.

These are the emulator's own facts, kept apart from the client's table on purpose: a mistake there must not be
able to agree with itself here. They stand in `flavours.toml`.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from lyricscli.sandbox.ledger import Route
from lyricscli.sandbox.scenarios import Answering, Shape

Document: TypeAlias = dict[str, Any]
"""A JSON object on its way out."""

SUCCESS_CODE = 200
"""The service's code for what worked."""

JOBS_MODEL = "ai-music-api/generate-lyrics"
"""What kie's newer route calls the generation of lyrics."""

HTML_CODES = {520, 522, 524}
"""Codes that a proxy answers with a page of its own."""


class Flavour(NamedTuple):
    """One service: its paths by route, the codes it refuses with, the names it uses and its limits.

    With `status_follows_code` the HTTP status repeats the code of the body, or is what `statuses` says of it;
    otherwise it stays 200. A gateway has `states` and `errors`, words in the place of states and codes; it
    answers with the bare id of a new task, and a hook is not asked for.
    """

    paths: Mapping[str, tuple[str, str]]
    credits_path: str
    hook: str
    bad_request: int
    unauthorized: int
    no_credits: int
    throttled: int
    too_long: int
    status_follows_code: bool
    longest_prompt: int
    prompt_unit: str
    callback_id: str
    callback_error: str
    failed_callback_type: str
    whole_credits: bool
    kept_days: int
    like: str = ""
    route: str = Route.CLASSIC
    is_signed: bool = False
    states: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    statuses: Mapping[str, int] = {}

    def measure(self, prompt: str) -> int:
        """Return the length of a prompt in the unit of the limit."""
        return len(prompt.split()) if self.prompt_unit == "words" else len(prompt)


def _flavours() -> dict[str, Flavour]:
    table = tomllib.loads((Path(__file__).parent / "flavours.toml").read_text(encoding="utf-8"))
    for name, told in table.items():
        table[name] = table.get(told.get("like"), {}) | told
    return {name: Flavour(**told) for name, told in table.items()}


FLAVOURS = _flavours()


# Requests


class RefusedError(Exception):
    """The service refuses a call: the code of the body, and the words beside it.

    `status` is one that does not depend on the flavour, `scenario` that of the submission, if there is one.
    """

    def __init__(self, code: int, message: str, *, status: int | None = None, scenario: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.scenario = scenario


class Request(NamedTuple):
    """A submission that can be carried out. `param` is it as JSON, the way the record repeats it."""

    prompt: str
    callback_url: str | None
    param: str


def read_request(body: bytes, route: Route, flavour: Flavour) -> Request:
    """Read a submission. Raises RefusedError with the flavour's code and the reason.

    Only the presence of `callBackUrl` is checked, and only on the classic route, as observed.
    """
    fields = _fields(body, flavour)
    prompt, callback_url = _prompt(fields, route, flavour), fields.get(flavour.hook)
    if not callback_url and route is Route.CLASSIC and not flavour.states:
        raise RefusedError(flavour.bad_request, f"Please enter {flavour.hook}.")
    if flavour.measure(prompt) > flavour.longest_prompt:
        limit = f"{flavour.longest_prompt} {flavour.prompt_unit}"
        raise RefusedError(flavour.too_long, f"The prompt is too long: the limit is {limit}.")
    address = storable(str(callback_url)) if callback_url else None
    return Request(storable(prompt), address, json.dumps(fields))


def _fields(body: bytes, flavour: Flavour) -> Document:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise RefusedError(flavour.bad_request, "The body is not a JSON object.")
    return fields


def _prompt(fields: Document, route: Route, flavour: Flavour) -> str:
    if route is Route.JOBS:
        if fields.get("model") != JOBS_MODEL:
            raise RefusedError(flavour.bad_request, f"The model is not {JOBS_MODEL}.")
        given = fields.get("input")
        fields = given if isinstance(given, dict) else {}
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise RefusedError(flavour.bad_request, "Please enter prompt.")
    return prompt


def storable(text: str) -> str:
    """Replace lone surrogates, which JSON and a request line can carry and SQLite cannot."""
    return text.encode(errors="replace").decode()


# Answers


class Answer(NamedTuple):
    """An HTTP answer. `code` is the service's own, None where the body is no envelope.

    Without a `status` none is sent.
    """

    status: int | None
    body: bytes
    code: int | None = None
    message: str = ""
    content_type: str = "application/json"


def success(flavour: Flavour, data: object, shape: Shape = Shape.DOCUMENTED) -> Answer:
    """Return the answer to a call that worked."""
    envelope = enveloped(flavour, SUCCESS_CODE, "success", data)
    return Answer(200, encoded(shaped(envelope, shape)), SUCCESS_CODE, "success")


def refusal(flavour: Flavour, error: RefusedError) -> Answer:
    """Return the answer to a refused call; body and, where it has none, HTTP status are the flavour's."""
    code, message = error.code, str(error)
    if code in HTML_CODES:
        return page(code)
    follows = flavour.statuses.get(str(code), code) if flavour.status_follows_code else 200
    return Answer(error.status or follows, encoded(enveloped(flavour, code, message, None)), code, message)


def instead(answering: Answering, flavour: Flavour) -> Answer | None:
    """Return what comes in the place of the right answer, or None where that comes."""
    make = _INSTEAD.get(answering)
    return None if make is None else make(flavour)


_INSTEAD: Mapping[Answering, Callable[[Flavour], Answer]] = {
    Answering.HANG: lambda _: Answer(None, b"", message="on purpose"),
    Answering.HANG_UP: lambda _: Answer(None, b"", message="on purpose"),
    Answering.EMPTY: lambda _: Answer(200, b""),
    Answering.NULL_DATA: lambda flavour: success(flavour, None),
    Answering.ERROR_500: lambda flavour: refusal(flavour, RefusedError(500, "Server error.")),
    Answering.HTML_502: lambda _: page(502),
    Answering.HTML_524: lambda _: page(524),
}


def page(status: int) -> Answer:
    """Return what a proxy puts in the place of an answer."""
    title = f"<html><head><title>{status}</title></head>"
    body = f"<!DOCTYPE html>{title}<body><h1>Error {status}</h1></body></html>"
    return Answer(status, body.encode(), message="an HTML page", content_type="text/html")


def enveloped(flavour: Flavour, code: int, message: str, data: Any) -> Document:
    """Wrap the service's data, a new task's id or a record, as the flavour says it."""
    if not flavour.states:
        return {"code": code, "msg": message, "data": data}
    if code != SUCCESS_CODE:
        return {"code": flavour.errors.get(str(code), "service_error"), "message": message, "data": None}
    if isinstance(data, dict):
        data = _resold(flavour, data) if "status" in data else data["taskId"]
    return {"code": "success", "message": "", "data": data}


def _resold(flavour: Flavour, record: Document) -> Document:
    """Return a record in a gateway's words; a state that it has no word for is a failure."""
    return {
        "task_id": record["taskId"],
        "action": "LYRICS",
        "status": flavour.states.get(record["status"], "FAILURE"),
        "fail_reason": record.get("errorMessage") or "",
        "data": (record.get("response") or {}).get("data"),
    }


# The shapes of JSON seen in the wild, made from a document in the documented one


def encoded(document: object) -> bytes:
    """Return the document as the bytes of a body. Escaped, so that lone surrogates pass."""
    return json.dumps(document, separators=(",", ":")).encode()


def shaped(document: Document, shape: Shape) -> Document:
    """Return the document in another shape; what a shape has nothing to say about stays as it is."""
    changed: Document = _changed(document, _CHANGES[shape]) if shape in _CHANGES else document
    return changed


def _changed(value: Any, change: Callable[[str, Any], Document]) -> Any:
    """Change every field, from the inmost out."""
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    fields = [change(name, _changed(old, change)) for name, old in value.items()]
    return {name: new for field in fields for name, new in field.items()}


_SNAKES = {"taskId": "task_id", "errorMessage": "error_message", "errorCode": "error_code"}
_EXTRA: Document = {"traceId": "0b1946ac", "nested": {"code": 599, "data": []}}
_CHANGES: Mapping[Shape, Callable[[str, Any], Document]] = {
    Shape.LYRICS_DATA: lambda name, value: {
        "lyricsData" if name == "data" and isinstance(value, list) else name: value
    },
    Shape.SNAKE_CASE: lambda name, value: {_SNAKES.get(name, name): value},
    Shape.RESPONSE_AS_STRING: lambda name, value: {
        name: json.dumps(value) if name == "response" and value is not None else value
    },
    Shape.NUMBERS_AS_STRINGS: lambda name, value: {
        name: str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    },
    Shape.EXTRA_FIELDS: lambda name, value: {name: value} | (_EXTRA if name == "data" else {}),
}
