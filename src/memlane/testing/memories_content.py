"""Promises M1-M4 and M9 of memory stores: what is put is what is got, whole, apart, and merged by key."""

import asyncio

import pytest

from memlane.protocols.memories import MemoryRow, Profile
from memlane.testing.backends import MemoryBackend
from memlane.testing.hostile import BODIES, IDS, PARTITIONS
from memlane.testing.probes import (
    CANCELLATIONS,
    HOUR,
    NOW,
    PLACE,
    cancel_after,
    gather,
    row,
    rows,
    vector,
)
from memlane.testing.reader import Reader
from memlane.types.ids import Partition


class ContentPromises:
    """M1: get() and scan() return exactly the bytes put() was given."""

    async def test_an_unknown_partition_is_empty(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        assert await store.get(PLACE, ["a", "b"], now_ms=NOW) == [None, None]
        assert await store.scan(PLACE, now_ms=NOW) == []
        assert await store.profile(PLACE, now_ms=NOW) == Profile()
        assert await store.delete(PLACE, ["a"], now_ms=NOW) == 0
        assert await store.put_vectors(PLACE, "e/1", {"a": vector(1)}, now_ms=NOW) == 0

    async def test_any_bytes_are_kept_exactly_and_seen_by_every_connection(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        given = [row(f"m{number:02}", body) for number, body in enumerate(BODIES)]
        given.append(row("m99", b"for a while", NOW + HOUR))
        assert await store.put(PLACE, given, now_ms=NOW) == len(given)
        assert await other.get(PLACE, [memory.id for memory in given], now_ms=NOW) == given
        assert await other.scan(PLACE, now_ms=NOW) == given

    async def test_memories_are_got_in_the_order_asked(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a"), row("b"), row("c")], now_ms=NOW)
        got = await store.get(PLACE, ["c", "unknown", "a", "c"], now_ms=NOW)
        assert got == [row("c"), None, row("a"), row("c")]
        assert await store.get(PLACE, [], now_ms=NOW) == []

    async def test_scanning_goes_by_code_point(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row(id_) for id_ in IDS], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == [row(id_) for id_ in sorted(IDS)]

    @pytest.mark.parametrize("limit", [1, 7, 1_000])
    async def test_scanning_page_by_page_misses_and_repeats_nothing(self, backend: MemoryBackend, limit: int) -> None:
        store = await backend.open()
        await store.put(PLACE, [row(id_) for id_ in IDS], now_ms=NOW)
        seen: list[MemoryRow] = []
        while page := await store.scan(PLACE, now_ms=NOW, after=seen[-1].id if seen else None, limit=limit):
            assert len(page) <= limit
            seen += page
            assert len(seen) <= len(IDS), "a page repeats what was read"
        assert seen == [row(id_) for id_ in sorted(IDS)]
        assert await store.scan(PLACE, now_ms=NOW, after="user1.") == [
            row(id_) for id_ in sorted(IDS) if id_ > "user1."
        ]

    async def test_pages_are_full_whatever_has_expired_between(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given = [row(f"m{number:03}", None, None if number % 5 == 0 else NOW + HOUR) for number in range(100)]
        await store.put(PLACE, given, now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW + HOUR, limit=6) == given[0:30:5]
        assert await store.scan(PLACE, now_ms=NOW + HOUR, limit=6, after="m025") == given[30:60:5]

    async def test_a_memory_ends_exactly_in_its_time(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        brief, lasting = row("a", b"brief", NOW + HOUR), row("b", b"lasting")
        await store.put(PLACE, [brief, lasting], now_ms=NOW)
        assert await store.get(PLACE, ["a", "b"], now_ms=NOW + HOUR - 1) == [brief, lasting]
        assert await store.get(PLACE, ["a", "b"], now_ms=NOW + HOUR) == [None, lasting]
        assert await store.scan(PLACE, now_ms=NOW + HOUR) == [lasting]
        assert await store.delete(PLACE, ["a"], now_ms=NOW + HOUR) == 0

    async def test_many_memories_are_put_and_got_at_once(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given = rows("m", 3_000)
        assert await store.put(PLACE, given, now_ms=NOW) == 3_000
        assert await store.get(PLACE, [memory.id for memory in given], now_ms=NOW) == given
        assert await store.scan(PLACE, now_ms=NOW, limit=5_000) == given

    async def test_what_is_given_and_returned_is_not_shared_with_the_caller(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given, vectors, profile = [row("a"), row("b")], {"a": vector(1)}, {"seat": b"window"}
        await store.put(PLACE, given, now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", vectors, now_ms=NOW)
        await store.update_profile(PLACE, profile, replace=True, ttl_ms=None, now_ms=NOW)
        given.clear()
        vectors["a"] = vector(2)
        profile["seat"] = b"aisle"
        (await store.scan(PLACE, now_ms=NOW)).clear()
        (await store.profile(PLACE, now_ms=NOW)).values.clear()
        (await store.changes(PLACE, None, now_ms=NOW)).items.clear()
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == await store.scan(PLACE, now_ms=NOW) == [row("a"), row("b")]
        assert reader.vectors(NOW) == {"a": vector(1), "b": None}
        assert (await store.profile(PLACE, now_ms=NOW)).values == {"seat": b"window"}


class PutPromises:
    """M2 and M3: a put lands wholly or not at all, and leaves alone what it does not change."""

    async def test_putting_again_overwrites(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one"), row("b", b"one", NOW + HOUR)], now_ms=NOW)
        changed = [row("a", b"two", NOW + HOUR), row("b", b"two"), row("c")]
        assert await store.put(PLACE, changed, now_ms=NOW) == 3
        assert await store.scan(PLACE, now_ms=NOW) == changed
        assert await store.scan(PLACE, now_ms=NOW + HOUR) == changed[1:]

    async def test_without_overwriting_what_exists_stays(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one", NOW + HOUR)], now_ms=NOW)
        offered = [row("a", b"two"), row("b", b"two")]
        assert await store.put(PLACE, offered, now_ms=NOW, overwrite=False) == 1
        assert await store.scan(PLACE, now_ms=NOW) == [row("a", b"one", NOW + HOUR), row("b", b"two")]

    async def test_what_has_expired_is_no_obstacle(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one", NOW + HOUR)], now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1)}, now_ms=NOW)
        assert await store.put(PLACE, [row("a", b"one")], now_ms=NOW + HOUR, overwrite=False) == 1
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW + HOUR)
        assert reader.rows(NOW + HOUR) == [row("a", b"one")]
        assert reader.vectors(NOW + HOUR) == {"a": None}

    async def test_an_unchanged_put_is_no_change_and_keeps_vectors(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given = [row("a", b"one"), row("b", b"one", NOW + HOUR)]
        await store.put(PLACE, given, now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1), "b": vector(2)}, now_ms=NOW)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        assert await store.put(PLACE, given, now_ms=NOW) == 0
        assert await store.put(PLACE, [row("a", b"other"), row("b")], now_ms=NOW, overwrite=False) == 0
        assert await reader.catch_up(now_ms=NOW) == []
        fresh = Reader(store, PLACE, embedder="e/1")
        await fresh.catch_up(now_ms=NOW)
        assert fresh.rows(NOW) == given
        assert fresh.vectors(NOW) == {"a": vector(1), "b": vector(2)}

    async def test_another_body_drops_the_vectors_and_another_time_does_not(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one"), row("b", b"one")], now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1), "b": vector(2)}, now_ms=NOW)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        await store.put(PLACE, [row("a", b"two"), row("b", b"one", NOW + HOUR)], now_ms=NOW)
        fresh = Reader(store, PLACE, embedder="e/1")
        for one in (reader, fresh):
            await one.catch_up(now_ms=NOW)
            assert one.rows(NOW) == [row("a", b"two"), row("b", b"one", NOW + HOUR)]
            assert one.vectors(NOW) == {"a": None, "b": vector(2)}
        await store.put(PLACE, [row("b", b"one")], now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.vectors(NOW + HOUR) == {"a": None, "b": vector(2)}

    async def test_a_reader_never_sees_part_of_a_put(self, backend: MemoryBackend) -> None:
        writer, reader = await backend.open(), await backend.open()
        done = asyncio.Event()

        async def write() -> None:
            for number in range(12):
                await writer.put(PLACE, [row(f"m{index}", b"%d" % number) for index in range(8)], now_ms=NOW)
            done.set()

        async def read_along() -> None:
            while not done.is_set():
                seen = await reader.scan(PLACE, now_ms=NOW)
                assert len({memory.body for memory in seen}) <= 1, "a scan saw two puts at once"
                assert len(seen) in (0, 8)
                await asyncio.sleep(0)

        await gather([write(), read_along()])
        assert await reader.scan(PLACE, now_ms=NOW) == [row(f"m{index}", b"11") for index in range(8)]

    async def test_concurrent_puts_lose_nothing(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        counts = await gather(
            stores[number % 4].put(PLACE, rows(f"p{number:02}", 5), now_ms=NOW) for number in range(40)
        )
        assert counts == [5] * 40
        expected = [memory for number in range(40) for memory in rows(f"p{number:02}", 5)]
        assert await stores[0].scan(PLACE, now_ms=NOW) == expected
        reader = Reader(stores[1], PLACE)
        await reader.catch_up(now_ms=NOW, limit=9)
        assert reader.rows(NOW) == expected

    async def test_of_concurrent_offers_exactly_one_is_taken(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        offers = [
            stores[number % 4].put(PLACE, [row("a", b"%d" % number)], now_ms=NOW, overwrite=False)
            for number in range(20)
        ]
        counts = await gather(offers)
        assert sum(counts) == 1
        assert await stores[0].scan(PLACE, now_ms=NOW) == [row("a", b"%d" % counts.index(1))]

    async def test_a_cancelled_put_is_wholly_there_or_not_at_all(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        for number, (turns, seconds) in enumerate(CANCELLATIONS):
            given = rows(f"c{number:02}", 4)
            await cancel_after(store.put(PLACE, given, now_ms=NOW), turns=turns, seconds=seconds)
            got = await other.get(PLACE, [memory.id for memory in given], now_ms=NOW)
            assert got in ([None] * 4, given)
        await store.put(PLACE, [row("last")], now_ms=NOW)
        reader = Reader(other, PLACE)
        await reader.catch_up(now_ms=NOW)
        kept = await other.scan(PLACE, now_ms=NOW)
        assert reader.rows(NOW) == kept
        assert len(kept) % 4 == 1


class ApartPromises:
    """M4: partitions never meet: ids and partitions are opaque and compared exactly."""

    async def test_every_id_is_a_memory_of_its_own(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        assert await store.put(PLACE, [row(id_) for id_ in IDS], now_ms=NOW) == len(IDS)
        assert await store.delete(PLACE, IDS[::2], now_ms=NOW) == len(IDS[::2])
        expected = [row(id_) if number % 2 else None for number, id_ in enumerate(IDS)]
        assert await store.get(PLACE, IDS, now_ms=NOW) == expected

    async def test_expiring_memories_with_hostile_ids_are_kept_apart_too(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given = [row(id_, id_.encode(), NOW + HOUR) for id_ in IDS]
        await store.put(PLACE, given, now_ms=NOW)
        vectors = {id_: vector(number) for number, id_ in enumerate(IDS)}
        assert await store.put_vectors(PLACE, "e/1", vectors, now_ms=NOW) == len(IDS)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        assert await store.get(PLACE, IDS, now_ms=NOW) == given
        assert reader.vectors(NOW) == vectors

    async def test_every_user_id_is_a_user_of_its_own(self, backend: MemoryBackend) -> None:
        await _check_apart(backend, [Partition("acme", id_) for id_ in IDS])

    async def test_every_tenant_id_is_a_tenant_of_its_own(self, backend: MemoryBackend) -> None:
        await _check_apart(backend, [Partition(id_, "luke") for id_ in IDS])

    async def test_partitions_that_look_alike_never_meet(self, backend: MemoryBackend) -> None:
        await _check_apart(backend, list(PARTITIONS))


class ProfilePromises:
    """M9: profile updates merge atomically by key; a profile past its time does not exist."""

    async def test_an_update_sets_keys_and_leaves_the_others(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await _update(backend, {"seat": b"aisle", "diet": bytes(range(256)), "empty": b""})
        await store.update_profile(PLACE, {"seat": b"window"}, replace=False, ttl_ms=None, now_ms=NOW)
        expected = {"seat": b"window", "diet": bytes(range(256)), "empty": b""}
        assert (await other.profile(PLACE, now_ms=NOW)).values == expected

    async def test_replacing_drops_every_other_key(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _update(backend, {"seat": b"aisle", "diet": b"vegan"})
        await store.update_profile(PLACE, {"seat": b"window"}, replace=True, ttl_ms=None, now_ms=NOW)
        assert (await store.profile(PLACE, now_ms=NOW)).values == {"seat": b"window"}
        await store.update_profile(PLACE, {}, replace=True, ttl_ms=None, now_ms=NOW)
        assert (await store.profile(PLACE, now_ms=NOW)).values == {}

    async def test_concurrent_updates_of_different_keys_all_stay(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        values = {f"key{number}": b"%d" % number for number in range(40)}
        await gather(
            stores[number % 4].update_profile(PLACE, {key: value}, replace=False, ttl_ms=HOUR, now_ms=NOW)
            for number, (key, value) in enumerate(values.items())
        )
        assert (await stores[0].profile(PLACE, now_ms=NOW)).values == values

    async def test_hostile_keys_are_kept_apart(self, backend: MemoryBackend) -> None:
        values = {id_: id_.encode() for id_ in IDS}
        await _update(backend, values)
        assert (await (await backend.open()).profile(PLACE, now_ms=NOW)).values == values

    async def test_every_update_lets_the_time_to_live_start_anew(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.update_profile(PLACE, {"a": b"1"}, replace=False, ttl_ms=HOUR, now_ms=NOW)
        await store.update_profile(PLACE, {"b": b"2"}, replace=False, ttl_ms=HOUR, now_ms=NOW + HOUR - 1)
        ends = NOW + 2 * HOUR - 1
        assert await store.profile(PLACE, now_ms=ends - 1) == Profile({"a": b"1", "b": b"2"}, ends)
        assert await store.profile(PLACE, now_ms=ends) == Profile()

    async def test_an_update_without_a_time_to_live_makes_it_stay(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.update_profile(PLACE, {"a": b"1"}, replace=False, ttl_ms=HOUR, now_ms=NOW)
        await store.update_profile(PLACE, {"b": b"2"}, replace=False, ttl_ms=None, now_ms=NOW)
        assert await store.profile(PLACE, now_ms=NOW + 100_000 * HOUR) == Profile({"a": b"1", "b": b"2"})

    async def test_an_update_after_its_time_finds_nothing_of_before(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.update_profile(PLACE, {"a": b"1"}, replace=False, ttl_ms=HOUR, now_ms=NOW)
        await store.update_profile(PLACE, {"b": b"2"}, replace=False, ttl_ms=HOUR, now_ms=NOW + HOUR)
        assert (await store.profile(PLACE, now_ms=NOW + HOUR)).values == {"b": b"2"}

    async def test_the_profile_is_no_memory(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _update(backend, {"a": b"1"})
        assert await store.scan(PLACE, now_ms=NOW) == []
        assert (await store.changes(PLACE, None, now_ms=NOW)).items == []


async def _update(backend: MemoryBackend, values: dict[str, bytes]) -> None:
    store = await backend.open()
    await store.update_profile(PLACE, values, replace=False, ttl_ms=None, now_ms=NOW)


async def _check_apart(backend: MemoryBackend, partitions: list[Partition]) -> None:
    """Check that each partition keeps its own memory, vector and profile, under the same memory id."""
    store = await backend.open()
    for number, partition in enumerate(partitions):
        assert await store.put(partition, [row("m", b"%d" % number)], now_ms=NOW, overwrite=False) == 1
        assert await store.put_vectors(partition, "e/1", {"m": vector(number)}, now_ms=NOW) == 1
        await store.update_profile(partition, {"k": b"%d" % number}, replace=False, ttl_ms=None, now_ms=NOW)
    for number, partition in enumerate(partitions):
        reader = Reader(store, partition, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == await store.scan(partition, now_ms=NOW) == [row("m", b"%d" % number)]
        assert reader.vectors(NOW) == {"m": vector(number)}
        assert (await store.profile(partition, now_ms=NOW)).values == {"k": b"%d" % number}
    for number, partition in enumerate(partitions[:20]):
        assert (await store.erase(partition))["memories"] == 1
        live = [one for one in partitions[:20] if await store.get(one, ["m"], now_ms=NOW) != [None]]
        assert live == partitions[number + 1 : 20]
