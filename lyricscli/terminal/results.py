"""Where results go: panels at a terminal, plain text in a pipe, raw JSON, or a file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lyricscli.errors import ExitCode, LyricsError, OutputError, Reason, UnsavedError, UsageError
from lyricscli.files import check_result, write_result
from lyricscli.models import Lyric, Page, Task, TaskStatus, VariantStatus, is_name
from lyricscli.terminal.documents import meter_document, page_document
from lyricscli.terminal.streams import (
    as_json,
    has_colour,
    is_fancy,
    paint,
    say,
    sentence,
    visible,
    visible_block,
    write_stdout,
)

if TYPE_CHECKING:
    from lyricscli.song.meter import LineMeter
    from lyricscli.song.sections import Section


# A margin of numbers may stand before a header, and its rhyme scheme after it.
HEADER = r"(?m)^[ \t\d]*[\[【][^\]】\n]*[\]】][ \t]*(?:· [A-Za-z\-]+)?$"
HEADER_STYLE = "bold cyan"


class Style(NamedTuple):
    """What the user wants printed: see the options of `generate`.

    `variant` names one text (`2`, or `2.1` for an edited version); `numbers` and `meter` stand beside the
    lines; `output` is a file instead of stdout; `lines` puts each JSON document on one line; `paged` is for
    what is read again, where a pager does not stand in the way; `gathers` takes what is for the file.
    """

    json: bool = False
    lines: bool = False
    plain: bool = False
    title_only: bool = False
    variant: str | None = None
    numbers: bool = False
    meter: bool = False
    output: Path | None = None
    quiet: bool = False
    paged: bool = False
    gathers: list[str] | None = None

    def check(self) -> None:
        """Raise UsageError for what cannot be printed, before anything is paid."""
        if self.variant is not None and (not is_name(self.variant) or self.variant.startswith("0")):
            raise UsageError("--variant counts from 1", "For example: --variant 1")
        if self.output is not None:
            check_result(self.output)


def show_task(task: Task, style: Style) -> ExitCode:
    """Print a task's result, and on stderr what is wrong with it; return the exit code that says the same."""
    return show_page(Page(task), style)


def show_page(page: Page, style: Style) -> ExitCode:
    """Print a task with what people added to it; else as `show_task`."""
    with _saved(page.task):
        _print(page, style)
        _explain(page.task, style)
        if style.variant is not None and page.lyrics:
            _chosen(page, style.variant)
    return page.task.exit_code


@contextmanager
def _saved(task: Task) -> Iterator[None]:
    """Where a task cannot be printed, say that nothing is lost."""
    try:
        yield
    except OutputError as error:
        name = "show" if task.status.is_final else "wait"
        error.advice = f"The task is saved: `lyrics {name} {task.ref}` prints it."
        raise
    except LyricsError as error:
        error.is_told = True
        raise


def _print(page: Page, style: Style) -> None:
    if style.json:
        shown = _selected(page, style.variant)
        document = page_document(shown) | (meter_document(shown) if style.meter else {})
        if style.title_only:
            for text in (*document["variants"], *document.get("versions", [])):
                del text["text"]
        _emit(as_json(document, indent=None if style.lines else 2) + "\n", style)
    elif page.lyrics:
        _show_lyrics(page, style)


def _selected(page: Page, name: str | None) -> Page:
    """Return a page with the one text that was asked for, a variant or a version; None asks for all."""
    if name is None:
        return page
    return page._replace(
        task=page.task._replace(variants=tuple(v for v in page.task.variants if str(v.number) == name)),
        versions=tuple(version for version in page.versions if version.name == name),
    )


def unsubmitted(provider: str, prompt: str = "", metadata: Mapping[str, str] = {}) -> Task:
    """Return what stands for a task where nothing was submitted."""
    return Task(0, None, provider, "", TaskStatus.FAILED, prompt, prompt, "", metadata)


@contextmanager
def telling_failure(tasks: Iterable[Task], style: Style) -> Iterator[None]:
    """Tell what fails in the block in the documents of these tasks."""
    try:
        yield
    except LyricsError as error:
        tell_failure(error, tasks, style)
        raise


