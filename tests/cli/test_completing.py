"""Completion: right in the hands of the shells themselves, and nothing that acts on anything."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer._completion_shared import get_completion_script

from lyricscli.cli import completing
from lyricscli.cli.commands.completion import FILES, Shell, directory
from lyricscli.models import DeliveredBy, Outcome, Settlement, Submission, TaskStatus, Variant, VariantStatus
from lyricscli.store.library import Library

ROOT = Path(__file__).parents[2]
EVIL = "touch pwned"
TASKS = {
    "aaa111": 'Don\'t "quote"',
    "aab222": "Second Sight",
    "5c79**c0": f"\\$({EVIL}) `{EVIL}` ; {EVIL}",
    "f00d": "\x1b[31mRed\x07\u202e %F{red} \\e[1m\tafter a tab\nafter: a line",
    f"$({EVIL})": "an id that is a command",
    f"a;{EVIL}": "an id that ends a command",
    "-rf": "an id that is an option",
    "a b": "an id with a blank",
    "ünï": "an id that is not ASCII",
}
OFFERED = ["f00d", "5c79**c0", "aab222", "aaa111"]
"""The ids that a shell may offer, newest first."""

CASES = {
    "lyrics sh": ["show"],
    "lyrics auth ": ["login", "status", "logout"],
    "lyrics auth login k": ["kie"],
    "lyrics generate --provider sa": ["sandbox"],
    "lyrics generate --via ": ["auto", "callback", "poll"],
    "lyrics generate --via p": ["poll"],
    "lyrics generate --no-wait --ti": ["--timeout", "--title-only"],
    "lyrics config set timeo": ["timeout"],
    "lyrics config set via ": ["auto", "callback", "poll"],
    "lyrics show aa": ["aab222", "aaa111"],
    "lyrics show ": ["last", *OFFERED],
    "lyrics wait last aab": ["aab222"],
    "lyrics show --variant 2 aab": ["aab222"],
    "lyrics show --json -- aab": ["aab222"],
    "lyrics show aab222:": ["aab222:1"],
    "lyrics trigger hos": ["hostile"],
    "lyrics completion z": ["zsh"],
    "lyrics generate --via=": ["--via=auto", "--via=callback", "--via=poll"],
    "lyrics generate --via=p": ["--via=poll"],
    "lyrics generate --again=aab": ["--again=aab222"],
}


def add(library, task_id, title):
    """Keep a task with one variant, or, without an id, one that is only begun."""
    task = library.begin(Submission("sunoapi", "http://127.0.0.1", "a prompt", "a prompt"))
    if task_id is not None:
        row = library.accept(task, task_id).row
        variant = Variant(1, title, VariantStatus.COMPLETE, "la la")
        library.settle(Settlement(row, Outcome(TaskStatus.COMPLETE, (variant,)), DeliveredBy.POLL))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Make a home with that library, and return it."""
    monkeypatch.setenv("LYRICS_HOME", str(tmp_path / "lyrics"))
    with Library(tmp_path / "lyrics" / "library.db") as library:
        for task_id, title in TASKS.items():
            add(library, task_id, title)
    return tmp_path


def test_the_newest_come_first_and_only_ids_and_titles_that_are_harmless_in_a_shell(home):
    found = dict(completing.tasks(""))
    assert list(found) == ["last", *OFFERED]
    assert found["f00d"] == "31mRed F red e 1m after a tab after a line"
    assert found["aaa111"] == "Don\u2019t \u201dquote\u201d"
    assert found["5c79**c0"] == "touch pwned touch pwned touch pwned"


@pytest.mark.parametrize(
    ("start", "ids"),
    [("aa", ["aab222", "aaa111"]), ("5c79*", ["5c79**c0"]), ("zz", []), ("%", []), ("\udcff", []), ("'", [])],
)
def test_a_beginning_chooses(home, start, ids):
    assert [name for name, _ in completing.tasks(start)] == ids


def test_a_task_without_an_id_goes_by_its_row_and_a_long_title_is_cut(home):
    with Library(home / "lyrics" / "library.db") as library:
        add(library, None, "")
        add(library, "long", "x" * 5000)
        for number in range(completing.MOST + 1):
            add(library, f"b{number}", "")
    name = f"local-{len(TASKS) + 1}"
    assert completing.tasks(name) == [(name, "a prompt")]
    assert completing.tasks("long") == [("long", "x" * (completing.LONGEST_TITLE - 1) + "…")]
    assert [name for name, _ in completing.tasks("b")] == [f"b{n}" for n in range(completing.MOST, 0, -1)]


@pytest.mark.parametrize("content", [None, b"", b"no database" * 99])
def test_without_a_usable_library_nothing_is_offered_and_nothing_is_made(tmp_path, monkeypatch, content):
    path = tmp_path / "a?b#c%20" / "library.db"
    path.parent.mkdir()
    monkeypatch.setenv("LYRICS_HOME", str(path.parent))
    if content is not None:
        path.write_bytes(content)
    assert completing.tasks("x") == []
    assert list(path.parent.iterdir()) == ([path] if content is not None else [])


@pytest.mark.parametrize("line", ["auth login ", "generate --provider ", "config set provider "])
def test_where_the_settings_cannot_be_read_nothing_is_offered_and_nothing_said(lyrics, line):
    home = lyrics.home / "lyrics"
    home.mkdir()
    (home / "config.toml").write_text("via = = 3")
    asking = {completing.VARIABLE: "complete_zsh", "_TYPER_COMPLETE_ARGS": f"lyrics {line}"}
    done = lyrics(**asking)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"_files\n", b"")


