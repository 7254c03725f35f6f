"""The baked English word list: see `data/SCOWL-LICENSE.txt` for where its words come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lyricscli.song.data import read_bytes


@dataclass(frozen=True, slots=True)
class WordList:
    """English words as dictionaries write them: the common ones, and the others (names among them)."""

    common: frozenset[str]
    others: frozenset[str]

    def __contains__(self, word: str) -> bool:
        return word in self.common or word in self.others

    def __iter__(self) -> Iterator[str]:
        yield from self.common
        yield from self.others

    def __len__(self) -> int:
        return len(self.common) + len(self.others)


@cache
def english_words() -> WordList:
    """Read the list; it takes about 40 ms, once, so only what checks spelling asks for it."""
    import gzip  # likewise only where the list is read

    common, others = gzip.decompress(read_bytes("english.txt.gz")).decode().split("\n\n")
    return WordList(frozenset(common.split()), frozenset(others.split()))
