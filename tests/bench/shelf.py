"""The library with few tasks and with many: save, show, list, search."""

import random
import time
from pathlib import Path

from table import Row, Sample
from world import home

from lyricscli.models import DeliveredBy, Outcome, Settlement, Submission, TaskStatus, Variant, VariantStatus
from lyricscli.store.library import Library
from lyricscli.store.listing import Filter, entries

WORDS = 5000
"""Different words of the texts; a search finds the tasks that hold a word of its own."""

LISTED = 20


def measure(*, quick):
    """Do each thing in both libraries in turn."""
    few, many, turns = (10, 300, 5) if quick else (10, 100_000, 200)
    with home() as environ:
        place = Path(environ["HOME"])
        with Library(place / "few.db") as small, Library(place / "many.db") as large:
            libraries = {few: small, many: large}
            for count, library in libraries.items():
                _fill(library, count)
            return [row for name, act in ACTS.items() for row in _compare(name, act, libraries, turns)]


def _compare(name, act, libraries, turns):
    times = {count: [] for count in libraries}
    for turn in range(turns):
        for count, library in libraries.items():
            began = time.perf_counter()
            act(library, count, turn)
            times[count].append((time.perf_counter() - began) * 1000)
    small, large = (Sample(f"{name}, {count:,} tasks", tuple(values)) for count, values in times.items())
    return Row(large, small), Row(small)


def _fill(library, count):
    for start in range(0, count, 1000):
        with library.transaction():
            for number in range(start, min(start + 1000, count)):
                _save(library, number, number)


def _save(library, count, turn):
    del count
    number = f"{turn:08d}{time.perf_counter_ns()}"
    task = library.begin(Submission("sunoapi", "x", f"a song of number {turn}", "a song"))
    library.accept(task, number)
    draw = random.Random(turn)
    variants = tuple(
        Variant(
            n, f"Song {n}", VariantStatus.COMPLETE, " ".join(f"w{draw.randrange(WORDS)}" for _ in range(120))
        )
        for n in (1, 2)
    )
    outcome = Outcome(TaskStatus.COMPLETE, (*variants[:1], _with_rare_word(variants[1], turn)))
    library.settle(Settlement(task.row, outcome, DeliveredBy.CALLBACK))


def _with_rare_word(variant, turn):
    word = f" rare{turn}" if turn < 10 else ""
    return Variant(variant.number, variant.title, variant.status, variant.text + word)


def _show(library, count, turn):
    library.find(f"{turn * 7919 % min(count, 10):08d}")


def _list(library, count, turn):
    del count, turn
    assert next(entries(library, Filter(limit=LISTED)))


def _search(library, count, turn):
    del count
    assert next(entries(library, Filter(query=f"rare{turn % 10}", limit=LISTED)))


ACTS = {"show": _show, "list": _list, "search": _search, "save": _save}
