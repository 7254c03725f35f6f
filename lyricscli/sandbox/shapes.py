"""The shapes of JSON seen in the wild, made from a document in the documented one."""

import json
import re
from collections.abc import Callable
from typing import TypeAlias

from lyricscli.sandbox.scenarios import Shape

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
