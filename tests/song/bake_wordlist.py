"""Rebuild `lyricscli/song/data/english.txt.gz` from SCOWL, the Spell Checker Oriented Word Lists.

    python tests/song/bake_wordlist.py /usr/share/dict/scowl

The argument is the folder with SCOWL's final lists, as Debian's package `scowl` installs it (2020.12.07). The
result is the same, byte for byte, whenever the lists are.
"""

import gzip
import sys
from collections.abc import Iterable
from pathlib import Path

LANGUAGES = ("english", "american", "british")
COMMON_SIZES = (10, 20)
SIZES = (*COMMON_SIZES, 35, 40, 50, 55, 60)
"""SCOWL's own advice: up to 60 a word is in most dictionaries; rarer ones would hide mistakes."""
NAME_SIZES = (35, 40, 50)
TARGET = Path(__file__).parents[2] / "lyricscli/song/data/english.txt.gz"


def main(folder: Path) -> None:
    """Write the common words, an empty line, and the others; each sorted, one a line, in UTF-8."""
    contractions = read(folder, ["contractions"], SIZES)
    common = tidy(
        read(folder, ["words"], COMMON_SIZES) | read(folder, ["contractions"], COMMON_SIZES), contractions
    )
    every = read(folder, ["words", "upper", "contractions"], SIZES) | read(
        folder, ["proper-names"], NAME_SIZES
    )
    others = tidy(every, contractions) - common
    text = "\n".join((*sorted(common), "", *sorted(others))) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(common)} common words, {len(others)} others, {TARGET.stat().st_size} bytes")  # noqa: T201


def read(folder: Path, kinds: Iterable[str], sizes: Iterable[int]) -> set[str]:
    """Read the lists of these kinds and sizes in every kind of English we take."""
    names = (f"{language}-{kind}.{size}" for language in LANGUAGES for kind in kinds for size in sizes)
    return {word for name in names if (folder / name).exists() for word in decode(folder / name).split()}


def decode(path: Path) -> str:
    """Read one list; some are in UTF-8, some in Latin-1."""
    raw = path.read_bytes()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def tidy(words: set[str], contractions: set[str]) -> set[str]:
    """Leave out possessives, which the speller knows by rule, and letters that are no words."""
    return {
        word
        for word in words
        if ("'" not in word or word in contractions)
        and not word.endswith("'s")
        and (len(word) > 1 or word in {"a", "I", "O"})
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
