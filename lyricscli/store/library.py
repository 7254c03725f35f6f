"""The library: every task this machine ever submitted, in one SQLite file.

A row exists before the service is asked; it learns its id the moment the service says it; and what is in hand
is never replaced by less. Every method is one transaction.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lyricscli import processes
from lyricscli.api.headers import read, written
from lyricscli.errors import Failure, NoSuchTaskError, Reason
from lyricscli.models import (
    DeliveredBy,
    Outcome,
    Payload,
    PayloadKind,
    Settlement,
    Submission,
    Task,
    TaskStatus,
    Variant,
    VariantStatus,
    improve,
)
from lyricscli.store import schema
from lyricscli.store.database import Database

LAST = "last"
LOCAL = "local-"
"""`local-ROW` names a task that has no id (yet)."""

NEWEST_FIRST = "ORDER BY submitted_at DESC, row DESC"
"""Not by row alone: an imported library brings old tasks in new rows."""

MOST_PAYLOADS = 16
"""Messages kept of one task: what the service sends of it is two or three."""

PAGE = 500
"""Tasks read at once when many are asked for."""

_PLAIN = (
    *("task_id", "provider", "base_url", "status", "prompt", "sent_prompt", "submitted_at"),
    *("delivered_by", "completed_at", "callback_path", "song", "batch_key"),
)
"""The columns of a task that hold a field of the same name."""

_FAILURE, _NO_FAILURE = ("error_reason", "error_message", "error_code"), (None, None, None)
"""The columns that hold a failure's fields, in their order, and what is there without one."""


_ONCE = """
    FROM (SELECT count(*) AS kept, total(kind = :kind AND body = :body) AS same FROM payloads
        WHERE task_row = :row) WHERE kept < :most AND same = 0
"""
"""Where there are few messages of a task, and none the same."""

_UNTOUCHED = " AND status = 'pending' AND NOT EXISTS (SELECT 1 FROM variants WHERE task_row = tasks.row)"
"""What is true of a task of which nothing came since it was accepted."""


