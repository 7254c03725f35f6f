"""The help of every command: its example works, and it fits the window."""

import re
import subprocess
import sys

import pytest

from lyricscli.cli import app as cli
from lyricscli.cli import help_page

NAMES = [
    *[(entry.name,) for entry in cli.COMMANDS],
    *[(entry.name, name) for entry in cli.COMMANDS for name in getattr(cli.load(entry.name), "commands", {})],
]
every_command = pytest.mark.parametrize("path", [(), *NAMES], ids=lambda path: " ".join(path) or "lyrics")


def page(commands, path):
    command = commands[path]
    name = " ".join(["lyrics", *path])
    with command.make_context(name, [], resilient_parsing=True) as context:
        return help_page.page_of(command, context)


@every_command
def test_there_is_an_example_and_the_program_understands_it(commands, parsed, path):
    examples = page(commands, path).examples
    assert examples
    for example in examples:
        line = re.sub(r"^source <\((.*)\)$|\s*[|<>].*$", r"\1", example)
        assert line.startswith(" ".join(["lyrics", *path]))
        parsed(line)


@every_command
@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_a_page_fits_the_window_and_only_an_example_may_be_longer(commands, path, columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    command = commands[path]
    with command.make_context(" ".join(["lyrics", *path]), [], resilient_parsing=True) as context:
        text = command.get_help(context)
    examples = page(commands, path).examples
    for line in text.splitlines():
        assert len(line) <= min(columns, 80) or line.strip() in examples, line
        assert line == line.rstrip()
        assert not re.search(r"<\w+>|\[default|\[OPTIONS\]|\.\.\.$", line), "Typer's own words are not ours"


@every_command
def test_every_option_and_argument_says_what_it_means(commands, path):
    for section in page(commands, path).sections:
        for row in section.rows:
            assert row.text, row.term


def test_every_command_is_under_one_of_the_four_panels(lyrics):
    shown = lyrics("--help").stdout.decode()
    places = [shown.index(f"\n{panel}:\n") for panel in cli.PANELS if f"\n{panel}:\n" in shown]
    assert places == sorted(places)
    for entry in cli.COMMANDS:
        assert re.search(rf"^  {entry.name} +{re.escape(entry.help)}$", shown, re.MULTILINE)


def test_the_help_imports_no_command_and_no_rich():
    probe = (
        "import sys; from lyricscli.__main__ import run; run(['--help']); "
        "heavy = ('rich', 'aiohttp', 'lyricscli.cli.commands.'); "
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_headings_are_bold_at_a_terminal_that_shows_it_and_nowhere_else(lyrics):
    pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")

    def shown(**environ):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "lyricscli", "wait", "--help"],
            env=lyrics.environment(**{"TERM": "xterm", **environ}),
            encoding="utf-8",
        )
        child.expect(pexpect.EOF)
        child.close()
        return child.before

    assert "\x1b[1mOptions:\x1b[0m" in shown()
    assert "\x1b" not in shown(NO_COLOR="1")
    assert "\x1b" not in shown(TERM="dumb")
    assert b"\x1b" not in lyrics("wait", "--help").stdout
    assert b"\x1b[1m" in lyrics("wait", "--help", FORCE_COLOR="1").stdout


def test_a_mistyped_command_is_told_the_nearest_one(lyrics):
    done = lyrics("genrate", "a song")
    assert done.returncode == 2
    assert b"did you mean `generate`?" in done.stderr
