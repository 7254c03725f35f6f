"""The section grammar: a table of what is written in the wild, and the promise that no text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.lines import LineKind
from lyricscli.song.names import SectionKind as Kind
from lyricscli.song.sections import Section, parse

HEADERS = [
    # header line, kind, label, number, repeats, performers
    ("[Verse]", Kind.VERSE, "Verse", None, 1, ()),
    ("[verse]", Kind.VERSE, "verse", None, 1, ()),
    ("[VERSE 2]", Kind.VERSE, "VERSE 2", 2, 1, ()),
    ("[Verse 1: Ana & Ben]", Kind.VERSE, "Verse 1", 1, 1, ("Ana", "Ben")),
    ("[Verse: Ana, Ben and Cleo]", Kind.VERSE, "Verse", None, 1, ("Ana", "Ben", "Cleo")),
    ("[Chorus: Ana feat. Ben]", Kind.CHORUS, "Chorus", None, 1, ("Ana", "Ben")),
    ("[Chorus x2]", Kind.CHORUS, "Chorus", None, 2, ()),
    ("[Chorus 2x]", Kind.CHORUS, "Chorus", None, 2, ()),
    ("[Chorus ×3]", Kind.CHORUS, "Chorus", None, 3, ()),
    ("[Chorus (x2)]", Kind.CHORUS, "Chorus", None, 2, ()),
    ("[Chorus] (x2)", Kind.CHORUS, "Chorus", None, 2, ()),
    ("[Chorus] [x4]", Kind.CHORUS, "Chorus", None, 4, ()),
    ("[Chorus 2 x2: Ana]", Kind.CHORUS, "Chorus 2", 2, 2, ("Ana",)),
    ("[Chorus x999]", Kind.CHORUS, "Chorus x999", None, 1, ()),
    ("[Pre-Chorus]", Kind.PRE_CHORUS, "Pre-Chorus", None, 1, ()),
    ("[Pre Chorus]", Kind.PRE_CHORUS, "Pre Chorus", None, 1, ()),
    ("[Prechorus 2]", Kind.PRE_CHORUS, "Prechorus 2", 2, 1, ()),
    ("[Pre‐Chorus]", Kind.PRE_CHORUS, "Pre‐Chorus", None, 1, ()),
    ("[Post-Chorus]", Kind.POST_CHORUS, "Post-Chorus", None, 1, ()),
    ("[Final Chorus]", Kind.CHORUS, "Final Chorus", None, 1, ()),
    ("[Last Chorus x2]", Kind.CHORUS, "Last Chorus", None, 2, ()),
    ("[Second Verse]", Kind.VERSE, "Second Verse", 2, 1, ()),
    ("[2nd Verse]", Kind.VERSE, "2nd Verse", 2, 1, ()),
    ("[Verse Two]", Kind.VERSE, "Verse Two", 2, 1, ()),
    ("[Verse III]", Kind.VERSE, "Verse III", 3, 1, ()),
    ("[Verse 2b]", Kind.VERSE, "Verse 2b", 2, 1, ()),
    ("[Verse #3]", Kind.VERSE, "Verse #3", 3, 1, ()),
    ("[Verse 1 - soft piano]", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("[Verse | whispered]", Kind.VERSE, "Verse", None, 1, ()),
    ("[Verse] [Female Vocal]", Kind.VERSE, "Verse", None, 1, ()),
    ("[Verse continued]", Kind.VERSE, "Verse continued", None, 1, ()),
    ("[Bridge]", Kind.BRIDGE, "Bridge", None, 1, ()),
    ("[Middle 8]", Kind.BRIDGE, "Middle 8", None, 1, ()),
    ("[Hook]", Kind.HOOK, "Hook", None, 1, ()),
    ("[Refrain]", Kind.REFRAIN, "Refrain", None, 1, ()),
    ("[Intro]", Kind.INTRO, "Intro", None, 1, ()),
    ("[Outro]", Kind.OUTRO, "Outro", None, 1, ()),
    ("[Guitar Solo]", Kind.SOLO, "Guitar Solo", None, 1, ()),
    ("[Instrumental Break]", Kind.INSTRUMENTAL, "Instrumental Break", None, 1, ()),
    ("[Build-Up]", Kind.BUILD, "Build-Up", None, 1, ()),
    ("[Drop]", Kind.DROP, "Drop", None, 1, ()),
    ("[Breakdown]", Kind.BREAK, "Breakdown", None, 1, ()),
    ("[Interlude]", Kind.INTERLUDE, "Interlude", None, 1, ()),
    ("[Spoken Word]", Kind.SPOKEN, "Spoken Word", None, 1, ()),
    ("[Rap]", Kind.RAP, "Rap", None, 1, ()),
    ("[End]", Kind.END, "End", None, 1, ()),
    ("[Fade Out]", Kind.END, "Fade Out", None, 1, ()),
    ("[Estribillo]", Kind.CHORUS, "Estribillo", None, 1, ()),
    ("[Pré-Refrão]", Kind.PRE_CHORUS, "Pré-Refrão", None, 1, ()),
    ("[Couplet 1]", Kind.VERSE, "Couplet 1", 1, 1, ()),
    ("[Strophe 2]", Kind.VERSE, "Strophe 2", 2, 1, ()),
    ("[Brücke]", Kind.BRIDGE, "Brücke", None, 1, ()),
    ("[Куплет 2]", Kind.VERSE, "Куплет 2", 2, 1, ()),
    ("[Припев]", Kind.CHORUS, "Припев", None, 1, ()),
    ("[サビ]", Kind.CHORUS, "サビ", None, 1, ()),
    ("[Aメロ]", Kind.VERSE, "Aメロ", None, 1, ()),
    ("[후렴]", Kind.CHORUS, "후렴", None, 1, ()),
    ("[1절]", Kind.VERSE, "1절", 1, 1, ()),
    ("【主歌】", Kind.VERSE, "主歌", None, 1, ()),
    ("【主歌一】", Kind.VERSE, "主歌一", 1, 1, ()),
    ("【主歌2】", Kind.VERSE, "主歌2", 2, 1, ()),
    ("【副歌】", Kind.CHORUS, "副歌", None, 1, ()),
    ("【副歌 x2】", Kind.CHORUS, "副歌", None, 2, ()),
    ("【主歌：小明、小红】", Kind.VERSE, "主歌", None, 1, ("小明", "小红")),
    ("【桥段】", Kind.BRIDGE, "桥段", None, 1, ()),
    ("【预副歌】", Kind.PRE_CHORUS, "预副歌", None, 1, ()),
    ("【间奏】", Kind.INTERLUDE, "间奏", None, 1, ()),
    ("［Verse］", Kind.VERSE, "Verse", None, 1, ()),
    ("(Chorus)", Kind.CHORUS, "Chorus", None, 1, ()),
    ("{Verse 2}", Kind.VERSE, "Verse 2", 2, 1, ()),
    ("**Chorus**", Kind.CHORUS, "Chorus", None, 1, ()),
    ("**[Chorus]**", Kind.CHORUS, "Chorus", None, 1, ()),
    ("**Verse 1:**", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("## Verse 1", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("### [Bridge]", Kind.BRIDGE, "Bridge", None, 1, ()),
    ("Chorus:", Kind.CHORUS, "Chorus", None, 1, ()),
    ("Pre-Chorus:", Kind.PRE_CHORUS, "Pre-Chorus", None, 1, ()),
    ("Verse 2", Kind.VERSE, "Verse 2", 2, 1, ()),
    ("CHORUS", Kind.CHORUS, "CHORUS", None, 1, ()),
    ("副歌", Kind.CHORUS, "副歌", None, 1, ()),
    ("  [Verse]  ", Kind.VERSE, "Verse", None, 1, ()),
    ("[ Verse ]", Kind.VERSE, "Verse", None, 1, ()),
    ("\u200b[Verse 1]", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("🎸 [Verse 1] 🎸", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("• Chorus", Kind.CHORUS, "Chorus", None, 1, ()),
    ("#CHORUS", Kind.CHORUS, "CHORUS", None, 1, ()),
    ("=== VERSE 1 ===", Kind.VERSE, "VERSE 1", 1, 1, ()),
    ("~ Bridge ~", Kind.BRIDGE, "Bridge", None, 1, ()),
    ("--- Bridge ---", Kind.BRIDGE, "Bridge", None, 1, ()),
    ("Verse 1.", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("Verse No. 2", Kind.VERSE, "Verse No. 2", 2, 1, ()),
    ("[V1]", Kind.VERSE, "V1", 1, 1, ()),
    ("{c: Verse 1}", Kind.VERSE, "Verse 1", 1, 1, ()),
    ('{start_of_verse: label="Verse 1"}', Kind.VERSE, "Verse 1", 1, 1, ()),
    ("{soc}", Kind.CHORUS, "Chorus", None, 1, ()),
    ("[Male] [Verse 1]", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("[Verse 2 quiet]", Kind.VERSE, "Verse 2 quiet", 2, 1, ()),
    ("[VERSE 1 8]", Kind.VERSE, "VERSE 1 8", 1, 1, ()),
    ("[CHORUS 8]", Kind.CHORUS, "CHORUS 8", None, 1, ()),
    ("[Refrain (2 fois)]", Kind.REFRAIN, "Refrain", None, 2, ()),
    ("[Chorus] bis", Kind.CHORUS, "Chorus", None, 2, ()),
    ("[Verse 1: Sung with a whisper]", Kind.VERSE, "Verse 1", 1, 1, ()),
    ("(Hook x2)", Kind.HOOK, "Hook", None, 2, ()),
    ("[Le Refrain]", Kind.REFRAIN, "Le Refrain", None, 1, ()),
    ("[L'intro]", Kind.INTRO, "L'intro", None, 1, ()),
    ("[الكورس]", Kind.CHORUS, "الكورس", None, 1, ()),
    ("[Säkeistö 1]", Kind.VERSE, "Säkeistö 1", 1, 1, ()),
    ("<b>Verse 2</b>", Kind.VERSE, "Verse 2", 2, 1, ()),
    ("<h2>Bridge</h2>", Kind.BRIDGE, "Bridge", None, 1, ()),
    ("<H3>Chorus</H3>:", Kind.CHORUS, "Chorus", None, 1, ()),
    ("[Điệp khúc]", Kind.CHORUS, "Điệp khúc", None, 1, ()),
    ("[ท่อนฮุก]", Kind.HOOK, "ท่อนฮุก", None, 1, ()),
    ("[पहला अंतरा]", Kind.VERSE, "पहला अंतरा", 1, 1, ()),
    ("[第二段主歌]", Kind.VERSE, "第二段主歌", 2, 1, ()),
    ("[Ön Nakarat]", Kind.PRE_CHORUS, "Ön Nakarat", None, 1, ()),
    ("Припев:", Kind.CHORUS, "Припев", None, 1, ()),
    ("[Whispered voices]", Kind.OTHER, "Whispered voices", None, 1, ()),
    ("[Crowd cheers: the whole hall]", Kind.OTHER, "Crowd cheers", None, 1, ()),
]

NO_HEADERS = [
    ("I love you more than words", LineKind.WORDS),
    ("Bridge over the river", LineKind.WORDS),
    ("Bridge", LineKind.WORDS),
    ("bridge: a long way down", LineKind.WORDS),
    ("Hook me up, baby", LineKind.WORDS),
    ("Drop", LineKind.WORDS),
    ("verse 2", LineKind.WORDS),
    ("**love**", LineKind.WORDS),
    ("Love:", LineKind.WORDS),
    ("# A Song Title", LineKind.WORDS),
    ("(Ooh, ooh)", LineKind.AD_LIB),
    *((f"({word})", LineKind.AD_LIB) for word in ("Rise", "Stop", "Bridge", "Solo")),
    *(
        (word, LineKind.WORDS)
        for word in ("<Break>", "<b>Love</b>", "*Drop*", "End:", "STOP", "#love", "D A D", "in my X5")
    ),
    ("[x2]", LineKind.CUE),
    ("(bis)", LineKind.CUE),
    ("{key: G}", LineKind.FILE),
    ("(yeah!) (hey!)", LineKind.AD_LIB),
    ("(la la la) x2", LineKind.AD_LIB),
    ("[Am] [G]", LineKind.CHORDS),
    ("[Am]", LineKind.CHORDS),
    ("[C#m7/G#] [F♯dim] [Bbmaj7] [N.C.]", LineKind.CHORDS),
    ("| Am | G | C | F |", LineKind.CHORDS),
    *(
        (line, LineKind.CHORDS)
        for line in ("Am G C F", "Am F x2", "Cmaj7 G7(b9)", "(Am) (G)", "N.C.", "D/F#")
    ),
    *(
        (line, LineKind.CHORDS)
        for line in ("e|---0---3--|", "B|--1h2-1p0-|", "G|-7/9~--x--", "|--3--|--", "E:--0--")
    ),
    *((line, LineKind.WORDS) for line in ("Am I", "Bad", "e - oh", "B: --", "A7", "A C x2", "/: la")),
    ("A", LineKind.WORDS),
    ("[Am]I walk [G]alone", LineKind.WORDS),
    ("I walk alone [softly]", LineKind.WORDS),
    ("[/Chorus]", LineKind.CLOSING),
    ("[End of Verse]", LineKind.CLOSING),
    ("   ", LineKind.BLANK),
    ("[]", LineKind.CUE),
    ("[unclosed", LineKind.WORDS),
    ("unopened]", LineKind.WORDS),
]


def only_section(text: str) -> Section:
    (section,) = parse(text).sections
    return section


@pytest.mark.parametrize(("header", "expected"), [(row[0], row[1:]) for row in HEADERS])
def test_reads_header(header, expected):
    """Each header of the table starts a section of its kind, and stays as it was written."""
    section = only_section(f"{header}\nLa la la\n")
    tag = section.tag
    assert (tag.kind, tag.label, tag.number, tag.repeats, tag.performers) == expected
    assert section.header == f"{header}\n"
    assert [line.text for line in section.lines] == ["La la la"]


@pytest.mark.parametrize(("text", "kind"), NO_HEADERS)
def test_takes_no_line_for_a_header(text, kind):
    """Words, chords, cues and ad libs stay lines."""
    section = only_section(text)
    assert section.header == ""
    assert [(line.text, line.kind) for line in section.lines] == [(text, kind)]


def test_note_of_a_header():
    """What follows a dash, a bar or a second bracket is a note."""
    assert [
        only_section(header).tag.note
        for header in ("[Verse 1 - soft piano]", "[Verse|low]", "[Verse] [Choir]")
    ] == [
        "soft piano",
        "low",
        "Choir",
    ]


def test_splits_untagged_text_at_blank_lines():
    """Text without any tag is a stanza a paragraph."""
    song = parse("\none\ntwo\n\n\nthree\n")
    assert [section.tag.kind for section in song.sections] == [Kind.STANZA, Kind.STANZA]
    assert [[line.text for line in section.sung] for section in song.sections] == [["one", "two"], ["three"]]
    assert not song.has_headers


def test_bare_header_only_where_a_paragraph_starts():
    """`Verse 2` in the middle of a stanza is sung."""
    song = parse("Verse 1\nI wrote\nVerse 2\nfor you")
    assert [section.name for section in song.sections] == ["Verse 1"]


def test_words_on_the_header_line():
    """A known tag before words is a header, and the words are its first line."""
    section = only_section("[Chorus] We are the night\nand day")
    assert section.header == "[Chorus] "
    assert [(line.number, line.text) for line in section.lines] == [(1, "We are the night"), (2, "and day")]


def test_chords_on_the_header_line():
    """Chords after a tag are a line of chords."""
    section = only_section("[Intro] [Am] [G]\n")
    assert section.header == "[Intro] "
    assert section.lines[0].kind is LineKind.CHORDS


def test_unknown_cue_inside_a_section_is_a_line():
    """A cue that we do not know neither ends a verse nor empties it."""
    section = only_section("[Verse]\n\n[Softly]\nI walk\n[thunder]\nalone")
    assert [line.kind for line in section.lines if line.text.startswith("[")] == [LineKind.CUE, LineKind.CUE]


def test_unknown_tag_after_a_finished_paragraph_is_a_section():
    """Between sections a cue stands for itself."""
    song = parse("[Verse]\nI walk\n\n[Applause]\n\n[Chorus]\nHey")
    assert [section.tag.kind for section in song.sections] == [Kind.VERSE, Kind.OTHER, Kind.CHORUS]


def test_closing_tag_ends_its_section():
    """Lines after a closing tag are a stanza of their own; blank ones are not."""
    song = parse("[Chorus]\nHey\n[/Chorus]\n\nand on\n")
    assert [section.tag.kind for section in song.sections] == [Kind.CHORUS, Kind.STANZA]
    assert song.sections[0].text == "[Chorus]\nHey\n[/Chorus]\n\n"


def test_sung_words_of_a_line():
    """Chords, cues and repeat marks are not sung; the leading voice stands outside the parentheses."""
    (line,) = only_section("[Am]Hold [G]me (hold me) [x2]").lines
    assert (line.sung, line.lead, line.repeats) == ("Hold me (hold me)", "Hold me", 2)


def test_sung_words_stay_as_written():
    """Signs of other scripts are read like ours, but not turned into ours."""
    (line,) = only_section("［轻声］3×3，你好（啊）").lines
    assert (line.sung, line.lead) == ("3×3，你好（啊）", "3×3，你好")


def test_repeats_at_the_end_of_a_line():
    """Marks count, numbers beyond reason do not."""
    texts = (
        "Hey (x2)",
        "Hey x3",
        "Hey (2x)",
        "Hey ×3",
        "(hey) x3",
        "Hey [×4]",
        "Hey (x99)",
        "Hey box2",
        "x2",
        "Hey (x1)",
    )
    assert [only_section(text).lines[0].repeats for text in texts] == [2, 1, 2, 3, 3, 4, 1, 1, 1, 1]


def test_numbers_of_sections_and_lines_are_those_of_the_text():
    """Numbers count every line, headers and blanks too."""
    song = parse("\n[Verse]\none\n\n[Chorus]\ntwo")
    assert [section.number for section in song.sections] == [1, 2, 5]
    assert [line.number for line in song.lines] == [1, 3, 4, 6]


SNIPPETS = st.sampled_from([header[0] for header in HEADERS] + [text for text, _ in NO_HEADERS])
BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\x0b", "\x85", "\u2028", "\u2029", ""])
ANY_TEXT = st.text(st.characters(codec=None))
SONGS = st.lists(st.tuples(SNIPPETS | ANY_TEXT, BREAKS)).map(lambda parts: "".join(map("".join, parts)))


@given(ANY_TEXT | SONGS)
def test_printing_a_parsed_text_gives_it_back(text):
    """Nothing is lost, added or reordered, whatever the text."""
    song = parse(text)
    assert song.text == text
    assert [line.number for line in song.lines] == sorted(line.number for line in song.lines)


@given(SONGS)
def test_parsing_again_changes_nothing(text):
    """A parsed song's text parses to the same song."""
    assert parse(parse(text).text) == parse(text)


