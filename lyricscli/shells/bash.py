"""The completion script for bash: a table of the commands, and an engine that walks the line.

Ids and titles come from the service: they are read into variables and compared, never expanded as code, and
an id is quoted as bash itself would.
"""

from collections.abc import Iterator

from lyricscli.shells.tree import Command

HEAD = """\
# Completion of lyrics for bash, 3.2 or newer. Written by `python -m lyricscli.shells`: change it there.
# To use it, put this into ~/.bashrc: source <(lyrics completion bash)

"""

ENGINE = r"""
# Offers the candidates, of all after the first argument, that begin with it.
_lyrics_offer() {
    local word=$1 candidate
    shift
    for candidate; do
        [[ $candidate == "$word"* ]] && COMPREPLY+=("$candidate")
    done
}

_lyrics_files() {
    local file
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do
        COMPREPLY+=("$file")
    done < <(compgen -f -- "$1")
}

# Offers the ids of tasks; with their titles beside them where several are shown and none is put in.
_lyrics_tasks() {
    local id title shown room
    local -a ids=() entries=()
    compopt -o nosort 2>/dev/null
    [[ last == "$1"* ]] && ids+=(last) && entries+=('last  the newest task')
    while IFS=$'\t' read -r id title; do
        printf -v shown %q "$id"
        room=$((${COLUMNS:-80} - ${#shown} - 3))
        ids+=("$shown")
        entries+=("$shown  ${title:0:$((room > 0 ? room : 0))}")
    done < <(command lyrics --complete-tasks "$1" 2>/dev/null)
    case ${#ids[@]}:${COMP_TYPE:-0} in
        0:*) ;;
        1:*) COMPREPLY=("${ids[@]}") ;;
        *:9 | *:33 | *:63 | *:64) COMPREPLY=("${entries[@]}") ;;
        *) COMPREPLY=("${ids[@]}") ;;
    esac
}

_lyrics() {
    local IFS=$' \t\n'
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local path= spec= token commands options arguments value index position=0 only_arguments=
    COMPREPLY=()
    # bash splits a word at `:`; behind that of TASK:N there is nothing to offer.
    [[ $word == : || $before == : ]] && return
    for ((index = 1; index < COMP_CWORD; index++)); do
        token=${COMP_WORDS[index]}
        if [[ -n $spec ]]; then
            [[ $token == '=' ]] || spec=
        elif [[ -z $only_arguments && $token == -- ]]; then
            only_arguments=yes
        elif [[ -z $only_arguments && $token == -?* ]]; then
            _lyrics_value "$path" "$token"
            spec=$value
        elif [[ $token == : ]]; then
            ((index++))
        else
            _lyrics_command "$path"
            if [[ -n $commands ]]; then
                path=${path:+$path }$token
            else
                ((position++))
            fi
        fi
    done
    [[ $word == '=' ]] && word=
    word=${word//[\"\'\\]/}
    _lyrics_command "$path"
    if [[ -z $spec && -z $only_arguments && $word == -* ]]; then
        _lyrics_offer "$word" $options
        return
    elif [[ -z $spec && -n $commands ]]; then
        _lyrics_offer "$word" $commands
        return
    elif [[ -z $spec ]]; then
        local -a specs=($arguments)
        spec=${specs[position]}
        [[ -z $spec && $arguments == *... ]] && spec=${arguments##* }
        spec=${spec%...}
    fi
    case $spec in
        @task) _lyrics_tasks "$word" ;;
        @file) _lyrics_files "$word" ;;
        @text | '') ;;
        *) _lyrics_offer "$word" ${spec//|/ } ;;
    esac
}

complete -F _lyrics lyrics
"""


def script(root: Command) -> str:
    """Write the script for the tree."""
    return HEAD + "\n".join([*_commands(root), "", *_values(root)]) + "\n" + ENGINE


def _commands(root: Command) -> Iterator[str]:
    yield "# Sets commands, options and arguments to what the command $1 has."
    yield "_lyrics_command() {"
    yield "    commands= options= arguments="
    yield "    case $1 in"
    for command in root.walk():
        yield f"        '{' '.join(command.path)}')"
        if command.commands:
            yield f"            commands='{' '.join(sub.name for sub in command.commands)}'"
        yield f"            options='{' '.join(name for option in command.options for name in option.names)}'"
        if command.arguments:
            specs = " ".join(value.spec for value in command.arguments)
            yield f"            arguments='{specs}{'...' if command.repeats else ''}'"
        yield "            ;;"
    yield "    esac"
    yield "}"


def _values(root: Command) -> Iterator[str]:
    yield "# Sets value to what follows the option $2 of the command $1; to nothing for a flag."
    yield "_lyrics_value() {"
    yield "    value="
    yield '    case "$1 $2" in'
    for command in root.walk():
        for option in command.options:
            if option.value is not None:
                names = (f"'{' '.join([*command.path, name])}'" for name in option.names)
                yield f"        {' | '.join(names)}) value='{option.value.spec}' ;;"
    yield "    esac"
    yield "}"
