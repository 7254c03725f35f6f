"""A stand-in lyric writer: hand-written banks, dealt by a seeded shuffle.

It is no model and is not the service's writer. It knows a few themes and tones and writes English only. The
tests prove every line of its banks against the CMU Pronouncing Dictionary (eight syllables, true rhymes), so
that nothing is looked up when a song is written. The prompt's own words appear in the title alone: their
metre is not known.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import dropwhile, islice, takewhile
from random import Random
from typing import TypeAlias, TypeVar

from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.writer import banks
from lyricscli.sandbox.writer.banks import READ_CHARS, VOCABULARY, Part, choose
from lyricscli.song.language import guess, is_foreign, language_name, listed, named
from lyricscli.song.words import words_of

_T = TypeVar("_T")
_Deck: TypeAlias = tuple[Iterator[str], Iterator[tuple[str, str]]]
"""The shuffled frames and couplets of one part; what has been dealt does not come again."""

APART = 3  # A bank holds this many songs that share no line.
_USUAL_COUNTS = (2, APART)
_COUPLETS = 2  # Every section has two couplets, four lines.


def write(prompt: str, *, seed: int = 0, count: int | None = None) -> tuple[Variant, ...]:
    """Write `count` songs on the prompt's subject; two or three when `count` is None.

    A text is tagged sections parted by a blank line, without a newline at the end.
    The first APART songs share no line, nor do the next. The same prompt and seed give the same songs in
    every process. A count below 1 is a ValueError.
    """
    if count is not None and count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    # A prompt may hold lone surrogates, which a seed given as a string may not.
    rng = Random(f"{seed}:{prompt}".encode("utf-8", "surrogatepass"))  # noqa: S311 - a song is no secret
    songs = _songs(banks.load(choose(prompt).name), subject(prompt), rng)
    numbers = range(1, 1 + (count or rng.choice(_USUAL_COUNTS)))
    return tuple(Variant(number, *next(songs)) for number in numbers)


def _songs(bank: Mapping[str, Part], topic: str, rng: Random) -> Iterator[tuple[str, VariantStatus, str]]:
    """Deal songs without end: the bank is shuffled anew whenever it is used up."""
    while True:
        decks = {name: _shuffle(bank[name], rng) for name in ("verse", "chorus", "bridge")}
        hooks, _ = decks["chorus"]
        for hook in islice(hooks, APART):
            yield headline(hook, topic), VariantStatus.COMPLETE, _text(hook, decks)


def _text(hook: str, decks: Mapping[str, _Deck]) -> str:
    refrain = _section("Chorus", decks["chorus"], hook)
    told = (("Verse 1", "verse"), ("Verse 2", "verse"), ("Bridge", "bridge"))
    return "\n\n".join(f"{_section(tag, decks[part])}\n\n{refrain}" for tag, part in told)


def _section(tag: str, deck: _Deck, hook: str = "") -> str:
    """Deal a section of four lines; a hook opens both couplets, as a chorus has it."""
    frames, couplets = deck
    dealt = islice(couplets, _COUPLETS)
    return f"[{tag}]\n" + "\n".join(
        f"{hook or next(frames)}{close}\n{answer}".replace(",,", ",") for close, answer in dealt
    )


def _shuffle(part: Part, rng: Random) -> _Deck:
    return iter(_shuffled(part.frames, rng)), iter(_couplets(part, rng))


def _couplets(part: Part, rng: Random) -> list[tuple[str, str]]:
    """All couplets of a part, a round of all families at a time, so that neighbours rhyme differently."""
    families = [
        list(zip(_shuffled(family.closes, rng), _shuffled(family.answers, rng), strict=True))
        for family in _shuffled(part.families, rng)
    ]
    return [couplet for round_ in zip(*families, strict=True) for couplet in round_]


def _shuffled(items: tuple[_T, ...], rng: Random) -> list[_T]:
    copy = list(items)
    rng.shuffle(copy)
    return copy


# Titles

MAX_SUBJECT = 40  # characters
_MAX_WORDS = 6
# Letters, apostrophes and hyphens alone come through: nothing that could forge a tag or steer a terminal.
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001 - prompts have curly apostrophes
_PHRASE_END = re.compile(r"[^\w\s'’-]+")  # noqa: RUF001
_POINTER = re.compile(r"\b(?:about|for|of|called|titled)\b", re.IGNORECASE)
_SMALL, _NOT_TELLING = (frozenset(VOCABULARY["titles"][kind].split()) for kind in ("small", "not_telling"))


def headline(hook: str, topic: str) -> str:
    """Title a song by its hook, with the subject, if any, in round brackets."""
    title = _capitals(hook.removesuffix(",").split())
    return f"{title} ({topic})" if topic else title


def subject(prompt: str) -> str:
    """Return the subject of an English prompt in at most MAX_SUBJECT plain characters, or an empty string.

    It is the first run of telling words, after "about", "for" or "of" if the prompt has one of them.
    """
    if notice(prompt):
        return ""
    head = prompt[:READ_CHARS]
    pointer = _POINTER.search(head)
    return (pointer and _first_phrase(head[pointer.end() :])) or _first_phrase(head)


def _first_phrase(text: str) -> str:
    phrases = (_phrase(clause.split()) for clause in _PHRASE_END.split(text))
    return _capitals(next(filter(None, phrases), []))


def _phrase(words: list[str]) -> list[str]:
    """Return the first telling words, with the small words between them."""
    start = dropwhile(lambda word: not _telling(word), words)
    phrase = list(takewhile(lambda word: _telling(word) or word.casefold() in _SMALL, start))[:_MAX_WORDS]
    while phrase and (not _telling(phrase[-1]) or len(_capitals(phrase)) > MAX_SUBJECT):
        phrase.pop()
    return phrase


def _telling(word: str) -> bool:
    return bool(_WORD.fullmatch(word)) and word.casefold() not in _NOT_TELLING


def _capitals(words: list[str]) -> str:
    """Join words as a title has them: small words stay small, except at the ends."""
    inner = range(1, len(words) - 1)
    cased = (
        word.lower() if place in inner and word.lower() in _SMALL else word[:1].upper() + word[1:]
        for place, word in enumerate(words)
    )
    return " ".join(cased)


# Languages

_ENGLISH = {"the", "of", "and", "with", "about", "song", "lyrics", "for", "my", "your", "in", "a"}
"""Words that show a prompt to be English where nothing speaks for another language."""
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
    head = prompt[:READ_CHARS]
    language = next(_foreign(head), None)
    if language is None and _is_english(head):
        return None
    return f"The sandbox's stand-in writer writes English only{(language and f', not {language}') or ''}."


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


def _is_english(prompt: str) -> bool:
    """Whether more than half of the words of a short prompt are English, as far as they can be judged.

    `ballade triste` is too short for a guess; names tell nothing, and of German nouns the first alone does.
    """
    words = [word for word in words_of(prompt) if len(word) > 1 and not any(map(str.isdigit, word))]
    judged = [word.lower() for index, word in enumerate(words) if not index or word.islower()]
    if not judged or not _ENGLISH.isdisjoint(judged):
        return True
    from lyricscli.song.checks.spelling import EnglishSpeller  # 40 ms, for prompts without an English word

    return sum(map(EnglishSpeller().knows, judged)) * 2 > len(judged)
