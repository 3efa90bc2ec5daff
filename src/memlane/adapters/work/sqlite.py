"""The work ledger on SQLite.

Owns which statements run together; the driver owns connections and transactions, and `SqliteSessionStore` sets the
marks. Never looks at the clock: times come from the caller.
"""

from collections.abc import Sequence
from functools import partial
from typing import Self

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.work import _sqlite_statements as statements
from memlane.protocols.work import Claim, DuePartition, DueSession
from memlane.types.ids import Partition


class SqliteWorkLedger:
    """Knows which sessions of a SQLite file are due; see `WorkLedger` for what that promises.

    Asking for work where there is none writes nothing.

    Args:
        driver: The database, that of the session store; stays the caller's to close.
    """

    def __init__(self, driver: SqliteDriver) -> None:
        self._driver = driver
        self._owns_driver = False

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Return a ledger on the database of a `sqlite:` URL, which `aclose()` closes; errors as `SqliteDriver`."""
        ledger = cls(SqliteDriver.from_url(url))
        ledger._owns_driver = True
        return ledger

    async def claim(self, *, now_ms: int, lease_ms: int, limit: int = 1, early: bool = False) -> list[Claim]:
        """Lease partitions that are ready; with `early`, also those that release() put off, but none that is leased."""
        if not await self._driver.read(partial(statements.is_ready, now_ms=now_ms, early=early)):
            return []
        work = partial(statements.claim, now_ms=now_ms, lease_ms=lease_ms, limit=limit, early=early)
        return await self._driver.write(work)

    async def extend(self, claim: Claim, *, now_ms: int, lease_ms: int) -> bool:
        """Let a lease end later; return whether it was still the caller's."""
        return await self._driver.write(partial(statements.extend, claim=claim, now_ms=now_ms, lease_ms=lease_ms))

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:  # noqa: ARG002 -- the protocol's
        """Return what is due in a partition, what was set aside included, the longest waiting first."""
        return await self._driver.read(partial(statements.due, partition=partition))

    async def finish(
        self, claim: Claim, session: str, *, upto: int, now_ms: int, created_at_ms: int | None = None
    ) -> bool:
        """Clear the mark of a session unless something was appended after position `upto`."""
        work = partial(
            statements.finish, claim=claim, session=session, upto=upto, now_ms=now_ms, created_at_ms=created_at_ms
        )
        return await self._driver.write(work)

    async def fail(self, claim: Claim, session: str, *, error: str, set_aside: bool, now_ms: int) -> bool:
        """Count a failure of a session, or set it aside."""
        work = partial(statements.fail, claim=claim, session=session, error=error, set_aside=set_aside, now_ms=now_ms)
        return await self._driver.write(work)

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        """End a lease; what is still due can be claimed at `at_ms`."""
        await self._driver.write(partial(statements.release, claim=claim, at_ms=at_ms, now_ms=now_ms))

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        """Return partitions with marks, the longest waiting first."""
        return await self._driver.read(partial(statements.partitions, now_ms=now_ms, limit=limit))

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        """Bring back sessions that were set aside, at once and with no tries; return how many."""
        work = partial(statements.retry, partition=partition, sessions=tuple(sessions), now_ms=now_ms)
        return await self._driver.write(work)

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        """Add to what a tenant has spent in a day if that stays within `limit`; return whether it did."""
        work = partial(statements.spend, tenant=tenant, day=day, amount=amount, limit=limit, now_ms=now_ms)
        return await self._driver.write(work)

    async def aclose(self) -> None:
        """Close the database if this ledger opened it."""
        if self._owns_driver:
            await self._driver.aclose()
