"""`lyrics trigger`: sends sample callbacks to a receiver, and says what it made of them."""

import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lyricscli.api.providers import SUNOAPI, DialectName
from lyricscli.cli import completing, options
from lyricscli.cli.options import argument, option
from lyricscli.errors import UsageError

if TYPE_CHECKING:
    from lyricscli.api.postman import Letter, Manner, Receipt


def trigger(  # noqa: PLR0913 (one parameter an option: it is the command line)
    scenario: Annotated[
        str | None, argument("What to send; see --list.", autocompletion=completing.scenarios)
    ] = None,
    *,
    to: Annotated[str | None, option("The receiver.", metavar="URL")] = None,
    dialect: Annotated[
        DialectName | None, option("Whose callback it is; else sunoapi's, or the task's.")
    ] = None,
    set_: Annotated[
        list[str] | None, option("As in data.data.0.title=Blue.", "--set", metavar="PATH=VALUE")
    ] = None,
    body: Annotated[Path | None, option("Send this JSON file instead.")] = None,
    task: Annotated[
        str | None, option("Replay a task of the library.", metavar="TASK", autocompletion=completing.tasks)
    ] = None,
    sign: Annotated[
        str | None, option("Sign with a webhook key; - reads it from stdin.", metavar="KEY")
    ] = None,
    sign_env: Annotated[
        str | None, option("Sign with the webhook key in this variable.", metavar="NAME")
    ] = None,
    repeat: Annotated[int, option("Send it that many times.", min=1)] = 1,
    timeout: Annotated[str, option("How long to wait for an answer.")] = "30s",
    drip: Annotated[str, option("How long the body of `slow` takes.")] = "20s",
    header: options.Header = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
    list_: Annotated[bool, option("Show all scenarios, and leave.", "--list")] = False,
) -> None:
    """Send a sample callback to any URL.

    Prints the receiver's status, time and answer; warns past 15 s, when the service gives up. Exits 0 if each
    answer was 2xx within that time, 1 if not, 8 if nobody could be reached.

    Example: lyrics trigger duplicate --to http://127.0.0.1:5000/callback
    """
    from lyricscli.cli.running import run
    from lyricscli.sandbox.answers import signed
    from lyricscli.sandbox.samples import edited
    from lyricscli.sandbox.scenarios import SCENARIOS
    from lyricscli.terminal.beside import write
    from lyricscli.terminal.traffic import show_scenarios, trigger_lines, verdict

    if list_:
        show_scenarios((one for one in SCENARIOS.values() if one.can_be_sent), as_json=json)
        return
    letters = [edited(letter, set_ or ()) for letter in _letters(scenario, body, task, dialect)] * repeat
    manner = options.manner(header, insecure=insecure, agent="lyrics-trigger")
    pace = {"deadline": options.seconds("--timeout", timeout), "drip": options.seconds("--drip", drip)}
    if to is None:
        raise UsageError("there is no receiver", "Name it: --to http://127.0.0.1:5000/callback")
    key = _key(sign, sign_env)
    if key is not None:
        letters = [signed(letter, key, time.time()) for letter in letters]
    receipts = run(_sent(options.receiver("--to", to), letters, manner, pace))
    for line in trigger_lines(letters, receipts, as_json=json):
        write(line)
    raise typer.Exit(verdict(receipts))


async def _sent(
    url: str, letters: "Sequence[Letter]", manner: "Manner", pace: dict[str, float]
) -> "list[Receipt]":
    """Send the callbacks one after the other; `pace` is what a postman takes of times."""
    from lyricscli.api.postman import Postman

    async with Postman(manner) as postman:
        return [await postman.post(url, letter, **pace) for letter in letters]


def _letters(
    scenario: str | None, body: Path | None, task: str | None, dialect: DialectName | None
) -> Sequence["Letter"]:
    """Return the callbacks of a scenario, of a file or of a task: exactly one is given, or UsageError."""
    from lyricscli.files import open_input
    from lyricscli.sandbox.samples import from_body, sample
    from lyricscli.sandbox.scenarios import named
    from lyricscli.sandbox.wire import FLAVOURS

    if sum(given is not None for given in (scenario, body, task)) != 1:
        raise UsageError(
            "what to send is one of SCENARIO, --body FILE and --task TASK",
            "`lyrics trigger --list` shows the scenarios.",
        )
    if scenario is not None:
        return sample(named(scenario, "trigger"), FLAVOURS[dialect or SUNOAPI], secrets.token_hex(16))
    if task is not None:
        return [_callback_of(task, dialect)]
    assert body is not None
    with open_input(body) as file:
        return [from_body(file.read())]


def _callback_of(name: str, dialect: DialectName | None) -> "Letter":
    """Return the last callback that came for a task, as it came, else one made from what is known of it.

    Raises NoSuchTaskError for a task that is not there, or of which there is nothing to announce.
    """
    from lyricscli.api.postman import replayed
    from lyricscli.cli.wiring import load_settings, open_library
    from lyricscli.models import PayloadKind
    from lyricscli.sandbox.samples import rebuilt
    from lyricscli.sandbox.wire import FLAVOURS
    from lyricscli.terminal.streams import say

    settings = load_settings()
    with open_library(settings) as library:
        task = library.find(name)
        came = [one for one in library.payloads(task.row) if one.kind is PayloadKind.CALLBACK]
    if came:
        return replayed(came[-1].headers, came[-1].body, task.task_id or "")
    if dialect is None:
        service = settings.services.get(task.provider)
        dialect = SUNOAPI if service is None else service.dialect.name
    letter = rebuilt(task, FLAVOURS[dialect])
    say(f"No callback of {task.ref} came: this one is made from its record, as {dialect} would write it.")
    return letter


def _key(sign: str | None, sign_env: str | None) -> str | None:
    """Return the key to sign with: given, from standard input or from the environment."""
    if sign_env is not None:
        sign = os.environ.get(sign_env, "")
    elif sign == "-":
        sign = sys.stdin.readline().strip()
    if sign == "":
        raise UsageError("the key to sign with is empty", "Give --sign - on stdin, or --sign-env NAME.")
    return sign
