"""JSON output: one document a task, its fields the contract of every script."""

from typing import TYPE_CHECKING, Any

from lyricscli.models import Failure, Review, Task, Variant, Version

if TYPE_CHECKING:
    from lyricscli.store.songbook import Page


def task_document(task: Task) -> dict[str, Any]:
    """Return a task as the public JSON object."""
    return {
        "task_id": task.task_id,
        "provider": task.provider,
        "status": task.status,
        "prompt": task.prompt,
        "metadata": task.metadata,
        "variants": [_variant(variant) for variant in task.variants],
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
    return {
        "name": version.name,
        "variant": version.variant,
        "source": version.source,
        "title": version.title,
        "text": version.text,
        "made_by": version.made_by,
        "made_at": version.made_at,
        "language": version.language or None,
    }


def review_document(page: "Page") -> dict[str, Any]:
    """Return what people think of a task's texts as the public JSON object."""
    return {
        "pick": page.pick,
        "tags": list(page.tags),
        "texts": [_review(review) for review in page.reviews.values()],
    }


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "number": variant.number,
        "title": variant.title,
        "status": variant.status,
        "text": variant.text,
        "error": variant.error,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "name": review.name,
        "rating": review.rating,
        "verdict": review.verdict,
        "note": review.note,
        "reviewed_at": review.reviewed_at,
    }


def failure_document(failure: Failure | None) -> dict[str, Any] | None:
    """Return why something failed as the public JSON object."""
    if failure is None:
        return None
    return {"code": failure.code, "reason": failure.reason, "message": failure.message}
