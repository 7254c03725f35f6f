"""From what is typed to an order: a prompt from the argument, a file, standard input or an editor."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lyricscli.errors import UsageError
from lyricscli.files import STDIO, read_text

if TYPE_CHECKING:
    from contextlib import ExitStack

    from lyricscli.config.settings import Settings
    from lyricscli.jobs.desk import Order
    from lyricscli.models import Task

EXAMPLE = 'For example: lyrics generate "a lighthouse keeper in love"'


class Wording(NamedTuple):
    """What the command line says of the song; `again` names the task whose song it is another take of.

    An empty value in `metadata` takes away what that task had.
    """

    prompt: str | None
    file: Path | None
    metadata: Mapping[str, str]
    again: str | None = None
    edit: bool = False


def order_of(wording: Wording, settings: "Settings", drafts: "ExitStack") -> "Order":
    """Return the order; what is written in an editor is kept in `drafts`.

    Raises UsageError without a prompt; whether it is too long is still to be checked.
    """
    from lyricscli.jobs.desk import Order

    earlier = _earlier(wording.again, settings) if wording.again is not None else None
    prompt = _prompt(wording, earlier, drafts)
    joined = {**(earlier.metadata if earlier is not None else {}), **wording.metadata}
    metadata = {name: value for name, value in joined.items() if value}
    return Order.of(prompt, metadata, settings.service.limit, earlier.song if earlier is not None else None)


def _earlier(name: str, settings: "Settings") -> "Task":
    from lyricscli.cli import wiring
    from lyricscli.store.songbook import Songbook

    with wiring.open_library(settings) as library:
        return Songbook(library).find(name)[0].task


def _prompt(wording: Wording, earlier: "Task | None", drafts: "ExitStack") -> str:
    """Read the prompt; another take has its own only where one is named on the command line."""
    is_given = wording.prompt is not None or wording.file is not None
    known = earlier.prompt if earlier is not None and not is_given else ""
    if wording.edit:
        from lyricscli.terminal.editor import edited

        begun = _read(wording) if is_given else known
        return _checked(drafts.enter_context(edited(begun, "prompt.txt")))
    return known or _read(wording)


def _read(wording: Wording) -> str:
    """Read the prompt from where the command line says. Raises UsageError when there is none."""
    if wording.file is not None:
        return _checked(read_text(wording.file))
    if wording.prompt == STDIO or (wording.prompt is None and not sys.stdin.isatty()):
        return _checked(read_text())
    if wording.prompt is None:
        raise UsageError("there is no prompt", EXAMPLE)
    return _checked(wording.prompt)


def _checked(text: str) -> str:
    """Return a prompt without white space around it. Raises UsageError when nothing is left of it."""
    if not (prompt := text.strip()):
        raise UsageError("the prompt is empty", EXAMPLE)
    return prompt
