"""The man page: current, right for its readers, and as complete as the help."""

import re
import shutil
import subprocess

import pytest

from lyricscli.errors import ExitCode
from lyricscli.manual.page import FILE, manual


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed here")


def test_the_page_is_current():
    assert FILE.read_text(encoding="utf-8") == manual(), "run `python -m lyricscli.manual`"


@needs("groff")
def test_groff_finds_nothing_to_warn_of():
    done = subprocess.run(
        ["groff", "-ww", "-z", "-man", "-Tutf8", "-Kutf8", FILE], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


@needs("mandoc")
def test_mandoc_misses_only_the_date():
    done = subprocess.run(
        ["mandoc", "-Tlint", "-W", "warning", FILE], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


@needs("groff")
def test_a_reader_finds_every_command_option_and_exit_code(commands):
    shown = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-P-cbou", "-rLL=500n", FILE],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for path, command in commands.items():
        if path:
            assert re.search(rf"^ +lyrics {' '.join(path)}\b", shown, re.MULTILINE), path
        for param in command.params:
            assert all(name in shown for name in param.opts if name.startswith("--"))
    for code in ExitCode:
        assert re.search(
            rf"^ +{code.value} +.*{re.escape(code.meaning.replace('`', ''))}", shown, re.MULTILINE
        )
