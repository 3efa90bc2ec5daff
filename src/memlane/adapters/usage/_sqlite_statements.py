"""What the SQLite store of usage does to its tables: plain functions on a connection, within its transaction.

Every write removes what is too old, of all series, some at a time: nothing else would.
"""

import sqlite3

from memlane.adapters._drivers._sqlite_rows import Rows
from memlane.adapters._drivers._sqlite_schema import mark_removal
from memlane.adapters.usage._steps import AMOUNTS, KEPT_MS, STEP_MS, Counted, Series
from memlane.types.ids import Partition
from memlane.types.times import from_ms
from memlane.types.usage import Amounts, SeenUser, Step, UsagePoint

_MOST_PURGED = 10_000
_MINUTE_MS = STEP_MS["minute"]
_MINUTES: dict[Step, int] = {step: length // _MINUTE_MS for step, length in STEP_MS.items()}
_SERIES = """
    INSERT INTO usage_series (tenant, user, session, seen_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET seen_ms = max(seen_ms, excluded.seen_ms) RETURNING id
"""
_COUNT = Rows(
    f"INSERT INTO usage_steps (series_id, step, at_ms, {', '.join(AMOUNTS)}) VALUES",
    3 + len(AMOUNTS),
    f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in AMOUNTS)}",
)
_POINTS = f"""
    SELECT s.at_ms, {", ".join(f"s.{name}" for name in AMOUNTS)}
    FROM usage_series o JOIN usage_steps s ON s.series_id = o.id
    WHERE o.tenant = :tenant AND o.user = :user AND o.session = :session
        AND s.step = :step AND s.at_ms >= :since_ms AND s.at_ms < :until_ms ORDER BY s.at_ms
"""  # noqa: S608 -- the names of columns
_USERS = """
    SELECT user, seen_ms FROM usage_series
    WHERE tenant = ? AND session = '' AND user > ? ORDER BY user LIMIT ?
"""
_OLD = "SELECT series_id, step, at_ms FROM usage_steps WHERE step = ? AND at_ms < ? ORDER BY at_ms LIMIT ?"
_DROP = "DELETE FROM usage_steps WHERE series_id = ? AND step = ? AND at_ms = ?"
_UNUSED = "DELETE FROM usage_series WHERE id = ? AND NOT EXISTS (SELECT 1 FROM usage_steps WHERE series_id = id)"


def add(connection: sqlite3.Connection, counted: Counted, *, now_ms: int) -> None:
    """Count what was used."""
    rows = [
        (number, _MINUTES[step], at_ms, *amounts)
        for series, sums in counted.sums.items()
        for number in (_number(connection, series, counted.seen),)
        for (step, at_ms), amounts in sums.items()
    ]
    _COUNT.write(connection, rows)
    for step in STEP_MS:
        _drop_old(connection, step, now_ms)


def points(
    connection: sqlite3.Connection, series: Series, *, step: Step, since_ms: int, until_ms: int, now_ms: int
) -> list[UsagePoint]:
    """Return the steps of a series in which something was used, oldest first."""
    asked = {
        "tenant": series.tenant,
        "user": series.user or "",
        "session": series.session or "",
        "step": _MINUTES[step],
        "since_ms": max(since_ms, now_ms - KEPT_MS[step]),
        "until_ms": until_ms,
    }
    return [
        UsagePoint(at=from_ms(at_ms), used=Amounts(**dict(zip(AMOUNTS, amounts, strict=True))))
        for at_ms, *amounts in connection.execute(_POINTS, asked)
    ]


def users(connection: sqlite3.Connection, tenant: str, *, after: str, limit: int) -> list[SeenUser]:
    """Return users of a tenant in ascending order of id."""
    rows = connection.execute(_USERS, (tenant, after, limit))
    return [SeenUser(user=user, seen_at=from_ms(seen_ms)) for user, seen_ms in rows]


def erase(connection: sqlite3.Connection, partition: Partition) -> int:
    """Remove the series of a partition and return how many steps they had."""
    select = "SELECT id FROM usage_series WHERE tenant = ? AND user = ?"
    numbers = connection.execute(select, (partition.tenant, partition.user)).fetchall()
    gone = sum(connection.execute("DELETE FROM usage_steps WHERE series_id = ?", one).rowcount for one in numbers)
    connection.executemany("DELETE FROM usage_series WHERE id = ?", numbers)
    if numbers:
        mark_removal(connection)
    return gone


def _number(connection: sqlite3.Connection, series: Series, seen: dict[Partition, int]) -> int:
    seen_ms = 0 if series.user is None else seen[Partition(series.tenant, series.user)]
    values = (series.tenant, series.user or "", series.session or "", seen_ms)
    return int(connection.execute(_SERIES, values).fetchone()[0])


def _drop_old(connection: sqlite3.Connection, step: Step, now_ms: int) -> None:
    """Remove some of the steps that are too old, and series of which nothing is left."""
    asked = (_MINUTES[step], now_ms - KEPT_MS[step], _MOST_PURGED)
    old = connection.execute(_OLD, asked).fetchall()
    connection.executemany(_DROP, old)
    ended = {series_id for series_id, _, _ in old}
    if ended and connection.executemany(_UNUSED, [(series_id,) for series_id in ended]).rowcount:
        mark_removal(connection)
