"""Reading a prompt's words, within bounds."""

import re

READ_CHARS = 4_000  # Of a longer prompt only this much is read, so that it takes a bounded time.
_WORD = re.compile(r"[^\W\d_]+")


def words_of(prompt: str) -> frozenset[str]:
    """Return the different words of a prompt, case folded."""
    return frozenset(_WORD.findall(prompt[:READ_CHARS].casefold()))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list written as text."""
    return frozenset(text.split())
