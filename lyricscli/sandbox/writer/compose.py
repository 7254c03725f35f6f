"""Songs from a bank: what a prompt asks for, dealt out by a seeded shuffle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, TypeVar

from lyricscli.sandbox.writer import bank as banks
from lyricscli.sandbox.writer.themes import choose
from lyricscli.sandbox.writer.title import headline, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lyricscli.sandbox.writer.bank import Bank, Part

_T = TypeVar("_T")

APART = 3  # A bank holds this many songs that share no line.
_USUAL_COUNTS = (2, APART)
_COUPLETS = 2  # Every section has two couplets, four lines.


@dataclass(frozen=True, slots=True)
class Draft:
    """One song: tagged sections parted by a blank line, no newline at the end."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Deck:
    """The shuffled halves of one part; what has been dealt does not come again."""

    frames: Iterator[str]
    couplets: Iterator[tuple[str, str]]


def write(prompt: str, *, seed: int = 0, count: int | None = None) -> tuple[Draft, ...]:
    """Write `count` songs on the prompt's subject; two or three when `count` is None.

    The first APART songs share no line, nor do the next. The same prompt and seed give the same songs in
    every process. A count below 1 is a ValueError.
    """
    if count is not None and count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    # A prompt may hold lone surrogates, which a seed given as a string may not.
    rng = Random(f"{seed}:{prompt}".encode("utf-8", "surrogatepass"))  # noqa: S311 - a song is no secret
    songs = _songs(banks.load(choose(prompt).name), subject(prompt), rng)
    return tuple(islice(songs, count or rng.choice(_USUAL_COUNTS)))


def _songs(bank: Bank, topic: str, rng: Random) -> Iterator[Draft]:
    """Deal songs without end: the bank is shuffled anew whenever it is used up."""
    while True:
        verse, chorus, bridge = (_shuffle(part, rng) for part in (bank.verse, bank.chorus, bank.bridge))
        for hook in islice(chorus.frames, APART):
            yield Draft(headline(hook, topic), _text(hook, verse, chorus, bridge))


def _text(hook: str, verse: _Deck, chorus: _Deck, bridge: _Deck) -> str:
    refrain = ("[Chorus]", *_stanza(chorus, hook))
    sections = (
        ("[Verse 1]", *_stanza(verse)),
        refrain,
        ("[Verse 2]", *_stanza(verse)),
        refrain,
        ("[Bridge]", *_stanza(bridge)),
        refrain,
    )
    return "\n\n".join("\n".join(section) for section in sections)


def _stanza(deck: _Deck, hook: str | None = None) -> Iterator[str]:
    """Four lines; a hook opens both couplets, as a chorus has it."""
    for close, answer in islice(deck.couplets, _COUPLETS):
        yield f"{hook or next(deck.frames)}{close}".replace(",,", ",")
        yield answer


def _shuffle(part: Part, rng: Random) -> _Deck:
    return _Deck(iter(_shuffled(part.frames, rng)), iter(_couplets(part, rng)))


def _couplets(part: Part, rng: Random) -> list[tuple[str, str]]:
    """All couplets of a part, a round of all families at a time, so that neighbours rhyme differently."""
    families = [
        list(zip(_shuffled(family.closes, rng), _shuffled(family.answers, rng), strict=True))
        for family in _shuffled(part.families, rng)
    ]
    return [couplet for round_ in zip(*families, strict=True) for couplet in round_]


def _shuffled(items: tuple[_T, ...], rng: Random) -> list[_T]:
    copy = list(items)
    rng.shuffle(copy)
    return copy
