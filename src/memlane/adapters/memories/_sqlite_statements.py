"""What the SQLite memory store does to its tables: plain functions on a connection, within its transaction.

Expiry is judged by the caller's `now_ms` in every statement. A cursor is `epoch:version:begun:id`: the incarnation
of the partition; how far it was read; how far the partition had come when a reader that pages through all of it
began; and the memory that changed last at `version`, by which a partition with another past is noticed.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from memlane.adapters._drivers._sqlite_memory_rows import (
    bury,
    bury_expired,
    open_log,
    put_memories,
    replace_memories,
)
from memlane.adapters._drivers._sqlite_partitions import drop_unused_partition, find_partition, make_partition
from memlane.adapters._drivers._sqlite_schema import EMBEDDERS, mark_removal
from memlane.protocols.memories import Change, Changes, MemoryRow, Profile, Replacement
from memlane.types.ids import Partition

_EMPTY = "none:0:0:"
_CURSOR = re.compile(r"([0-9a-f]+):([0-9]{1,18}):([0-9]{1,18}):(.*)", re.DOTALL)
_GET = """
    SELECT memory, body, expires_at_ms FROM memories
    WHERE partition_id = :partition_id AND memory = :memory AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
"""
_AS_SEEN = """
    SELECT body = :was FROM memories
    WHERE partition_id = :partition_id AND memory = :memory AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
"""
_FIND = """
    SELECT num FROM memories
    WHERE partition_id = :partition_id AND memory = :memory AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
"""
_SCAN = """
    SELECT memory, body, expires_at_ms FROM memories
    WHERE partition_id = :partition_id AND memory > :after AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
    ORDER BY memory LIMIT :limit
"""
_PROFILE = """
    SELECT key, body, expires_at_ms FROM profiles
    WHERE partition_id = :partition_id AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
"""
_LOG = """
    SELECT l.partition_id, l.epoch, l.floor, m.version, m.memory, t.version, t.memory
    FROM partitions p JOIN memory_logs l ON l.partition_id = p.id
    LEFT JOIN memories m ON m.partition_id = l.partition_id
        AND m.version = (SELECT max(version) FROM memories WHERE partition_id = l.partition_id)
    LEFT JOIN tombstones t ON t.partition_id = l.partition_id
        AND t.version = (SELECT max(version) FROM tombstones WHERE partition_id = l.partition_id)
    WHERE p.tenant = ? AND p.user = ?
"""
_CHANGED = """
    SELECT m.version, m.memory, m.body, m.expires_at_ms, v.data
    FROM memories m LEFT JOIN vectors v ON v.place = m.num * 65536 + ?
    WHERE m.partition_id = ? AND m.version > ? ORDER BY m.version LIMIT ?
"""
_GONE = """
    SELECT version, memory, NULL, NULL, NULL FROM tombstones
    WHERE partition_id = ? AND version > ? ORDER BY version LIMIT ?
"""
_KNOWN = """
    SELECT EXISTS (SELECT 1 FROM memories WHERE partition_id = :id AND memory = :anchor AND version >= :version)
        OR EXISTS (SELECT 1 FROM tombstones WHERE partition_id = :id AND memory = :anchor AND version >= :version)
"""
_EMPTY_LOGS = """
    SELECT partition_id FROM memory_logs l
    WHERE NOT EXISTS (SELECT 1 FROM memories WHERE partition_id = l.partition_id)
"""
_VECTORS = """
    DELETE FROM vectors WHERE place IN (
        SELECT v.place FROM memories m JOIN vectors v
        ON v.place BETWEEN m.num * 65536 AND m.num * 65536 + 65535
        WHERE m.partition_id = ?
    )
