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
    word, words = word.strip().lower(), _tables()["variant"]
    if word in words["failed"]:
        return VariantStatus.FAILED
    if word and word not in words["complete"]:
        return VariantStatus.UNFINISHED
    return VariantStatus.COMPLETE if text.strip() else VariantStatus.FAILED


def task_meaning(word: str) -> TaskStatus | Reason | None:
    """Give what a word of a task says that its dialect does not know, or None where it says nothing to us."""
    word, words = word.strip().upper(), _tables()["task"]
    if word in words["pending"]:
        return TaskStatus.PENDING
    if word in words["complete"]:
        return TaskStatus.COMPLETE
    parts = set(re.split(r"[\W_]+", word))
    if parts.isdisjoint(words["pending"]) and not parts.isdisjoint(words["failed"]):
        return Reason.GENERATION_FAILED
    return None


def refined(reason: Reason, message: str) -> Reason:
    """Give the reason that the service's own words make more precise."""
    for row, pattern in _messages():
        if any(reason in _tables()["under"][kind] for kind in row["under"]) and pattern.search(message):
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
    nothing = {"", *_tables()["nothing"]["words"]}
    return next((message for message in messages if message.lower() not in nothing), "")


@cache
def _messages() -> list[tuple[dict[str, Any], re.Pattern[str]]]:
    return [(row, _compiled(row["words"])) for row in _tables()["message"]]


@cache
def _pattern(table: str) -> re.Pattern[str]:
    return _compiled(_tables()[table]["words"])


def _compiled(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)
