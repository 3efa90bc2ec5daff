"""The suite every store of usage passes.

An adapter's test file subclasses `UsageStoreSuite` and overrides the `backend` fixture; see
`memlane.testing.backends`. pytest-asyncio must run in its `auto` mode.
"""

import asyncio

import pytest

from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.protocols.usage import UsageStore
from memlane.testing.backends import UsageBackend
from memlane.testing.hostile import IDS, PARTITIONS
from memlane.testing.machines import check_usage
from memlane.testing.probes import HOUR, NOW, PLACE, assert_refused, gather
from memlane.testing.usage_probes import DAY, MIDNIGHT, MINUTE, MONTHS, SERIES, at, read, said, used
from memlane.testing.usage_removal import EraseUsagePromises, OldUsagePromises
from memlane.types.ids import Partition
from memlane.types.times import from_ms
from memlane.types.usage import Amounts, SeenUser, UsagePoint

_ALL = Amounts(messages=1, input_tokens=2, output_tokens=3, cached_tokens=5, recalls=7, hits=11)


class CountPromises:
    """U1: what add() was given is counted once in each series it belongs to."""

    async def test_it_is_counted_by_minute_hour_and_day_of_tenant_user_and_session(self, backend: UsageBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await store.add([used(_ALL, minute=MIDNIGHT + 61 * MINUTE)], now_ms=NOW)
        for series in SERIES:
            assert await read(other, series, "minute") == [at(MIDNIGHT + 61 * MINUTE, _ALL)]
            assert await read(other, series, "hour") == [at(MIDNIGHT + HOUR, _ALL)]
            assert await read(other, series, "day") == [at(MIDNIGHT, _ALL)]

    async def test_what_belongs_to_no_session_is_the_users_and_the_tenants(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1), said(2, session=None)], now_ms=NOW)
        counted = [await read(store, series, "day") for series in SERIES]
        assert [point.used.messages for (point,) in counted] == [3, 3, 1]

    async def test_several_adds_and_several_in_one_add_are_summed(self, backend: UsageBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await store.add([used(_ALL), used(_ALL), said(4)], now_ms=NOW)
        await other.add([used(_ALL)], now_ms=NOW + 1)
        sums = Amounts(messages=7, input_tokens=6, output_tokens=9, cached_tokens=15, recalls=21, hits=33)
        for series in SERIES:
            for step in ("minute", "hour", "day"):
                assert [point.used for point in await read(store, series, step)] == [sums]

    async def test_large_numbers_are_exact(self, backend: UsageBackend) -> None:
        store = await backend.open()
        large = 1_234_567_890_123_456
        await store.add([used(Amounts(input_tokens=large)), used(Amounts(input_tokens=large))], now_ms=NOW)
        await store.add([used(Amounts(input_tokens=1))], now_ms=NOW)
        (point,) = await read(store, SERIES[0], "day")
        assert point.used == Amounts(input_tokens=2 * large + 1)

    async def test_nothing_used_is_nothing_counted(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([], now_ms=NOW)
        await store.add([used(Amounts())], now_ms=NOW)
        assert [await read(store, series, "day") for series in SERIES] == [[], [], []]
        assert await store.users("acme") == []

    async def test_concurrent_adds_lose_nothing(self, backend: UsageBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await gather(
            stores[number % 4].add([said(1), said(10, user=f"user{number % 3}")], now_ms=NOW) for number in range(40)
        )
        assert await read(stores[0], SERIES[2], "minute") == [at(MONTHS[-1], Amounts(messages=40))]
        assert await read(stores[0], SERIES[0], "day") == [at(MIDNIGHT, Amounts(messages=440))]

    async def test_many_are_counted_at_once(self, backend: UsageBackend) -> None:
        store = await backend.open()
        told = [
            said(1 + number % 3, user=f"u{number % 400}", session=f"s{number % 800}", tenant=f"t{number % 2}")
            for number in range(2_400)
        ]
        await store.add(told, now_ms=NOW)
        for tenant in ("t0", "t1"):
            expected = sum(one.amounts.messages for one in told if one.partition.tenant == tenant)
            assert await read(store, (tenant, None, None), "hour") == [
                at(MIDNIGHT + 15 * HOUR, Amounts(messages=expected))
            ]
            assert len(await store.users(tenant)) == 200
        expected = sum(one.amounts.messages for one in told if one.partition.user == "u7")
        assert await read(store, ("t1", "u7", None), "day") == [at(MIDNIGHT, Amounts(messages=expected))]
        assert await read(store, ("t1", "u7", "s407"), "day") != []


class PointsPromises:
    """U2: points() returns the steps of [since, until) in which something was used, oldest first, in whole steps."""

    async def test_steps_come_oldest_first_however_they_were_told(self, backend: UsageBackend) -> None:
        store = await backend.open()
        minutes = [MIDNIGHT + number * MINUTE for number in (300, 7, 500, 120, 119, 121, 0, 300)]
        for minute in minutes:
            await store.add([said(1, minute=minute)], now_ms=NOW)
        points = await read(store, SERIES[1], "minute")
        assert [point.at for point in points] == [from_ms(minute) for minute in sorted(set(minutes))]
        assert [point.used.messages for point in points] == [1, 1, 1, 1, 1, 2, 1]
        hours = await read(store, SERIES[1], "hour")
        assert [(point.at.hour, point.used.messages) for point in hours] == [(0, 2), (1, 1), (2, 2), (5, 2), (8, 1)]

    async def test_days_are_those_of_utc(self, backend: UsageBackend) -> None:
        store = await backend.open()
        for minute in (MIDNIGHT - MINUTE, MIDNIGHT, MIDNIGHT + 12 * HOUR):
            await store.add([said(1, minute=minute)], now_ms=NOW)
        assert await read(store, SERIES[0], "day") == [
            at(MIDNIGHT - DAY, Amounts(messages=1)),
            at(MIDNIGHT, Amounts(messages=2)),
        ]

    async def test_a_span_holds_its_first_step_and_not_its_last(self, backend: UsageBackend) -> None:
        store = await backend.open()
        for hour in range(6):
            await store.add([said(1 + hour, minute=MIDNIGHT + hour * HOUR)], now_ms=NOW)
        for since, until, expected in ((1, 4, [2, 3, 4]), (4, 9, [5, 6]), (-9, 1, [1]), (2, 2, []), (7, 9, [])):
            points = await store.points(
                "acme",
                "luke",
                "trip",
                step="hour",
                since_ms=MIDNIGHT + since * HOUR,
                until_ms=MIDNIGHT + until * HOUR,
                now_ms=NOW,
            )
            assert [point.used.messages for point in points] == expected

    async def test_a_long_series_is_whole(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(number, minute=minute) for number, minute in enumerate(MONTHS, 1)], now_ms=NOW)
        points = await read(store, SERIES[1], "day", since=0)
        assert [point.used.messages for point in points] == list(range(1, len(MONTHS) + 1))

    async def test_any_span_of_time_may_be_asked_for(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1)], now_ms=NOW)
        for since, until in ((0, 253_402_300_799_999), (-(10**12), NOW + 1)):
            points = await store.points("acme", None, None, step="day", since_ms=since, until_ms=until, now_ms=NOW)
            assert points == [at(MIDNIGHT, Amounts(messages=1))]

    async def test_an_unknown_series_is_empty(self, backend: UsageBackend) -> None:
        store = await backend.open()
        assert [await read(store, series, "minute") for series in SERIES] == [[], [], []]


