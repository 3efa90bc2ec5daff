"""The suite every store of small records passes.

An adapter's test file subclasses `RecordStoreSuite` and overrides the `backend` fixture; see
`memlane.testing.backends`. pytest-asyncio must run in its `auto` mode.
"""

import asyncio

import pytest

from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.protocols.records import Record, RecordStore
from memlane.testing.backends import RecordBackend
from memlane.testing.hostile import BODIES, IDS
from memlane.testing.machines import check_records
from memlane.testing.probes import (
    BLINK,
    HOUR,
    NOW,
    assert_gone,
    assert_held,
    assert_refused,
    gather,
    real_now_ms,
    until,
)
from memlane.testing.records_takes import TakePromises

_KEYS = "api-keys"


class RecordContentPromises:
    """R1: get() and list() return exactly the bytes that were given."""

    @pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)} bytes {body[:8]!r}")
    async def test_bytes_come_back_as_they_were_given(self, backend: RecordBackend, body: bytes) -> None:
        store, other = await backend.open(), await backend.open()
        assert await _create(store, "a", body)
        assert await other.get(_KEYS, "a", now_ms=NOW) == body
        assert await other.list(_KEYS, now_ms=NOW) == [Record("a", body)]
        assert await store.swap(_KEYS, "a", body, body + b"!", now_ms=NOW)
        assert await other.get(_KEYS, "a", now_ms=NOW) == body + b"!"
        assert await store.swap(_KEYS, "a", body + b"!", body, now_ms=NOW)
        assert await other.list(_KEYS, now_ms=NOW) == [Record("a", body)]

    async def test_there_is_nothing_at_first(self, backend: RecordBackend) -> None:
        store = await backend.open()
        assert await store.get(_KEYS, "a", now_ms=NOW) is None
        assert await store.list(_KEYS, now_ms=NOW) == []


