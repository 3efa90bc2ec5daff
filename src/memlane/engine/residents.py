"""Hot partitions in memory, brought up to date before every search and bounded by bytes.

A partition is built from what the store says, never from what this process remembers having written, so any
number of processes agree.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from memlane.engine.indexer import Indexer
from memlane.protocols.clock import Clock
from memlane.protocols.memories import Changes, MemoryStore
from memlane.recall.index import PartitionIndex
from memlane.types.ids import Partition

_PAGE = 5_000
_INLINE_ROWS = 500
_EMBED_BATCH = 128
_BACKGROUND_ROWS = 2_000


class _Resident:
    """One partition: its index and how far it has followed the store."""

    def __init__(self, dimension: int | None) -> None:
        self.index = PartitionIndex(dimension)
        self.cursor: str | None = None
        self.lock = asyncio.Lock()
        self.stale = False


class Residents:
    """Least-recently-used cache of partition indexes."""

    def __init__(self, memories: MemoryStore, indexer: Indexer, clock: Clock, limit_bytes: int) -> None:
        """Keep at most about `limit_bytes` of indexes, but always the one in use."""
        self._memories = memories
        self._indexer = indexer
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._residents: OrderedDict[Partition, _Resident] = OrderedDict()
        self.hits = 0
        self.misses = 0
        self.evictions = 0

    @property
    def size_bytes(self) -> int:
        """About how much memory the indexes take."""
        return sum(resident.index.size_bytes for resident in self._residents.values())

    @asynccontextmanager
    async def fresh(self, partition: Partition, *, embed_wait: timedelta) -> AsyncGenerator[PartitionIndex]:
        """Lend the index of a partition, equal to the store as of now; nothing else changes it meanwhile.

        Memories without a vector get theirs first, for at most `embed_wait`; what is left is done in the background.
        """
        resident = self._resident(partition)
        async with resident.lock:
            try:
                await self._refresh(partition, resident)
                await self._embed_missing(partition, resident, embed_wait)
            except BaseException:
                self._discard(partition, resident)  # half-applied changes must not be searched
                raise
            self._evict(partition)
            yield resident.index

    def drop(self, partition: Partition) -> None:
        """Forget a partition: it was erased."""
        self._residents.pop(partition, None)

    def clear(self) -> None:
        """Forget everything."""
        self._residents.clear()

    def _resident(self, partition: Partition) -> _Resident:
        resident = self._residents.get(partition)
        if resident is None:
            self.misses += 1
            resident = self._residents[partition] = _Resident(self._indexer.dimension)
        else:
            self.hits += 1
        self._residents.move_to_end(partition)
        return resident

    def _discard(self, partition: Partition, resident: _Resident) -> None:
        resident.index, resident.cursor = PartitionIndex(self._indexer.dimension), None
        if self._residents.get(partition) is resident:
            del self._residents[partition]

    async def _refresh(self, partition: Partition, resident: _Resident) -> None:
        more = True
        while more:
            changes = await self._memories.changes(
                partition,
                resident.cursor,
                now_ms=self._clock.now_ms(),
                embedder=self._indexer.identity,
                limit=_PAGE,
            )
            if changes.reset:
                resident.index = PartitionIndex(self._indexer.dimension)
            await self._apply(resident, changes)
            resident.cursor, more = changes.cursor, changes.more

    async def _apply(self, resident: _Resident, changes: Changes) -> None:
        if len(changes.items) <= _INLINE_ROWS:
            resident.index.apply(changes.items)
        else:
            await asyncio.to_thread(resident.index.apply, changes.items)

    async def _embed_missing(self, partition: Partition, resident: _Resident, wait: timedelta) -> None:
        if not self._indexer.usable:
            return
        deadline = time.monotonic() + wait.total_seconds()
        before = ""
        while missing := resident.index.missing(_EMBED_BATCH):
            if time.monotonic() >= deadline or missing[0][0] == before:
                self._indexer.notice(partition, dict(resident.index.missing(_BACKGROUND_ROWS)))
                return
            before = missing[0][0]
            if not await self._indexer.embed(partition, missing):
                return
            await self._refresh(partition, resident)

    def _evict(self, in_use: Partition) -> None:
        size = self.size_bytes
        for partition in list(self._residents):
            if size <= self._limit_bytes:
                return
            if partition != in_use:
                size -= self._residents.pop(partition).index.size_bytes
                self.evictions += 1
