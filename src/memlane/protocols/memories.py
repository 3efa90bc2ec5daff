"""What a store of memories promises."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from memlane.types.ids import Partition


class MemoryRow(msgspec.Struct, frozen=True):
    """An encoded memory. `expires_at_ms` None means it stays."""

    id: str
    body: bytes
    expires_at_ms: int | None = None


class Replacement(msgspec.Struct, frozen=True):
    """A memory to store if it still is what the caller saw.

    Attributes:
        row: What it shall be.
        was: Its body as it was seen; None when there must be no such memory.
        keeps_vectors: Whether its vectors stay, because what they stand for is the same.
    """

    row: MemoryRow
    was: bytes | None = None
    keeps_vectors: bool = False


class Change(msgspec.Struct, frozen=True):
    """What became of one memory: `body` None means it is gone. `vector` is little-endian float16, or absent."""

    id: str
    body: bytes | None = None
    expires_at_ms: int | None = None
    vector: bytes | None = None


class Changes(msgspec.Struct, frozen=True):
    """What happened in a partition after a cursor.

    Attributes:
        cursor: Opaque text; pass it to the next changes().
        reset: Forget all that is known of the partition before applying `items`.
        items: At most one per memory, in the order of change.
        more: Call again with `cursor`: there is more.
    """

    cursor: str
    reset: bool = False
    items: list[Change] = []
    more: bool = False


class Profile(msgspec.Struct, frozen=True):
    """The profile document of a partition: encoded values by key, and when it ceases to exist (None: never)."""

    values: dict[str, bytes] = {}
    expires_at_ms: int | None = None


class MemoryStore(Protocol):
    """Keeps the long-term memories of partitions and says what changed in one since a cursor.

    Arguments arrive checked. Times are milliseconds since 1970 UTC and come from the caller: what expires at or
    before `now_ms` does not exist, whether or not it has been removed yet.

    Promises (each is a test in `memlane.testing.memories`):
        M1 get() and scan() return exactly the bytes put() was given.
        M2 one put() lands wholly or not at all, also under concurrency and cancellation.
        M3 put(overwrite=False) leaves an existing memory, its vectors and its change history alone; so does a put
           of identical bytes and expiry. A put of another body drops the memory's vectors.
        M4 partitions never meet: ids and partitions are opaque and compared exactly.
        M5 changes() from a cursor brings a reader that had applied everything before it to the current state,
           also under concurrent writers, after deletion, expiry, erasure and loss of the newest writes.
        M6 changes() at the current cursor is one round trip and returns no items.
        M7 delete(), erase() and expiry leave nothing behind but what later readers need to notice it, never content.
        M8 vectors of one embedder are never returned for another; vectors of unknown memories are not kept.
        M9 profile updates merge atomically by key; a profile past its time does not exist.
        M10 a store that cannot answer raises StoreUnavailableError within its time-out, with nothing half-written.
        M11 replace() stores all of its rows or none, and none unless each memory is what `was` says, also under
           concurrency; a vector stays where `keeps_vectors` says so, and changes() tells readers of the new body.
        M12 update_profile(was=…) changes the document only if its live values are exactly `was`, also under
           concurrency; it returns whether it did.
    """

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        """Store memories atomically and return how many were new or changed."""
        ...

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        """Store memories if each still is what was seen, atomically; return whether they were stored."""
        ...

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        """Return the memories with these ids, None where there is none, in the order asked."""
        ...

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        """Remove memories and their vectors and return how many there were."""
        ...

    async def changes(
        self,
        partition: Partition,
        since: str | None,
        *,
        now_ms: int,
        embedder: str | None = None,
        limit: int = 2_000,
    ) -> Changes:
        """Return what changed after `since` (None: everything), with the vectors of `embedder` where they exist.

        A cursor that this store cannot follow (another incarnation, too old, ahead of it) gives `reset` and all.
        Storing a vector counts as a change of its memory.
        """
        ...

    async def scan(
        self, partition: Partition, *, now_ms: int, after: str | None = None, limit: int = 1_000
    ) -> list[MemoryRow]:
        """Return live memories in ascending order of id (by code point), those after `after`."""
        ...

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        """Store vectors (id → float16 bytes) of one embedder; return how many were kept."""
        ...

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

        With `was`, only if the document's values are exactly these, none where it is empty; return whether it was.
        """
        ...

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        """Return the profile document; an empty one when there is none."""
        ...

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition; return counts: memories, vectors, preferences."""
        ...

    async def sweep(self, *, now_ms: int) -> int:
        """Remove what has expired and return how many memories went; never needed to be right."""
        ...

    async def ping(self) -> dict[str, str]:
        """Return facts about the backend (`server`, `version`, …) or raise StoreUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Release what this store opened itself."""
        ...
