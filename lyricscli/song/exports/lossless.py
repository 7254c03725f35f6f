"""JSON that holds everything: a sheet can be read back from it."""

import json
from collections.abc import Mapping
from typing import Any

from lyricscli.song.exports.sheet import Edit, Exported, Sheet
from lyricscli.song.sections import Section, parse


def as_json(sheet: Sheet) -> Exported:
    """Give the sheet as a JSON document in ASCII, with its sections for programs that want them."""
    document = {
        "title": sheet.title,
        "text": sheet.text,
        "provider": sheet.provider,
        "task_id": sheet.task_id,
        "variant": sheet.variant,
        "prompt": sheet.prompt,
        "generated_at": sheet.generated_at,
        "metadata": dict(sheet.metadata),
        "edits": [{"at": edit.at, "by": edit.by, "note": edit.note} for edit in sheet.edits],
        "sections": [_section(section) for section in parse(sheet.text).sections],
    }
    return Exported(json.dumps(document, indent=2) + "\n")


def sheet_from_json(document: Mapping[str, Any]) -> Sheet:
    """Read a sheet back from a decoded document; raises KeyError or TypeError when it is not one."""
    names = ("title", "text", "provider", "task_id", "variant", "prompt", "generated_at", "metadata")
    return Sheet(
        **{name: document[name] for name in names}, edits=tuple(Edit(**edit) for edit in document["edits"])
    )


def _section(section: Section) -> dict[str, object]:
    tag = section.tag
    return {
        "kind": tag.kind.value,
        "label": tag.label,
        "number": tag.number,
        "repeats": tag.repeats,
        "performers": list(tag.performers),
        "note": tag.note,
        "header": section.header,
        "lines": [line.text for line in section.lines],
    }
