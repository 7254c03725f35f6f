"""Words of a line, as several judgements need them: plain, in order, with their apostrophes."""

import re
import unicodedata

_WORD = re.compile(r"['’]?[^\W_]+(?:['’\-‑][^\W_]+)*['’]?")
_MARKS = re.compile("[\u0300-\u036f]")


def words_of(text: str) -> list[str]:
    """List the words as written; inner hyphens and the apostrophes of `'cause` and `goin'` belong to them."""
    return _WORD.findall(text)


def last_word(text: str) -> str:
    """Give the last word, of a hyphenated one its last part; empty where there is none."""
    words = words_of(text[-200:])
    return re.split(r"[\-‑]", words[-1])[-1] if words else ""


def plain_word(word: str) -> str:
    """Fold a word: lower case, no accents, straight apostrophes, no quotes around it, `-in'` as `-ing`."""
    folded = unicodedata.normalize("NFKD", word.casefold()).replace("’", "'")
    bare = unicodedata.normalize("NFC", _MARKS.sub("", folded))
    if bare.endswith("in'"):
        return bare[:-1].strip("'") + "g"
    return bare.rstrip("'") if bare.startswith("'") and bare.count("'") == 1 else bare.strip("'")


def plain_words(text: str) -> list[str]:
    """List the words of a text, folded."""
    return [word for word in map(plain_word, words_of(text)) if word]
