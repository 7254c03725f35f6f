"""What `diff`, `check` and `doctor` report, in lines that read without colour."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from lyricscli.song.checks.findings import DISCLAIMER, LIMITS
from lyricscli.song.diffing import Change, Difference, LinePair, SectionPair, Side
from lyricscli.terminal import pager
from lyricscli.terminal.documents import fields
from lyricscli.terminal.plain import show_rows
from lyricscli.terminal.streams import folded, is_fancy, paint, say, visible, write_json, write_stdout

if TYPE_CHECKING:
    from lyricscli.jobs.check import Checked
    from lyricscli.jobs.doctor.checkup import Diagnosis
    from lyricscli.models import Page

LINE_STYLES = {"-": "red", "+": "green", "@": "cyan", "=": "dim"}
LEVEL_STYLES = {"strong": "bold red", "mild": "yellow", "note": "dim"}
STATE_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}


# `diff`: `-` and `+` lines, `[-words-]` and `{+words+}` in them


def show_difference(before: str, after: str, difference: Difference, *, plain: bool) -> None:
    """Print the names of both texts and what differs; the first character of a line says what it is."""
    lines = map(visible, (f"--- {before}", f"+++ {after}", *_marked(difference)))
    text = "".join(
        paint(part, LINE_STYLES.get(line[:1], ""), plain=plain) + "\n"
        for line in lines
        for part in folded(line, plain=plain).split("\n")
    )
    pager.show(text, plain=plain)


def _marked(difference: Difference) -> Iterator[str]:
    """Yield the lines to print; equal sections are one."""
    for pair in difference.sections:
        if pair.change is Change.SAME:
            count = len([line for line in pair.lines if line.after is not None and line.after.text.strip()])
            yield f"= {pair.name or 'Untitled'}: {count} {'line' if count == 1 else 'lines'} the same"
        else:
            yield _head(pair)
            if any(line.change is not Change.SAME for line in pair.lines):
                for line in pair.lines:
                    yield from _line(line)


def _head(pair: SectionPair) -> str:
    note = {Change.ADDED: " (added)", Change.REMOVED: " (removed)"}.get(pair.change, "")
    if pair.change is Change.MOVED and pair.before is not None and pair.after is not None:
        note = f" (moved from line {pair.before.number} to line {pair.after.number})"
    return f"@ {pair.name or 'Untitled'}{note}"


def _line(line: LinePair) -> Iterator[str]:
    if line.change is Change.SAME:
        yield f"  {line.after.text}" if line.after is not None and line.after.text else ""
        return
    whole = line.change is not Change.CHANGED
    if line.before is not None:
        yield "- " + _text(line.before, "[-", "-]", whole=whole)
    if line.after is not None:
        yield "+ " + _text(line.after, "{+", "+}", whole=whole)


def _text(side: Side, start: str, end: str, *, whole: bool) -> str:
    """Mark what the other side does not have; a whole line needs no marks."""
    if whole:
        return side.text
    return "".join(piece.text if piece.is_shared else f"{start}{piece.text}{end}" for piece in side.pieces)


# `check`


def show_checked(checked: "Sequence[Checked]", *, plain: bool, quiet: bool) -> None:
    """Print what was found, and on stderr what the checks cannot know, and that none of it is clearance.

    At a terminal the rows stand under each text's name; in a pipe a row is text, check, level, line (or
    nothing) and message.
    """
    if is_fancy(plain=plain):
        for one in checked:
            write_stdout(paint(visible(f"{one.lyric.name}. {one.lyric.title or 'Untitled'}"), "bold") + "\n")
            rows = [
                (level, check, line and f"line {line}", text) for _, check, level, line, text in _rows(one)
            ]
            show_rows(rows or [("nothing found",)], LEVEL_STYLES | {"nothing found": "green"})
    else:
        show_rows([row for one in checked for row in _rows(one)], LEVEL_STYLES, plain=plain)
    if not quiet:
        found = {finding.check for one in checked for finding in one.findings}
        for check in (check for check in LIMITS if check in found):
            say(f"{check}: {LIMITS[check]}")
        say(DISCLAIMER if found or is_fancy(plain=plain) else f"Nothing was found. {DISCLAIMER}")


def show_checked_json(page: "Page", checked: "Iterable[Checked]") -> None:
    """Print the findings with what each check cannot know, as one document."""
    texts = [
        {
            "name": one.lyric.name,
            "title": one.lyric.title,
            "findings": [fields(finding, "check level line message") for finding in one.findings],
        }
        for one in checked
    ]
    told = {"texts": texts, "limits": {str(one): limit for one, limit in LIMITS.items()}}
    write_json({"task_id": page.task.task_id, **told, "disclaimer": DISCLAIMER})


def told(checked: "Checked") -> list[str]:
    """Return a sentence a finding, or one that says there are none."""
    rows = [
        f"{name}{line and f', line {line}'}: {message} ({check}, {level})"
        for name, check, level, line, message in _rows(checked)
    ]
    return rows or [f"{checked.lyric.name}: the checks found nothing."]


def _rows(checked: "Checked") -> list[tuple[str, str, str, str, str]]:
    return [
        (checked.lyric.name, one.check, one.level, "" if one.line is None else str(one.line), one.message)
        for one in checked.findings
    ]


# `doctor`


def show_diagnoses(diagnoses: "Sequence[Diagnosis]") -> None:
    """Print a row an examination: its state, its name, and what was found and is to be done."""
    show_rows([(one.state, one.name, one.words) for one in diagnoses], STATE_STYLES)
