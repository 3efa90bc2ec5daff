"""What the SQLite session store does to its tables: plain functions on a connection, within its transaction.

Expiry is judged by the caller's `now_ms` in every statement; what has expired is removed when its session is next
written to, or by `sweep()`. `sessions.stored` counts messages that are still in the table, expired or not.
"""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from memlane.adapters._drivers._sqlite_marks import drop_mark, drop_work, mark_due
from memlane.adapters._drivers._sqlite_memory_rows import put_memories
from memlane.adapters._drivers._sqlite_partitions import add_partition, drop_unused_partition, find_partition
from memlane.adapters._drivers._sqlite_rows import Rows
from memlane.adapters._drivers._sqlite_schema import POSITIONS, mark_removal
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState, StoredMessage
from memlane.types.ids import Partition, SessionKey

_FIND = """
    SELECT p.id, s.id, s.next_position, s.ttl_ms, s.expires_at_ms,
        (SELECT min(expires_at_ms) FROM messages WHERE session_id = s.id AND expires_at_ms IS NOT NULL),
        EXISTS (SELECT 1 FROM marks WHERE partition_id = p.id AND session_id = s.id)
    FROM partitions p LEFT JOIN sessions s ON s.partition_id = p.id AND s.session = ?
    WHERE p.tenant = ? AND p.user = ?
"""
_LIVE = """
    SELECT s.id, s.created_at_ms FROM partitions p JOIN sessions s ON s.partition_id = p.id AND s.session = :session
    WHERE p.tenant = :tenant AND p.user = :user AND (s.expires_at_ms IS NULL OR s.expires_at_ms > :now_ms)
"""
_READ = """
    WITH state AS MATERIALIZED (
        SELECT s.id, s.ttl_ms, s.expires_at_ms, s.created_at_ms, s.updated_at_ms, s.next_position,
            s.stored - (SELECT count(*) FROM messages WHERE session_id = s.id AND expires_at_ms <= :now_ms) AS count,
            (SELECT count(*) FROM messages WHERE session_id = s.id AND expires_at_ms > :now_ms) AS expiring,
            (SELECT min(expires_at_ms) FROM messages WHERE session_id = s.id AND expires_at_ms > :now_ms) AS first
        FROM partitions p JOIN sessions s ON s.partition_id = p.id AND s.session = :session
        WHERE p.tenant = :tenant AND p.user = :user AND (s.expires_at_ms IS NULL OR s.expires_at_ms > :now_ms)
    )
    SELECT NULL, ttl_ms, expires_at_ms, created_at_ms, updated_at_ms, next_position, count, expiring, first FROM state
    UNION ALL
    SELECT name, body, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM session_fields
        WHERE session_id = (SELECT id FROM state)
    UNION ALL
    SELECT * FROM (
        SELECT place % 4294967296, body, expires_at_ms, NULL, NULL, NULL, NULL, NULL, NULL FROM messages
        WHERE place > (SELECT id FROM state) * 4294967296 AND place < (SELECT id FROM state) * 4294967296 + :before
            AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
        ORDER BY place DESC LIMIT :last
    )
"""
_LIST = """
    SELECT s.session,
        s.stored - (SELECT count(*) FROM messages WHERE session_id = s.id AND expires_at_ms <= :now_ms),
        s.created_at_ms, s.updated_at_ms, s.expires_at_ms
    FROM partitions p JOIN sessions s ON s.partition_id = p.id
    WHERE p.tenant = :tenant AND p.user = :user AND (s.expires_at_ms IS NULL OR s.expires_at_ms > :now_ms)
    ORDER BY s.updated_at_ms DESC, s.id DESC
"""
_EXPIRE_LAST = """
    UPDATE messages SET expires_at_ms = :expires_at_ms WHERE place IN (
        SELECT place FROM messages
        WHERE place > :low AND place < :high AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
        ORDER BY place DESC LIMIT :last
    )
"""
_UPDATE = """
    UPDATE sessions SET next_position = ?, stored = stored + ?, updated_at_ms = ?, expires_at_ms = ? WHERE id = ?
"""
_UPDATES = Rows(
    """
    UPDATE sessions SET next_position = n.column2, stored = stored + n.column3, updated_at_ms = n.column4,
        expires_at_ms = n.column5 FROM (VALUES
    """,
    5,
    ") AS n WHERE sessions.id = n.column1",
)
_WAITING = Rows("INSERT INTO outbox (partition_id, memory, expires_at_ms, body) VALUES", 4, "ON CONFLICT DO NOTHING")


