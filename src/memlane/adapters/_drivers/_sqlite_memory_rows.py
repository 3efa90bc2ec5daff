"""The writes to memories that both stores make: putting them, and removing them so that readers notice.

Runs within a transaction of its caller. Every change of a memory takes the next version of its partition, so that
`changes()` is a walk along the versions.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Sequence

from memlane.adapters._drivers._sqlite_schema import EMBEDDERS, mark_removal
from memlane.protocols.memories import MemoryRow

MOST_TOMBSTONES = 1_000

_FIND = "SELECT num, expires_at_ms, body = ? FROM memories WHERE partition_id = ? AND memory = ?"
_INSERT = "INSERT INTO memories (partition_id, memory, version, expires_at_ms, body) VALUES (?, ?, ?, ?, ?)"
_UPDATE = "UPDATE memories SET version = ?, expires_at_ms = ?, body = ? WHERE num = ?"
_NOT_GONE = "DELETE FROM tombstones WHERE partition_id = ? AND memory = ?"
_EXPIRED = "SELECT num, memory FROM memories WHERE partition_id = ? AND expires_at_ms <= ?"


def read_version(connection: sqlite3.Connection, partition_id: int) -> int:
    """Return the version of a partition's memories; a partition without a log gets one."""
    row = connection.execute("SELECT version FROM memory_logs WHERE partition_id = ?", (partition_id,)).fetchone()
    if row is not None:
        return int(row[0])
    connection.execute(
        "INSERT INTO memory_logs (partition_id, epoch, version, floor) VALUES (?, ?, 0, 0)",
        (partition_id, secrets.token_hex(8)),
    )
    return 0


def write_version(connection: sqlite3.Connection, partition_id: int, version: int) -> None:
    """Set the version of a partition's memories."""
    connection.execute("UPDATE memory_logs SET version = ? WHERE partition_id = ?", (version, partition_id))


def put_memories(
    connection: sqlite3.Connection, partition_id: int, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool
) -> int:
    """Store memories and return how many were new or changed."""
    bury_expired(connection, partition_id, now_ms=now_ms)
    first = version = read_version(connection, partition_id)
    for row in rows:
        if _put(connection, partition_id, row, version + 1, now_ms=now_ms, overwrite=overwrite):
            version += 1
    if version != first:
        write_version(connection, partition_id, version)
    return version - first


def bury_expired(connection: sqlite3.Connection, partition_id: int, *, now_ms: int) -> int:
    """Remove the expired memories of a partition and return how many."""
    expired = connection.execute(_EXPIRED, (partition_id, now_ms)).fetchall()
    if expired:
        bury(connection, partition_id, expired)
    return len(expired)


def bury(connection: sqlite3.Connection, partition_id: int, gone: Sequence[tuple[int, str]]) -> None:
    """Remove memories, given as number and id, and leave a tombstone of each."""
    version = read_version(connection, partition_id)
    drop_vectors(connection, [num for num, _ in gone])
    connection.executemany("DELETE FROM memories WHERE num = ?", [(num,) for num, _ in gone])
    connection.executemany(
        "INSERT INTO tombstones (partition_id, memory, version) VALUES (?, ?, ?)",
        [(partition_id, id_, version + step) for step, (_, id_) in enumerate(gone, 1)],
    )
    write_version(connection, partition_id, version + len(gone))
    _forget_oldest_tombstones(connection, partition_id)
    mark_removal(connection)


def drop_vectors(connection: sqlite3.Connection, nums: Iterable[int]) -> None:
    """Remove the vectors of memories, given by number."""
    connection.executemany(
        "DELETE FROM vectors WHERE place BETWEEN ? AND ?",
        [(num * EMBEDDERS, num * EMBEDDERS + EMBEDDERS - 1) for num in nums],
    )


def _put(
    connection: sqlite3.Connection, partition_id: int, row: MemoryRow, version: int, *, now_ms: int, overwrite: bool
) -> bool:
    found = connection.execute(_FIND, (row.body, partition_id, row.id)).fetchone()
    if found is None:
        connection.execute(_INSERT, (partition_id, row.id, version, row.expires_at_ms, row.body))
        connection.execute(_NOT_GONE, (partition_id, row.id))
        return True
    num, expires_at_ms, same_body = found
    lives = expires_at_ms is None or expires_at_ms > now_ms
    if lives and (not overwrite or (same_body and expires_at_ms == row.expires_at_ms)):
        return False
    connection.execute(_UPDATE, (version, row.expires_at_ms, row.body, num))
    if not (lives and same_body):
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
