"""Memory stores that each break one promise, named for what they do wrong; the suite must fail on every one.

Here: what is put, got and scanned, and under which ids (M1-M4); the rest in `memory_change_mutants`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from memlane.protocols.memories import Changes, MemoryRow, Profile, Replacement
from memlane.testing.fake_memories import InMemoryMemoryStore
from memlane.types.ids import Partition


class _Rewrites(InMemoryMemoryStore):
    def rewrite(self, row: MemoryRow) -> MemoryRow:
        return row

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        return await super().put(partition, [self.rewrite(row) for row in rows], **how)


class StripsBodies(_Rewrites):
    """M1."""

    def rewrite(self, row: MemoryRow) -> MemoryRow:
        return msgspec.structs.replace(row, body=row.body.strip())


class ForgetsWhenMemoriesEnd(_Rewrites):
    """M1."""

    def rewrite(self, row: MemoryRow) -> MemoryRow:
        return msgspec.structs.replace(row, expires_at_ms=None)


class GetsInTheOrderOfIds(InMemoryMemoryStore):
    """M1."""

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        return await super().get(partition, sorted(ids), now_ms=now_ms)


class GetsOnlyWhatThereIs(InMemoryMemoryStore):
    """M1."""

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        return [row for row in await super().get(partition, ids, now_ms=now_ms) if row is not None]


class GetsTheExpired(InMemoryMemoryStore):
    """M1."""

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        return await super().get(partition, ids, now_ms=0)


class ScansTheExpired(InMemoryMemoryStore):
    """M1."""

    async def scan(self, partition: Partition, **asked: Any) -> list[MemoryRow]:
        return await super().scan(partition, **{**asked, "now_ms": 0})


class ScansInTheOrderOfAlphabets(InMemoryMemoryStore):
    """M1."""

    async def scan(self, partition: Partition, **asked: Any) -> list[MemoryRow]:
        return sorted(await super().scan(partition, **asked), key=lambda row: row.id.casefold())


class ScansFromTheLastAgain(InMemoryMemoryStore):
    """M1."""

    async def scan(
        self, partition: Partition, *, after: str | None = None, limit: int = 1_000, **asked: Any
    ) -> list[MemoryRow]:
        rows = await super().scan(partition, limit=10_000, **asked)
        return [row for row in rows if after is None or row.id >= after][:limit]


class FiltersAfterLimiting(InMemoryMemoryStore):
    """M1."""

    async def scan(self, partition: Partition, *, now_ms: int, **asked: Any) -> list[MemoryRow]:
        rows = await super().scan(partition, now_ms=0, **asked)
        return [row for row in rows if row.expires_at_ms is None or row.expires_at_ms > now_ms]


class PutsOneByOne(InMemoryMemoryStore):
    """M2."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        changed = 0
        for row in rows:
            changed += await super().put(partition, [row], **how)
            await asyncio.sleep(0)
        return changed


class LandsPartlyWhenCancelled(InMemoryMemoryStore):
    """M2: nobody sees half a put unless it is cancelled."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            await super().put(partition, rows[:1], **how)
            raise
        return await super().put(partition, rows, **how)


class LosesUnderConcurrency(InMemoryMemoryStore):
    """M2."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        part = self._shelf.part(partition)
        before = dict(part.rows)
        await asyncio.sleep(0)
        part.rows = before
        return await super().put(partition, rows, **how)


class OffersTwice(InMemoryMemoryStore):
    """M3: it looks first and writes later."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        if not overwrite:
            known = await self.get(partition, [row.id for row in rows], now_ms=now_ms)
            rows = [row for row, old in zip(rows, known, strict=True) if old is None]
            await asyncio.sleep(0)
        return await super().put(partition, rows, now_ms=now_ms)


class AlwaysOverwrites(InMemoryMemoryStore):
    """M3."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        return await super().put(partition, rows, now_ms=now_ms)


class NeverOverwrites(InMemoryMemoryStore):
    """M3."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        return await super().put(partition, rows, now_ms=now_ms, overwrite=False)


class CallsTheSameAChange(InMemoryMemoryStore):
    """M3."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        changed = await super().put(partition, rows, **how)
        for row in rows:
            self._shelf.part(partition).touch(row.id)
        return changed


class KeepsVectorsOfOtherBodies(InMemoryMemoryStore):
    """M3."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        part = self._shelf.part(partition)
        before = {embedder: dict(by_id) for embedder, by_id in part.vectors.items()}
        changed = await super().put(partition, rows, **how)
        part.vectors = before
        return changed


class DropsVectorsOfLongerLives(InMemoryMemoryStore):
    """M3."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        part = self._shelf.part(partition)
        before = dict(part.touched)
        changed = await super().put(partition, rows, **how)
        for row in rows:
            if part.touched.get(row.id) != before.get(row.id):
                part.drop_vectors(row.id)
        return changed


class LetsTheExpiredStandInTheWay(InMemoryMemoryStore):
    """M3."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        kept = self._shelf.part(partition).rows
        offered = rows if overwrite else [row for row in rows if row.id not in kept]
        return await super().put(partition, offered, now_ms=now_ms, overwrite=overwrite)


class _Replaces(InMemoryMemoryStore):
    def elsewhere(self, partition: Partition) -> Partition:
        return partition

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        return await super().put(self.elsewhere(partition), rows, **how)

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        return await super().replace(self.elsewhere(partition), rows, now_ms=now_ms)

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        return await super().get(self.elsewhere(partition), ids, now_ms=now_ms)

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        return await super().delete(self.elsewhere(partition), ids, now_ms=now_ms)

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        return await super().changes(self.elsewhere(partition), since, **asked)

    async def scan(self, partition: Partition, **asked: Any) -> list[MemoryRow]:
        return await super().scan(self.elsewhere(partition), **asked)

    async def put_vectors(self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], **how: Any) -> int:
        return await super().put_vectors(self.elsewhere(partition), embedder, vectors, **how)

    async def update_profile(self, partition: Partition, values: Mapping[str, bytes], **how: Any) -> bool:
        return await super().update_profile(self.elsewhere(partition), values, **how)

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        return await super().profile(self.elsewhere(partition), now_ms=now_ms)

    async def erase(self, partition: Partition) -> dict[str, int]:
        return await super().erase(self.elsewhere(partition))


class FoldsUsers(_Replaces):
    """M4."""

    def elsewhere(self, partition: Partition) -> Partition:
        return Partition(partition.tenant, partition.user.casefold())


class JoinsTenantAndUser(_Replaces):
    """M4."""

    def elsewhere(self, partition: Partition) -> Partition:
        return Partition("", f"{partition.tenant}:{partition.user}")


class DeletesByPrefix(InMemoryMemoryStore):
    """M4."""

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        count = await super().delete(partition, ids, now_ms=now_ms)
        others = [id_ for id_ in self._shelf.peek(partition).rows if id_.startswith(tuple(ids))]
        await super().delete(partition, others, now_ms=now_ms)
        return count


MUTANTS: tuple[type[InMemoryMemoryStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
