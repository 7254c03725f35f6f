"""What a room alone may do."""

import ast
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from lyricscli.api.providers import DIALECTS, PROVIDERS, DialectName
from lyricscli.cli.app import COMMANDS
from lyricscli.config.settings import KEY_VARIABLES, KEYS
from lyricscli.errors import Reason
from lyricscli.sandbox.wire import FLAVOURS

PACKAGE = Path(__file__).parent.parent / "lyricscli"
WRITERS = {PACKAGE / "__main__.py", PACKAGE / "terminal" / "streams.py"}
ASKED = {"isatty", "encoding", "fileno"}


def writes(tree):
    """Yield the lines that write to stdout or stderr, or hand one of them to what writes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Call):
            continue
        text = ast.unparse(node)
        if isinstance(node, ast.Attribute) and text.startswith(("sys.stdout.", "sys.stderr.")):
            if node.attr not in ASKED and text.count(".") == 2:
                yield node.lineno
        elif isinstance(node, ast.Call) and (
            text.startswith(("print(", "typer.echo(", "typer.secho("))
            or ("stderr=True" in text.split("Console(")[-1] and text.startswith("Console("))
        ):
            yield node.lineno


def test_stdout_and_stderr_are_written_in_one_place():
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if path not in WRITERS
        for line in writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_a_class_name_is_used_once():
    places = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(PACKAGE)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_the_folder_of_commands_holds_the_table_of_commands():
    files = {path.stem for path in (PACKAGE / "cli" / "commands").glob("*.py")} - {"__init__"}
    assert files == {command.name for command in COMMANDS}


def test_choices_are_an_enum_of_a_lower_room():
    named = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in (PACKAGE / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases))
        or (isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"))
        or (isinstance(node, ast.keyword) and node.arg == "click_type")
    ]
    assert named == []


def test_each_dialect_has_its_table_and_its_flavour():
    assert set(DIALECTS) == set(FLAVOURS) == set(DialectName)
    assert all(dialect.name is name for name, dialect in DIALECTS.items())


def test_no_dialect_or_reason_is_named_a_second_time():
    """Beside its own table; a provider may have the name of its dialect, and a setting that of a reason."""
    own = {
        PACKAGE / "api" / "providers.py",
        PACKAGE / "config" / "settings.py",
        PACKAGE / "errors.py",
    }
    names = {*DialectName, *Reason} - {*KEYS}
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.value}"
        for path in PACKAGE.rglob("*.py")
        if path not in own
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert found == []


def asks_a_database(tree):
    """Tell whether a module gives SQLite a statement, or holds one."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"execute", "executemany", "executescript"})
        or (isinstance(node, ast.Constant) and str(node.value).lstrip().startswith(STATEMENTS))
        for node in ast.walk(tree)
    )


STATEMENTS = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "PRAGMA ", "CREATE TABLE ")


def test_the_library_is_asked_in_its_room():
    """But by the doctor, and by completion for its speed; the sandbox has a file of its own."""
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if asks_a_database(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {name for name in found if not name.startswith("store/")} == {
        "sandbox/ledger.py",
        "jobs/doctor/machine.py",
        "cli/completing.py",
    }


def test_the_name_of_a_file_is_used_once_but_by_a_command_and_its_work():
    places = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        if path.name != "__init__.py":
            places[path.stem].add(path.parent.relative_to(PACKAGE))
    more = {name: where - {Path("cli/commands")} for name, where in places.items()}
    assert {name: where for name, where in more.items() if len(where) > 1} == {}


def test_settings_know_the_key_of_each_provider_without_loading_them():
    needed = {one.name: one.key_variable for one in PROVIDERS.values() if one.needs_key}
    assert needed == KEY_VARIABLES


FEW = 32
"""Files of ours of which one `generate` against a service outside runs a function, whichever way it takes."""

PROFILED = """
import inspect, os, sys, threading

ran = set()

def note(frame, event, _):
    # The bodies of modules and of classes are no functions: they define some.
    if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        ran.add(frame.f_code.co_filename)

def ending(code, end=os._exit):
    sys.setprofile(None)
    with open("ran", "w") as file:
        file.writelines(f"{name}\\n" for name in ran)
    end(code)

os._exit = ending
from lyricscli.__main__ import main
threading.setprofile(note)
sys.setprofile(note)
main()
"""


@pytest.fixture(scope="module")
def outside(lyrics_at, tmp_path_factory):
    """Give the address of a service in another process."""
    process = lyrics_at(tmp_path_factory.mktemp("service"), {}).start("sandbox", "--port", "0", "--json")
    yield json.loads(process.stdout.readline())["url"]
    process.terminate()
    process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("way", "options"), [("poll", ["--via", "poll"]), ("callback", ["--tunnel", "ngrok"])]
)
def test_one_generate_runs_few_files(lyrics, outside, standin, way, options):
    secrets = {"SUNO_API_KEY": "made-up", "NGROK_AUTHTOKEN": "2Made0Up4This1Test"}
    done = subprocess.run(
        [sys.executable, "-c", PROFILED, "generate", "a robot", "--base-url", outside, *options],
        env=lyrics.environment(LYRICS_NGROK_PATH=str(standin), **secrets),
        cwd=lyrics.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    (line,) = lyrics("library", "export").stdout.splitlines()
    assert json.loads(line)["delivered_by"] == way
    found = map(Path, (lyrics.home / "ran").read_text().splitlines())
    ran = sorted(path.relative_to(PACKAGE).as_posix() for path in found if PACKAGE in path.parents)
    assert len(ran) <= FEW, f"{len(ran)}: {', '.join(ran)}"
