"""Reading what a client submits, on both routes."""

import json
from dataclasses import dataclass

from lyricscli.sandbox.dialects import JOBS_MODEL, Dialect
from lyricscli.sandbox.ledger import Route
from lyricscli.sandbox.replies import RefusedError


@dataclass(frozen=True, slots=True)
class Order:
    """A submission that can be carried out. `param` is it as JSON, the way the record repeats it."""

    prompt: str
    callback_url: str | None
    param: str


def order(body: bytes, route: Route, dialect: Dialect) -> Order:
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
    return Order(storable(prompt), address, json.dumps(fields))


def _fields(body: bytes, dialect: Dialect) -> dict[str, object]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise RefusedError(dialect.bad_request, "The body is not a JSON object.")
    return fields


def _prompt(fields: dict[str, object], route: Route, dialect: Dialect) -> str:
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
