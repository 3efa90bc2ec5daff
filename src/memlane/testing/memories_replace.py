"""Promise M11 of memory stores: replace() changes only what nobody else has changed, all of it or nothing."""

import asyncio

import pytest

from memlane.protocols.memories import MemoryRow, MemoryStore, Replacement
from memlane.testing.backends import MemoryBackend
from memlane.testing.hostile import BODIES, IDS, PARTITIONS
from memlane.testing.probes import CANCELLATIONS, HOUR, NOW, PLACE, cancel_after, gather, row, rows, vector
from memlane.testing.reader import Reader

_STAYS = (None, NOW + HOUR)
_LIFE = pytest.mark.parametrize(("before", "after"), [(one, other) for one in _STAYS for other in _STAYS])


class ReplacePromises:
    """M11: rows are stored if each memory is what was seen, else none of them is."""

    @_LIFE
    async def test_a_memory_is_replaced_if_it_is_what_was_seen(
        self, backend: MemoryBackend, before: int | None, after: int | None
    ) -> None:
        store, other = await backend.open(), await backend.open()
        await store.put(PLACE, [row("a", b"one", before), row("b", b"kept")], now_ms=NOW)
        assert await other.replace(PLACE, [_seen("a", b"one", b"two", after)], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == [row("a", b"two", after), row("b", b"kept")]
        assert not await other.replace(PLACE, [_seen("a", b"one", b"three", after)], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == [row("a", b"two", after), row("b", b"kept")]
        assert len(await store.scan(PLACE, now_ms=NOW + HOUR)) == (2 if after is None else 1)

    @pytest.mark.parametrize("until", _STAYS)
    async def test_a_new_memory_is_stored_if_there_was_none(self, backend: MemoryBackend, until: int | None) -> None:
        store = await backend.open()
        assert not await store.replace(PLACE, [_seen("a", b"", b"one", until)], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == []
        assert await store.replace(PLACE, [_seen("a", None, b"one", until)], now_ms=NOW)
        assert not await store.replace(PLACE, [_seen("a", None, b"two", until)], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == [row("a", b"one", until)]

    async def test_nothing_is_replaced_where_nothing_is_given(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        assert await store.replace(PLACE, [], now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == []

    @pytest.mark.parametrize("stale", range(4))
    async def test_one_that_is_not_what_was_seen_keeps_all_from_being_stored(
        self, backend: MemoryBackend, stale: int
    ) -> None:
        store = await backend.open()
        given = [row("a", b"one"), row("b", b"one", NOW + HOUR), row("c", b"one")]
        await store.put(PLACE, given, now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1)}, now_ms=NOW)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        seen = [b"one", b"one", b"one", None]
        seen[stale] = b"other"
        asked = [_seen(id_, was, b"two") for id_, was in zip("abcd", seen, strict=True)]
        assert not await store.replace(PLACE, asked, now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == given
        assert await reader.catch_up(now_ms=NOW) == []
        assert reader.vectors(NOW) == {"a": vector(1), "b": None, "c": None}
        seen[stale] = None if stale == 3 else b"one"
        asked = [_seen(id_, was, b"two") for id_, was in zip("abcd", seen, strict=True)]
        assert await store.replace(PLACE, asked, now_ms=NOW)
        assert await store.scan(PLACE, now_ms=NOW) == [row(id_, b"two") for id_ in "abcd"]

    async def test_what_has_expired_counts_as_absent(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one", NOW + HOUR), row("b", b"one", NOW + HOUR)], now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1), "b": vector(2)}, now_ms=NOW)
        late = NOW + HOUR
        assert not await store.replace(PLACE, [_seen("a", b"one", b"two")], now_ms=late)
        asked = [_seen("a", None, b"two"), Replacement(row("b", b"one"), None, keeps_vectors=True)]
        assert await store.replace(PLACE, asked, now_ms=late)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=late)
        assert reader.rows(late) == await store.scan(PLACE, now_ms=late) == [row("a", b"two"), row("b", b"one")]
        assert reader.vectors(late) == {"a": None, "b": None}

    async def test_a_deleted_memory_is_not_what_was_seen(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one"), row("b", b"one")], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        await store.delete(PLACE, ["a"], now_ms=NOW)
        assert not await store.replace(PLACE, [_seen("a", b"one", b"two")], now_ms=NOW)
        assert await store.replace(PLACE, [_seen("a", None, b"two")], now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == [row("a", b"two"), row("b", b"one")]

    async def test_any_bytes_are_compared_and_kept_exactly(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        known: bytes | None = None
        for body in BODIES:
            wrong = b"\0" if known is None else known + b"\0"
            assert not await store.replace(PLACE, [_seen("a", wrong, b"wrong")], now_ms=NOW)
            assert await store.replace(PLACE, [_seen("a", known, body)], now_ms=NOW)
            assert await store.get(PLACE, ["a"], now_ms=NOW) == [row("a", body)]
            known = body

    async def test_hostile_ids_are_kept_apart(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row(id_, b"one") for id_ in IDS[::2]], now_ms=NOW)
        for number, id_ in enumerate(IDS):
            assert await store.replace(PLACE, [_seen(id_, b"one", b"two")], now_ms=NOW) is (number % 2 == 0)
        assert await store.replace(PLACE, [_seen(id_, None, b"new", NOW + HOUR) for id_ in IDS[1::2]], now_ms=NOW)
        expected = [row(id_, b"new", NOW + HOUR) if n % 2 else row(id_, b"two") for n, id_ in enumerate(IDS)]
        assert await store.get(PLACE, IDS, now_ms=NOW) == expected

    async def test_partitions_that_look_alike_never_meet(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        for number, partition in enumerate(PARTITIONS):
            assert await store.replace(partition, [_seen("m", None, b"%d" % number)], now_ms=NOW)
        for number, partition in enumerate(PARTITIONS):
            assert await store.replace(partition, [_seen("m", b"%d" % number, b"x%d" % number)], now_ms=NOW)
        for number, partition in enumerate(PARTITIONS):
            assert await store.scan(partition, now_ms=NOW) == [row("m", b"x%d" % number)]

    @_LIFE
    async def test_vectors_stay_where_that_is_asked_for_and_go_elsewhere(
        self, backend: MemoryBackend, before: int | None, after: int | None
    ) -> None:
        store, other = await backend.open(), await backend.open()
        await store.put(PLACE, [row(id_, b"one", before) for id_ in "abc"], now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1), "b": vector(2), "c": vector(3)}, now_ms=NOW)
        reader = Reader(other, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        asked = [
            Replacement(row("a", b"two", after), b"one", keeps_vectors=True),
            Replacement(row("b", b"two", after), b"one"),
        ]
        assert await store.replace(PLACE, asked, now_ms=NOW)
        assert sorted(await reader.catch_up(now_ms=NOW)) == ["a", "b"]
        fresh = Reader(other, PLACE, embedder="e/1")
        await fresh.catch_up(now_ms=NOW)
        for one in (reader, fresh):
            assert one.rows(NOW) == [row("a", b"two", after), row("b", b"two", after), row("c", b"one", before)]
            assert one.vectors(NOW) == {"a": vector(1), "b": None, "c": vector(3)}

    async def test_a_vector_that_stayed_goes_with_the_next_other_body(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one"), row("b", b"one")], now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1), "b": vector(2)}, now_ms=NOW)
        kept = [Replacement(row(id_, b"two"), b"one", keeps_vectors=True) for id_ in "ab"]
        assert await store.replace(PLACE, kept, now_ms=NOW)
        await store.put(PLACE, [row("a", b"three")], now_ms=NOW)
        await store.put(PLACE, [row("b", b"two")], now_ms=NOW)
        reader = Reader(store, PLACE, embedder="e/1")
        await reader.catch_up(now_ms=NOW)
        assert reader.vectors(NOW) == {"a": None, "b": vector(2)}

    async def test_a_kept_vector_is_still_of_its_embedder_only(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, [row("a", b"one")], now_ms=NOW)
        await store.put_vectors(PLACE, "e/1", {"a": vector(1)}, now_ms=NOW)
        assert await store.replace(PLACE, [Replacement(row("a", b"two"), b"one", keeps_vectors=True)], now_ms=NOW)
        for embedder, expected in (("e/1", vector(1)), ("e/2", None), (None, None)):
            reader = Reader(store, PLACE, embedder=embedder)
            await reader.catch_up(now_ms=NOW)
            assert reader.vectors(NOW) == {"a": expected}

    async def test_readers_are_told_in_the_order_of_change(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("m", 5), now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW)
        for number in (3, 1):
            (old,) = rows("m", 5)[number : number + 1]
            assert await store.replace(PLACE, [_seen(old.id, old.body, b"new")], now_ms=NOW)
        assert await store.replace(PLACE, [_seen("n", None, b"new")], now_ms=NOW)
        assert await reader.catch_up(now_ms=NOW, limit=1) == ["m-0003", "m-0001", "n"]
        assert reader.rows(NOW) == await store.scan(PLACE, now_ms=NOW)
        assert reader.resets == 0

    async def test_many_are_replaced_at_once(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        given = rows("m", 500)
        await store.put(PLACE, given, now_ms=NOW)
        assert await store.replace(PLACE, [_seen(old.id, old.body, b"new") for old in given], now_ms=NOW)
        reader = Reader(store, PLACE)
        await reader.catch_up(now_ms=NOW, limit=77)
        assert reader.rows(NOW) == [row(old.id, b"new") for old in given]

    @pytest.mark.parametrize("until", _STAYS)
    async def test_of_twenty_concurrent_replacements_exactly_one_wins(
        self, backend: MemoryBackend, until: int | None
    ) -> None:
        stores = [await backend.open() for _ in range(4)]
        known: bytes | None = None
        for turn in range(4):
            new = [b"%d/%d" % (turn, number) for number in range(20)]
            results = await gather(
                stores[number % 4].replace(PLACE, [_seen("a", known, body, until)], now_ms=NOW)
                for number, body in enumerate(new)
            )
            assert sum(results) == 1
            known = new[results.index(True)]
            assert await stores[turn].get(PLACE, ["a"], now_ms=NOW) == [row("a", known, until)]

    async def test_concurrent_counting_in_two_memories_loses_nothing(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await stores[0].put(PLACE, [row("a", b"0"), row("b", b"0", NOW + HOUR)], now_ms=NOW)
        done = asyncio.Event()

        async def count() -> None:
            await gather(_count(stores[number % 4], 5) for number in range(8))
            done.set()

        async def read_along() -> None:
            while not done.is_set():
                one, other = await stores[1].scan(PLACE, now_ms=NOW)
                assert one.body == other.body, "a scan saw half of a replacement"
                await asyncio.sleep(0)

        await gather([count(), read_along()])
        assert [kept.body for kept in await stores[0].scan(PLACE, now_ms=NOW)] == [b"40", b"40"]

    async def test_replacing_among_puts_and_deletions_never_overwrites_what_was_not_seen(
        self, backend: MemoryBackend
    ) -> None:
        stores = [await backend.open() for _ in range(2)]
        for number in range(15):
            await stores[0].put(PLACE, [row("a", b"old")], now_ms=NOW)
            other = stores[1].delete(PLACE, ["a"], now_ms=NOW) if number % 2 else _put(stores[1], row("a", b"put"))
            stored, _ = await gather([stores[0].replace(PLACE, [_seen("a", b"old", b"new")], now_ms=NOW), other])
            expected = None if number % 2 else row("a", b"put")
            assert isinstance(stored, bool)
            assert await stores[0].get(PLACE, ["a"], now_ms=NOW) == [expected]
        reader = Reader(stores[1], PLACE)
        await reader.catch_up(now_ms=NOW)
        assert reader.rows(NOW) == await stores[0].scan(PLACE, now_ms=NOW)

    async def test_a_cancelled_replacement_is_wholly_there_or_not_at_all(self, backend: MemoryBackend) -> None:
        store, other = await backend.open(), await backend.open()
        for number, (turns, seconds) in enumerate(CANCELLATIONS):
            asked = [_seen(f"c{number:02}-{part}", None, b"x") for part in range(4)]
            await cancel_after(store.replace(PLACE, asked, now_ms=NOW), turns=turns, seconds=seconds)
            got = await other.get(PLACE, [one.row.id for one in asked], now_ms=NOW)
            assert got in ([None] * 4, [one.row for one in asked])
        reader = Reader(other, PLACE)
        await store.put(PLACE, [row("last")], now_ms=NOW)
        await reader.catch_up(now_ms=NOW)
        kept = await other.scan(PLACE, now_ms=NOW)
        assert reader.rows(NOW) == kept
        assert len(kept) % 4 == 1


def _seen(id_: str, was: bytes | None, body: bytes, until: int | None = None) -> Replacement:
    return Replacement(MemoryRow(id_, body, until), was)


async def _put(store: MemoryStore, memory: MemoryRow) -> None:
    await store.put(PLACE, [memory], now_ms=NOW)


async def _count(store: MemoryStore, times: int) -> None:
    """Add to the number that stands in both memories, starting over when another was faster."""
    while times:
        asked: list[Replacement] = []
        for old in await store.scan(PLACE, now_ms=NOW):
            new = MemoryRow(old.id, b"%d" % (int(old.body) + 1), old.expires_at_ms)
            asked.append(Replacement(new, old.body))
        times -= await store.replace(PLACE, asked, now_ms=NOW)
