"""Appends that wait at the same time, written with a few statements for all of them.

Only the common case: sessions and memories of which nothing has expired, and messages that are new. All else is told
apart and written one by one, by `_sqlite_statements.append`.
"""

import sqlite3
from collections.abc import Sequence

import msgspec

from memlane.adapters._drivers._sqlite_jobs import Apart, Known
from memlane.adapters._drivers._sqlite_marks import NewMark, mark_due
from memlane.adapters._drivers._sqlite_memory_rows import Log, NewRow, insert_new, open_log
from memlane.adapters._drivers._sqlite_rows import Rows
from memlane.adapters._drivers._sqlite_schema import POSITIONS
from memlane.adapters.sessions import _sqlite_statements as statements
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage
from memlane.types.ids import SessionKey

_MESSAGES = Rows("INSERT INTO messages (place, session_id, message, body) VALUES", 4, "ON CONFLICT DO NOTHING")


class Append(msgspec.Struct, frozen=True, eq=False):
    """A block of messages to be appended; see `SessionStore.append`. Called, it is written by itself."""

    key: SessionKey
    messages: tuple[NewMessage, ...]
    now_ms: int
    default_ttl_ms: int | None
    shares_memories: bool

    def __call__(self, connection: sqlite3.Connection) -> list[Appended]:
        """Write it, whatever has expired or is there already."""
        return statements.append(
            connection,
            self.key,
            self.messages,
            now_ms=self.now_ms,
            default_ttl_ms=self.default_ttl_ms,
            shares_memories=self.shares_memories,
        )


def append_together(connection: sqlite3.Connection, known: Known, appends: Sequence[Append]) -> list[list[Appended]]:
    """Append blocks of messages with their memories, in this order.

    Args:
        connection: Where; when this raises, its transaction is to be rolled back.
        known: The sessions (by key) and the logs of memories (by number of the partition) that earlier calls met.
        appends: The blocks.

    Raises:
        Apart: they are not all of the common case.
    """
    gathered = _Gathered(connection, known)
    places = [gathered.add(append) for append in appends]
    gathered.write()
    return places


class _Gathered:
    """The rows that a group of appends comes to."""

    def __init__(self, connection: sqlite3.Connection, known: Known) -> None:
        self._connection = connection
        self._known = known
        self._messages: list[tuple[int, int, str, bytes]] = []
        self._memories: list[NewRow] = []
        self._buried: list[tuple[int, str]] = []
        self._waiting: list[tuple[int, MemoryRow]] = []
        self._marks: list[NewMark] = []
        self._states: dict[int, tuple[int, int, int, int, int | None]] = {}

    def add(self, append: Append) -> list[Appended]:
        session = self._session(append.key, append.now_ms)
        first = session.next_position
        place = session.id * POSITIONS + first
        self._messages += [
            (place + step, session.id, message.id, message.body) for step, message in enumerate(append.messages)
        ]
        self._add_memories(session.partition_id, append)
        session.next_position += len(append.messages)
        if append.messages and not session.is_due:
            session.is_due = True
            self._marks.append((session.partition_id, session.id, append.now_ms))
        session.renew(append.now_ms, append.default_ttl_ms)
        added = session.next_position - first + self._states.get(session.id, (0, 0, 0))[2]
        self._states[session.id] = (session.id, session.next_position, added, append.now_ms, session.expires_at_ms)
        return [Appended(position) for position in range(first, session.next_position)]

    def write(self) -> None:
        """Write what was added; raises Apart when some of it is there already."""
        if _MESSAGES.write(self._connection, self._messages) < len(self._messages):
            raise Apart
        if not insert_new(self._connection, self._memories, buried=self._buried):
            raise Apart
        statements.keep_waiting(self._connection, self._waiting)
        statements.update_sessions(self._connection, list(self._states.values()))
        mark_due(self._connection, self._marks)

    def _add_memories(self, partition_id: int, append: Append) -> None:
        memories = [message.memory for message in append.messages if message.memory is not None]
        if not memories:
            return
        if not append.shares_memories:
            self._waiting += [(partition_id, memory) for memory in memories]
            return
        log = self._log(partition_id, append.now_ms)
        self._memories += log.take(partition_id, memories)
        if log.has_tombstones:
            self._buried += [(partition_id, memory.id) for memory in memories]

    def _session(self, key: SessionKey, now_ms: int) -> statements.Session:
        session: statements.Session | None = self._known.get(key)
        if session is None:
            session = self._known[key] = statements.find_or_begin(self._connection, key, now_ms)
        if session.has_expired(now_ms) or session.has_expired_messages(now_ms):
            raise Apart
        return session

    def _log(self, partition_id: int, now_ms: int) -> Log:
        log: Log | None = self._known.get(partition_id)
        if log is None:
            log = self._known[partition_id] = open_log(self._connection, partition_id)
        if log.has_expired(now_ms):
            raise Apart
        return log
