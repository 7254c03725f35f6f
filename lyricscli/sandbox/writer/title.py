"""Titles: the song's hook, and the prompt's subject where it can be told."""

import re
from itertools import dropwhile, takewhile

from lyricscli.sandbox.writer.language import notice
from lyricscli.sandbox.writer.words import READ_CHARS, word_set

MAX_SUBJECT = 40  # characters
_MAX_WORDS = 6
# Letters, apostrophes and hyphens alone come through: nothing that could forge a tag or steer a terminal.
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001 - prompts have curly apostrophes
_PHRASE_END = re.compile(r"[^\w\s'’-]+")  # noqa: RUF001
_POINTER = re.compile(r"\b(?:about|for|of|called|titled)\b", re.IGNORECASE)
_SMALL = word_set("a an and as at by for from in of on or the to with")
# Words that say nothing of the subject: small words, and those that ask for a song or name its style.
_NOT_TELLING = word_set(
    "a about above after again all am an and are as at be because been before but by can could did do does "
    "for from had has have he her him his how i if in into is it its just like me my of on our she so than "
    "that the their them then there they this through to until us was we were what when where which while "
    "who whose why will with without would you your please write make create compose generate give want "
    "need sing song songs lyric lyrics track tune music verse chorus bridge pop rock rap folk jazz country "
    "ballad anthem metal punk indie hip hop blues soul acoustic upbeat slow fast happy sad angry tender "
    "gentle short long new nice good great vocal vocals male female style genre"
)


def headline(hook: str, topic: str) -> str:
    """Title a song by its hook, with the subject, if any, in round brackets."""
    title = _capitals(hook.removesuffix(",").split())
    return f"{title} ({topic})" if topic else title


def subject(prompt: str) -> str:
    """Return the subject of an English prompt in at most MAX_SUBJECT plain characters, or an empty string.

    It is the first run of telling words, after "about", "for" or "of" if the prompt has one of them.
    """
    if notice(prompt):
        return ""
    head = prompt[:READ_CHARS]
    pointer = _POINTER.search(head)
    return (pointer and _first_phrase(head[pointer.end() :])) or _first_phrase(head)


def _first_phrase(text: str) -> str:
    for clause in _PHRASE_END.split(text):
        phrase = _phrase(clause.split())
        if phrase:
            return _capitals(phrase)
    return ""


def _phrase(words: list[str]) -> list[str]:
    """Return the first telling words, with the small words between them."""
    start = dropwhile(lambda word: not _telling(word), words)
    phrase = list(takewhile(lambda word: _telling(word) or word.casefold() in _SMALL, start))[:_MAX_WORDS]
    while phrase and (not _telling(phrase[-1]) or len(_capitals(phrase)) > MAX_SUBJECT):
        phrase.pop()
    return phrase


def _telling(word: str) -> bool:
    return bool(_WORD.fullmatch(word)) and word.casefold() not in _NOT_TELLING


def _capitals(words: list[str]) -> str:
    """Join words as a title has them: small words stay small, except at the ends."""
    inner = range(1, len(words) - 1)
    cased = (
        word.lower() if place in inner and word.lower() in _SMALL else word[:1].upper() + word[1:]
        for place, word in enumerate(words)
    )
    return " ".join(cased)
