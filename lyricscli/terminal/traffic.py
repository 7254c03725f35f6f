"""Callbacks as they are seen: what `listen`, `trigger` and `sandbox` say of each, in lines or in JSON."""

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lyricscli.api.headers import QUERY, combined, header
from lyricscli.delivery.gate import Back, Dropped, Lost, Opened
from lyricscli.errors import ExitCode
from lyricscli.jobs.relay import Arrived, Forwarded, Refused
from lyricscli.models import View
from lyricscli.terminal.beside import Written
from lyricscli.terminal.streams import as_json as json_text
from lyricscli.terminal.streams import folded, visible, visible_block, write_stdout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lyricscli.api.postman import Letter, Receipt
    from lyricscli.delivery.gate import Change
    from lyricscli.jobs.relay import Event
    from lyricscli.sandbox.behaviour import Answered, Delivered
    from lyricscli.sandbox.scenarios import Scenario
    from lyricscli.store.recordings import Recording


def _said(text: str) -> Written:
    return Written(text, is_result=False)


def _json_line(document: dict[str, Any]) -> Written:
    return Written(json_text(document, indent=None))


# What `listen` says


def event_lines(event: "Event", view: View, *, as_json: bool) -> "Iterator[Written]":
    """Yield what is shown of an event: for people by a `view`, or one JSON object.

    URLs and what the view asks for are results; what is said about them is not.
    """
    if as_json:
        yield _json_line(_document(event))
        return
    match event:
        case Arrived(recording):
            yield Written(_arrival(event), is_result=view is View.SUMMARY)
            if view is not View.SUMMARY:
                yield from _body(recording, view)
        case Forwarded(recording, receipt):
            for text in answer_lines(receipt, f"#{recording.number} -> "):
                yield Written(text, is_result=view is View.SUMMARY)
            if doubt := receipt.doubt:
                yield _said(doubt)
        case Refused(reason):
            yield _said(f"A request on the callback URL was refused: {reason}.")
        case _:
            yield from _change_lines(event)


def _change_lines(change: "Change") -> "Iterator[Written]":
    match change:
        case Opened(url):
            yield Written(visible(url))
            yield _said("It works: a probe went round. Waiting for callbacks; Ctrl-C ends it.")
        case Lost(error, retry_in):
            yield _said(f"The callback URL is gone: {error.message}. {error.advice}".rstrip())
            yield _said(f"Trying again in {retry_in or 0:g} s.")
        case Dropped(error):
            yield _said(f"The callback URL is cut off: {error.message}. Waiting for it to come back.")
        case Back():
            yield _said("The callback URL is back: a probe went round.")


def _arrival(event: "Arrived") -> str:
    recording = event.recording
    moment = time.strftime("%H:%M:%S", time.localtime(recording.at))
    task = f"task {event.task_id}" if event.task_id is not None else "no task id"
    line = f"{moment}  #{recording.number}  {event.verdict}  ({task}, {len(recording.body)} bytes)"
    return folded(visible(line))


def _body(recording: "Recording", view: View) -> "Iterator[Written]":
    """Yield a body as text; as JSON set out over several lines, where it is JSON."""
    from lyricscli.api.envelope import parse_json

    if view is View.JSON:
        try:
            yield Written(json_text(parse_json(recording.content)))
        except (ValueError, RecursionError):
            yield _said("This is no JSON; shown as it came.")
        else:
            return
    yield Written(visible_block(recording.content.decode(errors="replace")).rstrip("\n"))


def _document(event: "Event") -> dict[str, Any]:
    match event:
        case Arrived(recording, task_id, judged):
            return {
                "event": "callback",
                "number": recording.number,
                "at": recording.at,
                "task_id": task_id,
                "verdict": judged,
                "bytes": len(recording.body),
                "headers": combined(recording.headers),
                "query": header(recording.headers, QUERY) or "",
                "body": recording.content.decode(errors="replace"),
            }
        case Forwarded(recording, receipt):
            return {"event": "forwarded", "number": recording.number, **answer_document(receipt)}
        case Refused(reason):
            return {"event": "refused", "reason": reason}
        case Opened(url) | Back(url):
            return {"event": "ready" if isinstance(event, Opened) else "back", "url": url}
        case Dropped(error):
            return {"event": "dropped", "message": error.message}
        case Lost(error, retry_in):
            return {"event": "lost", "message": error.message, "advice": error.advice, "retry_in": retry_in}


# What a receiver made of a callback


