"""Stores of small records that each break one promise, named for what they do wrong; the suite fails on each."""

import asyncio
from typing import Any

from memlane.protocols.records import Record
from memlane.testing.fake_records import InMemoryRecordStore, KeptCount, KeptRecord


class StripsBytes(InMemoryRecordStore):
    """R1."""

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        body = await super().get(collection, record_id, now_ms=now_ms)
        return None if body is None else body.strip()


class ListsWhatItFirstHeld(InMemoryRecordStore):
    """R1: what a swap made is not listed."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        done = await super().swap(collection, record_id, old, new, **how)
        if done and new is not None:
            self._shelf.records[f"first {collection}", record_id] = KeptRecord(old)
        return done

    async def list(self, collection: str, **asked: Any) -> list[Record]:
        first = self._shelf.records
        return [
            Record(one.id, first[place].body) if (place := (f"first {collection}", one.id)) in first else one
            for one in await super().list(collection, **asked)
        ]


class CreatesOverWhatIsThere(InMemoryRecordStore):
    """R2."""

    async def create(self, collection: str, record_id: str, body: bytes, **how: Any) -> bool:
        self._shelf.records.pop((collection, record_id), None)
        return await super().create(collection, record_id, body, **how)


class SaysItWasCreatedThoughItWasThere(InMemoryRecordStore):
    """R2."""

    async def create(self, collection: str, record_id: str, body: bytes, **how: Any) -> bool:
        await super().create(collection, record_id, body, **how)
        return True


class RenewsWhatIsThere(InMemoryRecordStore):
    """R2: a create that finds a record lets it expire with the new one."""

    async def create(
        self, collection: str, record_id: str, body: bytes, *, now_ms: int, expires_at_ms: int | None = None
    ) -> bool:
        known = self._shelf.live(collection, record_id, now_ms)
        if known is not None:
            known.expires_at_ms = expires_at_ms
        return await super().create(collection, record_id, body, now_ms=now_ms, expires_at_ms=expires_at_ms)


class LooksFirstAndCreatesLater(InMemoryRecordStore):
    """R2."""

    async def create(self, collection: str, record_id: str, body: bytes, *, now_ms: int, **how: Any) -> bool:
        if await self.get(collection, record_id, now_ms=now_ms) is not None:
            return False
        await asyncio.sleep(0)
        self._shelf.records.pop((collection, record_id), None)
        return await super().create(collection, record_id, body, now_ms=now_ms, **how)


class RemembersWhatWasRemoved(InMemoryRecordStore):
    """R2: an id is never free again."""

    async def create(self, collection: str, record_id: str, body: bytes, **how: Any) -> bool:
        gone = self._shelf.counts.get((f"gone {collection}", record_id)) is not None
        return not gone and await super().create(collection, record_id, body, **how)

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        done = await super().swap(collection, record_id, old, new, **how)
        if done and new is None:
            self._shelf.counts[f"gone {collection}", record_id] = KeptCount(0, 2**60)
        return done


class _Swaps(InMemoryRecordStore):
    def agrees(self, known: bytes, old: bytes) -> bool:
        return known == old

    async def swap(
        self, collection: str, record_id: str, old: bytes, new: bytes | None, *, now_ms: int, **how: Any
    ) -> bool:
        known = await self.get(collection, record_id, now_ms=now_ms)
        seen = known if known is not None and self.agrees(known, old) else old
        return await super().swap(collection, record_id, seen, new, now_ms=now_ms, **how)


class NeverCompares(_Swaps):
    """R3."""

    def agrees(self, known: bytes, old: bytes) -> bool:
        return True


class ComparesBeginnings(_Swaps):
    """R3."""

    def agrees(self, known: bytes, old: bytes) -> bool:
        return known.startswith(old)


class FoldsWhatItCompares(_Swaps):
    """R3."""

    def agrees(self, known: bytes, old: bytes) -> bool:
        return known.lower() == old.lower()


class ComparesStripped(_Swaps):
    """R3."""

    def agrees(self, known: bytes, old: bytes) -> bool:
        return known.strip() == old.strip()


class RemovesUnseen(InMemoryRecordStore):
    """R3."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        if new is None:
            return self._shelf.records.pop((collection, record_id), None) is not None
        return await super().swap(collection, record_id, old, new, **how)


