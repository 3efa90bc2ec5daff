"""Promise R6 of stores of small records: what is taken never passes the limit."""

from memlane.protocols.records import RecordStore
from memlane.testing.backends import RecordBackend
from memlane.testing.hostile import IDS
from memlane.testing.probes import HOUR, NOW, gather

_BUDGETS = "requests"


class TakePromises:
    """R6: take() never grants more than `limit` of one id before it expires; R4, R5: counts are no records."""

    async def test_what_is_left_is_granted_and_then_nothing(self, backend: RecordBackend) -> None:
        store, other = await backend.open(), await backend.open()
        granted = [await take(one, 4) for one in (store, other, store, other)]
        assert granted == [4, 4, 2, 0]
        assert await take(store, 1) == 0

    async def test_the_limit_is_that_of_each_call(self, backend: RecordBackend) -> None:
        store = await backend.open()
        assert await take(store, 5, limit=5) == 5
        assert await take(store, 5, limit=3) == 0
        assert await take(store, 5, limit=7) == 2
        assert await take(store, 1, limit=0) == 0

    async def test_large_numbers_are_exact(self, backend: RecordBackend) -> None:
        store = await backend.open()
        limit = 9_007_199_254_740_000
        assert await take(store, limit - 1, limit=limit) == limit - 1
        assert await take(store, 9, limit=limit) == 1

    async def test_of_many_at_once_no_more_than_the_limit_is_granted(self, backend: RecordBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        granted = await gather(take(stores[number % 4], 3, limit=50) for number in range(30))
        assert sum(granted) == 50
        assert sorted(granted) == [0] * 13 + [2] + [3] * 16

    async def test_a_count_ends_when_its_first_take_said(self, backend: RecordBackend) -> None:
        store = await backend.open()
        assert await take(store, 10) == 10
        assert await take(store, 1, ends=NOW + 9 * HOUR) == 0
        assert await take(store, 1, at=NOW + HOUR - 1, ends=NOW + 9 * HOUR) == 0
        assert await take(store, 6, at=NOW + HOUR, ends=NOW + 2 * HOUR) == 6
        assert await take(store, 6, at=NOW + HOUR, ends=NOW + HOUR + 1) == 4
        assert await take(store, 1, at=NOW + 2 * HOUR - 1) == 0
        assert await take(store, 1, at=NOW + 2 * HOUR, ends=NOW + 3 * HOUR) == 1

    async def test_every_id_and_collection_has_a_count_of_its_own(self, backend: RecordBackend) -> None:
        store = await backend.open()
        ends = NOW + HOUR
        for name in (_BUDGETS, "tokens"):
            for id_ in IDS:
                assert await store.take(name, id_, 9, limit=9, now_ms=NOW, expires_at_ms=ends) == 9, id_
        assert await store.take("tokens", IDS[5], 1, limit=9, now_ms=NOW, expires_at_ms=ends) == 0

    async def test_counts_and_records_do_not_meet(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await take(store, 10)
        assert await store.list(_BUDGETS, now_ms=NOW) == []
        assert await store.get(_BUDGETS, "a", now_ms=NOW) is None
        assert await store.create(_BUDGETS, "a", b"7", now_ms=NOW)
        assert await take(store, 1) == 0
        assert await store.swap(_BUDGETS, "a", b"7", None, now_ms=NOW)
        assert await take(store, 1) == 0


async def take(store: RecordStore, amount: int, *, limit: int = 10, at: int = NOW, ends: int = NOW + HOUR) -> int:
    """Take from a budget with the defaults of most tests."""
    return await store.take(_BUDGETS, "a", amount, limit=limit, now_ms=at, expires_at_ms=ends)
