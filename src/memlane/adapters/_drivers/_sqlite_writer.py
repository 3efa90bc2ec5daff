"""The one thread of a driver that writes: it gathers what waits and commits it together.

Each write runs in a savepoint of its own inside one transaction, so one that fails takes no other with it, and no
caller hears of success before the commit is on the disk. Knows nothing of what the writes do.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from memlane.adapters._drivers import _sqlite_tidy as tidying
from memlane.adapters._drivers._sqlite_database import Database, short_sleep
from memlane.adapters._drivers._sqlite_errors import is_busy, translated
from memlane.errors import ClosedError

Work = Callable[[sqlite3.Connection], Any]

_LARGEST_BATCH = 256
_QUIET_S = 1.0
_BETWEEN_REWRITES_S = 60.0


class Job(msgspec.Struct, eq=False):
    """A write and who waits for it.

    Attributes:
        work: Runs the statements; what it raises undoes them. It runs again when another job spoilt its transaction.
        loop: The event loop of the caller.
        future: Where the caller waits; once it is cancelled, work that has not begun does not begin.
        deadline: The monotonic time until which it waits for other processes.
        rewrite_up_to_bytes: The largest file to be rewritten before the caller hears of success; 0 for none.
    """

    work: Work
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    deadline: float
    rewrite_up_to_bytes: int


class Outcome(msgspec.Struct, frozen=True, eq=False):
    """What became of a job."""

    job: Job
    value: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs in the order in which they were submitted."""

    def __init__(self, database: Database) -> None:
        """Write to `database`; the thread starts with the first job."""
        self._database = database
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._connection: sqlite3.Connection | None = None
        self._stopped = False
        self._stopping = False
        self._tidy_at: float | None = None
        self._rewritten_at = float("-inf")

    def submit(self, job: Job) -> None:
        """Queue a job.

        Raises:
            ClosedError: the writer was stopped.
        """
        with self._lock:
            if self._stopped:
                raise ClosedError("this connection is closed")
            if self._thread is None:
                # A daemon: what is not acknowledged when the process ends was never promised.
                self._thread = threading.Thread(target=self._run, name="memlane-sqlite-writer", daemon=True)
                self._thread.start()
            self._queue.put(job)

    def stop(self) -> None:
        """Refuse further jobs, finish those queued, and wait until the thread has ended."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            waiting = self._wait()
            self._gather(waiting)
            if waiting:
                self._serve(waiting)
        self._close()

    def _wait(self) -> list[Job]:
        """Return the first job of a batch, or none when it is time to tidy or to stop."""
        timeout = None if self._tidy_at is None else max(0.0, self._tidy_at - time.monotonic())
        try:
            job = self._queue.get(timeout=timeout)
        except queue.Empty:
            self._tidy(tidying.WHEN_QUIET)
            return []
        self._stopping = job is None
        return [] if job is None else [job]

    def _gather(self, waiting: list[Job]) -> None:
        """Add what else is queued."""
        while len(waiting) < _LARGEST_BATCH and not self._stopping:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job is None:
                self._stopping = True
            else:
                waiting.append(job)

    def _serve(self, waiting: list[Job]) -> None:
        outcomes: list[Outcome] = []
        with self._database.guard:
            while (connection := self._begin(waiting)) is not None:
                outcomes += self._run_batch(connection, waiting)
            self._tidy_at = max(time.monotonic() + _QUIET_S, self._rewritten_at + _BETWEEN_REWRITES_S)
            removing = [outcome for outcome in outcomes if outcome.job.rewrite_up_to_bytes and not outcome.error]
            _deliver(outcome for outcome in outcomes if outcome not in removing)
            if removing:
                self._tidy(max(outcome.job.rewrite_up_to_bytes for outcome in removing))
        _deliver(removing)

    def _begin(self, waiting: list[Job]) -> sqlite3.Connection | None:
        """Return the connection once it holds the write lock, None when nobody waits for it any more."""
        while waiting:
            try:
                if self._connection is None:
                    self._connection = self._database.connect()
                self._connection.execute("BEGIN IMMEDIATE")
            except Exception as exc:  # noqa: BLE001 -- whatever it is, those who wait must hear of it
                self._give_up(waiting, exc, everyone=not is_busy(exc))
            else:
                self._gather(waiting)
                return self._connection
            short_sleep()
            self._gather(waiting)
        return None

    def _give_up(self, waiting: list[Job], cause: Exception, *, everyone: bool) -> None:
        """Fail those whose time is over."""
        now = time.monotonic()
        late = [job for job in waiting if everyone or job.deadline <= now or job.future.cancelled()]
        waiting[:] = [job for job in waiting if job not in late]
        _deliver([Outcome(job, error=self._translated(cause)) for job in late])

    def _run_batch(self, connection: sqlite3.Connection, waiting: list[Job]) -> list[Outcome]:
        """Run and commit what waits; when one job made SQLite roll back everything, the others wait again."""
        outcomes: list[Outcome] = []
        for job in waiting:
            if job.future.cancelled():
                continue
            outcomes.append(self._attempt(connection, job))
            if not connection.in_transaction:
                waiting.remove(job)
                return outcomes[-1:]
        waiting.clear()
        return self._commit(connection, outcomes)

    def _attempt(self, connection: sqlite3.Connection, job: Job) -> Outcome:
        """Run one job in a savepoint."""
        try:
            connection.execute("SAVEPOINT job")
            value = job.work(connection)
            connection.execute("RELEASE job")
        except Exception as exc:  # noqa: BLE001 -- as above
            _undo(connection)
            return Outcome(job, error=self._translated(exc))
        return Outcome(job, value)

    def _commit(self, connection: sqlite3.Connection, outcomes: list[Outcome]) -> list[Outcome]:
        """Commit; when that fails, all have failed."""
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as exc:
            _roll_back(connection)
            return [Outcome(outcome.job, error=self._translated(exc)) for outcome in outcomes]
        return outcomes

    def _translated(self, error: Exception) -> Exception:
        ours = translated(error, self._database.name)
        if ours is not error:
            ours.__cause__ = error
        return ours

    def _tidy(self, rewrite_up_to_bytes: int) -> None:
        """Take traces of what was removed out of the file, now or later."""
        self._tidy_at = None
        if self._connection is None or not self._database.is_file:
            return
        done = tidying.tidy(self._connection, rewrite_up_to_bytes=rewrite_up_to_bytes)
        now = time.monotonic()
        if not done:
            self._tidy_at = now + _QUIET_S
            return
        self._rewritten_at = now
        if rewrite_up_to_bytes < tidying.WHEN_QUIET:
            self._tidy_at = now + _BETWEEN_REWRITES_S

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(sqlite3.Error):
            if self._database.is_file:
                tidying.tidy(connection, rewrite_up_to_bytes=tidying.WHEN_QUIET)
        with contextlib.suppress(sqlite3.Error):
            self._database.release(connection)


def _undo(connection: sqlite3.Connection) -> None:
    """Undo what one job did, or everything when that is not possible."""
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
    except sqlite3.Error:
        _roll_back(connection)


def _roll_back(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _deliver(outcomes: Iterable[Outcome]) -> None:
    """Wake those who wait, once per event loop; a loop that is closed has nobody left."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.job.loop, []).append(outcome)
    for loop, of_loop in by_loop.items():
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, of_loop)


def _settle(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.job.future
        if future.done():
            continue
        if outcome.error is None:
            future.set_result(outcome.value)
        else:
            future.set_exception(outcome.error)
