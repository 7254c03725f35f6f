"""Colours mean the same in every command: not under NO_COLOR, always under FORCE_COLOR, none in a pipe."""

import pytest

STYLED = "\x1b["
COMMANDS = {
    "show": ("show", "last"),
    "list": ("list",),
    "wait": ("wait", "last"),
    "generate": ("generate", "the sea", "--reuse", "-q"),
    "diff": ("diff", "last:1", "last:2"),
    "check": ("check", "last", "--deny", "the"),
    "doctor": ("doctor", "--offline"),
    "help": ("help", "exit-codes"),
}


@pytest.fixture
def one_task(cli):
    cli("generate", "the sea", "-q", LYRICS_SANDBOX_LATENCY="0")
    return cli


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_pipe_gets_colours_where_they_are_forced_and_nowhere_else(one_task, command):
    bare = one_task(*command).out
    assert STYLED not in bare
    forced = one_task(*command, FORCE_COLOR="1", TERM="dumb").out
    assert STYLED in forced
    assert forced.count("\n") == bare.count("\n")
    assert STYLED not in one_task(*command, FORCE_COLOR="1", NO_COLOR="1").out
    assert STYLED not in one_task(*command, FORCE_COLOR="").out
    assert STYLED in one_task(*command, FORCE_COLOR="1", NO_COLOR="").out


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_setting_for_plain_text_comes_before_colours(one_task, command):
    assert STYLED not in one_task(*command, FORCE_COLOR="1", LYRICS_PLAIN="true").out


@pytest.mark.parametrize("name", ["show", "list", "wait", "diff", "check"])
def test_json_is_never_coloured(one_task, name):
    assert STYLED not in one_task(*COMMANDS[name], "--json", FORCE_COLOR="1").out