def now() -> str:
    """Return the time as the library keeps it: ISO 8601, UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Library(Database):
    """The tasks of one library file; a context manager. Raises LibraryError if SQLite or the disk fails."""

    def __init__(self, path: Path, clock: Callable[[], str] = now) -> None:
        self._clock = clock
        super().__init__(path)

    # Writing: the life of one submission

    def begin(self, submission: Submission) -> Task:
        """Write the row `submitting`, before anything is sent."""
        said = submission._asdict()
        if said["song"] is None:
            said["song"] = schema.song_of(submission.prompt)
        task = Task(row=0, task_id=None, status=TaskStatus.SUBMITTING, submitted_at=self._clock(), **said)
        with self.transaction():
            return self.add(task, owner=processes.own_identity())

    def add(self, task: Task, **more: Any) -> Task:
        """Write a task down as it is, within the caller's transaction, and return it with its row."""
        row = self.insert("tasks", {**_columns(task), **more})
        self._add_variants(row, task.variants)
        return task._replace(row=row)

    def begin_unless(self, there: Callable[[], Task | None], submission: Submission) -> tuple[Task, bool]:
        """Begin a task unless `there` finds one that stands for it; true says that it is new.

        Of any number of commands that do so at once, one begins it.
        """
        with self.transaction():
            found = there()
            return (self.begin(submission), True) if found is None else (found, False)

    def begin_unless_known(self, submission: Submission) -> tuple[Task, bool]:
        """Begin a task unless one of the same prompt has lyrics or may get them."""
        query = (submission.provider, submission.base_url, submission.sent_prompt)
        return self.begin_unless(lambda: self.twin(*query, submitting=True), submission)

    def accept(self, task: Task, task_id: str, payload: Payload | None = None) -> Task:
        """Write down the id that the service gave: `pending`, or more if a callback came first.

        An id that it gave before belongs to the task that has it, which is returned; this one is refused.
        """
        with self.transaction():
            self._keep(task.row, payload)
            holder = self._holder(task, task_id)
            if holder is not None:
                return self._given_before(task, holder)
            taken = self.change(
                "UPDATE tasks SET task_id = ?, status = 'pending', error_reason = NULL, error_code = NULL,"
                " error_message = NULL WHERE row = ? AND task_id IS NULL"
                " AND status IN ('submitting', 'unknown')",
                (task_id, task.row),
            )
            if taken:
                return task._replace(task_id=task_id, status=TaskStatus.PENDING, error=None)
            self._name(task.row, task_id)
            return self.get(task.row)

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
            task = self.get(row)
            self._keep(row, payload)
            if not task.status.is_final and task.task_id is None:
                status = TaskStatus.UNKNOWN if unknown else TaskStatus.FAILED
                self._write(task._replace(status=status, error=failure))
            return self.get(row)

    def settle(self, one: Settlement, known: Task | None = None) -> Task:
        """Keep one answer and return the task as it stands; duplicates and lesser news change nothing.

        `known` is the task as the caller last saw it: one that is pending still is not read again. An id that
        belongs to another task leads to that one.
        """
        with self.transaction():
            settled = self._settled_as_known(one, known) if known is not None else None
            if settled is not None:
                return settled
            task = self.get(one.row)
            if one.task_id is not None and task.task_id is None:
                holder = self._holder(task, one.task_id)
                if holder is not None:
                    self._given_before(task, holder)
                    return self.settle(one._replace(row=holder))
                task = task._replace(task_id=one.task_id)
                self._name(one.row, one.task_id)
            better = improve(task, one.outcome)
            if better != task or not task.status.is_final:
                self._keep(one.row, one.payload)
            if better == task:
                return task
            if better.status.is_final:
                stamp = task.completed_at or self._clock()
                better = better._replace(delivered_by=one.delivered_by, completed_at=stamp)
            self._write(better)
            return better

    def _settled_as_known(self, one: Settlement, known: Task) -> Task | None:
        if known.status is not TaskStatus.PENDING or known.variants or known.row != one.row:
            return None
        better = improve(known, one.outcome)
        if not better.status.is_final:
            return None
        better = better._replace(delivered_by=one.delivered_by, completed_at=self._clock())
        if not self._write(better, if_untouched=True):
            return None
        self._keep(one.row, one.payload, is_last=True)
        return better

    def _holder(self, task: Task, task_id: str) -> int | None:
        """Return the row of another task that has an id."""
        values = (task_id, task.provider, task.base_url, task.row)
        rows = self.where("task_id = ? AND provider = ? AND base_url = ? AND row <> ?", values)
        return rows[0] if rows else None

    def _given_before(self, task: Task, holder: int) -> Task:
        earlier = self.get(holder)
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
                self._write(self.get(row)._replace(status=TaskStatus.UNKNOWN, error=failure))

    def _dead_submissions(self) -> list[int]:
        rows = self.rows("SELECT row, owner FROM tasks WHERE status = 'submitting'")
        return [row["row"] for row in rows if not processes.is_alive(row["owner"] or "")]

    # Reading

    def get(self, row: int) -> Task:
        """Return the task of a row. Raises NoSuchTaskError when it is there no more."""
        for task in self.tasks([row]):
            return task
        raise NoSuchTaskError(
            f"task {LOCAL}{row} was deleted from the library", "`lyrics list` shows the rest."
        )

    def find(self, name: str) -> Task:
        """Return the task that NAME means: an id, a unique prefix of one, `local-ROW` or `last`.

        Raises NoSuchTaskError when there is none, or more than one.
        """
        rows = self._named(name)
        if not rows and name == LAST:
            raise NoSuchTaskError(
                "there is no last task: the library is empty", "`lyrics generate` makes the first task."
            )
        if not rows:
            raise NoSuchTaskError(
                f"there is no task {name!r} in the library",
                "`lyrics list` shows what is there; `lyrics show ID` asks the service for a full id.",
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
        return self.first(
            "provider = ? AND base_url = ? AND sent_prompt = ?"
            " AND (status IN ('complete', 'partial', 'pending', 'unknown') OR status = ?)"
            " ORDER BY CASE WHEN status IN ('complete', 'partial') THEN 0 WHEN status = 'pending' THEN 1"
            " WHEN status = 'submitting' THEN 2 ELSE 3 END, row DESC",
            (provider, base_url, sent_prompt, "submitting" if submitting else "complete"),
        )

    def of_batch(self, key: str) -> Task | None:
        """Return the newest task of a batch's line."""
        return self.first("batch_key = ? ORDER BY row DESC", (key,))

    def doubtful(self, submission: Submission) -> Task | None:
        """Return the oldest task of a service and prompt that may or may not have been accepted."""
        return self.first(
            "status = 'unknown' AND task_id IS NULL AND provider = ? AND base_url = ? AND sent_prompt = ?"
            " ORDER BY row",
            (submission.provider, submission.base_url, submission.sent_prompt),
        )

    def unfinished(self) -> list[Task]:
        """Return the tasks that `wait` can finish or explain, oldest first."""
        return [self.get(row) for row in self.where("status IN ('pending', 'unknown') ORDER BY row")]

    def index_unfinished(self) -> None:
        """Make unfinished tasks found by their prompts; a finished one is since it ended."""
        rows = self.where(
            "status IN ('submitting', 'pending', 'unknown')"
            " AND NOT EXISTS (SELECT 1 FROM search WHERE rowid = tasks.row)"
        )
        if rows:
            with self.transaction():
                for row in rows:
                    self.change_at_end(schema.COLLECT, row)

    @property
    def count(self) -> int:
        """How many tasks there are."""
        return int(self.rows("SELECT count(*) AS tasks FROM tasks")[0]["tasks"])

    def newest(self, limit: int = 0) -> Iterator[Task]:
        """Yield tasks newest first; `limit` 0 is all."""
        return self.tasks(self._newest(limit or -1))

    def tasks(self, rows: Sequence[int]) -> Iterator[Task]:
        """Yield the tasks of these rows in this order, a page at a time, but for those deleted meanwhile."""
        for start in range(0, len(rows), PAGE):
            yield from self._tasks(rows[start : start + PAGE])

    def payloads(self, row: int) -> list[Payload]:
        """Return the raw messages kept of a task, oldest first."""
        return [
            Payload(
                PayloadKind(one["kind"]),
                one["body"],
                read(json.loads(one["headers"], object_pairs_hook=list)),
                one["received_at"],
            )
            for one in self.rows("SELECT * FROM payloads WHERE task_row = ? ORDER BY id", (row,))
        ]

    def where(self, condition: str, values: Sequence[Any] = ()) -> list[int]:
        """Return the rows of the tasks of which a condition, and an order, is true."""
        found = self.rows(f"SELECT row FROM tasks WHERE {condition}", values)  # noqa: S608 (this room's own words)
        return [one["row"] for one in found]

    def first(self, condition: str, values: Sequence[Any]) -> Task | None:
        """Return the first of those tasks."""
        rows = self.where(f"{condition} LIMIT 1", values)
        return self.get(rows[0]) if rows else None

    # Inside

    def _newest(self, limit: int) -> list[int]:
        return self.where(f"true {NEWEST_FIRST} LIMIT ?", (limit,))

    def _named(self, name: str) -> list[int]:
        """Return the rows a name may mean, at most three."""
        if name == LAST:
            return self._newest(1)
        if name.startswith(LOCAL) and name.removeprefix(LOCAL).isdecimal():
            return self.where("row = ?", (int(name.removeprefix(LOCAL)[:18]),))
        exact = self.where("task_id = ? ORDER BY row DESC LIMIT 1", (name,))
        if exact or not name:
            return exact
        return self.where("task_id >= ? AND task_id < ? || char(1114111) LIMIT 3", (name, name))

    def _name(self, row: int, task_id: str) -> None:
        self.change("UPDATE tasks SET task_id = ? WHERE row = ? AND task_id IS NULL", (task_id, row))

    def _keep(self, row: int, payload: Payload | None, *, is_last: bool = False) -> None:
        """Keep a message, once and within bounds: whoever repeats a callback does not fill the disk.

        The one that ends a task as it was known is there once anyhow.
        """
        if payload is not None:
            self.change(
                "INSERT INTO payloads (task_row, kind, received_at, headers, body)"
                f" SELECT :row, :kind, :at, :headers, :body{'' if is_last else _ONCE}",
                {
                    "row": row,
                    "kind": payload.kind,
                    "at": payload.received_at or self._clock(),
                    "headers": written(payload.headers),
                    "body": payload.body,
                    "most": MOST_PAYLOADS,
                },
            )

    def _write(self, task: Task, *, if_untouched: bool = False) -> bool:
        """Write what an answer made of a task; false, and nothing, where it is to be untouched and is not."""
        told = (task.status, task.completed_at, task.delivered_by, *(task.error or _NO_FAILURE))
        if not self.change(
            "UPDATE tasks SET status = ?, completed_at = ?, delivered_by = ?, error_reason = ?,"  # noqa: S608 (ours)
            f" error_message = ?, error_code = ? WHERE row = ?{_UNTOUCHED if if_untouched else ''}",
            (*told, task.row),
        ):
            return False
        if not if_untouched:  # what is half written is replaced; everything else stays
            half = "DELETE FROM variants WHERE task_row = ? AND status = ?"
            self.change(half, (task.row, VariantStatus.UNFINISHED))
        self._add_variants(task.row, task.variants)
        if task.status.is_final:
            self.change_at_end(schema.COLLECT, task.row)
        return True

    def _add_variants(self, row: int, variants: Sequence[Variant]) -> None:
        self.change_each(
            "INSERT OR REPLACE INTO variants (task_row, number, title, status, text, error)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(row, *one) for one in variants],
        )

    def _tasks(self, rows: Sequence[int]) -> list[Task]:
        """Read tasks in the order of their rows, with two queries whatever their number."""
        within = f"IN ({','.join('?' * len(rows))})"
        variants: dict[int, list[Variant]] = {row: [] for row in rows}
        for one in self.rows(
            f"SELECT * FROM variants WHERE task_row {within} ORDER BY task_row, number",  # noqa: S608 (question marks)
            rows,
        ):
            status = VariantStatus(one["status"])
            variant = Variant(one["number"], one["title"], status, one["text"], one["error"])
            variants[one["task_row"]].append(variant)
        found = self.rows(f"SELECT * FROM tasks WHERE row {within}", rows)  # noqa: S608 (question marks)
        tasks = {one["row"]: _task(one, tuple(variants[one["row"]])) for one in found}
        return [tasks[row] for row in rows if row in tasks]


# The one mapping of row and task


def _columns(task: Task) -> dict[str, Any]:
    failure = zip(_FAILURE, task.error or _NO_FAILURE, strict=True)
    metadata = json.dumps(task.metadata, ensure_ascii=False) if task.metadata else "{}"
    return {**{name: getattr(task, name) for name in _PLAIN}, "metadata": metadata, **dict(failure)}


def _task(row: sqlite3.Row, variants: tuple[Variant, ...]) -> Task:
    reason, way = row["error_reason"], row["delivered_by"]
    read_as: dict[str, Any] = {
        **{name: row[name] for name in _PLAIN},
        "status": TaskStatus(row["status"]),
        "delivered_by": DeliveredBy(way) if way else None,
        "metadata": json.loads(row["metadata"]),
        "error": Failure(Reason(reason), row["error_message"], row["error_code"]) if reason else None,
    }
    return Task(row=row["row"], variants=variants, **read_as)
