"""How a text is written, as its lines say only together: which marks head sections, who speaks."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lyricscli.song.directives import read_directive
from lyricscli.song.headers import LONGEST_HEADER, Habits, Header, Marking, Tag, read_header
from lyricscli.song.kinds import Certainty, SectionKind, plain
from lyricscli.song.lines import is_invisible, to_ascii
from lyricscli.song.names import read_name, words

_SPEAKER = re.compile(r"\s*(?P<name>[^\W\d_][^:：\[\](){}<>]{0,30}?)\s*[:：]\s*(?=\S)")
_MOST_WORDS_OF_A_NAME = 3
_MOST_OF_A_KIND = 4
"""A first chorus with a higher number than this is no such chorus."""
_SHORT = re.compile(r"[*_#]{0,3}\[?\s*(?P<name>[A-Za-z]{1,4})\s?\.?\s?\d{0,2}\s*\]?[*_]{0,3}:?\s*\Z")


def observe(lines: Sequence[str]) -> Habits:
    """Look over all lines of a text once, each without its line break."""
    headers = [
        header
        for line, count in Counter(lines).items()
        if 0 < len(line) <= LONGEST_HEADER
        and (header := read_header(line, starts_paragraph=True)) is not None
        for _ in range(min(count, 2))
    ]
    known = [header for header in headers if header.tag.kind is not SectionKind.OTHER]
    letters = [
        char for line in lines[:200] for char in line[:200] if char.isalpha() and char.lower() != char.upper()
    ]
    return Habits(
        styles=frozenset(
            (header.style, header.tag.label[:1].islower())
            for header in known
            if header.certainty is Certainty.SURE
        ),
        has_short_forms=_has_short_forms(lines),
        is_solid=not any(map(is_invisible, lines)),
        is_shouted=sum(char.isupper() for char in letters) * 2 > len(letters),
        is_chordpro=any(
            read_directive(to_ascii(line.strip())) for line in lines if line.lstrip().startswith("{")
        ),
        unknown=frozenset(_unknown(headers)),
        in_bars=frozenset(_in_bars([header.tag for header in known])),
        speakers=frozenset(_speakers(lines)),
    )


def speaker_of(text: str, manner: Habits) -> str:
    """Return what stands before a line's words to say who sings them, or nothing."""
    if not manner.speakers:
        return ""
    found = _SPEAKER.match(text)
    return found[0] if found is not None and found["name"] in manner.speakers else ""


def _has_short_forms(lines: Sequence[str]) -> bool:
    """Whether lines such as `[V1]`, `V1:` and `[PC]` stand alone: a chord is none of them."""
    found = Counter(
        (match["name"].lower(), "[" in line or ":" in line)
        for line in lines
        if len(line) < LONGEST_HEADER and (match := _SHORT.match(to_ascii(line).strip()))
    )
    marked = {name for name, is_marked in found if is_marked}
    bare = {name for name, is_marked in found if not is_marked}
    return bool(marked & {"v", "vs", "pc"}) or {"v", "c"} <= bare | marked


def _in_bars(tags: Sequence[Tag]) -> Iterable[SectionKind]:
    """List the kinds whose numbers are lengths: multiples of four only, and more than one kind has such."""
    numbers: dict[SectionKind, set[int]] = {}
    for tag in tags:
        if tag.number is not None and tag.bars is None:
            numbers.setdefault(tag.kind, set()).add(tag.number)
    kinds = [kind for kind, found in numbers.items() if all(number % 4 == 0 for number in found)]
    is_told = len(kinds) > 1 or any(tag.bars for tag in tags)
    return [kind for kind in kinds if is_told or min(numbers[kind]) > _MOST_OF_A_KIND]


def _unknown(headers: Iterable[Header]) -> Iterable[str]:
    """List the tags that stand twice, and those with a number, unless they are known for cues."""
    tags = [
        header.tag
        for header in headers
        if header.style is Marking.SQUARE and header.tag.kind is SectionKind.OTHER
    ]
    counts = Counter(plain(tag.label) for tag in tags)
    for tag in tags:
        if (counts[plain(tag.label)] > 1 or _ends_in_number(tag)) and not _is_cue(tag):
            yield plain(tag.label)


def _ends_in_number(tag: Tag) -> bool:
    return tag.number is not None and tag.bars is None and tag.label[:1].isalpha()


def _is_cue(tag: Tag) -> bool:
    """Whether a tag says how something sounds, or when: `softly`, `0:45`."""
    extra = read_name(tag.label).extra
    return not extra or any(plain(word) in words("cue") for word in extra) or tag.label[:1].isdigit()


def _speakers(lines: Sequence[str]) -> Iterable[str]:
    """List the names before a colon on several lines: in capitals, of a role, or no English word."""
    counts = Counter(
        found["name"]
        for line in dict.fromkeys(lines)
        if len(line) < LONGEST_HEADER * 2 and (found := _SPEAKER.match(line)) and _is_a_name(found["name"])
    )
    several = [name for name, count in counts.items() if count > 1]
    is_dialogue = len(several) > 1
    if not any(_is_no_word(name, is_dialogue=is_dialogue) for name in several):
        return []
    return [name for name in counts if name in several or _is_no_word(name, is_dialogue=is_dialogue)]


def _is_a_name(name: str) -> bool:
    parts = name.split()
    if len(parts) > _MOST_WORDS_OF_A_NAME or read_name(name).kind is not SectionKind.OTHER:
        return False
    return all(part[0].isalpha() and not part[0].islower() for part in parts if part not in {"&", "+"})


def _is_no_word(name: str, *, is_dialogue: bool) -> bool:
    """Whether a name is a singer's: in capitals, a role such as `Both`, or no common English word.

    In a dialogue a word that is a name as well (`Rose`) is one.
    """
    if name.isupper() or all(plain(part) in words("role") for part in name.split()):
        return True
    from lyricscli.song.checks.wordlist import english_words  # 255 KB, for the few texts with such lines

    listed = english_words()
    return not any(
        part.casefold() in listed.common and not (is_dialogue and part in listed) for part in name.split()
    )
