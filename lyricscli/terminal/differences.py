"""A difference as text that reads without colour: `-` and `+` lines, `[-words-]` and `{+words+}` in them."""

from collections.abc import Iterator

from lyricscli.song.diffing import Change, Difference, LinePair, SectionPair, Side
from lyricscli.terminal.streams import is_fancy, visible

_COLOURS = {"-": "red", "+": "green", "@": "cyan", "=": "dim"}


def marked(difference: Difference) -> Iterator[str]:
    """Yield the lines to print; the first character of each says what it is. Equal sections are one line."""
    for pair in difference.sections:
        if pair.change is Change.SAME:
            count = len([line for line in pair.lines if line.after is not None and line.after.text.strip()])
            yield f"= {pair.name or 'Untitled'}: {count} {'line' if count == 1 else 'lines'} the same"
        else:
            yield _head(pair)
            if any(line.change is not Change.SAME for line in pair.lines):
                for line in pair.lines:
                    yield from _line(line)


def show(before: str, after: str, difference: Difference, *, plain: bool) -> None:
    """Print the names of both texts and what differs; in colour at a terminal unless `plain`."""
    lines = [f"--- {before}", f"+++ {after}", *marked(difference)]
    if not is_fancy(plain=plain):
        from lyricscli.terminal.streams import write_stdout

        write_stdout("".join(visible(line) + "\n" for line in lines))
        return
    from rich.text import Text

    from lyricscli.terminal import panels

    with panels.printed() as screen:
        for line in lines:
            screen.print(Text(visible(line), style=_COLOURS.get(line[:1], "")))


def _head(pair: SectionPair) -> str:
    note = {Change.ADDED: " (added)", Change.REMOVED: " (removed)"}.get(pair.change, "")
    if pair.change is Change.MOVED and pair.before is not None and pair.after is not None:
        note = f" (moved from line {pair.before.number} to line {pair.after.number})"
    return f"@ {pair.name or 'Untitled'}{note}"


def _line(line: LinePair) -> Iterator[str]:
    if line.change is Change.SAME:
        yield f"  {line.after.text}" if line.after is not None and line.after.text else ""
        return
    whole = line.change is not Change.CHANGED
    if line.before is not None:
        yield "- " + _text(line.before, "[-", "-]", whole=whole)
    if line.after is not None:
        yield "+ " + _text(line.after, "{+", "+}", whole=whole)


def _text(side: Side, start: str, end: str, *, whole: bool) -> str:
    """Mark what the other side does not have; a whole line needs no marks."""
    if whole:
        return side.text
    return "".join(piece.text if piece.is_shared else f"{start}{piece.text}{end}" for piece in side.pieces)
