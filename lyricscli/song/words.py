"""Words of a line, as several judgements need them: plain, in order, with their apostrophes."""

import re
import unicodedata

# Signs of a word that Python takes for none of its letters: accents, vowel points, the vowel and tone signs
# of Indic scripts, Thai, Lao, Tibetan, Burmese and Khmer, and the two joiners.
_POINTS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_SIGNS = (
    _POINTS + "\u0483-\u0487\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc"
    "\u0ec8-\u0ece\u0f71-\u0f84\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u200c\u200d"
)
_LETTERS = rf"[^\W_]+(?:[{_SIGNS}]+[^\W_]*)*"
_WORD = re.compile(rf"['’]?{_LETTERS}(?:['’\-‑]{_LETTERS})*['’]?")
_POINT = re.compile(f"[{_POINTS}\u200c\u200d]")


def words_of(text: str) -> list[str]:
    """List the words as written; inner hyphens and the apostrophes of `'cause` and `goin'` belong to them."""
    return _WORD.findall(text)


def last_word(text: str) -> str:
    """Give the last word, of a hyphenated one its last part; empty where there is none."""
    words = words_of(text[-200:])
    return re.split(r"[\-‑]", words[-1])[-1] if words else ""


def plain_word(word: str) -> str:
    """Fold a word: lower case, no accents or points, straight apostrophes, no quotes, `-in'` as `-ing`."""
    folded = unicodedata.normalize("NFKD", word.casefold()).replace("’", "'")
    bare = unicodedata.normalize("NFC", _POINT.sub("", folded))
    if bare.endswith("in'"):
        return bare[:-1].strip("'") + "g"
    return bare.rstrip("'") if bare.startswith("'") and bare.count("'") == 1 else bare.strip("'")


def plain_words(text: str) -> list[str]:
    """List the words of a text, folded."""
    return [word for word in map(plain_word, words_of(text)) if word]
