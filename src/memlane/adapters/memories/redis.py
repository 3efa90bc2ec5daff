"""Memories in Redis or Valkey.

Owns what the scripts on memories are given and what their answers mean. Must not know URLs, pools or errors of Redis,
nor read or write any key except through a script.
"""

from collections.abc import Mapping, Sequence

from memlane.adapters._drivers._redis_keys import partition_keys
from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters._drivers._redis_scripts import memory_script, plain_script, unpack
from memlane.adapters._drivers.redis import RedisDriver, new_token
from memlane.protocols.memories import Change, Changes, MemoryRow, Profile, Replacement
from memlane.types.ids import Partition

_ERASED_AT_ONCE = 500
_NO_CURSOR = ("", "", "0", "0")


class RedisMemoryStore:
    """A MemoryStore on plain Redis 6.2 or newer, or Valkey; every operation is one script, one round trip.

    Vectors are kept for the two embedders that were last stored for; those of others are dropped. A reader that fell
    behind by more than a thousand deletions, or whose server was replaced, is told to start anew. Once nothing is left
    of a partition, neither is its history.
    """

    def __init__(self, driver: RedisDriver) -> None:
        self._driver = driver
        self._prefix = driver.prefix
        self._owns_driver = False

    @classmethod
    def from_url(cls, url: str) -> "RedisMemoryStore":
        """Return a store with a driver of its own, closed with it.

        Raises:
            SettingError: the URL is not understood.
        """
        store = cls(RedisDriver.from_url(url))
        store._owns_driver = True
        return store

    async def put(self, partition: Partition, rows: Sequence[MemoryRow], *, now_ms: int, overwrite: bool = True) -> int:
        """Store memories atomically and return how many were new or changed."""
        args: list[Argument] = [now_ms, new_token(), int(overwrite)]
        for row in rows:
            args += (row.id.encode(), row.body, b"" if row.expires_at_ms is None else row.expires_at_ms)
        return await self._write("put_memories", partition, args)

    async def replace(self, partition: Partition, rows: Sequence[Replacement], *, now_ms: int) -> bool:
        """Store memories if each still is what was seen, atomically; return whether they were stored."""
        args: list[Argument] = [now_ms, new_token()]
        for replacement in rows:
            row, was = replacement.row, replacement.was
            args += (row.id.encode(), row.body, b"" if row.expires_at_ms is None else row.expires_at_ms)
            args += (b"" if was is None else b"1", was or b"", int(replacement.keeps_vectors))
        return await self._write("replace_memories", partition, args) == 1

    async def get(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> list[MemoryRow | None]:
        """Return the memories with these ids, None where there is none, in the order asked."""
        args = [now_ms, *(id_.encode() for id_ in ids)]
        cells = unpack(*await self._read("get_memories", partition, args))
        return [
            None if body is None else MemoryRow(id_, body, _number(expires))
            for id_, body, expires in zip(ids, cells[::2], cells[1::2], strict=True)
        ]

    async def delete(self, partition: Partition, ids: Sequence[str], *, now_ms: int) -> int:
        """Remove memories and their vectors and return how many there were."""
        args = [now_ms, new_token(), *(id_.encode() for id_ in ids)]
        return await self._write("delete_memories", partition, args)

    async def changes(
        self,
        partition: Partition,
        since: str | None,
        *,
        now_ms: int,
        embedder: str | None = None,
        limit: int = 2_000,
    ) -> Changes:
        """Return what changed after `since` (None: everything), with the vectors of `embedder` where they exist.

        The cursor names the incarnation of the partition, the server's replication id and a version: a server that
        took over, or came back, may have lost writes that the reader has seen, and has another replication id.
        """
        args = [now_ms, *_cursor(since), limit, (embedder or "").encode()]
        header, *page = await self._read("changes", partition, args)
        cursor, reset, more = header.decode().rsplit(" ", 2)
        items = _changes(unpack(*page)) if page else []
        return Changes(cursor, reset=reset == "1", items=items, more=more == "1")

    async def scan(
        self, partition: Partition, *, now_ms: int, after: str | None = None, limit: int = 1_000
    ) -> list[MemoryRow]:
        """Return live memories in ascending order of id (by code point), those after `after`."""
        args = (now_ms, (after or "").encode(), limit)
        cells = unpack(*await self._read("scan_memories", partition, args))
        return [
            MemoryRow((id_ or b"").decode(), body or b"", _number(expires))
            for id_, body, expires in zip(cells[::3], cells[1::3], cells[2::3], strict=True)
        ]

    async def put_vectors(
        self, partition: Partition, embedder: str, vectors: Mapping[str, bytes], *, now_ms: int
    ) -> int:
        """Store vectors (id → float16 bytes) of one embedder; return how many were kept."""
        args: list[Argument] = [now_ms, new_token(), embedder.encode()]
        for id_, vector in vectors.items():
            args += (id_.encode(), vector)
        return await self._write("put_vectors", partition, args)

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
        """Set keys of the profile document, dropping all others when `replace`; its time to live starts anew.

        With `was`, only if the document's values are exactly these; return whether it was set.
        """
        keys = partition_keys(self._prefix, partition)
        args: list[Argument] = [
            now_ms,
            b"" if ttl_ms is None else ttl_ms,
            int(replace),
            -1 if was is None else len(was),
        ]
        for name, value in (*(was or {}).items(), *values.items()):
            args += (name.encode(), value)
        return await self._driver.run(plain_script("update_profile"), (keys.profile,), args, barrier=keys.barrier) == 1

    async def profile(self, partition: Partition, *, now_ms: int) -> Profile:
        """Return the profile document; an empty one when there is none."""
        keys = partition_keys(self._prefix, partition)
        expires, *page = await self._driver.run(plain_script("read_profile"), (keys.profile,), (now_ms,))
        cells = [cell or b"" for cell in unpack(*page)]
        return Profile(dict(zip(map(bytes.decode, cells[::2]), cells[1::2], strict=True)), _number(expires))

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition; return counts: memories, vectors, preferences."""
        keys = partition_keys(self._prefix, partition)
        counts, more = [0, 0, 0], 1
        while more:
            *found, more = await self._driver.run(
                memory_script("erase_memories"),
                (*keys.memories, keys.profile),
                (_ERASED_AT_ONCE,),
                barrier=keys.barrier,
            )
            counts = [count + one for count, one in zip(counts, found, strict=True)]
        return dict(zip(("memories", "vectors", "preferences"), counts, strict=True))

    async def sweep(self, *, now_ms: int) -> int:  # noqa: ARG002 -- the protocol's
        """Return 0: Redis removes what has expired by itself, and every write what has expired beside it."""
        return 0

    async def ping(self) -> dict[str, str]:
        """Return facts about the server, its eviction policy among them, or raise StoreUnavailableError."""
        return await self._driver.ping()

    async def aclose(self) -> None:
        """Close the driver when this store made it."""
        if self._owns_driver:
            await self._driver.aclose()

    async def _read(self, script: str, partition: Partition, args: Sequence[Argument]) -> list[bytes]:
        keys = partition_keys(self._prefix, partition)
        return await self._driver.run(memory_script(script), keys.memories, args)

    async def _write(self, script: str, partition: Partition, args: Sequence[Argument]) -> int:
        keys = partition_keys(self._prefix, partition)
        return await self._driver.run(memory_script(script), keys.memories, args, barrier=keys.barrier)


def _number(text: bytes | None) -> int | None:
    return int(text) if text else None


def _cursor(since: str | None) -> list[Argument]:
    """Return incarnation, server, version and base; of anything that is not one of our cursors, what none has."""
    parts = (since or "").split(" ")
    is_ours = len(parts) == len(_NO_CURSOR) and all(part.isascii() and part.isdigit() for part in parts[2:])
    return [part.encode() for part in (parts if is_ours else _NO_CURSOR)]


def _changes(cells: list[bytes | None]) -> list[Change]:
    return [
        Change((id_ or b"").decode(), body, _number(expires), vector)
        for id_, body, expires, vector in zip(cells[::4], cells[1::4], cells[2::4], cells[3::4], strict=True)
    ]
