r"""The one writer of stdout and stderr, and what makes a text safe to show there.

stdout has results only. What keeps it from being written is an error of ours; what goes wrong with stderr is
silence. A character that could move the cursor, set the clipboard or the title, forge a line, reorder or hide
text is shown as its escape (`\x1b`, `\u202e`). What writes a language rightly stays: combining marks, and
joiners between two characters that are not ASCII (emoji families, Persian, Indic scripts).
"""

import errno
import io
import os
import re
import stat
import sys
from _thread import RLock
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from lyricscli.errors import LyricsError, OutputClosedError, OutputError

NARROWEST, WIDEST, DEFAULT_WIDTH = 20, 10_000, 80
"""Columns that can be a window's, and those where nothing says it. COLUMNS=0 is no width."""

# C0 and C1 controls and DEL; soft hyphen; grapheme joiner; Arabic letter mark; Hangul, Khmer and Mongolian
# fillers; zero-width space and directional marks; line and paragraph separators; bidirectional embeddings,
# overrides and isolates; word joiner and invisible operators; byte-order mark; interlinear annotation; lone
# surrogates; tag characters. (Unicode 15, chapter 23 "Special Areas and Format Characters"; UTR 36.)
_C0 = "\x00-\x1f"
_DANGEROUS = (
    f"{_C0}\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)

_SGR = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
"""The numbers of ECMA-48's Select Graphic Rendition."""
_JOINERS = "\u200c\u200d"
_LONE_JOINER = f"(?<![^\x00-\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f])"
# Compiled, and kept by `re`, when one is first used: a command needs hardly ever more than one of them.
_LINE = f"[{_DANGEROUS}]|{_LONE_JOINER}"
_BLOCK = f"(?![\n\t])[{_DANGEROUS}]|{_LONE_JOINER}"
_JSON = f"[{_DANGEROUS.removeprefix(_C0)}{_JOINERS}]"  # JSON escapes C0 itself

_turn = RLock()
_drawn = ""
_plain = False
_writes = 0


def visible(text: str) -> str:
    """Return one line that is safe to show anywhere; line ends and tabs are escaped too."""
    return re.sub(_LINE, _escape, text)


def visible_block(text: str) -> str:
    """Return text that is safe to show, its lines and tabs kept; CR LF counts as a line end."""
    return re.sub(_BLOCK, _escape, text.replace("\r\n", "\n"))


def as_json(value: object, indent: int | None = 2) -> str:
    r"""Return a value as JSON, what a terminal would act on as `\uXXXX`; `indent` None makes it one line."""
    import json

    return re.sub(_JSON, _json_escape, json.dumps(value, ensure_ascii=False, indent=indent))


def write_stdout(text: str) -> None:
    """Write to stdout raw, as UTF-8 whatever the locale says. Raises OutputError."""
    global _writes  # noqa: PLW0603 (there is one stdout)
    with _turn:
        _writes += 1
        if is_terminal() or _is_pipe(sys.stdout):  # whose reader may write to the same terminal
            _wipe()
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(errors="backslashreplace"))
        sys.stdout.buffer.flush()


def writes() -> int:
    """Return how often stdout was written to."""
    return _writes


def flush() -> None:
    """Write what a library of others may still hold back. What goes wrong was told before, or is silence."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, LyricsError):
            stream.flush()


def write_line(text: str) -> None:
    """Write a result of one line, made safe to show."""
    write_stdout(visible(text) + "\n")


def write_json(value: object) -> None:
    """Write a value as one JSON document."""
    write_stdout(as_json(value) + "\n")


def write_array(values: Iterable[object]) -> None:
    """Write values as one JSON array, each as it comes. Raises as `write_stdout`."""
    start = "["
    for value in values:
        write_stdout(f"{start}\n  " + as_json(value).replace("\n", "\n  "))
        start = ","
    write_stdout("[]\n" if start == "[" else "\n]\n")


def say(message: str) -> None:
    """Write one line to stderr; whatever is in it, it stays one line. A terminal breaks it between words."""
    line = visible(message)
    with _turn:
        _wipe()
        _to_stderr((_wrapped(line, "") if _is_tty(sys.stderr) else line) + "\n")


def folded(line: str, *, plain: bool = False) -> str:
    """Return a safe line of stdout, broken between words where it is longer than a terminal's window."""
    return _wrapped(line, " " * 4) if is_fancy(plain=plain) and cells(line) > width() else line


