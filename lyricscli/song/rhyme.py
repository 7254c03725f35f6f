"""Which lines rhyme, judged by English spelling: a key for the sounds from the last stressed vowel on.

In a key the capitals A E Y O U W are the long vowels of day, see, my, go, you and now; V X J those of book,
air and boy; s stands for z too, as songs rhyme. Rules cannot know every word: measured on the common words of
one syllable, nine of ten pairs that rhyme share a key, and nine of ten that share one rhyme. Longer words do
less well.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from string import ascii_letters

from lyricscli.song.words import last_word, plain_word

UNRHYMED = "-"
"""The letter of a line that rhymes with no other of its section."""

_LONGEST_TAIL = 14

# Words whose spelling misleads, under the key of the words they rhyme with.
_IRREGULAR = {
    word: key
    for key, words in {
        "uv": "love above of glove dove",
        "Uv": "move prove groove improve remove",
        "Us": "lose whose",
        "un": "done none one son won run begun undone ton",
        "um": "come some become overcome thumb",
        "on": "gone",
        "U": "you do to who two too through into thru",
        "O": "though although go so no oh whoa sew toe know ago bro below yo",
        "uf": "enough rough tough",
        "W": "now how cow wow vow allow brow anyhow somehow",
        "On": "own known grown shown blown flown thrown unknown",
        "E": "key",
        "At": "great straight",
        "An": "reign",
        "Yt": "height",
        "et": "threat sweat",
        "Ek": "antique unique",
        "Ak": "break steak",
        "Aks": "breaks steaks",
        "ed": "said dead head instead read bread spread thread ahead dread",
        "en": "again",
        "A": "they hey obey grey okay",
        "ur": "her were sir fur stir",
        "Xr": "there where wear bear tear their they're swear prayer "
        "everywhere anywhere nowhere somewhere pear",
        "art": "heart apart",
        "ud": "blood flood",
        "Vd": "could would should good stood wood hood",
        "ung": "young tongue among",
        "Ost": "most ghost host post almost",
        "Y": "eye high bye goodbye sky deny reply july rely apply "
        "supply sigh thigh buy guy i ally deny lullaby",
        "Ys": "eyes skies goodbyes",
        "or": "door floor four your more war before you're poor pour anymore store for or nor",
        "urd": "word heard bird",
        "urld": "world",
        "urth": "worth earth birth",
        "av": "have",
        "iv": "live give forgive",
        "us": "does 'cause cause because was",
        "ut": "what but",
        "uch": "touch much such",
        "Ol": "soul control whole roll stroll",
        "odE": "body somebody nobody everybody anybody",
        "AbE": "maybe baby",
        "uther": "brother mother other another",
        "end": "friend",
        "ends": "friends",
        "Uth": "youth truth",
        "urE": "worry hurry",
        "unE": "money honey funny",
        "Erd": "weird beard",
        "el": "hotel farewell",
    }.items()
    for word in words.split()
}

# Spelling to sound, in this order. `_` is a past tense's silent e, G a silent gh, V the vowel of book.
_LENGTHENED = r"(?=[^aeiouywxrS_](?:es?$|_|ings?$|ers?$|ely$))"
_SOUNDS = (
    (r"[^a-z]", ""),
    (r"qu(?!e$|es$)", "kw"),
    (r"gu(?=[ei])", "gg"),
    (r"(?<=[iu])gh(?=t|$|s$|ed$)", "G"),
    (r"eiG", "A"),
    (r"iG", "Y"),
    (r"[ao]uG(?=t)", "aw"),
    (r"tch", "ch"),
    (r"ph", "f"),
    (r"(?:ck|que)(?=$|s$|ed$)", "kk"),
    (r"dge", "dje"),
    (r"mb(?=s?$)|mn$", "m"),
    (r"(?:ce|ze|z)(?=$|d$)|ce(?=s$)", "se"),
    (r"^([^aeiouy]+)ies$|(?<=[gb])uys$", r"\1Ys"),
    (r"(?<=[^aeiouy])ies$", "Es"),
    (r"ss", "S"),
    (r"oi(?!ng)|oy", "J"),
    (r"[st]ion", "Sun"),
    (r"(?<=[^aeiouy])ied$", "Yd"),
    (r"(?<=[aeiouyYGJw][pkfsSxh])ed$|(?<=[aeiouyYGJw][^aeiouy][pkfsxh])ed$|(?<=[nlr]ch)ed$", "_t"),
    (r"(?<=[aeiouyYGJw][^tdS])ed$|(?<=[aeiouyYJw][bdglmnrsvz][bgjlmnrvz])ed$|(?<=[aoGYyw])ed$", "_d"),
    (r"(?<![a-z]{2}[^aeiou])(?:ear|eer|ere)(?=s?$|_d$)|(?:ear|eer)(?=s?$|_d$)", "Er"),
    (r"ear(?=[ntlcd])", "ur"),
    (r"(?<=[tsg])ure(?=s?$)", "er"),
    (r"(?<=[bcdfgkptz])led$", "ld"),
    (r"(?:air|are|eir|(?<![aeou])ar(?=_))(?=s?$|_d$)", "Xr"),
    (r"(?:ire|yre|ier|yer|Yer|ir(?=_))(?=s?$|d$|_d$)", "Yr"),
    (r"(?:ore|oar|oor|our)(?=$|[sdtnc])", "or"),
    (r"(?<=w)or(?=[dklmst])", "ur"),
    (r"(?<=w)ar", "or"),
    (
        r"[iu]r(?=[bcdfgklmnpstvz])|er(?=[bcdfgklmnptvzS]|s.)|(?<=^[^aeiouy])[eiu]r$|(?<=^[^aeiouy]{2})[eiu]r$",
        "ur",
    ),
    (r"ign(?=s?$|_)", "Yn"),
    (r"(?<![aeo])i(?=n_?ds?$|lds?$)", "Y"),
    (r"o(?=lds?$|lts?$|lls?$)", "O"),
    (r"a(?=lks?$|lts?$|lls?$|lling)", "aw"),
    (r"ead(?=s?$)", "ed"),
    (r"eath$", "eth"),
    (r"a(?=nge|ste)", "A"),
    (rf"(?<![aeiou])a{_LENGTHENED}|(?<![aeiou])a(?=[dbz]y$)", "A"),
    (rf"(?<![aeiou])[iy]{_LENGTHENED}", "Y"),
    (rf"(?<![aeiou])o{_LENGTHENED}", "O"),
    (rf"(?<![aeiou])u{_LENGTHENED}", "U"),
    (r"(?<![aeiou])e(?=[^aeiouywxrS](?:es?$|_))", "E"),
    (r"([bdfgklmnprstz])\1", r"\1"),
    (r"ai|ay|ei(?!r)|(?<=^.)ey|(?<=^..)ey", "A"),
    (r"ee|ea|ie(?=[vfl])|ey", "E"),
    (r"^([^aeiouyAEYOUVWXJ]*)(?:y|ie|ye)(?=s?$|d$|ing$)|(?<=[^f]f)y(?=$)", r"\1Y"),
    (r"y(?=ing)", "Y"),
    (r"(?:y|ie)(?=s?$)|(?<=^[^aeiouyAEYOUVWXJ])e$|(?<=^[^aeiouyAEYOUVWXJ]{2})e$", "E"),
    (r"oo(?=k)|ou(?=ld)", "V"),
    (r"oo|ew|ue|ui|eu|u$", "U"),
    (r"ow(?=[dn]s?$|l)|ou", "W"),
    (r"oa|ow|oe|o$", "O"),
    (r"au|aw", "aw"),
    (r"bt", "t"),
    (r"(?<=[^aeiouyAEYOUVWXJ])e(?=$|lE$)|(?<=[^aeiouyAEYOUVWXJs])(?<!ch|sh)e(?=s$)|_", ""),
    (r"(?<=[^s])se$|c(?=[ei])|z", "s"),
    (r"c(?!h)|q", "k"),
    (r"x", "ks"),
    (r"S", "s"),
)
_VOWEL = r"(?:aw|[aeiouyAEYOUVWXJ])"
_WEAK_ENDING = (
    r"(?:er|or|ing|E|[eau]l|l|en|on|un|[aeu]nt|ment|nes|les|lE|us|idj|adj|[ei]t|ik|e?ist|ish|est|eld|O"
    r"|(?<=[sjxh])es|(?<=[td])ed)(?:s|d)?"
)
_FEMININE = re.compile(rf"{_VOWEL}[^aeiouyAEYOUVWXJ]{{1,3}}{_WEAK_ENDING}$|[AEYOUW](?:er|ing)s?$")
_MASCULINE = re.compile(rf"{_VOWEL}[^aeiouyAEYOUVWXJ]*$")


@cache
def _sounds() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(spelling), sound) for spelling, sound in _SOUNDS)


@lru_cache(maxsize=4096)
def rhyme_key(word: str) -> str:
    """Give the key that words which rhyme share; empty for a word without letters.

    A word in another script than Latin is keyed by its last two characters.
    """
    word = plain_word(word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not word.isascii():
        return word[-2:]
    sound = word[-_LONGEST_TAIL:]
    for spelling, heard in _sounds():
        sound = spelling.sub(heard, sound)
    found = _FEMININE.search(sound) or _MASCULINE.search(sound)
    return found[0] if found is not None else sound


def rhyme_scheme(lines: Iterable[str]) -> str:
    """Give a letter for each line, equal where lines rhyme, `-` where one rhymes with none: `ABAB`, `AA-A`.

    There are 52 letters; rhymes beyond them are not told apart from lines without one.
    """
    keys = [rhyme_key(last_word(line)) for line in lines]
    counts = Counter(key for key in keys if key)
    letters = iter(ascii_letters[26:] + ascii_letters[:26])
    letter_of: dict[str, str] = {}
    for key in keys:
        if counts[key] > 1 and key not in letter_of:
            letter_of[key] = next(letters, UNRHYMED)
    return "".join(letter_of.get(key, UNRHYMED) for key in keys)
