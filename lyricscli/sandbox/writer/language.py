"""Whether a prompt asks for, or is in, a language other than English."""

import re
from collections.abc import Iterator

from lyricscli.sandbox.writer.words import READ_CHARS
from lyricscli.song.language import guess, is_foreign, language_name, listed, named

_FEWEST_TELLING = 2
"""Words: a prompt is short, and nothing is lost by the notice."""
# Where a prompt says which language it wants: "Language: French", "in French", "French lyrics"; not "a French
# café" or "in Polish towns", which are subjects.
_ASKED = re.compile(
    r"\blanguage:\s*(?P<field>[^.\n]+)"
    r"|\b(?:in(?:to)?|auf|en|em|på|na|po|w|по|на|in het)[\s-]+(?P<inside>[^\W\d_]+(?:\s[^\W\d_]+)?)"
    r"(?=\s*(?:\Z|[^\w\s]|\b(?:and|or|with|about|for|please|lyrics?|words|on|to|that|but|only)\b))"
    r"|(?P<before>[^\W\d_]+)[\s-]+(?:lyrics?|language|words|text|songs?|version|translation)\b",
    re.IGNORECASE,
)


def notice(prompt: str) -> str | None:
    """Return one honest line when the prompt asks for, or is in, a language that this writer cannot write."""
    language = next(_foreign(prompt[:READ_CHARS]), None)
    return language and f"The sandbox's stand-in writer writes English only, not {language}."


def _foreign(prompt: str) -> Iterator[str]:
    for asked in _ASKED.finditer(prompt):
        field = asked["field"]
        # "in no time" names no Norwegian, and "in Latin heat" no Latin: codes stand in the field alone.
        codes = named(field or (asked["inside"] or asked["before"]).split()[-1], codes=bool(field))
        yield from (language_name(code) for code in codes if code != "en")
        if field and not codes:
            yield " ".join(field.split())
    yield from (language_name(code) for code in named(prompt, codes=False, own_only=True) if code != "en")
    if is_foreign(prompt, _FEWEST_TELLING):
        yield listed(guess(prompt, _FEWEST_TELLING)) or "the language of this prompt"
