"""How English words sound: their syllables, and their rhyme, what is heard from the last stressed vowel on.

Baked from the CMU dictionary for the words of the English list (`tests/song/bake_pronunciations.py`);
contractions, words cut by an apostrophe and words drawn out go back to those. Any other word has the
syllables that its spelling shows and rhymes like the words it looks like at its end.

In a rhyme every character is a sound: VOWELS, and for consonants small letters and C D G S T Z, which are
ch, the th of this, ng, sh, the th of thin and the s of measure.
"""

import re
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from lyricscli.song.data import read_bytes, read_rows

VOWELS = "A&uOQYeXEiIoJVU@"
"""Those of odd, at, hut, ought, cow, hide, Ed, hurt, ate, it, eat, oat, toy, hood and two; and weak ones."""
_LONGEST = 40
"""Characters; what is longer is no word."""
_WAY = re.compile(r"(\d+)(\S*)")
_HALF = 3
_NEAR = 20
"""Words to each side, in the order of their ends, that have a say in a rhyme."""
_SIBILANT = tuple("szSZCj")
_VOICELESS = tuple("ptkfTSsC")


class Sound(NamedTuple):
    """One way to say a word."""

    syllables: int
    rhyme: str


@lru_cache(maxsize=8192)
def sounds(word: str) -> tuple[Sound, ...]:
    """Give the ways to say a word, the first one as it is sung; empty for what has no Latin letter."""
    plain = _plain(word)
    if not 0 < len(plain.strip("'")) <= _LONGEST:
        return ()
    said = known(plain) or _guessed(plain, word)
    if not word.endswith(("in'", "in’")):
        return said
    return (*said, *(Sound(syllables, f"{rhyme[:-1]}n") for syllables, rhyme in said))  # hopin', open


def is_known(word: str) -> bool:
    """Whether the dictionary has a word, if only in another form."""
    return bool(known(_plain(word)))


@lru_cache(maxsize=8192)
def known(word: str) -> tuple[Sound, ...]:
    """Give the ways to say a word that the dictionary has, maybe in another form; else none."""
    listed = _listed(word)
    if listed or len(word) < 2:  # noqa: PLR2004 - a form has a letter more
        return listed
    if "'" in word:
        return _cut(word)
    short = (re.sub(r"(.)\1{2,}", times, word) for times in (r"\1", r"\1\1"))
    return next((found for form in short if form != word and (found := _listed(form))), ())


def entries(holding: Collection[str] = ("",)) -> Iterator[tuple[str, str, tuple[Sound, ...]]]:
    """Yield the words of the dictionary: how rare each is (`a` to `z`), how it is written, how it is said.

    `holding` has strings of sounds of which one at least is in its rhyme; looking for them is fast.
    """
    for written, ways in _table().values():
        if any(sounds in ways for sounds in holding):
            yield ways[0], written, _read(ways)


def _plain(word: str) -> str:
    """Lower-case, with straight apostrophes and no accents; `goin'` is going."""
    folded = unicodedata.normalize("NFKD", word.casefold()).replace("’", "'")
    plain = "".join(char for char in folded if "a" <= char <= "z" or char == "'")
    return f"{plain[:-1]}g" if plain.endswith("in'") and len(plain) > len("in'") + 1 else plain


def _listed(word: str) -> tuple[Sound, ...]:
    bare = word.strip("'")
    found = _table().get(word) or _table().get(bare) or _table().get(f"{bare}'")  # ol is ol'
    return _read(found[1]) if found else ()


@lru_cache(maxsize=1024)
def _read(ways: str) -> tuple[Sound, ...]:
    return tuple(
        Sound(max(1, int(count)), rhyme) for count, rhyme in _WAY.findall(ways, 2)
    )  # shh has no vowel


