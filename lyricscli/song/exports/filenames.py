"""Names of files that every system takes."""

import re
import unicodedata

MOST_BYTES = 120
"""In UTF-8, suffix included: well within the 255 of common file systems and the 143 of encrypted ones."""
NAMELESS = "untitled"

# Microsoft's page on naming files: reserved characters and device names, with or without a suffix.
_RESERVED_CHARACTERS = re.compile(r'[<>:"/\\|?*]+')
_RESERVED_NAME = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE
)


def filename(title: str, suffix: str) -> str:
    """Make a safe name of a title; `suffix` (such as `.txt`) is added as it is.

    The name holds no path separator, control or invisible character, does not start with a dot or a dash,
    is no device of Windows, and has MOST_BYTES bytes at most.
    """
    stem = _clean(title)
    if _RESERVED_NAME.match(stem):
        stem = f"song {stem}"
    stem = _cut(stem, MOST_BYTES - len(suffix.encode()))
    return (stem or NAMELESS) + suffix


def _clean(title: str) -> str:
    visible = (" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in title)
    plain = unicodedata.normalize("NFC", "".join(visible))
    return " ".join(_RESERVED_CHARACTERS.sub(" ", plain).split()).strip(" .-~")


def _cut(stem: str, most: int) -> str:
    return stem.encode()[: max(0, most)].decode(errors="ignore").strip(" .-~")
