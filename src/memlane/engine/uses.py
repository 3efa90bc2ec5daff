"""How often what is known is used: counted here, and written down together, now and then.

A memory that was put into a context counts as used. Messages are not counted: what was said is never rewritten. The
count is for fading and may miss what a process did in its last moments.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from memlane.engine.tasks import Tasks
from memlane.engine.verbatim import memory_row
from memlane.errors import MemlaneError
from memlane.protocols.clock import Clock
from memlane.protocols.memories import MemoryRow, MemoryStore, Replacement
from memlane.types.ids import Partition
from memlane.types.memory import MESSAGE, Memory
from memlane.types.times import from_ms
from memlane.types.wire import decode_memory

_log = logging.getLogger(__name__)
_WRITTEN_AFTER_SECONDS = 20.0
_MOST_USERS = 10_000


class Uses:
    """Counts uses of memories and writes them down."""

    def __init__(self, memories: MemoryStore, clock: Clock, tasks: Tasks) -> None:
        self._memories = memories
        self._clock = clock
        self._tasks = tasks
        self._counts: defaultdict[Partition, Counter[str]] = defaultdict(Counter)
        self._waiting = False

    def note(self, partition: Partition, memories: Iterable[Memory]) -> None:
        """Count that these were used."""
        ids = [memory.id for memory in memories if memory.kind != MESSAGE]
        if not ids or (len(self._counts) >= _MOST_USERS and partition not in self._counts):
            return
        self._counts[partition].update(ids)
        if not self._waiting:
            self._waiting = True
            self._tasks.start(self._write_soon())

    def forget(self, partition: Partition) -> None:
        """Drop what is counted of a partition."""
        self._counts.pop(partition, None)

    async def write(self) -> None:
        """Write down what is counted; what cannot be written is dropped."""
        counts, self._counts = self._counts, defaultdict(Counter)
        for partition, used in counts.items():
            try:
                await self._write(partition, used)
            except MemlaneError as exc:
                _log.warning("uses were not written down: %s", exc.code)

    async def _write_soon(self) -> None:
        try:
            await asyncio.sleep(_WRITTEN_AFTER_SECONDS)
        finally:
            self._waiting = False
        await self.write()

    async def _write(self, partition: Partition, used: Counter[str]) -> None:
        rows = await self._memories.get(partition, list(used), now_ms=self._clock.now_ms())
        for row in rows:
            if row is not None:  # one by one: what somebody changes meanwhile must not cost the others their count
                await self._memories.replace(partition, [self._counted(row, used[row.id])], now_ms=self._clock.now_ms())

    def _counted(self, row: MemoryRow, count: int) -> Replacement:
        memory = decode_memory(row.body)
        now = from_ms(self._clock.now_ms())
        counted = msgspec.structs.replace(memory, uses=memory.uses + count, used_at=now)
        return Replacement(row=memory_row(counted), was=row.body, keeps_vectors=True)