class Session(msgspec.Struct):
    """A session that is being written to, found or begun.

    Attributes:
        partition_id: Number of its partition.
        id: Its own number.
        next_position: Where the next message goes.
        ttl_ms: Its own time to live: None for none, 0 for never.
        expires_at_ms: When it expires; None for never.
        message_expires_at_ms: When the first of its messages expires before it; None for never.
        is_due: Whether it has a mark.
    """

    partition_id: int
    id: int
    next_position: int = 1
    ttl_ms: int | None = None
    expires_at_ms: int | None = None
    message_expires_at_ms: int | None = None
    is_due: bool = False

    def has_expired(self, now_ms: int) -> bool:
        """Return whether the session has expired."""
        return self.expires_at_ms is not None and self.expires_at_ms <= now_ms

    def has_expired_messages(self, now_ms: int) -> bool:
        """Return whether messages of it have expired."""
        return self.message_expires_at_ms is not None and self.message_expires_at_ms <= now_ms

    def renew(self, now_ms: int, default_ttl_ms: int | None) -> None:
        """Let its time to live start anew."""
        ttl_ms = default_ttl_ms if self.ttl_ms is None else self.ttl_ms
        self.expires_at_ms = now_ms + ttl_ms if ttl_ms else None


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
        keep_waiting(connection, [(session.partition_id, memory) for memory in memories])
    _renew(connection, session, now_ms, default_ttl_ms, added=session.next_position - first)
    if session.next_position > first and not session.is_due:
        mark_due(connection, [(session.partition_id, session.id, now_ms)])
    return results


def read(
    connection: sqlite3.Connection, key: SessionKey, *, now_ms: int, last: int | None, before: int | None
) -> SessionState:
    """Return the state of a session, with one statement."""
    wanted = {"last": -1 if last is None else last, "before": _most(before)}
    rows = connection.execute(_READ, _names(key, now_ms) | wanted).fetchall()
    if not rows:
        return SessionState()
    (_, ttl_ms, expires_at_ms, created_at_ms, updated_at_ms, next_position, count, expiring, first), *rest = rows
    fields = {name: body for name, body, *_ in rest if isinstance(name, str)}
    messages = [StoredMessage(*row[:3]) for row in rest[len(fields) :]]
    messages.reverse()
    times = (ttl_ms, expires_at_ms, created_at_ms, updated_at_ms)
    return SessionState(True, count, messages, fields, *times, next_position - 1, expiring, first)


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
        _write_field(connection, session.id, name, body)
    _renew(connection, session, now_ms, default_ttl_ms)


def swap_field(
    connection: sqlite3.Connection,
    key: SessionKey,
    name: str,
    old: bytes | None,
    new: bytes | None,
    *,
    now_ms: int,
    created_at_ms: int | None,
) -> bool:
    """Make a named document `new` if it is `old` and the session lives; return whether it was."""
    row = connection.execute(_LIVE, _names(key, now_ms)).fetchone()
    if row is None or (created_at_ms is not None and row[1] != created_at_ms):
        return False
    select = "SELECT body FROM session_fields WHERE session_id = ? AND name = ?"
    (kept,) = connection.execute(select, (row[0], name)).fetchone() or (None,)
    if kept != old:
        return False
    _write_field(connection, row[0], name, new)
    return True


def expire(connection: sqlite3.Connection, key: SessionKey, ttl_ms: int | None, *, now_ms: int) -> int:
    """Give a session its own time to live and return how many messages it has."""
    session = _reach(connection, key, now_ms)
    session.ttl_ms = ttl_ms or 0
    connection.execute("UPDATE sessions SET ttl_ms = ? WHERE id = ?", (session.ttl_ms, session.id))
    _renew(connection, session, now_ms, None)
    return int(connection.execute("SELECT stored FROM sessions WHERE id = ?", (session.id,)).fetchone()[0])


