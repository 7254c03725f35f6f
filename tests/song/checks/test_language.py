"""Language: a verdict where words and letters tell, none where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.checks.findings import Level
from lyricscli.song.checks.review import check_language
from lyricscli.song.language import guess, is_foreign, languages, named
from lyricscli.song.sections import parse

ENGLISH = "I walk the line at night\nand you are in my heart\n"
SPANISH = "Camino por la noche y no te encuentro\nporque tú eres mi corazón\n"

TEXTS = [
    ("en", ENGLISH),
    ("es", SPANISH),
    ("fr", "Je marche dans la nuit et tu n'es pas là\nmais mon cœur est avec toi"),
    ("de", "Ich gehe durch die Nacht und du bist nicht da\naber mein Herz ist bei dir"),
    ("it", "Cammino nella notte e tu non ci sei\nma il mio cuore è con te"),
    ("pt", "Eu ando pela noite e você não está\nmas o meu coração é seu"),
    ("nl", "Ik loop door de nacht en jij bent er niet\nmaar mijn hart is bij jou"),
    ("sv", "Jag går genom natten och du är inte här\nmen mitt hjärta är med dig"),
    ("pl", "Idę przez noc i nie ma cię tu\nale moje serce jest z tobą"),
    ("tr", "Gece yürüyorum ve sen yoksun\nama kalbim senin için bir şarkı"),
    ("id", "Aku nggak bisa tidur karena kamu pergi\ntapi hati ini udah mau sendiri"),
    ("ru", "Я иду в ночи и ты не со мной\nно моё сердце как ты"),
    ("uk", "Я йду в ночі і ти не зі мною\nале моє серце що є"),
    ("zh", "我在夜里走着 你不在这里"),
    ("ja", "夜の中を歩いている きみはいない"),
    ("ko", "밤길을 걸어가 너는 없지만"),
    ("ar", "أمشي في الليل وأنت لست هنا"),
    ("hi", "मैं रात में चलता हूँ और तुम नहीं हो"),
    ("he", "אני הולך בלילה ואת לא כאן"),
    ("el", "Περπατώ στη νύχτα και δεν είσαι εδώ"),
    ("th", "ฉันเดินในคืนนี้และเธอไม่อยู่"),
    ("da", "Jeg ved ikke hvad der sker med mig\nnu går du hjem og ser dig ikke om"),
    ("no", "Jeg vet ikke hva som skjer med meg\nnå går du hjem og ser deg ikke om"),
    ("no", "Eg veit ikkje kva som skjer med meg\nno går du heim og ser deg ikkje om"),
    ("bg", "Не знам къде си тази нощ\nще те чакам с огън в сърцето"),
    ("mk", "Не знам каде си оваа ноќ\nќе те чекам со оган во срцето"),
    ("sr", "Не знам где си ове ноћи\nја ћу те чекати да дођеш као сан"),
    ("be", "Я не ведаю, дзе ты ў гэтую ноч\nале мне сніцца твой голас, каханне"),
    ("fa", "من تو را دوست دارم ای عشق\nشب است و دل من تنها مانده"),
    ("ur", "میں تم سے پیار کرتا ہوں\nیہ رات ہے اور دل اکیلا ہے"),
    ("mr", "मी तुला पाहिले आणि मन माझे हरवले\nतू माझी आहेस रात्र आता कशी जाईल"),
    ("ne", "म तिमीलाई माया गर्छु\nमेरो मन तिम्रो छ र आज रात छ"),
    ("hi", "तुम मेरे दिल में हो\nऔर ये रात तेरे बिना नहीं कटती है"),
    ("ms", "Saya nak tidur kerana awak dah pergi\ntapi hati ini masih boleh menunggu"),
    ("gl", "Eu non sei onde vai a lúa\ncando a noite é miña e os teus ollos non están"),
    ("yi", "איך האב דיך ליב און דו ביסט נישט דא\nדי נאכט איז לאנג מיט מיר"),
    ("cs", "Když padá déšť na starý most\nčekám tu sám a mám už dost"),
    ("sk", "Keď padá dážď na starý most\nčakám tu sám a mám ťa rád"),
    ("hr", "Ne znam gdje si ove noći\nja ću te čekati jer nisam bio tvoj"),
    ("ro", "Nu știu unde ești în noaptea asta\ndar inima mea este cu tine"),
    ("hu", "Nem tudom hogy hol vagy most\nde a szív mindig csak téged vár"),
    ("fi", "En tiedä missä sinä olet nyt\nmutta minun sydän on sinun kanssa"),
    ("vi", "Anh không biết em ở đâu trong đêm\nnhưng lòng anh vẫn nhớ em"),
    ("ka", "მე შენ მიყვარხარ"),
    ("af", "Ek weet nie waar jy is nie\nmaar my hart is by jou in die nag"),
    ("la", "Ave stella, nunc et semper\nora pro nobis, non est amor sed lux in te"),
    (("id", "ms"), "Aku berjalan di malam ini dan kau tak ada\ntapi hati ini untuk cinta kita"),
    (("zh", "ja"), "月光"),
    (None, "Ooh la la la, na na na, hey hey"),
    (None, "Amor"),
    (None, ""),
    (None, "Kimi wa sora no mukou, yume no naka"),
    (("en", "es"), "the night la noche the moon la luna de mi you are eres my mi y and no te i love"),
]


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_a_text_is_in_one_language_or_in_near_ones_or_unsure(language, text):
    """Neighbours are told apart by their words and letters; where none differs, both are named."""
    expected = (language,) if isinstance(language, str) else language or ()
    assert guess(text) == expected


@pytest.mark.parametrize(
    ("text", "foreign"),
    [(ENGLISH, False), (SPANISH, True), ("грустная", True), ("la la la", False), ("", False), ("🌧", False)],
)
def test_what_is_surely_not_english(text, foreign):
    assert is_foreign(text) == foreign


NAMED = """
en: en, en-GB, eng, English, British English, inglés, in English
es: es, spa, es-419, español, en español, ESPANOL, Castilian, Latin American Spanish, Spanish (Mexico)
pt: pt_BR.UTF-8, português do Brasil, Brazilian Portuguese, em português
fr: français (Québec), fre, Francais
de: auf Deutsch, ger, de-AT
no: nb-NO, nynorsk, norsk bokmål, Norwegian, no
zh: 中文, zh-Hant-TW, cmn, Cantonese, Mandarin Chinese, 用中文
ja: 日本語で, jpn
ru: по-русски, на русском, русский
he: בעברית, iw
vi: tiếng Việt
id: bahasa Indonesia
ms: Bahasa Melayu
cs: česky
hi: हिन्दी, हिंदी में
en es: English with some Spanish, mitad inglés y mitad español
-: Klingon, , the moon, so it is
"""


@pytest.mark.parametrize("row", NAMED.strip().splitlines())
def test_languages_are_named_in_many_ways(row):
    """By codes, English names, their own, and those of neighbours; never by the `en` of “en español”."""
    codes, _, texts = row.partition(": ")
    for text in texts.split(", "):
        assert named(text) == tuple(codes.replace("-", "").split()), text


def test_every_language_finds_itself():
    """By its code, its English name and each of its own names that is not another's too."""
    for one in languages().values():
        assert named(one.code) == (one.code,)
        assert named(one.names[0]) == (one.code,)
        assert all(one.code in named(f"({name})", codes=False) for name in one.own_names)


