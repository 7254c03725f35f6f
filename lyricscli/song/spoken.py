"""English figures, signs and letters as they are said: `$5` is five dollars, `1999` nineteen ninety nine."""

import re
import unicodedata
from functools import cache

from lyricscli.song.data import read_rows
from lyricscli.song.pronunciations import known

_FIGURE = re.compile(
    r"(?P<before>[$£€¥#]\s?)?(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<parts>(?:\.\d+)*)"
    r"(?P<after>\s?(?:[%€¢]|°(?:[CFcf]\b)?)|['’]?[^\W\d_]+)?"
)
_WORD = re.compile(r"&|(?<=\s)@(?=\s)|['’]?[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_CENTURIES = range(11, 20)
_THIS_CENTURY, _SAID_IN_HALVES = 20, 10
"""From 2010 on years are said in halves again."""
_LONGEST_NUMBER = 6
"""Digits; longer ones are said one by one, as telephone numbers are."""
_LONGEST_GROUPED = 15
_ACRONYM = 3


def as_said(text: str) -> str:
    """Write out what is said otherwise than it is written; all else stays."""
    text = unicodedata.normalize("NFC", text)
    if text.isupper() and any(map(str.isspace, text.strip())):
        text = text.lower()  # shouted, not spelled
    return _WORD.sub(_word, _FIGURE.sub(_figure, text))


@cache
def _said() -> dict[str, str]:
    return {sign: said.replace("_", " ") for said, *signs in read_rows("said.txt") for sign in signs}


def _word(found: re.Match[str]) -> str:
    word, plain = found[0], found[0].casefold()
    if plain in _said():
        return f" {_said()[plain]} "
    is_spelled = word.isupper() and (len(word) <= _ACRONYM or not re.search("[aeiouy]", plain))
    if is_spelled and len(word) > 1 and word.isalpha() and not known(plain):
        return " ".join(_said().get(letter, letter) for letter in plain)
    return word


def _figure(found: re.Match[str]) -> str:
    """Say `1,000`, `7th`, `'80s`, `5km`, `$1.50`."""
    whole, parts = found["whole"].replace(",", ""), found["parts"].split(".")[1:]
    is_grouped = whole != found["whole"] and len(whole) <= _LONGEST_GROUPED
    words = _in_full(int(whole)) if is_grouped else _in_digits(whole)
    before = (found["before"] or "").strip()
    if before == "#":
        words.insert(0, _said()[before])
    elif before:
        words.append(_said()[before])
    for part in parts:
        words += _in_digits(part) if before else ["point", *(_UNITS[int(digit)] for digit in part)]
    ending = (found["after"] or "").strip(" '’").casefold()
    return f" {' '.join(_ended(words, ending))} "


def _ended(words: list[str], ending: str) -> list[str]:
    *others, last = words
    if ending in {"st", "nd", "rd", "th"}:
        return [*others, _ORDINALS.get(last) or re.sub("y$", "ie", last.removesuffix("t")) + "th"]
    if ending == "s":
        return [*others, re.sub("y$", "ie", last) + ("es" if last.endswith("x") else "s")]
    if ending in _said() or len(ending) >= _ACRONYM:
        return [*words, _said().get(ending, ending)]
    return [*words, *ending]


def _in_digits(digits: str) -> list[str]:
    """Say a number as it is spoken: 1999 in two halves like a year, very long ones digit by digit."""
    if len(digits) > _LONGEST_NUMBER or (digits.startswith("0") and len(digits) > 1):
        return [_UNITS[int(digit)] for digit in digits]
    century, rest = divmod(int(digits), 100)
    if century in _CENTURIES or (century == _THIS_CENTURY and rest >= _SAID_IN_HALVES):
        ending = ["oh", *_in_full(rest)] if rest < _SAID_IN_HALVES else _in_full(rest)
        return [*_in_full(century), *(ending if rest else ["hundred"])]
    return _in_full(int(digits))


def _in_full(number: int) -> list[str]:
    for scale, name in _SCALES:
        if number >= scale:
            rest = number % scale
            return [*_in_full(number // scale), name, *(_in_full(rest) if rest else [])]
    if number < len(_UNITS):
        return [_UNITS[number]]
    return [_TENS[number // 10 - 2], *(_in_full(number % 10) if number % 10 else [])]
