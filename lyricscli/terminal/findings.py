"""Findings of the checks: a table at a terminal, a line each in a pipe, a JSON document."""

from typing import TYPE_CHECKING, Any

from lyricscli.song.checks.findings import DISCLAIMER, LIMITS, Check, Finding
from lyricscli.terminal.streams import as_json, say, visible, write_stdout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lyricscli.jobs.check import Checked
    from lyricscli.store.songbook import Page

_STYLES = {"strong": "bold red", "mild": "yellow", "note": "dim"}


def show_document(page: "Page", checked: "Sequence[Checked]") -> None:
    """Print the findings with what each check cannot know."""
    document = {
        "task_id": page.task.task_id,
        "texts": [
            {
                "name": one.lyric.name,
                "title": one.lyric.title,
                "findings": [_document(finding) for finding in one.findings],
            }
            for one in checked
        ],
        "limits": {str(check): limit for check, limit in LIMITS.items()},
        "disclaimer": DISCLAIMER,
    }
    write_stdout(as_json(document) + "\n")


def show_lines(checked: "Iterable[Checked]") -> None:
    """Print a line a finding, tabs between: text, check, level, line (or nothing), message."""
    write_stdout("".join(f"{line}\n" for one in checked for line in lines(one)))


def lines(checked: "Checked") -> list[str]:
    """Return a line a finding, as a pipe gets it."""
    return ["\t".join(_cells(checked, finding)) for finding in checked.findings]


def told(checked: "Checked") -> list[str]:
    """Return a sentence a finding, or one that says there are none."""
    told = []
    for finding in checked.findings:
        name, check, level, line, message = _cells(checked, finding)
        told.append(f"{name}{f', line {line}' if line else ''}: {message} ({check}, {level})")
    return told or [f"{checked.lyric.name}: the checks found nothing."]


def show_tables(checked: "Iterable[Checked]") -> None:
    """Print a table a text."""
    from rich.table import Table
    from rich.text import Text

    from lyricscli.terminal import panels

    with panels.printed() as screen:
        for one in checked:
            screen.print(Text(visible(f"{one.lyric.name}. {one.lyric.title or 'Untitled'}"), style="bold"))
            table = Table.grid(padding=(0, 2, 0, 0))
            for finding in one.findings:
                _, check, level, line, message = _cells(one, finding)
                place = f"line {line}" if line else ""
                table.add_row(Text(level, style=_STYLES[finding.level]), check, place, Text(message))
            screen.print(table if one.findings else Text("nothing found", style="green"))


def explain(checked: "Sequence[Checked]") -> None:
    """Say on stderr what the checks that found something cannot know, and that none of it is clearance."""
    found = {finding.check for one in checked for finding in one.findings}
    for check in Check:
        if check in found:
            say(f"{check}: {LIMITS[check]}")
    say(DISCLAIMER if found else f"Nothing was found. {DISCLAIMER}")


def _cells(checked: "Checked", finding: Finding) -> tuple[str, str, str, str, str]:
    line = str(finding.line) if finding.line is not None else ""
    return checked.lyric.name, str(finding.check), str(finding.level), line, visible(finding.message)


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "level": finding.level,
        "line": finding.line,
        "message": finding.message,
    }
