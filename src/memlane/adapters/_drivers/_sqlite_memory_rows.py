"""The writes to memories that both stores make: putting them, and removing them so that readers notice.

Runs within a transaction of its caller. Every change of a memory takes the next version of its partition, so that
`changes()` is a walk along the versions. The version of a partition is the highest that a memory or a tombstone of it
has: the newest tombstones stay as long as the log, so it never falls.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from memlane.adapters._drivers._sqlite_rows import Rows
from memlane.adapters._drivers._sqlite_schema import EMBEDDERS, mark_removal
from memlane.protocols.memories import MemoryRow, Replacement

MOST_TOMBSTONES = 1_000

_LOG = """
    SELECT (SELECT max(version) FROM memories WHERE partition_id = l.partition_id),
        (SELECT max(version) FROM tombstones WHERE partition_id = l.partition_id),
        (SELECT min(expires_at_ms) FROM memories WHERE partition_id = l.partition_id AND expires_at_ms IS NOT NULL)
    FROM memory_logs l WHERE l.partition_id = ?
"""
_FIND = "SELECT num, expires_at_ms, body = ? FROM memories WHERE partition_id = ? AND memory = ?"
_INSERT = "INSERT INTO memories (partition_id, memory, version, expires_at_ms, body) VALUES"
_UPDATE = "UPDATE memories SET version = ?, expires_at_ms = ?, body = ? WHERE num = ?"
_NOT_GONE = "DELETE FROM tombstones WHERE partition_id = ? AND memory = ?"
_EXPIRED = "SELECT num, memory FROM memories WHERE partition_id = ? AND expires_at_ms <= ?"
_ONE = Rows(_INSERT, 5)
_NEW = Rows(_INSERT, 5, "ON CONFLICT DO NOTHING")

NewRow = tuple[int, str, int, int | None, bytes]
"""Partition, id, version, expiry and body of a memory that was not there."""


class Log(msgspec.Struct):
    """How far the memories of a partition have come.

    Attributes:
        version: The version of the newest change.
        has_tombstones: Whether a memory that is put may have been removed before.
        expires_at_ms: When the first memory expires; None for never.
    """

    version: int = 0
    has_tombstones: bool = False
    expires_at_ms: int | None = None

    def has_expired(self, now_ms: int) -> bool:
        """Return whether a memory has expired."""
        return self.expires_at_ms is not None and self.expires_at_ms <= now_ms

    def take(self, partition_id: int, rows: Iterable[MemoryRow]) -> list[NewRow]:
        """Give each of these new memories the next version."""
        return [self._next(partition_id, row) for row in rows]

    def _next(self, partition_id: int, row: MemoryRow) -> NewRow:
        self.version += 1
        if row.expires_at_ms is not None:
            earlier = self.expires_at_ms is None or row.expires_at_ms < self.expires_at_ms
            self.expires_at_ms = row.expires_at_ms if earlier else self.expires_at_ms
        return partition_id, row.id, self.version, row.expires_at_ms, row.body


def open_log(connection: sqlite3.Connection, partition_id: int) -> Log:
    """Return the log of a partition; one without gets one."""
    row = connection.execute(_LOG, (partition_id,)).fetchone()
    if row is not None:
        alive, gone, expires_at_ms = row
        return Log(max(alive or 0, gone or 0), gone is not None, expires_at_ms)
    connection.execute(
        "INSERT INTO memory_logs (partition_id, epoch, floor) VALUES (?, ?, 0)", (partition_id, secrets.token_hex(8))
    )
    return Log()


def insert_new(connection: sqlite3.Connection, rows: Sequence[NewRow], *, buried: Sequence[tuple[int, str]]) -> bool:
    """Insert memories of any partitions and return whether none of them was there.

    Args:
        connection: Where; when the answer is no, its transaction is to be rolled back.
        rows: The memories.
        buried: Partition and id of those that may have tombstones.
    """
    if buried:
        connection.executemany(_NOT_GONE, buried)
    return _NEW.write(connection, rows) == len(rows)


def put_memories(
    connection: sqlite3.Connection, partition_id: int, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool
) -> int:
    """Store memories and return how many were new or changed."""
    bury_expired(connection, partition_id, now_ms=now_ms)
    log = open_log(connection, partition_id)
    return sum(_put(connection, partition_id, log, row, now_ms=now_ms, overwrite=overwrite) for row in rows)


def replace_memories(
    connection: sqlite3.Connection, partition_id: int, rows: Sequence[Replacement], *, now_ms: int
) -> None:
    """Store memories that still are what was seen."""
    bury_expired(connection, partition_id, now_ms=now_ms)
    log = open_log(connection, partition_id)
    for one in rows:
        _put(connection, partition_id, log, one.row, now_ms=now_ms, overwrite=True, keeps_vectors=one.keeps_vectors)


def bury_expired(connection: sqlite3.Connection, partition_id: int, *, now_ms: int) -> int:
    """Remove the expired memories of a partition and return how many."""
    expired = connection.execute(_EXPIRED, (partition_id, now_ms)).fetchall()
    if expired:
        bury(connection, partition_id, expired)
    return len(expired)


def bury(connection: sqlite3.Connection, partition_id: int, gone: Sequence[tuple[int, str]]) -> None:
    """Remove memories, given as number and id, and leave a tombstone of each."""
    version = open_log(connection, partition_id).version
    drop_vectors(connection, [num for num, _ in gone])
    connection.executemany("DELETE FROM memories WHERE num = ?", [(num,) for num, _ in gone])
    connection.executemany(
        "INSERT INTO tombstones (partition_id, memory, version) VALUES (?, ?, ?)",
        [(partition_id, id_, version + step) for step, (_, id_) in enumerate(gone, 1)],
    )
    _forget_oldest_tombstones(connection, partition_id)
    mark_removal(connection)


def drop_vectors(connection: sqlite3.Connection, nums: Iterable[int]) -> None:
    """Remove the vectors of memories, given by number."""
    connection.executemany(
        "DELETE FROM vectors WHERE place BETWEEN ? AND ?",
        [(num * EMBEDDERS, num * EMBEDDERS + EMBEDDERS - 1) for num in nums],
    )


def _put(
    connection: sqlite3.Connection,
    partition_id: int,
    log: Log,
    row: MemoryRow,
    *,
    now_ms: int,
    overwrite: bool,
    keeps_vectors: bool = False,
) -> bool:
    found = connection.execute(_FIND, (row.body, partition_id, row.id)).fetchone()
    if found is None:
        _ONE.write(connection, log.take(partition_id, [row]))
        connection.execute(_NOT_GONE, (partition_id, row.id))
        return True
    num, expires_at_ms, same_body = found
    lives = expires_at_ms is None or expires_at_ms > now_ms
    if lives and (not overwrite or (same_body and expires_at_ms == row.expires_at_ms)):
        return False
    log.version += 1
    connection.execute(_UPDATE, (log.version, row.expires_at_ms, row.body, num))
    if not (lives and (same_body or keeps_vectors)):
        drop_vectors(connection, [num])
    return True


def _forget_oldest_tombstones(connection: sqlite3.Connection, partition_id: int) -> None:
    """Keep the newest; whoever has not read further than the others must begin anew."""
    row = connection.execute(
        "SELECT version FROM tombstones WHERE partition_id = ? ORDER BY version DESC LIMIT 1 OFFSET ?",
        (partition_id, MOST_TOMBSTONES),
    ).fetchone()
    if row is not None:
        connection.execute("DELETE FROM tombstones WHERE partition_id = ? AND version <= ?", (partition_id, row[0]))
        connection.execute("UPDATE memory_logs SET floor = ? WHERE partition_id = ?", (row[0], partition_id))
