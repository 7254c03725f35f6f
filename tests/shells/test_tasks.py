"""The tasks a shell offers: the right ones, at once, and nothing that acts on anything."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from platformdirs.macos import MacOS

from lyricscli.config.settings import home as settings_home
from lyricscli.shells import tasks
from lyricscli.store.library import Library
from tests.shells.conftest import OFFERED, TASKS, add

ROOT = Path(__file__).parents[2]
ROUNDS = 12
SLOWEST = 1.5
"""How much longer than the bare interpreter with SQLite an answer may take."""


def found(home, start=""):
    return tasks.tasks(str(home / "lyrics" / "library.db"), start)


def test_the_newest_come_first_and_only_ids_that_are_harmless_on_a_command_line(home):
    assert list(found(home)) == OFFERED


def test_a_title_is_one_printable_line(home):
    assert found(home)["f00d"] == "[31mRed %F{red} \\e[1m after a tab after a line"
    assert all(title.isprintable() for title in found(home).values())


@pytest.mark.parametrize(
    ("start", "ids"),
    [("aa", ["aab222", "aaa111"]), ("5c79*", ["5c79**c0"]), ("zz", []), ("%", []), ("\udcff", []), ("'", [])],
)
def test_a_beginning_chooses(home, start, ids):
    assert list(found(home, start)) == ids


def test_a_task_without_an_id_goes_by_its_row_and_its_prompt(home):
    with Library(home / "lyrics" / "library.db") as library:
        add(library, None, "")
    name = f"local-{len(TASKS) + 1}"
    assert found(home, "lo") == found(home, name) == {name: "a prompt"}


def test_a_long_title_is_cut(home):
    with Library(home / "lyrics" / "library.db") as library:
        add(library, "long", "x" * 5000)
    assert found(home)["long"] == "x" * (tasks.LONGEST_TITLE - 1) + "…"


def test_many_tasks_are_cut_to_the_newest(home):
    with Library(home / "lyrics" / "library.db") as library:
        for number in range(tasks.MOST + 1):
            add(library, f"b{number}", "")
    assert list(found(home, "b")) == [f"b{number}" for number in range(tasks.MOST, 0, -1)]


@pytest.mark.parametrize("content", [None, b"", b"no database" * 99])
def test_without_a_usable_library_nothing_is_offered_and_nothing_is_made(tmp_path, content):
    path = tmp_path / "a?b#c%20" / "library.db"
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    assert tasks.tasks(str(path)) == {}
    assert list(path.parent.iterdir()) == ([path] if content is not None else [])


def test_a_library_is_read_beside_a_writer_and_left_without_a_trace(home):
    directory = home / "lyrics"
    assert len(found(home)) == len(OFFERED)
    assert [path.name for path in directory.iterdir()] == ["library.db"]
    with Library(directory / "library.db") as library:
        add(library, "fresh", "New")
        assert found(home)["fresh"] == "New"
    assert [path.name for path in directory.iterdir()] == ["library.db"]


def test_the_library_is_where_the_settings_say(monkeypatch, tmp_path):
    for variables in ({"LYRICS_HOME": str(tmp_path)}, {"LYRICS_HOME": "~/x"}, {}, {"XDG_DATA_HOME": "/data"}):
        with monkeypatch.context() as patch:
            for name in ("LYRICS_HOME", "XDG_DATA_HOME"):
                patch.delenv(name, raising=False)
            for name, value in variables.items():
                patch.setenv(name, value)
            assert tasks.library() == str(settings_home().library)


@pytest.mark.skipif(os.name != "posix", reason="paths as POSIX writes them")
def test_the_library_is_where_platformdirs_says_on_other_systems(monkeypatch):
    monkeypatch.delenv("LYRICS_HOME", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", "/users/me/local")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert tasks.library() == f"{MacOS('lyrics', appauthor=False).user_data_dir}/library.db"
    monkeypatch.setattr(sys, "platform", "win32")
    assert tasks.library() == "/users/me/local/lyrics/library.db"


def run(home, *command):
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "LYRICS_HOME": str(home / "lyrics")}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
    started = time.perf_counter()
    done = subprocess.run([sys.executable, *command], env=environ, capture_output=True, check=True)
    return done.stdout.decode(), time.perf_counter() - started


def test_the_command_prints_ids_and_titles_and_imports_sqlite_alone(home):
    show = "print(*sorted(sys.modules), sep='\\n', file=sys.stderr)"
    code = f"import sys; from lyricscli.__main__ import main; main(); {show}"
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "LYRICS_HOME": str(home / "lyrics")}
    ours, bare = (
        subprocess.run(
            [sys.executable, "-c", text, "--complete-tasks", "aa"],
            env=environ,
            capture_output=True,
            check=True,
        )
        for text in (code, f"import sys, sqlite3; {show}")
    )
    assert ours.stdout.decode() == "aab222\tSecond Sight\naaa111\tFirst Light\n"
    extra = set(ours.stderr.decode().split()) - set(bare.stderr.decode().split())
    assert {name for name in extra if name.partition(".")[0] != "lyricscli"} == set()
    assert "lyricscli.errors" not in extra


def test_an_answer_takes_hardly_longer_than_the_bare_interpreter_with_sqlite(home):
    start = "from lyricscli.__main__ import main; main()"
    run(home, "-c", start, "--complete-tasks")
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(run(home, "-c", "import sqlite3")[1])
        ours.append(run(home, "-c", start, "--complete-tasks")[1])
    ratio = min(min(ours) / min(bare), statistics.median(ours) / statistics.median(bare))
    assert ratio < SLOWEST, f"{min(bare) * 1000:.1f} ms bare, {min(ours) * 1000:.1f} ms ours"
