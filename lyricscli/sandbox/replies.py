"""Answers of the service, ready to be sent."""

from dataclasses import dataclass

from lyricscli.sandbox.dialects import Dialect
from lyricscli.sandbox.shapes import Document, encoded

HTML_CODES = {520, 522, 524}
"""Codes that a proxy answers with a page of its own."""


class RefusedError(Exception):
    """The service refuses a call: the code of the body, and the words beside it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. `code` is the one in the body, None where the body is no envelope."""

    status: int
    body: bytes
    code: int | None = None
    message: str = ""
    content_type: str = "application/json"


def success(data: object) -> Document:
    """Return the envelope of a call that worked."""
    return {"code": 200, "msg": "success", "data": data}


def reply(envelope: Document) -> Reply:
    """Return the answer that carries an envelope with HTTP status 200."""
    return Reply(200, encoded(envelope), code=200, message="success")


def refusal(dialect: Dialect, error: RefusedError) -> Reply:
    """Return the answer to a refused call: HTTP status and body differ by dialect."""
    if error.code in HTML_CODES:
        return page(error.code)
    status = error.code if dialect.status_follows_code else 200
    body = encoded({"code": error.code, "msg": error.message, "data": None})
    return Reply(status, body, error.code, error.message)


def page(status: int) -> Reply:
    """Return what a proxy puts in the place of an answer."""
    title = f"<html><head><title>{status}</title></head>"
    body = f"<!DOCTYPE html>{title}<body><h1>Error {status}</h1></body></html>"
    return Reply(status, body.encode(), message="an HTML page", content_type="text/html")