@pytest.mark.parametrize(
    "text", ["\ud800[Verse]\udfff\n", "[Verse]\r\nA\rB\u2028C\r\n\r\n", "\ufeff[Verse]\nhey", ""]
)
def test_odd_texts_come_back(text):
    """Lone surrogates, mixed line breaks, a byte order mark and nothing at all."""
    assert parse(text).text == text


@pytest.mark.parametrize(
    "unit", ["[", "(", "[Verse", "[Verse]\n", " ", "#", "*_", "a:", "(x2", "x2 ", "\n", "[A] ", "Am G ", "1"]
)
def test_no_pattern_backtracks_and_no_line_is_looked_at_for_each_other(grows_as_the_text, unit):
    def read(text):
        song = parse(text)
        assert song.text == text
        assert sum(len(line.lead) + line.repeats for line in song.lines) >= 0

    grows_as_the_text(read, unit)


TOLD_BY_THE_WHOLE = [
    # text, names of its sections
    ("[V1]\nx\n[C]\ny\n[V2]\nz", ["V1", "C", "V2"]),
    ("[Kvadet]\nx\n[Vers]\ny\n[Kvadet]", ["Kvadet", "Vers", "Kvadet"]),
    ("[Vers]\nx\n[Kvad 1]\ny", ["Vers", "Kvad 1"]),
    ("[Verse]\nx\n[softly]\ny\n[softly]\nz", ["Verse"]),
    ("(Verse)\nx\n\n(Bridge)\ny", ["Verse", "Bridge"]),
    ("VERSE 3\nx\n\n![bridge\ny", ["VERSE 3"]),
    ("VERSE 3\nx\n\n“Bridge\ny", ["VERSE 3"]),
    ("[Verse]\nx\n\n(Bridge)\ny", ["Verse"]),
    ("low words\nCHORUS\nmore words", ["Stanza", "CHORUS"]),
    ("LOUD WORDS\nCHORUS\nMORE WORDS", ["Stanza"]),
    ("Verse 1: I walk\nalone", ["Verse 1"]),
]


