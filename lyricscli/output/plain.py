"""Plain text: what goes into a pipe, a file, or to a screen reader."""

from collections.abc import Sequence

from lyricscli.models import Task, Variant


def lyrics(variants: Sequence[Variant]) -> str:
    """Return the texts: one alone is only its lyrics, each of several follows a `--- NUMBER: TITLE ---`."""
    if len(variants) == 1:
        return _ended(variants[0].text)
    return "\n".join(f"--- {v.number}: {_title(v)} ---\n{_ended(v.text)}" for v in variants)


def titles(variants: Sequence[Variant]) -> str:
    """Return the titles, one a line."""
    return "".join(f"{_title(variant)}\n" for variant in variants)


def summary(task: Task) -> str:
    """Return one line about a task: id, status, submission time, title or else the prompt; tabs between."""
    complete = [variant for variant in task.variants if variant.text.strip()]
    name = _title(complete[0]) if complete else " ".join(task.prompt.split())
    return f"{task.ref}\t{task.status}\t{task.submitted_at}\t{name}"


def _title(variant: Variant) -> str:
    return " ".join(variant.title.split()) or "Untitled"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
