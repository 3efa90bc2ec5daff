"""Reading all memories of a partition, page by page."""

from collections.abc import AsyncIterator, Collection

from memlane.engine.core import Core
from memlane.protocols.memories import MemoryRow
from memlane.types.ids import Partition
from memlane.types.memory import Memory
from memlane.types.wire import decode_memory

_PAGE = 1_000


async def memory_rows(core: Core, partition: Partition) -> AsyncIterator[MemoryRow]:
    """Yield the live memories of a partition in ascending order of id."""
    after: str | None = None
    while rows := await core.memories.scan(partition, now_ms=core.clock.now_ms(), after=after, limit=_PAGE):
        for row in rows:
            yield row
        after = rows[-1].id


async def all_memories(
    core: Core,
    partition: Partition,
    *,
    kinds: Collection[str] | None = None,
    sessions: Collection[str] | None = None,
) -> list[Memory]:
    """Return the live memories of a partition, of these kinds and sessions only, oldest first."""
    found: list[Memory] = []
    async for row in memory_rows(core, partition):
        memory = decode_memory(row.body)
        if (kinds is None or memory.kind in kinds) and (sessions is None or memory.session_id in sessions):
            found.append(memory)
    return sorted(found, key=lambda memory: (memory.created_at, memory.id))