def test_a_library_is_read_beside_a_writer_and_left_without_a_trace(home):
    directory = home / "lyrics"
    with Library(directory / "library.db") as library:
        add(library, "fresh", "New")
        assert completing.tasks("fr") == [("fresh", "New")]
    assert completing.tasks("fr") == [("fresh", "New")]
    assert [path.name for path in directory.iterdir()] == ["library.db"]


@pytest.mark.parametrize("shell", [Shell.ZSH, Shell.POWERSHELL])
def test_two_scripts_are_typers_own(shell):
    """PowerShell itself is not at hand here: this is what is known of it."""
    assert {path.name for path in directory().iterdir()} == set(FILES.values())
    script = get_completion_script(prog_name="lyrics", complete_var=completing.VARIABLE, shell=shell)
    assert (directory() / FILES[shell]).read_text(encoding="utf-8") == script + "\n"


@pytest.fixture
def environ(home):
    """Return the environment of a shell that finds `lyrics`; what a hostile name did would show."""
    if os.name != "posix":
        pytest.skip("the shells of POSIX systems")
    program = home / "bin" / "lyrics"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lyricscli "$@"\n')
    program.chmod(0o755)
    (home / "prompt.txt").touch()
    yield {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "LYRICS_HOME": str(home / "lyrics"),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
    assert not (home / "pwned").exists()


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed here")


def said(words, environ):
    done = subprocess.run(
        words, env=environ, cwd=environ["HOME"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


BASH = r"""
set -u
source "$1"; shift
for line; do
    COMP_LINE=$line COMP_POINT=${#line}
    _lyrics_completion lyrics
    printf '<%s>' "${COMPREPLY[@]-}"; echo
done
"""


@needs("bash")
def test_bash_offers_quoted_words_under_nounset_and_what_follows_a_colon(environ):
    more = {"lyrics show '5c": ["5c79**c0"], "lyrics generate a": []}
    script = directory() / FILES[Shell.BASH]
    answers = said(["bash", "--norc", "-c", BASH, "bash", script, *CASES, *more], environ).splitlines()
    expected = [
        [re.sub(r"^(aab222:|--\w+=)", "", word.replace("*", r"\*")) for word in words]
        for words in CASES.values()
    ]
    expected += [[word.replace("*", r"\*") for word in words] for words in more.values()]
    assert [re.findall("<([^>]+)>", line) for line in answers] == expected


@needs("bash")
def test_bash_inserts_at_the_press_of_tab(environ):
    pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals here")
    terminal = pexpect.spawn(
        "bash", ["--norc", "-i"], env=environ, cwd=environ["HOME"], encoding="utf-8", timeout=30
    )
    terminal.sendline(f"PS1='> '; source {directory() / FILES[Shell.BASH]}; echo RE''ADY")
    terminal.expect("READY\r\n")
    for typed, there in {
        "show 5": r"5c79\*\*c0 ",
        "show aab222:": "aab222:1 ",
        "generate -o prom": "prompt.txt ",
    }.items():
        terminal.send(f"lyrics {typed}\t")
        terminal.expect_exact(there)
        terminal.sendcontrol("u")
    terminal.close()


@needs("fish")
def test_fish_offers_words_with_their_meaning_and_files_where_nothing_else_fits(environ):
    cases = {**CASES, "lyrics generate -o prom": ["prompt.txt"], "lyrics generate a": []}
    questions = "".join(f"echo '<<'; complete -C '{case}';" for case in cases)
    script = f"source {directory() / FILES[Shell.FISH]}; {questions}"
    answers = said(["fish", "--no-config", "-c", script], environ).split("<<")[1:]
    found = [[line.split("\t")[0] for line in part.strip("\n").splitlines()] for part in answers]
    # fish finds a text anywhere in a candidate; that the right ones are there is what counts.
    assert [sorted(words) for words in found] == [sorted(words) for words in cases.values()]
    assert "aab222\tSecond Sight" in answers[list(cases).index("lyrics show aa")]


class Zsh:
    """An interactive zsh whose ^O prints the line as it stands, and empties it."""

    SETUP = (
        "setopt nounset; PS1='%% '; autoload -Uz compinit; compinit -D -u; LISTMAX=0;"
        " bindkey '^I' complete-word;"
        " show() { print -r -- \"<<$BUFFER>>\"; BUFFER= }; zle -N show; bindkey '^O' show;"
    )

    def __init__(self, environ) -> None:
        pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals here")
        self._terminal = pexpect.spawn(
            "zsh",
            ["-f", "-i"],
            env=environ,
            cwd=environ["HOME"],
            encoding="utf-8",
            timeout=30,
            dimensions=(200, 100),
        )
        self._terminal.sendline(f"{self.SETUP} source {directory() / FILES[Shell.ZSH]}; echo RE''ADY")
        self._terminal.expect("READY\r\n")

    def tab(self, line):
        """Return the line after a Tab, and what was listed below it."""
        self._terminal.send(line + "\t\x0f")
        self._terminal.expect(r"<<(.*)>>")
        return self._terminal.match[1], self._terminal.before

    def close(self):
        """End the shell."""
        self._terminal.close()


@needs("zsh")
def test_zsh_offers_words_with_their_meaning_under_nounset(environ):
    zsh = Zsh(environ)
    for case, words in CASES.items():
        line, listed = zsh.tab(case)
        if len(words) == 1:
            assert line.rstrip() == f"{case.rpartition(' ')[0]} {words[0]}".replace("*", r"\*")
        else:
            assert all(word in listed for word in words), (case, listed)
    assert zsh.tab("lyrics show 5c")[0] == r"lyrics show 5c79\*\*c0 "
    assert "touch pwned touch pwned touch pwned" in zsh.tab("lyrics show ")[1]
    zsh.close()
