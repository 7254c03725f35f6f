"""What holds for the options of every command."""

import pytest

from lyricscli.cli import app
from lyricscli.cli.options import CLASHES

COMMANDS = {
    (entry.name, *name): command
    for entry in app.COMMANDS
    for loaded in [app.load(entry.name)]
    for name, command in (
        [((one,), sub) for one, sub in getattr(loaded, "commands", {}).items()] or [((), loaded)]
    )
}


def typed(command, word):
    """Return how a word of the table is typed for a command; None where it has no such option."""
    name, _, value = word.partition(" ")
    for param in command.params:
        if name in param.opts:
            return [name] if param.is_flag else [name, value or {"--tunnel": "none"}.get(name, "1")]
        if name == param.metavar:
            return ["1"]
    return None


PAIRS = [
    pytest.param(path, first, other, id=f"{' '.join(path)} {first} {other}")
    for path, command in COMMANDS.items()
    for first, *others in CLASHES
    for other in others
    if typed(command, first) and typed(command, other)
]


@pytest.mark.parametrize(("path", "first", "other"), PAIRS)
def test_what_contradicts_itself_is_refused_whichever_command_has_it(cli, path, first, other):
    command = COMMANDS[path]
    needed = ["1" for one in command.params if one.required and one.metavar not in {first, other}]
    told = cli(*path, *typed(command, first), *typed(command, other), *needed)
    assert (told.code, told.out, f"{first} and {other} were both given" in told.err) == (2, "", True)


def test_every_row_of_the_table_is_one_of_a_command():
    assert {first for first, *_ in CLASHES} == {one.values[1] for one in PAIRS}


@pytest.mark.parametrize(
    ("words", "both"),
    [
        (["show", "abc:1", "--variant", "2"], "abc:1 and --variant 2"),
        (["pick", "abc:1", "2"], "abc:1 and 2"),
    ],
)
def test_two_names_of_a_text_are_refused_unless_they_are_the_same(cli, song, words, both):
    song()
    told = cli(*words)
    assert (told.code, f"{both} were both given" in told.err) == (2, True)
    assert cli(*words[:-1], "1").code == 0
