"""The memory store on SQLite.

Owns which statements run together; the driver owns connections and transactions. Never looks at the clock: times
come from the caller.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Self

from memlane.adapters._drivers._sqlite_tidy import AFTER_DELETE, AFTER_ERASE, AT_SWEEP
from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories import _sqlite_statements as statements
from memlane.protocols.memories import Changes, MemoryRow, Profile, Replacement
from memlane.types.ids import Partition


class SqliteMemoryStore:
    """Keeps memories in a SQLite file; see `MemoryStore` for what that promises.

    Vectors of several embedders stay side by side until their memory changes or goes. Of deleted memories the ids
    stay, the newest 1,000 of a partition, until sweep() finds it without memories; no content does. How deletions
    take their traces out of the file is told at `SqliteSessionStore`.

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

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        """Store memories atomically and return how many were new or changed."""
        work = partial(statements.put, partition=partition, rows=tuple(rows), now_ms=now_ms, overwrite=overwrite)
        return await self._driver.write(work)

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        """Store memories if each still is what was seen, atomically; return whether they were stored."""
        return await self._driver.write(
            partial(statements.replace, partition=partition, rows=tuple(rows), now_ms=now_ms)
        )

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        """Return the memories with these ids, None where there is none, in the order asked."""
        return await self._driver.read(partial(statements.get, partition=partition, ids=tuple(ids), now_ms=now_ms))

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        """Remove memories and their vectors and return how many there were."""
        work = partial(statements.delete, partition=partition, ids=tuple(ids), now_ms=now_ms)
        return await self._driver.write(work, rewrite_up_to_bytes=AFTER_DELETE)

    async def changes(
        self,
        partition: Partition,
        since: str | None,
        *,
        now_ms: int,
        embedder: str | None = None,
        limit: int = 2_000,
    ) -> Changes:
        """Return what changed after `since` (None: everything), with the vectors of `embedder` where they exist."""
        work = partial(
            statements.changes, partition=partition, since=since, now_ms=now_ms, embedder=embedder, limit=limit
        )
        return await self._driver.read(work)

    async def scan(
        self, partition: Partition, *, now_ms: int, after: str | None = None, limit: int = 1_000
    ) -> list[MemoryRow]:
        """Return live memories in ascending order of id (by code point), those after `after`."""
        work = partial(statements.scan, partition=partition, now_ms=now_ms, after=after, limit=limit)
        return await self._driver.read(work)

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        """Store vectors (id → float16 bytes) of one embedder; return how many were kept."""
        work = partial(
            statements.put_vectors, partition=partition, embedder=embedder, vectors=dict(vectors), now_ms=now_ms
        )
        return await self._driver.write(work)

    async def update_profile(
        self,
        partition: Partition,
        values: Mapping[str, bytes],
        *,
        replace: bool,
        ttl_ms: int | None,
        now_ms: int,
        was: Mapping[str, bytes] | None = None,
    ) -> bool:
        """Set keys of the profile document, dropping all others when `replace`; its time to live starts anew.

        With `was`, only if the document's values are exactly these; return whether it was set.
        """
        work = partial(
            statements.update_profile,
            partition=partition,
            values=dict(values),
            replace=replace,
            ttl_ms=ttl_ms,
            now_ms=now_ms,
            was=None if was is None else dict(was),
        )
        return await self._driver.write(work)

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        """Return the profile document; an empty one when there is none."""
        return await self._driver.read(partial(statements.profile, partition=partition, now_ms=now_ms))

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition's memories; return counts: memories, vectors, preferences."""
        return await self._driver.write(partial(statements.erase, partition=partition), rewrite_up_to_bytes=AFTER_ERASE)

    async def sweep(self, *, now_ms: int) -> int:
        """Remove what has expired and return how many memories went."""
        return await self._driver.write(partial(statements.sweep, now_ms=now_ms), rewrite_up_to_bytes=AT_SWEEP)

    async def ping(self) -> dict[str, str]:
        """Return facts about the database or raise StoreUnavailableError."""
        return await self._driver.facts()

    async def aclose(self) -> None:
        """Close the database if this store opened it."""
        if self._owns_driver:
            await self._driver.aclose()
