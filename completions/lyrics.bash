# Completion of lyrics for bash, 3.2 or newer. Written by `python -m lyricscli.shells`: change it there.
# To use it, put this into ~/.bashrc: source <(lyrics completion bash)

# Sets commands, options and arguments to what the command $1 has.
_lyrics_command() {
    commands= options= arguments=
    case $1 in
        '')
            commands='generate show wait list batch pick edit diff check export auth config credits doctor completion listen trigger sandbox'
            options='--version --help'
            ;;
        'generate')
            options='--file --edit --style --theme --mood --language --structure --again --provider --base-url --via --tunnel --ngrok-domain --callback-url --listen --timeout --poll-interval --no-wait --min-credits --check --verify --reuse --no-reuse --variant --title-only --json --plain -o --output -q --quiet --notify --help'
            arguments='@text'
            ;;
        'show')
            options='--refresh --provider --base-url --variant --numbers --meter --title-only --json --plain -o --output -q --quiet --help'
            arguments='@task'
            ;;
        'wait')
            options='--timeout --poll-interval --json --plain -q --quiet --notify --help'
            arguments='@task...'
            ;;
        'list')
            options='--status --pending --provider --style --since --picked --tag --song --group --limit --json --plain --export --force --import --delete --yes -y --help'
            arguments='@text'
            ;;
        'batch')
            options='--format -o --output --provider --base-url --via --tunnel --ngrok-domain --callback-url --listen --timeout --poll-interval --verify --rate --concurrency --max-credits --fail-fast --skip-invalid --retry-failed --name -q --quiet --notify --help'
            arguments='@text'
            ;;
        'pick')
            options='--note --rate --approve --reject --tag --untag --json -q --quiet --help'
            arguments='@task @text'
            ;;
        'edit')
            options='--with --timeout --title --json -q --quiet --help'
            arguments='@task'
            ;;
        'diff')
            options='--exit-code --json --plain --help'
            arguments='@task @task'
            ;;
        'check')
            options='--language --against --allow --deny --fail-on --json --plain -q --quiet --help'
            arguments='@task'
            ;;
        'export')
            options='--format -f -o --output --force -q --quiet --help'
            arguments='@task'
            ;;
        'auth')
            commands='login status logout'
            options='--help'
            ;;
        'auth login')
            options='--no-check --base-url --install-agent --help'
            arguments='sunoapi|kie|ngrok|webhook'
            ;;
        'auth status')
            options='--json --help'
            ;;
        'auth logout')
            options='--help'
            arguments='sunoapi|kie|ngrok|webhook'
            ;;
        'config')
            commands='list get set unset path edit'
            options='--help'
            ;;
        'config list')
            options='--json --help'
            ;;
        'config get')
            options='--json --help'
            arguments='provider|base_url|via|tunnel|ngrok_domain|ngrok_path|tunnel_timeout|timeout|poll_interval|sandbox_latency|sandbox_seed'
            ;;
        'config set')
            options='--help'
            arguments='provider|base_url|via|tunnel|ngrok_domain|ngrok_path|tunnel_timeout|timeout|poll_interval|sandbox_latency|sandbox_seed @text'
            ;;
        'config unset')
            options='--help'
            arguments='provider|base_url|via|tunnel|ngrok_domain|ngrok_path|tunnel_timeout|timeout|poll_interval|sandbox_latency|sandbox_seed'
            ;;
        'config path')
            options='--help'
            ;;
        'config edit')
            options='--help'
            ;;
        'credits')
            options='--provider --base-url --json --help'
            ;;
        'doctor')
            options='--offline --install-agent --json --help'
            ;;
        'completion')
            options='--help'
            arguments='bash|zsh|fish|powershell'
            ;;
        'listen')
            options='--forward-to --print --tunnel --ngrok-domain --callback-url --listen --max --timeout --dialect --replay --json --help'
            ;;
        'trigger')
            options='--to --dialect --set --body --task --sign --sign-env --repeat --timeout --drip --json --list --help'
            arguments='complete|partial|failed|sensitive|create-failed|one-variant|twelve-variants|blank-variant|hostile|400|401|413|429|451|500|408|501|531|lyrics-data|snake-case|numbers-as-strings|extra-fields|submit-400|submit-401|submit-402|submit-404|submit-405|submit-408|submit-413|submit-422|submit-429|submit-430|submit-455|submit-500|submit-501|submit-505|submit-520|submit-522|busy|submit-502|submit-524|submit-null|submit-empty|hang|hang-up|early|odd-id|pending|unknown-word|callback-exception|record-null|record-500|record-502|response-string|never|late|duplicate|slow|huge|wrong-id|malformed|null-data|empty|html|error-after-success|success-after-error'
            ;;
        'sandbox')
            options='--port --latency --seed --scenario --key --credits --dialect --no-limits --json --list --help'
            ;;
    esac
}