class TakesNoneForEmpty(InMemoryRecordStore):
    """R3: what is not there is an empty record."""

    async def swap(
        self, collection: str, record_id: str, old: bytes, new: bytes | None, *, now_ms: int, **how: Any
    ) -> bool:
        if old == b"":
            await self.create(collection, record_id, b"", now_ms=now_ms)
        return await super().swap(collection, record_id, old, new, now_ms=now_ms, **how)


class TakesEmptyForNone(InMemoryRecordStore):
    """R3: an empty record is not there."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        return bool(old) and await super().swap(collection, record_id, old, new, **how)


class LooksFirstAndSwapsLater(InMemoryRecordStore):
    """R3."""

    async def swap(
        self, collection: str, record_id: str, old: bytes, new: bytes | None, *, now_ms: int, **how: Any
    ) -> bool:
        if await self.get(collection, record_id, now_ms=now_ms) != old:
            return False
        await asyncio.sleep(0)
        known = self._shelf.live(collection, record_id, now_ms)
        seen = old if known is None else known.body
        return await super().swap(collection, record_id, seen, new, now_ms=now_ms, **how)


class KeepsTheFirstExpiry(InMemoryRecordStore):
    """R3."""

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
        known = self._shelf.live(collection, record_id, now_ms)
        ends = known.expires_at_ms if known else expires_at_ms
        return await super().swap(collection, record_id, old, new, now_ms=now_ms, expires_at_ms=ends)


class NeverShortensAnExpiry(InMemoryRecordStore):
    """R3."""

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
        known = self._shelf.live(collection, record_id, now_ms)
        ends = expires_at_ms
        if known and known.expires_at_ms and ends:
            ends = max(ends, known.expires_at_ms)
        return await super().swap(collection, record_id, old, new, now_ms=now_ms, expires_at_ms=ends)


class _Places(InMemoryRecordStore):
    def collection(self, name: str) -> str:
        return name

    def id(self, record_id: str) -> str:
        return record_id

    async def create(self, collection: str, record_id: str, body: bytes, **how: Any) -> bool:
        return await super().create(self.collection(collection), self.id(record_id), body, **how)

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        return await super().get(self.collection(collection), self.id(record_id), now_ms=now_ms)

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        return await super().swap(self.collection(collection), self.id(record_id), old, new, **how)

    async def list(self, collection: str, **asked: Any) -> list[Record]:
        return await super().list(self.collection(collection), **asked)


class FoldsIds(_Places):
    """R4."""

    def id(self, record_id: str) -> str:
        return record_id.casefold()


class StripsIds(_Places):
    """R4."""

    def id(self, record_id: str) -> str:
        return record_id.strip() or record_id


class CutsIds(_Places):
    """R4."""

    def id(self, record_id: str) -> str:
        return record_id[:500]


class HasOneCollection(_Places):
    """R4."""

    def collection(self, name: str) -> str:
        return "all"


class FoldsCollections(_Places):
    """R4."""

    def collection(self, name: str) -> str:
        return name.lower()


class RemovesByPattern(InMemoryRecordStore):
    """R4."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        done = await super().swap(collection, record_id, old, new, **how)
        if done and new is None and record_id == "*":
            self._shelf.records.clear()
        return done


class ReturnsTheExpired(InMemoryRecordStore):
    """R5."""

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        return await super().get(collection, record_id, now_ms=0)


class ListsTheExpired(InMemoryRecordStore):
    """R5."""

    async def list(self, collection: str, *, now_ms: int, **asked: Any) -> list[Record]:
        return await super().list(collection, now_ms=0, **asked)


class EndsAMomentLate(InMemoryRecordStore):
    """R5."""

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        return await super().get(collection, record_id, now_ms=now_ms - 1)


class EndsAMomentEarly(InMemoryRecordStore):
    """R5."""

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        return await super().get(collection, record_id, now_ms=now_ms + 1)


