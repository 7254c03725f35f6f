"""A callback receiver in Flask: keeps each task's lyrics in a file named after the hash of its id."""

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path

from flask import Flask, jsonify, request

FOLDER = Path(os.environ["LYRICS_FOLDER"])
KEY = os.environ.get("WEBHOOK_KEY", "")
app = Flask(__name__)


def is_signed(task_id):
    timestamp = request.headers.get("X-Webhook-Timestamp", "")
    digest = hmac.new(KEY.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    given = request.headers.get("X-Webhook-Signature", "")
    return hmac.compare_digest(base64.b64encode(digest).decode(), given)


@app.post("/callback")
def callback():
    body = request.get_json()
    data = body.get("data") or {}
    task_id = data.get("taskId") or data.get("task_id")
    if not task_id:
        return jsonify(error="no task id"), 400
    if KEY and not is_signed(task_id):
        return jsonify(error="not signed"), 401
    file = FOLDER / f"{hashlib.sha256(task_id.encode()).hexdigest()}.json"
    variants = data["data"] if body["code"] == 200 else []
    # The same task may come again, and an error must not take away the lyrics that are there.
    if variants or not file.exists():
        kept = {"taskId": task_id, "code": body["code"], "msg": body["msg"], "variants": variants}
        file.write_text(json.dumps(kept))
    return jsonify(status="received")


app.run("127.0.0.1", int(os.environ["PORT"]))
