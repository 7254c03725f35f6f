"""The chooser of `lyrics pick`: read the texts of a task, compare two side by side, choose one."""

from dataclasses import replace
from typing import TYPE_CHECKING

from lyricscli.terminal.keyboard import Key

if TYPE_CHECKING:
    from lyricscli.store.songbook import Page, Songbook
    from lyricscli.terminal.choice import State

HALF_PAGE = 10
"""Lines that a page key scrolls; the view stops at the text's end."""


def press(state: "State", key: str, names: tuple[str, ...]) -> "State":
    """Return what the chooser shows after a key; `names` are those of the texts."""
    match key:
        case "q" | Key.ESCAPE:
            state = replace(state, is_over=True)
        case Key.ENTER:
            state = replace(state, chosen=state.place, is_over=True)
        case Key.UP | Key.LEFT | "k" | "h":
            state = _at(state, (state.place - 1) % state.count)
        case Key.DOWN | Key.RIGHT | "j" | "l" | "\t":
            state = _at(state, (state.place + 1) % state.count)
        case " " | Key.PAGE_DOWN | "d":
            state = replace(state, scroll=state.scroll + HALF_PAGE)
        case Key.PAGE_UP | "b" | "u":
            state = replace(state, scroll=max(0, state.scroll - HALF_PAGE))
        case Key.HOME | "g":
            state = replace(state, scroll=0)
        case "c" if state.count > 1:
            beside = (state.place + 1) % state.count if state.beside is None else None
            state = replace(state, beside=beside)
        case _ if key in names:
            state = _at(state, names.index(key))
    return state


def choose(songbook: "Songbook", page: "Page") -> None:
    """Let the user choose at the terminal, and keep the choice; leaving changes nothing.

    The terminal is given back as it was, also when a signal ends it. Raises LyricsError where there is no
    text.
    """
    from lyricscli.terminal.choice import State

    preferred = page.lyric(None)
    lyrics = page.lyrics
    state = _run(page, State(len(lyrics), place=lyrics.index(preferred)))
    if state.chosen is not None:
        songbook.choose(page.task, lyrics[state.chosen].name)


def _run(page: "Page", state: "State") -> "State":
    from lyricscli.processes import interruptible
    from lyricscli.terminal import panels
    from lyricscli.terminal.choice import last_scroll, view
    from lyricscli.terminal.keyboard import keys

    names = tuple(lyric.name for lyric in page.lyrics)
    terminal = panels.console()
    with interruptible(), keys() as read, terminal.screen(hide_cursor=True) as screen:
        shown = None
        while not state.is_over:
            size = terminal.size
            state = replace(state, scroll=min(state.scroll, last_scroll(page, state, size)))
            if shown != (state, size):
                screen.update(view(page, state, size))
                shown = state, size
            for key in read():
                if not state.is_over:
                    state = press(state, key, names)
    return state


def _at(state: "State", place: int) -> "State":
    """Move to another text; the one beside it steps out of the way."""
    beside = (place + 1) % state.count if state.beside == place else state.beside
    return replace(state, place=place, scroll=0, beside=beside)
