"""Memory stores that each break one promise, named for what they do wrong; the suite must fail on every one.

Here: what readers are told, what is removed, the profile and outages (M5-M10).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from memlane.protocols.memories import Changes, MemoryRow, Profile
from memlane.testing.fake_memories import InMemoryMemoryStore
from memlane.types.ids import Partition


class ForgetsDeletions(InMemoryMemoryStore):
    """M5: no tombstone."""

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        count = await super().delete(partition, ids, now_ms=now_ms)
        for id_ in ids:
            self._shelf.part(partition).touched.pop(id_, None)
        return count


class CapsTombstonesWithoutReset(InMemoryMemoryStore):
    """M5."""

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        count = await super().delete(partition, ids, now_ms=now_ms)
        part = self._shelf.part(partition)
        gone = sorted((id_ for id_ in part.touched if id_ not in part.rows), key=part.touched.__getitem__)
        for id_ in gone[:-1_000]:
            del part.touched[id_]
        return count


class SkipsWhenPaging(InMemoryMemoryStore):
    """M5: the cursor of a page is that of the newest change."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        changes = await super().changes(partition, since, **asked)
        part = self._shelf.peek(partition)
        return msgspec.structs.replace(changes, cursor=f"{part.epoch}:{part.version}")


class SaysThereIsNoMore(InMemoryMemoryStore):
    """M5: it moves past what it did not return."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        changes = await super().changes(partition, since, **asked)
        return msgspec.structs.replace(changes, more=False)


class GivesOnePutOneVersion(InMemoryMemoryStore):
    """M5: a page that ends within a put loses the rest of it."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        changed = await super().put(partition, rows, **how)
        part = self._shelf.part(partition)
        for row in rows:
            part.touched[row.id] = part.version
        return changed


class FollowsAcrossErasure(InMemoryMemoryStore):
    """M5: a cursor is only a number."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        part = self._shelf.peek(partition)
        number = (since or "").rpartition(":")[2]
        known = since is not None and number.isdigit() and int(number) <= part.version
        return await super().changes(partition, f"{part.epoch}:{number}" if known else since, **asked)


class NeverResets(InMemoryMemoryStore):
    """M5."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        return msgspec.structs.replace(await super().changes(partition, since, **asked), reset=False)


class ChokesOnForeignCursors(InMemoryMemoryStore):
    """M5."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        if since is not None:
            int(since.rpartition(":")[2])
        return await super().changes(partition, since, **asked)


class ForgetsToTellWhatCameBack(InMemoryMemoryStore):
    """M5: a memory put again after its time is no change to those who knew it before."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        part = self._shelf.part(partition)
        expired = {
            row.id: part.touched[row.id] for row in part.rows.values() if part.live(row.id, how["now_ms"]) is None
        }
        changed = await super().put(partition, rows, **how)
        part.touched |= expired
        return changed


class TellsTheLastAgain(InMemoryMemoryStore):
    """M6."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        epoch, _, version = (since or "").rpartition(":")
        before = f"{epoch}:{int(version) - 1}" if version.isdigit() and int(version) > 0 else since
        return await super().changes(partition, before, **asked)


class ResetsEveryTime(InMemoryMemoryStore):
    """M6."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        return await super().changes(partition, None, **{**asked, "limit": 100_000})


class KeepsVectorsOfTheUnknown(InMemoryMemoryStore):
    """M8: it keeps the vectors of memories to come."""

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        count = await super().put_vectors(partition, embedder, vectors, now_ms=now_ms)
        self._shelf.part(partition).vectors.setdefault(embedder, {}).update(vectors)
        return count

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        part = self._shelf.part(partition)
        early = {embedder: dict(by_id) for embedder, by_id in part.vectors.items()}
        unknown = [row.id for row in rows if row.id not in part.rows]
        changed = await super().put(partition, rows, **how)
        for embedder, by_id in early.items():
            part.vectors[embedder] |= {id_: by_id[id_] for id_ in unknown if id_ in by_id}
        return changed


class MixesEmbedders(InMemoryMemoryStore):
    """M8."""

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        return await super().put_vectors(partition, "any", vectors, now_ms=now_ms)

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        return await super().changes(partition, since, **{**asked, "embedder": asked.get("embedder") and "any"})


class FoldsEmbedders(InMemoryMemoryStore):
    """M8."""

    async def changes(self, partition: Partition, since: str | None, **asked: Any) -> Changes:
        embedder = asked.get("embedder")
        return await super().changes(partition, since, **{**asked, "embedder": embedder and embedder.casefold()})


