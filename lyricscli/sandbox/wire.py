"""The wire as the emulator plays it: flavours of the service, requests read, answers, shapes of JSON.

These are the emulator's own facts, kept apart from the client's table on purpose: a mistake there must not be
able to agree with itself here.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from lyricscli.sandbox.ledger import Route
from lyricscli.sandbox.scenarios import Shape

DAY = 86_400.0

JOBS_MODEL = "ai-music-api/generate-lyrics"
"""What kie's newer route calls the generation of lyrics."""


@dataclass(frozen=True, slots=True)
class Flavour:
    """One service: the codes it refuses with, the names it uses and its limits.

    With `status_follows_code` the HTTP status repeats the code of the body; otherwise it stays 200. Retention
    is in seconds.
    """

    name: str
    credits_path: str
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
    has_jobs: bool
    retention: float
    is_gateway: bool = False

    def measure(self, prompt: str) -> int:
        """Return the length of a prompt in the unit of the limit."""
        return len(prompt.split()) if self.prompt_unit == "words" else len(prompt)


FLAVOURS = {
    "sunoapi": Flavour(
        name="sunoapi",
        credits_path="/api/v1/generate/credit",
        bad_request=400,
        unauthorized=401,
        no_credits=429,
        throttled=430,
        too_long=413,
        status_follows_code=True,
        longest_prompt=200,
        prompt_unit="words",
        callback_id="taskId",
        callback_error="errorMessage",
        failed_callback_type="error",
        whole_credits=True,
        has_jobs=False,
        retention=15 * DAY,
    ),
    "kie": Flavour(
        name="kie",
        credits_path="/api/v1/chat/credit",
        bad_request=422,
        unauthorized=401,
        no_credits=402,
        throttled=429,
        # The calls of kie document no 413: a prompt too long is a parameter that does not validate.
        too_long=422,
        status_follows_code=False,
        longest_prompt=200,
        prompt_unit="characters",
        callback_id="task_id",
        callback_error="error_message",
        failed_callback_type="complete",
        whole_credits=False,
        has_jobs=True,
        retention=14 * DAY,
    ),
}

FLAVOURS["new-api"] = replace(FLAVOURS["sunoapi"], name="new-api", is_gateway=True)
"""A gateway that sells sunoapi on: see `gateway`."""


Document: TypeAlias = dict[str, object]
"""A JSON object on its way out."""


def shaped(document: Document, shape: Shape) -> Document:
    """Return the document in another shape; what a shape has nothing to say about stays as it is."""
    if shape is Shape.DOCUMENTED:
        return document
    return _renewed(document, _CHANGES[shape])


def encoded(document: object) -> bytes:
    """Return the document as the bytes of a body. Escaped, so that lone surrogates pass."""
    return json.dumps(document, separators=(",", ":")).encode()


def _renewed(document: Document, change: Callable[[str, object], Document]) -> Document:
    return {key: item for name, old in document.items() for key, item in change(name, old).items()}


def _deep(change: Callable[[str, object], Document]) -> Callable[[str, object], Document]:
    def apply(name: str, value: object) -> Document:
        return change(name, _inside(value, apply))

    return apply


def _inside(value: object, apply: Callable[[str, object], Document]) -> object:
    if isinstance(value, dict):
        return _renewed(value, apply)
    if isinstance(value, list):
        return [_inside(item, apply) for item in value]
    return value


@_deep
def _lyrics_data(name: str, value: object) -> Document:
    return {"lyricsData" if name == "data" and isinstance(value, list) else name: value}


@_deep
def _snake_case(name: str, value: object) -> Document:
    return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower() if name in _SNAKES else name: value}


@_deep
def _response_as_string(name: str, value: object) -> Document:
    return {name: json.dumps(value) if name == "response" and value is not None else value}


@_deep
def _numbers_as_strings(name: str, value: object) -> Document:
    return {name: str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value}


@_deep
def _extra_fields(name: str, value: object) -> Document:
    extra: Document = {"traceId": "0b1946ac", "nested": {"code": 599, "data": []}} if name == "data" else {}
    return {name: value} | extra


_SNAKES = {"taskId", "errorMessage", "errorCode"}
_CHANGES = {
    Shape.LYRICS_DATA: _lyrics_data,
    Shape.SNAKE_CASE: _snake_case,
    Shape.RESPONSE_AS_STRING: _response_as_string,
    Shape.NUMBERS_AS_STRINGS: _numbers_as_strings,
    Shape.EXTRA_FIELDS: _extra_fields,
}


HTML_CODES = {520, 522, 524}
"""Codes that a proxy answers with a page of its own."""


class RefusedError(Exception):
    """The service refuses a call: the code of the body, and the words beside it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `code` is the one in the body, None where the body is no envelope."""

    status: int
    body: bytes
    code: int | None = None
    message: str = ""
    content_type: str = "application/json"


def success(data: object) -> Document:
    """Return the envelope of a call that worked."""
    return {"code": 200, "msg": "success", "data": data}


def reply(envelope: Document) -> Answer:
    """Return the answer that carries an envelope with HTTP status 200."""
    return Answer(200, encoded(envelope), code=200, message="success")


def refusal(dialect: Flavour, error: RefusedError) -> Answer:
    """Return the answer to a refused call: HTTP status and body differ by dialect."""
    if error.code in HTML_CODES:
        return page(error.code)
    status = error.code if dialect.status_follows_code else 200
    body = encoded({"code": error.code, "msg": error.message, "data": None})
    return Answer(status, body, error.code, error.message)


def page(status: int) -> Answer:
    """Return what a proxy puts in the place of an answer."""
    title = f"<html><head><title>{status}</title></head>"
    body = f"<!DOCTYPE html>{title}<body><h1>Error {status}</h1></body></html>"
    return Answer(status, body.encode(), message="an HTML page", content_type="text/html")


@dataclass(frozen=True, slots=True)
class Request:
    """A submission that can be carried out. `param` is it as JSON, the way the record repeats it."""

    prompt: str
    callback_url: str | None
    param: str


def read_request(body: bytes, route: Route, dialect: Flavour) -> Request:
    """Read a submission. Raises RefusedError with the dialect's code and the reason.

    Only the presence of `callBackUrl` is checked, and only on the classic route, as observed.
    """
    fields = _fields(body, dialect)
    prompt, callback_url = _prompt(fields, route, dialect), fields.get("callBackUrl")
    if not callback_url and route is Route.CLASSIC:
        raise RefusedError(dialect.bad_request, "Please enter callBackUrl.")
    if dialect.measure(prompt) > dialect.longest_prompt:
        limit = f"{dialect.longest_prompt} {dialect.prompt_unit}"
        raise RefusedError(dialect.too_long, f"The prompt is too long: the limit is {limit}.")
    address = storable(str(callback_url)) if callback_url else None
    return Request(storable(prompt), address, json.dumps(fields))


def _fields(body: bytes, dialect: Flavour) -> dict[str, object]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise RefusedError(dialect.bad_request, "The body is not a JSON object.")
    return fields


def _prompt(fields: dict[str, object], route: Route, dialect: Flavour) -> str:
    if route is Route.JOBS:
        if fields.get("model") != JOBS_MODEL:
            raise RefusedError(dialect.bad_request, f"The model is not {JOBS_MODEL}.")
        given = fields.get("input")
        fields = given if isinstance(given, dict) else {}
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise RefusedError(dialect.bad_request, "Please enter prompt.")
    return prompt


def storable(text: str) -> str:
    """Replace lone surrogates, which JSON and a request line can carry and SQLite cannot."""
    return text.encode(errors="replace").decode()
