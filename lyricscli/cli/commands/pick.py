"""`lyrics pick`: choose a text of a task, and say what you think of it."""

import sys
from typing import TYPE_CHECKING, Annotated

from lyricscli.cli import options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import UsageError
from lyricscli.models import Review, Verdict
from lyricscli.terminal.streams import is_terminal, say, write_json, write_line

if TYPE_CHECKING:
    from lyricscli.models import Page
    from lyricscli.store.songbook import Songbook

NONE = "none"


def pick(  # noqa: PLR0913 (one parameter an option: it is the command line)
    task: options.Task,
    name: Annotated[
        str | None,
        argument("A variant (2), an edited version (2.1), or `none`; without it, choose.", metavar="N"),
    ] = None,
    *,
    note: Annotated[str | None, option("What you think of the text; found by `lyrics list`.")] = None,
    rate: Annotated[int | None, option("Stars for the text.", min=1, max=5)] = None,
    approve: Annotated[bool, option("A person approved the text.", "--approve")] = False,
    reject: Annotated[bool, option("A person rejected the text; it is not picked.", "--reject")] = False,
    tag: options.Tag = None,
    untag: Annotated[list[str] | None, option("Take a tag away; repeatable.")] = None,
    json: Annotated[bool, option("Print the review as one JSON document.", "--json")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Choose a text of a task; rate, tag, note, approve or reject it.

    Without N it shows the texts at a terminal and asks, and prints the pick in a script; notes, stars and
    verdicts go to the pick.

    Example: lyrics pick last 2 --note "strong bridge" --tag winter --approve
    """
    verdict = Verdict.APPROVED if approve else Verdict.REJECTED if reject else None
    thoughts = Review("", rate, verdict, note or "")
    with wiring.open_songbook() as songbook:
        page, part = songbook.find(task)
        if None not in {name, part} and name != part:
            raise UsageError(f"{task} and {name} were both given", "Give one of them.")
        name = name if name is not None else part
        if name is not None:
            _choose(songbook, page, name, is_rejected=reject)
        elif not (json or tag or untag or thoughts != Review("")) and sys.stdin.isatty() and is_terminal():
            from lyricscli.terminal.asking import which_text

            if (chosen := which_text(page)) is not None:
                songbook.choose(page.task, chosen)
        _annotate(songbook, songbook.page(page.task), name, thoughts)
        songbook.tag(page.task, _tags(tag), remove=_tags(untag))
        page = songbook.page(page.task)
    _report(page, json=json, quiet=quiet)


def _choose(songbook: "Songbook", page: "Page", name: str, *, is_rejected: bool) -> None:
    if name == NONE:
        songbook.choose(page.task, None)
    elif not is_rejected:
        songbook.choose(page.task, page.lyric(name).name)


def _annotate(songbook: "Songbook", page: "Page", name: str | None, thoughts: Review) -> None:
    """Keep a review of the text named, else of the pick. Raises UsageError where that leaves it open."""
    if thoughts == Review(""):
        return
    if name in {None, NONE} and page.pick is None and len(page.lyrics) > 1:
        raise UsageError(
            "it is not clear which text is meant",
            f"Name one of {', '.join(one.name for one in page.lyrics)}: lyrics pick {page.task.ref} N",
        )
    lyric = page.lyric(None if name == NONE else name)
    songbook.review(page.task, thoughts._replace(name=lyric.name))


def _tags(tags: list[str] | None) -> list[str]:
    """Read tags; a comma separates them too. Raises UsageError for an empty one."""
    words = [" ".join(word.split()) for words in tags or () for word in words.split(",")]
    if not all(words):
        raise UsageError("a tag is empty", "For example: --tag winter")
    return words


def _report(page: "Page", *, json: bool, quiet: bool) -> None:
    """Print the pick's name, or the whole review."""
    from lyricscli.terminal.documents import review_document

    if json:
        write_json({"task_id": page.task.task_id, **review_document(page)})
    elif page.pick is not None:
        write_line(f"{page.task.ref}:{page.pick}")
    elif not quiet:
        say(f"No text of {page.task.ref} is picked.")