def expire_last(connection: sqlite3.Connection, key: SessionKey, ttl_ms: int | None, *, now_ms: int, last: int) -> int:
    """Give the newest messages of a session their own time and return how many there were."""
    row = connection.execute(_LIVE, _names(key, now_ms)).fetchone()
    if row is None:
        return 0
    expires_at_ms = None if ttl_ms is None else now_ms + ttl_ms
    span = _span(row[0])
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
    drop_work(connection, partition_id)
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


def find_or_begin(connection: sqlite3.Connection, key: SessionKey, now_ms: int) -> Session:
    """Return a session, a new one when there is none."""
    row = connection.execute(_FIND, (key.session, key.partition.tenant, key.partition.user)).fetchone()
    if row is None:
        return _begin(connection, add_partition(connection, key.partition), key.session, now_ms)
    if row[1] is None:
        return _begin(connection, row[0], key.session, now_ms)
    return Session(*row)


def update_sessions(connection: sqlite3.Connection, states: Sequence[tuple[int, int, int, int, int | None]]) -> None:
    """Write number, next position, added messages, time of the write and expiry of sessions, each once."""
    if len(states) == 1:
        id_, *values = states[0]
        connection.execute(_UPDATE, (*values, id_))
    else:
        _UPDATES.write(connection, states)


def keep_waiting(connection: sqlite3.Connection, memories: Sequence[tuple[int, MemoryRow]]) -> None:
    """Put memories, each after its partition's number, into the outbox unless they are there."""
    rows = [(partition_id, memory.id, memory.expires_at_ms, memory.body) for partition_id, memory in memories]
    _WAITING.write(connection, rows)


def _reach(connection: sqlite3.Connection, key: SessionKey, now_ms: int) -> Session:
    """Return a session to write to, without what has expired of it; one that has expired begins anew."""
    session = find_or_begin(connection, key, now_ms)
    if session.has_expired(now_ms):
        _remove_rows(connection, session.partition_id, session.id)
        return _begin(connection, session.partition_id, key.session, now_ms)
    if session.has_expired_messages(now_ms):
        _drop_expired(connection, session.id, now_ms)
    return session


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


def _write_field(connection: sqlite3.Connection, session_id: int, name: str, body: bytes | None) -> None:
    if body is None:
        connection.execute("DELETE FROM session_fields WHERE session_id = ? AND name = ?", (session_id, name))
    else:
        connection.execute(
            "INSERT INTO session_fields (session_id, name, body) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET body = excluded.body",
            (session_id, name, body),
        )


def _renew(
    connection: sqlite3.Connection, session: Session, now_ms: int, default_ttl_ms: int | None, *, added: int = 0
) -> None:
    session.renew(now_ms, default_ttl_ms)
    update_sessions(connection, [(session.id, session.next_position, added, now_ms, session.expires_at_ms)])


def _most(before: int | None) -> int:
    """Return the position before which messages lie that lie before a position."""
    return POSITIONS if before is None else min(max(before, 0), POSITIONS)


def _span(session_id: int) -> dict[str, int]:
    """Return between which places the messages of a session lie."""
    return {"low": session_id * POSITIONS, "high": (session_id + 1) * POSITIONS}


def _drop_expired(connection: sqlite3.Connection, session_id: int, now_ms: int) -> int:
    gone = connection.execute(
        "DELETE FROM messages WHERE session_id = ? AND expires_at_ms <= ?", (session_id, now_ms)
    ).rowcount
    connection.execute("UPDATE sessions SET stored = stored - ? WHERE id = ?", (gone, session_id))
    mark_removal(connection)
    return gone


def _remove(connection: sqlite3.Connection, partition_id: int, session_id: int) -> int:
    """Remove a session, and its partition when nothing else is kept of it; return how many messages it had."""
    gone = _remove_rows(connection, partition_id, session_id)
    drop_unused_partition(connection, partition_id)
    return gone


def _remove_rows(connection: sqlite3.Connection, partition_id: int, session_id: int) -> int:
    span = _span(session_id)
    gone = connection.execute("DELETE FROM messages WHERE place > :low AND place < :high", span).rowcount
    connection.execute("DELETE FROM session_fields WHERE session_id = ?", (session_id,))
    drop_mark(connection, partition_id, session_id)
    connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
    mark_removal(connection)
    return gone


def _names(key: SessionKey, now_ms: int) -> dict[str, str | int]:
    return {"tenant": key.partition.tenant, "user": key.partition.user, "session": key.session, "now_ms": now_ms}
