"""See through the disguises of words: letters replaced by signs, stretched, masked or spaced out."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

# One sign may stand for two letters; both readings are tried.
_SIGNS = {
    **dict(zip("@48(3€690", "aabceeggo", strict=True)),
    **dict(zip("5$7+2µ", "ssttzu", strict=True)),
    **dict.fromkeys("1!|", "il"),
}
# Letters of other alphabets that look like Latin ones.
_LOOKALIKES = str.maketrans("аеорсхікмтвζνςαοερι", "aeopcxikmtbzvcaoepi") | str.maketrans("у", "u")
_EDGES = " \t.,;:?\"'“”‘’«»…()[]{}<>~^`´/\\-–—_"
_LONGEST = 40
_FEWEST_SPACED = 3
_FEWEST_UNMASKED = 2
_DRAWN_OUT = 3


def tokens(text: str) -> Iterator[str]:
    """Give the words of a line, compounds also in parts, and letters that are spaced out as one word."""
    found = [token for token in text.split() if len(token) <= _LONGEST]
    for token in found:
        stripped = token.strip(_EDGES)
        yield stripped
        if stripped.endswith(("!", "+", "|")):
            yield stripped.rstrip("!+|").strip(_EDGES)
        yield from _parts(stripped)
    yield from _spaced_out(found)


def readings(token: str) -> Iterator[str]:
    """Read a token as plain Latin letters, in each way its signs allow; nothing when other signs are left."""
    plain = unicodedata.normalize("NFKD", token.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char)).translate(_LOOKALIKES)
    if not any(char.isalpha() for char in plain):
        return
    for choice in (0, -1):
        letters = "".join(_SIGNS.get(char, char)[choice] for char in plain)
        if letters.isascii() and letters.isalpha():
            yield letters


def runs(word: str) -> tuple[str, tuple[int, ...]]:
    """Split a word into its letters without repetition, and how often each stands in a row."""
    grouped = [(letter, len(list(group))) for letter, group in groupby(word)]
    return "".join(letter for letter, _ in grouped), tuple(count for _, count in grouped)


def is_stretched(counts: tuple[int, ...], of: tuple[int, ...]) -> bool:
    """Whether letters standing `counts` times in a row are a word's own, or drawn out to three or more."""
    pairs = zip(counts, of, strict=True)
    return all(count == wanted or count >= max(_DRAWN_OUT, wanted) for count, wanted in pairs)


def mask(token: str) -> re.Pattern[str] | None:
    """Make a pattern of a word masked with asterisks (`d*mn`); None where too few letters are left."""
    bare = token.casefold()
    letters = re.sub("[*#]", "", bare)
    is_word = letters.isascii() and letters.isalpha() and bare[0].isalpha()
    if not is_word or letters == bare or len(letters) < _FEWEST_UNMASKED:
        return None
    return re.compile(re.sub("[*#]", "[a-z]", bare))


def _parts(token: str) -> Iterator[str]:
    """Give the parts of a compound and all of them as one; what apostrophes join is never one (he'll)."""
    yield from (part for part in re.split("['’]", token)[:-1] if part)
    parts = [part for part in re.split(r"[\-–—/.,_]+", token) if part]
    if len(parts) > 1:
        yield from parts
        yield "".join(parts)


def _spaced_out(found: list[str]) -> Iterator[str]:
    """Join three or more single letters in a row: `d a m n`."""
    run: list[str] = []
    for letter in [*(token.strip(_EDGES) for token in found), ""]:
        if len(letter) == 1:
            run.append(letter)
            continue
        if _FEWEST_SPACED <= len(run) <= _LONGEST:
            yield "".join(run)
        run = []
