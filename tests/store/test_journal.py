import asyncio

import pytest

from lyricscli.errors import LibraryError, NoSuchTaskError
from lyricscli.models import Submission
from lyricscli.store.database import MOST_TOGETHER, Journal
from lyricscli.store.library import Library


def commits(library):
    """Return a list that gets every COMMIT from now on."""
    seen = []
    library._database.set_trace_callback(lambda text: seen.append(text) if text == "COMMIT" else None)
    return seen


def submission(prompt):
    return Submission("sunoapi", "https://x", prompt, prompt)


async def test_changes_keep_their_order_and_return_what_they_made(library):
    journal = Journal(library)
    changes = [journal.write(lambda n=number: library.begin(submission(str(n)))) for number in range(50)]
    tasks = await asyncio.gather(*changes)
    assert [task.prompt for task in tasks] == [str(number) for number in range(50)]
    assert [task.row for task in tasks] == list(range(1, 51))


async def test_changes_that_come_together_share_a_transaction(library):
    journal, seen = Journal(library), commits(library)
    await asyncio.gather(*(journal.write(lambda: library.begin(submission("a"))) for _ in range(50)))
    assert len(seen) == 1


async def test_what_fails_is_told_to_who_asked_for_it_and_the_others_are_made(library):
    journal = Journal(library)

    def fail():
        library.begin(submission("half"))
        library.get(99)

    changes = (
        journal.write(lambda: library.begin(submission("a"))),
        journal.write(fail),
        journal.write(lambda: library.begin(submission("b"))),
    )
    first, failed, last = await asyncio.gather(*changes, return_exceptions=True)
    assert isinstance(failed, NoSuchTaskError)
    assert (first.prompt, last.prompt) == ("a", "b")
    assert [task.prompt for task in library.newest()] == ["b", "a"]
    assert (await journal.write(lambda: library.begin(submission("c")))).prompt == "c"


async def test_the_change_of_a_cancelled_caller_is_made_all_the_same(library):
    journal = Journal(library)
    caller = asyncio.ensure_future(journal.write(lambda: library.begin(submission("a"))))
    await asyncio.sleep(0)
    caller.cancel()
    assert await journal.write(lambda: [task.prompt for task in library.newest()]) == ["a"]


async def test_another_process_in_the_way_is_waited_for_beside_the_loop(library, monkeypatch):
    journal, looked = Journal(library), asyncio.Event()
    looks = library._changes_of_others
    monkeypatch.setattr(library, "_changes_of_others", lambda: looked.set() or looks())
    with Library(library.path) as other:
        with other.transaction():
            other.begin(submission("b"))
            writing = asyncio.ensure_future(journal.write(lambda: library.begin(submission("a"))))
            await asyncio.wait_for(looked.wait(), 10)
            assert not writing.done()
        await writing
    assert [task.prompt for task in library.newest()] == ["a", "b"]


async def test_who_keeps_the_library_to_himself_is_told_and_the_next_change_is_made(library):
    journal = Journal(library)
    library._patience = 0.05
    told = pytest.raises(LibraryError, match="another program is using")
    with Library(library.path) as other, other.transaction(), told:
        await journal.write(lambda: library.begin(submission("a")))
    assert (await journal.write(lambda: library.begin(submission("b")))).row == 1


async def test_changes_that_come_without_end_are_made_all_the_same(library):
    journal = Journal(library)
    first = journal.write(lambda: None)
    for _ in range(2 * MOST_TOGETHER):
        if first.done():
            break
        journal.write(lambda: None)
        await asyncio.sleep(0)
    assert first.done()
