"""What the SQLite work ledger does to its tables: plain functions on a connection, within its transaction.

What is written of a partition depends on its lease, which is checked in the same transaction. A lease that has ended
stays written until the next claim, which nobody needs to await: it is told by its time.
"""

import secrets
import sqlite3
from collections.abc import Sequence

from memlane.adapters._drivers._sqlite_marks import call_back, drop_work
from memlane.adapters._drivers._sqlite_partitions import drop_unused_partition, find_partition
from memlane.protocols.work import Claim, DuePartition, DueSession
from memlane.types.ids import Partition

_TWO_DAYS_MS = 2 * 24 * 3_600_000
_READY = """
    SELECT w.partition_id, p.tenant, p.user FROM work w JOIN partitions p ON p.id = w.partition_id
    WHERE w.ready_at_ms <= :now_ms ORDER BY w.ready_at_ms LIMIT 1
"""
_READY_EARLY = """
    SELECT w.partition_id, p.tenant, p.user FROM work w JOIN partitions p ON p.id = w.partition_id
    WHERE w.ready_at_ms IS NOT NULL AND (w.ready_at_ms <= :now_ms OR w.lease IS NULL) ORDER BY w.ready_at_ms LIMIT 1
"""
_LEASE = "UPDATE work SET lease = ?, ready_at_ms = ?, has_news = 0 WHERE partition_id = ?"
_HELD = """
    SELECT w.partition_id, w.has_news FROM partitions p JOIN work w ON w.partition_id = p.id
    WHERE p.tenant = ? AND p.user = ? AND w.lease = ? AND w.ready_at_ms > ?
"""
_DUE = """
    SELECT s.session, m.since_ms, m.tries, m.set_aside, m.error FROM marks m JOIN sessions s ON s.id = m.session_id
    WHERE m.partition_id = ? ORDER BY m.since_ms, m.session_id
"""
_FINISH = """
    DELETE FROM marks WHERE partition_id = :partition_id AND session_id = (
        SELECT id FROM sessions WHERE partition_id = :partition_id AND session = :session
            AND ((next_position - 1 <= :upto AND (:born_ms IS NULL OR created_at_ms = :born_ms))
                OR expires_at_ms <= :now_ms)
    )
"""
_IS_MARKED = """
    SELECT EXISTS (
        SELECT 1 FROM sessions s JOIN marks m ON m.partition_id = s.partition_id AND m.session_id = s.id
        WHERE s.partition_id = ? AND s.session = ?
    )
"""
_FAIL = """
    UPDATE marks SET tries = tries + 1, error = :error, set_aside = set_aside OR :set_aside
    WHERE partition_id = :partition_id
        AND session_id = (SELECT id FROM sessions WHERE partition_id = :partition_id AND session = :session)
"""
_LEFT = "SELECT count(*), coalesce(sum(NOT set_aside), 0) FROM marks WHERE partition_id = ?"
_RETRY = """
    UPDATE marks SET tries = 0, error = '', set_aside = 0
    WHERE set_aside AND partition_id = :partition_id
        AND session_id = (SELECT id FROM sessions WHERE partition_id = :partition_id AND session = :session)
"""
_LIST = """
    SELECT w.partition_id, p.tenant, p.user, w.ready_at_ms, w.lease IS NOT NULL AND w.ready_at_ms > :now_ms,
        min(m.since_ms) AS since_ms
    FROM marks m JOIN work w ON w.partition_id = m.partition_id JOIN partitions p ON p.id = m.partition_id
    GROUP BY m.partition_id ORDER BY since_ms LIMIT :limit
"""
_SPEND = """
    INSERT INTO spent (tenant, day, amount, until_ms) SELECT :tenant, :day, :amount, :until_ms WHERE :amount <= :limit
    ON CONFLICT DO UPDATE SET amount = amount + excluded.amount, until_ms = excluded.until_ms
        WHERE amount + excluded.amount <= :limit
"""


def is_ready(connection: sqlite3.Connection, *, now_ms: int, early: bool) -> bool:
    """Return whether claim() may find anything."""
    return _next_ready(connection, now_ms, early=early) is not None


def claim(connection: sqlite3.Connection, *, now_ms: int, lease_ms: int, limit: int, early: bool) -> list[Claim]:
    """Lease partitions that are ready, the longest waiting first."""
    claims: list[Claim] = []
    while len(claims) < limit and (row := _next_ready(connection, now_ms, early=early)) is not None:
        partition_id, tenant, user = row
        if not _settle(connection, partition_id, at_ms=now_ms):
            continue  # whoever had it died when its work was done
        lease = secrets.token_hex(16)
        connection.execute(_LEASE, (lease, now_ms + lease_ms, partition_id))
        claims.append(Claim(Partition(tenant, user), lease))
    return claims


