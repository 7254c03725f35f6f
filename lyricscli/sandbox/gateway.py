"""The gateways' dialect, `new-api`: the service's own calls and answers, translated as a gateway does it.

Words stand in the place of codes, the id of a new task is the whole `data`, and the hook has another name.
What the hook posts is documented nowhere; here it is what a read of the task answers.
"""

import json
from typing import Any

from lyricscli.sandbox.wire import Answer, Document, encoded

SUBMIT, FETCH = "/suno/submit/lyrics", "/suno/fetch/{task_id}"

SUCCESS = 200
"""The service's code for what worked."""

NOWHERE = "https://nobody-asked.invalid/"
"""The service behind wants a callback address, and a client of a gateway need not have one."""

STATUSES = {
    "PENDING": "IN_PROGRESS",
    "SUCCESS": "SUCCESS",
    "CALLBACK_EXCEPTION": "SUCCESS",
    "AWAITING_MODERATION": "UNKNOWN",
}
"""The service's status words as the gateway says them; any other is a failure."""

ERRORS = {400: "invalid_request", 401: "invalid_token", 429: "quota_not_enough", 430: "too_many_requests"}
THROTTLED, NO_CREDITS = 430, 429
HTTP_STATUSES = {THROTTLED: 429, NO_CREDITS: 403}
"""What a gateway answers where the service has codes of its own."""


def inward(body: bytes) -> bytes:
    """Translate a submission; what is no JSON object goes on as it is, to be refused there."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(fields, dict):
        return body
    return encoded({"prompt": fields.get("prompt"), "callBackUrl": fields.get("notify_hook") or NOWHERE})


def outward(reply: Answer) -> Answer:
    """Translate an answer; a page of a proxy stays one."""
    document = _document(reply.body)
    if document is None:
        return reply
    code, message = document["code"], document["msg"]
    if code == SUCCESS:
        return Answer(SUCCESS, encoded(_told(document["data"])), code, message)
    word = ERRORS.get(code, "service_error")
    status = HTTP_STATUSES.get(code, code)
    return Answer(status, encoded({"code": word, "message": message, "data": None}), code, message)


def hooked(callback: dict[str, Any]) -> Document:
    """Translate a callback."""
    data, succeeded = callback["data"], callback["code"] == SUCCESS
    return _told(
        {
            "taskId": data["taskId"],
            "status": "SUCCESS" if succeeded else "FAILED",
            "errorMessage": None if succeeded else callback["msg"],
            "response": {"data": data["data"]},
        }
    )


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and {"code", "msg", "data"} <= document.keys() else None


def _told(data: Any) -> Document:
    """Wrap what a call is answered with: the bare id of a new task, or the record in the gateway's words."""
    if isinstance(data, dict):
        data = data["taskId"] if "status" not in data else _record(data)
    return {"code": "success", "message": "", "data": data}


def _record(data: dict[str, Any]) -> Document:
    items = (data.get("response") or {}).get("data")
    return {
        "task_id": data["taskId"],
        "action": "LYRICS",
        "status": STATUSES.get(data["status"], "FAILURE"),
        "fail_reason": data.get("errorMessage") or "",
        "data": items,
    }
