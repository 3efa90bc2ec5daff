"""A memory store of plain dictionaries: the reference for `MemoryStore`. Made by `InMemoryBackend.memories()`."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import Change, Changes, MemoryRow, Profile, Replacement
from memlane.types.ids import Partition


@dataclass
class MemoryPart:
    """What is kept of one partition. `touched` has the version of each memory's last change, gone ones too."""

    epoch: str = field(default_factory=lambda: uuid4().hex)
    version: int = 0
    rows: dict[str, MemoryRow] = field(default_factory=dict[str, MemoryRow])
    touched: dict[str, int] = field(default_factory=dict[str, int])
    vectors: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    profile: Profile = field(default_factory=Profile)

    def live(self, id_: str, now_ms: int) -> MemoryRow | None:
        """Return a memory that exists at `now_ms`."""
        row = self.rows.get(id_)
        return row if row is not None and _lives(row.expires_at_ms, now_ms) else None

    def touch(self, id_: str) -> None:
        """Record that a memory changed."""
        self.version += 1
        self.touched[id_] = self.version

    def put(self, row: MemoryRow, *, now_ms: int, overwrite: bool) -> bool:
        """Keep a memory and return whether anything changed."""
        old = self.live(row.id, now_ms)
        if old is not None and (not overwrite or old == row):
            return False
        if old is None or old.body != row.body:
            self.drop_vectors(row.id)
        self.rows[row.id] = row
        self.touch(row.id)
        return True

    def is_as_seen(self, replacement: Replacement, now_ms: int) -> bool:
        """Return whether a memory is what a replacement says it was."""
        live = self.live(replacement.row.id, now_ms)
        return replacement.was == (None if live is None else live.body)

    def replace(self, replacement: Replacement, *, now_ms: int) -> None:
        """Keep a memory in place of another, with its vectors where that is asked for."""
        id_ = replacement.row.id
        kept = {name: by_id[id_] for name, by_id in self.vectors.items() if id_ in by_id}
        stays = replacement.keeps_vectors and self.live(id_, now_ms) is not None
        self.put(replacement.row, now_ms=now_ms, overwrite=True)
        if stays:
            for name, data in kept.items():
                self.vectors[name][id_] = data

    def remove(self, id_: str) -> None:
        """Remove a memory and its vectors and record that it is gone."""
        del self.rows[id_]
        self.drop_vectors(id_)
        self.touch(id_)

    def drop_vectors(self, id_: str) -> None:
        """Remove the vectors of a memory."""
        for by_id in self.vectors.values():
            by_id.pop(id_, None)

    def sweep(self, now_ms: int) -> int:
        """Remove what has expired and return how many memories went."""
        expired = [id_ for id_ in self.rows if self.live(id_, now_ms) is None]
        for id_ in expired:
            self.remove(id_)
        if not _lives(self.profile.expires_at_ms, now_ms):
            self.profile = Profile()
        return len(expired)


@dataclass
class MemoryShelf:
    """The memories of one backend, and whether it pretends to be down."""

    down: bool = False
    parts: dict[Partition, MemoryPart] = field(default_factory=dict[Partition, MemoryPart])

    def part(self, partition: Partition) -> MemoryPart:
        """Return a partition to write to."""
        return self.parts.setdefault(partition, MemoryPart())

    def peek(self, partition: Partition) -> MemoryPart:
        """Return a partition to read from; an unknown one is empty and is not kept."""
        return self.parts.get(partition) or MemoryPart(epoch="none")