def extend(connection: sqlite3.Connection, claim: Claim, *, now_ms: int, lease_ms: int) -> bool:
    """Let a lease end later; return whether it was still the caller's."""
    held = _held(connection, claim, now_ms)
    if held is not None:
        connection.execute("UPDATE work SET ready_at_ms = ? WHERE partition_id = ?", (now_ms + lease_ms, held[0]))
    return held is not None


def due(connection: sqlite3.Connection, partition: Partition) -> list[DueSession]:
    """Return what is due in a partition, the longest waiting first."""
    return _due(connection, find_partition(connection, partition))


def finish(
    connection: sqlite3.Connection, claim: Claim, session: str, *, upto: int, now_ms: int, created_at_ms: int | None
) -> bool:
    """Clear the mark of a session unless something was appended after `upto`; return whether it is clear."""
    held = _held(connection, claim, now_ms)
    if held is None:
        return False
    asked = {"partition_id": held[0], "session": session, "upto": upto, "now_ms": now_ms, "born_ms": created_at_ms}
    connection.execute(_FINISH, asked)
    return not connection.execute(_IS_MARKED, (held[0], session)).fetchone()[0]


def fail(
    connection: sqlite3.Connection, claim: Claim, session: str, *, error: str, set_aside: bool, now_ms: int
) -> bool:
    """Count a failure of a session, or set it aside; return whether it counted."""
    held = _held(connection, claim, now_ms)
    if held is None:
        return False
    asked = {"partition_id": held[0], "session": session, "error": error, "set_aside": set_aside}
    return connection.execute(_FAIL, asked).rowcount > 0


def release(connection: sqlite3.Connection, claim: Claim, *, at_ms: int, now_ms: int) -> None:
    """End a lease; what is still due can be claimed at `at_ms`, with news at once."""
    held = _held(connection, claim, now_ms)
    if held is not None:
        partition_id, has_news = held
        _settle(connection, partition_id, at_ms=min(at_ms, now_ms) if has_news else at_ms)


def partitions(connection: sqlite3.Connection, *, now_ms: int, limit: int) -> list[DuePartition]:
    """Return partitions with marks, the longest waiting first."""
    rows = connection.execute(_LIST, {"now_ms": now_ms, "limit": limit}).fetchall()
    return [
        DuePartition(
            partition=Partition(tenant, user),
            ready_at_ms=since_ms if ready_at_ms is None else ready_at_ms,
            leased=bool(leased),
            sessions=_due(connection, partition_id),
        )
        for partition_id, tenant, user, ready_at_ms, leased, since_ms in rows
    ]


def retry(connection: sqlite3.Connection, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
    """Bring back sessions that were set aside and return how many."""
    partition_id = find_partition(connection, partition)
    if partition_id is None:
        return 0
    asked = ({"partition_id": partition_id, "session": session} for session in sessions)
    back = sum(connection.execute(_RETRY, one).rowcount for one in asked)
    if back:
        call_back(connection, [(partition_id, now_ms)])
    return back


def spend(connection: sqlite3.Connection, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
    """Add to what a tenant has spent in a day if that stays within `limit`; return whether it did."""
    connection.execute("DELETE FROM spent WHERE until_ms <= ?", (now_ms,))
    asked = {"tenant": tenant, "day": day, "amount": amount, "limit": limit, "until_ms": now_ms + _TWO_DAYS_MS}
    return connection.execute(_SPEND, asked).rowcount > 0


def _next_ready(connection: sqlite3.Connection, now_ms: int, *, early: bool) -> tuple[int, str, str] | None:
    return connection.execute(_READY_EARLY if early else _READY, {"now_ms": now_ms}).fetchone()


def _held(connection: sqlite3.Connection, claim: Claim, now_ms: int) -> tuple[int, bool] | None:
    """Return number of a claimed partition and whether it has news, None when the lease is not the caller's now."""
    partition = claim.partition
    return connection.execute(_HELD, (partition.tenant, partition.user, claim.lease, now_ms)).fetchone()


def _due(connection: sqlite3.Connection, partition_id: int | None) -> list[DueSession]:
    return [
        DueSession(session=session, since_ms=since_ms, tries=tries, set_aside=bool(set_aside), error=error)
        for session, since_ms, tries, set_aside, error in connection.execute(_DUE, (partition_id,))
    ]


def _settle(connection: sqlite3.Connection, partition_id: int, *, at_ms: int) -> bool:
    """Take a partition from whoever had it, to be claimed at `at_ms` if anything in it is due; return whether it is."""
    marks, due = connection.execute(_LEFT, (partition_id,)).fetchone()
    if marks:
        update = "UPDATE work SET lease = NULL, has_news = 0, ready_at_ms = ? WHERE partition_id = ?"
        connection.execute(update, (at_ms if due else None, partition_id))
    else:
        drop_work(connection, partition_id)
        drop_unused_partition(connection, partition_id)
    return due > 0
