"""The library: every task this machine ever submitted, in one SQLite file.

A row exists before the service is asked; it learns its id the moment the service says it; and what is in hand
is never replaced by less. Every method is one transaction and may be called from any thread.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lyricscli import processes
from lyricscli.api.headers import read, written
from lyricscli.errors import LibraryError, LyricsError, NoSuchTaskError
from lyricscli.models import (
    DeliveredBy,
    Failure,
    Outcome,
    Payload,
    PayloadKind,
    Reason,
    Settlement,
    Submission,
    Task,
    TaskStatus,
    Variant,
    VariantStatus,
    improve,
)
from lyricscli.store import schema, search

LAST = "last"
LOCAL = "local-"
"""`local-ROW` names a task that has no id (yet)."""

NEWEST_FIRST = "ORDER BY submitted_at DESC, row DESC"
"""Not by row alone: an imported library brings old tasks in new rows."""

MOST_PAYLOADS = 16
"""Messages kept of one task: what the service sends of it is two or three."""

SEALED_PAUSE = 0.001
"""Seconds between two looks whether a journal's transaction is on the disk."""

PAGE = 500
"""Tasks read at once when many are asked for."""


def now() -> str:
    """Return the time as the library keeps it: ISO 8601, UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Library:
    """The tasks of one library file; a context manager. Raises LibraryError if SQLite or the disk fails."""

    def __init__(self, path: Path, clock: Callable[[], str] = now) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._second: sqlite3.Connection | None = None
        self._is_sealed = False
        with self._translated():
            self._database = schema.connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; SQLite then folds its journal back in."""
        with self._lock:
            if self._second is not None:
                self._second.close()
            self._database.close()

    # Writing: the life of one submission

    def begin(self, submission: Submission) -> Task:
        """Write the row `submitting`, before anything is sent."""
        task = Task(
            row=0,
            task_id=None,
            provider=submission.provider,
            base_url=submission.base_url,
            status=TaskStatus.SUBMITTING,
            prompt=submission.prompt,
            sent_prompt=submission.sent_prompt,
            submitted_at=self._clock(),
            metadata=submission.metadata,
            callback_path=submission.callback_path,
            song=schema.song_of(submission.prompt) if submission.song is None else submission.song,
        )
        with self.transaction() as database:
            row = database.execute(
                "INSERT INTO tasks (provider, base_url, status, prompt, sent_prompt, metadata, submitted_at,"
                " callback_path, owner, batch_key, song) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    task.provider,
                    task.base_url,
                    task.status,
                    task.prompt,
                    task.sent_prompt,
                    json.dumps(task.metadata, ensure_ascii=False),
                    task.submitted_at,
                    task.callback_path,
                    processes.own_identity(),
                    submission.batch_key,
                    task.song,
                ),
            ).lastrowid
            assert row is not None
            return replace(task, row=row)

    def begin_anew(self, submission: Submission) -> tuple[Task, bool]:
        """Begin a task whatever there is; true says that it is a new one."""
        return self.begin(submission), True

    def begin_unless_known(self, submission: Submission) -> tuple[Task, bool]:
        """Begin a task unless one of the same prompt has lyrics or may get them; true says that it is new.

        Of any number of commands that do so at once, one begins it.
        """
        with self.transaction():
            query = (submission.provider, submission.base_url, submission.sent_prompt)
            twin = self.twin(*query, submitting=True)
            return (twin, False) if twin is not None else (self.begin(submission), True)

    def begin_line(self, submission: Submission, known: Task | None) -> tuple[Task, bool]:
        """Begin the task of a batch's line, unless one was begun after `known`; true says that it is new."""
        assert submission.batch_key is not None
        with self.transaction():
            newest = self.of_batch(submission.batch_key)
            if newest is not None and newest != known:
                return newest, False
            return self.begin(submission), True

    def accept(self, task: Task, task_id: str, payload: Payload | None = None) -> Task:
        """Write down the id that the service gave: `pending`, or more if a callback came first.

        An id that it gave before belongs to the task that has it, which is returned; this one is refused.
        """
        with self.transaction() as database:
            self._keep(task.row, payload)
            holder = self._holder(task, task_id)
            if holder is not None:
                return self._given_before(task, holder)
            taken = database.execute(
                "UPDATE tasks SET task_id = ?, status = 'pending', error_reason = NULL, error_code = NULL,"
                " error_message = NULL WHERE row = ? AND task_id IS NULL"
                " AND status IN ('submitting', 'unknown')",
                (task_id, task.row),
            ).rowcount
            if taken:
                return replace(task, task_id=task_id, status=TaskStatus.PENDING, error=None)
            database.execute(
                "UPDATE tasks SET task_id = ? WHERE row = ? AND task_id IS NULL", (task_id, task.row)
            )
            return self._task(task.row)

    def adopt(self, submission: Submission, task_id: str, outcome: Outcome, payload: Payload) -> Task:
        """Keep a task that was made elsewhere, as its record has it: whole, or not at all."""
        with self.transaction():
            task = self.accept(self.begin(submission), task_id)
            return self.settle(Settlement(task.row, outcome, DeliveredBy.POLL, payload))

    def refuse(
        self, row: int, failure: Failure, payload: Payload | None = None, *, unknown: bool = False
    ) -> Task:
        """Write down why a submission was refused, or (`unknown`) why nobody knows whether it was."""
        with self.transaction():
            task = self._task(row)
            self._keep(row, payload)
            if not task.status.is_final and task.task_id is None:
                status = TaskStatus.UNKNOWN if unknown else TaskStatus.FAILED
                self._write(replace(task, status=status, error=failure))
            return self._task(row)

    def settle(self, one: Settlement, known: Task | None = None) -> Task:
        """Keep one answer and return the task as it stands; duplicates and lesser news change nothing.

        `known` is the task as the caller last saw it: one that is pending still is not read again. An id that
        belongs to another task leads to that one.
        """
        with self.transaction() as database:
            settled = self._settled_as_known(one, known) if known is not None else None
            if settled is not None:
                return settled
            task = self._task(one.row)
            if one.task_id is not None and task.task_id is None:
                holder = self._holder(task, one.task_id)
                if holder is not None:
                    self._given_before(task, holder)
                    return self.settle(replace(one, row=holder))
                task = replace(task, task_id=one.task_id)
                database.execute("UPDATE tasks SET task_id = ? WHERE row = ?", (one.task_id, one.row))
            better = improve(task, one.outcome)
            if better != task or not task.status.is_final:
                self._keep(one.row, one.payload)
            if better == task:
                return task
            if better.status.is_final:
                stamp = task.completed_at or self._clock()
                better = replace(better, delivered_by=one.delivered_by, completed_at=stamp)
            self._write(better)
            return better

    def _settled_as_known(self, one: Settlement, known: Task) -> Task | None:
        if known.status is not TaskStatus.PENDING or known.variants or known.row != one.row:
            return None
        better = improve(known, one.outcome)
        if not better.status.is_final:
            return None
        better = replace(better, delivered_by=one.delivered_by, completed_at=self._clock())
        if not self._write(better, was=TaskStatus.PENDING):
            return None
        self._keep(one.row, one.payload)
        return better

    def _holder(self, task: Task, task_id: str) -> int | None:
        """Return the row of another task that has an id."""
        rows = self._rows(
            "SELECT row FROM tasks WHERE task_id = ? AND provider = ? AND base_url = ? AND row <> ?",
            (task_id, task.provider, task.base_url, task.row),
        )
        return rows[0] if rows else None

    def _given_before(self, task: Task, holder: int) -> Task:
        earlier = self._task(holder)
        message = f"the service gave it the id of an earlier task, {earlier.ref}: that one has the result"
        self.refuse(task.row, Failure(Reason.BAD_RESPONSE, message))
        return earlier

    def hold(self, row: int, payload: Payload) -> None:
        """Keep a callback that came before its task's id, for whoever learns the id."""
        with self.transaction():
            self._keep(row, payload)

    def has_dead_submissions(self) -> bool:
        """Tell whether a row is `submitting` whose process is gone."""
        return bool(self._dead_submissions())

    def abandon_dead_submissions(self) -> None:
        """Turn rows still `submitting` whose process is gone into `unknown`: it may have sent the request."""
        if not self.has_dead_submissions():
            return
        with self.transaction():
            for row in self._dead_submissions():
                failure = Failure(Reason.UNAVAILABLE, "the command ended before the service had answered")
                self._write(replace(self._task(row), status=TaskStatus.UNKNOWN, error=failure))

    def _dead_submissions(self) -> list[int]:
        with self.reading() as database:
            rows = database.execute("SELECT row, owner FROM tasks WHERE status = 'submitting'").fetchall()
        return [row for row, owner in rows if not processes.is_alive(owner or "")]

    # Reading

    def get(self, row: int) -> Task:
        """Return the task of a row that exists."""
        with self.reading():
            return self._task(row)

    def find(self, name: str) -> Task:
        """Return the task that NAME means: an id, a unique prefix of one, `local-ROW` or `last`.

        Raises NoSuchTaskError when there is none, or more than one.
        """
        rows = self._named(name)
        if not rows and name == "last":
            raise NoSuchTaskError(
                "there is no last task: the library is empty", "`lyrics generate` makes the first task."
            )
        if not rows:
            raise NoSuchTaskError(
                f"there is no task {name!r} in the library",
                "`lyrics list` shows what is there; a full task id is looked up at the service.",
            )
        if len(rows) > 1:
            ids = ", ".join(self.get(row).ref for row in rows)
            raise NoSuchTaskError(
                f"{name!r} is the beginning of several tasks: {ids}", "Give more of the id."
            )
        return self.get(rows[0])

    def twin(
        self, provider: str, base_url: str, sent_prompt: str, *, submitting: bool = False
    ) -> Task | None:
        """Return the task of the same service and prompt that has lyrics, else one that may get them.

        That is a pending one, and one of which it is not known whether it was accepted; with `submitting`
        also one that is being sent. Of several the newest.
        """
        rows = self._rows(
            "SELECT row FROM tasks WHERE provider = ? AND base_url = ? AND sent_prompt = ?"
            " AND (status IN ('complete', 'partial', 'pending', 'unknown') OR status = ?)"
            " ORDER BY CASE WHEN status IN ('complete', 'partial') THEN 0 WHEN status = 'pending' THEN 1"
            " WHEN status = 'submitting' THEN 2 ELSE 3 END, row DESC LIMIT 1",
            (provider, base_url, sent_prompt, "submitting" if submitting else "complete"),
        )
        return self.get(rows[0]) if rows else None

    def of_batch(self, key: str) -> Task | None:
        """Return the newest task of a batch's line."""
        rows = self._rows(
            "SELECT max(row) FROM tasks WHERE batch_key = ? HAVING max(row) IS NOT NULL", (key,)
        )
        return self.get(rows[0]) if rows else None

    def unfinished(self) -> list[Task]:
        """Return the tasks that `wait` can finish or explain, oldest first."""
        query = "SELECT row FROM tasks WHERE status IN ('pending', 'unknown') ORDER BY row"
        return [self.get(row) for row in self._rows(query)]

    def index_unfinished(self) -> None:
        """Make unfinished tasks found by their prompts; a finished one is since it ended."""
        query = (
            "SELECT row FROM tasks WHERE status IN ('submitting', 'pending', 'unknown')"
            " AND NOT EXISTS (SELECT 1 FROM search WHERE rowid = tasks.row)"
        )
        if rows := self._rows(query):
            with self.transaction() as database:
                for row in rows:
                    search.index(database, row)

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the file and with what belongs to tasks."""
        with self.reading() as database:
            found = [*database.execute("PRAGMA integrity_check")]
            lost = [*database.execute("PRAGMA foreign_key_check")]
        broken = [str(line) for (line,) in found if line != "ok"]
        return broken + [f"{table}: row {row} belongs to no task" for table, row, *_ in lost]

    @property
    def count(self) -> int:
        """How many tasks there are."""
        with self.reading() as database:
            return int(database.execute("SELECT count(*) FROM tasks").fetchone()[0])

    def doubtful(self, submission: Submission) -> Task | None:
        """Return the oldest task of a service and prompt that may or may not have been accepted."""
        rows = self._rows(
            "SELECT min(row) FROM tasks WHERE status = 'unknown' AND task_id IS NULL AND provider = ?"
            " AND base_url = ? AND sent_prompt = ? HAVING min(row) IS NOT NULL",
            (submission.provider, submission.base_url, submission.sent_prompt),
        )
        return self.get(rows[0]) if rows else None

    @property
    def has_tasks(self) -> bool:
        """Whether there is anything in it."""
        return bool(self._newest(1))

    def newest(self, limit: int = 0) -> Iterator[Task]:
        """Yield tasks newest first; `limit` 0 is all."""
        return self.tasks(self._newest(limit or -1))

    def tasks(self, rows: Sequence[int]) -> Iterator[Task]:
        """Yield the tasks of these rows in this order, a page at a time."""
        for start in range(0, len(rows), PAGE):
            with self.reading():
                page = self._tasks(rows[start : start + PAGE])
            yield from page

    def payloads(self, row: int) -> list[Payload]:
        """Return the raw messages kept of a task, oldest first."""
        with self.reading() as database:
            rows = database.execute(
                "SELECT kind, body, headers FROM payloads WHERE task_row = ? ORDER BY id", (row,)
            ).fetchall()
        return [
            Payload(PayloadKind(kind), body, read(json.loads(headers, object_pairs_hook=list)))
            for kind, body, headers in rows
        ]

    # Inside

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn SQLite's and the system's errors into ours."""
        try:
            yield
        except LyricsError:
            raise
        except sqlite3.Error as error:
            if "locked" in str(error):
                message = f"another program is using the library {self.path}"
                raise LibraryError(message, "Run the command again when it is done.") from error
            advice = "Check the disk's space and the directory's permissions; `lyrics doctor` looks further."
            raise LibraryError(f"the library {self.path} cannot be used: {error}", advice) from error
        except OSError as error:
            advice = "Make the directory writable, or point LYRICS_HOME at another one."
            raise LibraryError(f"{self.path}: {error.strerror or error}", advice) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to what reads; its rows are fetched before the block ends.

        While a transaction is on its way to the disk, that is a second one.
        """
        with self._translated():
            if self._is_sealed:
                if self._second is None:
                    self._second = schema.connect(self.path)
                yield self._second
                return
            with self._lock:
                yield self._database

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to what writes: all of the block is durable at its end, or nothing of it.

        Within another such block, and in a change of the journal, it is part of that one.
        """
        while self._is_sealed:
            time.sleep(SEALED_PAUSE)
        with self._translated(), self._lock:
            if self._database.in_transaction:  # the lock is held, so it is this thread's own
                yield self._database
                return
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self.take_back()
                raise

    # A journal's transaction: see journal.Transactions

    def begins(self) -> bool:
        """Begin a transaction at once; false where another process writes."""
        with self._translated():
            self._database.execute("PRAGMA busy_timeout = 0")
            try:
                self._database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                return False
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {round(schema.BUSY_TIMEOUT * 1000)}")
            return True

    def begin_patiently(self) -> None:
        """Wait for the other process and begin."""
        with self._translated(), self._lock:
            self._database.execute("BEGIN IMMEDIATE")

    def sealed(self) -> Callable[[], None]:
        """Take no more changes, and read elsewhere; return what makes them durable."""
        self._is_sealed = True
        return self._commit

    def _commit(self) -> None:
        try:
            with self._translated(), self._lock:
                self._database.execute("COMMIT")
        finally:
            self._is_sealed = False

    def take_back(self) -> None:
        """Undo what is not durable; a full disk may have done so already."""
        with self._lock:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[int]:
        with self.reading() as database:
            return [row for (row,) in database.execute(query, values)]

    def _newest(self, limit: int) -> list[int]:
        return self._rows(f"SELECT row FROM tasks {NEWEST_FIRST} LIMIT ?", (limit,))  # noqa: S608 (own words)

    def _named(self, name: str) -> list[int]:
        """Return the rows a name may mean, at most three."""
        if name == LAST:
            return self._newest(1)
        if name.startswith(LOCAL) and name.removeprefix(LOCAL).isdecimal():
            return self._rows("SELECT row FROM tasks WHERE row = ?", (int(name.removeprefix(LOCAL)[:18]),))
        exact = self._rows("SELECT row FROM tasks WHERE task_id = ? ORDER BY row DESC LIMIT 1", (name,))
        if exact or not name:
            return exact
        return self._rows(
            "SELECT row FROM tasks WHERE task_id >= ? AND task_id < ? || char(1114111) LIMIT 3", (name, name)
        )

    def _keep(self, row: int, payload: Payload | None) -> None:
        """Keep a message, once and within bounds: whoever repeats a callback does not fill the disk."""
        if payload is not None:
            self._database.execute(
                "INSERT INTO payloads (task_row, kind, received_at, headers, body) SELECT ?1, ?2, ?3, ?4, ?5"
                " WHERE (SELECT count(*) FROM payloads WHERE task_row = ?1) < ?6 AND NOT EXISTS"
                " (SELECT 1 FROM payloads WHERE task_row = ?1 AND kind = ?2 AND body = ?5)",
                (row, payload.kind, self._clock(), written(payload.headers), payload.body, MOST_PAYLOADS),
            )

    def _write(self, task: Task, was: TaskStatus | None = None) -> bool:
        """Write what an answer made of a task; false, and nothing, where its status is not what it `was`."""
        error = task.error
        changed = self._database.execute(
            "UPDATE tasks SET status = ?, completed_at = ?, delivered_by = ?, error_reason = ?,"
            " error_code = ?, error_message = ? WHERE row = ? AND status = coalesce(?, status)",
            (
                task.status,
                task.completed_at,
                task.delivered_by,
                error.reason if error else None,
                error.code if error else None,
                error.message if error else None,
                task.row,
                was,
            ),
        ).rowcount
        if not changed:
            return False
        # What is half written is replaced; everything else stays.
        self._database.execute(
            "DELETE FROM variants WHERE task_row = ? AND status = ?", (task.row, VariantStatus.UNFINISHED)
        )
        self._database.executemany(
            "INSERT OR REPLACE INTO variants (task_row, number, title, status, text, error)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(task.row, v.number, v.title, v.status, v.text, v.error) for v in task.variants],
        )
        if task.status.is_final:
            search.index(self._database, task.row)
        return True

    def _task(self, row: int) -> Task:
        return self._tasks([row])[0]

    def _tasks(self, rows: Sequence[int]) -> list[Task]:
        """Read tasks in the order of their rows, with two queries whatever their number."""
        marks = ",".join("?" * len(rows))
        variants: dict[int, list[Variant]] = {row: [] for row in rows}
        for row, number, title, status, text, error in self._database.execute(
            "SELECT task_row, number, title, status, text, error FROM variants"  # noqa: S608 (question marks only)
            f" WHERE task_row IN ({marks}) ORDER BY task_row, number",
            tuple(rows),
        ):
            variants[row].append(Variant(number, title, VariantStatus(status), text, error))
        found = self._database.execute(
            "SELECT row, task_id, provider, base_url, status, prompt, sent_prompt, submitted_at, metadata,"  # noqa: S608
            " delivered_by, completed_at, callback_path, song, error_reason, error_message, error_code"
            f" FROM tasks WHERE row IN ({marks})",
            tuple(rows),
        )
        tasks = {columns[0]: _read(columns, tuple(variants[columns[0]])) for columns in found}
        gone = next((row for row in rows if row not in tasks), None)
        if gone is not None:
            raise NoSuchTaskError(
                f"task {LOCAL}{gone} was deleted from the library", "`lyrics list` shows the rest."
            )
        return [tasks[row] for row in rows]


def _read(columns: tuple[Any, ...], variants: tuple[Variant, ...]) -> Task:
    row, task_id, provider, base_url, status, prompt, sent_prompt, submitted_at, metadata, *rest = columns
    delivered_by, completed_at, callback_path, song, reason, message, code = rest
    return Task(
        row=row,
        task_id=task_id,
        provider=provider,
        base_url=base_url,
        status=TaskStatus(status),
        prompt=prompt,
        sent_prompt=sent_prompt,
        submitted_at=submitted_at,
        metadata=json.loads(metadata),
        variants=variants,
        error=Failure(Reason(reason), message, code) if reason else None,
        delivered_by=DeliveredBy(delivered_by) if delivered_by else None,
        completed_at=completed_at,
        callback_path=callback_path,
        song=song,
    )