class KeepsVectorsToItself(InMemoryMemoryStore):
    """M8: a vector is no change, so readers never see it."""

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        part = self._shelf.part(partition)
        before = dict(part.touched)
        count = await super().put_vectors(partition, embedder, vectors, now_ms=now_ms)
        part.touched = before
        return count


class LeavesBodiesBehind(InMemoryMemoryStore):
    """M7."""

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        rows = await self.get(partition, ids, now_ms=now_ms)
        rubbish = {f"{row.id}~": row.body for row in rows if row is not None}
        self._shelf.part(partition).vectors.setdefault("bin", {}).update(rubbish)
        return await super().delete(partition, ids, now_ms=now_ms)


class LeavesVectorsBehind(InMemoryMemoryStore):
    """M7."""

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        part = self._shelf.part(partition)
        rubbish = {f"{id_}~": one[id_] for one in part.vectors.values() for id_ in ids if id_ in one}
        count = await super().delete(partition, ids, now_ms=now_ms)
        part.vectors.setdefault("bin", {}).update(rubbish)
        return count


class NeverSweeps(InMemoryMemoryStore):
    """M7."""

    async def sweep(self, *, now_ms: int) -> int:
        return 0


class SweepsEverything(InMemoryMemoryStore):
    """M7."""

    async def sweep(self, *, now_ms: int) -> int:
        return await super().sweep(now_ms=2**62)


class LeavesTheProfileOnErase(InMemoryMemoryStore):
    """M7."""

    async def erase(self, partition: Partition) -> dict[str, int]:
        profile = self._shelf.peek(partition).profile
        counts = await super().erase(partition)
        if profile.values:
            self._shelf.part(partition).profile = profile
        return counts


class ReplacesTheProfile(InMemoryMemoryStore):
    """M9."""

    async def update_profile(self, partition: Partition, values: Mapping[str, bytes], **how: Any) -> bool:
        return await super().update_profile(partition, values, **{**how, "replace": True})


class NeverReplacesTheProfile(InMemoryMemoryStore):
    """M9."""

    async def update_profile(self, partition: Partition, values: Mapping[str, bytes], **how: Any) -> bool:
        return await super().update_profile(partition, values, **{**how, "replace": False})


class MergesProfilesByReadingFirst(InMemoryMemoryStore):
    """M9."""

    async def update_profile(self, partition: Partition, values: Mapping[str, bytes], **how: Any) -> bool:
        before = (await self.profile(partition, now_ms=how["now_ms"])).values
        await asyncio.sleep(0)
        merged = values if how["replace"] else {**before, **values}
        return await super().update_profile(partition, merged, **{**how, "replace": True})


class KeepsTheFirstEndOfTheProfile(InMemoryMemoryStore):
    """M9."""

    async def update_profile(self, partition: Partition, values: Mapping[str, bytes], **how: Any) -> bool:
        ends = (await self.profile(partition, now_ms=how["now_ms"])).expires_at_ms
        done = await super().update_profile(partition, values, **how)
        part = self._shelf.part(partition)
        part.profile = Profile(part.profile.values, ends or part.profile.expires_at_ms)
        return done


class ReturnsTheExpiredProfile(InMemoryMemoryStore):
    """M9."""

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        return await super().profile(partition, now_ms=0)


class SharesItsProfile(InMemoryMemoryStore):
    """M1: what it returns is what it keeps."""

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        return (
            self._shelf.peek(partition).profile
            if (await super().profile(partition, now_ms=now_ms)).values
            else Profile()
        )


class CountsTheUnknownAsDeleted(InMemoryMemoryStore):
    """M7."""

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        await super().delete(partition, ids, now_ms=now_ms)
        return len(ids)


class FindsNothingInAnOutage(InMemoryMemoryStore):
    """M10."""

    async def scan(self, partition: Partition, **asked: Any) -> list[MemoryRow]:
        return [] if self._kept.down else await super().scan(partition, **asked)


class WritesHalfBeforeItFails(InMemoryMemoryStore):
    """M10."""

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], **how: Any) -> int:
        down, self._kept.down = self._kept.down, False
        first = await super().put(partition, rows[:1], **how)
        self._kept.down = down
        return first + await super().put(partition, rows[1:], **how)


MUTANTS: tuple[type[InMemoryMemoryStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
