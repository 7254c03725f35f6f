"""The completion script for fish: a table of the commands, and an engine that walks the line.

What is offered goes to fish as lines of a candidate and a description, which fish quotes and shows itself.
"""

from collections.abc import Iterator

from lyricscli.shells.tree import Command

HEAD = """\
# Completion of lyrics for fish, 3.1 or newer. Written by `python -m lyricscli.shells`: change it there.
# To use it: lyrics completion fish > ~/.config/fish/completions/lyrics.fish

"""

ENGINE = r"""
# Prints the rows of one kind that the command has, without the kind.
function __lyrics_rows --argument-names path kind
    __lyrics_table "$path" | string replace --filter --regex "^$kind\t" ''
end

# Prints the spec of what follows an option of the command; nothing for a flag.
function __lyrics_spec --argument-names path name
    __lyrics_rows "$path" option | while read --delimiter \t --local known spec text
        test "$known" = "$name"; and echo $spec
    end
end

# Prints what may stand for a spec, each with its description; $prefix goes before it.
function __lyrics_candidates --argument-names spec word prefix
    switch "$spec"
        case @task
            printf '%s\t%s\n' "$prefix"last 'the newest task'
            command --query lyrics; or return
            command lyrics --complete-tasks "$word" 2>/dev/null | string replace --regex '^' "$prefix"
        case @file
            test -z "$prefix"; and __fish_complete_path "$word"
        case @text ''
        case '*'
            printf '%s\n' "$prefix"(string split '|' -- "$spec")
    end
end

function __lyrics_complete
    set --local words (commandline --tokenize --current-process --cut-at-cursor)
    set --local word (commandline --current-token --cut-at-cursor)
    set --local path ''
    set --local spec ''
    set --local position 1
    set --local only_arguments no
    set --erase words[1]
    for token in $words
        if test -n "$spec"
            set spec ''
        else if test $only_arguments = no -a "$token" = --
            set only_arguments yes
        else if test $only_arguments = no; and string match --quiet -- '-?*' "$token"
            set spec (__lyrics_spec "$path" "$token")
        else if test -n "$(__lyrics_rows "$path" command)"
            set path (string trim -- "$path $token")
        else
            set position (math $position + 1)
        end
    end
    if test -n "$spec"
        __lyrics_candidates "$spec" "$word"
    else if test $only_arguments = no; and string match --quiet -- '--*=*' "$word"
        set --local parts (string split --max 1 = -- "$word")
        __lyrics_candidates (__lyrics_spec "$path" "$parts[1]") "$parts[2]" "$parts[1]="
    else if test $only_arguments = no; and string match --quiet -- '-*' "$word"
        __lyrics_rows "$path" option | string replace --regex '\t[^\t]*\t' '\t'
    else if test -n "$(__lyrics_rows "$path" command)"
        __lyrics_rows "$path" command | string replace --regex '\t[^\t]*\t' '\t'
    else
        set --local specs (__lyrics_rows "$path" argument | string replace --regex '\t.*' '')
        set spec $specs[$position]
        if test -z "$spec"; and string match --quiet -- '*...' "$specs[-1]"
            set spec $specs[-1]
        end
        __lyrics_candidates (string replace --regex '\.\.\.$' '' -- "$spec") "$word"
    end
end

complete --command lyrics --erase
complete --command lyrics --no-files --keep-order --arguments '(__lyrics_complete)'
"""


def script(root: Command) -> str:
    """Write the script for the tree."""
    return HEAD + "\n".join(_table(root)) + "\n" + ENGINE


def rows(command: Command) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a command has: the kind of thing, its name, the spec of its value, its help."""
    for sub in command.commands:
        yield "command", sub.name, "", sub.help
    for option in command.options:
        for name in option.names:
            yield "option", name, option.value.spec if option.value else "", option.help
    for number, value in enumerate(command.arguments, 1):
        many = command.repeats and number == len(command.arguments)
        yield "argument", value.spec + ("..." if many else ""), "", ""


def _table(root: Command) -> Iterator[str]:
    yield "# Prints what the command has, a row a line: kind, name, spec of the value, help."
    yield "function __lyrics_table --argument-names path"
    yield r"    set --local row '%s\t%s\t%s\t%s\n'"
    yield '    switch "$path"'
    for command in root.walk():
        yield f"        case {_quoted(' '.join(command.path))}"
        yield "            printf $row" + "".join(
            " \\\n                " + " ".join(_quoted(cell) for cell in row) for row in rows(command)
        )
    yield "    end"
    yield "end"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
