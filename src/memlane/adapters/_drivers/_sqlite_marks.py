"""The marks of due sessions as session stores write them; the work ledger reads and clears them.

Runs within a transaction of its caller. A partition that has marks has a row in `work`.
"""

import sqlite3
from collections.abc import Sequence

from memlane.adapters._drivers._sqlite_rows import Rows

_CALL_BACK = Rows(
    "INSERT INTO work (partition_id, ready_at_ms) VALUES",
    2,
    """
    ON CONFLICT DO UPDATE SET has_news = 1, ready_at_ms = iif(lease IS NULL, excluded.ready_at_ms, ready_at_ms)
    WHERE iif(lease IS NULL, ready_at_ms IS NULL OR ready_at_ms > excluded.ready_at_ms, NOT has_news)
    """,
)
_MARK = Rows("INSERT INTO marks (partition_id, session_id, since_ms) VALUES", 3)
_UNUSED = """
    DELETE FROM work
    WHERE partition_id = ? AND lease IS NULL AND NOT EXISTS (SELECT 1 FROM marks WHERE partition_id = work.partition_id)
"""

NewMark = tuple[int, int, int]
"""Partition, session and time of a session that became due; it has no mark yet."""


def mark_due(connection: sqlite3.Connection, marks: Sequence[NewMark]) -> None:
    """Mark sessions and let their partitions be claimed."""
    if marks:
        call_back(connection, [(partition_id, now_ms) for partition_id, _, now_ms in marks])
        _MARK.write(connection, marks)


def call_back(connection: sqlite3.Connection, partitions: Sequence[tuple[int, int]]) -> None:
    """Let partitions be claimed from a time on, both given; those that are leased, once they are released."""
    _CALL_BACK.write(connection, partitions)


def drop_mark(connection: sqlite3.Connection, partition_id: int, session_id: int) -> None:
    """Remove the mark of a session, before the session itself."""
    delete = "DELETE FROM marks WHERE partition_id = ? AND session_id = ?"
    if connection.execute(delete, (partition_id, session_id)).rowcount:
        connection.execute(_UNUSED, (partition_id,))


def drop_work(connection: sqlite3.Connection, partition_id: int) -> None:
    """Remove a partition without marks from the ledger, whoever has leased it."""
    connection.execute("DELETE FROM work WHERE partition_id = ?", (partition_id,))