def tell_failure(error: LyricsError, tasks: Iterable[Task], style: Style) -> None:
    """Where JSON was asked for, print the documents of tasks with the failure in them, unless one is told.

    A result that could not be written down is printed itself.
    """
    if isinstance(error, UnsavedError):
        with suppress(OutputError):
            show_task(error.task, style)
    elif style.json and error.failure is not None and not error.is_told:
        for task in tasks:
            told = page_document(Page(task._replace(error=error.failure)))
            _emit(as_json(told, indent=None if style.lines else 2) + "\n", style)
    error.is_told = True


def show_submitted(task: Task, style: Style) -> ExitCode:
    """Print the id of a task that nobody waits for."""
    if task.task_id is None or style.json or task.status is not TaskStatus.PENDING:
        code = show_task(task, style)
        return ExitCode.OK if task.status is TaskStatus.PENDING else code
    with _saved(task):
        _emit(visible(task.task_id) + "\n", style)
    return ExitCode.OK


@contextmanager
def gathered(style: Style) -> Iterator[Style]:
    """Lend a style for several tasks: what goes to its file is written together, however the command ends."""
    texts: list[str] = []
    try:
        yield style._replace(gathers=texts)
    finally:
        if texts:
            _emit("".join(texts), style)


def _emit(text: str, style: Style) -> None:
    if style.output is not None and style.gathers is not None:
        style.gathers.append(text)
    elif style.output is not None:
        write_result(style.output, [text])
    else:
        write_stdout(text)


def _show_lyrics(page: Page, style: Style) -> None:
    lyrics = list(page.lyrics) if style.variant is None else [_chosen(page, style.variant)]
    if style.title_only:
        _emit_text(titles(lyrics), style)
        return
    if style.numbers or style.meter:
        margins = {"numbers": style.numbers, "meter": style.meter}
        lyrics = [
            lyric._replace(text=annotated(lyric.text, page.metadata(lyric).get("language"), **margins))
            for lyric in lyrics
        ]
    if style.output is None and is_fancy(plain=style.plain):
        from lyricscli.terminal import panels

        with panels.printed(is_paged=style.paged) as screen:
            panels.show_lyrics(screen, lyrics, page)
    else:
        _emit_text(plain_text(lyrics), style)


def _emit_text(text: str, style: Style) -> None:
    """Write plain text: a file gets the bytes, stdout what is safe at whatever terminal it ends up on."""
    if style.output is None:
        text = safe_lyrics(text, plain=style.plain)
    _emit(text, style)


def _chosen(page: Page, name: str) -> Lyric:
    """Return the text of that name. Raises LyricsError when it failed, UsageError when it is not there."""
    for variant in page.task.variants:
        if str(variant.number) == name and variant.status is VariantStatus.FAILED:
            raise LyricsError(
                f"variant {name} failed: {variant.error or 'no text came'}", "Choose another one."
            )
    return page.lyric(name)


def _explain(task: Task, style: Style) -> None:
    """Say on stderr what the result alone does not."""
    failed = [v for v in task.variants if v.status is VariantStatus.FAILED]
    if task.status is TaskStatus.PARTIAL and not style.quiet and style.variant is None:
        for variant in failed:
            say(sentence(f"Variant {variant.number} failed: {variant.error or 'no text came'}"))
    if not task.status.has_lyrics:
        if not style.json and not style.quiet:
            _show_unfinished(task)
        for line in _trouble(task):
            say(line)


def _show_unfinished(task: Task) -> None:
    """Say what is written so far: it is no result, and the whole is still to come."""
    for variant in task.variants:
        if variant.status is VariantStatus.UNFINISHED and variant.text.strip():
            say(f"Variant {variant.number} is unfinished; so far:")
            for line in variant.text.splitlines():
                say(line)


def _trouble(task: Task) -> Iterable[str]:
    """Yield what happened and what to do next, for a task without lyrics."""
    head = {
        TaskStatus.FAILED: "failed",
        TaskStatus.UNKNOWN: "may or may not have been accepted",
    }.get(task.status, "is not finished")
    yield sentence(f"lyrics: task {task.ref} {head}" + (f": {task.error.message}" if task.error else ""))
    yield _next_step(task)


