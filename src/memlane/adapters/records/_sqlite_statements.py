"""What the SQLite record store does to its tables: plain functions on a connection, within its transaction.

Every write first removes what has expired, of all collections: nothing else would.
"""

import sqlite3

from memlane.adapters._drivers._sqlite_schema import mark_removal
from memlane.protocols.records import Record

_EXPIRED_RECORDS = "DELETE FROM records WHERE expires_at_ms <= ?"
_EXPIRED_COUNTS = "DELETE FROM counts WHERE until_ms <= ?"
_CREATE = "INSERT INTO records (collection, record, expires_at_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_GET = """
    SELECT body FROM records
    WHERE collection = ? AND record = ? AND (expires_at_ms IS NULL OR expires_at_ms > ?)
"""
_CHANGE = "UPDATE records SET body = ?, expires_at_ms = ? WHERE collection = ? AND record = ? AND body = ?"
_REMOVE = "DELETE FROM records WHERE collection = ? AND record = ? AND body = ?"
_LIST = """
    SELECT record, body FROM records
    WHERE collection = :collection AND record > :after AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)
    ORDER BY record LIMIT :limit
"""
_TAKEN = "SELECT taken FROM counts WHERE collection = ? AND record = ?"
_TAKE = """
    INSERT INTO counts (collection, record, taken, until_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET taken = taken + excluded.taken
"""


def create(
    connection: sqlite3.Connection,
    collection: str,
    record_id: str,
    body: bytes,
    *,
    now_ms: int,
    expires_at_ms: int | None,
) -> bool:
    """Store a record where there is none; return whether there was none."""
    _drop_expired(connection, now_ms)
    return connection.execute(_CREATE, (collection, record_id, expires_at_ms, body)).rowcount == 1


def get(connection: sqlite3.Connection, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
    """Return a record's bytes, None when there is none."""
    row = connection.execute(_GET, (collection, record_id, now_ms)).fetchone()
    return None if row is None else bytes(row[0])


def change(
    connection: sqlite3.Connection,
    collection: str,
    record_id: str,
    *,
    old: bytes,
    new: bytes,
    now_ms: int,
    expires_at_ms: int | None,
) -> bool:
    """Make a record `new` if it is `old`; return whether it was."""
    _drop_expired(connection, now_ms)
    return connection.execute(_CHANGE, (new, expires_at_ms, collection, record_id, old)).rowcount == 1


def remove(connection: sqlite3.Connection, collection: str, record_id: str, *, old: bytes, now_ms: int) -> bool:
    """Remove a record if it is `old`; return whether it was."""
    _drop_expired(connection, now_ms)
    was_removed = connection.execute(_REMOVE, (collection, record_id, old)).rowcount == 1
    if was_removed:
        mark_removal(connection)
    return was_removed


def page(connection: sqlite3.Connection, collection: str, *, now_ms: int, after: str, limit: int) -> list[Record]:
    """Return the live records of a collection in ascending order of id."""
    asked = {"collection": collection, "now_ms": now_ms, "after": after, "limit": limit}
    return [Record(id_, body) for id_, body in connection.execute(_LIST, asked)]


def take(
    connection: sqlite3.Connection,
    collection: str,
    record_id: str,
    *,
    amount: int,
    limit: int,
    now_ms: int,
    expires_at_ms: int,
) -> int:
    """Take up to `amount` from what is left of `limit`, and return how much was granted."""
    _drop_expired(connection, now_ms)
    row = connection.execute(_TAKEN, (collection, record_id)).fetchone()
    granted = max(0, min(amount, limit - (0 if row is None else row[0])))
    connection.execute(_TAKE, (collection, record_id, granted, expires_at_ms))
    return granted


def _drop_expired(connection: sqlite3.Connection, now_ms: int) -> None:
    if connection.execute(_EXPIRED_RECORDS, (now_ms,)).rowcount:
        mark_removal(connection)
    connection.execute(_EXPIRED_COUNTS, (now_ms,))
