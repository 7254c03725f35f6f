"""The help of every command: its example works, everything is explained, and it suits the window."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lyricscli.cli import app as cli

NAMES = [
    *[(entry.name,) for entry in cli.COMMANDS],
    *[(entry.name, name) for entry in cli.COMMANDS for name in getattr(cli.load(entry.name), "commands", {})],
]
every_command = pytest.mark.parametrize("path", [(), *NAMES], ids=lambda path: " ".join(path) or "lyrics")


def page(commands, path):
    """Return the help of a command, as `--help` prints it."""
    command = commands[path]
    with command.make_context(" ".join(["lyrics", *path]), [], resilient_parsing=True) as context:
        return command.get_help(context)


@every_command
def test_there_is_an_example_and_the_program_understands_it(commands, parsed, path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    examples = re.findall(r"^ *(?:Example: )?((?:source <\()?lyrics .*)$", page(commands, path), re.MULTILINE)
    assert examples
    for example in examples:
        line = re.sub(r"^source <\((.*)\)$|\s+[|<>].*$", r"\1", example)
        assert line.startswith(" ".join(["lyrics", *path]))
        parsed(line)


@every_command
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_page_fits_the_window_and_breaks_no_option_or_word(commands, path, columns, monkeypatch):
    """An example is broken as a shell takes it, so that it can be copied."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = page(commands, path)
    for line in shown.splitlines():
        assert len(line) <= columns, line
        assert not re.search(r"(\w|--)-$", line), line
    monkeypatch.setenv("COLUMNS", "1000")
    whole = re.search("Example: .*", page(commands, path))[0]
    assert whole.split() in [
        found.split() for found in re.findall("Example: .*", re.sub(r" \\\n +", " ", shown))
    ]


@every_command
def test_every_option_and_argument_says_what_it_means(commands, path):
    for param in commands[path].params:
        assert param.help, param.name


def test_every_command_is_under_one_of_the_four_panels(lyrics):
    shown = lyrics("-h").stdout.decode()
    places = [shown.index(f"\n{panel}:\n") for panel in cli.PANELS]
    assert places == sorted(places)
    for entry in cli.COMMANDS:
        assert re.search(rf"^  {entry.name} +{re.escape(entry.help)}$", shown, re.MULTILINE)
    assert shown == lyrics("help").stdout.decode().partition("\nTopics")[0]
    assert lyrics("help", "auth", "login").stdout == lyrics("auth", "login", "--help").stdout


def test_the_table_of_commands_is_the_folder_of_commands():
    from lyricscli.cli import commands

    files = [file.stem for file in Path(commands.__file__).parent.glob("*.py")]
    assert sorted(name for name in files if name != "__init__") == sorted(one.name for one in cli.COMMANDS)


def test_the_help_imports_no_command_and_no_rich():
    probe = (
        "import sys; from lyricscli.__main__ import run; run(['--help']); "
        "heavy = ('rich', 'aiohttp', 'lyricscli.cli.commands.'); "
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_page_on_a_topic_is_rendered_at_a_terminal_and_plain_markdown_in_a_pipe(lyrics):
    pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")
    assert lyrics("help", "exit-codes").stdout.startswith(b"# Exit codes\n\n| code | meaning |")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "lyricscli", "help", "exit-codes"],
        env=lyrics.environment(TERM="xterm", PAGER="cat"),
        encoding="utf-8",
        dimensions=(50, 80),
    )
    child.expect(pexpect.EOF)
    child.close()
    assert "Exit codes" in child.before
    assert "| code |" not in child.before
    assert "<!--" not in child.before


@pytest.mark.parametrize("words", [["genrate", "a song"], ["help", "nothing"]])
def test_what_is_no_command_is_told_with_what_there_is(lyrics, words):
    done = lyrics(*words)
    assert done.returncode == 2
    assert b"did you mean `generate`?" in done.stderr or b"the topics are" in done.stderr