def _next_step(task: Task) -> str:
    if task.status is TaskStatus.UNKNOWN:
        return f"It was not sent again{_doubt(task.provider)} Here it is kept as {task.ref}."
    waits = f"`lyrics wait {task.ref}` goes on." if task.status is not TaskStatus.FAILED else ""
    if task.error is None or (waits and task.error.reason is not Reason.UNAUTHORIZED):
        return waits
    from lyricscli.config.keys import advice_on

    return f"{advice_on(task.error, task.provider)} {waits}".rstrip()


def _doubt(name: str) -> str:
    """Say what can be done where a provider may have accepted a task."""
    from lyricscli.api.providers import PROVIDERS
    from lyricscli.config.settings import SANDBOX

    if name == SANDBOX:
        return ". The sandbox costs nothing: generate again."
    page = provider.tasks_url if (provider := PROVIDERS.get(name)) else None
    where = f" ({page})" if page else ""
    return (
        f", as that could be paid twice. Look at the provider's own list of tasks{where}: if it is there,"
        " `lyrics show ID` fetches it; if not, generate again."
    )


# A song as plain text


def safe_lyrics(text: str, *, plain: bool = False) -> str:
    """Return text that is safe to show, its section headers in colour where stdout has colours."""
    safe = visible_block(text)
    if not has_colour(plain=plain):
        return safe
    return re.sub(HEADER, lambda header: paint(header[0], HEADER_STYLE, plain=plain), safe)


def plain_text(lyrics: Sequence[Lyric]) -> str:
    """Return the texts: one alone is only its lyrics, each of several follows a `--- NAME: TITLE ---`."""
    if len(lyrics) == 1:
        return _ended(lyrics[0].text)
    return "\n".join(f"--- {one.name}: {_title(one)}{_origin(one)} ---\n{_ended(one.text)}" for one in lyrics)


def titles(lyrics: Sequence[Lyric]) -> str:
    """Return the titles, one a line."""
    return "".join(f"{_title(one)}\n" for one in lyrics)


def _title(lyric: Lyric) -> str:
    return " ".join(lyric.title.split()) or "Untitled"


def _origin(lyric: Lyric) -> str:
    return f" (edited from {lyric.version.source})" if lyric.version is not None else ""


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def annotated(text: str, language: str | None = None, *, numbers: bool, meter: bool) -> str:
    """Return lyrics as a songwriter reads them: beside each line its number, its syllables and its rhyme.

    It is a line for a line; lines count from 1 in the whole text. `language` is the one that was asked for; a
    line whose syllables cannot be told has a `?`. A section's header is followed by its rhyme scheme.
    """
    from lyricscli.song.meter import measure
    from lyricscli.song.sections import parse

    digits = len(str(text.count("\n") + 1))
    lines = []
    for measured in measure(parse(text), language):
        section = measured.section
        by_number = {line.line.number: line for line in measured.lines}
        has_scheme = meter and bool(section.header) and bool(section.sung)
        for number, content in _lines(section):
            margin = f"{number:{digits}} " if numbers else ""
            margin += _meter(by_number.get(number)) if meter else ""
            scheme = f"  · {measured.scheme}" if has_scheme and content == section.header.strip() else ""
            lines.append(f"{margin} {content}{scheme}".rstrip())
    return "\n".join(lines) + "\n"


def _lines(section: "Section") -> Iterator[tuple[int, str]]:
    """Yield number and content of each line; words on the header's own line stay on it."""
    header = section.header.strip()
    rest = list(section.lines)
    if header:
        is_shared = bool(rest) and rest[0].number == section.number
        yield section.number, header + (rest.pop(0).text if is_shared else "")
    for line in rest:
        yield line.number, line.text


def _meter(line: "LineMeter | None") -> str:
    if line is None:
        return " " * 5
    return f"{'?' if line.syllables is None else line.syllables:>2} {line.rhyme} "
