"""What the music API takes in custom mode, in characters.

Source: sunoapi's page on generating music (parameter usage guide); kie's has the same numbers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MusicLimits:
    """The longest lyrics, style and title (in characters) of the music models named."""

    models: str
    lyrics: int
    style: int
    title: int


OLDER = MusicLimits("V4", lyrics=3000, style=200, title=80)
NEWER = MusicLimits("V4_5 and later", lyrics=5000, style=1000, title=100)
"""V4_5ALL is the exception: its titles end at 80 characters, like V4's."""
