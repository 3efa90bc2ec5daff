"""Statements that write many rows at once.

A statement for many rows costs Python, and the other threads that wait for it, as much as one for a single row.
"""

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

MOST_ROWS = 32


class Rows(msgspec.Struct, frozen=True):
    """A statement that takes rows of values.

    Attributes:
        before: Its text before the rows.
        width: How many values a row has.
        after: Its text after the rows.
    """

    before: str
    width: int
    after: str = ""

    def write(self, connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Write rows, `MOST_ROWS` a statement, and return how many the database took."""
        return sum(self._write(connection, rows[start : start + MOST_ROWS]) for start in range(0, len(rows), MOST_ROWS))

    def _write(self, connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        values = rows[0] if len(rows) == 1 else [value for row in rows for value in row]
        return connection.execute(_text(self, len(rows)), values).rowcount


@cache
def _text(rows: Rows, count: int) -> str:
    row = f"({', '.join('?' * rows.width)})"
    return " ".join([rows.before, ", ".join([row] * count), rows.after])