class InMemoryMemoryStore:
    """Keeps memories in dictionaries; see `InMemoryBackend`."""

    def __init__(self, shelf: MemoryShelf) -> None:
        self._kept = shelf

    @property
    def _shelf(self) -> MemoryShelf:
        if self._kept.down:
            raise StoreUnavailableError("the in-memory backend was taken down")
        return self._kept

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        """Store memories atomically and return how many were new or changed."""
        part = self._shelf.part(partition)
        return sum(part.put(row, now_ms=now_ms, overwrite=overwrite) for row in rows)

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        """Store memories if each still is what was seen, atomically; return whether they were stored."""
        part = self._shelf.peek(partition)
        if not all(part.is_as_seen(replacement, now_ms) for replacement in rows):
            return False
        for replacement in rows:
            self._shelf.part(partition).replace(replacement, now_ms=now_ms)
        return True

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        """Return the memories with these ids, None where there is none."""
        part = self._shelf.peek(partition)
        return [part.live(id_, now_ms) for id_ in ids]

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        """Remove memories and return how many there were."""
        part = self._shelf.peek(partition)
        live = [id_ for id_ in dict.fromkeys(ids) if part.live(id_, now_ms) is not None]
        for id_ in live:
            part.remove(id_)
        return len(live)

    async def changes(
        self,
        partition: Partition,
        since: str | None,
        *,
        now_ms: int,
        embedder: str | None = None,
        limit: int = 2_000,
    ) -> Changes:
        """Return what changed after `since`."""
        part = self._shelf.peek(partition)
        seen = _seen(part, since)
        log = sorted((version, id_) for id_, version in part.touched.items() if version > (seen or 0))
        page = log[:limit]
        items = [_change(part, id_, now_ms, embedder) for _, id_ in page]
        reached = page[-1][0] if len(page) < len(log) else part.version
        return Changes(f"{part.epoch}:{reached}", reset=seen is None, items=items, more=len(page) < len(log))

    async def scan(
        self, partition: Partition, *, now_ms: int, after: str | None = None, limit: int = 1_000
    ) -> list[MemoryRow]:
        """Return live memories in ascending order of id."""
        part = self._shelf.peek(partition)
        ids = sorted(id_ for id_ in part.rows if after is None or id_ > after)
        return list(itertools.islice((row for id_ in ids if (row := part.live(id_, now_ms))), limit))

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        """Store vectors of one embedder for the memories that exist."""
        part = self._shelf.peek(partition)
        kept = {id_: vector for id_, vector in vectors.items() if part.live(id_, now_ms)}
        part.vectors.setdefault(embedder, {}).update(kept)
        for id_ in kept:
            part.touch(id_)
        return len(kept)

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
        """Set keys of the profile document, with `was` only if its values are these; return whether they were set."""
        known = (await self.profile(partition, now_ms=now_ms)).values
        if was is not None and known != was:
            return False
        before = {} if replace else known
        expires_at_ms = None if ttl_ms is None else now_ms + ttl_ms
        self._shelf.part(partition).profile = Profile({**before, **values}, expires_at_ms)
        return True

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        """Return the profile document."""
        kept = self._shelf.peek(partition).profile
        return Profile(dict(kept.values), kept.expires_at_ms) if _lives(kept.expires_at_ms, now_ms) else Profile()

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition and count it."""
        part = self._shelf.peek(partition)
        self._shelf.parts.pop(partition, None)
        vectors = sum(len(by_id) for by_id in part.vectors.values())
        return {"memories": len(part.rows), "vectors": vectors, "preferences": len(part.profile.values)}

    async def sweep(self, *, now_ms: int) -> int:
        """Remove what has expired."""
        return sum(part.sweep(now_ms) for part in self._shelf.parts.values())

    async def ping(self) -> dict[str, str]:
        """Say what this is and what it keeps."""
        return {"server": "memory", "partitions": str(len(self._shelf.parts))}

    async def aclose(self) -> None:
        """Do nothing: the backend keeps what it holds."""


def _lives(expires_at_ms: int | None, now_ms: int) -> bool:
    return expires_at_ms is None or expires_at_ms > now_ms


def _seen(part: MemoryPart, since: str | None) -> int | None:
    """Return the version a cursor stands for, None when it is not one of this partition."""
    epoch, _, version = (since or "").rpartition(":")
    if epoch != part.epoch or int(version) > part.version:
        return None
    return int(version)


def _change(part: MemoryPart, id_: str, now_ms: int, embedder: str | None) -> Change:
    row = part.live(id_, now_ms)
    if row is None:
        return Change(id_)
    vector = None if embedder is None else part.vectors.get(embedder, {}).get(id_)
    return Change(id_, row.body, row.expires_at_ms, vector)
