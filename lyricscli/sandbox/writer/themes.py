"""Which bank a prompt gets: by the words of its subject, within the tone that it asks for."""

from dataclasses import dataclass
from enum import StrEnum

from lyricscli.sandbox.writer.words import word_set, words_of


class Tone(StrEnum):
    """The mood of a song. Where a prompt asks for several, the first of this order is kept."""

    DARK = "dark"
    FIERCE = "fierce"
    TENDER = "tender"
    BRIGHT = "bright"


@dataclass(frozen=True, slots=True)
class Theme:
    """A bank's name, the tones its lines bear, and the words that ask for it (`sail*`: all that begin so)."""

    name: str
    tones: frozenset[Tone]
    keys: frozenset[str]


def _theme(name: str, tones: str, keys: str) -> Theme:
    return Theme(name, frozenset(map(Tone, tones.split())), word_set(keys))


NEUTRAL = _theme("neutral", "tender bright", "")

# The more particular a theme, the earlier it stands: the first wins a tie.
THEMES = (
    _theme(
        "party",
        "bright",
        "party parties danc* disco* club* celebrat* birthday* karaoke groove*",
    ),
    _theme(
        "machines",
        "tender dark",
        "robot* machine* android* comput* program* software* code codes coding cyborg* circuit* digital* "
        "algorithm* terminal* engineer*",
    ),
    _theme(
        "lullaby",
        "tender",
        "lullab* bedtime* cradle* baby babies sleep* asleep nursery*",
    ),
    _theme(
        "heartbreak",
        "dark tender",
        "heartbr* breakup* divorc* ex betray* cheat* unrequited jilt* heartache*",
    ),
    _theme(
        "loss",
        "dark",
        "grie* mourn* funeral* death* dead die died dying loss grave* elegy dirge lament* widow* memorial* "
        "war wars soldier*",
    ),
    _theme(
        "rebellion",
        "fierce",
        "rebel* revolt* revolution* riot* protest* freedom* resist* fight* anger angry rage* punk outlaw*",
    ),
    _theme(
        "friendship",
        "tender bright",
        "friend* buddy buddies pal pals mate mates companion* teammate*",
    ),
    _theme(
        "work",
        "tender fierce",
        "work* job jobs labor* labour* factory factories mine mines miner* shift* boss* office* farm* "
        "truck* strike* union*",
    ),
    _theme(
        "road",
        "bright tender",
        "road* highway* drive* driving car cars travel* train* journey* motorcycle* bike* wander* mile*",
    ),
    _theme(
        "home",
        "tender bright",
        "home* famil* mother* mom mum father* dad daddy grand* sister* brother* son daughter* child* "
        "kitchen*",
    ),
    _theme(
        "hope",
        "bright tender",
        "hope* hoping dawn* sunrise* courage* brave* heal* overcom* tomorrow* inspir*",
    ),
    _theme(
        "stars",
        "tender bright",
        "star stars dream* moon* space galax* universe* cosm* planet* astronaut* comet* sky skies",
    ),
    _theme(
        "winter",
        "tender dark",
        "winter* snow* ice icy frost* christmas* cold frozen december* january*",
    ),
    _theme(
        "summer",
        "bright tender",
        "summer* beach* sun sunshine sunny july august vacation* holiday* picnic*",
    ),
    _theme(
        "rain",
        "dark tender",
        "rain* storm* thunder* lightning* flood* cloud* umbrella*",
    ),
    _theme(
        "city",
        "tender dark",
        "city cities night* street* neon* subway* taxi* urban downtown* skyline* metro*",
    ),
    _theme(
        "sea",
        "tender dark",
        "sea seas ocean* ship* sail* harbo* lighthouse* tide* wave* boat* coast* shore* pirate* whale*",
    ),
    _theme(
        "love",
        "tender bright",
        "love loves lover* loving romance romantic kiss* wedding* marr* valentine* wife husband*",
    ),
    NEUTRAL,
)

# What is sung when the tone asked for rules out every theme that the subject asks for.
_FALLBACKS = {Tone.DARK: "loss", Tone.FIERCE: "rebellion", Tone.TENDER: "neutral", Tone.BRIGHT: "hope"}

_MOODS = {
    Tone.DARK: word_set(
        "sad* sorrow* lament* mourn* grie* dark darkness melanchol* tragic tragedy gloom* bleak* despair* "
        "lonel* elegy dirge funeral* heartbr* heartache* tear tears cry crying depress* somber bittersweet "
        "blues haunt*"
    ),
    Tone.FIERCE: word_set("angry anger rage* raging fury furious fierce* defian* aggressive punk metal"),
    Tone.TENDER: word_set("tender* gentl* soft* quiet* calm* sooth* ballad* intimate sweet*"),
    Tone.BRIGHT: word_set(
        "happy happi* joy* bright* cheer* upbeat party parties fun funny uplift* sunny celebrat* euphori*"
    ),
}


def choose(prompt: str) -> Theme:
    """Return the theme whose keys the prompt uses most, among those that bear the tone it asks for.

    A word that is also a mood ("mournful", "party") decides only where no plainer word does.
    """
    words = words_of(prompt)
    tone = tone_of(words)
    plain = frozenset(word for word in words if tone_of(frozenset([word])) is None)
    bearing = [theme for theme in THEMES if tone is None or tone in theme.tones]
    best = max(bearing, key=lambda theme: (_hits(theme.keys, plain), _hits(theme.keys, words)))
    return best if _hits(best.keys, words) else _fallback(tone)


def tone_of(words: frozenset[str]) -> Tone | None:
    """Return the tone that the mood words ask for, or None when there are none."""
    return next((tone for tone, moods in _MOODS.items() if _hits(moods, words)), None)


def _fallback(tone: Tone | None) -> Theme:
    name = NEUTRAL.name if tone is None else _FALLBACKS[tone]
    return next(theme for theme in THEMES if theme.name == name)


def _hits(keys: frozenset[str], words: frozenset[str]) -> int:
    """Count the words that the keys stand for."""
    stems = tuple(key.removesuffix("*") for key in keys if key.endswith("*"))
    return sum(word in keys or word.startswith(stems) for word in words)