"""

_Found = tuple[int, str, bytes | None, int | None, bytes | None]


class _Cursor(msgspec.Struct, frozen=True):
    """What a reader has seen; who pages through everything knows of removals before `begun`, having begun there."""

    epoch: str
    version: int
    begun: int
    newest: str

    @property
    def text(self) -> str:
        return f"{self.epoch}:{self.version}:{self.begun}:{self.newest}"


class _Log(msgspec.Struct, frozen=True):
    """How far the memories of a partition have come; `newest` is the id that changed last."""

    partition_id: int
    epoch: str
    floor: int
    version: int
    newest: str

    @property
    def cursor(self) -> str:
        return _Cursor(self.epoch, self.version, self.version, self.newest).text


def put(
    connection: sqlite3.Connection, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool
) -> int:
    """Store memories and return how many were new or changed."""
    if not rows:
        return 0
    partition_id = make_partition(connection, partition)
    return put_memories(connection, partition_id, rows, now_ms=now_ms, overwrite=overwrite)


def replace(connection: sqlite3.Connection, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
    """Store memories if each still is what was seen; return whether they were stored."""
    partition_id = find_partition(connection, partition)
    if not all(_is_as_seen(connection, partition_id, one, now_ms) for one in rows):
        return False
    if rows:
        partition_id = make_partition(connection, partition)
        replace_memories(connection, partition_id, rows, now_ms=now_ms)
    return True


def get(
    connection: sqlite3.Connection, partition: Partition, ids: Sequence[str], *, now_ms: int
) -> list[MemoryRow | None]:
    """Return the memories with these ids, None where there is none."""
    asked: dict[str, str | int | None] = {"partition_id": find_partition(connection, partition), "now_ms": now_ms}
    found = (connection.execute(_GET, {**asked, "memory": id_}).fetchone() for id_ in ids)
    return [None if row is None else MemoryRow(*row) for row in found]


def delete(connection: sqlite3.Connection, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
    """Remove memories and return how many there were."""
    partition_id = find_partition(connection, partition)
    if partition_id is None:
        return 0
    bury_expired(connection, partition_id, now_ms=now_ms)
    gone = [(num, id_) for id_ in dict.fromkeys(ids) if (num := _find(connection, partition_id, id_, now_ms))]
    if gone:
        bury(connection, partition_id, gone)
    return len(gone)


def changes(
    connection: sqlite3.Connection,
    partition: Partition,
    since: str | None,
    *,
    now_ms: int,
    embedder: str | None,
    limit: int,
) -> Changes:
    """Return what changed after a cursor."""
    log = _read_log(connection, partition)
    if log is None:
        return Changes(_EMPTY, reset=since != _EMPTY)
    if since == log.cursor:
        return Changes(log.cursor)
    seen = _seen(connection, log, since)
    found = _found(connection, log, seen, embedder=embedder, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    items = [
        Change(id_, body, expires_at_ms, vector) if expires_at_ms is None or expires_at_ms > now_ms else Change(id_)
        for _, id_, body, expires_at_ms, vector in page
    ]
    cursor = log.cursor
    if more:
        version, newest = page[-1][0], page[-1][1]
        cursor = _Cursor(log.epoch, version, log.version if seen is None else max(version, seen.begun), newest).text
    return Changes(cursor, reset=seen is None, items=items, more=more)


def scan(
    connection: sqlite3.Connection, partition: Partition, *, now_ms: int, after: str | None, limit: int
) -> list[MemoryRow]:
    """Return live memories in ascending order of id."""
    asked = {
        "partition_id": find_partition(connection, partition),
        "now_ms": now_ms,
        "after": after or "",
        "limit": limit,
    }
    return [MemoryRow(*row) for row in connection.execute(_SCAN, asked)]


def put_vectors(
    connection: sqlite3.Connection, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
) -> int:
    """Store vectors of memories that exist and return how many."""
    partition_id = find_partition(connection, partition)
    if partition_id is None:
        return 0
    kept = [(num, data) for id_, data in vectors.items() if (num := _find(connection, partition_id, id_, now_ms))]
    if not kept:
        return 0
    number = _make_embedder(connection, embedder)
    connection.executemany(
        "INSERT INTO vectors (place, data) VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data",
        [(num * EMBEDDERS + number, data) for num, data in kept],
    )
    version = open_log(connection, partition_id).version
    changed = [(version + step, num) for step, (num, _) in enumerate(kept, 1)]
    connection.executemany("UPDATE memories SET version = ? WHERE num = ?", changed)
    return len(kept)


def update_profile(
    connection: sqlite3.Connection,
    partition: Partition,
    values: Mapping[str, bytes],
    *,
    replace: bool,
    ttl_ms: int | None,
    now_ms: int,
    was: Mapping[str, bytes] | None,
) -> bool:
    """Set keys of the profile document if it is what it must be, and let its time to live start anew."""
    if was is not None and profile(connection, partition, now_ms=now_ms).values != was:
        return False
    partition_id = make_partition(connection, partition)
    _drop_profile(connection, partition_id, upto_ms=None if replace else now_ms)
    connection.executemany(
        "INSERT INTO profiles (partition_id, key, body) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET body = excluded.body",
        [(partition_id, key, body) for key, body in values.items()],
    )
    expires_at_ms = None if ttl_ms is None else now_ms + ttl_ms
    connection.execute("UPDATE profiles SET expires_at_ms = ? WHERE partition_id = ?", (expires_at_ms, partition_id))
    drop_unused_partition(connection, partition_id)
    return True


def profile(connection: sqlite3.Connection, partition: Partition, *, now_ms: int) -> Profile:
    """Return the profile document."""
    asked = {"partition_id": find_partition(connection, partition), "now_ms": now_ms}
    rows = connection.execute(_PROFILE, asked).fetchall()
    return Profile({key: body for key, body, _ in rows}, rows[0][2]) if rows else Profile()


def erase(connection: sqlite3.Connection, partition: Partition) -> dict[str, int]:
    """Remove memories, vectors and profile of a partition and count them."""
    partition_id = find_partition(connection, partition)
    if partition_id is None:
        return {"memories": 0, "vectors": 0, "preferences": 0}
    preferences = _drop_profile(connection, partition_id, upto_ms=None)
    vectors = connection.execute(_VECTORS, (partition_id,)).rowcount
    memories = connection.execute("DELETE FROM memories WHERE partition_id = ?", (partition_id,)).rowcount
    _drop_log(connection, partition_id)
    if memories:
        mark_removal(connection)
    return {"memories": memories, "vectors": vectors, "preferences": preferences}


def sweep(connection: sqlite3.Connection, *, now_ms: int) -> int:
    """Remove what has expired and return how many memories went."""
    select = "SELECT DISTINCT partition_id FROM memories WHERE expires_at_ms <= ?"
    partitions = connection.execute(select, (now_ms,)).fetchall()
    gone = sum(bury_expired(connection, id_, now_ms=now_ms) for (id_,) in partitions)
    for (id_,) in connection.execute(_EMPTY_LOGS).fetchall():
        _drop_log(connection, id_)
    select = "SELECT DISTINCT partition_id FROM profiles WHERE expires_at_ms <= ?"
    for (id_,) in connection.execute(select, (now_ms,)).fetchall():
        _drop_profile(connection, id_, upto_ms=now_ms)
        drop_unused_partition(connection, id_)
    return gone


def _is_as_seen(connection: sqlite3.Connection, partition_id: int | None, one: Replacement, now_ms: int) -> bool:
    asked = {"partition_id": partition_id, "memory": one.row.id, "was": one.was, "now_ms": now_ms}
    found = connection.execute(_AS_SEEN, asked).fetchone()
    return found is None if one.was is None else found == (1,)


def _find(connection: sqlite3.Connection, partition_id: int, id_: str, now_ms: int) -> int | None:
    asked = {"partition_id": partition_id, "memory": id_, "now_ms": now_ms}
    row = connection.execute(_FIND, asked).fetchone()
    return None if row is None else int(row[0])


def _read_log(connection: sqlite3.Connection, partition: Partition) -> _Log | None:
    row = connection.execute(_LOG, (partition.tenant, partition.user)).fetchone()
    if row is None:
        return None
    partition_id, epoch, floor, put, put_id, removed, removed_id = row
    version, newest = max((put or 0, put_id or ""), (removed or 0, removed_id or ""))
    return _Log(partition_id, epoch, floor, version, newest)


def _seen(connection: sqlite3.Connection, log: _Log, since: str | None) -> _Cursor | None:
    """Return what a cursor has seen, None when this partition cannot tell what it missed."""
    seen = _parse(since or "")
    if seen is None or seen.epoch != log.epoch:
        return None
    if max(seen.version, seen.begun) < log.floor or max(seen.version + 1, seen.begun) > log.version:
        return None
    asked = {"id": log.partition_id, "anchor": seen.newest, "version": seen.version}
    return seen if connection.execute(_KNOWN, asked).fetchone()[0] else None


def _parse(text: str) -> _Cursor | None:
    match = _CURSOR.fullmatch(text)
    return None if match is None else _Cursor(match[1], int(match[2]), int(match[3]), match[4])


def _found(
    connection: sqlite3.Connection, log: _Log, seen: _Cursor | None, *, embedder: str | None, limit: int
) -> list[_Found]:
    """Return what changed after a cursor, in that order; for a reader that knows nothing, what exists."""
    number = None if embedder is None else _find_embedder(connection, embedder)
    after = 0 if seen is None else seen.version
    found: list[_Found] = connection.execute(_CHANGED, (number, log.partition_id, after, limit)).fetchall()
    if seen is None:
        return found
    gone: list[_Found] = connection.execute(_GONE, (log.partition_id, after, limit)).fetchall()
    return sorted(found + gone)[:limit] if gone else found


def _find_embedder(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT number FROM embedders WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def _make_embedder(connection: sqlite3.Connection, name: str) -> int:
    connection.execute("INSERT INTO embedders (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    return _find_embedder(connection, name) or 0


def _drop_profile(connection: sqlite3.Connection, partition_id: int, *, upto_ms: int | None) -> int:
    """Remove a profile, or only one that has expired; return how many keys went."""
    gone = connection.execute(
        "DELETE FROM profiles WHERE partition_id = :id AND (:upto_ms IS NULL OR expires_at_ms <= :upto_ms)",
        {"id": partition_id, "upto_ms": upto_ms},
    ).rowcount
    if gone:
        mark_removal(connection)
    return gone


def _drop_log(connection: sqlite3.Connection, partition_id: int) -> None:
    """Remove the tombstones of a partition without memories: its readers will find it gone, or another."""
    connection.execute("DELETE FROM tombstones WHERE partition_id = ?", (partition_id,))
    connection.execute("DELETE FROM memory_logs WHERE partition_id = ?", (partition_id,))
    drop_unused_partition(connection, partition_id)