def found(text, wanted):
    return [(finding.line, finding.level, finding.message) for finding in check_language(parse(text), wanted)]


FRENCH = "Je marche dans la nuit et tu n'es pas là\nmais mon cœur est avec toi\n"


def test_compares_with_the_language_wanted():
    """A song in another language is strong, a section mild; unsure is said to be unsure."""
    assert found(ENGLISH, "English") == []
    assert found(SPANISH, "English") == [(None, Level.STRONG, "The text reads as Spanish, not English.")]
    assert found(SPANISH, "en español") == []
    assert found(ENGLISH, "English or Spanish") == found(SPANISH, "English or Spanish") == []
    assert found("la la la", "en") == [
        (None, Level.NOTE, "Unsure whether this is English: too few telling words.")
    ]
    assert found(ENGLISH, "Klingon") == [
        (None, Level.NOTE, "“Klingon” is no language that can be told here.")
    ]
    assert found("Ne znam gdje si ove noći\nja ću te čekati jer nisam bio tvoj", "Serbian") == []


@pytest.mark.parametrize("hook", [SPANISH, FRENCH * 2, "きみがすき ずっとすき だよ\nおねがい いかないで\n"])
def test_a_foreign_hook_does_not_make_a_song_foreign(hook):
    mixed = f"[Verse]\n{ENGLISH}the night is long and I am on my way to you\n\n[Hook]\n{hook}\n[Hook]\n{hook}"
    assert {level for _, level, _ in found(mixed, "en")} == {Level.MILD}
    assert "Hook" in found(mixed, "en")[0][2]


@given(st.text(), st.sampled_from(["en", "Chinese", "x"]))
def test_any_text_has_a_verdict(text, wanted):
    """No text breaks the check, and a guess is languages we can name."""
    check_language(parse(text), wanted)
    assert all(named(code) == (code,) for code in guess(text))
