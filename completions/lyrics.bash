# Completion of lyrics for bash, 3.2 or newer: source <(lyrics completion bash)
#
# Typer's engine answers with a candidate and its meaning a line. Its own script for bash would expand an answer
# such as 5c79**c0 as a file pattern, and would break TASK:N at the colon.
_lyrics_completion() {
    local line=${COMP_LINE:0:$COMP_POINT} answer word start=""
    local current=${line##*[[:space:]]}
    # bash replaces what stands behind the last colon or equals sign only.
    case $current in *[:=]*) start=${current%"${current##*[:=]}"} ;; esac
    COMPREPLY=()
    while IFS= read -r answer; do
        word=${answer%%$'\t'*}
        [ -n "$word" ] || continue
        word=${word#"$start"}
        printf -v word %q "$word"
        COMPREPLY+=("$word")
    done < <(
        _LYRICS_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args _TYPER_COMPLETE_ARGS=$line \
            "$1" 2>/dev/null
    )
}

complete -o default -o nosort -F _lyrics_completion lyrics 2>/dev/null ||
    complete -o default -F _lyrics_completion lyrics
