"""Callbacks on their way into the library: checked, held, kept, and durable before they are acknowledged."""

import base64
import gzip
import hashlib
import hmac
import json

import pytest

from lyricscli.config.settings import Secret
from lyricscli.delivery.gate import new_path
from lyricscli.errors import LibraryError, UnsavedError
from lyricscli.jobs.inbox import Checks, Inbox
from lyricscli.models import Submission, TaskStatus
from lyricscli.store.library import Library

NOW = 1_790_000_000
KEY = "w" * 32


def body(task_id="abc", text="[Verse]\nla", code=200):
    variants = [{"text": text, "title": "T", "status": "complete"}] if text else None
    return json.dumps(
        {"code": code, "msg": "m", "data": {"callbackType": "complete", "taskId": task_id, "data": variants}}
    ).encode()


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "library.db") as library:
        yield library


class Desk:
    """An inbox that expects one row, and what it had to say."""

    def __init__(self, library, checks=Checks(), task_id="abc"):  # noqa: B008 (frozen)
        self.library = library
        self.notices = []
        self.inbox = Inbox(library, checks, self.notices.append, clock=lambda: NOW)
        task = library.begin(Submission("sunoapi", "https://x", "p", "p", callback_path=new_path()))
        self.row, self.path = task.row, task.callback_path
        if task_id:
            library.accept(task, task_id)
        self.inbox.expect(library.get(self.row))

    async def post(self, content, headers=None):
        """Hand a callback in, and tell whether it was taken."""
        return await self.inbox.receive(self.path, headers or {}, content)

    @property
    def task(self):
        """The row as the library has it."""
        return self.library.get(self.row)


async def test_a_callback_is_in_the_library_before_it_is_acknowledged(library):
    desk = Desk(library)
    assert await desk.post(body())
    assert desk.task.status is TaskStatus.COMPLETE
    assert (await desk.inbox.arrival(desk.row)).status is TaskStatus.COMPLETE


async def test_a_compressed_callback_is_read_and_kept_as_it_came(library):
    desk = Desk(library)
    zipped = gzip.compress(body())
    assert await desk.post(zipped, {"Content-Encoding": "gzip"})
    assert desk.task.status is TaskStatus.COMPLETE
    assert library.payloads(desk.row)[0].body == zipped


async def test_a_callback_before_the_id_is_held_on_disk_and_taken_when_the_id_is_known(library):
    desk = Desk(library, task_id=None)
    assert await desk.post(body())
    assert desk.task.status is TaskStatus.SUBMITTING
    assert [payload.body for payload in library.payloads(desk.row)] == [body()]
    await desk.inbox.learn(desk.row, library.accept(desk.task, "abc"))
    assert desk.task.status is TaskStatus.COMPLETE


async def test_a_held_callback_for_another_task_is_dropped_when_the_id_is_known(library):
    desk = Desk(library, task_id=None)
    assert await desk.post(body("somebody else's"))
    await desk.inbox.learn(desk.row, library.accept(desk.task, "abc"))
    assert desk.task.status is TaskStatus.PENDING
    assert await desk.post(body())
    assert desk.task.status is TaskStatus.COMPLETE


@pytest.mark.parametrize("held_first", [True, False])
async def test_a_claimed_row_learns_its_id_from_the_callback(library, held_first):
    desk = Desk(library, task_id=None)
    if held_first:
        await desk.post(body())
        await desk.inbox.claim(desk.row)
    else:
        await desk.inbox.claim(desk.row)
        await desk.post(body())
    assert (desk.task.task_id, desk.task.status) == ("abc", TaskStatus.COMPLETE)


@pytest.mark.parametrize("task_id", ["abc", None])
async def test_lyrics_without_an_id_belong_to_the_task_of_their_secret_path(library, task_id):
    desk = Desk(library, task_id=task_id)
    if task_id is None:
        await desk.inbox.claim(desk.row)
    assert await desk.post(body(task_id=None))
    assert (desk.task.task_id, desk.task.status) == (task_id, TaskStatus.COMPLETE)
    assert not await Desk(library, Checks(Secret(KEY))).post(body(task_id=None), signed())
    assert not await Desk(library, task_id="other").post(body(task_id=None, text=None, code=500))


async def test_a_callback_that_a_killed_command_held_is_recovered(library):
    await Desk(library, task_id=None).post(body())
    inbox = Inbox(library, Checks(Secret(KEY)))
    await inbox.recover(library.find("last"))
    assert (library.find("last").task_id, library.find("last").status) == ("abc", TaskStatus.COMPLETE)


