"""Markdown: front matter, a heading a section, a hard break a line."""

import json
import re
from dataclasses import asdict

from lyricscli.song.exports.sheet import Exported, Sheet
from lyricscli.song.exports.text import label, paragraphs
from lyricscli.song.sections import Section, parse

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~!]|&(?=#?\w+;)|^[+\-=](?=[\s+\-=]|$)")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What JSON writes as it is and YAML 1.2 does not read so (chapter 5.1, "Character Set")."""


def as_markdown(sheet: Sheet) -> Exported:
    """Give the song for a notebook or a site; the front matter is YAML whose values are JSON strings."""
    body = "\n\n".join(_section(section) for section in parse(sheet.text).sections)
    return Exported(f"---\n{_front_matter(sheet)}---\n\n# {_escaped(sheet.heading)}\n\n{body}\n")


def _front_matter(sheet: Sheet) -> str:
    rows: list[tuple[str, object]] = [
        ("title", sheet.heading),
        ("service", sheet.provider),
        ("task_id", sheet.task_id),
        ("variant", sheet.variant),
        ("prompt", sheet.prompt),
        ("metadata", dict(sheet.metadata)),
        ("generated_at", sheet.generated_at),
        ("edits", list(map(asdict, sheet.edits))),
    ]
    return "".join(f"{name}: {_yaml(value)}\n" for name, value in rows)


def _yaml(value: object) -> str:
    """Write a value as JSON that is YAML too: no sign beyond the basic plane in two halves."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _section(section: Section) -> str:
    heading = [f"## {_escaped(label(section))}"] if section.header else []
    words = ("\\\n".join(_escaped(line.text.strip()) for line in run) for run in paragraphs(section))
    return "\n\n".join([*heading, *words])


def _escaped(text: str) -> str:
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))
