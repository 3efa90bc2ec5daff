"""The threads of a driver that read, and their connections.

Each read sees one state of the database, at least as new as every write acknowledged before it, of any process.
"""

import contextlib
import queue
import sqlite3
import threading
from typing import Any

from memlane.adapters._drivers._sqlite_database import Database
from memlane.adapters._drivers._sqlite_errors import translated
from memlane.adapters._drivers._sqlite_jobs import Job, Outcome, deliver
from memlane.errors import ClosedError

_THREADS = 4


class Readers:
    """Runs reads in threads of its own, which start as they are needed."""

    def __init__(self, database: Database) -> None:
        """Read from `database`; nothing is opened yet."""
        self._database = database
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._stopped = False

    def submit(self, job: Job) -> None:
        """Queue a read.

        Raises:
            ClosedError: the readers were stopped.
        """
        with self._lock:
            if self._stopped:
                raise ClosedError("this connection is closed")
            self._unfinished += 1
            if self._unfinished > len(self._threads) < _THREADS:
                thread = threading.Thread(target=self._run, name="memlane-sqlite-reader", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._queue.put(job)

    def stop(self) -> None:
        """Refuse further reads, finish those queued, and wait until the threads have ended."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                for _ in self._threads:
                    self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        go_on = True
        while go_on:
            connection, go_on = self._serve_next(connection)
        if connection is not None:
            self._database.release(connection)

    def _serve_next(self, connection: sqlite3.Connection | None) -> tuple[sqlite3.Connection | None, bool]:
        """Return the connection for the next read, and whether to wait for one; holds on to nothing else."""
        job = self._queue.get()
        if job is None:
            return connection, False
        if not job.future.cancelled():
            connection, outcome = self._read(connection, job)
            deliver([outcome])
        with self._lock:
            self._unfinished -= 1
        return connection, True

    def _read(self, connection: sqlite3.Connection | None, job: Job) -> tuple[sqlite3.Connection | None, Outcome]:
        """Return what became of a read, and the connection unless it is not to be used again."""
        try:
            with self._database.guard:
                connection = self._database.connect_patiently() if connection is None else connection
                return connection, Outcome(job, _run_work(connection, job))
        except Exception as exc:  # noqa: BLE001 -- whatever it is, who waits must hear of it
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._database.release(connection)
            return None, Outcome(job, error=translated(exc, self._database.name))


def _run_work(connection: sqlite3.Connection, job: Job) -> Any:
    if job.is_one_statement:
        return job.work(connection)
    connection.execute("BEGIN")
    try:
        return job.work(connection)
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