class SwapsTheExpired(InMemoryRecordStore):
    """R5."""

    async def swap(
        self, collection: str, record_id: str, old: bytes, new: bytes | None, *, now_ms: int, **how: Any
    ) -> bool:
        return await super().swap(collection, record_id, old, new, now_ms=0, **how)


class LetsTheExpiredStandInTheWay(InMemoryRecordStore):
    """R5."""

    async def create(self, collection: str, record_id: str, body: bytes, **how: Any) -> bool:
        known = (collection, record_id) in self._shelf.records
        return not known and await super().create(collection, record_id, body, **how)


class CountsTheExpiredInAPage(InMemoryRecordStore):
    """R5."""

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        page = await super().list(collection, now_ms=0, after=after, limit=limit)
        return [one for one in page if self._shelf.live(collection, one.id, now_ms)]


class KeepsWhatHasExpired(InMemoryRecordStore):
    """R5."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        kept = dict(self._shelf.records)
        done = await super().swap(collection, record_id, old, new, **how)
        kept.pop((collection, record_id))
        self._shelf.records = {**kept, **self._shelf.records}
        return done


class KeepsWhatWasRemoved(InMemoryRecordStore):
    """R5."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        done = await super().swap(collection, record_id, old, new, **how)
        if done and new is None:
            self._shelf.records["trash", record_id] = KeptRecord(old)
        return done


