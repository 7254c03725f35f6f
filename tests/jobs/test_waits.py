"""What becomes of a task, whatever the service answers: a scripted service over real HTTP, a real library."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

from lyricscli.api.providers import PROVIDERS
from lyricscli.config.settings import Secret
from lyricscli.delivery import polling
from lyricscli.delivery.gate import Address, Plan
from lyricscli.errors import ExitCode
from lyricscli.jobs import batch
from lyricscli.jobs import generate as job
from lyricscli.jobs.desk import Order, Patience, Service, open_desk
from lyricscli.jobs.lookup import from_service
from lyricscli.models import DeliveredBy, TaskStatus, VariantStatus, Via
from lyricscli.store.library import Library

WHOLE = "[Verse]\nThe first line\nThe second line"
HALF = "[Verse]\nThe first li"


def variant(text=WHOLE, word="complete"):
    return {"text": text, "title": "T", "status": word, "errorMessage": ""}


def record(*variants, word="SUCCESS", **more):
    response = {"taskId": "ID", "data": list(variants)} if variants else None
    data = {"taskId": "ID", "status": word, "response": response, **more}
    return {"code": 200, "msg": "success", "data": data}


def callback(*variants, code=200, task_id="ID"):
    data = {"callbackType": "complete", "taskId": task_id, "data": list(variants) or None}
    return {"code": code, "msg": "m", "data": data}


ACCEPTED = {"code": 200, "msg": "success", "data": {"taskId": "ID"}}
SONG = record(variant(), variant("[Verse]\nAnother"))
PENDING = record(word="PENDING")
WRITING = record(variant(HALF, "streaming"), word="PENDING")
PAGE = web.Response(status=501, text="<html><title>501</title></html>", content_type="text/html")


def refused(code, message="no"):
    return {"code": code, "msg": message, "data": None}


@dataclass
class Script:
    """A service: answers submissions and reads in turn, the last of each for ever; `posts`, `reads` count."""

    reads: list = field(default_factory=lambda: [PENDING])
    submits: list = field(default_factory=lambda: [ACCEPTED])
    callbacks: list = field(default_factory=list)
    posts: int = 0
    asked: int = 0
    pushed: list = field(default_factory=list)
    url: str = ""
    has_posted: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, request):
        """Answer a submission, and send the callbacks."""
        url = (await request.json())["callBackUrl"]
        answer = self.submits[min(self.posts, len(self.submits) - 1)]
        self.posts += 1
        self.has_posted.set()
        self._sending = asyncio.create_task(self._push(url))
        return await self._said(answer)

    async def get(self, _):
        """Answer a read."""
        answer = self.reads[min(self.asked, len(self.reads) - 1)]
        self.asked += 1
        return await self._said(answer)

    async def _said(self, answer):
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            return web.json_response(ACCEPTED)
        if isinstance(answer, web.Response):
            headers = {
                "Content-Type": answer.content_type,
                "Retry-After": answer.headers.get("Retry-After", ""),
            }
            return web.Response(status=answer.status, text=answer.text, headers=headers)
        return web.json_response(answer)

    async def _push(self, url):
        for label, content in self.callbacks:
            await asyncio.sleep(0.05)
            async with ClientSession() as session, session.post(url, **content, headers=label) as answer:
                self.pushed.append(answer.status)


def sent(content, label="application/json"):
    """Give a callback to send, under a label."""
    from json import dumps

    body = content if isinstance(content, str) else dumps(content)
    return {"Content-Type": label}, {"data": body.encode()}


@asynccontextmanager
async def served(script):
    app = web.Application()
    app.router.add_post("/{path:.*}", script.post)
    app.router.add_get("/{path:.*}", script.get)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield script
    await runner.cleanup()


class Observer:
    """Remembers what is told."""

    def __init__(self):
        self.notices = []

    def notice(self, message):
        """Remember."""
        self.notices.append(message)

    def phase(self, _):
        """Ignore."""

    accepted = resumed = phase


class World:
    """A library, and desks at a service; `observer` hears of all."""

    def __init__(self, path, script):
        self.path, self.script = path, script
        self.observer = Observer()
        self.library = Library(path)

    @asynccontextmanager
    async def desk(self, *, via=Via.POLL, seconds=3.0, interval=0.05, **more):
        """Open a desk; `library` is another connection to the same file where wanted."""
        service = Service(
            PROVIDERS[more.get("provider", "sunoapi")], self.script.url, self.script.url, Secret("k")
        )
        plan = Plan() if via is Via.POLL else Plan(lambda port: Address(f"http://127.0.0.1:{port}"))
        patience = Patience(via, seconds, interval, verify=more.get("verify", False))
        library = more.get("library", self.library)
        async with open_desk(service, library, plan, patience, self.observer) as desk:
            yield desk

    async def generate(self, prompt="a song", *, reuse=False, **options):
        """Submit and wait."""
        async with self.desk(**options) as desk:
            return await job.generate(Order(prompt, prompt, {}), desk, reuse=reuse)

    async def wait(self, task, **options):
        """Resume."""
        async with self.desk(**options) as desk:
            return await job.resume(task, desk)


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:

        async def make(**script):
            made = World(tmp_path / "library.db", await stack.enter_async_context(served(Script(**script))))
            stack.callback(made.library.close)
            return made

        yield make


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(polling, "SHORTEST", 0.05)


PASSING = {
    "half": [WRITING, SONG],
    "half under a final word": [record(variant(HALF, "streaming")), SONG],
    "half by a word alone": [record(variant(HALF), word="TEXT_SUCCESS"), SONG],
    "queued and blank": [record(variant("", "queued"), word="PENDING"), SONG],
    "payment": [refused(402, "Payment required"), SONG],
    "credits": [refused(429, "insufficient credits"), SONG],
    "key once": [PENDING, refused(401), SONG],
    "key twice": [refused(401), refused(403), SONG],
    "page": [PAGE, SONG],
    "wrong request": [refused(400, "bad"), SONG],
    "no such record": [refused(422, "Record does not exist"), refused(404, "task not found"), SONG],
    "null": [{"code": 200, "msg": "success", "data": None}, SONG],
    "callback exception": [record(word="CALLBACK_EXCEPTION"), SONG],
    "success without lyrics": [record(), SONG],
}


@pytest.mark.parametrize("reads", PASSING.values(), ids=PASSING)
async def test_what_passes_is_waited_out(world, reads):
    made = await world(reads=reads)
    task = await made.generate()
    assert (task.status, task.variants[0].text, task.delivered_by) == (
        TaskStatus.COMPLETE,
        WHOLE,
        DeliveredBy.POLL,
    )
    assert len(task.variants) == 2
    assert made.library.get(task.row) == task


async def test_a_half_at_the_deadline_is_shown_as_unfinished_and_replaced_later(world):
    made = await world(reads=[WRITING])
    task = await made.generate(seconds=0.1)
    assert [(v.text, v.status) for v in task.variants] == [(HALF, VariantStatus.UNFINISHED)]
    assert (task.status, task.exit_code) == (TaskStatus.PENDING, ExitCode.UNFINISHED)
    assert "still being written" in task.error.message
    made.script.reads = [SONG]
    whole = await made.wait(made.library.get(task.row))
    assert (whole.status, whole.variants[0].text) == (TaskStatus.COMPLETE, WHOLE)


@pytest.mark.parametrize(
    "reads", [[PENDING], [refused(402)], [refused(401)], [PAGE], [PENDING, refused(404)]]
)
async def test_a_half_by_callback_is_waited_over_whatever_the_reads_say(world, reads):
    halves = [sent(callback(variant(HALF, "streaming"))), sent(callback(variant(), variant("[Verse]\nB")))]
    made = await world(reads=reads, callbacks=halves)
    task = await made.generate(via=Via.AUTO)
    assert (task.variants[0].text, task.delivered_by) == (WHOLE, DeliveredBy.CALLBACK)
    assert made.script.pushed == [200, 200]


@pytest.mark.parametrize("code", [401, 403])
async def test_a_key_that_stays_refused_ends_a_wait_that_only_polls(world, code):
    made = await world(reads=[refused(code, "You do not have access permissions")])
    task = await made.generate(seconds=60.0)
    assert (task.status, task.exit_code) == (TaskStatus.PENDING, ExitCode.NO_KEY)
    assert made.script.asked == 3
    assert made.library.get(task.row).status is TaskStatus.PENDING


async def test_one_retry_after_of_an_hour_does_not_end_the_polling(world):
    later = web.Response(status=429, text='{"code":430,"msg":"slow down"}', content_type="application/json")
    later.headers["Retry-After"] = "3600"
    made = await world(reads=[later, SONG])
    assert (await made.generate(seconds=1.0)).status is TaskStatus.COMPLETE


@pytest.mark.parametrize("via", [Via.POLL, Via.AUTO, Via.CALLBACK])
async def test_there_is_one_look_before_giving_up(world, via):
    made = await world(reads=[SONG])
    task = await made.generate(via=via, seconds=0.05, interval=None)
    assert (task.status, made.script.asked) == (TaskStatus.COMPLETE, 1)


async def test_a_time_out_tells_what_was_said_and_why_the_last_read_failed(world):
    made = await world(reads=[PENDING, PAGE])
    task = await made.generate(seconds=0.5)
    assert "'PENDING'" in task.error.message
    assert "not a status that is known" not in task.error.message
    assert "the last read failed" in task.error.message
    assert "501" in task.error.message


async def test_an_id_that_was_given_before_leads_to_that_task(world):
    made = await world(reads=[SONG])
    first = await made.generate()
    again = await made.generate("another prompt")
    assert (again.row, again.variants) == (first.row, first.variants)
    assert any("earlier task again" in notice for notice in made.observer.notices)
    assert {task.status for task in made.library.newest()} == {TaskStatus.COMPLETE, TaskStatus.FAILED}


async def test_an_id_that_was_given_before_and_is_pending_is_waited_for(world):
    made = await world()
    first = await made.generate(seconds=0.1)
    made.script.reads = [PENDING, SONG]
    again = await made.generate("another prompt")
    assert (again.row, again.status) == (first.row, TaskStatus.COMPLETE)


UNSURE = web.Response(status=524, text="<html></html>", content_type="text/html")


async def test_reuse_pays_once_for_what_may_have_been_accepted_and_plain_generate_may_again(world):
    made = await world(submits=[UNSURE])
    first = await made.generate(reuse=True)
    again = await made.generate(reuse=True)
    assert (again.row, again.status, again.exit_code) == (first.row, TaskStatus.UNKNOWN, ExitCode.SERVICE)
    assert made.script.posts == 1
    assert any(first.ref in notice for notice in made.observer.notices)
    await made.generate()
    assert made.script.posts == 2


async def test_three_at_once_make_one_submission(world, tmp_path):
    made = await world(reads=[PENDING, SONG])
    with Library(made.path) as second, Library(made.path) as third:
        libraries = made.library, second, third
        tasks = await asyncio.gather(*(made.generate(reuse=True, library=one) for one in libraries))
    assert made.script.posts == 1
    assert {task.row for task in tasks} == {tasks[0].row}
    assert {task.status for task in tasks} == {TaskStatus.COMPLETE}


async def test_a_twin_that_stays_in_the_sending_is_not_paid_again(world):
    answered = asyncio.Event()
    made = await world(submits=[answered], reads=[SONG])
    first = asyncio.create_task(made.generate(reuse=True))
    await made.script.has_posted.wait()
    with Library(made.path) as other:
        again = await made.generate(reuse=True, library=other, seconds=0.3)
    assert (again.status, again.exit_code) == (TaskStatus.SUBMITTING, ExitCode.SERVICE)
    answered.set()
    assert (await first).row == again.row
    assert made.script.posts == 1


async def test_a_twin_at_another_host_is_no_twin(world):
    made = await world(reads=[SONG])
    await made.generate(reuse=True)
    made.script.url = made.script.url.replace("127.0.0.1", "localhost")
    await made.generate(reuse=True)
    assert made.script.posts == 2


@pytest.mark.parametrize(
    "hint",
    [sent({"code": 200, "msg": "done", "data": {}}), sent("ready"), sent(callback())],
    ids=["no id", "no JSON", "no lyrics"],
)
async def test_a_callback_that_does_not_say_it_all_wakes_the_poll(world, hint):
    made = await world(reads=[SONG], callbacks=[hint])
    task = await made.generate(via=Via.AUTO, interval=None)
    assert (task.status, task.delivered_by) == (TaskStatus.COMPLETE, DeliveredBy.POLL)


async def test_callbacks_of_tasks_whose_turn_has_not_come_are_taken(world, monkeypatch):
    monkeypatch.setattr(batch, "AT_ONCE", 1)
    ids = "first", "second"
    made = await world(submits=[{**ACCEPTED, "data": {"taskId": name}} for name in ids])
    tasks = [await made.generate(name, via=Via.AUTO, seconds=0.1) for name in ids]
    async with made.desk(via=Via.AUTO, seconds=20.0) as desk, ClientSession() as session:
        ended = batch.resume_all(tasks, desk)
        first = asyncio.ensure_future(anext(ended))
        for task in reversed(tasks):
            await asyncio.sleep(0)
            url = await desk.gate.callback_url(task.callback_path)
            async with session.post(url, json=callback(variant(), task_id=task.task_id)) as answer:
                assert answer.status == 200
        came = [await first, *[task async for task in ended]]
    assert [(task.task_id, task.delivered_by) for task in came] == [
        (name, DeliveredBy.CALLBACK) for name in ids
    ]


async def test_json_under_another_label_is_taken(world):
    made = await world(callbacks=[sent(callback(variant()), "text/plain")])
    assert (await made.generate(via=Via.AUTO)).delivered_by is DeliveredBy.CALLBACK


async def test_an_unknown_submission_is_finished_by_the_callback_that_tells_its_id(world):
    made = await world(submits=[UNSURE], reads=[SONG], callbacks=[sent(callback(variant(HALF, "streaming")))])
    task = await made.generate(via=Via.AUTO)
    assert (task.task_id, task.status, task.variants[0].text) == ("ID", TaskStatus.COMPLETE, WHOLE)


async def test_an_interrupted_begin_leaves_nothing_submitting(world):
    made = await world()
    async with made.desk() as desk:
        work = asyncio.create_task(job.generate(Order("a", "a", {}), desk))
        await asyncio.sleep(0)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    assert [task.status for task in made.library.newest()] in ([], [TaskStatus.FAILED])
    assert made.script.posts == 0


PARAMS = ['{"prompt": "a robot"}', {"prompt": "a robot"}, '{"model": "m", "input": {"prompt": "a robot"}}']


@pytest.mark.parametrize("param", PARAMS)
async def test_a_task_made_elsewhere_is_kept_with_its_prompt(world, param):
    made = await world(reads=[record(variant(), param=param)])
    async with made.desk() as desk:
        task = await from_service(made.library, desk.service, "ID", None)
    assert (task.prompt, task.status, task.variants[0].text) == ("a robot", TaskStatus.COMPLETE, WHOLE)
    assert made.library.find("ID") == task


@pytest.mark.parametrize("param", ["", "{", "[]", '"x"', None, 5, '{"prompt": 5}'])
async def test_a_record_that_tells_no_prompt_is_kept_all_the_same(world, param):
    made = await world(reads=[record(variant(), param=param)])
    async with made.desk() as desk:
        task = await from_service(made.library, desk.service, "ID", None)
    assert (task.prompt, task.status) == ("", TaskStatus.COMPLETE)
