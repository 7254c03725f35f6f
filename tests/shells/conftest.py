"""A library with friendly and hostile tasks, and a `lyrics` on PATH that the shells find."""

import os
import sys
from pathlib import Path

import pytest

from lyricscli.models import DeliveredBy, Outcome, Submission, TaskStatus, Variant, VariantStatus
from lyricscli.settlement import Settlement
from lyricscli.store.library import Library

EVIL = "touch pwned"
TASKS = {
    "aaa111": "First Light",
    "aab222": "Second Sight",
    "5c79**c0": f"$({EVIL}) `{EVIL}` ; {EVIL}",
    "f00d": "\x1b[31mRed\x07\u202e %F{red} \\e[1m\tafter a tab\nafter a line",
    f"$({EVIL})": "an id that is a command",
    f"a;{EVIL}": "an id that ends a command",
    "-rf": "an id that is an option",
    "a b": "an id with a blank",
    "ünï": "an id that is not ASCII",
}
OFFERED = ["f00d", "5c79**c0", "aab222", "aaa111"]
"""The ids that a shell may offer, newest first."""


def add(library, task_id, title):
    """Keep a task with one variant, or, without an id, one that is only begun."""
    row = library.begin(Submission("sunoapi", "http://127.0.0.1", "a prompt", "a prompt")).row
    if task_id is not None:
        library.accept(row, task_id)
        variant = Variant(1, title, VariantStatus.COMPLETE, "la la")
        library.settle(Settlement(row, Outcome(TaskStatus.COMPLETE, (variant,)), DeliveredBy.POLL))


@pytest.fixture
def home(tmp_path):
    """Make a home with that library, and return it."""
    with Library(tmp_path / "lyrics" / "library.db") as library:
        for task_id, title in TASKS.items():
            add(library, task_id, title)
    return tmp_path


@pytest.fixture
def shell_environment(home):
    """Return the environment of a shell that has `lyrics` on its PATH."""
    if os.name != "posix":
        pytest.skip("the shells of POSIX systems")
    program = home / "bin" / "lyrics"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lyricscli "$@"\n')
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(home),
        "LYRICS_HOME": str(home / "lyrics"),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
