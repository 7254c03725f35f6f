"""What `lyrics listen` says of each event: lines for people, or one JSON object each."""

import time
from typing import TYPE_CHECKING, Any, TypeAlias

from lyricscli.cli.trials import Trial, answer_document, words
from lyricscli.terminal.documents import as_json
from lyricscli.terminal.progress import say
from lyricscli.terminal.results import write_stdout
from lyricscli.terminal.safe import visible, visible_block

if TYPE_CHECKING:
    from collections.abc import Callable

    from lyricscli.jobs.relay import Arrived, Event, Forwarded
    from lyricscli.store.recordings import Recording

Show: TypeAlias = "Callable[[Event], None]"


def shower(view: str, *, as_json: bool) -> Show:
    """Return what shows an event; `view` is `summary`, `body` or `json`."""
    return _tell_machine if as_json else lambda event: _tell_human(event, view)


def trial_of(event: "Forwarded") -> Trial:
    """Return a forwarded callback as a trial of its receiver."""
    from lyricscli.api.postman import Letter

    return Trial(Letter("", event.recording.body), event.receipt, event.receipt.seconds)


def _tell_human(event: "Event", view: str) -> None:
    """Put URLs and what the view asks for on stdout; what is said about it goes to stderr."""
    from lyricscli.jobs.relay import Arrived, Forwarded, Lost, Opened

    summarise = _print if view == "summary" else _say_lines
    match event:
        case Opened():
            _print(visible(event.url))
            say("It works: a probe went round. Waiting for callbacks; Ctrl-C ends it.")
        case Lost():
            say(f"The callback URL is gone: {event.error.message}. {event.error.advice}".rstrip())
            say(f"Opening another one in {event.retry_in:g} s.")
        case Arrived():
            summarise(_arrival(event))
            if view != "summary":
                _print(_body(event.recording, view))
        case Forwarded():
            summarise(words(event.receipt, f"#{event.recording.number} -> ").rstrip("\n"))
            if doubt := trial_of(event).doubt:
                say(doubt)
        case _:
            say(f"A request on the callback URL was refused: {event.reason}.")


def _arrival(event: "Arrived") -> str:
    recording = event.recording
    moment = time.strftime("%H:%M:%S", time.localtime(recording.at))
    task = f"task {event.task_id}" if event.task_id is not None else "no task id"
    line = f"{moment}  #{recording.number}  {event.verdict}  ({task}, {len(recording.body)} bytes)"
    return visible(line)


def _body(recording: "Recording", view: str) -> str:
    """Return a body as text; for `json` set out over several lines, where it is JSON."""
    from lyricscli.api.envelope import parse_json

    if view == "json":
        try:
            return as_json(parse_json(recording.content))
        except (ValueError, RecursionError):
            say("This is no JSON; shown as it came.")
    return visible_block(recording.content.decode(errors="replace")).rstrip("\n")


def _tell_machine(event: "Event") -> None:
    _print(as_json(_document(event), indent=None))


def _document(event: "Event") -> dict[str, Any]:
    from lyricscli.jobs.relay import Arrived, Forwarded, Lost, Opened

    match event:
        case Opened():
            return {"event": "ready", "url": event.url}
        case Lost():
            error = event.error
            return {
                "event": "lost",
                "message": error.message,
                "advice": error.advice,
                "retry_in": event.retry_in,
            }
        case Arrived():
            return _arrival_document(event)
        case Forwarded():
            number = event.recording.number
            return {"event": "forwarded", "number": number, **answer_document(trial_of(event))}
        case _:
            return {"event": "refused", "reason": event.reason}


def _arrival_document(event: "Arrived") -> dict[str, Any]:
    from lyricscli.api.headers import QUERY, combined, header

    recording = event.recording
    return {
        "event": "callback",
        "number": recording.number,
        "at": recording.at,
        "task_id": event.task_id,
        "verdict": event.verdict,
        "bytes": len(recording.body),
        "headers": combined(recording.headers),
        "query": header(recording.headers, QUERY) or "",
        "body": recording.content.decode(errors="replace"),
    }


def _print(text: str) -> None:
    write_stdout(text + "\n")


def _say_lines(text: str) -> None:
    for line in text.split("\n"):
        say(line)
