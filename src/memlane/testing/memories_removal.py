"""Promise M7 of memory stores: what is forgotten is gone, behind the side door too.

Later readers must be able to notice it, so an id may stay for a while; never a body, a vector or a preference.
"""

import asyncio

from memlane.protocols.memories import MemoryStore
from memlane.testing.backends import MemoryBackend
from memlane.testing.probes import (
    BLINK,
    HOUR,
    NOW,
    PLACE,
    assert_gone,
    assert_held,
    gather,
    real_now_ms,
    row,
    rows,
    vector,
)
from memlane.testing.reader import Reader

_VECTOR = b"\x01vectorplum\xff\x02\x03"
_CONTENT = (b"bodyplum", _VECTOR)
_PROFILE = (b"keyplum", b"valueplum")


class RemovalPromises:
    """M7 on demand: delete() and erase()."""

    async def test_a_deleted_memory_leaves_no_content_behind(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW, ttl_ms=None)
        await assert_held(backend, *_CONTENT)
        assert await store.delete(PLACE, ["idplum0", "idplum1", "unknown", "idplum0"], now_ms=NOW) == 2
        assert await store.delete(PLACE, ["idplum0"], now_ms=NOW) == 0
        assert await store.get(PLACE, ["idplum0", "idplum1"], now_ms=NOW) == [None, None]
        await assert_gone(backend, *_CONTENT)

    async def test_deleting_a_memory_takes_what_it_was_before_too(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW, ttl_ms=None)
        await assert_held(backend, *_CONTENT)
        await store.put(PLACE, [row("idplum0", b"new"), row("idplum1", b"new")], now_ms=NOW)
        await store.delete(PLACE, ["idplum0", "idplum1"], now_ms=NOW)
        await assert_gone(backend, *_CONTENT)

    async def test_erasing_takes_what_the_profile_was_before_too(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW, ttl_ms=None)
        await assert_held(backend, *_PROFILE)
        await store.update_profile(PLACE, {"seat": b"window"}, replace=True, ttl_ms=None, now_ms=NOW)
        await store.erase(PLACE)
        await assert_gone(backend, *_PROFILE)

    async def test_an_erased_partition_leaves_nothing_behind(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW, ttl_ms=None)
        await store.put(PLACE, [row("idplum2", b"bodyplum2", NOW + 9 * BLINK)], now_ms=NOW)
        await store.delete(PLACE, ["idplum1"], now_ms=NOW)
        await assert_held(backend, b"idplum0", *_CONTENT, *_PROFILE)
        assert await store.erase(PLACE) == {"memories": 2, "vectors": 1, "preferences": 1}
        assert await store.scan(PLACE, now_ms=NOW) == []
        assert (await store.profile(PLACE, now_ms=NOW)).values == {}
        assert (await store.changes(PLACE, None, now_ms=NOW, embedder="e/1")).items == []
        await assert_gone(backend, b"idplum", *_CONTENT, *_PROFILE)

    async def test_erasing_again_or_the_unknown_removes_nothing(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        nothing = {"memories": 0, "vectors": 0, "preferences": 0}
        assert await store.erase(PLACE) == nothing
        await _plant(store, at=NOW, ttl_ms=None)
        await store.erase(PLACE)
        assert await store.erase(PLACE) == nothing
        await store.put(PLACE, [row("a")], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == [row("a")]

    async def test_erasing_a_large_partition_takes_all(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given = rows("m", 3_000)
        await store.put(PLACE, given, now_ms=NOW)
        vectors = {memory.id: vector(number) for number, memory in enumerate(given)}
        await store.put_vectors(PLACE, "e/1", vectors, now_ms=NOW)
        assert await store.erase(PLACE) == {"memories": 3_000, "vectors": 3_000, "preferences": 0}
        assert await store.scan(PLACE, now_ms=NOW) == []
        await assert_gone(backend, b"m-0001", vector(2_999))

    async def test_erasing_among_writers_leaves_a_state_that_readers_agree_on(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(2)]
        reader = Reader(stores[0], PLACE)
        for turn in range(3):
            writes = [stores[number % 2].put(PLACE, rows(f"p{number}", 4), now_ms=NOW) for number in range(10)]
            await gather([*writes[:5], stores[turn % 2].erase(PLACE), *writes[5:]])
            await reader.catch_up(now_ms=NOW, limit=5)
            kept = await stores[1].scan(PLACE, now_ms=NOW)
            assert reader.rows(NOW) == kept
            assert len(kept) % 4 == 0


class ExpiredContentPromises:
    """M7 in time: what has expired is removed, by the backend's own clock or by sweep()."""

    async def test_expired_memories_leave_no_content_behind_and_the_others_stay(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        begun = real_now_ms()
        await store.put(PLACE, [row("kept")], now_ms=begun)
        await store.put_vectors(PLACE, "e/1", {"kept": vector(1)}, now_ms=begun)
        await _plant(store, at=begun, ttl_ms=BLINK)
        await assert_held(backend, *_CONTENT, *_PROFILE)
        await _pass_time(backend, store, begun)
        await assert_gone(backend, *_CONTENT, *_PROFILE)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=begun + BLINK)
        assert reader.rows(begun + BLINK) == await store.scan(PLACE, now_ms=begun + BLINK) == [row("kept")]
        assert reader.vectors(begun + BLINK) == {"kept": vector(1)}

    async def test_a_partition_of_expired_memories_leaves_no_content_behind(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        begun = real_now_ms()
        await _plant(store, at=begun, ttl_ms=BLINK)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=begun)
        await _pass_time(backend, store, begun)
        await assert_gone(backend, *_CONTENT, *_PROFILE)
        await reader.catch_up(now_ms=begun + BLINK)
        assert reader.rows(begun + BLINK) == []

    async def test_what_was_made_to_stay_does_stay(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        begun = real_now_ms()
        await _plant(store, at=begun, ttl_ms=BLINK)
        lasting = [row("idplum0", b"bodyplum0"), row("idplum1", b"bodyplum1")]
        await store.put(PLACE, lasting, now_ms=begun)
        await store.update_profile(PLACE, {"more": b"x"}, replace=False, ttl_ms=None, now_ms=begun)
        await _pass_time(backend, store, begun)
        assert await store.scan(PLACE, now_ms=begun + BLINK) == lasting
        assert (await store.profile(PLACE, now_ms=begun + BLINK)).values == {"keyplum": b"valueplum", "more": b"x"}
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=begun + BLINK)
        assert reader.rows(begun + BLINK) == lasting
        assert reader.vectors(begun + BLINK) == {"idplum0": _VECTOR, "idplum1": None}

    async def test_sweeping_takes_what_has_expired_and_nothing_else(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("brief", b"x", NOW + HOUR), row("lasting")], now_ms=NOW)
        assert await store.sweep(now_ms=NOW) == 0
        assert len(await store.scan(PLACE, now_ms=NOW)) == 2
        assert await store.sweep(now_ms=NOW + HOUR) >= 0
        assert await store.scan(PLACE, now_ms=NOW + HOUR) == [row("lasting")]


async def _plant(store: MemoryStore, *, at: int, ttl_ms: int | None) -> None:
    """Put two memories, a vector of the first and a preference."""
    expires_at_ms = None if ttl_ms is None else at + ttl_ms
    await store.put(PLACE, [row(f"idplum{n}", b"bodyplum%d" % n, expires_at_ms) for n in range(2)], now_ms=at)
    await store.put_vectors(PLACE, "e/1", {"idplum0": _VECTOR}, now_ms=at)
    await store.update_profile(PLACE, {"keyplum": b"valueplum"}, replace=False, ttl_ms=ttl_ms, now_ms=at)


async def _pass_time(backend: MemoryBackend, store: MemoryStore, begun: int) -> None:
    """Let BLINK go by: wait for a backend that looks at its own clock, else sweep as if it had."""
    if backend.native_expiry:
        await asyncio.sleep(max(0, begun + BLINK - real_now_ms()) / 1_000)
    await store.sweep(now_ms=begun + BLINK)
