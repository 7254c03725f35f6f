"""Songs from files: text, Markdown with front matter, ChordPro; what an export wrote is the same song again.

A title that stands in the text leaves it, as does front matter; else the text stays as it is.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from lyricscli.models import PARTS
from lyricscli.song.exports.text import RULE
from lyricscli.song.marks import read_directive
from lyricscli.song.sections import parse

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"^([A-Za-z_]+)[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE)
_FIRST = re.compile(
    r"\A\s*(?:#[ \t]+(?P<heading>.+?)[ \t#]*|title[ \t]*:[ \t]*(?P<named>.+?))[ \t]*(?:\r?\n|\Z)",
    re.IGNORECASE,
)
_OF_TEXT = re.compile(rf"\A([^\n]*)\n\n(.*?)\n\n{RULE}\n(Service: .*)\Z", re.DOTALL)
_OF_SUNO = re.compile(r"\ATitle:\n(.*)\n\nStyle:\n(.*)\n\nLyrics:\n((?s:.*))\Z")
_COMMENT_ROW = re.compile(r"^# ([A-Z][a-z]+): (.*)\n", re.MULTILINE)
_ESCAPE = re.compile(r"\\([^\w\s]|_)")
_HEADING = re.compile(r"^## (.*)\n(?:\n(?!## ))?", re.MULTILINE)
_ANNOTATION = re.compile(r"\[\*([^\[\]]*)\]")


class Imported(NamedTuple):
    """A song as its file has it; the title is empty where it has none."""

    title: str
    text: str
    metadata: Mapping[str, str] = {}


def read_song(text: str) -> Imported:
    """Read a file's text."""
    lines = text.replace("\r\n", "\n")
    exported = (read(lines) for read in (_exported_text, _exported_chordpro, _exported_suno, _exported_json))
    return next(filter(None, exported), None) or _markdown(text) or _plain(text)


def _plain(text: str) -> Imported:
    for line in text.splitlines(keepends=True):
        directive = read_directive(line.strip())
        if directive is not None and directive.name in {"title", "t"} and directive.value:
            return Imported(directive.value, _from_first_line(text.replace(line, "", 1)))
    found = _FIRST.match(text)
    if found is None or (found["heading"] and parse(found[0]).sections[0].header):
        return Imported("", text)
    return Imported(found["heading"] or found["named"], _from_first_line(text[found.end() :]))


def _from_first_line(text: str) -> str:
    """Leave out the blank lines above the words."""
    return re.sub(r"\A(?:[ \t]*\r?\n)+", "", text)


def _markdown(text: str) -> Imported | None:
    """Read front matter and what is below it; None where there is none."""
    front = _FRONT.match(text)
    if front is None:
        return None
    rows = {name.lower(): _value(value) for name, value in _ROW.findall(front[1])}
    body = _plain(text[front.end() :])
    inside = rows.get("metadata")
    kept = inside if isinstance(inside, dict) else rows
    metadata = {name: str(kept[name]) for name in PARTS if kept.get(name)}
    title = str(rows.get("title") or body.title)
    is_ours = "task_id" in rows and "generated_at" in rows
    return Imported(title, _unmarked(body.text) if is_ours else body.text, metadata)


def _value(written: str) -> object:
    """Read a value of front matter: JSON, which is YAML too, or words, maybe in quotes."""
    try:
        return json.loads(written)
    except ValueError:
        return written.strip("'\"")


def _unmarked(text: str) -> str:
    """Turn the Markdown of an export into the text that it was made of."""
    lines = re.sub(r"\\\r?\n", "\n", text.strip("\r\n")).replace("\r\n", "\n")
    return _ESCAPE.sub(r"\1", _HEADING.sub(r"[\1]\n", f"{lines}\n"))


def _exported_text(text: str) -> Imported | None:
    found = _OF_TEXT.match(text)
    if found is None or "\nChanged: " not in found[3]:
        return None
    return Imported(_named(found[1]), found[2], _metadata(dict(_ROW.findall(found[3]))))


def _exported_chordpro(text: str) -> Imported | None:
    head, found, body = text.partition("{title:")
    rows = dict(_COMMENT_ROW.findall(head))
    if not found or not {"Service", "Task", "Changed"} <= rows.keys():
        return None
    title, _, below = body.partition("}\n\n")
    lines = (_undirected(line) for line in below.strip("\n").split("\n"))
    return Imported(
        _named(title.strip()), "\n".join(line for line in lines if line is not None), _metadata(rows)
    )


def _exported_suno(text: str) -> Imported | None:
    found = _OF_SUNO.match(text)
    return found and Imported(_named(found[1]), found[3], _metadata({"style": found[2]}))


def _exported_json(text: str) -> Imported | None:
    try:
        known = json.loads(text) if text.lstrip().startswith("{") else {}
        return Imported(known["title"], known["text"], _metadata(known["metadata"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _undirected(line: str) -> str | None:
    directive = read_directive(line)
    if directive is None:
        return re.sub(r"\A(\s*)＃", r"\1#", _ANNOTATION.sub(r"[\1]", line))
    return None if directive.is_end else f"[{directive.value or directive.section}]"


def _named(title: str) -> str:
    return "" if title == "Untitled" else title


def _metadata(rows: dict[str, str]) -> dict[str, str]:
    found = {name.lower(): value for name, value in rows.items()}
    return {name: found[name] for name in PARTS if found.get(name)}
