"""The variants of a finished task: the embedded writer's words, bent as the scenario wants them."""

import json
from dataclasses import replace
from functools import lru_cache

from lyricscli.models import Variant, VariantStatus
from lyricscli.sandbox.scenarios import Words

TWELVE = 12

HOSTILE = (
    Variant(
        1,
        "\x1b]0;owned\x07\x1b[2J../../etc/passwd",
        VariantStatus.COMPLETE,
        "[Verse]\n\x1b[31mred\x1b[0m \x1b]52;c;ZXZpbA==\x07clipboard\n[/Chorus]\n"
        "[bold]not markup[/bold] :smile:\roverwritten\n\x9b2Ka C1 sequence\x00\x08\n",
    ),
    Variant(
        2,
        "\u202egnol oot\u202c\u200b",
        VariantStatus.COMPLETE,
        "[Chorus]\n\u202ereversed\u202c \u2066isolated\u2069 zero\u200bwidth\ufeff\n"
        "\u5149\u306e\u6b4c \U0001f469\u200d\U0001f3a4\n"
        "[link=file:///etc/passwd]press here[/link]\n\u0627\u063a\u0646\u064a\u0629\n",
    ),
)
"""Texts that a careless program lets move the cursor, set the clipboard, hide words or crash its markup."""

COUNTS = {Words.ONE: 1, Words.TWELVE: 12}


OF_A_WRITER = {Words.WRITTEN, Words.ONE_FAILED, Words.ONE_BLANK}
"""Words that a writer of the user's own writes where there is one."""


def as_written(variants: tuple[Variant, ...]) -> str:
    """Return variants as they are kept."""
    return json.dumps([(one.title, one.text, one.error) for one in variants])


def written(text: str) -> tuple[Variant, ...]:
    """Return the variants that `as_written` kept."""
    return tuple(
        Variant(number, title, VariantStatus.FAILED if error else VariantStatus.COMPLETE, text, error)
        for number, (title, text, error) in enumerate(json.loads(text), start=1)
    )


def variants(
    words: Words, prompt: str, seed: int, own: tuple[Variant, ...] | None = None
) -> tuple[Variant, ...]:
    """Return the variants of a task, by the stand-in where nobody wrote `own`; the same each time."""
    if words is Words.NONE:
        return ()
    if words is Words.HOSTILE:
        return HOSTILE
    *others, last = own or _written(prompt, seed, COUNTS.get(words))
    if words is Words.ONE_FAILED:
        last = replace(last, text="", status=VariantStatus.FAILED, error="This variant failed.")
    elif words is Words.ONE_BLANK:
        last = replace(last, text=" \n\t")
    return (*others, last)


@lru_cache(maxsize=64)
def _written(prompt: str, seed: int, count: int | None) -> tuple[Variant, ...]:
    # The banks of the writer are needed only once a task completes.
    from lyricscli.sandbox import writer

    drafts = writer.write(prompt, seed=seed, count=count)
    return tuple(
        Variant(number, draft.title, VariantStatus.COMPLETE, draft.text)
        for number, draft in enumerate(drafts, start=1)
    )