def sentence(message: str) -> str:
    """Return a message with one full stop at its end, whatever it quotes there."""
    bare = message.rstrip(" .")
    return message if bare.endswith(("?", "!", "…", ":")) else f"{bare}."


def ask(question: str) -> None:
    """Write a question to stderr, to be answered on the same line; an empty one ends the line."""
    with _turn:
        _wipe()
        _to_stderr(visible(question) or "\n")


def ring() -> None:
    """Ring the bell of the terminal, where there is one."""
    if _is_tty(sys.stderr):
        _to_stderr("\a")


def draw(line: str, unless: Callable[[], bool] = lambda: False) -> None:
    """Show a line at the foot of the terminal until the next thing is written; an empty one takes it away.

    `unless` is asked last of all. A job that was put into the background draws nothing. The cursor is never
    hidden, so however the command ends it is there.
    """
    global _drawn  # noqa: PLW0603 (there is one terminal)
    with _turn:
        if not line or unless() or not is_live():
            _wipe()
        elif (fitted := fit(visible(line), width() - 1)) != _drawn:
            _to_stderr(f"\r{fitted}\x1b[K")
            _drawn = fitted


def be_plain(wanted: bool) -> None:
    """Show no panels, colours or moving lines from here on: what the setting `plain` asks for."""
    global _plain  # noqa: PLW0603 (there is one terminal)
    _plain = wanted


def is_terminal() -> bool:
    """Tell whether a person reads stdout."""
    return _is_tty(sys.stdout)


def is_fancy(*, plain: bool = False) -> bool:
    """Tell whether stdout gets panels and tables: at a terminal, unless plain text is asked for."""
    return not (plain or _plain) and is_terminal()


def is_live() -> bool:
    """Tell whether stderr shows what moves: a terminal that can, and this command in front of it."""
    return not _plain and _is_tty(sys.stderr) and os.environ.get("TERM") != "dumb" and _is_in_front()


def has_colour(*, plain: bool = False) -> bool:
    """Tell whether stdout gets colours: not under NO_COLOR, always under FORCE_COLOR, else at a terminal."""
    if plain or _plain or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (is_fancy() and os.environ.get("TERM") != "dumb")


def paint(text: str, style: str, *, plain: bool = False) -> str:
    """Return a safe text in a style of Rich's words, such as `bold cyan`, where stdout has colours."""
    if not style or not text or not has_colour(plain=plain):
        return text
    return f"\x1b[{';'.join(map(_SGR.__getitem__, style.split()))}m{text}\x1b[0m"


def width() -> int:
    """Return the columns of the window: what COLUMNS says, else the terminal, where that can be a width."""
    return _size("COLUMNS", 0, NARROWEST) or DEFAULT_WIDTH


def height() -> int:
    """Return the lines of the window, found likewise; 0 where nothing says it."""
    return _size("LINES", 1, 2)


