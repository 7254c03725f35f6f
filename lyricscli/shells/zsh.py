"""The completion script for zsh: a function a command, each a call of zsh's own `_arguments`."""

import re
from collections.abc import Iterator

from lyricscli.shells.tree import Command, Kind, Option, Value

HEAD = """\
#compdef lyrics
# Completion of lyrics for zsh, 5.0 or newer. Written by `python -m lyricscli.shells`: change it there.
# To use it, put this into ~/.zshrc, after compinit: source <(lyrics completion zsh)
# or keep it as a file `_lyrics` in a directory of $fpath.

"""

TAIL = r"""
# Offers the newest tasks first, each with its title; zsh quotes an id as it needs.
_lyrics_tasks() {
    local id title expl
    local -a ids=(last) shown=('last  the newest task')
    while IFS=$'\t' read -r id title; do
        ids+=("$id")
        shown+=("${${:-$id  $title}[1,COLUMNS-1]}")
    done < <(command lyrics --complete-tasks "${(Q)PREFIX}" 2>/dev/null)
    _wanted -V tasks expl task compadd -l -d shown -a ids
}

if [[ ${funcstack[1]} == _lyrics ]]; then
    _lyrics "$@"
else
    compdef _lyrics lyrics
fi
"""

ACTIONS = {Kind.TASK: "task:_lyrics_tasks", Kind.FILE: "file:_files", Kind.TEXT: "text:()"}


def script(root: Command) -> str:
    """Write the script for the tree."""
    return HEAD + "\n".join(line for command in root.walk() for line in _function(command)) + "\n" + TAIL


def _function(command: Command) -> Iterator[str]:
    yield f"{_name(command)}() {{"
    if command.commands:
        yield "    local context curcontext=$curcontext state state_descr line"
        yield "    typeset -A opt_args"
    yield "    _arguments -C -s -S \\" if command.commands else "    _arguments -s -S \\"
    specs = [spec for option in command.options for spec in _option(option)]
    yield from (f"        {_quoted(spec)} \\" for spec in specs)
    if command.commands:
        yield "        ': :->command' '*:: :->arguments'"
        yield from _dispatch(command)
    else:
        yield "        " + " ".join(_quoted(spec) for spec in _arguments(command))
    yield "}"
    yield ""


def _dispatch(command: Command) -> Iterator[str]:
    yield "    case $state in"
    yield "        command)"
    yield "            local -a commands=("
    for sub in command.commands:
        yield f"                {_quoted(f'{sub.name}:{_without_colons(sub.help)}')}"
    yield "            )"
    yield "            _describe -V -t commands command commands"
    yield "            ;;"
    yield "        arguments)"
    yield "            case $line[1] in"
    for sub in command.commands:
        yield f"                {sub.name}) {_name(sub)} ;;"
    yield "            esac"
    yield "            ;;"
    yield "    esac"


def _option(option: Option) -> Iterator[str]:
    """Yield one spec a name; the names exclude one another unless the option may be repeated."""
    others = "*" if option.repeats else f"({' '.join(option.names)})"
    text = re.sub(r"[\[\]\\]", r"\\\g<0>", option.help)
    for name in option.names:
        equals = "=" if option.value is not None and name.startswith("--") else ""
        yield f"{others}{name}{equals}[{text}]" + (f":{_action(option.value)}" if option.value else "")


def _arguments(command: Command) -> Iterator[str]:
    for number, value in enumerate(command.arguments, 1):
        many = command.repeats and number == len(command.arguments)
        yield f"{'*' if many else number}:{_action(value)}"


def _action(value: Value) -> str:
    return f"value:({' '.join(value.words)})" if value.words else ACTIONS[value.kind]


def _name(command: Command) -> str:
    return "_".join(["_lyrics", *command.path])


def _without_colons(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
