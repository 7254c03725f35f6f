"""The completion scripts: current, and right in the hands of the shells themselves."""

import re
import shutil
import subprocess

import pytest

from lyricscli.cli.commands.completion import FILES, Shell, directory
from lyricscli.shells.__main__ import DIRECTORY, scripts
from lyricscli.shells.tree import Command, Option, Value, read_tree
from tests.shells.conftest import OFFERED

CASES = {
    "lyrics sh": ["show"],
    "lyrics auth ": ["login", "status", "logout"],
    "lyrics auth login k": ["kie"],
    "lyrics generate --via ": ["auto", "callback", "poll"],
    "lyrics generate --via p": ["poll"],
    "lyrics generate --no-wait --ti": ["--timeout", "--title-only"],
    "lyrics config set timeo": ["timeout"],
    "lyrics config set via ": [],
    "lyrics generate a": [],
    "lyrics show aa": ["aab222", "aaa111"],
    "lyrics show ": ["last", *OFFERED],
    "lyrics show last ": [],
    "lyrics wait last aab": ["aab222"],
    "lyrics show --variant 2 aab": ["aab222"],
    "lyrics show --json -- aab": ["aab222"],
    "lyrics generate -o prom": ["prompt.txt"],
    "lyrics completion z": ["zsh"],
}


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed here")


@pytest.mark.parametrize("name", FILES.values())
def test_the_scripts_are_current(name):
    written = (DIRECTORY / name).read_text(encoding="utf-8")
    assert written == scripts()[name], "run `python -m lyricscli.shells`"


def test_the_command_prints_the_script():
    assert directory() == DIRECTORY
    assert {path.name for path in DIRECTORY.iterdir()} == set(FILES.values())


def test_the_tree_has_every_command_and_says_what_it_takes():
    tree = {" ".join(command.path): command for command in read_tree().walk()}
    assert tree["generate"].options[0] == Option(("--file",), "Read the prompt from a file.", Value("@file"))
    assert (tree["wait"].repeats, tree["wait"].arguments) == (True, (Value("@task"),))
    assert all(command.help for path, command in tree.items() if path)


@pytest.fixture
def place(home, shell_environment):
    """Return the directory that the shells run in; what a hostile name does would show there."""
    (home / "prompt.txt").touch()
    yield home
    assert not (home / "pwned").exists()


def lines(command, script, environment, place):
    done = subprocess.run(
        [*command, script],
        env=environment,
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


MENU_COMPLETION = 37
"""COMP_TYPE of bash where a candidate is put in as it is."""

BASH_DRIVER = r"""
source "$1"
while read -r -a COMP_WORDS; do
    [[ ${COMP_WORDS[-1]} == . ]] && COMP_WORDS[-1]=
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=$2
    _lyrics lyrics
    printf '<%s>' "${COMPREPLY[@]}"
    echo
done
"""


def bash(environment, place, completion_type, *cases):
    """Return what the function gives for each line; a final blank is written as `.`, which `read` keeps."""
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH_DRIVER, "bash", DIRECTORY / FILES[Shell.BASH], str(completion_type)],
        input="".join(re.sub(r" $", " .", case) + "\n" for case in cases).replace("*", r"\*"),
        env={**environment, "COLUMNS": "40"},
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [re.findall("<([^>]+)>", line) for line in done.stdout.splitlines()]


@needs("bash")
def test_bash_completes_everything(place, shell_environment):
    expected = [[word.replace("*", r"\*") for word in words] for words in CASES.values()]
    assert bash(shell_environment, place, MENU_COMPLETION, *CASES) == expected
    split = [
        "lyrics generate --via = p",
        "lyrics generate --via = ",
        "lyrics show aab : 1",
        "lyrics show '5c",
    ]
    assert bash(shell_environment, place, MENU_COMPLETION, *split) == [
        ["poll"],
        ["auto", "callback", "poll"],
        [],
        [r"5c79\*\*c0"],
    ]


@needs("bash")
def test_bash_shows_titles_beside_several_ids_within_the_window(place, shell_environment):
    shown, single = bash(shell_environment, place, 63, "lyrics show ", "lyrics show aab")
    assert single == ["aab222"]
    assert shown[1] == r"f00d  [31mRed %F{red} \e[1m after a tab after a line"[:39]
    assert shown[2] == r"5c79\*\*c0  $(touch pwned) `touch pwned` ; touch pwned"[:39]


@needs("bash")
def test_bash_inserts_at_the_press_of_tab(place, shell_environment):
    pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals here")
    terminal = pexpect.spawn(
        "bash", ["--norc", "-i"], env=shell_environment, cwd=str(place), encoding="utf-8", timeout=30
    )
    terminal.sendline(f"PS1='> '; source {DIRECTORY / FILES[Shell.BASH]}; echo RE''ADY")
    terminal.expect("READY\r\n")
    terminal.send("lyrics show 5\t")
    terminal.expect_exact(r"lyrics show 5c79\*\*c0 ")
    terminal.sendcontrol("u")
    terminal.send("lyrics show a\t\t\t")
    terminal.expect_exact("aab222  Second Sight")
    terminal.close()


