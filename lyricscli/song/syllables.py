"""How many syllables a word or a line has: English by rules, other scripts by their vowels.

The count starts with the groups of vowels in the spelling; SILENT patterns take one away for every match and
HIATUS patterns add one. They were written by comparing with the pronunciations of the CMU dictionary.
"""

import re
import unicodedata
from functools import cache, lru_cache

# The halves of English compounds; the e where they meet is silent: fire-fly, home-less.
_FIRST_HALVES = (
    "awe bare base blue bone cake care case cheese dare dove eye face file fire five fore game gate goose "
    "grape grave here hide hole home hope horse house juice lace lake late life like line live love make "
    "mine name nine nose note pace pipe plane race rope rose safe sauce scape score share shore side "
    "smoke snake some space stage stake stone store stove take there tide time tongue trade tune type use "
    "vice wake ware wave where white whole wide wine wire wise"
)
_SECOND_HALVES = (
    "back ball berry bird board boat body bone book born bound bow bread bug burger by cake cap card case "
    "cast coat craft cut day dom drop fall farm field fighter fish flake flow fly fold foot frame ful "
    "fully gate girl glass ground guard gun head heart hold holder hole hood horse house keeper kick "
    "knife land less let lid lift light like line lit load lock long lore ly mail maker making man mark "
    "mate men ment mill mind more ness nest note one pack person pin pipe plate play point pool port post "
    "pot proof rack room rope set shift ship shop sick side skin sman smen some song sperson stone stop "
    "storm stream string swoman swomen table taker taking tape thing tight time track trap tree ty walk "
    "ward wash water wave way weight well wheel where whip wide wind wire wise wolf woman women wood work "
    "worker works worm worth worthy writer writing yard"
)
_AFTER_VOWEL = r"(?:(?<=[aeiouy][^aeiouy])|(?<=[aeiouy][^aeiouy]{2})|(?<=[aeiouy][^aeiouy]{3}))(?<![eptbd]l)"
_BEFORE_SECOND = rf"{_AFTER_VOWEL}e(?=(?:{_SECOND_HALVES.replace(' ', '|')})s?$)"
_AFTER_FIRST = (
    rf"^(?:{'|'.join(half[:-1] for half in _FIRST_HALVES.split())})e"
    r"(?=[bcdfghjklmnptvwz][a-z]{2}|s[a-z]{3})(?!ment|sted|ned|ted|ver)"
)
_SILENT = (
    r"[^aeiouy]e(?=s?$)(?<![^aeiouy]le)(?<![sxzcg]e(?=s))(?<![cs]he(?=s))",  # love, loves; not table, roses
    r"(?:(?<=q)|(?<=[^r]g))ue(?=s?$|d$)",  # unique, league
    r"[^aeiouytd]ed$(?<![^aeiouyrwl]led)",  # loved; not wanted, troubled
    rf"{_BEFORE_SECOND}|{_AFTER_FIRST}",
    r"a(?=lly$)(?<=ica)",  # magically
    r"(?<=^ev)e(?=ry.|ning)",  # everything, evening
    r"(?<=bus)i(?=ness)",
)
_HIATUS = (
    r"(?<![ctgsxlnh])i(?=a)(?!age)",  # diary; not marriage
    r"(?<=[ln])i(?=a(?!r|n[tc]|ge|n$|ns$))",  # alias; not familiar
    r"(?<=^[gl])i(?=a)",  # giant
    r"(?<![ctgsxlnh])i(?=o)",  # radio
    r"(?<=l)i(?=o[^n])|(?<=^l)i(?=on)",  # violin, lion; not million
    r"(?<=[ctgs])i(?=a(?:te|ting|tion|tor)|o(?:l|mat|pat|log|s$))",  # appreciate
    r"i(?=[iu])|u(?=u)",  # medium, continuum
    r"(?<=x)i(?=om)|(?<=ig)u(?=ou|it)",  # axiom, ambiguous
    r"(?<![cgstn])i(?=en[tc])|(?<=sc)i(?=en[ct])",  # client, science
    r"(?<=[dqu])i(?=et)|i(?=et(?:y|ies|al))",  # quiet, society
    r"(?<=[la])i(?=ens?$)",  # alien
    r"(?<=[a-z][a-z])i(?=ers?$|est$)(?<!di)(?<!tti)(?<!ali)(?<!pri)",  # happier
    r"[aeou](?=y[aeiou])(?!yed)(?!yes?$)",  # player
    r"(?:[eo]|(?<=[^qg])u)(?=ing)|(?<=[^aeou])y(?=ing)",  # being, ruing, flying
    r"(?<=[^qgs])u(?=[ao])|(?<=[^qg])u(?=e(?:n|l|t))",  # actual, cruel
    r"(?<=[^qgs])u(?=i(?:t[iy]|ds?$|dit|st|c(?!e)|n(?!t|g|e)))",  # ruin, fluid; not fruit
    r"(?<![gphu])e(?=o)(?!o(?:us$|ple|pard|man|rg|ugh|ff|ut|ver|ld))",  # video; not gorgeous
    r"(?<=[gh])e(?=o[glm])|(?<=^th)e(?=or)",  # geology, theory
    r"(?<=r)e(?=ali[stz])|(?<=[nr])e(?=ous)",  # reality, erroneous
    r"(?<=r)e(?=a(?:ct|ss|ff|pp|rr|d[ajm]|v[ao]))(?<!bre)|(?<=cr)e(?=at(?!u))",  # react, create
    r"(?:(?<=ar)|(?<=id))e(?=as?$)",  # area, idea
    r"(?:(?<=lin)|(?<=ucl))e(?=ar)|(?<=th)e(?=at[re]|is)",  # linear, nuclear, theatre
    r"[iay](?=sms?$)|th(?=ms?$)",  # prism, rhythm
    r"(?<![aeoun])(?<!^)y(?=[aou])(?!yard)",  # hyacinth
    r"a(?=os|ot(?!t)|ic)|(?<![bwr])a(?=ist)",  # chaos, archaic
    r"o(?=ist)|(?<!rh)ei(?=s[tm])|e(?=u[ms]s?$)",  # soloist, atheist, museum
    r"(?<!a)i(?=re[ds]?$|ring$)",  # desire, tired
    r"(?<=p)o(?=e[mt])|(?<=n)a(?=iv)",  # poet, naive
    r"^re(?=[eiou])(?!e[dkl]|efs?$|ign|ins?$|indeer)",  # reunite
    r"^(?:un)?co(?=o[pr](?!$|s$)|in[cs]|ed|ex)|^pre(?=[eio])(?!en)",  # coincide, preoccupy
)
_EXCEPTIONS = {
    word: number
    for number, words in {
        1: "ache ached aches aired coin coins heard isle isles",
        2: "behaviour beloved choir colonel conscience coyote embed genre genres genius going hatred hundred "
        "hundreds inspire kindred maybe naked nothing oneself rugged sacred someone something subtly "
        "vampire wicked wired wretched",
        3: "albeit alliance anyone beautiful behavior caveat deity evening genuine heroic heroin idea "
        "oasis recipe recipes solely suicide tireless tiresome twentieth usual valuable visual whoever",
        4: "apostrophe arguable beautifully genuinely gratuitous nevertheless",
    }.items()
    for word in words.split()
}
_MARKS = re.compile("[\u0300-\u0305\u0307-\u036f]")  # every accent but that of й, which is no vowel
_VOWELS = re.compile("[aeiouy]+")
_OTHER_VOWELS = re.compile("[аеиоуыэюяіїєёαεηιοωυ]|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NO_SYLLABLE = re.compile("[ゃゅょっャュョッー]")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")
_SYLLABIC_ENDINGS = re.compile(r"(?:[^aeiouy]'(?:ll|d|ve|re)|[ds]n't|(?:[sxz]|[cs]h|[cg]e)'s)$")
_LONGEST_WORD = 64
"""Characters; what is longer is no word of a language, and one syllable a vowel is close enough."""

