"""Usage over time on SQLite.

Owns which statements run together; the driver owns connections and transactions. Never looks at the clock: times
come from the caller.
"""

from collections.abc import Sequence
from functools import partial
from typing import Self

from memlane.adapters._drivers._sqlite_tidy import AFTER_ERASE
from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.usage import _sqlite_statements as statements
from memlane.adapters.usage._steps import Series, count
from memlane.protocols.usage import Used
from memlane.types.ids import Partition
from memlane.types.usage import SeenUser, Step, UsagePoint


class SqliteUsageStore:
    """Keeps usage in a SQLite file; see `UsageStore` for what that promises.

    Args:
        driver: The database; stays the caller's to close.
    """

    def __init__(self, driver: SqliteDriver) -> None:
        self._driver = driver
        self._owns_driver = False

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Return a store on the database of a `sqlite:` URL, which `aclose()` closes; errors as `SqliteDriver`."""
        store = cls(SqliteDriver.from_url(url))
        store._owns_driver = True
        return store

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        """Count what was used; a call that fails may have counted a part."""
        for counted in count(used, now_ms=now_ms):
            await self._driver.write(partial(statements.add, counted=counted, now_ms=now_ms))

    async def points(
        self,
        tenant: str,
        user: str | None,
        session: str | None,
        *,
        step: Step,
        since_ms: int,
        until_ms: int,
        now_ms: int,
    ) -> list[UsagePoint]:
        """Return the series of a tenant (`user` None), of a user (`session` None) or of a session."""
        work = partial(
            statements.points,
            series=Series(tenant, user, session),
            step=step,
            since_ms=since_ms,
            until_ms=until_ms,
            now_ms=now_ms,
        )
        return await self._driver.read(work, is_one_statement=True)

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """Return users of a tenant that something was counted of and that were not erased."""
        work = partial(statements.users, tenant=tenant, after=after or "", limit=limit)
        return await self._driver.read(work, is_one_statement=True)

    async def erase(self, partition: Partition) -> int:
        """Remove every trace of a partition and return how many steps its series had, of all lengths."""
        return await self._driver.write(partial(statements.erase, partition=partition), rewrite_up_to_bytes=AFTER_ERASE)

    async def ping(self) -> dict[str, str]:
        """Return facts about the database or raise StoreUnavailableError."""
        return await self._driver.facts()

    async def aclose(self) -> None:
        """Close the database if this store opened it."""
        if self._owns_driver:
            await self._driver.aclose()