@needs("fish")
def test_fish_completes_everything(place, shell_environment):
    questions = "".join(f"echo '<<'; complete -C '{case}';" for case in [*CASES, "lyrics generate --via=p"])
    script = f"source {DIRECTORY / FILES[Shell.FISH]}; {questions}"
    said = "\n".join(lines(["fish", "--no-config", "-c"], script, shell_environment, place)).split("<<")[1:]
    answers = [[line.split("\t")[0] for line in part.strip("\n").splitlines()] for part in said]
    # fish finds a text anywhere in a candidate, and sorts files by itself; the beginning is what counts here.
    assert [sorted(words) for words in answers] == [
        sorted(words) for words in [*CASES.values(), ["--via=poll"]]
    ]
    titles = dict(line.split("\t") for line in said[list(CASES).index("lyrics show ")].strip().splitlines())
    assert titles["aaa111"] == "First Light"
    assert titles["5c79**c0"] == "$(touch pwned) `touch pwned` ; touch pwned"


class Zsh:
    """An interactive zsh whose ^O prints the line as it stands, and empties it."""

    SETUP = (
        "PS1='%% '; autoload -Uz compinit; compinit -D -u; LISTMAX=0; bindkey '^I' complete-word;"
        " show() { print -r -- \"<<$BUFFER>>\"; BUFFER= }; zle -N show; bindkey '^O' show;"
    )

    def __init__(self, environment, place) -> None:
        pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals here")
        self._terminal = pexpect.spawn(
            "zsh",
            ["-f", "-i"],
            env=environment,
            cwd=str(place),
            encoding="utf-8",
            timeout=30,
            dimensions=(200, 100),
        )
        self._terminal.sendline(f"{self.SETUP} source {DIRECTORY / FILES[Shell.ZSH]}; echo RE''ADY")
        self._terminal.expect("READY\r\n")

    def tab(self, line):
        """Return the line after a Tab, and what was listed below it."""
        self._terminal.send(line + "\t\x0f")
        self._terminal.expect(r"<<(.*)>>")
        listed = self._terminal.before.split("\r\n")
        return self._terminal.match[1], [text.strip() for text in listed if text.strip()]

    def close(self):
        """End the shell."""
        self._terminal.close()


@needs("zsh")
def test_zsh_completes_everything(place, shell_environment):
    zsh = Zsh(shell_environment, place)
    for case, words in CASES.items():
        line, listed = zsh.tab(case)
        start = case.rpartition(" ")[0]
        if len(words) == 1:
            assert line.rstrip(" =") == f"{start} {words[0]}".replace("*", r"\*")
        else:
            # Where only options can follow, zsh puts in what they share.
            assert line in ({case} if words else {case, f"{case}-"})
            text = "\n".join(listed)
            assert all(word in text for word in words), (case, listed)
    assert zsh.tab("lyrics show 5c")[0] == r"lyrics show 5c79\*\*c0 "
    _, listed = zsh.tab("lyrics show ")
    rows = [line for line in listed if re.match(r"(last|f00d|5c79|aa)", line)]
    assert [row.split()[0] for row in rows] == ["last", *OFFERED]
    assert rows[1].endswith(r"[31mRed %F{red} \e[1m after a tab after a line")
    assert rows[-1].endswith("First Light")
    zsh.close()


def test_powershell_has_a_table_of_every_command_and_balanced_brackets():
    """PowerShell itself is not at hand here: this holds only what can be read."""
    text = (DIRECTORY / FILES[Shell.POWERSHELL]).read_text(encoding="utf-8")
    here_strings = re.findall(r"\$table\['([^']*)'\] = @'\n(.*?)\n'@\n", text, re.DOTALL)
    assert [path for path, _ in here_strings] == [" ".join(command.path) for command in read_tree().walk()]
    assert all(row.count("\t") == 3 for _, rows in here_strings for row in rows.splitlines())
    engine = re.sub(r"@'\n.*?\n'@|'[^'\n]*'|#.*", "", text, flags=re.DOTALL)
    assert all(engine.count(left) == engine.count(right) for left, right in ("()", "{}", "[]"))


def test_help_texts_with_every_quote_stay_texts(shell_environment, place):
    """What a help text may hold one day, no shell runs."""
    from lyricscli.shells import bash, fish, zsh

    text = 'it\'s `touch pwned` $(touch pwned) [a:b] \\ "x" %'
    option = Option(("--odd",), text, Value())
    tree = Command((), "", (option,), commands=(Command(("one",), text, (option,)),))
    for shell, writer, extra in (("bash", bash, ""), ("fish", fish, "; __lyrics_table ''"), ("zsh", zsh, "")):
        if shutil.which(shell):
            script = place / "script"
            script.write_text(writer.script(tree))
            flags = {"fish": ["--no-config"], "zsh": ["-f"], "bash": ["--norc"]}[shell]
            prelude = "compdef() { : }; " if shell == "zsh" else ""
            said = lines([shell, *flags, "-c"], f"{prelude}source {script}{extra}", shell_environment, place)
            assert shell != "fish" or text in said[0]
