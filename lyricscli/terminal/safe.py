r"""Text from the network made safe to show: data stays readable, and nothing in it acts on the terminal.

A character that could move the cursor, set the clipboard or the title, forge a line, reorder or hide text is
shown as its escape (`\x1b`, `\u202e`). What writes a language rightly stays: combining marks, and joiners
between two characters that are not ASCII (emoji families, Persian, Indic scripts).
"""

import re

# C0 and C1 controls and DEL; soft hyphen; grapheme joiner; Arabic letter mark; Hangul, Khmer and Mongolian
# fillers; zero-width space and directional marks; line and paragraph separators; bidirectional embeddings,
# overrides and isolates; word joiner and invisible operators; byte-order mark; interlinear annotation; lone
# surrogates; tag characters. (Unicode 15, chapter 23 "Special Areas and Format Characters"; UTR 36.)
_DANGEROUS = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
_LAST_BYTE = 0xFF
_JOINERS = "\u200c\u200d"
_LONE_JOINER = f"(?<![^\x00-\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f])"
_LINE = re.compile(f"[{_DANGEROUS}]|{_LONE_JOINER}")
_BLOCK = re.compile(f"(?![\n\t])[{_DANGEROUS}]|{_LONE_JOINER}")
_JSON = re.compile(f"(?![\n])[{_DANGEROUS}{_JOINERS}]")


def visible(text: str) -> str:
    """Return one line that is safe to show anywhere; line ends and tabs are escaped too."""
    return _LINE.sub(_escape, text)


def visible_block(text: str) -> str:
    """Return text that is safe to show, its lines and tabs kept; CR LF counts as a line end."""
    return _BLOCK.sub(_escape, text.replace("\r\n", "\n"))


def visible_json(document: str) -> str:
    r"""Return a JSON text with such characters as `\uXXXX`: equal to a parser, inert to a terminal."""
    return _JSON.sub(_json_escape, document)


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(number)
    if named is not None:
        return named
    return f"\\x{number:02x}" if number <= _LAST_BYTE else f"\\u{number:04x}"


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