class UsageApartPromises:
    """U3: tenants, users and sessions never meet."""

    async def test_every_session_id_is_a_session_of_its_own(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(number, session=id_) for number, id_ in enumerate(IDS, 1)], now_ms=NOW)
        for number, id_ in enumerate(IDS, 1):
            points = await read(store, ("acme", "luke", id_), "hour")
            assert [point.used.messages for point in points] == [number], id_

    async def test_every_user_id_is_a_user_of_its_own(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(number, user=id_) for number, id_ in enumerate(IDS, 1)], now_ms=NOW)
        for number, id_ in enumerate(IDS, 1):
            for session in (None, "trip"):
                points = await read(store, ("acme", id_, session), "minute")
                assert [point.used.messages for point in points] == [number], id_

    async def test_every_tenant_id_is_a_tenant_of_its_own(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(number, tenant=id_) for number, id_ in enumerate(IDS, 1)], now_ms=NOW)
        for number, id_ in enumerate(IDS, 1):
            points = await read(store, (id_, None, None), "day")
            assert [point.used.messages for point in points] == [number], id_
            assert [seen.user for seen in await store.users(id_)] == ["luke"]

    async def test_partitions_that_look_alike_never_meet(self, backend: UsageBackend) -> None:
        store = await backend.open()
        for number, partition in enumerate(PARTITIONS, 1):
            await store.add([said(number, tenant=partition.tenant, user=partition.user)], now_ms=NOW)
        for partition in PARTITIONS[::2]:
            await store.erase(partition)
        for number, partition in enumerate(PARTITIONS, 1):
            points = await read(store, (partition.tenant, partition.user, None), "day")
            assert [point.used.messages for point in points] == ([] if number % 2 else [number])
            named = partition.user in {seen.user for seen in await store.users(partition.tenant)}
            assert named == (number % 2 == 0)


