"""Language: what whole sections seem to be written in, by script and by the commonest words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.data import read_rows
from lyricscli.song.sections import Section, Song
from lyricscli.song.words import words_of

_FEWEST_WORDS = 6
_FEWEST_TELLING = 3
"""Different words that speak for the language."""
_SURE_SHARE = 0.15
"""Sung text has about a third of such words in its own language, and hardly any of a foreign one."""
_SURE_LEAD = 1.5

_NAMES = {
    "en": "English englisch inglés anglais",
    "es": "Spanish español castellano spanisch",
    "fr": "French français französisch francés",
    "de": "German deutsch alemán allemand",
    "it": "Italian italiano",
    "pt": "Portuguese português brazilian",
    "nl": "Dutch nederlands",
    "sv": "Swedish svenska",
    "pl": "Polish polski",
    "tr": "Turkish türkçe",
    "id": "Indonesian bahasa malay",
    "ru": "Russian русский",
    "uk": "Ukrainian українська",
    "zh": "Chinese mandarin cantonese 中文 普通话 国语 粤语",
    "ja": "Japanese 日本語",
    "ko": "Korean 한국어",
    "ar": "Arabic العربية",
    "hi": "Hindi हिन्दी",
    "he": "Hebrew עברית",
    "el": "Greek ελληνικά",
    "th": "Thai ไทย",
}
_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7a3",
    "zh": "\u3400-\u9fff",
    "ar": "\u0600-\u06ff",
    "hi": "\u0900-\u097f",
    "he": "\u0590-\u05ff",
    "el": "\u0370-\u03ff",
    "th": "\u0e00-\u0e7f",
}
_TELLING = {
    "es": "ñ¿¡",
    "de": "ß",
    "pt": "ãõ",
    "pl": "łżźśćńąę",
    "tr": "ğşı",
    "sv": "å",
    "uk": "іїєґ",
    "ru": "ыэъё",
    "fr": "œêçù",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """The language (ISO 639-1) a text seems to be in; None when unsure."""

    language: str | None


def guess_language(text: str) -> Guess:
    """Guess from the script where it tells, else from the commonest words; unsure of few or mixed words."""
    letters = sum(char.isalpha() for char in text)
    counts = {code: len(_script(code).findall(text)) for code in _SCRIPTS}
    if counts["ja"] * 10 > letters > 0 and counts["ja"] > 1:
        return Guess("ja")
    code = max(counts, key=lambda script: counts[script])
    if counts[code] * 2 > letters > 1:
        return Guess(code)
    return Guess(_by_words(words_of(text.casefold().replace("’", "'"))))


def language_name(code: str) -> str:
    """Give a language's English name."""
    return _NAMES[code].split()[0]


def language_code(wanted: str) -> str | None:
    """Find the language that a user names: `en`, `en-GB`, `English`, `español`, or None."""
    word = re.split(r"[\s\-_(,]", wanted.strip().casefold())[0]
    return _codes().get(word)


def check_language(song: Song, wanted: str) -> tuple[Finding, ...]:
    """Compare with the language wanted: strong when the whole song is in another, mild for a section."""
    code = language_code(wanted)
    if code is None:
        return (_finding(Level.NOTE, None, f"“{wanted}” is no language that can be told here."),)
    whole = guess_language(_sung(song.sections)).language
    if whole is not None and whole != code:
        return (
            _finding(
                Level.STRONG,
                None,
                f"The text reads as {language_name(str(whole))}, not {language_name(code)}.",
            ),
        )
    findings = [
        _finding(Level.MILD, section.number, f"“{section.name}” reads as {language_name(found)}.")
        for section in song.sections
        if (found := guess_language(_sung([section])).language) is not None and found != code
    ]
    if whole is None and not findings:
        findings.append(
            _finding(
                Level.NOTE, None, f"Unsure whether this is {language_name(code)}: too few telling words."
            )
        )
    return tuple(findings)


def _finding(level: Level, line: int | None, message: str) -> Finding:
    return Finding(Check.LANGUAGE, level, line, message)


def _sung(sections: Iterable[Section]) -> str:
    return "\n".join(line.sung for section in sections for line in section.sung)


def _by_words(words: list[str]) -> str | None:
    words = [word for word in words if word[-1].isalpha()]
    if len(words) < _FEWEST_WORDS:
        return None
    scores: dict[str, float] = defaultdict(float)
    telling: Counter[str] = Counter()
    for word, count in Counter(words).items():
        languages = _languages_of(word)
        telling.update(languages)
        for language in languages:
            scores[language] += count / len(languages)
    first, second, *_ = *sorted(scores.items(), key=itemgetter(1), reverse=True), ("", 0.0), ("", 0.0)
    is_sure = first[1] >= _SURE_SHARE * len(words) and first[1] >= _SURE_LEAD * second[1]
    return first[0] if is_sure and telling[first[0]] >= _FEWEST_TELLING else None


def _languages_of(word: str) -> list[str]:
    """List the languages that a word speaks for: by a letter of their own, or as one of their commonest."""
    by_letter = [language for language, letters in _TELLING.items() if not set(letters).isdisjoint(word)]
    return by_letter or list(_languages_by_word().get(word, ()))


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for row in read_rows("common_words.txt"):
        for word in row[1:]:
            table[word] = (*table.get(word, ()), row[0])
    return table


@cache
def _codes() -> dict[str, str]:
    names = {name.casefold(): code for code, words in _NAMES.items() for name in words.split()}
    return names | {code: code for code in _NAMES}


@cache
def _script(code: str) -> re.Pattern[str]:
    return re.compile(f"[{_SCRIPTS[code]}]")
