"""What the SQLite session store does to its tables: plain functions on a connection, within its transaction.

Expiry is judged by the caller's `now_ms` in every statement; what has expired is removed when its session is next
written to, or by `sweep()`. `sessions.stored` counts messages that are still in the table, expired or not.
"""

import sqlite3
from collections.abc import Mapping, Sequence

from memlane.adapters._drivers._sqlite_memory_rows import put_memories
from memlane.adapters._drivers._sqlite_partitions import add_partition, drop_unused_partition, find_partition
from memlane.adapters._drivers._sqlite_schema import POSITIONS, mark_removal
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState, StoredMessage
from memlane.types.ids import Partition, SessionKey

_FIND = """
    SELECT p.id, s.id, s.next_position, s.ttl_ms, s.expires_at_ms,
        EXISTS (SELECT 1 FROM messages WHERE session_id = s.id AND expires_at_ms <= :now_ms)
    FROM partitions p LEFT JOIN sessions s ON s.partition_id = p.id AND s.session = :session
    WHERE p.tenant = :tenant AND p.user = :user
"""
_READ = """
    SELECT s.id, s.ttl_ms, s.expires_at_ms, s.created_at_ms, s.updated_at_ms,
        s.stored - (SELECT count(*) FROM messages WHERE session_id = s.id AND expires_at_ms <= :now_ms)
    FROM partitions p JOIN sessions s ON s.partition_id = p.id AND s.session = :session
    WHERE p.tenant = :tenant AND p.user = :user AND (s.expires_at_ms IS NULL OR s.expires_at_ms > :now_ms)
"""
_LIST = """
    SELECT s.session,
        s.stored - (SELECT count(*) FROM messages WHERE session_id = s.id AND expires_at_ms <= :now_ms),
        s.created_at_ms, s.updated_at_ms, s.expires_at_ms
    FROM partitions p JOIN sessions s ON s.partition_id = p.id
    WHERE p.tenant = :tenant AND p.user = :user AND (s.expires_at_ms IS NULL OR s.expires_at_ms > :now_ms)
    ORDER BY s.updated_at_ms DESC, s.id DESC
"""
_MESSAGES = """
    SELECT place, body, expires_at_ms FROM messages
    WHERE place > :low AND place < :high AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
    ORDER BY place
"""
_LAST_MESSAGES = _MESSAGES + " DESC LIMIT :last"
_EXPIRE_LAST = """
    UPDATE messages SET expires_at_ms = :expires_at_ms WHERE place IN (
        SELECT place FROM messages
        WHERE place > :low AND place < :high AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
        ORDER BY place DESC LIMIT :last
    )
"""


class Session:
    """A session that is being written to, found or begun.

    Attributes:
        partition_id: Number of its partition.
        id: Its own number.
        next_position: Where the next message goes.
        ttl_ms: Its own time to live: None for none, 0 for never.
    """

    def __init__(self, partition_id: int, id_: int, next_position: int = 1, ttl_ms: int | None = None) -> None:
        """Hold what a write needs to know."""
        self.partition_id = partition_id
        self.id = id_
        self.next_position = next_position
        self.ttl_ms = ttl_ms


def append(
    connection: sqlite3.Connection,
    key: SessionKey,
    messages: Sequence[NewMessage],
    *,
    now_ms: int,
    default_ttl_ms: int | None,
    shares_memories: bool,
) -> list[Appended]:
    """Append messages and keep their memories."""
    session = _reach(connection, key, now_ms)
    first = session.next_position
    results = [_add(connection, session, message) for message in messages]
    added = zip(messages, results, strict=True)
    memories = [message.memory for message, result in added if message.memory is not None and result.body is None]
    if memories and shares_memories:
        put_memories(connection, session.partition_id, memories, now_ms=now_ms, overwrite=False)
    elif memories:
        _keep_waiting(connection, session.partition_id, memories)
    connection.execute(
        "UPDATE sessions SET next_position = ?, stored = stored + ? WHERE id = ?",
        (session.next_position, session.next_position - first, session.id),
    )
    _renew(connection, session, now_ms, default_ttl_ms)
    return results


def read(
    connection: sqlite3.Connection, key: SessionKey, *, now_ms: int, last: int | None, before: int | None
) -> SessionState:
    """Return the state of a session."""
    row = connection.execute(_READ, _names(key, now_ms)).fetchone()
    if row is None:
        return SessionState()
    id_, ttl_ms, expires_at_ms, created_at_ms, updated_at_ms, count = row
    fields = connection.execute("SELECT name, body FROM session_fields WHERE session_id = ?", (id_,)).fetchall()
    return SessionState(
        exists=True,
        count=count,
        messages=_messages(connection, id_, now_ms=now_ms, last=last, before=before),
        fields=dict(fields),
        ttl_ms=ttl_ms,
        expires_at_ms=expires_at_ms,
        created_at_ms=created_at_ms,
        updated_at_ms=updated_at_ms,
    )


