"""Hot partitions in memory, brought up to date before every search and bounded by bytes.

A partition is built from what the store says, never from what this process remembers having written, so any
number of processes agree.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import msgspec

from memlane.engine.indexer import Indexer
from memlane.protocols.clock import Clock
from memlane.protocols.memories import Changes, MemoryStore
from memlane.recall.index import PartitionIndex
from memlane.types.ids import Partition

_PAGE = 5_000
_INLINE_ROWS = 500
_EMBED_BATCH = 128
_FEW_MISSING = 32
_BACKGROUND_ROWS = 2_000


class ResidentStats(msgspec.Struct, frozen=True, kw_only=True):
    """How well the memory for hot partitions is used, since the connection was opened.

    Attributes:
        partitions: How many are in memory now.
        size_bytes: About how much memory they take.
        limit_bytes: How much they may take.
        hits: Recalls that found their partition in memory.
        misses: Recalls that had to read it from the store first.
        evictions: Partitions that had to make room.
    """

    partitions: int
    size_bytes: int
    limit_bytes: int
    hits: int
    misses: int
    evictions: int

    @property
    def hit_rate(self) -> float:
        """Share of recalls that found their partition in memory; 0 before the first."""
        return self.hits / max(1, self.hits + self.misses)


class _Resident:
    """One partition: its index, how far it has followed the store, and the size it is counted with."""

    def __init__(self, dimension: int | None) -> None:
        self.index = PartitionIndex(dimension)
        self.cursor: str | None = None
        self.lock = asyncio.Lock()
        self.counted_bytes = 0


class Residents:
    """Least-recently-used cache of partition indexes."""

    def __init__(self, memories: MemoryStore, indexer: Indexer, clock: Clock, limit_bytes: int) -> None:
        """Keep at most about `limit_bytes` of indexes, but always the one in use."""
        self._memories = memories
        self._indexer = indexer
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._residents: OrderedDict[Partition, _Resident] = OrderedDict()
        self._size_bytes = 0
        self._hits = 0
        self._misses = 0
        self._evictions = 0

    @property
    def stats(self) -> ResidentStats:
        """What has been counted so far."""
        return ResidentStats(
            partitions=len(self._residents),
            size_bytes=self._size_bytes,
            limit_bytes=self._limit_bytes,
            hits=self._hits,
            misses=self._misses,
            evictions=self._evictions,
        )

    @asynccontextmanager
    async def fresh(self, partition: Partition, *, embed_wait: timedelta) -> AsyncGenerator[PartitionIndex]:
        """Lend the index of a partition, equal to the store as of now; nothing else changes it meanwhile.

        Memories without a vector get theirs first, for at most `embed_wait`; what is left is done in the background.
        A few are stored while the index is lent, and are stored when it is given back.
        """
        resident = self._resident(partition)
        async with resident.lock:
            with self._discarding(partition, resident):
                await self._refresh(partition, resident)
                storing = await self._embed_missing(partition, resident, embed_wait)
            try:
                self._count(partition, resident)
                self._evict(partition)
                if storing is not None:
                    await asyncio.sleep(0)  # it begins before the search, which takes the loop
                yield resident.index
            finally:
                if storing is not None:
                    with self._discarding(partition, resident):
                        await storing

    def drop(self, partition: Partition) -> None:
        """Forget a partition: it was erased."""
        resident = self._residents.pop(partition, None)
        if resident is not None:
            self._size_bytes -= resident.counted_bytes

    def clear(self) -> None:
        """Forget everything."""
        self._residents.clear()
        self._size_bytes = 0

    def _resident(self, partition: Partition) -> _Resident:
        resident = self._residents.get(partition)
        if resident is None:
            self._misses += 1
            resident = self._residents[partition] = _Resident(self._indexer.dimension)
        else:
            self._hits += 1
        self._residents.move_to_end(partition)
        return resident

    @contextmanager
    def _discarding(self, partition: Partition, resident: _Resident) -> Generator[None]:
        """Discard a partition when it could not be brought up to date: what is half-applied must not be searched."""
        try:
            yield
        except BaseException:
            self._discard(partition, resident)
            raise

    def _discard(self, partition: Partition, resident: _Resident) -> None:
        resident.index, resident.cursor = PartitionIndex(self._indexer.dimension), None
        if self._residents.get(partition) is resident:
            self.drop(partition)

    async def _refresh(self, partition: Partition, resident: _Resident) -> None:
        changes = await self._changes(partition, resident.cursor)
        while changes.more:
            following = asyncio.ensure_future(self._changes(partition, changes.cursor))  # read while these are applied
            try:
                await self._apply(resident, changes)
                changes = await following
            finally:
                following.cancel()
        await self._apply(resident, changes)

    async def _changes(self, partition: Partition, cursor: str | None) -> Changes:
        now_ms, identity = self._clock.now_ms(), self._indexer.identity
        return await self._memories.changes(partition, cursor, now_ms=now_ms, embedder=identity, limit=_PAGE)

    async def _apply(self, resident: _Resident, changes: Changes) -> None:
        if changes.reset:
            resident.index = PartitionIndex(self._indexer.dimension)
        if len(changes.items) <= _INLINE_ROWS:
            resident.index.apply(changes.items)
        else:
            await asyncio.to_thread(resident.index.apply, changes.items)
        resident.cursor = changes.cursor

    async def _embed_missing(
        self, partition: Partition, resident: _Resident, wait: timedelta
    ) -> "asyncio.Task[None] | None":
        """Give memories their vectors; return the task, if any, that stores those which are not stored yet."""
        if not self._indexer.usable:
            return None
        deadline = time.monotonic() + wait.total_seconds()
        before = ""
        while missing := resident.index.missing(_EMBED_BATCH):
            if time.monotonic() >= deadline or missing[0][0] == before:
                self._indexer.notice(partition, dict(resident.index.missing(_BACKGROUND_ROWS)))
                return None
            if len(missing) <= _FEW_MISSING:
                return await self._embed_few(partition, resident, missing)
            before = missing[0][0]
            if not await self._indexer.embed(partition, missing):
                return None
            await self._refresh(partition, resident)
        return None

    async def _embed_few(
        self, partition: Partition, resident: _Resident, missing: list[tuple[str, str]]
    ) -> "asyncio.Task[None] | None":
        """Give the memories that came with a turn or two their vectors before the store has these."""
        vectors = await self._indexer.vectors(missing)
        if vectors is None:
            return None
        resident.index.put_vectors(vectors)
        return asyncio.create_task(self._indexer.store(partition, missing, vectors))

    def _count(self, partition: Partition, resident: _Resident) -> None:
        if self._residents.get(partition) is resident:  # it may have been evicted while it was brought up to date
            size = resident.index.size_bytes
            self._size_bytes += size - resident.counted_bytes
            resident.counted_bytes = size

    def _evict(self, in_use: Partition) -> None:
        """Drop the least recently used until the limit is kept, but never the one in use."""
        if in_use in self._residents:
            self._residents.move_to_end(in_use)
        while self._size_bytes > self._limit_bytes and (oldest := next(iter(self._residents))) != in_use:
            self.drop(oldest)
            self._evictions += 1
