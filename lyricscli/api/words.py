"""What the words of a service mean: status words and messages, by the tables of words.toml."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from lyricscli.models import Reason, TaskStatus, VariantStatus

_TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_VARIANT = _TABLES["variant"]
_TASK = _TABLES["task"]


def variant_status(word: str, text: str) -> VariantStatus:
    """Judge a variant by its own word, "" where it has none: only final ones make a text final."""
    word = word.strip().lower()
    if word in _VARIANT["failed"]:
        return VariantStatus.FAILED
    if word and word not in _VARIANT["complete"]:
        return VariantStatus.UNFINISHED
    return VariantStatus.COMPLETE if text.strip() else VariantStatus.FAILED


def task_meaning(word: str) -> TaskStatus | Reason | None:
    """Give what a word of a task says that its dialect does not know, or None where it says nothing to us."""
    word = word.strip().upper()
    if word in _TASK["pending"]:
        return TaskStatus.PENDING
    if word in _TASK["complete"]:
        return TaskStatus.COMPLETE
    parts = set(re.split(r"[\W_]+", word))
    if parts.isdisjoint(_TASK["pending"]) and not parts.isdisjoint(_TASK["failed"]):
        return Reason.GENERATION_FAILED
    return None


def refined(reason: Reason, message: str) -> Reason:
    """Give the reason that the service's own words make more precise."""
    for row, pattern in _messages():
        if any(reason in _TABLES["under"][kind] for kind in row["under"]) and pattern.search(message):
            return Reason(row["reason"])
    return reason


def says_absent(message: str) -> bool:
    """Whether a message says that there is no record of a task, or none yet."""
    return _pattern("absent").search(message.replace("_", " ")) is not None and not says_refused(message)


def says_refused(message: str) -> bool:
    """Whether a message says, under any code, that nothing can have been accepted."""
    return _pattern("refused").search(message) is not None


def said(*messages: str) -> str:
    """Give the first message that says something, or ""."""
    nothing = {"", *_TABLES["nothing"]["words"]}
    return next((message for message in messages if message.lower() not in nothing), "")


@cache
def _messages() -> list[tuple[dict[str, Any], re.Pattern[str]]]:
    return [(row, _compiled(row["words"])) for row in _TABLES["message"]]


@cache
def _pattern(table: str) -> re.Pattern[str]:
    return _compiled(_TABLES[table]["words"])


def _compiled(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)
