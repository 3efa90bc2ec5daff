"""Opens connections to one SQLite database: the file, its permissions, the pragmas and the schema.

Runs no query of the stores and knows no event loop. Nothing here opens the file except through SQLite once it
exists: closing any other descriptor of it would drop the locks that SQLite holds for the whole process.
"""

import contextlib
import os
import sqlite3
import threading
import time
from pathlib import Path
from random import SystemRandom
from typing import Literal

import msgspec

from memlane.adapters._drivers import _sqlite_schema as schema
from memlane.adapters._drivers._sqlite_errors import is_busy
from memlane.errors import SettingError, UnsupportedError

Synchronous = Literal["full", "normal"]

_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables
_CACHED_STATEMENTS = 512  # those of `_sqlite_rows` come in as many texts as there are numbers of rows
_LOG_PAGES = 4_000  # 16 MiB: a checkpoint flushes the file, and pages that change often are copied into it once
_creating = threading.Lock()
_random = SystemRandom()
# A forked child must not even close an inherited connection, so nothing may let go of one by accident.
_open_connections: set[sqlite3.Connection] = set()


class SqliteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a database is used.

    Attributes:
        timeout_s: How long to wait for other processes.
        synchronous: `full`: an acknowledged write survives a power cut; `normal`: it survives a crash of the process.
        max_pages: The file's limit in pages of 4 KiB; None for none.
    """

    timeout_s: float = 30.0
    synchronous: Synchronous = "full"
    max_pages: int | None = None


class Database:
    """One file, or one place in memory when `path` is None.

    Attributes:
        name: What messages call it.
        guard: To be held while a connection is used; a place in memory has one connection for all threads.
    """

    def __init__(self, path: str | None, settings: SqliteSettings) -> None:
        """Describe the database; nothing is opened yet."""
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise UnsupportedError(f"SQLite {sqlite3.sqlite_version} is too old; 3.37 or newer is needed")
        self.path = path
        self.settings = settings
        self.name = "the database in memory" if path is None else f"the database {path}"
        self.guard = threading.Lock() if path is None else contextlib.nullcontext()
        self._in_memory: sqlite3.Connection | None = None

    @property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return self.path is not None

    def connect(self, *, busy_timeout_s: float = 0.0) -> sqlite3.Connection:
        """Return a connection to the database, created first when there is none.

        Raises:
            SettingError: the file belongs to another application, or is a directory.
            StoreVersionError: it was written by a newer Memlane.
            OSError: it cannot be created.
            sqlite3.Error: it cannot be opened, or others are in the way (`is_busy`).
        """
        if self._in_memory is not None:
            return self._in_memory
        if self.path is not None:
            _create_file(Path(self.path))
        connection = sqlite3.connect(
            self.path or ":memory:",
            timeout=busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        _open_connections.add(connection)
        if self.path is None:
            self._in_memory = connection
        return connection

    def connect_patiently(self) -> sqlite3.Connection:
        """Return a connection, waiting for others up to the time-out; errors as `connect`."""
        deadline = time.monotonic() + self.settings.timeout_s
        while True:
            try:
                return self.connect(busy_timeout_s=self.settings.timeout_s)
            except sqlite3.OperationalError as exc:
                if not is_busy(exc) or time.monotonic() > deadline:
                    raise
            short_sleep()

    def release(self, connection: sqlite3.Connection) -> None:
        """Close a connection; the one of a place in memory only with `close`."""
        if connection is not self._in_memory:
            _close(connection)

    def close(self) -> None:
        """Close what `release` does not."""
        connection, self._in_memory = self._in_memory, None
        if connection is not None:
            _close(connection)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Look before touching: the journal mode is written into the file."""
        ready = schema.is_ready(connection, self.name)
        if not ready and self.is_file:
            self._use_wal(connection)
        connection.execute(f"PRAGMA synchronous = {self.settings.synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        if self.settings.max_pages is not None:
            connection.execute(f"PRAGMA max_page_count = {self.settings.max_pages:d}")
        if not ready:
            schema.create(connection, self.name)

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise SettingError(f"{self.name} lies on a file system that cannot keep a write-ahead log")


def short_sleep() -> None:
    """Wait a random moment, so that processes that wait for each other take turns."""
    time.sleep(_random.uniform(0.000_2, 0.003))


def _close(connection: sqlite3.Connection) -> None:
    _open_connections.discard(connection)
    connection.close()


def _create_file(path: Path) -> None:
    """Create the file for its owner only, and its directory."""
    with _creating:
        if path.is_file():
            return
        if path.is_dir():
            raise SettingError(f"{path} is a directory; give the path of a file")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another process was faster
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
