"""JSON output: one document a task, its fields the contract of every script."""

from typing import TYPE_CHECKING, Any

from lyricscli.errors import Failure
from lyricscli.models import Task, Version

if TYPE_CHECKING:
    from lyricscli.models import Page


def task_document(task: Task) -> dict[str, Any]:
    """Return a task as the public JSON object."""
    return {
        **fields(task, "task_id provider status prompt metadata"),
        "variants": [fields(variant, "number title status text error") for variant in task.variants],
        "error": failure_document(task.error),
        "delivered_by": task.delivered_by,
        "submitted_at": task.submitted_at or None,
        "completed_at": task.completed_at,
    }


def page_document(page: "Page", take: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return a task with what people added to it: `versions`, `review` and `song` where there is any.

    `take` is the number of this take of its song, and how many there are.
    """
    document = task_document(page.task)
    if page.versions:
        document["versions"] = [version_document(version) for version in page.versions]
    if page.pick is not None or page.tags or page.reviews:
        document["review"] = review_document(page)
    if take is not None and take[1] > 1:
        document["song"] = {"take": take[0], "takes": take[1]}
    return document


def meter_document(page: "Page") -> dict[str, Any]:
    """Return the meter of every text by its name: of each section the rhyme scheme and the syllables."""
    from lyricscli.song.meter import measure
    from lyricscli.song.sections import parse

    return {
        "meter": {
            lyric.name: [
                {
                    "section": measured.section.name,
                    "line": measured.section.number,
                    "scheme": measured.scheme,
                    "syllables": [line.syllables for line in measured.lines],
                }
                for measured in measure(parse(lyric.text), page.metadata(lyric).get("language"))
            ]
            for lyric in page.lyrics
        }
    }


def version_document(version: Version) -> dict[str, Any]:
    """Return an edited version as the public JSON object; `source` names the text it was made from."""
    told = fields(version, "name variant source title text made_by made_at")
    return {**told, "language": version.language or None}


def review_document(page: "Page") -> dict[str, Any]:
    """Return what people think of a task's texts as the public JSON object."""
    texts = [fields(review, "name rating verdict note reviewed_at") for review in page.reviews.values()]
    return {"pick": page.pick, "tags": list(page.tags), "texts": texts}


def failure_document(failure: Failure | None) -> dict[str, Any] | None:
    """Return why something failed as the public JSON object."""
    return fields(failure, "code reason message") if failure is not None else None


def fields(value: object, names: str) -> dict[str, Any]:
    """Return what stands under these names, with blanks between, in their order."""
    return {name: getattr(value, name) for name in names.split()}