class CreatePromises:
    """R2: create() stores a record only where there is none; one of many callers wins."""

    async def test_a_record_that_is_there_stays(self, backend: RecordBackend) -> None:
        store, other = await backend.open(), await backend.open()
        assert await _create(store, "a", b"one")
        for ttl in (None, HOUR):
            assert not await _create(other, "a", b"two", ttl=ttl)
        assert await store.get(_KEYS, "a", now_ms=NOW + 2 * HOUR) == b"one"

    async def test_a_record_that_was_removed_can_be_created_again(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await _create(store, "a", b"one", ttl=HOUR)
        await store.swap(_KEYS, "a", b"one", None, now_ms=NOW)
        assert await _create(store, "a", b"two")
        assert await store.get(_KEYS, "a", now_ms=NOW + 2 * HOUR) == b"two"

    async def test_of_many_who_create_one_wins(self, backend: RecordBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        won = await gather(_create(stores[number % 4], "a", b"%d" % number) for number in range(20))
        assert won.count(True) == 1
        assert await stores[0].get(_KEYS, "a", now_ms=NOW) == b"%d" % won.index(True)


class SwapRecordPromises:
    """R3: swap() changes or removes a record only if it still is what the caller saw."""

    @pytest.mark.parametrize("new", [b"two", b"", None])
    async def test_a_record_that_is_not_what_was_seen_stays(self, backend: RecordBackend, new: bytes | None) -> None:
        store, other = await backend.open(), await backend.open()
        await _create(store, "a", b"one", ttl=HOUR)
        for stale in (b"", b"On", b"one ", b"One"):
            assert not await other.swap(_KEYS, "a", stale, new, now_ms=NOW)
        assert await store.get(_KEYS, "a", now_ms=NOW + HOUR - 1) == b"one"
        assert await store.get(_KEYS, "a", now_ms=NOW + HOUR) is None

    async def test_a_record_that_is_not_there_is_not_made(self, backend: RecordBackend) -> None:
        store = await backend.open()
        for new in (b"two", None):
            assert not await store.swap(_KEYS, "a", b"", new, now_ms=NOW)
        assert await store.list(_KEYS, now_ms=NOW) == []

    async def test_an_empty_record_is_one_too(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await _create(store, "a", b"")
        assert await store.swap(_KEYS, "a", b"", b"", now_ms=NOW)
        assert await store.get(_KEYS, "a", now_ms=NOW) == b""
        assert await store.swap(_KEYS, "a", b"", None, now_ms=NOW)
        assert await store.get(_KEYS, "a", now_ms=NOW) is None
        assert await store.list(_KEYS, now_ms=NOW) == []

    @pytest.mark.parametrize(("before", "after"), [(None, HOUR), (HOUR, None), (HOUR, 2 * HOUR), (2 * HOUR, HOUR)])
    async def test_the_expiry_is_set_anew(self, backend: RecordBackend, before: int | None, after: int | None) -> None:
        store = await backend.open()
        await _create(store, "a", b"one", ttl=before)
        ends = None if after is None else NOW + after
        assert await store.swap(_KEYS, "a", b"one", b"two", now_ms=NOW, expires_at_ms=ends)
        last = NOW + (5 * HOUR if after is None else after - 1)
        await _create(store, "other", b"", at=last)
        assert await store.get(_KEYS, "a", now_ms=last) == b"two"
        assert Record("a", b"two") in await store.list(_KEYS, now_ms=last)
        if ends is not None:
            assert await store.get(_KEYS, "a", now_ms=ends) is None

    async def test_of_many_who_saw_the_same_one_wins(self, backend: RecordBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await _create(stores[0], "a", b"seen")
        won = await gather(
            stores[number % 4].swap(_KEYS, "a", b"seen", b"%d" % number if number else None, now_ms=NOW)
            for number in range(20)
        )
        assert won.count(True) == 1
        winner = won.index(True)
        assert await stores[0].get(_KEYS, "a", now_ms=NOW) == (b"%d" % winner if winner else None)

    async def test_counting_up_by_what_was_seen_loses_nothing(self, backend: RecordBackend) -> None:
        stores = [await backend.open() for _ in range(3)]
        await _create(stores[0], "a", b"0")
        await gather(_count_up(store, 5) for store in stores)
        assert await stores[0].get(_KEYS, "a", now_ms=NOW) == b"15"


class RecordsApartPromises:
    """R4: collections and ids never meet."""

    @pytest.mark.parametrize("first", [0, 1])
    async def test_every_id_is_a_record_of_its_own(self, backend: RecordBackend, first: int) -> None:
        store = await backend.open()
        for number, id_ in enumerate(IDS):
            assert await _create(store, id_, id_.encode(), ttl=HOUR if number % 3 else None), id_
        for id_ in IDS[first::2]:
            assert await store.swap(_KEYS, id_, id_.encode(), None, now_ms=NOW), id_
        for number, id_ in enumerate(IDS):
            assert await store.get(_KEYS, id_, now_ms=NOW) == (None if number % 2 == first else id_.encode()), id_
        assert await store.list(_KEYS, now_ms=NOW) == [Record(id_, id_.encode()) for id_ in sorted(IDS[1 - first :: 2])]

    async def test_collections_do_not_meet(self, backend: RecordBackend) -> None:
        store = await backend.open()
        names = ("a", "A", "a-b", "b", "a-", "records")
        for name in names:
            assert await store.create(name, "a", name.encode(), now_ms=NOW)
        assert await store.swap("b", "a", b"b", None, now_ms=NOW)
        for name in names:
            expected = [] if name == "b" else [Record("a", name.encode())]
            assert await store.list(name, now_ms=NOW) == expected


class RecordExpiryPromises:
    """R5: what has expired is neither returned nor listed, and its id is free again."""

    async def test_a_record_ends_at_its_moment(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await _create(store, "a", b"one", ttl=HOUR)
        await _create(store, "b", b"stays")
        assert await store.get(_KEYS, "a", now_ms=NOW + HOUR - 1) == b"one"
        assert len(await store.list(_KEYS, now_ms=NOW + HOUR - 1)) == 2
        assert await store.get(_KEYS, "a", now_ms=NOW + HOUR) is None
        assert await store.list(_KEYS, now_ms=NOW + HOUR) == [Record("b", b"stays")]

    async def test_what_has_expired_is_not_changed(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await _create(store, "a", b"one", ttl=HOUR)
        for new in (b"two", None):
            assert not await store.swap(_KEYS, "a", b"one", new, now_ms=NOW + HOUR)
        assert await store.list(_KEYS, now_ms=NOW + HOUR) == []

    async def test_its_id_is_free_again(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await _create(store, "a", b"one", ttl=HOUR)
        assert not await _create(store, "a", b"two", at=NOW + HOUR - 1)
        assert await _create(store, "a", b"two", at=NOW + HOUR)
        assert await store.list(_KEYS, now_ms=NOW + 9 * HOUR) == [Record("a", b"two")]

    async def test_what_has_expired_takes_no_place_in_a_page(self, backend: RecordBackend) -> None:
        store = await backend.open()
        for number in range(20):
            await _create(store, f"{number:02}", b"x", ttl=None if number % 5 == 4 else HOUR)
        page = await store.list(_KEYS, now_ms=NOW + HOUR, limit=3)
        assert [record.id for record in page] == ["04", "09", "14"]

    async def test_what_has_expired_and_what_was_removed_leave_nothing(self, backend: RecordBackend) -> None:
        store, begun = await backend.open(), real_now_ms()
        await _create(store, "idplum", b"bodyplum", at=begun, ttl=BLINK)
        await store.take(_KEYS, "idpear", 1, limit=9, now_ms=begun, expires_at_ms=begun + BLINK)
        await _create(store, "idfig", b"bodyfig", at=begun)
        await assert_held(backend, b"idplum", b"bodyplum", b"idpear", b"idfig", b"bodyfig")

        async def is_over() -> bool:
            return real_now_ms() > begun + BLINK

        await until(is_over, "the end of a record")
        assert await store.swap(_KEYS, "idfig", b"bodyfig", None, now_ms=real_now_ms())
        await assert_gone(backend, b"idplum", b"bodyplum", b"idpear", b"idfig", b"bodyfig")


class RecordListPromises:
    """R7: list() returns the live records in ascending order of id, those after `after`."""

    async def test_pages_follow_each_other_in_order_of_code_points(self, backend: RecordBackend) -> None:
        store = await backend.open()
        for id_ in IDS:
            await _create(store, id_, b"x")
        ids: list[str] = []
        while page := await store.list(_KEYS, now_ms=NOW, after=ids[-1] if ids else None, limit=7):
            ids += [record.id for record in page]
        assert ids == sorted(IDS)

    async def test_a_page_begins_after_an_id_that_need_not_exist(self, backend: RecordBackend) -> None:
        store = await backend.open()
        for id_ in ("a", "b", "d"):
            await _create(store, id_, b"x")
        for after, expected in (("b", ["d"]), ("c", ["d"]), ("aa", ["b", "d"]), ("d", []), ("A", ["a", "b", "d"])):
            assert [record.id for record in await store.list(_KEYS, now_ms=NOW, after=after)] == expected

    async def test_many_records_are_listed(self, backend: RecordBackend) -> None:
        store = await backend.open()
        ids = [f"{number:04}" for number in range(1_201)]
        await gather(_create(store, id_, id_.encode()) for id_ in ids)
        assert [record.id for record in await store.list(_KEYS, now_ms=NOW)] == ids[:1_000]
        assert await store.list(_KEYS, now_ms=NOW, limit=2_000) == [Record(id_, id_.encode()) for id_ in ids]


class RecordServicePromises:
    """R8: a store that cannot answer raises StoreUnavailableError within its time-out, with nothing half-written."""

    async def test_a_backend_that_is_down_is_unavailable_and_loses_nothing(self, backend: RecordBackend) -> None:
        store = await backend.open()
        await _create(store, "before", b"1")
        if backend.outage is None:
            with pytest.raises(UnsupportedError):
                await backend.break_()
            return
        await backend.break_()
        ends = NOW + HOUR
        await assert_refused(
            backend,
            lambda: store.get(_KEYS, "before", now_ms=NOW),
            lambda: store.list(_KEYS, now_ms=NOW),
            lambda: _create(store, "during", b"2"),
            lambda: store.swap(_KEYS, "before", b"unseen", b"2", now_ms=NOW),
            lambda: store.take(_KEYS, "a", 1, limit=9, now_ms=NOW, expires_at_ms=ends),
            store.ping,
        )
        await backend.restore()
        before, during = Record("before", b"1"), Record("during", b"2")
        assert await _list_when_back(store) in ([before], [before, during])

    async def test_ping_tells_what_answers(self, backend: RecordBackend) -> None:
        facts = await (await backend.open()).ping()
        assert facts["server"]
        assert all(isinstance(fact, str) for fact in facts.values())

    async def test_closing_one_connection_twice_leaves_the_others(self, backend: RecordBackend) -> None:
        store, other = await backend.connect(), await backend.open()
        await _create(store, "a", b"1")
        await store.aclose()
        await store.aclose()
        assert await other.get(_KEYS, "a", now_ms=NOW) == b"1"


class RecordStoreSuite(
    RecordContentPromises,
    CreatePromises,
    SwapRecordPromises,
    RecordsApartPromises,
    RecordExpiryPromises,
    TakePromises,
    RecordListPromises,
    RecordServicePromises,
):
    """Checks the promises R1-R8 of `RecordStore`; subclass it and override `backend`."""

    @pytest.fixture
    def backend(self) -> RecordBackend:
        """Yield a fresh, empty backend; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `backend`")

    def test_random_programs_agree_with_the_model(self, backend: RecordBackend) -> None:
        check_records(backend)


async def _create(store: RecordStore, id_: str, body: bytes, *, at: int = NOW, ttl: int | None = None) -> bool:
    return await store.create(_KEYS, id_, body, now_ms=at, expires_at_ms=None if ttl is None else at + ttl)


async def _count_up(store: RecordStore, times: int) -> None:
    while times:
        seen = await store.get(_KEYS, "a", now_ms=NOW) or b""
        await asyncio.sleep(0)
        if await store.swap(_KEYS, "a", seen, b"%d" % (int(seen) + 1), now_ms=NOW):
            times -= 1


async def _list_when_back(store: RecordStore) -> list[Record]:
    """List until the store has noticed that its backend is back."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await store.list(_KEYS, now_ms=NOW)
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
