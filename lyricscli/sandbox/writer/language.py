"""Whether a prompt asks for, or is in, a language other than English."""

import re
import unicodedata

from lyricscli.sandbox.writer.words import READ_CHARS, word_set, words_of

_LANGUAGES = (
    "Arabic|Basque|Bengali|Bulgarian|Cantonese|Catalan|Chinese|Croatian|Czech|Danish|Dutch|Estonian|Finnish|"
    "French|Galician|German|Greek|Gujarati|Hebrew|Hindi|Hungarian|Icelandic|Indonesian|Irish|Italian|Japanese|"
    "Korean|Latin|Latvian|Lithuanian|Malay|Mandarin|Norwegian|Persian|Polish|Portuguese|Punjabi|Romanian|Russian|"
    "Serbian|Slovak|Slovenian|Spanish|Swahili|Swedish|Tagalog|Tamil|Telugu|Thai|Turkish|Ukrainian|Urdu|"
    "Vietnamese|Welsh|Yiddish|Zulu"
)
# "in French", "French lyrics"; not "a French café", which is a subject.
_ASKED = re.compile(
    rf"\bin(?:to)?\s+({_LANGUAGES})\b|\b({_LANGUAGES})[\s-]+(?:lyrics?|language|words|text)\b", re.IGNORECASE
)

# Small words that are common in a language and are not English.
_SMALL_WORDS = {
    "Spanish": word_set("una el los las del para sobre canción cancion y con escribe quiero mi español"),
    "French": word_set("une le les des du pour sur avec et chanson écris ecris ma dans je français"),
    "German": word_set("ein eine der das und über ueber für mit lied schreib schreibe ich nicht auf deutsch"),
    "Italian": word_set("una il gli della del per canzone scrivi mio sulla che nel con italiano"),
    "Portuguese": word_set("uma os da dos das para sobre com canção música escreva meu português"),
    "Dutch": word_set("een het van voor met lied schrijf liefde ik niet mijn nederlands"),
}
_FEWEST_SMALL_WORDS = 2  # One alone may be a name or a loan word.
_ENGLISH = word_set("a about an and for from in is it my of on song that the this to with you your")


def notice(prompt: str) -> str | None:
    """Return one honest line when the prompt asks for, or is in, a language that this writer cannot write."""
    head = prompt[:READ_CHARS]
    asked = _ASKED.search(head)
    language = (asked[1] or asked[2]).capitalize() if asked else _language_of(head)
    return language and f"The sandbox's stand-in writer writes English only, not {language}."


def _language_of(text: str) -> str | None:
    letters = [char for char in text if char.isalpha()]
    if sum(map(_is_foreign, letters)) * 2 > len(letters):
        return "the language of this prompt"
    words = words_of(text)
    found = {language: len(words & small) for language, small in _SMALL_WORDS.items()}
    likeliest = max(found, key=lambda language: found[language])
    enough = max(_FEWEST_SMALL_WORDS, len(words & _ENGLISH) + 1)
    return likeliest if found[likeliest] >= enough else None


def _is_foreign(letter: str) -> bool:
    return "LATIN" not in unicodedata.name(letter, "")