def answer_lines(receipt: "Receipt", prefix: str = "") -> list[str]:
    """Describe an answer in lines: status and time after the prefix, then its text."""
    if receipt.status is None:
        return [folded(f"{prefix}no answer: {visible(receipt.error or '')}")]
    phrase = HTTPStatus(receipt.status).phrase if receipt.status in set(HTTPStatus) else ""
    line = f"{prefix}{receipt.status} {phrase}".rstrip() + f" in {receipt.seconds:.3f} s"
    if receipt.location is not None:
        line += f", a redirect to {visible(receipt.location)}, which is not followed"
    answer = visible_block(receipt.text).rstrip("\n")
    return [folded(line), answer] if answer.strip() else [folded(line)]


def answer_document(receipt: "Receipt") -> dict[str, object]:
    """Return an answer as a JSON object."""
    return {
        "status": receipt.status,
        "seconds": round(receipt.seconds, 3),
        "in_time": receipt.is_in_time,
        "location": receipt.location,
        "body": receipt.text,
        "error": receipt.error,
    }


def trigger_lines(
    letters: "Sequence[Letter]", receipts: "Sequence[Receipt]", *, as_json: bool
) -> "Iterator[Written]":
    """Yield what each letter met, as results, and what to think of it."""
    count, sent = len(receipts), list(zip(letters, receipts, strict=True))
    if as_json:
        answers = [
            {"task_id": letter.task_id, "bytes": len(letter.body), **answer_document(receipt)}
            for letter, receipt in sent
        ]
        yield Written(json_text({"taken": all(one.is_taken for one in receipts), "answers": answers}))
    for number, receipt in enumerate(receipts, start=1):
        if not as_json:
            yield from map(Written, answer_lines(receipt, f"{number}/{count}  " if count > 1 else ""))
        if doubt := receipt.doubt:
            yield _said(doubt)


def verdict(receipts: "Sequence[Receipt]") -> ExitCode:
    """Return the exit code that answers amount to."""
    if not all(receipt.reached for receipt in receipts):
        return ExitCode.SERVICE
    return ExitCode.OK if all(receipt.is_taken for receipt in receipts) else ExitCode.FAILED


# What the emulator did


def ready_line(url: str, *, as_json: bool) -> Written:
    """Return what says that it serves."""
    return _json_line({"event": "ready", "url": url}) if as_json else Written(f"ready {url}")


def reach_lines(host: str) -> "Iterator[Written]":
    """Yield who else can reach an emulator that is bound to this address, where anybody can."""
    from lyricscli.quantities import is_loopback

    if not is_loopback(host):
        where = "any address of this machine" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (told, not bound)
        yield _said(f"Whoever reaches {where} can use this sandbox, and have it POST to any URL it reaches.")


def emulated_line(event: "Answered | Delivered", *, as_json: bool) -> Written:
    """Return a request or a callback of the emulator: a line for people, on stderr, or one JSON object."""
    from lyricscli.sandbox.behaviour import Answered

    is_request = isinstance(event, Answered)
    if as_json:
        return _json_line({"event": "request" if is_request else "callback", **event._asdict()})
    moment = time.strftime("%H:%M:%S", time.localtime(event.at))
    return _said(f"{moment}  {_answered(event) if isinstance(event, Answered) else _delivered(event)}")


def _answered(event: "Answered") -> str:
    outcome = "no answer" if event.status is None else str(event.status)
    if event.code not in {None, event.status}:
        outcome += f" (code {event.code})"
    message = "" if event.message == "success" else event.message
    words = (f"{event.method} {event.path} -> {outcome}", event.task_id, event.scenario, message)
    return "  ".join(word for word in words if word)


def _delivered(event: "Delivered") -> str:
    outcome = f"{event.status or event.error} in {event.seconds:.3f} s"
    if event.retry_in is not None:
        outcome += f", again in {event.retry_in:g} s"
    if event.gave_up:
        outcome += ", given up: CALLBACK_EXCEPTION"
    return f"callback {event.attempt} of {event.task_id} to {event.url} -> {outcome}"


def show_scenarios(scenarios: "Iterable[Scenario]", *, as_json: bool) -> None:
    """Print scenarios: a heading for each stage and a line for each of its scenarios, or JSON."""
    from lyricscli.terminal.documents import fields
    from lyricscli.terminal.plain import aligned

    chosen = tuple(scenarios)
    if as_json:
        write_stdout(json_text([fields(one, "name stage help") for one in chosen], indent=None) + "\n")
        return
    longest = max(len(one.name) for one in chosen)
    stages: dict[str, list[tuple[str, str]]] = {}
    for one in chosen:
        stages.setdefault(one.stage, []).append((f"  {one.name:{longest}}", one.help))
    write_stdout("\n".join(f"{stage}:\n{aligned(rows)}" for stage, rows in stages.items()))
