"""The completion script for PowerShell: the table and the engine of fish's script, in its words."""

from collections.abc import Iterator

from lyricscli.shells.fish import rows
from lyricscli.shells.tree import Command

HEAD = """\
# Completion of lyrics for PowerShell, 5.1 or newer. Written by `python -m lyricscli.shells`: change it there.
# To use it, put this into $PROFILE: lyrics completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName lyrics -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # What each command has, a row a line: kind, name, spec of the value, help; tabs between.
    $table = @{}
"""

ENGINE = r"""
    function Get-Row($path, $kind) {
        if (-not $table.ContainsKey($path)) { return }
        foreach ($line in $table[$path] -split "`r?`n") {
            $cells = $line -split "`t"
            if ($cells[0] -ceq $kind) { , $cells }
        }
    }

    # The tooltip may not be empty, and a word with a wildcard must be quoted.
    function New-Result($text, $help, $prefix) {
        $tip = if ($help) { $help } else { $text }
        $inserted = if ($text.Contains('*')) { "$prefix'$text'" } else { "$prefix$text" }
        [System.Management.Automation.CompletionResult]::new($inserted, $text, 'ParameterValue', $tip)
    }

    function Get-Candidate($spec, $word, $prefix) {
        if ($spec -ceq '@task') {
            $lines = @("last`tthe newest task") + @(& lyrics --complete-tasks $word 2>$null)
            foreach ($line in $lines) {
                $id, $title = $line -split "`t", 2
                if ($id.StartsWith($word)) { New-Result $id $title $prefix }
            }
        } elseif ($spec -ceq '@file') {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)
        } elseif ($spec -and $spec -cne '@text') {
            $spec -split '\|' | Where-Object { $_.StartsWith($word) } |
                ForEach-Object { New-Result $_ '' $prefix }
        }
    }

    $path = ''
    $spec = ''
    $position = 0
    $onlyArguments = $false
    $before = $commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text }
    foreach ($token in $before) {
        if ($spec) {
            $spec = ''
        } elseif (-not $onlyArguments -and $token -ceq '--') {
            $onlyArguments = $true
        } elseif (-not $onlyArguments -and $token.Length -gt 1 -and $token.StartsWith('-')) {
            $spec = Get-Row $path 'option' | Where-Object { $_[1] -ceq $token } | ForEach-Object { $_[2] }
        } elseif (Get-Row $path 'command') {
            $path = "$path $token".Trim()
        } else {
            $position++
        }
    }

    $word = $wordToComplete.Trim('''"'.ToCharArray())
    if ($spec) {
        Get-Candidate $spec $word ''
    } elseif (-not $onlyArguments -and $word -match '^(--[^=]+)=(.*)$') {
        $name, $rest = $Matches[1], $Matches[2]
        $spec = Get-Row $path 'option' | Where-Object { $_[1] -ceq $name } | ForEach-Object { $_[2] }
        Get-Candidate $spec $rest "$name="
    } elseif (-not $onlyArguments -and $word.StartsWith('-')) {
        Get-Row $path 'option' | Where-Object { $_[1].StartsWith($word) } |
            ForEach-Object { New-Result $_[1] $_[3] '' }
    } elseif (Get-Row $path 'command') {
        Get-Row $path 'command' | Where-Object { $_[1].StartsWith($word) } |
            ForEach-Object { New-Result $_[1] $_[3] '' }
    } else {
        $specs = @(Get-Row $path 'argument' | ForEach-Object { $_[1] })
        if ($position -lt $specs.Count) {
            $spec = $specs[$position]
        } elseif ($specs.Count -and $specs[-1].EndsWith('...')) {
            $spec = $specs[-1]
        }
        Get-Candidate ($spec -replace '\.\.\.$', '') $word ''
    }
}
"""


def script(root: Command) -> str:
    """Write the script for the tree."""
    return HEAD + "\n".join(line for command in root.walk() for line in _table(command)) + "\n" + ENGINE


def _table(command: Command) -> Iterator[str]:
    """Yield the rows of a command in a here-string, inside which nothing is special."""
    yield f"    $table['{' '.join(command.path)}'] = @'"
    yield from ("\t".join(row) for row in rows(command))
    yield "'@"