@cache
def _table() -> dict[str, tuple[str, str]]:
    """Read how each word is written, and its rarity with a code a way. Takes about 50 ms, once."""
    import gzip  # only what needs the sounds waits for it

    text = gzip.decompress(read_bytes("pronunciations.txt.gz")).decode()
    words, ways = (part.split("\n") for part in text.split("\n\n"))
    table: dict[str, tuple[str, str]] = {}
    word = ""
    for row, said in zip(words, ways, strict=True):
        word = word[: ord(row[0]) - ord("A")] + row[1:]
        small = word.lower() if word.isascii() else _plain(word)
        if small not in table or said < table[small][1]:
            table[small] = word, said
    return table


# Cut by an apostrophe


def _cut(word: str) -> tuple[Sound, ...]:
    """Say `couldn't've`, `night's`, `rock'n'roll` by their parts."""
    if "'n'" in word.strip("'"):
        first, _, last = word.partition("'n'")
        return tuple(Sound(1 + _count(first) + sound.syllables, sound.rhyme) for sound in sounds(last))
    stem, _, ending = word.rpartition("'")
    if stem.endswith("n") and ending == "t":
        stem, ending = stem[:-1], "nt"
    if ending not in {"", "s", "d", "ll", "ve", "re", "m", "nt"} or not stem.strip("'"):
        return ()
    return tuple(_with(sound, ending) for sound in known(stem) or _guessed(stem, stem))


def _with(sound: Sound, ending: str) -> Sound:
    """Add a contraction's ending; after most consonants it is a syllable."""
    last = sound.rhyme[-1:]
    heard = {"ll": "l", "ve": "v", "re": "r", "nt": "nt"}.get(ending, ending)
    if ending == "s":
        heard, syllabic = ("s" if last in _VOICELESS else "z"), last in _SIBILANT
    elif ending == "d":
        syllabic = last in {"t", "d"}
    else:
        syllabic = bool(ending) and last not in VOWELS
    weak = "X" if ending == "re" and syllabic else f"{'@' * syllabic}{heard}"
    return Sound(sound.syllables + syllabic, sound.rhyme + weak)


# By spelling


def _guessed(plain: str, word: str) -> tuple[Sound, ...]:
    is_accented = "é" in word or "è" in word
    syllables = _count(_plain(word.replace("é", "ey").replace("è", "ey")) if is_accented else plain)
    full = next(
        (said for vowel in "eoia" if "'" in plain and (said := _listed(plain.replace("'", vowel)))), ()
    )
    return (Sound(syllables, full[0].rhyme if full else _like(plain.replace("'", ""), syllables)),)


_GROUPS = re.compile("[aeiouy]+")


def _count(word: str) -> int:
    """Count the groups of vowels, less those that are silent and more where two meet; at least 1."""
    said = known(word)
    if said:
        return said[0].syllables
    for half in range(_HALF, len(word) - _HALF + 1):
        first, last = _listed(word[:half]), _listed(word[half:])
        if first and last:
            return first[0].syllables + last[0].syllables
    whole = word.replace("'", "")
    groups = len(_GROUPS.findall(whole))
    return max(1, groups + sum(sign * len(pattern.findall(whole)) for pattern, sign in _rules()))


@cache
def _rules() -> list[tuple[re.Pattern[str], int]]:
    return [(re.compile(pattern), int(sign)) for sign, pattern in read_rows("silent.txt")]


@cache
def _from_the_end() -> list[str]:
    return sorted(word[::-1] for word in _table())


def _like(word: str, syllables: int) -> str:
    """Give the rhyme of the words that end like this one; as many syllables weigh like a letter more."""
    ends, turned = _from_the_end(), word[::-1]
    place = bisect(ends, turned)
    votes: Counter[str] = Counter()
    for other in ends[max(0, place - _NEAR) : place + _NEAR]:
        said = _read(_table()[other[::-1]][1])[0]
        votes[said.rhyme] += 8 ** (_shared(turned, other) + (said.syllables == syllables))
    return votes.most_common(1)[0][0]


def _shared(one: str, other: str) -> int:
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
