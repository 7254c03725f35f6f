"""The ledger is consistent at any instant: hundreds of lives, each ended by SIGKILL at a random moment."""

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from lyricscli.store.library import Library

KILLER = Path(__file__).parent / "killer.py"
LIVES = 300
AT_ONCE = 2
"""Processes that kill, on one library."""
SEED = 20261122

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="lives are forks")


def test_killed_at_any_moment_no_task_is_lost_and_none_is_paid_twice(lyrics, start_service, record):
    service = start_service("--latency", "0.1s", "--no-limits")
    killers = [
        subprocess.Popen(
            [sys.executable, KILLER, service.url, str(LIVES // AT_ONCE), str(SEED + number)],
            env=lyrics.environment(),
            stdout=subprocess.PIPE,
        )
        for number in range(AT_ONCE)
    ]
    prompts = [prompt for killer in killers for prompt in json.loads(killer.communicate(timeout=300)[0])]
    with Library(lyrics.home / "lyrics" / "library.db") as library:
        before = {task.prompt: task for task in library.newest()}
    accepted = Counter(prompt_of(service, task_id) for task_id in accepted_ids(service))

    _, waited = record(
        f"SIGKILL at {LIVES} random moments", lambda: lyrics("wait", "--poll-interval", "0.2s", "-q")
    )
    with Library(lyrics.home / "lyrics" / "library.db") as library:
        after = {task.prompt: task for task in library.newest()}

    assert set(accepted.values()) == {1}, "nothing is submitted twice"
    assert set(accepted) <= set(before), "a row is there before the service is asked"
    assert set(before) <= set(prompts)
    for prompt, task in before.items():
        expected = "complete" if task.task_id is not None else "unknown"
        assert after[prompt].status == expected, prompt
    unknown = [task for task in after.values() if task.status == "unknown"]
    assert waited.returncode == (8 if unknown else 0)
    assert waited.stderr.count(b"not sent again") == len(unknown)
    # The moments were spread over the whole life.
    stages = Counter(task.status for task in before.values())
    assert stages["submitting"] > 0, stages
    assert stages["pending"] > LIVES / 20, stages
    assert stages["complete"] > 0, stages
    assert len(before) < len(prompts), "some died before they had a row"


def test_three_that_reuse_a_prompt_at_once_pay_once_however_they_are_killed(lyrics, start_service, record):
    service = start_service("--latency", "0.1s", "--no-limits")
    lives = int(os.environ.get("KILL_LIVES", LIVES // 2))
    subprocess.run(
        [sys.executable, KILLER, service.url, str(lives), str(SEED), "3"],
        env=lyrics.environment(),
        capture_output=True,
        timeout=600,
        check=True,
    )
    accepted = Counter(prompt_of(service, task_id) for task_id in accepted_ids(service))
    record(f"three with --reuse, {lives} lives", lambda: lyrics("wait", "--poll-interval", "0.2s", "-q"))
    with Library(lyrics.home / "lyrics" / "library.db") as library:
        after = list(library.newest())
    assert set(accepted.values()) == {1}, "a prompt is paid once"
    rows = Counter(task.prompt for task in after)
    assert set(rows.values()) == {1}, "three at once begin one task"
    assert set(accepted) <= set(rows), "a row is there before the service is asked"
    assert {task.status for task in after if task.task_id is not None} == {"complete"}
    assert {task.status for task in after if task.task_id is None} <= {"unknown"}


def accepted_ids(service):
    return [e["task_id"] for e in service.submissions() if e["task_id"] is not None]


def prompt_of(service, task_id):
    url = f"{service.url}/api/v1/lyrics/record-info?taskId={task_id}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(json.load(answer)["data"]["param"])["prompt"]