_UNITS = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
_TENS = (0, 1, 2, 2, 2, 2, 2, 3, 2, 2)


def in_line(text: str) -> int:
    """Count the syllables of a line; what is no word counts nothing."""
    return sum(in_word(word) for word in _WORD.findall(text))


@lru_cache(maxsize=4096)
def in_word(word: str) -> int:
    """Count the syllables of one word or number, at least 1; a sung `-in'` counts like `-ing`."""
    if word.isdecimal():
        return _in_digits(word)
    word = _plain(word)
    others = len(_OTHER_VOWELS.findall(word)) - len(_NO_SYLLABLE.findall(word))
    if others > 0:
        return others
    whole = re.sub(r"in'$", "ing", word)
    stem = whole.partition("'")[0] if whole.find("'") > 1 else whole.replace("'", "")
    return _in_english(stem) + (_SYLLABIC_ENDINGS.search(whole) is not None)


def _plain(word: str) -> str:
    """Lower-case, with a straight apostrophe, and accents only where they make an `e` sound."""
    word = word.casefold().replace("’", "'").replace("é", "ey").replace("è", "ey")
    return unicodedata.normalize(
        "NFC", re.sub("[\u0300-\u0304\u0307-\u036f]", "", unicodedata.normalize("NFD", word))
    )


def _in_english(word: str) -> int:
    known = _EXCEPTIONS.get(word)
    if known is not None:
        return known
    groups = len(_VOWELS.findall(word))
    if len(word) > _LONGEST_WORD:
        return max(1, groups)
    return max(1, groups + sum(sign * len(pattern.findall(word)) for pattern, sign in _patterns()))


def _in_digits(digits: str) -> int:
    """Count a number as it is spoken: 1999 in two halves like a year, very long ones digit by digit."""
    if len(digits) > len("999999") or digits.startswith("0"):
        return sum(_UNITS[int(digit)] for digit in digits)
    number = int(digits)
    if 1100 <= number < 2000 and number % 100 > 9:  # noqa: PLR2004 - the years that are said in two halves
        return _in_number(number // 100) + _in_number(number % 100)
    return _in_number(number)


def _in_number(number: int) -> int:
    for unit in (1000, 100):
        if number >= unit:
            rest = number % unit
            return _in_number(number // unit) + 2 + (_in_number(rest) if rest else 0)
    if number < len(_UNITS):
        return _UNITS[number]
    return _TENS[number // 10] + (_UNITS[number % 10] if number % 10 else 0)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], int], ...]:
    silent = ((re.compile(pattern), -1) for pattern in _SILENT)
    return *silent, *((re.compile(pattern), 1) for pattern in _HIATUS)
