# Completion of lyrics for fish, 3.1 or newer. Written by `python -m lyricscli.shells`: change it there.
# To use it: lyrics completion fish > ~/.config/fish/completions/lyrics.fish

# Prints what the command has, a row a line: kind, name, spec of the value, help.
function __lyrics_table --argument-names path
    set --local row '%s\t%s\t%s\t%s\n'
    switch "$path"
        case ''
            printf $row \
                'command' 'generate' '' 'Submit a prompt, wait, save and print the lyrics' \
                'command' 'show' '' 'Print a task\'s lyrics again' \
                'command' 'wait' '' 'Finish pending tasks' \
                'command' 'list' '' 'List and search the library' \
                'command' 'batch' '' 'Work through many prompts, and go on where it stopped' \
                'command' 'pick' '' 'Choose, rate, tag, approve or reject a text' \
                'command' 'edit' '' 'Make a new version in an editor or through a program' \
                'command' 'diff' '' 'Compare two texts' \
                'command' 'check' '' 'Check structure, words, language, length and likeness' \
                'command' 'export' '' 'Write a song as txt, md, json, chordpro, suno or release' \
                'command' 'auth' '' 'Store API keys and the ngrok token, or remove them' \
                'command' 'config' '' 'Show and change the settings' \
                'command' 'credits' '' 'Print the remaining credits' \
                'command' 'doctor' '' 'Find out what is wrong' \
                'command' 'completion' '' 'Print the completion script of a shell' \
                'command' 'listen' '' 'Open a public callback URL, show what arrives and forward it' \
                'command' 'trigger' '' 'Send a sample callback to any URL' \
                'command' 'sandbox' '' 'Run the API emulator on a port' \
                'option' '--version' '' 'Print the version.' \
                'option' '--help' '' 'Show how to use it.'
        case 'generate'
            printf $row \
                'option' '--file' '@file' 'Read the prompt from a file.' \
                'option' '--edit' '' 'Write the prompt in your editor.' \
                'option' '--style' '@text' 'Its style, such as “dark folk”; kept with the song.' \
                'option' '--theme' '@text' 'Its theme; kept with the song.' \
                'option' '--mood' '@text' 'Its mood; kept with the song.' \
                'option' '--language' '@text' 'Its language; kept with the song.' \
                'option' '--structure' '@text' 'Its parts, such as “verse, chorus, verse”; kept with the song.' \
                'option' '--again' '@task' 'Another take of a task\'s song: its prompt, style and so on, with what else is given here instead.' \
                'option' '--provider' 'sunoapi|kie|sandbox' 'Which service: sunoapi, kie, sandbox, your own.' \
                'option' '--base-url' '@text' 'The service\'s address, instead of its own.' \
                'option' '--via' 'auto|callback|poll' 'How the result is awaited.' \
                'option' '--tunnel' 'auto|ngrok|none' 'How the listener is exposed.' \
                'option' '--ngrok-domain' '@text' 'A reserved ngrok domain.' \
                'option' '--callback-url' '@text' 'A public URL of your own; needs --listen.' \
                'option' '--listen' '@text' 'HOST:PORT that --callback-url leads to.' \
                'option' '--timeout' '@text' 'How long to wait: 90s, 10m, 1h.' \
                'option' '--poll-interval' '@text' 'A fixed pause between polls.' \
                'option' '--no-wait' '' 'Print the task id and leave.' \
                'option' '--min-credits' '@text' 'Send nothing when fewer credits are left.' \
                'option' '--check' '' 'Check the lyrics too; findings go to stderr.' \
                'option' '--verify' '' 'Believe a callback only once the record agrees.' \
                'option' '--reuse' '' 'Answer an identical prompt from the library.' \
                'option' '--no-reuse' '' 'Answer an identical prompt from the library.' \
                'option' '--variant' '@text' 'Print only this variant.' \
                'option' '--title-only' '' 'Print only the titles.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--plain' '' 'Print plain text, also at a terminal.' \
                'option' '-o' '@file' 'Write the result to a file.' \
                'option' '--output' '@file' 'Write the result to a file.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--notify' '' 'Ring the bell when it is done.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@text' '' ''
        case 'show'
            printf $row \
                'option' '--refresh' '' 'Ask the service, not the library.' \
                'option' '--provider' 'sunoapi|kie|sandbox' 'Which service to ask.' \
                'option' '--base-url' '@text' 'The service\'s address, instead of its own.' \
                'option' '--variant' '@text' 'Print only this variant (2), or edited version (2.1).' \
                'option' '--numbers' '' 'Number the lines.' \
                'option' '--meter' '' 'Show syllables, and the rhyme scheme of each section.' \
                'option' '--title-only' '' 'Print only the titles.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--plain' '' 'Print plain text, also at a terminal.' \
                'option' '-o' '@file' 'Write the result to a file.' \
                'option' '--output' '@file' 'Write the result to a file.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task' '' ''
        case 'wait'
            printf $row \
                'option' '--timeout' '@text' 'How long to wait: 90s, 10m, 1h.' \
                'option' '--poll-interval' '@text' 'A fixed pause between polls.' \
                'option' '--json' '' 'Print one JSON document a task, one a line.' \
                'option' '--plain' '' 'Print plain text, also at a terminal.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--notify' '' 'Ring the bell when it is done.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task...' '' ''
        case 'list'
            printf $row \
                'option' '--status' 'submitting|pending|complete|partial|failed|unknown' 'Only tasks of this status; repeatable.' \
                'option' '--pending' '' 'Only tasks that are unfinished.' \
                'option' '--provider' 'sunoapi|kie|sandbox' 'Only tasks of this service.' \
                'option' '--style' '@text' 'Only songs whose style has this in it.' \
                'option' '--since' '@text' 'Only since then: 2026-11-22, 12h, 7d, 4w.' \
                'option' '--picked' '' 'Only songs with a picked text.' \
                'option' '--tag' '@text' 'Only songs with this tag; repeatable.' \
                'option' '--song' '@task' 'Only takes of this task\'s song.' \
                'option' '--group' '' 'Show each song once: its newest take.' \
                'option' '--limit' '@text' 'How many at most; 0 is all.' \
                'option' '--json' '' 'Print one JSON array of documents.' \
                'option' '--plain' '' 'Print plain text, also at a terminal.' \
                'option' '--export' '@file' 'Write all that is listed to a file, a JSON line each.' \
                'option' '--force' '' 'Let --export replace a file.' \
                'option' '--import' '@file' 'Take in such a file; `-` is standard input.' \
                'option' '--delete' '@task' 'Delete a task for good; repeatable.' \
                'option' '--yes' '' 'Delete without asking.' \
                'option' '-y' '' 'Delete without asking.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@text' '' ''
        case 'batch'
            printf $row \
                'option' '--format' '@text' 'txt, csv or jsonl; else by name.' \
                'option' '-o' '@file' 'Add the documents to a file of JSON lines.' \
                'option' '--output' '@file' 'Add the documents to a file of JSON lines.' \
                'option' '--provider' 'sunoapi|kie|sandbox' 'Which service: sunoapi, kie, sandbox, your own.' \
                'option' '--base-url' '@text' 'The service\'s address, instead of its own.' \
                'option' '--via' 'auto|callback|poll' 'How the result is awaited.' \
                'option' '--tunnel' 'auto|ngrok|none' 'How the listener is exposed.' \
                'option' '--ngrok-domain' '@text' 'A reserved ngrok domain.' \
                'option' '--callback-url' '@text' 'A public URL of your own; needs --listen.' \
                'option' '--listen' '@text' 'HOST:PORT that --callback-url leads to.' \
                'option' '--timeout' '@text' 'How long to wait for one task: 90s, 10m, 1h.' \
                'option' '--poll-interval' '@text' 'A fixed pause between polls of a task.' \
                'option' '--verify' '' 'Believe a callback only once the record agrees.' \
                'option' '--rate' '@text' 'New tasks in a time, like 20/10s, or none; else the provider\'s.' \
                'option' '--concurrency' '@text' 'Tasks in flight at once.' \
                'option' '--max-credits' '@text' 'Submit nothing that would cost more than this.' \
                'option' '--fail-fast' '' 'Submit no more once a task fails.' \
                'option' '--skip-invalid' '' 'Leave out lines that cannot be used.' \
                'option' '--retry-failed' '' 'Submit lines again whose task failed.' \
                'option' '--name' '@text' 'Set this batch apart: the same lines under another name are paid anew.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--notify' '' 'Ring the bell when it is done.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@text' '' ''
        case 'pick'
            printf $row \
                'option' '--note' '@text' 'What you think of the text; found by `lyrics list`.' \
                'option' '--rate' '@text' 'Stars for the text.' \
                'option' '--approve' '' 'A person approved the text.' \
                'option' '--reject' '' 'A person rejected the text; it is not picked.' \
                'option' '--tag' '@text' 'Tag the task; repeatable.' \
                'option' '--untag' '@text' 'Take a tag away; repeatable.' \
                'option' '--json' '' 'Print the review as one JSON document.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task' '' '' \
                'argument' '@text' '' ''
        case 'edit'
            printf $row \
                'option' '--with' '@text' 'Change it by a program: text on stdin, new text on stdout.' \
                'option' '--timeout' '@text' 'How long the program may take.' \
                'option' '--title' '@text' 'A new title; the text may stay as it is.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task' '' ''
        case 'diff'
            printf $row \
                'option' '--exit-code' '' 'Exit with 1 where they differ.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--plain' '' 'Print plain text, also at a terminal.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task' '' '' \
                'argument' '@task' '' ''
        case 'check'
            printf $row \
                'option' '--language' '@text' 'The language it should be in; else the one asked for.' \
                'option' '--against' '@file' 'A text to compare it with; repeatable.' \
                'option' '--allow' '@text' 'A word not to report; repeatable.' \
                'option' '--deny' '@text' 'A word or phrase to report; repeatable.' \
                'option' '--fail-on' '@text' 'Exit with 1 on these, commas between: strong, mild, or a check\'s name.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--plain' '' 'Print plain text, also at a terminal.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task' '' ''
        case 'export'
            printf $row \
                'option' '--format' 'txt|md|json|chordpro|suno|release' 'txt, md and chordpro name their origin; json keeps everything; suno is for custom mode; release has the sung words alone.' \
                'option' '-f' 'txt|md|json|chordpro|suno|release' 'txt, md and chordpro name their origin; json keeps everything; suno is for custom mode; release has the sung words alone.' \
                'option' '-o' '@file' 'A file, or a directory in which the title names it; else stdout.' \
                'option' '--output' '@file' 'A file, or a directory in which the title names it; else stdout.' \
                'option' '--force' '' 'Replace a file that is there.' \
                'option' '-q' '' 'Say nothing on stderr but errors.' \
                'option' '--quiet' '' 'Say nothing on stderr but errors.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' '@task' '' ''
        case 'auth'
            printf $row \
                'command' 'login' '' 'Store a key, after asking the service whether it is good.' \
                'command' 'status' '' 'Show where each key comes from, and never the key.' \
                'command' 'logout' '' 'Remove a stored key.' \
                'option' '--help' '' 'Show how to use it.'
        case 'auth login'
            printf $row \
                'option' '--no-check' '' 'Store the key without asking the service.' \
                'option' '--base-url' '@text' 'The service\'s address, instead of its own.' \
                'option' '--install-agent' '' 'With ngrok: download the agent if there is none.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'sunoapi|kie|ngrok|webhook' '' ''
        case 'auth status'
            printf $row \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--help' '' 'Show how to use it.'
        case 'auth logout'
            printf $row \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'sunoapi|kie|ngrok|webhook' '' ''
        case 'config'
            printf $row \
                'command' 'list' '' 'Show every setting, its value and where that comes from.' \
                'command' 'get' '' 'Print the value of a setting; nothing where it has none.' \
                'command' 'set' '' 'Write a setting into config.toml; everything else in the file stays as it is.' \
                'command' 'unset' '' 'Remove a setting from config.toml, so that its default holds again.' \
                'command' 'path' '' 'Print where config.toml is, or would be.' \
                'command' 'edit' '' 'Open config.toml in $VISUAL or $EDITOR, and check it afterwards.' \
                'option' '--help' '' 'Show how to use it.'
        case 'config list'
            printf $row \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--help' '' 'Show how to use it.'
        case 'config get'
            printf $row \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'provider|base_url|via|tunnel|ngrok_domain|ngrok_path|tunnel_timeout|timeout|poll_interval|sandbox_latency|sandbox_seed' '' ''
        case 'config set'
            printf $row \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'provider|base_url|via|tunnel|ngrok_domain|ngrok_path|tunnel_timeout|timeout|poll_interval|sandbox_latency|sandbox_seed' '' '' \
                'argument' '@text' '' ''
        case 'config unset'
            printf $row \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'provider|base_url|via|tunnel|ngrok_domain|ngrok_path|tunnel_timeout|timeout|poll_interval|sandbox_latency|sandbox_seed' '' ''
        case 'config path'
            printf $row \
                'option' '--help' '' 'Show how to use it.'
        case 'config edit'
            printf $row \
                'option' '--help' '' 'Show how to use it.'
        case 'credits'
            printf $row \
                'option' '--provider' 'sunoapi|kie|sandbox' 'Which service: sunoapi, kie, sandbox, your own.' \
                'option' '--base-url' '@text' 'The service\'s address, instead of its own.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--help' '' 'Show how to use it.'
        case 'doctor'
            printf $row \
                'option' '--offline' '' 'Examine nothing that needs a network.' \
                'option' '--install-agent' '' 'Download the ngrok agent first if there is none.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--help' '' 'Show how to use it.'
        case 'completion'
            printf $row \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'bash|zsh|fish|powershell' '' ''
        case 'listen'
            printf $row \
                'option' '--forward-to' '@text' 'Send each callback on.' \
                'option' '--print' 'summary|body|json' 'What is shown of each callback.' \
                'option' '--tunnel' 'auto|ngrok|none' 'none is the loopback URL; else ngrok.' \
                'option' '--ngrok-domain' '@text' 'A reserved ngrok domain.' \
                'option' '--callback-url' '@text' 'A public URL of your own; needs --listen.' \
                'option' '--listen' '@text' 'Where to listen.' \
                'option' '--max' '@text' 'Leave after that many.' \
                'option' '--timeout' '@text' 'Leave after that time: 90s, 10m, 1h.' \
                'option' '--dialect' 'sunoapi|kie|kie-jobs' 'Whose callbacks.' \
                'option' '--replay' '@text' 'Show, or forward, a recorded callback again; or `last`.' \
                'option' '--json' '' 'One JSON object an event, on stdout.' \
                'option' '--help' '' 'Show how to use it.'
        case 'trigger'
            printf $row \
                'option' '--to' '@text' 'The receiver.' \
                'option' '--dialect' 'sunoapi|kie' 'Whose callback it is; else sunoapi\'s.' \
                'option' '--set' '@text' 'As in data.data.0.title=Blue.' \
                'option' '--body' '@file' 'Send this JSON file instead.' \
                'option' '--task' '@task' 'Replay a task of the library.' \
                'option' '--sign' '@text' 'Sign with a webhook key; - reads it from stdin.' \
                'option' '--sign-env' '@text' 'Sign with the webhook key in this variable.' \
                'option' '--repeat' '@text' 'Send it that many times.' \
                'option' '--timeout' '@text' 'How long to wait for an answer.' \
                'option' '--drip' '@text' 'How long the body of `slow` takes.' \
                'option' '--json' '' 'Print one JSON document.' \
                'option' '--list' '' 'Show all scenarios, and leave.' \
                'option' '--help' '' 'Show how to use it.' \
                'argument' 'complete|partial|failed|sensitive|create-failed|one-variant|twelve-variants|blank-variant|hostile|400|401|413|429|451|500|408|501|531|lyrics-data|snake-case|numbers-as-strings|extra-fields|submit-400|submit-401|submit-402|submit-404|submit-405|submit-408|submit-413|submit-422|submit-429|submit-430|submit-455|submit-500|submit-501|submit-505|submit-520|submit-522|busy|submit-502|submit-524|submit-null|submit-empty|hang|hang-up|early|odd-id|pending|unknown-word|callback-exception|record-null|record-500|record-502|response-string|never|late|duplicate|slow|huge|wrong-id|malformed|null-data|empty|html|error-after-success|success-after-error' '' ''
        case 'sandbox'
            printf $row \
                'option' '--port' '@text' 'Port on 127.0.0.1; 0 takes a free one.' \
                'option' '--latency' '@text' 'Time from submission to result: 0.5s, or 0.' \
                'option' '--seed' '@text' 'Another seed, other lyrics.' \
                'option' '--scenario' 'complete|partial|failed|sensitive|create-failed|one-variant|twelve-variants|blank-variant|hostile|400|401|413|429|451|500|408|501|531|lyrics-data|snake-case|numbers-as-strings|extra-fields|submit-400|submit-401|submit-402|submit-404|submit-405|submit-408|submit-413|submit-422|submit-429|submit-430|submit-455|submit-500|submit-501|submit-505|submit-520|submit-522|busy|submit-502|submit-524|submit-null|submit-empty|hang|hang-up|early|odd-id|pending|unknown-word|callback-exception|record-null|record-500|record-502|response-string|never|late|duplicate|slow|huge|wrong-id|malformed|null-data|empty|html|error-after-success|success-after-error' 'What happens to every task; see --list.' \
                'option' '--key' '@text' 'The one key accepted (make one up); else any.' \
                'option' '--credits' '@text' 'Credits to begin with; else they never end.' \
                'option' '--dialect' 'sunoapi|kie' 'Which service to be.' \
                'option' '--no-limits' '' 'Throttle nobody.' \
                'option' '--json' '' 'One JSON object an event, on stdout.' \
                'option' '--list' '' 'Show all scenarios, and leave.' \
                'option' '--help' '' 'Show how to use it.'
    end
end

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
