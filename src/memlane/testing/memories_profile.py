"""Promise M12 of memory stores: the profile document changes only if it is what the caller saw."""

import asyncio
from collections.abc import Mapping

import pytest

from memlane.protocols.memories import MemoryStore, Profile
from memlane.testing.backends import MemoryBackend
from memlane.testing.hostile import BODIES, IDS, PARTITIONS
from memlane.testing.probes import HOUR, NOW, PLACE, gather

_SEEN = {"seat": b"aisle", "diet": b"vegan"}


class ConditionalProfilePromises:
    """M12: update_profile(was=...) changes the document only if its live values are exactly `was`."""

    @pytest.mark.parametrize("replace", [True, False])
    async def test_a_document_is_changed_if_it_is_what_was_seen(self, backend: MemoryBackend, *, replace: bool) -> None:
        store, other = await backend.open(), await backend.open()
        await _set(store, _SEEN)
        assert await _set(other, {"seat": b"window"}, was=_SEEN, replace=replace)
        expected = {"seat": b"window"} if replace else {"seat": b"window", "diet": b"vegan"}
        assert await _values(store) == expected
        assert not await _set(other, {"seat": b"middle"}, was=_SEEN, replace=replace)
        assert await _values(store) == expected

    @pytest.mark.parametrize(
        "stale",
        [
            {},
            {"seat": b"aisle"},
            {**_SEEN, "more": b"x"},
            {**_SEEN, "diet": b"Vegan"},
            {**_SEEN, "diet": b""},
            {"seat": b"aisle", "Diet": b"vegan"},
            {"seat": b"vegan", "diet": b"aisle"},
        ],
    )
    async def test_a_document_that_differs_in_anything_stays(
        self, backend: MemoryBackend, stale: Mapping[str, bytes]
    ) -> None:
        store = await backend.open()
        await _set(store, _SEEN, ttl_ms=HOUR)
        for replace in (True, False):
            assert not await _set(store, {"new": b"1"}, was=stale, replace=replace)
        assert await store.profile(PLACE, now_ms=NOW) == Profile(_SEEN, NOW + HOUR)

    async def test_an_empty_document_is_one_that_may_be_set_first(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        assert not await _set(store, _SEEN, was={"seat": b"aisle"})
        assert await _values(store) == {}
        assert await _set(store, _SEEN, was={})
        assert not await _set(store, {"new": b"1"}, was={})
        assert await _values(store) == _SEEN
        assert await _set(store, {}, was=_SEEN)
        assert await _set(store, {"new": b"1"}, was={})
        assert await _values(store) == {"new": b"1"}

    async def test_without_what_was_seen_it_is_always_changed(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        assert await _set(store, _SEEN)
        assert await _set(store, {}, replace=False)
        assert await _values(store) == _SEEN

    async def test_a_document_past_its_time_counts_as_none(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _set(store, _SEEN, ttl_ms=HOUR)
        assert not await _set(store, {"new": b"1"}, was=_SEEN, at=NOW + HOUR)
        assert await _set(store, {"new": b"1"}, was={}, replace=False, at=NOW + HOUR)
        assert await _values(store, at=NOW + HOUR) == {"new": b"1"}

    async def test_a_change_lets_the_time_to_live_start_anew(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        await _set(store, _SEEN, ttl_ms=HOUR)
        assert await _set(store, _SEEN, was=_SEEN, ttl_ms=2 * HOUR, at=NOW + 5)
        assert await store.profile(PLACE, now_ms=NOW + 5) == Profile(_SEEN, NOW + 5 + 2 * HOUR)
        assert await _set(store, _SEEN, was=_SEEN, at=NOW + 5)
        assert await store.profile(PLACE, now_ms=NOW + 5) == Profile(_SEEN)

    async def test_any_key_and_any_bytes_are_compared_exactly(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        seen = {id_: BODIES[number % 10] for number, id_ in enumerate(IDS)}
        await _set(store, seen)
        for id_ in IDS[::7]:
            assert not await _set(store, {}, was={**seen, id_: seen[id_] + b" "})
        assert await _set(store, {"e": b"1"}, was=seen)
        assert await _set(store, {"e": b"2"}, was={"e": b"1"})
        assert await _values(store) == {"e": b"2"}

    async def test_partitions_do_not_meet(self, backend: MemoryBackend) -> None:
        store = await backend.open()
        for number, partition in enumerate(PARTITIONS):
            values = {"k": b"%d" % number}
            assert await store.update_profile(partition, values, replace=True, ttl_ms=None, now_ms=NOW, was={})
        for number, partition in enumerate(PARTITIONS):
            assert (await store.profile(partition, now_ms=NOW)).values == {"k": b"%d" % number}

    async def test_of_many_who_saw_the_same_one_wins(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await _set(stores[0], _SEEN)
        won = await gather(_set(stores[n % 4], {"by": b"%d" % n}, was=_SEEN) for n in range(20))
        assert won.count(True) == 1
        assert await _values(stores[0]) == {"by": b"%d" % won.index(True)}

    async def test_counting_up_by_what_was_seen_loses_nothing(self, backend: MemoryBackend) -> None:
        stores = [await backend.open() for _ in range(3)]
        await gather(_count_up(store, 5) for store in stores)
        assert await _values(stores[0]) == {"count": b"15"}


async def _set(
    store: MemoryStore,
    values: Mapping[str, bytes],
    *,
    was: Mapping[str, bytes] | None = None,
    replace: bool = True,
    ttl_ms: int | None = None,
    at: int = NOW,
) -> bool:
    return await store.update_profile(PLACE, values, replace=replace, ttl_ms=ttl_ms, now_ms=at, was=was)


async def _values(store: MemoryStore, at: int = NOW) -> dict[str, bytes]:
    return (await store.profile(PLACE, now_ms=at)).values


async def _count_up(store: MemoryStore, times: int) -> None:
    while times:
        seen = await _values(store)
        await asyncio.sleep(0)
        if await _set(store, {"count": b"%d" % (int(seen.get("count", b"0")) + 1)}, was=seen):
            times -= 1
