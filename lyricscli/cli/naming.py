"""What TASK and TASK:N mean to the commands that work on one text."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lyricscli.store.songbook import Lyric, Page, Songbook

LYRIC_HELP = "A task, its pick or first text; or TASK:N for a variant, TASK:N.M for an edited version."


def find_lyric(songbook: "Songbook", name: str, *, quiet: bool = False) -> "tuple[Page, Lyric]":
    """Return the text that is meant, and say which where the name leaves it open. Raises LyricsError."""
    from lyricscli.terminal.progress import say

    page, part = songbook.find(name)
    lyric = page.lyric(part)
    if part is None and len(page.lyrics) > 1 and not quiet:
        others = ", ".join(f"{name}:{one.name}" for one in page.lyrics if one != lyric)
        which = f"{name}, its pick" if page.pick is not None else name
        advice = "" if page.pick is not None else " `lyrics pick` chooses one."
        say(f"This is text {lyric.name} of {which}; the others are {others}.{advice}")
    return page, lyric


def ref_of(page: "Page", lyric: "Lyric") -> str:
    """Return the full name of a text."""
    return f"{page.task.ref}:{lyric.name}"
