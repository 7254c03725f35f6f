"""Which language a text is in, and which one a person names: by script, letters and the commonest words."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from lyricscli.song.data import read_lines, read_rows
from lyricscli.song.words import plain_words, words_of

_READ_CHARS = 20_000
"""Of a longer text only this much is read."""
FEWEST_TELLING = 3
"""Different words that speak for a language before it is believed."""
_SURE_SHARE = 0.15
"""Sung text has about a third of such words in its own language, and hardly any of a foreign one."""
_LEAD, _LEAD_SHARE = 1.5, 0.1
"""By how many words, and by which share of its own, a language must lead before another is ruled out."""
_MOST_NEAR = 3
"""More languages than this that cannot be told apart are no verdict."""
_SPECIAL_LETTERS = 0.5
"""What a word says with letters that only some languages of its script have, against a common word's 1."""
_FEWEST_LETTERS = 4
_SEVERAL = 2
_FEWEST_HAN = 8
"""Characters without kana that are taken for Chinese; fewer may be a Japanese title."""
_KANA = {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}
_DENSE = {"CJK", "HANGUL", *_KANA}
"""Scripts in which a letter says as much as two of others."""


class Language(NamedTuple):
    """A row of `languages.txt`. `letters` are those it is written with, empty where they tell nothing."""

    code: str
    codes: tuple[str, ...]
    script: str
    letters: frozenset[str]
    names: tuple[str, ...]
    own_names: tuple[str, ...]


@cache
def languages() -> Mapping[str, Language]:
    """Read the languages that can be told or named, by their ISO 639-1 code, else the 639-2."""
    return {one.code: one for one in map(_language, read_lines("languages.txt"))}


def guess(text: str, least: int = FEWEST_TELLING) -> tuple[str, ...]:
    """Tell the language of a text (ISO 639-1), or the two or three that it may be in, likeliest first.

    Empty when nothing is sure: too few or mixed words, or a language that is not known here. `least` is the
    number of different words that must speak for it.
    """
    near = _near(text, least)
    return near if len(near) <= _MOST_NEAR else ()


def is_foreign(text: str, least: int = FEWEST_TELLING) -> bool:
    """Whether a text is surely not English, whatever else it is."""
    near = _near(text, least)
    return "en" not in near and (bool(near) or _scripts(text).most_common(1)[0][0] != "LATIN")


def language_name(code: str) -> str:
    """Give a language's English name."""
    return languages()[code].names[0]


def named(text: str, *, codes: bool = True, own_only: bool = False) -> tuple[str, ...]:
    """Find the languages that a text names, in the order of their names: “English with some español”.

    Of `codes` one counts (`es`, `spa`, `es-419`, `pt_BR.UTF-8`) that is all of the text. With `own_only` what
    languages are called in English is passed over.
    """
    code = re.split(r"[-_.]", text.strip().casefold())[0]
    if codes and code in _codes():
        return (_codes()[code],)
    spaced = f" {_spaced(text)} "
    found: dict[int, str] = {}
    for name, language in _names(own_only):
        place = spaced.find(name)
        while place >= 0:
            found[place] = language
            spaced = spaced[:place] + " " * len(name) + spaced[place + len(name) :]
            place = spaced.find(name)
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))


def _scripts(text: str) -> Counter[str]:
    """Weigh the scripts of a text by their letters; kana counts as CJK."""
    scripts = Counter[str]()
    for letter, count in Counter(filter(str.isalpha, text[:_READ_CHARS])).items():
        script = _script(letter)
        scripts["CJK" if script in _KANA else script] += count * (2 if script in _DENSE else 1)
    return scripts or Counter(LATIN=1)


def _near(text: str, least: int) -> tuple[str, ...]:
    """List every language that a text may be in, likeliest first; empty when nothing tells."""
    head = unicodedata.normalize("NFKC", text[:_READ_CHARS]).casefold().replace("’", "'")
    scripts = _scripts(head)
    script, letters = scripts.most_common(1)[0]
    if letters < _FEWEST_LETTERS or letters * 2 <= scripts.total():
        return ()
    if script == "CJK":
        return _of_han(letters // 2, sum(_script(letter) in _KANA for letter in head))
    known = [one for one in languages().values() if one.script == script]
    if len(known) < _SEVERAL:
        return tuple(one.code for one in known)
    return _by_words(words_of(head), known, least)


def _language(row: str) -> Language:
    codes, letters, names, own_names = row.split("|")
    used, _, unused = letters.partition(" -")
    script = next((_script(letter) for letter in used if letter.isalpha()), "LATIN")
    base = set("abcdefghijklmnopqrstuvwxyz") - set(unused) if script == "LATIN" else set[str]()
    return Language(
        codes.split()[0],
        tuple(codes.split()),
        script,
        frozenset(base | set(used)),
        _split(names),
        _split(own_names),
    )


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


@cache
def _script(letter: str) -> str:
    """Name a letter's script by the first word of its Unicode name."""
    return unicodedata.name(letter, "NONE").split()[0]


def _of_han(characters: int, kana: int) -> tuple[str, ...]:
    if kana * 10 >= characters:
        return ("ja",)
    return ("zh",) if characters >= _FEWEST_HAN else ("zh", "ja")


def _by_words(words: list[str], known: list[Language], least: int) -> tuple[str, ...]:
    scores, telling = defaultdict[str, float](float), Counter[str]()
    types = {word.strip("'") for word in words if not any(map(str.isdigit, word))}
    for word in types:
        for code, worth in _voices(word, known[0].script):
            scores[code] += worth
            telling[code] += worth == 1
    ranked = sorted(((one.code, scores[one.code]) for one in known), key=lambda item: -item[1])
    best, top = ranked[0]
    if telling[best] < least or top < _SURE_SHARE * len(types):
        return ()
    return tuple(code for code, score in ranked if score > top - max(_LEAD, _LEAD_SHARE * top))


@lru_cache(2**16)
def _voices(word: str, script: str) -> tuple[tuple[str, float], ...]:
    """List what a word says for the languages of a script: a common word 1, a letter they lack -1."""
    known = [one for one in languages().values() if one.script == script]
    special = set(filter(str.isalpha, word)) - frozenset.intersection(*(one.letters for one in known))
    bonus = 0 if "".join(special).isascii() else _SPECIAL_LETTERS
    voices = (
        (one.code, 1 if word in _common_words()[one.code] else bonus if special <= one.letters else -1)
        for one in known
    )
    return tuple((code, worth) for code, worth in voices if worth)


@cache
def _common_words() -> Mapping[str, frozenset[str]]:
    rows = ((code, frozenset(words)) for code, *words in read_rows("common_words.txt"))
    return defaultdict(frozenset[str], rows)


@cache
def _codes() -> dict[str, str]:
    return {code: one.code for one in languages().values() for code in one.codes}


@cache
def _names(own_only: bool) -> list[tuple[str, str]]:
    """List folded names, long ones first; those of scripts without spaces are found within words too."""
    names = [
        (_folded(name), one.code)
        for one in languages().values()
        for name in (*(() if own_only else one.names), *one.own_names)
    ]
    return sorted(names, key=lambda pair: -len(pair[0]))


def _folded(name: str) -> str:
    plain = _spaced(name)
    return f" {plain} " if _script(plain[0]) in {"LATIN", "CYRILLIC", "GREEK"} else plain


def _spaced(text: str) -> str:
    return " ".join(part for word in plain_words(text) for part in re.split("[-‑]", word))


def listed(codes: Iterable[str]) -> str:
    """Name languages in a row: “Indonesian or Malay”."""
    return " or ".join(map(language_name, codes))
