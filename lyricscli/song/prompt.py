"""What is sent to the services: the user's prompt with what was said of the song; what they take at most."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class MusicLimits(NamedTuple):
    """The longest lyrics, style and title (in characters) of the music models named."""

    models: str
    lyrics: int
    style: int
    title: int


OLDER = MusicLimits("V4", lyrics=3000, style=200, title=80)
NEWER = MusicLimits("V4_5 and later", lyrics=5000, style=1000, title=100)
"""V4_5ALL is the exception: its titles end at 80 characters, like V4's."""


PARTS = ("language", "style", "mood", "theme", "structure")
"""The metadata that goes into a prompt, in this order, which is also the order of importance."""


class Composed(NamedTuple):
    """`text` is what to send. `left_out` names the parts that did not fit, in the order of PARTS."""

    text: str
    left_out: tuple[str, ...] = ()


def compose(prompt: str, metadata: Mapping[str, str], fits: Callable[[str], bool]) -> Composed:
    """Add to the prompt as much of the metadata as fits; `fits` says whether a text is within the limit.

    The prompt itself is never cut: where even it does not fit it is returned alone, with every part left out.
    Blank values and names that PARTS does not have are not parts.
    """
    text, left_out = prompt, []
    for name in PARTS:
        value = " ".join(metadata.get(name, "").split())
        if not value:
            continue
        longer = _joined(text, f"{name.capitalize()}: {value.rstrip('.')}.")
        if fits(longer):
            text = longer
        else:
            left_out.append(name)
    return Composed(text, tuple(left_out))


def _joined(text: str, part: str) -> str:
    if not text.strip():
        return text + part
    stop = "" if text.rstrip()[-1] in ".!?…。！？" else "."
    return f"{text}{stop} {part}" if text == text.rstrip() else f"{text}{part}"
