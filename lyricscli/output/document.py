"""JSON output: one document a task, its fields the contract of every script."""

import json
from typing import Any

from lyricscli.models import Failure, Task, Variant
from lyricscli.output.safe import visible_json


def task_document(task: Task) -> dict[str, Any]:
    """Return a task as the public JSON object."""
    return {
        "task_id": task.task_id,
        "provider": task.provider,
        "status": task.status,
        "prompt": task.prompt,
        "metadata": task.metadata,
        "variants": [_variant(variant) for variant in task.variants],
        "error": failure_document(task.error),
        "delivered_by": task.delivered_by,
        "submitted_at": task.submitted_at,
        "completed_at": task.completed_at,
    }


def as_json(value: object, indent: int | None = 2) -> str:
    """Return a value as JSON text that no terminal acts on; `indent` None makes it one line."""
    return visible_json(json.dumps(value, ensure_ascii=False, indent=indent))


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "number": variant.number,
        "title": variant.title,
        "status": variant.status,
        "text": variant.text,
        "error": variant.error,
    }


def failure_document(failure: Failure | None) -> dict[str, Any] | None:
    """Return why something failed as the public JSON object."""
    if failure is None:
        return None
    return {"code": failure.code, "reason": failure.reason, "message": failure.message}