def write_fields(
    connection: sqlite3.Connection,
    key: SessionKey,
    fields: Mapping[str, bytes | None],
    *,
    now_ms: int,
    default_ttl_ms: int | None,
) -> None:
    """Set or remove named documents."""
    session = _reach(connection, key, now_ms)
    for name, body in fields.items():
        if body is None:
            connection.execute("DELETE FROM session_fields WHERE session_id = ? AND name = ?", (session.id, name))
        else:
            connection.execute(
                "INSERT INTO session_fields (session_id, name, body) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET body = excluded.body",
                (session.id, name, body),
            )
    _renew(connection, session, now_ms, default_ttl_ms)


def expire(connection: sqlite3.Connection, key: SessionKey, ttl_ms: int | None, *, now_ms: int) -> int:
    """Give a session its own time to live and return how many messages it has."""
    session = _reach(connection, key, now_ms)
    session.ttl_ms = ttl_ms or 0
    connection.execute("UPDATE sessions SET ttl_ms = ? WHERE id = ?", (session.ttl_ms, session.id))
    _renew(connection, session, now_ms, None)
    return int(connection.execute("SELECT stored FROM sessions WHERE id = ?", (session.id,)).fetchone()[0])


def expire_last(connection: sqlite3.Connection, key: SessionKey, ttl_ms: int | None, *, now_ms: int, last: int) -> int:
    """Give the newest messages of a session their own time and return how many there were."""
    row = connection.execute(_READ, _names(key, now_ms)).fetchone()
    if row is None:
        return 0
    expires_at_ms = None if ttl_ms is None else now_ms + ttl_ms
    span = _span(row[0], None)
    return connection.execute(
        _EXPIRE_LAST, {**span, "now_ms": now_ms, "last": last, "expires_at_ms": expires_at_ms}
    ).rowcount


def delete(connection: sqlite3.Connection, key: SessionKey) -> int:
    """Remove a session and return how many messages it had."""
    partition_id = find_partition(connection, key.partition)
    select = "SELECT id FROM sessions WHERE partition_id = ? AND session = ?"
    row = None if partition_id is None else connection.execute(select, (partition_id, key.session)).fetchone()
    return 0 if row is None or partition_id is None else _remove(connection, partition_id, row[0])


def list_sessions(connection: sqlite3.Connection, partition: Partition, *, now_ms: int) -> list[SessionRow]:
    """Return the live sessions of a partition, newest activity first."""
    names = {"tenant": partition.tenant, "user": partition.user, "now_ms": now_ms}
    return [SessionRow(*row) for row in connection.execute(_LIST, names)]


def erase(connection: sqlite3.Connection, partition: Partition) -> dict[str, int]:
    """Remove the sessions and the outbox of a partition and count them."""
    partition_id = find_partition(connection, partition)
    if partition_id is None:
        return {"sessions": 0, "messages": 0, "waiting": 0}
    ids = connection.execute("SELECT id FROM sessions WHERE partition_id = ?", (partition_id,)).fetchall()
    waiting = connection.execute("DELETE FROM outbox WHERE partition_id = ?", (partition_id,)).rowcount
    messages = sum(_remove(connection, partition_id, id_) for (id_,) in ids)
    if waiting:
        mark_removal(connection)
    drop_unused_partition(connection, partition_id)
    return {"sessions": len(ids), "messages": messages, "waiting": waiting}


def pending(connection: sqlite3.Connection, partition: Partition, *, limit: int) -> list[MemoryRow]:
    """Return the oldest memories in the outbox of a partition."""
    rows = connection.execute(
        "SELECT o.memory, o.body, o.expires_at_ms FROM partitions p JOIN outbox o ON o.partition_id = p.id"
        " WHERE p.tenant = ? AND p.user = ? ORDER BY o.seq LIMIT ?",
        (partition.tenant, partition.user, limit),
    )
    return [MemoryRow(*row) for row in rows]


def settle(connection: sqlite3.Connection, partition: Partition, ids: Sequence[str]) -> None:
    """Remove memories from the outbox."""
    partition_id = find_partition(connection, partition)
    if partition_id is not None:
        connection.executemany(
            "DELETE FROM outbox WHERE partition_id = ? AND memory = ?", [(partition_id, id_) for id_ in ids]
        )
        drop_unused_partition(connection, partition_id)


def unsettled(connection: sqlite3.Connection, *, limit: int) -> list[Partition]:
    """Return partitions whose outbox holds memories."""
    rows = connection.execute(
        "SELECT tenant, user FROM partitions WHERE id IN (SELECT DISTINCT partition_id FROM outbox LIMIT ?)", (limit,)
    )
    return [Partition(*row) for row in rows]


def sweep(connection: sqlite3.Connection, *, now_ms: int) -> int:
    """Remove what has expired and return how many messages went."""
    sessions = connection.execute(
        "SELECT partition_id, id FROM sessions WHERE expires_at_ms <= ?", (now_ms,)
    ).fetchall()
    gone = sum(_remove(connection, partition_id, id_) for partition_id, id_ in sessions)
    touched = connection.execute(
        "SELECT DISTINCT session_id FROM messages WHERE expires_at_ms <= ?", (now_ms,)
    ).fetchall()
    return gone + sum(_drop_expired(connection, id_, now_ms) for (id_,) in touched)