async def test_duplicates_foreign_ids_and_later_errors_change_nothing(library):
    desk = Desk(library)
    assert await desk.post(body())
    kept = desk.task
    assert await desk.post(body())
    assert not await desk.post(body("foreign"))
    assert await desk.post(body(code=500, text=None))
    assert desk.task == kept
    assert len(library.payloads(desk.row)) == 1


async def test_lyrics_after_an_error_are_kept(library):
    desk = Desk(library)
    await desk.post(body(code=500, text=None))
    assert desk.task.status is TaskStatus.FAILED
    await desk.post(body())
    assert (desk.task.status, desk.task.error) == (TaskStatus.COMPLETE, None)


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"[]", b"null", b'{"code":200}', b"\xff", b'{"data":{"taskId":5}}']
)
async def test_junk_is_refused_and_told_without_being_kept(library, junk):
    desk = Desk(library)
    assert not await desk.post(junk)
    assert len(desk.notices) == 1
    assert library.payloads(desk.row) == []


def signed(task_id="abc", at=NOW, key=KEY):
    mac = hmac.digest(key.encode(), f"{task_id}.{at}".encode(), hashlib.sha256)
    return {"X-Webhook-Timestamp": str(at), "X-Webhook-Signature": base64.b64encode(mac).decode()}


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        (signed(), True),
        ({}, False),
        (signed(key="x" * 32), False),
        (signed(task_id="other"), False),
        (signed(at=NOW - 3600), False),
        (signed(at=NOW + 3600), False),
        ({**signed(), "X-Webhook-Timestamp": "soon"}, False),
    ],
)
async def test_with_a_key_only_a_fresh_and_right_signature_is_believed(library, headers, taken):
    desk = Desk(library, Checks(Secret(KEY)))
    assert await desk.post(body(), headers) is taken


async def test_a_signature_is_good_for_one_callback(library):
    desk = Desk(library, Checks(Secret(KEY)))
    assert await desk.post(body(code=500, text=None), signed())
    assert not await desk.post(body(), signed())
    assert await desk.post(body(), signed(at=NOW + 1))


async def test_without_trust_a_callback_only_wakes(library):
    desk = Desk(library, Checks(trust=False))
    assert await desk.post(body())
    assert desk.inbox.stirred(desk.row).is_set()
    assert desk.task.status is TaskStatus.PENDING
    assert [payload.body for payload in library.payloads(desk.row)] == [body()]


async def test_without_trust_a_claimed_row_learns_the_id_that_the_record_is_asked_for(library):
    desk = Desk(library, Checks(trust=False), task_id=None)
    await desk.inbox.claim(desk.row)
    assert await desk.post(body())
    assert (desk.task.task_id, desk.task.status) == ("abc", TaskStatus.PENDING)


@pytest.mark.parametrize("content", [b'{"code":200,"msg":"done","data":{}}', b"done", body(text=None)])
async def test_a_callback_that_does_not_say_it_all_wakes_the_poll(library, content):
    desk = Desk(library)
    await desk.post(content)
    assert desk.inbox.stirred(desk.row).is_set()
    assert desk.task.status is TaskStatus.PENDING


async def test_a_request_on_the_path_of_a_task_that_is_no_callback_wakes_its_poll_alone(library):
    desk = Desk(library)
    desk.inbox.refused("/c/another", "it is a GET, not a POST")
    assert not desk.inbox.stirred(desk.row).is_set()
    desk.inbox.refused(desk.path, "it is a GET, not a POST")
    assert desk.inbox.stirred(desk.row).is_set()


async def test_what_cannot_be_saved_is_not_acknowledged_but_not_lost_either(library, monkeypatch):
    desk = Desk(library)

    def full(*_):
        raise LibraryError("the disk is full")

    monkeypatch.setattr(library, "settle", full)
    assert not await desk.post(body())
    with pytest.raises(UnsavedError) as failed:
        await desk.inbox.arrival(desk.row)
    assert len(failed.value.task.variants) == 1
    assert desk.notices == ["the disk is full"]


async def test_a_forgotten_row_is_not_answered_for_any_more(library):
    desk = Desk(library)
    desk.inbox.forget(desk.row)
    assert desk.inbox.paths.find(desk.path) is None
    assert not await desk.post(body())
