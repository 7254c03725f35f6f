"""Spellers for languages other than English, where the optional package for them is installed."""

from functools import cache

from lyricscli.song.checks.spelling import EnglishSpeller, Speller
from lyricscli.song.data import read_rows

EXTRA = "spelling"
"""The optional extra of our package that brings them: `pip install 'lyricscli[spelling]'`."""


class DictionarySpeller:
    """A speller on pyspellchecker's dictionaries."""

    def __init__(self, language: str) -> None:
        """Load the dictionary of an ISO 639-1 language; raises ImportError or ValueError without one."""
        from spellchecker import SpellChecker  # optional, and slow to import

        self._dictionary = SpellChecker(language=language, distance=1)
        self._elided = {
            word for code, *words in read_rows("elided.txt") if code == language for word in words
        }

    def knows(self, word: str) -> bool:
        """Whether the dictionary has the word, or its parts; those before an apostrophe may be cut short."""
        if word in self._dictionary:
            return True
        *cut, last = word.strip("'").split("'")
        return all(part in self._elided or self.knows(part) for part in cut) and all(
            part in self._dictionary for part in last.split("-")
        )

    def suggest(self, word: str) -> str | None:
        """Give the most frequent word one letter away."""
        found = self._dictionary.correction(word)
        return found if found != word else None


@cache
def speller_for(language: str) -> Speller | None:
    """Find a speller for an ISO 639-1 code; None where there is none or the extra is not installed."""
    if language == "en":
        return EnglishSpeller()
    try:
        return DictionarySpeller(language)
    except (ImportError, ValueError):
        return None
