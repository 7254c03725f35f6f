"""Structure: sections known, balanced, with words, and not repeated by mistake."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from lyricscli.song.checks.findings import Check, Finding, Level
from lyricscli.song.lines import LineKind
from lyricscli.song.names import SectionKind
from lyricscli.song.sections import Section, Song
from lyricscli.song.words import plain_words

_LOPSIDED = 2
"""A verse with this many times the lines of another is worth a note."""
_finding = partial(Finding, Check.STRUCTURE)


def check_structure(song: Song) -> tuple[Finding, ...]:
    """Look at the sections; findings come in the order of their lines."""
    findings = [
        *_unknown(song),
        *_without_words(song),
        *_repeated(song),
        *_misnumbered(song),
        *_lopsided(song),
        *_unbalanced(song),
    ]
    if not song.has_headers and any(section.sung for section in song.sections):
        findings.append(_finding(Level.NOTE, None, "The text names no sections."))
    return tuple(sorted(findings, key=lambda finding: finding.line or 0))


def _unknown(song: Song) -> Iterator[Finding]:
    for section in song.sections:
        if section.tag.kind is SectionKind.OTHER:
            yield _finding(Level.NOTE, section.number, f"“{section.name}” is no section name that is known.")


def _without_words(song: Song) -> Iterator[Finding]:
    """Find headers without words; a bare chorus after a chorus is none, it asks for that one again."""
    sung: set[SectionKind] = set()
    for section in song.sections:
        kind = section.tag.kind
        if section.sung:
            sung.add(kind)
        elif section.header and not kind.is_wordless and not (kind.is_sung_again and kind in sung):
            yield _finding(Level.MILD, section.number, f"“{section.name}” has no words.")


def _repeated(song: Song) -> Iterator[Finding]:
    """Only parts that tell the story: choruses are there to be repeated."""
    seen: dict[tuple[str, ...], Section] = {}
    for section in song.sections:
        words = tuple(word for line in section.sung for word in plain_words(line.sung))
        if section.tag.kind not in {SectionKind.VERSE, SectionKind.BRIDGE} or not words:
            continue
        first = seen.setdefault(words, section)
        if first is not section:
            message = f"“{section.name}” has the words of “{first.name}” (line {first.number})."
            yield _finding(Level.MILD, section.number, message)


def _misnumbered(song: Song) -> Iterator[Finding]:
    known = defaultdict[SectionKind, set[int]](set)
    for section in song.sections:
        kind, number = section.tag.kind, section.tag.number
        if number is None:
            continue
        if number > 1 and known[kind].isdisjoint({number - 1, number}):
            message = f"“{section.name}” comes without a {kind} {number - 1} before it."
            yield _finding(Level.NOTE, section.number, message)
        known[kind].add(number)


def _lopsided(song: Song) -> Iterator[Finding]:
    verses = [section for section in song.sections if section.tag.kind is SectionKind.VERSE and section.sung]
    for verse in verses[1:]:
        ours, first = len(verse.sung), len(verses[0].sung)
        if max(ours, first) >= _LOPSIDED * min(ours, first):
            message = f"“{verse.name}” has {ours} lines, “{verses[0].name}” has {first}."
            yield _finding(Level.NOTE, verse.number, message)


def _unbalanced(song: Song) -> Iterator[Finding]:
    for section in song.sections:
        for line in section.lines:
            if line.kind is LineKind.CLOSING and not section.header:
                yield _finding(Level.MILD, line.number, f"“{line.text.strip()}” closes nothing.")
            elif any(line.text.count(left) != line.text.count(right) for left, right in ("[]", "【】")):
                yield _finding(Level.MILD, line.number, "A bracket is opened or closed alone.")
