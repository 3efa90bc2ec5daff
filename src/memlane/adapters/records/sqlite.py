"""Small records on SQLite.

Owns which statements run together; the driver owns connections and transactions. Never looks at the clock: times
come from the caller.
"""

from functools import partial
from typing import Self

from memlane.adapters._drivers._sqlite_tidy import AFTER_DELETE
from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.records import _sqlite_statements as statements
from memlane.protocols.records import Record


class SqliteRecordStore:
    """Keeps small records in a SQLite file; see `RecordStore` for what that promises.

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

    async def create(
        self,
        collection: str,
        record_id: str,
        body: bytes,
        *,
        now_ms: int,
        expires_at_ms: int | None = None,
    ) -> bool:
        """Store a record where there is none; return whether there was none."""
        work = partial(
            statements.create,
            collection=collection,
            record_id=record_id,
            body=body,
            now_ms=now_ms,
            expires_at_ms=expires_at_ms,
        )
        return await self._driver.write(work)

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        """Return a record's bytes, None when there is none."""
        work = partial(statements.get, collection=collection, record_id=record_id, now_ms=now_ms)
        return await self._driver.read(work, is_one_statement=True)

    async def swap(
        self,
        collection: str,
        record_id: str,
        old: bytes,
        new: bytes | None,
        *,
        now_ms: int,
        expires_at_ms: int | None = None,
    ) -> bool:
        """Make a record `new` (None: remove it) if it is `old`; return whether it was. Its expiry is set anew."""
        if new is None:
            gone = partial(statements.remove, collection=collection, record_id=record_id, old=old, now_ms=now_ms)
            return await self._driver.write(gone, rewrite_up_to_bytes=AFTER_DELETE)
        work = partial(
            statements.change,
            collection=collection,
            record_id=record_id,
            old=old,
            new=new,
            now_ms=now_ms,
            expires_at_ms=expires_at_ms,
        )
        return await self._driver.write(work)

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        """Return the live records of a collection in ascending order of id, those after `after`."""
        work = partial(statements.page, collection=collection, now_ms=now_ms, after=after or "", limit=limit)
        return await self._driver.read(work, is_one_statement=True)

    async def take(
        self,
        collection: str,
        record_id: str,
        amount: int,
        *,
        limit: int,
        now_ms: int,
        expires_at_ms: int,
    ) -> int:
        """Take up to `amount` from what is left of `limit`, and return how much was granted, 0 for none."""
        work = partial(
            statements.take,
            collection=collection,
            record_id=record_id,
            amount=amount,
            limit=limit,
            now_ms=now_ms,
            expires_at_ms=expires_at_ms,
        )
        return await self._driver.write(work)

    async def ping(self) -> dict[str, str]:
        """Return facts about the database or raise StoreUnavailableError."""
        return await self._driver.facts()

    async def aclose(self) -> None:
        """Close the database if this store opened it."""
        if self._owns_driver:
            await self._driver.aclose()
