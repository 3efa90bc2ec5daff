"""The threads of a driver that read, and their connections.

Each read sees one state of the database, at least as new as every write acknowledged before it, of any process.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from memlane.adapters._drivers._sqlite_database import Database
from memlane.adapters._drivers._sqlite_errors import translate_errors

_Result = TypeVar("_Result")

_THREADS = 4


class Readers:
    """Runs reads in threads of its own.

    Attributes:
        executor: Where to run `read`.
    """

    def __init__(self, database: Database) -> None:
        """Read from `database`; threads and connections are made as they are needed."""
        self._database = database
        self._idle: list[sqlite3.Connection] = []
        self.executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="memlane-sqlite-reader")

    def read(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Return what `work` returns; to be called in `executor`.

        Raises:
            StoreError: as `translate_errors`.
            SettingError: the file belongs to another application.
        """
        with translate_errors(self._database.name), self._database.guard:
            connection = self._borrow()
            try:
                result = _in_transaction(connection, work)
            except BaseException:
                self._database.release(connection)
                raise
            self._idle.append(connection)
            return result

    def stop(self) -> None:
        """Wait for the reads that run and close the connections."""
        self.executor.shutdown(wait=True)
        while self._idle:
            self._database.release(self._idle.pop())

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._database.connect_patiently()


def _in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
