"""What a store of small records promises: what a server keeps besides its users' memories."""

from typing import Protocol

import msgspec


class Record(msgspec.Struct, frozen=True):
    """A record: its id within its collection, and its bytes."""

    id: str
    body: bytes


class RecordStore(Protocol):
    """Keeps small records in named collections, outside every user's partition: API keys, budgets of requests.

    It holds nothing that a user said. Collections are short names of Memlane's own (letters, digits, `-`); ids are
    valid ids (`memlane.types.ids`), opaque and compared exactly. Times are milliseconds since 1970 UTC and come from
    the caller: what expires at or before `now_ms` does not exist, whether or not it has been removed yet.

    Promises (each is a test in `memlane.testing.records`):
        R1 get() and list() return exactly the bytes that create() or swap() was given.
        R2 create() stores a record only where there is none, also under concurrency: one of many callers wins.
        R3 swap() changes or removes a record only if it still is what the caller saw, also under concurrency.
        R4 collections and ids never meet: opaque, compared exactly, never a pattern.
        R5 what has expired is neither returned nor listed, and its id is free again.
        R6 take() never grants more than `limit` of one id before it expires, also under concurrency, and grants what
           is left when less than `amount` is.
        R7 list() returns the live records in ascending order of id (by code point), those after `after`.
        R8 a store that cannot answer raises StoreUnavailableError within its time-out, with nothing half-written.
    """

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
        ...

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        """Return a record's bytes, None when there is none."""
        ...

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
        ...

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        """Return the live records of a collection in ascending order of id, those after `after`."""
        ...

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
        """Take up to `amount` (at least 1) from what is left of `limit`, and return how much was granted, 0 for none.

        The first take of an id begins its count, which ends at `expires_at_ms`. Counts are apart from records: they
        are not listed, and one of the same collection and id does not meet a record.
        """
        ...

    async def ping(self) -> dict[str, str]:
        """Return facts about the backend (`server`, `version`, …) or raise StoreUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Release what this store opened itself."""
        ...
