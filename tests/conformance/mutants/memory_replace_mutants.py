"""Memory stores that each break one promise, named for what they do wrong; the suite must fail on every one.

Here: replacing memories (M11).
"""

import asyncio
from collections.abc import Sequence

import msgspec

from memlane.protocols.memories import Replacement
from memlane.testing.fake_memories import InMemoryMemoryStore
from memlane.types.ids import Partition


class ReplacesWhateverIsThere(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        kept = await self.get(partition, [one.row.id for one in rows], now_ms=now_ms)
        was = [None if memory is None else memory.body for memory in kept]
        seen = [msgspec.structs.replace(one, was=body) for one, body in zip(rows, was, strict=True)]
        return await super().replace(partition, seen, now_ms=now_ms)


class ReplacesInTwoSteps(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        part = self._shelf.peek(partition)
        as_seen = all(part.is_as_seen(one, now_ms) for one in rows)
        await asyncio.sleep(0)
        if as_seen:
            await self.put(partition, [one.row for one in rows], now_ms=now_ms)
        return as_seen


class ReplacesOneByOne(InMemoryMemoryStore):
    """M11: what comes before the first that is not as seen is stored."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        for one in rows:
            if not await super().replace(partition, [one], now_ms=now_ms):
                return False
        return True


class ReplacesThoseThatAreAsSeen(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        return all(
            [await super(ReplacesThoseThatAreAsSeen, self).replace(partition, [one], now_ms=now_ms) for one in rows]
        )


class LooksAtTheFirstOnly(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        done = await super().replace(partition, rows[:1], now_ms=now_ms)
        if done:
            await self.put(partition, [one.row for one in rows[1:]], now_ms=now_ms)
        return done


class ShowsHalfAReplacement(InMemoryMemoryStore):
    """M11: readers see the first part."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        part = self._shelf.peek(partition)
        if not all(part.is_as_seen(one, now_ms) for one in rows):
            return False
        await super().replace(partition, rows[:1], now_ms=now_ms)
        await asyncio.sleep(0)
        return await super().replace(partition, rows[1:], now_ms=now_ms)


class StoresWhatWasNot(InMemoryMemoryStore):
    """M11: whoever has seen nothing may overwrite."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        blind = [one for one in rows if one.was is None]
        await self.put(partition, [one.row for one in blind], now_ms=now_ms)
        return await super().replace(partition, [one for one in rows if one.was is not None], now_ms=now_ms)


class TakesEmptyForAbsent(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        kept = await self.get(partition, [one.row.id for one in rows], now_ms=now_ms)
        seen = [
            msgspec.structs.replace(one, was=None) if one.was == b"" and memory is None else one
            for one, memory in zip(rows, kept, strict=True)
        ]
        return await super().replace(partition, seen, now_ms=now_ms)


class SeesWhatHasExpired(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        kept = self._shelf.peek(partition).rows
        if any((kept[one.row.id].body if one.row.id in kept else None) != one.was for one in rows):
            return False
        await self.put(partition, [one.row for one in rows], now_ms=now_ms)
        return True


class SaysNoToNothing(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        return bool(rows) and await super().replace(partition, rows, now_ms=now_ms)


class KeepsTheOldExpiry(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        kept = await self.get(partition, [one.row.id for one in rows], now_ms=now_ms)
        asked = [
            msgspec.structs.replace(
                one,
                row=one.row if memory is None else msgspec.structs.replace(one.row, expires_at_ms=memory.expires_at_ms),
            )
            for one, memory in zip(rows, kept, strict=True)
        ]
        return await super().replace(partition, asked, now_ms=now_ms)


class DropsEveryVector(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        asked = [msgspec.structs.replace(one, keeps_vectors=False) for one in rows]
        return await super().replace(partition, asked, now_ms=now_ms)


class KeepsEveryVector(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        asked = [msgspec.structs.replace(one, keeps_vectors=True) for one in rows]
        return await super().replace(partition, asked, now_ms=now_ms)


class KeepsVectorsOfWhatExpired(InMemoryMemoryStore):
    """M11: a new memory takes over the vectors of an expired one."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        vectors = self._shelf.peek(partition).vectors
        kept = {name: dict(by_id) for name, by_id in vectors.items()}
        done = await super().replace(partition, rows, now_ms=now_ms)
        for one in rows if done else ():
            for name, by_id in kept.items():
                if one.keeps_vectors and one.row.id in by_id:
                    vectors[name][one.row.id] = by_id[one.row.id]
        return done


class TellsNobody(InMemoryMemoryStore):
    """M11: readers keep the old body."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        touched = dict(self._shelf.part(partition).touched)
        done = await super().replace(partition, rows, now_ms=now_ms)
        self._shelf.part(partition).touched |= {
            one.row.id: touched[one.row.id] for one in rows if one.row.id in touched
        }
        return done


class TellsOnlyOfOtherVectors(InMemoryMemoryStore):
    """M11: a body whose vector stays is no change."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        touched = dict(self._shelf.part(partition).touched)
        done = await super().replace(partition, rows, now_ms=now_ms)
        quiet = [one.row.id for one in rows if one.keeps_vectors and one.row.id in touched]
        self._shelf.part(partition).touched |= {id_: touched[id_] for id_ in quiet}
        return done


class LandsPartlyWhenCancelled(InMemoryMemoryStore):
    """M11."""

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            await super().replace(partition, rows[:1], now_ms=now_ms)
            raise
        return await super().replace(partition, rows, now_ms=now_ms)


MUTANTS: tuple[type[InMemoryMemoryStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
