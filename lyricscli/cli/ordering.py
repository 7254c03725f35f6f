"""What `generate` orders: the prompt and what was said of the song, composed within the service's limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lyricscli.cli.prompts import checked_prompt, read_prompt

if TYPE_CHECKING:
    from contextlib import ExitStack

    from lyricscli.api.providers import PromptLimit
    from lyricscli.config.settings import Settings
    from lyricscli.jobs.desk import Order
    from lyricscli.models import Task


@dataclass(frozen=True, slots=True)
class Wording:
    """What the command line says of the song; `again` names the task whose song it is another take of.

    An empty value in `metadata` takes away what that task had.
    """

    prompt: str | None
    file: Path | None
    metadata: Mapping[str, str]
    again: str | None = None
    edit: bool = False


def order_of(wording: Wording, settings: "Settings", drafts: "ExitStack") -> "tuple[Order, tuple[str, ...]]":
    """Return the order, and what to tell the user of it; what is written in an editor is kept in `drafts`.

    Raises UsageError without a prompt; whether it is too long is still to be checked.
    """
    earlier = _earlier(wording.again, settings) if wording.again is not None else None
    prompt = _prompt(wording, earlier, drafts)
    limit = settings.service.limit
    joined = {**(earlier.metadata if earlier is not None else {}), **wording.metadata}
    metadata = {name: value for name, value in joined.items() if value}
    return composed(prompt, metadata, limit, earlier.song if earlier is not None else None)


def composed(
    prompt: str, metadata: dict[str, str], limit: "PromptLimit", song: str | None = None
) -> "tuple[Order, tuple[str, ...]]":
    """Return an order that sends as much of the metadata along as fits, and what to tell the user of it."""
    from lyricscli.jobs.desk import Order
    from lyricscli.song.prompt import compose

    sent = compose(prompt, metadata, lambda text: limit.measure(text) <= limit.count)
    return Order(prompt, sent.text, metadata, song), tuple(_notices(sent.left_out))


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

        begun = read_prompt(wording.prompt, wording.file) if is_given else known
        return checked_prompt(drafts.enter_context(edited(begun, "prompt.txt")))
    return known or read_prompt(wording.prompt, wording.file)


def _notices(left_out: tuple[str, ...]) -> list[str]:
    if not left_out:
        return []
    return [f"The prompt has no room for: {', '.join(left_out)}. It is kept with the song all the same."]