class KeepsCountsForEver(InMemoryRecordStore):
    """R5: under another name, so that they begin anew."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        kept = {(f"old {name}", id_): count for (name, id_), count in self._shelf.counts.items()}
        done = await super().swap(collection, record_id, old, new, **how)
        self._shelf.counts |= kept
        return done


class GrantsAllOrNothing(InMemoryRecordStore):
    """R6."""

    async def take(self, collection: str, record_id: str, amount: int, *, limit: int, **how: Any) -> int:
        count = self._shelf.counts.get((collection, record_id))
        left = limit - (count.taken if count else 0)
        return await super().take(collection, record_id, amount, limit=limit, **how) if amount <= left else 0


class GrantsWhatIsAsked(InMemoryRecordStore):
    """R6: as long as anything is left."""

    async def take(self, collection: str, record_id: str, amount: int, **how: Any) -> int:
        return amount if await super().take(collection, record_id, amount, **how) else 0


class LooksFirstAndTakesLater(InMemoryRecordStore):
    """R6."""

    async def take(
        self, collection: str, record_id: str, amount: int, *, limit: int, now_ms: int, expires_at_ms: int
    ) -> int:
        count = self._shelf.counts.get((collection, record_id), KeptCount(0, expires_at_ms))
        granted = max(0, min(amount, limit - count.taken))
        await asyncio.sleep(0)
        self._shelf.counts[collection, record_id] = KeptCount(count.taken + granted, count.expires_at_ms)
        return granted


class ProlongsACount(InMemoryRecordStore):
    """R6."""

    async def take(self, collection: str, record_id: str, amount: int, *, expires_at_ms: int, **how: Any) -> int:
        granted = await super().take(collection, record_id, amount, expires_at_ms=expires_at_ms, **how)
        self._shelf.counts[collection, record_id].expires_at_ms = expires_at_ms
        return granted


class EndsACountLate(InMemoryRecordStore):
    """R6."""

    async def take(self, collection: str, record_id: str, amount: int, *, now_ms: int, **how: Any) -> int:
        return await super().take(collection, record_id, amount, now_ms=now_ms - 1, **how)


class KeepsTheFirstLimit(InMemoryRecordStore):
    """R6."""

    async def take(self, collection: str, record_id: str, amount: int, *, limit: int, now_ms: int, **how: Any) -> int:
        first = KeptRecord(str(limit).encode())
        limit = int(self._shelf.records.setdefault((f"limit {collection}", record_id), first).body)
        return await super().take(collection, record_id, amount, limit=limit, now_ms=now_ms, **how)


class GoesBelowNothing(InMemoryRecordStore):
    """R6: a lower limit gives back."""

    async def take(self, collection: str, record_id: str, amount: int, *, limit: int, now_ms: int, **how: Any) -> int:
        granted = await super().take(collection, record_id, amount, limit=limit, now_ms=now_ms, **how)
        count = self._shelf.counts[collection, record_id]
        count.taken = min(count.taken, limit)
        return granted


class CountsInThirtyTwoBits(InMemoryRecordStore):
    """R6."""

    async def take(self, collection: str, record_id: str, amount: int, *, limit: int, **how: Any) -> int:
        return await super().take(collection, record_id, amount, limit=min(limit, 2**32), **how)


class HasOneCountForAll(InMemoryRecordStore):
    """R4, R6."""

    async def take(self, collection: str, record_id: str, amount: int, **how: Any) -> int:
        return await super().take(collection, "all", amount, **how)


class HasOneCountForACollectionsIds(InMemoryRecordStore):
    """R4, R6: ids of all collections meet."""

    async def take(self, collection: str, record_id: str, amount: int, **how: Any) -> int:
        return await super().take("all", record_id, amount, **how)


class ListsCounts(InMemoryRecordStore):
    """R4, R6."""

    async def list(self, collection: str, **asked: Any) -> list[Record]:
        counts = [
            Record(id_, str(one.taken).encode())
            for (name, id_), one in self._shelf.counts.items()
            if name == collection
        ]
        return await super().list(collection, **asked) + counts


class EndsACountWithItsRecord(InMemoryRecordStore):
    """R4, R6."""

    async def swap(self, collection: str, record_id: str, old: bytes, new: bytes | None, **how: Any) -> bool:
        self._shelf.counts.pop((collection, record_id), None)
        return await super().swap(collection, record_id, old, new, **how)


class ListsAsCreated(InMemoryRecordStore):
    """R7."""

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        known = {one.id: one for one in await super().list(collection, now_ms=now_ms, after=after, limit=10_000)}
        return [known[id_] for name, id_ in self._shelf.records if name == collection and id_ in known][:limit]


class SortsWithoutCase(InMemoryRecordStore):
    """R7."""

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        records = await super().list(collection, now_ms=now_ms, limit=10_000)
        later = [one for one in records if after is None or one.id.lower() > after.lower()]
        return sorted(later, key=lambda one: one.id.lower())[:limit]


class SortsByCodeUnits(InMemoryRecordStore):
    """R7: of UTF-16."""

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        records = await super().list(collection, now_ms=now_ms, limit=10_000)
        later = [one for one in records if after is None or one.id.encode("utf-16-be") > after.encode("utf-16-be")]
        return sorted(later, key=lambda one: one.id.encode("utf-16-be"))[:limit]


class RepeatsTheLastOfAPage(InMemoryRecordStore):
    """R7."""

    async def list(self, collection: str, *, after: str | None = None, **asked: Any) -> list[Record]:
        records = await super().list(collection, **{**asked, "limit": 10_000})
        return [one for one in records if after is None or one.id >= after][: asked.get("limit", 1_000)]


class BeginsAfterKnownIdsOnly(InMemoryRecordStore):
    """R7."""

    async def list(self, collection: str, *, after: str | None = None, **asked: Any) -> list[Record]:
        known = after if (collection, after or "") in self._shelf.records else None
        return await super().list(collection, after=known, **asked)


class ListsAHundred(InMemoryRecordStore):
    """R7."""

    async def list(self, collection: str, *, limit: int = 1_000, **asked: Any) -> list[Record]:
        return await super().list(collection, limit=min(limit, 100), **asked)


class FindsNothingInAnOutage(InMemoryRecordStore):
    """R8."""

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        return None if self._kept.down else await super().get(collection, record_id, now_ms=now_ms)


class GrantsInAnOutage(InMemoryRecordStore):
    """R8."""

    async def take(self, collection: str, record_id: str, amount: int, **how: Any) -> int:
        return amount if self._kept.down else await super().take(collection, record_id, amount, **how)


class WritesHalfBeforeItFails(InMemoryRecordStore):
    """R8."""

    async def create(self, collection: str, record_id: str, body: bytes, **how: Any) -> bool:
        if self._kept.down:
            self._kept.records[collection, record_id] = KeptRecord(b"")
        return await super().create(collection, record_id, body, **how)


MUTANTS: tuple[type[InMemoryRecordStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
