"""The driver of SQLite: one database, one thread that writes, a few that read.

Owns connections, threads, transactions and the translation of errors. Knows no table of the stores and must not
wait in an event loop's thread. The standard library's `sqlite3` is all it needs.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from typing import Self, TypeVar, cast

from memlane.adapters._drivers._sqlite_database import Database
from memlane.adapters._drivers._sqlite_jobs import Job, Together
from memlane.adapters._drivers._sqlite_readers import Readers
from memlane.adapters._drivers._sqlite_tidy import NOTHING
from memlane.adapters._drivers._sqlite_url import check_path, check_settings, parse_url
from memlane.adapters._drivers._sqlite_writer import Writer
from memlane.errors import ClosedError

_Result = TypeVar("_Result")


class SqliteDriver:
    """One SQLite database, shared by any number of stores, event loops and threads of one process.

    The file is opened at the first use, created when there is none (for its owner only), and used by any number of
    processes of one machine at once. Writes that wait at the same time are committed together.

    Args:
        path: The file, or `:memory:` for a database that only this driver sees.
        timeout_s: How long an operation waits for other processes before it raises StoreUnavailableError.
        synchronous: `full`: an acknowledged write survives a power cut; `normal`: it survives a crash of the
            process, but a power cut may take the newest.
        max_pages: The largest size of the file in pages of 4 KiB; writes beyond it raise StoreUnavailableError.

    Raises:
        SettingError: a value that is not allowed.
        UnsupportedError: this Python's SQLite is older than 3.37.
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        timeout_s: float = 30.0,
        synchronous: str = "full",
        max_pages: int | None = None,
    ) -> None:
        settings = check_settings(timeout_s=timeout_s, synchronous=synchronous, max_pages=max_pages)
        self._database = Database(check_path(path), settings)
        self._writer = Writer(self._database)
        self._readers = Readers(self._database)
        self._closed = False
        self._pid = os.getpid()

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Return the driver that a URL describes; opens nothing.

        `sqlite:///relative.db`, `sqlite:////absolute/path.db` or `sqlite://` (in memory), with the options
        `synchronous` (`full` or `normal`) and `timeout` (seconds).

        Raises:
            SettingError: another form or option.
        """
        path, settings = parse_url(url)
        return cls(path or ":memory:", timeout_s=settings.timeout_s, synchronous=settings.synchronous)

    async def read(self, work: Callable[[sqlite3.Connection], _Result], *, is_one_statement: bool = False) -> _Result:
        """Return what `work` reads, of one state of the database.

        Args:
            work: Runs its statements in a transaction.
            is_one_statement: It runs one and fetches all rows of it, and so needs no transaction.

        Raises:
            ClosedError: closed, or opened before a fork.
            StoreError: the database cannot be read.
        """
        self._check_open()
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._readers.submit(Job(work, loop, future, is_one_statement))
        return cast("_Result", await future)

    async def write(
        self,
        work: Callable[[sqlite3.Connection], _Result],
        *,
        together: Together | None = None,
        rewrite_up_to_bytes: int = NOTHING,
    ) -> _Result:
        """Return what `work` returns once its writes are on the disk.

        When the caller is cancelled, the writes land wholly or not at all.

        Args:
            work: Runs its statements in a transaction; what it raises undoes all of them.
            together: Runs works given with the same function at once, when they wait next to each other; when it
                raises anything, they are undone and run one by one.
            rewrite_up_to_bytes: Before returning, take the traces of removed content out of a file of this size.

        Raises:
            ClosedError: closed, or opened before a fork.
            StoreError: the database cannot be written; nothing was.
        """
        self._check_open()
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        deadline = time.monotonic() + self._database.settings.timeout_s
        job = Job(work, loop, future, together=together, deadline=deadline, rewrite_up_to_bytes=rewrite_up_to_bytes)
        self._writer.submit(job)
        return cast("_Result", await future)

    async def facts(self) -> dict[str, str]:
        """Return what there is to know of the database; `size_bytes` is that of its pages, used or free.

        Raises:
            StoreError: it cannot be read.
        """
        journal, size_bytes = await self.read(_journal_and_size)
        return {
            "server": "SQLite",
            "version": sqlite3.sqlite_version,
            "file": self._database.path or ":memory:",
            "journal": journal,
            "synchronous": self._database.settings.synchronous,
            "size_bytes": str(size_bytes),
        }

    async def aclose(self) -> None:
        """Finish the writes that wait and close every connection; a second call does nothing.

        Any event loop will do. In a child process that inherited the driver it does nothing: the connections are
        the parent's.
        """
        if self._pid != os.getpid():
            return
        self._closed = True
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        self._readers.stop()
        self._writer.stop()
        self._database.close()

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError("this connection is closed")
        if self._pid != os.getpid():
            raise ClosedError("this connection was opened before a fork; open another in the child process")


def _journal_and_size(connection: sqlite3.Connection) -> tuple[str, int]:
    journal, pages, page_bytes = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "page_count", "page_size")
    )
    return str(journal), pages * page_bytes