@pytest.mark.parametrize(("text", "names"), TOLD_BY_THE_WHOLE)
def test_what_a_line_leaves_open_the_whole_text_tells(text, names):
    """Short forms, unknown tags, words that are headers too, and capitals are read as the text uses them."""
    assert [section.name for section in parse(text).sections] == names


SPEAKERS = [
    ("Ana: one\nBen: two\nAna: three\nBen: four", ["one", "two", "three", "four"]),
    ("Ana: one\nBen: two\nAna: three", ["one", "two", "three"]),
    ("ANA: one\nANA: two", ["one", "two"]),
    ("Both: one\nBoth: two\nthree", ["one", "two", "three"]),
    ("小明：你好\n小红：再见\n小明：晚安\n小红：好", ["你好", "再见", "晚安", "好"]),
    ("Listen: the rain\nListen: the wind", ["Listen: the rain", "Listen: the wind"]),
    ("I say: yes\nI say: no", ["I say: yes", "I say: no"]),
    ("Remember: love", ["Remember: love"]),
]


@pytest.mark.parametrize(("text", "sung"), SPEAKERS)
def test_a_speaker_is_not_sung(text, sung):
    """A name before a colon on several lines says who sings; any other word before one is sung."""
    assert [line.sung for line in parse(text).lines] == sung


@pytest.mark.parametrize(("echo", "is_sung"), [("(verse)", True), ("*chorus*", True), ("(Chorus)", False)])
def test_a_small_name_amid_a_text_without_paragraphs_is_an_echo(echo, is_sung):
    sung = [
        line.text
        for section in parse(f"[Verse]\nI wrote you a\n{echo}\nAnd more").sections
        for line in section.lines
    ]
    assert (echo in sung) == is_sung
