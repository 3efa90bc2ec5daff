"""The one thread of a driver that writes: it gathers what waits and commits it together.

Writes of one kind that wait next to each other may run together. When that fails, the transaction begins anew and they
run one by one. Any other write runs in a savepoint of its own, so one that fails takes no other with it, and no
caller hears of success before the commit is on the disk. Knows nothing of what the writes do.
"""

import contextlib
import queue
import sqlite3
import threading
import time
from itertools import groupby

from memlane.adapters._drivers import _sqlite_tidy as tidying
from memlane.adapters._drivers._sqlite_database import Database, short_sleep
from memlane.adapters._drivers._sqlite_errors import is_busy, translated
from memlane.adapters._drivers._sqlite_jobs import Job, Known, Outcome, Together, deliver
from memlane.errors import ClosedError

_LARGEST_BATCH = 256
_QUIET_S = 1.0
_BETWEEN_REWRITES_S = 60.0
_MOST_KNOWN = 10_000
_MOST_PATIENCE_S = 0.002


class Writer:
    """Runs jobs in the order in which they were submitted."""

    def __init__(self, database: Database) -> None:
        """Write to `database`; the thread starts with the first job."""
        self._database = database
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._connection: sqlite3.Connection | None = None
        self._known: Known = {}
        self._data_version = 0
        self._served = 0
        self._patience_s = 0.0
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
            self._await_returning(waiting)
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
                self._accept(waiting, self._queue.get_nowait())
            except queue.Empty:
                return

    def _await_returning(self, waiting: list[Job]) -> None:
        """Give those who were just served a moment to come back, rather than flush for a few of them only."""
        until = time.monotonic() + self._patience_s
        while 0 < len(waiting) < self._served and not self._stopping:
            try:
                self._accept(waiting, self._queue.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                return
            self._gather(waiting)

    def _accept(self, waiting: list[Job], job: Job | None) -> None:
        if job is None:
            self._stopping = True
        else:
            waiting.append(job)

    def _serve(self, waiting: list[Job]) -> None:
        outcomes: list[Outcome] = []
        with self._database.guard:
            while (connection := self._begin(waiting)) is not None:
                outcomes += self._run_batch(connection, waiting)
            self._served = len(outcomes)
            self._tidy_at = max(time.monotonic() + _QUIET_S, self._rewritten_at + _BETWEEN_REWRITES_S)
            removing = [outcome for outcome in outcomes if outcome.job.rewrite_up_to_bytes and not outcome.error]
            deliver(outcome for outcome in outcomes if outcome not in removing)
            if removing:
                self._tidy(max(outcome.job.rewrite_up_to_bytes for outcome in removing))
        deliver(removing)

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
        deliver([Outcome(job, error=translated(cause, self._database.name)) for job in late])

    def _run_batch(self, connection: sqlite3.Connection, waiting: list[Job]) -> list[Outcome]:
        """Run and commit what waits; when some of it made SQLite roll back everything, the others wait again."""
        outcomes: list[Outcome] = []
        for together, group in groupby(waiting, key=lambda job: job.together):
            jobs = [job for job in group if not job.future.cancelled()]
            if together is None:
                outcomes += self._run_each(connection, jobs)
            else:
                outcomes += self._run_together(connection, together, jobs)
            if not connection.in_transaction:
                spoilers = outcomes[-1:] if together is None else []
                waiting[:] = [job for job in waiting if job not in [outcome.job for outcome in spoilers]]
                return spoilers
        waiting.clear()
        return self._commit(connection, outcomes)

    def _run_each(self, connection: sqlite3.Connection, jobs: list[Job]) -> list[Outcome]:
        """Run jobs up to one that makes SQLite roll back everything."""
        self._known.clear()
        outcomes: list[Outcome] = []
        for job in jobs:
            if job.future.cancelled():
                continue
            outcomes.append(self._attempt(connection, job))
            if not connection.in_transaction:
                break
        return outcomes

    def _run_together(self, connection: sqlite3.Connection, together: Together, jobs: list[Job]) -> list[Outcome]:
        """Run jobs of one kind at once; when that fails, roll back everything and let them run by themselves."""
        self._forget_what_changed(connection)
        try:
            values = together(connection, self._known, [job.work for job in jobs])
        except Exception:  # noqa: BLE001 -- whatever it is, it comes again where it belongs
            self._roll_back(connection)
            for job in jobs:
                job.together = None
            return []
        return [Outcome(job, value) for job, value in zip(jobs, values, strict=True)]

    def _forget_what_changed(self, connection: sqlite3.Connection) -> None:
        """Forget what was known when another connection has written since, or when it is too much."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version or len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._data_version = version

    def _attempt(self, connection: sqlite3.Connection, job: Job) -> Outcome:
        """Run one job in a savepoint."""
        try:
            connection.execute("SAVEPOINT job")
            value = job.work(connection)
            connection.execute("RELEASE job")
        except Exception as exc:  # noqa: BLE001 -- as above
            _undo(connection)
            return Outcome(job, error=translated(exc, self._database.name))
        return Outcome(job, value)

    def _commit(self, connection: sqlite3.Connection, outcomes: list[Outcome]) -> list[Outcome]:
        """Commit; when that fails, all have failed."""
        begun = time.monotonic()
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as exc:
            self._roll_back(connection)
            return [Outcome(outcome.job, error=translated(exc, self._database.name)) for outcome in outcomes]
        self._patience_s = min((time.monotonic() - begun) / 2, _MOST_PATIENCE_S)
        return outcomes

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        self._known.clear()
        _roll_back(connection)

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
