"""The rows that sessions, memories and work of a partition hang on. Runs within a transaction of its caller."""

import sqlite3

from memlane.adapters._drivers._sqlite_schema import mark_removal
from memlane.types.ids import Partition

_UNUSED = """
    DELETE FROM partitions
    WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM sessions WHERE partition_id = partitions.id)
      AND NOT EXISTS (SELECT 1 FROM outbox WHERE partition_id = partitions.id)
      AND NOT EXISTS (SELECT 1 FROM memory_logs WHERE partition_id = partitions.id)
      AND NOT EXISTS (SELECT 1 FROM profiles WHERE partition_id = partitions.id)
      AND NOT EXISTS (SELECT 1 FROM work WHERE partition_id = partitions.id)
"""


def find_partition(connection: sqlite3.Connection, partition: Partition) -> int | None:
    """Return the number of a partition, None when nothing is kept of it."""
    row = connection.execute(
        "SELECT id FROM partitions WHERE tenant = ? AND user = ?", (partition.tenant, partition.user)
    ).fetchone()
    return None if row is None else int(row[0])


def make_partition(connection: sqlite3.Connection, partition: Partition) -> int:
    """Return the number of a partition, a new one when nothing was kept of it."""
    found = find_partition(connection, partition)
    return add_partition(connection, partition) if found is None else found


def add_partition(connection: sqlite3.Connection, partition: Partition) -> int:
    """Return the number of a partition of which nothing was kept."""
    insert = "INSERT INTO partitions (tenant, user) VALUES (?, ?)"
    return connection.execute(insert, (partition.tenant, partition.user)).lastrowid or 0


def drop_unused_partition(connection: sqlite3.Connection, partition_id: int) -> None:
    """Remove the names of a partition of which nothing is kept any more."""
    if connection.execute(_UNUSED, (partition_id,)).rowcount:
        mark_removal(connection)