class UsersPromises:
    """U5: users() lists the users of a tenant in ascending order of id, those after `after`."""

    async def test_users_are_listed_with_when_they_were_seen_last(self, backend: UsageBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await store.add([said(1, user="leia"), said(1, user="han", minute=MIDNIGHT, session=None)], now_ms=NOW)
        await other.add([said(1, user="leia", minute=MIDNIGHT), said(1, tenant="rebels", user="yoda")], now_ms=NOW)
        expected = [
            SeenUser(user="han", seen_at=from_ms(MIDNIGHT)),
            SeenUser(user="leia", seen_at=from_ms(MONTHS[-1])),
        ]
        assert await store.users("acme") == expected
        assert [seen.user for seen in await other.users("rebels")] == ["yoda"]
        assert await store.users("nobody") == []

    async def test_pages_follow_each_other_in_order_of_code_points(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1, user=id_) for id_ in IDS], now_ms=NOW)
        names: list[str] = []
        while page := await store.users("acme", after=names[-1] if names else None, limit=7):
            names += [seen.user for seen in page]
        assert names == sorted(IDS)

    async def test_a_page_begins_after_a_name_that_need_not_exist(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1, user=user) for user in ("a", "b", "d")], now_ms=NOW)
        for after, expected in (("b", ["d"]), ("c", ["d"]), ("aa", ["b", "d"]), ("d", []), ("A", ["a", "b", "d"])):
            assert [seen.user for seen in await store.users("acme", after=after)] == expected

    async def test_many_users_are_listed(self, backend: UsageBackend) -> None:
        store = await backend.open()
        names = [f"{number:04}" for number in range(1_101)]
        await store.add([said(1, user=name, session=None) for name in names], now_ms=NOW)
        assert [seen.user for seen in await store.users("acme")] == names[:1_000]
        assert [seen.user for seen in await store.users("acme", limit=2_000)] == names


class UsageServicePromises:
    """U7: a store that cannot answer raises StoreUnavailableError within its time-out."""

    async def test_a_backend_that_is_down_is_unavailable_and_loses_nothing(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1)], now_ms=NOW)
        if backend.outage is None:
            with pytest.raises(UnsupportedError):
                await backend.break_()
            return
        await backend.break_()
        await assert_refused(
            backend,
            lambda: store.add([said(10, user="leia")], now_ms=NOW),
            lambda: read(store, SERIES[1], "day"),
            lambda: store.users("acme"),
            lambda: store.erase(Partition("acme", "nobody")),
            store.ping,
        )
        await backend.restore()
        assert await _read_when_back(store) == [at(MIDNIGHT, Amounts(messages=1))]

    async def test_ping_tells_what_answers(self, backend: UsageBackend) -> None:
        facts = await (await backend.open()).ping()
        assert facts["server"]
        assert all(isinstance(fact, str) for fact in facts.values())

    async def test_closing_one_connection_twice_leaves_the_others(self, backend: UsageBackend) -> None:
        store, other = await backend.connect(), await backend.open()
        await store.add([said(1)], now_ms=NOW)
        await store.aclose()
        await store.aclose()
        await other.add([said(1)], now_ms=NOW)
        assert await read(other, SERIES[1], "day") == [at(MIDNIGHT, Amounts(messages=2))]


class UsageStoreSuite(
    CountPromises,
    PointsPromises,
    UsageApartPromises,
    EraseUsagePromises,
    UsersPromises,
    OldUsagePromises,
    UsageServicePromises,
):
    """Checks the promises U1-U7 of `UsageStore`; subclass it and override `backend`."""

    @pytest.fixture
    def backend(self) -> UsageBackend:
        """Yield a fresh, empty backend; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `backend`")

    def test_random_programs_agree_with_the_model(self, backend: UsageBackend) -> None:
        check_usage(backend)


async def _read_when_back(store: UsageStore) -> list[UsagePoint]:
    """Read until the store has noticed that its backend is back."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await read(store, (PLACE.tenant, PLACE.user, None), "day")
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
