import asyncio

import pytest

from lyricscli.errors import LibraryError
from lyricscli.models import Submission
from lyricscli.store.journal import Journal
from lyricscli.store.library import Library


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "library.db") as library:
        yield library


def commits(library):
    """Return a list that gets every COMMIT from now on."""
    seen = []
    library._database.set_trace_callback(lambda text: seen.append(text) if text == "COMMIT" else None)
    return seen


def submission(prompt):
    return Submission("sunoapi", "https://x", prompt, prompt)


async def test_changes_keep_their_order_and_return_what_they_made(library):
    journal = Journal(library.transaction)
    changes = [journal.write(lambda n=number: library.begin(submission(str(n)))) for number in range(50)]
    tasks = await asyncio.gather(*changes)
    assert [task.prompt for task in tasks] == [str(number) for number in range(50)]
    assert [task.row for task in tasks] == list(range(1, 51))


async def test_changes_that_come_together_share_a_transaction(library):
    journal, seen = Journal(library.transaction), commits(library)
    await asyncio.gather(*(journal.write(lambda: library.begin(submission("a"))) for _ in range(50)))
    assert len(seen) == 1


async def test_what_fails_is_told_and_the_next_change_is_made(library):
    journal = Journal(library.transaction)

    def fail():
        raise LibraryError("the disk is full")

    begun, failed = await asyncio.gather(
        journal.write(lambda: library.begin(submission("a"))), journal.write(fail), return_exceptions=True
    )
    assert isinstance(begun, LibraryError)
    assert isinstance(failed, LibraryError)
    assert await journal.write(lambda: len(list(library.newest()))) == 0
    assert (await journal.write(lambda: library.begin(submission("b")))).prompt == "b"


async def test_the_change_of_a_cancelled_caller_is_made_all_the_same(library):
    journal = Journal(library.transaction)
    caller = asyncio.create_task(journal.write(lambda: library.begin(submission("a"))))
    await asyncio.sleep(0)
    caller.cancel()
    assert await journal.write(lambda: [task.prompt for task in library.newest()]) == ["a"]
