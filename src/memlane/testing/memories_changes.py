"""Promises M5, M6 and M8 of memory stores: a reader that follows changes() knows what is there."""

import asyncio
import random

import pytest

from memlane.protocols.memories import MemoryStore
from memlane.testing.backends import MemoryBackend
from memlane.testing.probes import HOUR, NOW, PLACE, gather, row, rows, vector
from memlane.testing.reader import Reader
from memlane.types.ids import Partition

_EMBEDDER = "minilm/fp32"


class FollowingPromises:
    """M5 and M6: changes() brings a reader to the current state, and then says nothing."""

    async def test_a_reader_of_an_empty_partition_sees_what_comes(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        reader = Reader(store, PLACE)
        assert await reader.catch_up(now_ms=NOW) == []
        assert await reader.catch_up(now_ms=NOW) == []
        await store.put(PLACE, rows("m", 3), now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == rows("m", 3)

    async def test_only_what_changed_is_named(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await store.put(PLACE, rows("m", 50), now_ms=NOW)
        reader = Reader(other, PLACE)
        assert sorted(await reader.catch_up(now_ms=NOW)) == [memory.id for memory in rows("m", 50)]
        await store.put(PLACE, [row("m-0007", b"changed"), row("new")], now_ms=NOW)
        await store.delete(PLACE, ["m-0003", "unknown"], now_ms=NOW)
        assert sorted(await reader.catch_up(now_ms=NOW)) == ["m-0003", "m-0007", "new"]
        assert reader.rows(NOW) == await store.scan(PLACE, now_ms=NOW)
        assert reader.resets == 0

    async def test_at_the_current_cursor_there_is_nothing_and_no_reset(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 5), now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW, limit=2)
        for _ in range(3):
            changes = await store.changes(PLACE, reader.cursor, now_ms=NOW)
            assert (changes.items, changes.more, changes.reset) == ([], False, False)
            reader.cursor = changes.cursor

    async def test_changes_come_in_the_order_they_were_made(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        for id_ in ("c", "a", "b"):
            await store.put(PLACE, [row(id_)], now_ms=NOW)
        await store.put(PLACE, [row("c", b"again")], now_ms=NOW)
        assert await Reader(store, PLACE).catch_up(now_ms=NOW) == ["a", "b", "c"]
        assert await Reader(store, PLACE).catch_up(now_ms=NOW, limit=1) == ["a", "b", "c"]

    @pytest.mark.parametrize("limit", [1, 7, 499, 500, 501])
    async def test_paging_through_one_large_put_skips_nothing(self, backend: MemoryBackend, limit: int) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 500), now_ms=NOW)
        await store.put_vectors(
            PLACE, _EMBEDDER, {f"m-{number:04}": vector(number) for number in range(500)}, now_ms=NOW
        )
        reader = Reader(store, PLACE, embedder=_EMBEDDER)
        await reader.catch_up(now_ms=NOW, limit=limit)
        assert reader.rows(NOW) == rows("m", 500)
        assert reader.vectors(NOW) == {f"m-{number:04}": vector(number) for number in range(500)}
        assert reader.pages >= -(-500 // limit)

    @pytest.mark.parametrize("limit", [1, 3, 2_000])
    async def test_a_reader_among_concurrent_writers_misses_nothing(self, backend: MemoryBackend, limit: int) -> None:
        stores = [await backend.open() for _ in range(4)]
        reader = Reader(await backend.open(), PLACE, embedder=_EMBEDDER)
        done = asyncio.Event()

        async def write() -> None:
            await gather(_scribble(store, random.Random(number)) for number, store in enumerate(stores))
            done.set()

        async def follow() -> None:
            while not done.is_set():
                await reader.turn_page(now_ms=NOW, limit=limit)
                await asyncio.sleep(0)

        await gather([write(), follow()])
        await reader.catch_up(now_ms=NOW, limit=limit)
        fresh = Reader(stores[0], PLACE, embedder=_EMBEDDER)
        await fresh.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == fresh.rows(NOW) == await stores[0].scan(PLACE, now_ms=NOW)
        assert reader.vectors(NOW) == fresh.vectors(NOW)

    async def test_a_reader_that_slept_through_many_deletions_catches_up(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 2_500), now_ms=NOW)
        reader, half_way = Reader(store, PLACE), Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        await half_way.turn_page(now_ms=NOW, limit=100)
        gone = [memory.id for memory in rows("m", 2_400)]
        assert await store.delete(PLACE, gone[:1_200], now_ms=NOW) == 1_200
        assert await store.delete(PLACE, gone[1_200:], now_ms=NOW) == 1_200
        await store.put(PLACE, [row("new"), row("m-0001", b"back")], now_ms=NOW)
        expected = await store.scan(PLACE, now_ms=NOW)
        assert len(expected) == 102
        for one in (reader, half_way, Reader(store, PLACE)):
            await one.catch_up(now_ms=NOW, limit=37)
            assert one.rows(NOW) == expected

    async def test_a_memory_put_back_after_deletion_is_there(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a"), row("b")], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        await store.delete(PLACE, ["a"], now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == [row("b")]
        await store.put(PLACE, [row("a")], now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == [row("a"), row("b")]

    async def test_readers_see_expiry_in_its_time_swept_or_not(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        lasting = rows("lasting", 3)
        brief = [row(f"brief-{number}", b"x", NOW + (1 + number) * HOUR) for number in range(3)]
        await store.put(PLACE, [*brief, *lasting], now_ms=NOW)
        reader, sleeper = Reader(store, PLACE), Reader(store, PLACE)
        await sleeper.catch_up(now_ms=NOW, limit=2)
        for hours in range(4):
            now = NOW + hours * HOUR
            await reader.catch_up(now_ms=now)
            assert reader.rows(now) == await store.scan(PLACE, now_ms=now) == [*brief[hours:], *lasting]
            await store.sweep(now_ms=now)
            await reader.catch_up(now_ms=now)
            assert reader.rows(now) == [*brief[hours:], *lasting]
        await sleeper.catch_up(now_ms=NOW + 3 * HOUR)
        assert sleeper.rows(NOW + 3 * HOUR) == lasting

    async def test_a_memory_that_expired_and_came_back_is_seen(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one", NOW + HOUR), row("b")], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        await store.put(PLACE, [row("a", b"one", NOW + 9 * HOUR)], now_ms=NOW + HOUR)
        await reader.catch_up(now_ms=NOW + HOUR)
        assert reader.rows(NOW + HOUR) == [row("a", b"one", NOW + 9 * HOUR), row("b")]

    async def test_a_longer_life_reaches_readers(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one", NOW + HOUR), row("b", b"one")], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        await store.put(PLACE, [row("a", b"one"), row("b", b"one", NOW + HOUR)], now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW + HOUR) == await store.scan(PLACE, now_ms=NOW + HOUR) == [row("a", b"one")]


class IncarnationPromises:
    """M5 across incarnations: a cursor that cannot be followed gives `reset` and all."""

    async def test_a_reader_notices_that_all_was_erased(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await store.put(PLACE, rows("m", 5), now_ms=NOW)
        reader = Reader(other, PLACE)
        await reader.catch_up(now_ms=NOW)
        await store.erase(PLACE)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == []

    @pytest.mark.parametrize("count", range(1, 8))
    async def test_erasure_and_new_memories_are_noticed_though_counts_coincide(
        self, backend: MemoryBackend, count: int
    ) -> None:
        store = await backend.open()
        for number in range(4):
            await store.put(PLACE, [row(f"old-{number}")], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        await store.erase(PLACE)
        for number in range(count):
            await store.put(PLACE, [row(f"new-{number}")], now_ms=NOW)
        await reader.catch_up(now_ms=NOW, limit=2)
        assert reader.resets == 1
        assert (
            reader.rows(NOW) == await store.scan(PLACE, now_ms=NOW) == [row(f"new-{number}") for number in range(count)]
        )

    async def test_the_same_memories_after_erasure_are_all_told_again(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 3), now_ms=NOW)
        await store.put_vectors(PLACE, _EMBEDDER, {"m-0000": vector(1)}, now_ms=NOW)
        reader = Reader(store, PLACE, embedder=_EMBEDDER)
        await reader.catch_up(now_ms=NOW)
        await store.erase(PLACE)
        await store.put(PLACE, rows("m", 3), now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == rows("m", 3)
        assert reader.vectors(NOW) == {"m-0000": None, "m-0001": None, "m-0002": None}

    async def test_a_reader_in_the_middle_of_its_pages_survives_erasure(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 9), now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.turn_page(now_ms=NOW, limit=4)
        await store.erase(PLACE)
        await store.put(PLACE, rows("n", 6), now_ms=NOW)
        await reader.catch_up(now_ms=NOW, limit=4)
        assert reader.rows(NOW) == rows("n", 6)

    async def test_a_cursor_of_another_partition_or_store_gives_reset_and_all(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        other = Partition("acme", "leia")
        await store.put(PLACE, rows("m", 4), now_ms=NOW)
        await store.put(other, rows("m", 4), now_ms=NOW)
        foreign = (await store.changes(other, None, now_ms=NOW)).cursor
        for cursor in (foreign, "nonsense"):
            changes = await store.changes(PLACE, cursor, now_ms=NOW)
            assert changes.reset
            assert sorted(change.id for change in changes.items) == [memory.id for memory in rows("m", 4)]

    async def test_a_partition_emptied_by_time_begins_anew(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row(f"old-{number}", b"x", NOW + HOUR) for number in range(3)], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        late = NOW + 2 * HOUR
        await store.sweep(now_ms=late)
        await store.put(PLACE, rows("new", 3), now_ms=late)
        await reader.catch_up(now_ms=late)
        assert reader.rows(late) == rows("new", 3)


class VectorPromises:
    """M8: vectors of one embedder are never returned for another; those of unknown memories are not kept."""

    async def test_a_vector_is_a_change_that_reaches_readers(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await store.put(PLACE, rows("m", 3), now_ms=NOW)
        reader = Reader(other, PLACE, embedder=_EMBEDDER)
        await reader.catch_up(now_ms=NOW)
        assert await store.put_vectors(PLACE, _EMBEDDER, {"m-0001": vector(1)}, now_ms=NOW) == 1
        assert await reader.catch_up(now_ms=NOW) == ["m-0001"]
        assert reader.vectors(NOW) == {"m-0000": None, "m-0001": vector(1), "m-0002": None}
        await store.put_vectors(PLACE, _EMBEDDER, {"m-0001": vector(2)}, now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.vectors(NOW)["m-0001"] == vector(2)

    async def test_vectors_of_large_dimension_and_any_bytes_are_kept(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a"), row("b", b"x", NOW + HOUR)], now_ms=NOW)
        vectors = {"a": bytes(range(256)) * 24, "b": b"\0" * 768}
        assert await store.put_vectors(PLACE, _EMBEDDER, vectors, now_ms=NOW) == 2
        reader = Reader(store, PLACE, embedder=_EMBEDDER)
        await reader.catch_up(now_ms=NOW)
        assert reader.vectors(NOW) == vectors

    async def test_vectors_of_what_does_not_exist_are_not_kept(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a"), row("brief", b"x", NOW + HOUR)], now_ms=NOW)
        late = NOW + HOUR
        vectors = {"a": vector(1), "brief": vector(2), "unknown": vector(3)}
        assert await store.put_vectors(PLACE, _EMBEDDER, vectors, now_ms=late) == 1
        await store.put(PLACE, [row("unknown"), row("brief")], now_ms=late)
        reader = Reader(store, PLACE, embedder=_EMBEDDER)
        await reader.catch_up(now_ms=late)
        assert reader.vectors(late) == {"a": vector(1), "brief": None, "unknown": None}

    async def test_vectors_of_another_embedder_are_never_returned(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 3), now_ms=NOW)
        first = {f"m-{number:04}": vector(number) for number in range(3)}
        await store.put_vectors(PLACE, "e/1", first, now_ms=NOW)
        for embedder in ("e/2", "E/1", "e", "e/1:", "*", None):
            reader = Reader(store, PLACE, embedder=embedder)
            await reader.catch_up(now_ms=NOW)
            assert reader.vectors(NOW) == dict.fromkeys(first)
        await store.put_vectors(PLACE, "e/2", {"m-0000": vector(9)}, now_ms=NOW)
        reader = Reader(store, PLACE, embedder="e/2")
        await reader.catch_up(now_ms=NOW)
        assert reader.vectors(NOW) == {"m-0000": vector(9), "m-0001": None, "m-0002": None}
        before = Reader(store, PLACE, embedder="e/1")
        await before.catch_up(now_ms=NOW)
        assert all(known in (None, first[id_]) for id_, known in before.vectors(NOW).items())

    async def test_deleting_a_memory_deletes_its_vectors(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 2), now_ms=NOW)
        await store.put_vectors(PLACE, _EMBEDDER, {"m-0000": vector(1), "m-0001": vector(2)}, now_ms=NOW)
        await store.delete(PLACE, ["m-0000"], now_ms=NOW)
        await store.put(PLACE, rows("m", 2), now_ms=NOW)
        reader = Reader(store, PLACE, embedder=_EMBEDDER)
        await reader.catch_up(now_ms=NOW)
        assert reader.vectors(NOW) == {"m-0000": None, "m-0001": vector(2)}


async def _scribble(store: MemoryStore, dice: random.Random) -> None:
    """Put, change, delete and give vectors to memories that other writers change too."""
    ids = [f"m{number:02}" for number in range(20)]
    for number in range(25):
        chosen = dice.sample(ids, dice.randint(1, 5))
        if number % 3 == 0:
            await store.delete(PLACE, chosen, now_ms=NOW)
        elif number % 3 == 1:
            await store.put(PLACE, [row(id_, b"%d" % dice.randint(0, 9)) for id_ in chosen], now_ms=NOW)
        else:
            vectors = {id_: vector(dice.randint(0, 9_999)) for id_ in chosen}
            await store.put_vectors(PLACE, _EMBEDDER, vectors, now_ms=NOW)
        await asyncio.sleep(0)