def cells(text: str) -> int:
    """Return how many columns a text takes: marks that join the letter before take none, nor do controls."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_cells_of, text))


def fit(text: str, columns: int) -> str:
    """Return a text cut to so many columns, with an ellipsis where something is left out."""
    if cells(text) <= columns:
        return text
    room, kept = columns - 1, []
    for character in text:
        room -= _cells_of(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def take_over() -> None:
    """Make this process's streams safe to use, whichever of them the caller closed; to be called once, first.

    A closed descriptor is taken, so that no file of ours gets its number: what is then meant for stdout would
    end up in the library.
    """
    for number, flags in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, flags), True)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (a descriptor, for good)
    sys.stdout = _taken(sys.stdout, tells=True)
    sys.stderr = _taken(sys.stderr, tells=False)
    _have_styles_read()


def _have_styles_read() -> None:
    """Ask a console of Windows to act on escape sequences, as every other terminal does.

    https://learn.microsoft.com/windows/console/setconsolemode: ENABLE_VIRTUAL_TERMINAL_PROCESSING is 4, and
    the handles of stdout and stderr are -11 and -12.
    """
    if sys.platform == "win32":
        import ctypes

        kernel, mode = ctypes.windll.kernel32, ctypes.c_ulong()
        for handle in map(kernel.GetStdHandle, (-11, -12)):
            if kernel.GetConsoleMode(handle, ctypes.byref(mode)):
                kernel.SetConsoleMode(handle, mode.value | 4)


def _taken(stream: Any, *, tells: bool) -> io.TextIOWrapper:
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # under PYTHONUNBUFFERED it has no buffer of its own
    # A terminal that cannot show a character gets its escape, never an error.
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(raw, tells=tells)),
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=bool(raw and raw.isatty()),
    )


class _Outlet(io.RawIOBase):
    """Where a stream's bytes go. After its first failure, told or not, it takes everything and keeps nothing.

    So neither a library of others nor the interpreter's own last flush meets an error that is not ours.
    """

    def __init__(self, raw: Any, *, tells: bool) -> None:
        super().__init__()
        self._raw = raw
        self._tells = tells
        self._is_over = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno()) if self._raw is not None else super().fileno()

    def isatty(self) -> bool:
        return bool(self._raw and self._raw.isatty())

    def write(self, data: Any) -> int:
        size = len(data)
        if not self._is_over:
            try:
                return self._written(data)
            except OSError as error:
                self._is_over = True
                if self._tells:
                    raise _output_error(error) from error
        return size

    def _written(self, data: Any) -> int:
        if self._raw is None:
            raise OSError(errno.EBADF, "it is closed")
        count = self._raw.write(data)
        if count is None and sys.platform != "win32":  # somebody made the pipe non-blocking, and it is full
            os.set_blocking(self._raw.fileno(), True)
            count = self._raw.write(data)
        return int(count)


def _output_error(error: OSError) -> OutputError:
    """Say what is wrong with stdout; on Windows a pipe that nobody reads is an invalid argument."""
    if isinstance(error, ConnectionError) or (os.name == "nt" and error.errno == errno.EINVAL):
        return OutputClosedError()
    return OutputError(f"standard output cannot be written: {error.strerror or error}")


def _to_stderr(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _wipe() -> None:
    global _drawn  # noqa: PLW0603 (there is one terminal)
    if _drawn:
        _to_stderr("\r\x1b[K")
        _drawn = ""


def _wrapped(line: str, indent: str) -> str:
    from textwrap import wrap

    lines = wrap(line, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) or line


def _is_tty(stream: Any) -> bool:
    with suppress(OSError, ValueError):
        return stream is not None and bool(stream.isatty())
    return False


def _is_pipe(stream: Any) -> bool:
    with suppress(OSError, ValueError):
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    return False


def _is_in_front() -> bool:
    """Tell whether the terminal is this command's own (always on Windows, which has no jobs)."""
    with suppress(OSError, ValueError):
        return sys.platform == "win32" or os.tcgetpgrp(sys.stderr.fileno()) == os.getpgrp()
    return True  # it is no terminal that jobs are controlled from


def _size(variable: str, place: int, least: int) -> int:
    told = os.environ.get(variable, "")
    if told.isascii() and told.isdigit() and least <= int(told[:9]) <= WIDEST:
        return int(told)
    for descriptor in (1, 2, 0):
        with suppress(OSError):
            size = os.get_terminal_size(descriptor)[place]
            if least <= size <= WIDEST:
                return size
    return 0


def _cells_of(character: str) -> int:
    from unicodedata import category, east_asian_width

    if category(character) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def _json_escape(match: re.Match[str]) -> str:
    import json

    return json.dumps(match[0])[1:-1].replace("\x7f", "\\u007f")
