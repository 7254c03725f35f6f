# Completion of lyrics for fish: lyrics completion fish | source
complete --command lyrics --no-files --keep-order --arguments "(_LYRICS_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) lyrics)"
complete --command lyrics --force-files --condition "not _LYRICS_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=is-args _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) lyrics"