# Sets value to what follows the option $2 of the command $1; to nothing for a flag.
_lyrics_value() {
    value=
    case "$1 $2" in
        'generate --file') value='@file' ;;
        'generate --style') value='@text' ;;
        'generate --theme') value='@text' ;;
        'generate --mood') value='@text' ;;
        'generate --language') value='@text' ;;
        'generate --structure') value='@text' ;;
        'generate --again') value='@task' ;;
        'generate --provider') value='sunoapi|kie|sandbox' ;;
        'generate --base-url') value='@text' ;;
        'generate --via') value='auto|callback|poll' ;;
        'generate --tunnel') value='auto|ngrok|none' ;;
        'generate --ngrok-domain') value='@text' ;;
        'generate --callback-url') value='@text' ;;
        'generate --listen') value='@text' ;;
        'generate --timeout') value='@text' ;;
        'generate --poll-interval') value='@text' ;;
        'generate --min-credits') value='@text' ;;
        'generate --variant') value='@text' ;;
        'generate -o' | 'generate --output') value='@file' ;;
        'show --provider') value='sunoapi|kie|sandbox' ;;
        'show --base-url') value='@text' ;;
        'show --variant') value='@text' ;;
        'show -o' | 'show --output') value='@file' ;;
        'wait --timeout') value='@text' ;;
        'wait --poll-interval') value='@text' ;;
        'list --status') value='submitting|pending|complete|partial|failed|unknown' ;;
        'list --provider') value='sunoapi|kie|sandbox' ;;
        'list --style') value='@text' ;;
        'list --since') value='@text' ;;
        'list --tag') value='@text' ;;
        'list --song') value='@task' ;;
        'list --limit') value='@text' ;;
        'list --export') value='@file' ;;
        'list --import') value='@file' ;;
        'list --delete') value='@task' ;;
        'batch --format') value='@text' ;;
        'batch -o' | 'batch --output') value='@file' ;;
        'batch --provider') value='sunoapi|kie|sandbox' ;;
        'batch --base-url') value='@text' ;;
        'batch --via') value='auto|callback|poll' ;;
        'batch --tunnel') value='auto|ngrok|none' ;;
        'batch --ngrok-domain') value='@text' ;;
        'batch --callback-url') value='@text' ;;
        'batch --listen') value='@text' ;;
        'batch --timeout') value='@text' ;;
        'batch --poll-interval') value='@text' ;;
        'batch --rate') value='@text' ;;
        'batch --concurrency') value='@text' ;;
        'batch --max-credits') value='@text' ;;
        'batch --name') value='@text' ;;
        'pick --note') value='@text' ;;
        'pick --rate') value='@text' ;;
        'pick --tag') value='@text' ;;
        'pick --untag') value='@text' ;;
        'edit --with') value='@text' ;;
        'edit --timeout') value='@text' ;;
        'edit --title') value='@text' ;;
        'check --language') value='@text' ;;
        'check --against') value='@file' ;;
        'check --allow') value='@text' ;;
        'check --deny') value='@text' ;;
        'check --fail-on') value='@text' ;;
        'export --format' | 'export -f') value='txt|md|json|chordpro|suno|release' ;;
        'export -o' | 'export --output') value='@file' ;;
        'auth login --base-url') value='@text' ;;
        'credits --provider') value='sunoapi|kie|sandbox' ;;
        'credits --base-url') value='@text' ;;
        'listen --forward-to') value='@text' ;;
        'listen --print') value='summary|body|json' ;;
        'listen --tunnel') value='auto|ngrok|none' ;;
        'listen --ngrok-domain') value='@text' ;;
        'listen --callback-url') value='@text' ;;
        'listen --listen') value='@text' ;;
        'listen --max') value='@text' ;;
        'listen --timeout') value='@text' ;;
        'listen --dialect') value='sunoapi|kie|kie-jobs' ;;
        'listen --replay') value='@text' ;;
        'trigger --to') value='@text' ;;
        'trigger --dialect') value='sunoapi|kie' ;;
        'trigger --set') value='@text' ;;
        'trigger --body') value='@file' ;;
        'trigger --task') value='@task' ;;
        'trigger --sign') value='@text' ;;
        'trigger --sign-env') value='@text' ;;
        'trigger --repeat') value='@text' ;;
        'trigger --timeout') value='@text' ;;
        'trigger --drip') value='@text' ;;
        'sandbox --port') value='@text' ;;
        'sandbox --latency') value='@text' ;;
        'sandbox --seed') value='@text' ;;
        'sandbox --scenario') value='complete|partial|failed|sensitive|create-failed|one-variant|twelve-variants|blank-variant|hostile|400|401|413|429|451|500|408|501|531|lyrics-data|snake-case|numbers-as-strings|extra-fields|submit-400|submit-401|submit-402|submit-404|submit-405|submit-408|submit-413|submit-422|submit-429|submit-430|submit-455|submit-500|submit-501|submit-505|submit-520|submit-522|busy|submit-502|submit-524|submit-null|submit-empty|hang|hang-up|early|odd-id|pending|unknown-word|callback-exception|record-null|record-500|record-502|response-string|never|late|duplicate|slow|huge|wrong-id|malformed|null-data|empty|html|error-after-success|success-after-error' ;;
        'sandbox --key') value='@text' ;;
        'sandbox --credits') value='@text' ;;
        'sandbox --dialect') value='sunoapi|kie' ;;
    esac
}

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
