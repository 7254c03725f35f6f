"""What the words of a service mean: status words and messages, by the tables of words.toml."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from lyricscli.models import Reason, TaskStatus, VariantStatus


@cache
def _tables() -> dict[str, Any]:
    """Read the tables when a first answer is here, not before the submission leaves."""
    import tomllib

    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def variant_status(word: str, text: str) -> VariantStatus:
    """Judge a variant by its own word, "" where it has none: only final ones make a text final."""
    word = _joined(word)
    if _has_part(word, "failed"):
        return VariantStatus.FAILED
    if word and word not in _tables()["variant"]["complete"]:
        return VariantStatus.UNFINISHED
    return VariantStatus.COMPLETE if text.strip() else VariantStatus.FAILED


def task_meaning(word: str) -> TaskStatus | Reason | None:
    """Give what a word of a task says, or None where it says nothing to us."""
    word, words = _joined(word), _tables()["task"]
    if word in words["complete"]:
        return TaskStatus.COMPLETE
    goes_on, failed = _has_part(word, "going_on"), _has_part(word, "failed")
    if word in words["pending"] or (goes_on and not failed):
        return TaskStatus.PENDING
    if not failed or goes_on:
        return None
    return Reason.CONTENT_VIOLATION if _has_part(word, "refused") else Reason.GENERATION_FAILED


def refined(reason: Reason, message: str) -> Reason:
    """Give the reason that the service's own words make more precise."""
    for row in _tables()["message"]:
        if any(reason in _tables()["under"][kind] for kind in row["under"]) and _says(message, row["words"]):
            return Reason(row["reason"])
    return reason


def says_absent(message: str) -> bool:
    """Whether a message says that there is no record of a task, or none yet."""
    return _says(message.replace("_", " "), _tables()["absent"]["words"]) and not says_refused(message)


def says_refused(message: str) -> bool:
    """Whether a message says, under any code, that nothing can have been accepted."""
    return _says(message, _tables()["refused"]["words"])


def said(*messages: str) -> str:
    """Give the first message that says something, or ""."""
    nothing = {"", *_tables()["nothing"]["words"]}
    return next((message for message in messages if message.lower() not in nothing), "")


def _says(message: str, words: Iterable[str]) -> bool:
    return _pattern(tuple(words)).search(message.translate(_simplified())) is not None


def _has_part(word: str, table: str) -> bool:
    return (
        _pattern(tuple(rf"(?:^|_)(?:{part})(?:_|$)" for part in _tables()["task"][table])).search(word)
        is not None
    )


def _joined(word: str) -> str:
    """Write a status word in one way: in upper case, `_` between its parts."""
    return "_".join(re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", word.strip())).upper()


@cache
def _simplified() -> dict[int, int]:
    return str.maketrans(_tables()["simplified"]["from"], _tables()["simplified"]["to"])


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(words).translate(_simplified()), re.IGNORECASE)
