import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from lyricscli.models import Lyric, Page, Review, Task, TaskStatus, Verdict, Version
from lyricscli.store.listing import HIT_END, HIT_START, Row
from lyricscli.terminal import panels
from lyricscli.terminal.panels import remarks, show_lyrics
from lyricscli.terminal.table import table

TASK = Task(1, "abc", "kie", "", TaskStatus.COMPLETE, "a", "a", "2026-01-02T03:04:05Z")

TEXTS = [
    "[Verse]\nplain",
    "[/Chorus] [red]not markup[/red] [link=http://x]y[/link]",
    ":smile: :warning:",
    "【主歌】\n在月光下",
    "👨‍👩‍👧 ❤️ family",
    "שיר ערש",
    "\x1b[31mred\x1b[0m \x07\u202eabc",
]


def printed(variants, width, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    screen = Console(
        file=file,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
        force_terminal=True,
        legacy_windows=False,
    )
    show_lyrics(screen, variants, Page(TASK))
    file.flush()
    return file.buffer.getvalue().decode(encoding)


def variant(number, text, title="A Title"):
    return Lyric(str(number), title, text)


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_data(text):
    shown = printed([variant(1, text, title=text.split("\n")[0])], 100)
    for line in (
        text.replace("\x1b", "\\x1b").replace("\x07", "\\x07").replace("\u202e", "\\u202e").split("\n")
    ):
        assert line in without_style(shown)
    assert "\x07" not in shown
    assert "\u202e" not in shown


def test_variants_stand_side_by_side_from_120_columns():
    variants = [variant(1, "left"), variant(2, "right")]
    assert any("left" in line and "right" in line for line in printed(variants, 120).splitlines())
    assert not any("left" in line and "right" in line for line in printed(variants, 119).splitlines())


@pytest.mark.parametrize(("count", "width"), [(2, 120), (2, 121), (3, 200), (4, 200)])
def test_panels_that_stand_side_by_side_are_equally_wide(count, width):
    top = without_style(printed([variant(one, "la") for one in range(count)], width)).splitlines()[0]
    assert len({len(panel) for panel in re.findall("╭[^╮]*╮", top)}) == 1
    assert top.count("╭") > 1


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_no_line_is_wider_than_the_window(width):
    from rich.cells import cell_len

    variants = [variant(number, "在月光下 " * 20 + "\n[Chorus]\nla") for number in (1, 2, 3)]
    for line in without_style(printed(variants, width)).splitlines():
        assert cell_len(line) <= width


@pytest.mark.parametrize(("line", "widest"), [("la", 88), ("la " * 50, 156)])
def test_a_wide_window_makes_no_panel_wider_than_is_read(line, widest):
    shown = without_style(printed([variant(1, line.rstrip())], 200))
    assert max(map(cell_len, shown.splitlines())) <= widest
    assert line.rstrip() in shown


def test_an_encoding_without_box_characters_gets_plain_ones():
    assert "+--" in printed([variant(1, "la")], 60, encoding="ascii")


def test_a_panel_says_where_a_text_comes_from_and_what_people_think_of_it():
    version = Version(1, 1, "1", "T", "la", "sed\x1b[2J", "2026-01-02T03:04:05Z")
    page = Page(TASK, (version,), "1.1", reviews={"1.1": Review("1.1", 3, Verdict.APPROVED, "fine")})
    lyric = Lyric("1.1", "T", "la", version)
    assert remarks(page, lyric) == ["picked", "edited from 1: sed\x1b[2J", "***", "approved", "fine"]
    file = io.StringIO()
    show_lyrics(Console(file=file, width=100), [lyric], page)
    assert "1.1. T · picked · edited from 1: sed\\x1b[2J · *** · approved · fine" in file.getvalue()


def row(task_id, prompt, **changes):
    plain = Row(
        row=1,
        task_id=task_id,
        status=TaskStatus.PENDING,
        submitted_at="2026-01-02T03:04:05Z",
        prompt=prompt,
        title=None,
        take=1,
        takes=1,
        pick=None,
        tags=(),
    )
    return plain._replace(**changes)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_table_never_breaks_a_line_and_shows_what_was_found(width):
    hit = f"{HIT_START}needle{HIT_END} after\nthe line"
    full = row("0" * 32, "long " * 40, takes=3, pick="2.1", tags=("a", "b"), hit=hit)
    lines = table([full, row("1" * 32, "b")], width).splitlines()
    assert len(lines) == 3
    assert all(cell_len(line) <= width for line in lines)
    assert "needle" in lines[1]
    assert "00000000" in lines[1]


def test_the_table_shows_an_id_that_can_be_copied():
    shown = table([row("0123456789abcdef", "a\nprompt")], 80)
    assert "0123456789ab " in shown
    assert "a prompt" in shown


def test_what_was_found_is_in_colour_and_hostile_marks_are_not(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    hit = f"a \x1b[2J{HIT_START}needle{HIT_END} after"
    shown = table([row("a", "b", hit=hit)], 80)
    assert "\x1b[1;33mneedle\x1b[0m" in shown
    assert "\\x1b[2J" in shown
    assert HIT_START not in shown


def test_columns_that_nothing_needs_are_not_shown():
    shown = table([row("a", "b")], 200)
    assert not {"take", "pick", "tags", "found"} & set(shown.split())


def without_style(text):
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("line", ["नदी के किनारे", "தமிழ் பாடல்", "from the heart ❤️", "👨‍👩‍👧 at home"])
def test_a_line_whose_width_terminals_disagree_on_gets_no_frame(line):
    for lyric in (Lyric("1", "x", f"[Verse]\n{line}\n"), Lyric("1", line, "[Verse]\nla\n")):
        shown = printed([lyric], 80)
        assert line in shown
        assert "│" not in shown


@pytest.mark.parametrize("line", ["在月光下", "שיר ערש", "Zażółć", "ภาษาไทย", "한국어"])
def test_a_line_of_any_other_script_gets_one(line):
    assert "│" in printed([Lyric("1", line, line + "\n")], 80)


def test_no_word_is_cut_where_texts_stand_side_by_side():
    word = "海" * 28
    assert printed([Lyric(str(number), "海", word + "\n") for number in (1, 2)], 120).count(word) == 2


@pytest.mark.parametrize("told", ["²³", "١٢", "0", "abc"])
def test_what_is_no_number_is_no_size_of_a_window(told, monkeypatch, capsys):
    """Rich asks `isdigit`, which takes characters that `int` refuses."""
    monkeypatch.setenv("COLUMNS", told)
    monkeypatch.setenv("LINES", told)
    with panels.printed(is_paged=False) as screen:
        show_lyrics(screen, [variant(1, "la"), variant(2, "lo")], Page(TASK))
    assert "1. A Title" in capsys.readouterr().out
