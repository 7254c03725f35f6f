"""What one would write in a quarter of an hour: 64 threads that submit, ask until it is done, and keep it.

Usage: simple_client.py URL PROMPTS OUTPUT
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

URL, PROMPTS, OUTPUT = sys.argv[1:]
HEADERS = {"Authorization": "Bearer made-up", "Content-Type": "application/json"}


def call(path, content=None):
    body = None if content is None else json.dumps(content).encode()
    with urlopen(Request(URL + path, data=body, headers=HEADERS)) as answer:
        return json.load(answer)["data"]


def generate(prompt):
    order = {"prompt": prompt, "callBackUrl": "https://polled-instead.invalid/"}
    task_id = call("/api/v1/lyrics", order)["taskId"]
    while (record := call(f"/api/v1/lyrics/record-info?taskId={task_id}"))["status"] == "PENDING":
        time.sleep(3)
    return record


with Path(OUTPUT).open("w", encoding="utf-8") as file, ThreadPoolExecutor(64) as pool:
    records = pool.map(generate, Path(PROMPTS).read_text(encoding="utf-8").splitlines())
    file.writelines(json.dumps(record) + "\n" for record in records)
