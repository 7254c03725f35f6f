"""`lyrics batch`: many prompts through one tunnel, each paid at most once."""

from collections.abc import Iterator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.cli import options, wiring
from lyricscli.cli.options import argument, option
from lyricscli.errors import ServiceError, UsageError, read_as
from lyricscli.jobs.prompt_file import Notation
from lyricscli.terminal.streams import is_terminal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from lyricscli.api.providers import Provider
    from lyricscli.config.settings import Settings
    from lyricscli.jobs.desk import Desk
    from lyricscli.jobs.prompt_file import Prompts
    from lyricscli.models import Task
    from lyricscli.terminal.jsonl import JsonLines
    from lyricscli.terminal.progress import BatchProgress

MOST_AT_ONCE = 200
"""Tasks in flight at once: their callbacks may come together, and the listener takes 256 connections."""


def batch(  # noqa: PLR0913 (one parameter an option: it is the command line)
    file: Annotated[Path, argument("Prompts: .txt (one a line), .csv or .jsonl; `-` is stdin.")],
    *,
    form: Annotated[Notation | None, option("How it is written; else by name.", "--format")] = None,
    output: Annotated[
        Path | None, options.to_file("Add the documents to a file of JSON lines; `-` is stdout.")
    ] = None,
    sending: options.Sending,
    rate: Annotated[
        str | None, option("New tasks in a time, like 20/10s, or none; else the provider's.")
    ] = None,
    concurrency: Annotated[int, option("Tasks in flight at once.", min=1, max=MOST_AT_ONCE)] = 64,
    max_credits: Annotated[
        float | None, option("Submit nothing that would cost more than this.", min=0)
    ] = None,
    fail_fast: Annotated[bool, option("Submit no more once a task fails.", "--fail-fast")] = False,
    skip_invalid: Annotated[bool, option("Leave out lines that cannot be used.", "--skip-invalid")] = False,
    retry_failed: Annotated[bool, option("Submit lines again whose task failed.", "--retry-failed")] = False,
    name: Annotated[
        str, option("Set this batch apart: the same lines under another name are paid anew.")
    ] = "",
    json: Annotated[bool, option("Print the JSON documents at a terminal too.", "--json")] = False,
    quiet: options.Quiet = False,
    notify: options.Notify = False,
) -> None:
    """Work through many prompts, and go on where it stopped.

    Prints one JSON document a line as the tasks end (at a terminal status, title and id); `index` counts the
    prompts from 0. Run again, it answers finished lines from the library, waits for accepted ones and submits
    the rest. Lines of text that begin with # are left out; in CSV and JSON lines `prompt` holds the prompt,
    and the rest is metadata.

    Exit codes: 0 all complete or partial; 5, 4, 6 or 8 when credits, key, throttle or service ended it;
    1 some failed; 8 some are unknown; 3 some are unfinished or not submitted; 2 or 7 a line cannot be used.

    Example: lyrics batch prompts.csv -o songs.jsonl --max-credits 20
    """
    from lyricscli.cli import running
    from lyricscli.jobs.batch import Allowance, Tally, run_batch
    from lyricscli.quantities import read_rate
    from lyricscli.terminal.jsonl import JsonLines
    from lyricscli.terminal.progress import BatchProgress

    settings = sending.settings()
    service = settings.service
    terms = Allowance(
        rate=service.rate if rate is None else read_as("--rate", read_rate, rate),
        concurrency=concurrency,
        most=None if max_credits is None else int(max_credits / service.cost + 1e-9),
        fail_fast=fail_fast,
        retry_failed=retry_failed,
        name=name,
    )
    prompts = _read(file, form, service)
    if not skip_invalid:
        _refuse(prompts)
    tally = Tally(prompts.count)
    begin = partial(run_batch, prompts, terms, tally)
    with (
        BatchProgress(tally, service.name, quiet=quiet) as progress,
        JsonLines(output, brief=not json and is_terminal()) as documents,
    ):
        for line in (*_remarks(prompts), *wiring.sandbox_notices(settings, "")):
            progress.notice(line)
        try:
            running.run(_work(begin, sending, settings, progress, documents), progress)
        finally:
            progress.summary()
    if notify:
        from lyricscli.terminal.progress import notify as desktop

        desktop("The batch has ended.")
    raise typer.Exit(tally.exit_code())


def _read(file: Path, form: Notation | None, provider: "Provider") -> "Prompts":
    """Read the prompts of a file or of standard input. Raises UsageError where there are none."""
    from lyricscli.files import STDIN, open_input
    from lyricscli.jobs.prompt_file import Prompts, format_of

    chosen = form or (Notation.TXT if file == STDIN else format_of(str(file)))
    with open_input(file) as stream:
        prompts = Prompts(stream, chosen, provider.limit)
    if not prompts.count and not prompts.rejected:
        raise UsageError(f"there is no prompt in {file}", "Write one a line.")
    return prompts


def _remarks(prompts: "Prompts") -> Iterator[str]:
    """Yield what to tell of a file that is used: how it was understood, and what is left out."""
    if prompts.remark:
        yield prompts.remark
    yield from (f"Left out: {error.message}" for error in prompts.rejects)
    if more := prompts.rejected - len(prompts.rejects):
        yield f"Left out: {more} more lines"


def _refuse(prompts: "Prompts") -> None:
    """Raise the error of the first line that cannot be used, if there is one."""
    if not prompts.rejects:
        return
    first, more = prompts.rejects[0], prompts.rejected - 1
    message = f"{first.message} (and {more} more)" if more else first.message
    advice = "Correct it, or leave such lines out with --skip-invalid; nothing was submitted."
    if isinstance(first, ServiceError):
        raise ServiceError(first.error._replace(message=message), advice)
    raise UsageError(message, advice)


async def _work(
    begin: "Callable[[Desk], AsyncGenerator[list[tuple[int, Task]], None]]",
    sending: options.Sending,
    settings: "Settings",
    progress: "BatchProgress",
    documents: "JsonLines",
) -> None:
    """Work through the batch at a desk, and write each document the moment its task is saved."""
    import asyncio

    from lyricscli.processes import stay
    from lyricscli.terminal.documents import task_document

    with wiring.open_library(settings) as library:
        async with (
            wiring.at_desk(settings, library, progress, sending) as desk,
            aclosing(begin(desk)) as groups,
        ):
            stay()
            async for ended in groups:
                lines = [{"index": index, **task_document(task)} for index, task in ended]
                if documents.may_wait:
                    await asyncio.to_thread(documents.write, lines)
                else:
                    documents.write(lines)
                progress.advance()
