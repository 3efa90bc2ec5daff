"""Many users in one process: what stays in memory, and what a recall costs a user who had to make room.

Ten thousand users on SQLite, an eighth of whose partitions fit the limit; some come much more often than others. It
must not know how results are reported.
"""

import asyncio
import random
import time
from itertools import accumulate, islice

import msgspec

import memlane
from made_up import RandomEmbedder, Speech
from measure import percentile
from memlane.engine.verbatim import memory_row
from memlane.protocols.memories import MemoryStore
from memlane.recall.text import RECIPE
from memlane.types.ids import Partition
from memlane.wiring.backends import open_backend
from recall_parts import memory

_AT_ONCE = 64
_ASIDE = 8
_SAMPLE = 100


class Residency(msgspec.Struct):
    """What was measured."""

    users: int
    memories_each: int
    limit_bytes: int
    size_bytes: int
    partitions: int
    hit_rate: float
    evictions: int
    in_memory_p50_ms: float
    evicted_p50_ms: float


async def residency(url: str, *, users: int, memories_each: int, recalls: int) -> Residency:
    """Fill a store with users, recall as they come, then time both kinds of recall."""
    await _fill(url, users, memories_each)
    limit = users // _ASIDE * await _size_of_one(url)
    async with memlane.connect_async(url, embedder=RandomEmbedder(), cache_bytes=limit) as connection:
        residents = connection._core.residents  # noqa: SLF001 -- its numbers
        speech, draw = Speech(1), random.Random(1)
        popularity = list(accumulate(1 / rank for rank in range(1, users + 1)))
        for name in draw.choices(range(users), cum_weights=popularity, k=recalls):
            await connection.user(f"{name}").recall(speech.question())
        stats = residents.stats
        evicted, in_memory = list[float](), list[float]()
        for name in draw.sample(range(users // 2, users), _SAMPLE):
            for times in (evicted, in_memory):
                start, misses = time.perf_counter(), residents.stats.misses
                await connection.user(f"{name}").recall(speech.question())
                if (residents.stats.misses > misses) == (times is evicted):
                    times.append((time.perf_counter() - start) * 1e3)
    return Residency(
        users,
        memories_each,
        limit,
        stats.size_bytes,
        stats.partitions,
        stats.hit_rate,
        stats.evictions,
        percentile(in_memory, 50),
        percentile(evicted, 50),
    )


async def _size_of_one(url: str) -> int:
    async with memlane.connect_async(url, embedder=RandomEmbedder()) as connection:
        await connection.user("0").recall("anything")
        return connection._core.residents.stats.size_bytes  # noqa: SLF001 -- its numbers


async def _fill(url: str, users: int, memories_each: int) -> None:
    backend = open_backend(url)
    store, turns, embedder = backend.memories(), Speech(1).turns(), RandomEmbedder()
    try:
        for first in range(0, users, _AT_ONCE):
            names = range(first, min(users, first + _AT_ONCE))
            await asyncio.gather(*(_put(store, name, list(islice(turns, memories_each)), embedder) for name in names))
    finally:
        await store.aclose()
        await backend.aclose()


async def _put(store: MemoryStore, name: int, texts: list[str], embedder: RandomEmbedder) -> None:
    partition, now_ms = Partition("default", f"{name}"), time.time_ns() // 1_000_000
    memories = [memory(number, text) for number, text in enumerate(texts)]
    await store.put(partition, [memory_row(one) for one in memories], now_ms=now_ms)
    halves = embedder.vectors(len(texts)).astype("<f2")
    vectors = {one.id: half.tobytes() for one, half in zip(memories, halves, strict=True)}
    await store.put_vectors(partition, f"{embedder.identity}+{RECIPE}", vectors, now_ms=now_ms)
