"""The session store on SQLite.

Owns which statements run together; the driver owns connections and transactions. Never looks at the clock: times
come from the caller.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Self

from memlane.adapters._drivers._sqlite_tidy import AFTER_DELETE, AFTER_ERASE, AT_SWEEP
from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.sessions import _sqlite_statements as statements
from memlane.adapters.sessions._sqlite_appends import Append, append_together
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState
from memlane.types.ids import Partition, SessionKey


class SqliteSessionStore:
    """Keeps sessions in a SQLite file; see `SessionStore` for what that promises.

    Deletions take their traces out of the file as well, at once in files of common size (16 MiB after `delete`,
    256 MiB after `erase`, 1 GiB at `sweep`), else at the next of these that may, or when a smaller file is quiet.

    Args:
        driver: The database; stays the caller's to close.
        shares_memories: Whether a `SqliteMemoryStore` on the same database takes the memories of appends; else they
            wait in the outbox.
    """

    def __init__(self, driver: SqliteDriver, *, shares_memories: bool) -> None:
        self.shares_memories = shares_memories
        self._driver = driver
        self._owns_driver = False

    @classmethod
    def from_url(cls, url: str, *, shares_memories: bool = False) -> Self:
        """Return a store on the database of a `sqlite:` URL, which `aclose()` closes; errors as `SqliteDriver`."""
        store = cls(SqliteDriver.from_url(url), shares_memories=shares_memories)
        store._owns_driver = True
        return store

    async def append(
        self, key: SessionKey, messages: Sequence[NewMessage], *, now_ms: int, default_ttl_ms: int | None
    ) -> list[Appended]:
        """Append a block of messages with their memories in one transaction."""
        work = Append(key, tuple(messages), now_ms, default_ttl_ms, self.shares_memories)
        return await self._driver.write(work, together=append_together)

    async def read(
        self, key: SessionKey, *, now_ms: int, last: int | None = None, before: int | None = None
    ) -> SessionState:
        """Return fields, counters and messages as of one moment."""
        work = partial(statements.read, key=key, now_ms=now_ms, last=last, before=before)
        return await self._driver.read(work, is_one_statement=True)

    async def write_fields(
        self, key: SessionKey, fields: Mapping[str, bytes | None], *, now_ms: int, default_ttl_ms: int | None
    ) -> None:
        """Set (bytes) or remove (None) named documents; creates the session when it is new."""
        work = partial(
            statements.write_fields, key=key, fields=dict(fields), now_ms=now_ms, default_ttl_ms=default_ttl_ms
        )
        await self._driver.write(work)

    async def swap_field(
        self,
        key: SessionKey,
        name: str,
        old: bytes | None,
        new: bytes | None,
        *,
        now_ms: int,
        created_at_ms: int | None = None,
    ) -> bool:
        """Make a named document `new` (None: absent) if it is `old` and the session lives; return whether it was."""
        work = partial(
            statements.swap_field, key=key, name=name, old=old, new=new, now_ms=now_ms, created_at_ms=created_at_ms
        )
        return await self._driver.write(work)

    async def expire(self, key: SessionKey, ttl_ms: int | None, *, now_ms: int, last: int | None = None) -> int:
        """Set the session's own sliding time to live, or the time left to its last n messages."""
        if last is None:
            return await self._driver.write(partial(statements.expire, key=key, ttl_ms=ttl_ms, now_ms=now_ms))
        work = partial(statements.expire_last, key=key, ttl_ms=ttl_ms, now_ms=now_ms, last=last)
        return await self._driver.write(work)

    async def delete(self, key: SessionKey) -> int:
        """Remove the session and return how many messages it had."""
        return await self._driver.write(partial(statements.delete, key=key), rewrite_up_to_bytes=AFTER_DELETE)

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        """Return the live sessions of a partition, newest activity first."""
        return await self._driver.read(partial(statements.list_sessions, partition=partition, now_ms=now_ms))

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove the sessions and the outbox of a partition; return counts: sessions, messages, waiting."""
        return await self._driver.write(partial(statements.erase, partition=partition), rewrite_up_to_bytes=AFTER_ERASE)

    async def pending(self, partition: Partition, *, limit: int) -> list[MemoryRow]:
        """Return the oldest memories that wait in the outbox of a partition."""
        return await self._driver.read(partial(statements.pending, partition=partition, limit=limit))

    async def settle(self, partition: Partition, ids: Sequence[str]) -> None:
        """Remove memories from the outbox once the memory store holds them."""
        await self._driver.write(partial(statements.settle, partition=partition, ids=tuple(ids)))

    async def unsettled(self, *, limit: int) -> list[Partition]:
        """Return partitions whose outbox holds memories."""
        return await self._driver.read(partial(statements.unsettled, limit=limit))

    async def sweep(self, *, now_ms: int) -> int:
        """Remove what has expired and return how many messages went."""
        return await self._driver.write(partial(statements.sweep, now_ms=now_ms), rewrite_up_to_bytes=AT_SWEEP)

    async def ping(self) -> dict[str, str]:
        """Return facts about the database or raise StoreUnavailableError."""
        return await self._driver.facts()

    async def aclose(self) -> None:
        """Close the database if this store opened it."""
        if self._owns_driver:
            await self._driver.aclose()
