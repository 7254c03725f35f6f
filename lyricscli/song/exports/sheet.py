"""What is exported: one text with all that is known of where it comes from."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Edit:
    """One change after the text was generated: when (ISO 8601, UTC), by whom or which program, and why."""

    at: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text to export, exactly as stored, and its provenance.

    `generated_at` is ISO 8601 in UTC. `edits` is empty for a text as the service gave it.
    """

    title: str
    text: str
    provider: str
    task_id: str
    variant: int
    prompt: str
    generated_at: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()

    @property
    def heading(self) -> str:
        """The title on one line, or a word for its absence."""
        return one_line(self.title) or "Untitled"


@dataclass(frozen=True, slots=True)
class Book:
    """Texts for one file. `title` names them all; `beside` is set beside the only one of them."""

    sheets: tuple[Sheet, ...]
    title: str = ""
    beside: Sheet | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """The text of a file to write, and what its reader should know: what was cut, what could not be kept."""

    text: str
    notices: tuple[str, ...] = ()


def provenance(sheet: Sheet) -> list[tuple[str, str]]:
    """Say where the text comes from and what was changed, as labels and values of one line each."""
    rows = [
        ("Service", sheet.provider),
        ("Task", sheet.task_id),
        ("Variant", str(sheet.variant)),
        ("Prompt", sheet.prompt),
        *((name.capitalize(), value) for name, value in sorted(sheet.metadata.items())),
        ("Generated", sheet.generated_at),
        *(
            ("Changed", f"{edit.at} by {edit.by}" + (f": {edit.note}" if edit.note else ""))
            for edit in sheet.edits
        ),
    ]
    if not sheet.edits:
        rows.append(("Changed", "no, as generated"))
    return [(one_line(label), one_line(value)) for label, value in rows]


def one_line(text: str) -> str:
    """Put a text on one line without control characters and lone surrogates; what joins letters stays.

    The zero-width joiner and non-joiner are spelling in Persian, Hindi and emoji.
    """
    visible = (char if char in _JOINERS else _shown(char) for char in text)
    return " ".join("".join(visible).split())


_JOINERS = "\u200c\u200d"


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category.startswith("C") else char