def _reach(connection: sqlite3.Connection, key: SessionKey, now_ms: int) -> Session:
    """Return a session to write to, without what has expired of it; one that has expired begins anew."""
    row = connection.execute(_FIND, _names(key, now_ms)).fetchone()
    if row is None:
        return _begin(connection, add_partition(connection, key.partition), key.session, now_ms)
    partition_id, id_, next_position, ttl_ms, expires_at_ms, expired = row
    if id_ is None:
        return _begin(connection, partition_id, key.session, now_ms)
    if expires_at_ms is not None and expires_at_ms <= now_ms:
        _remove_rows(connection, id_)
        return _begin(connection, partition_id, key.session, now_ms)
    if expired:
        _drop_expired(connection, id_, now_ms)
    return Session(partition_id, id_, next_position, ttl_ms)


def _begin(connection: sqlite3.Connection, partition_id: int, session: str, now_ms: int) -> Session:
    insert = (
        "INSERT INTO sessions (partition_id, session, next_position, stored, created_at_ms, updated_at_ms)"
        " VALUES (?, ?, 1, 0, ?, ?)"
    )
    id_ = connection.execute(insert, (partition_id, session, now_ms, now_ms)).lastrowid
    return Session(partition_id, id_ or 0)


def _add(connection: sqlite3.Connection, session: Session, message: NewMessage) -> Appended:
    """Append a message, or say where it stands already."""
    position = session.next_position
    insert = "INSERT INTO messages (place, session_id, message, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    place = session.id * POSITIONS + position
    if connection.execute(insert, (place, session.id, message.id, message.body)).rowcount:
        session.next_position += 1
        return Appended(position)
    select = "SELECT place, body FROM messages WHERE session_id = ? AND message = ?"
    place, body = connection.execute(select, (session.id, message.id)).fetchone()
    return Appended(place % POSITIONS, body)


def _keep_waiting(connection: sqlite3.Connection, partition_id: int, memories: Sequence[MemoryRow]) -> None:
    connection.executemany(
        "INSERT INTO outbox (partition_id, memory, expires_at_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(partition_id, memory.id, memory.expires_at_ms, memory.body) for memory in memories],
    )


def _renew(connection: sqlite3.Connection, session: Session, now_ms: int, default_ttl_ms: int | None) -> None:
    ttl_ms = default_ttl_ms if session.ttl_ms is None else session.ttl_ms
    connection.execute(
        "UPDATE sessions SET updated_at_ms = ?, expires_at_ms = ? WHERE id = ?",
        (now_ms, now_ms + ttl_ms if ttl_ms else None, session.id),
    )


def _messages(
    connection: sqlite3.Connection, session_id: int, *, now_ms: int, last: int | None, before: int | None
) -> list[StoredMessage]:
    if last == 0:
        return []
    asked = {**_span(session_id, before), "now_ms": now_ms, "last": last}
    rows = connection.execute(_MESSAGES if last is None else _LAST_MESSAGES, asked).fetchall()
    if last is not None:
        rows.reverse()
    return [StoredMessage(place % POSITIONS, body, expires_at_ms) for place, body, expires_at_ms in rows]


def _span(session_id: int, before: int | None) -> dict[str, int]:
    """Return between which places the messages of a session lie, those before a position."""
    low = session_id * POSITIONS
    return {"low": low, "high": low + (POSITIONS if before is None else min(max(before, 0), POSITIONS))}


def _drop_expired(connection: sqlite3.Connection, session_id: int, now_ms: int) -> int:
    gone = connection.execute(
        "DELETE FROM messages WHERE session_id = ? AND expires_at_ms <= ?", (session_id, now_ms)
    ).rowcount
    connection.execute("UPDATE sessions SET stored = stored - ? WHERE id = ?", (gone, session_id))
    mark_removal(connection)
    return gone


def _remove(connection: sqlite3.Connection, partition_id: int, session_id: int) -> int:
    """Remove a session, and its partition when nothing else is kept of it; return how many messages it had."""
    gone = _remove_rows(connection, session_id)
    drop_unused_partition(connection, partition_id)
    return gone


def _remove_rows(connection: sqlite3.Connection, session_id: int) -> int:
    span = _span(session_id, None)
    gone = connection.execute("DELETE FROM messages WHERE place > :low AND place < :high", span).rowcount
    connection.execute("DELETE FROM session_fields WHERE session_id = ?", (session_id,))
    connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
    mark_removal(connection)
    return gone


def _names(key: SessionKey, now_ms: int) -> dict[str, str | int]:
    return {
        "tenant": key.partition.tenant,
        "user": key.partition.user,
        "session": key.session,
        "now_ms": now_ms,
    }
