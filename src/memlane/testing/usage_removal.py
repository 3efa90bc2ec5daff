"""Promises U4 and U6 of stores of usage: what is erased, and what is too old, is gone."""

from datetime import timedelta

import pytest

from memlane.testing.backends import UsageBackend
from memlane.testing.probes import HOUR, NOW, PLACE, assert_gone, assert_held
from memlane.testing.usage_probes import DAY, MIDNIGHT, MINUTE, SERIES, at, read, said
from memlane.types.ids import Partition
from memlane.types.usage import KEPT, STEPS, Amounts, Step

_MS = timedelta(milliseconds=1)
_OTHER = Partition("acme", "leia")


class EraseUsagePromises:
    """U4: erase() leaves nothing of a partition; what it used stays in the tenant's sum, which names nobody."""

    async def test_a_user_is_gone_with_their_sessions_and_their_name(self, backend: UsageBackend) -> None:
        store, other = await backend.open(), await backend.open()
        told = [said(1), said(2, session=None), said(4, session="home"), said(8, user="leia")]
        await store.add(told, now_ms=NOW)
        assert await other.erase(PLACE) == 9
        for session in (None, "trip", "home"):
            for step in STEPS:
                assert await read(store, ("acme", "luke", session), step) == []
        assert [seen.user for seen in await store.users("acme")] == ["leia"]
        assert await read(store, SERIES[0], "day") == [at(MIDNIGHT, Amounts(messages=15))]
        for session in (None, "trip"):
            assert await read(store, ("acme", "leia", session), "day") == [at(MIDNIGHT, Amounts(messages=8))]

    async def test_every_step_that_was_counted_is_told(self, backend: UsageBackend) -> None:
        store = await backend.open()
        minutes = (MIDNIGHT, MIDNIGHT + MINUTE, MIDNIGHT + HOUR, MIDNIGHT - DAY)
        await store.add([said(1, session=None, minute=minute) for minute in minutes], now_ms=MIDNIGHT + 2 * HOUR)
        assert await store.erase(PLACE) == 4 + 3 + 2
        assert await store.erase(PLACE) == 0
        assert await store.erase(_OTHER) == 0

    async def test_a_user_who_comes_back_begins_anew(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1)], now_ms=NOW)
        await store.erase(PLACE)
        await store.add([said(2)], now_ms=NOW)
        assert await read(store, SERIES[2], "hour") == [at(MIDNIGHT + 15 * HOUR, Amounts(messages=2))]
        assert [seen.user for seen in await store.users("acme")] == ["luke"]
        assert await read(store, SERIES[0], "day") == [at(MIDNIGHT, Amounts(messages=3))]

    async def test_the_same_user_of_another_tenant_stays(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1), said(2, tenant="rebels")], now_ms=NOW)
        await store.erase(PLACE)
        assert await read(store, ("rebels", "luke", "trip"), "day") == [at(MIDNIGHT, Amounts(messages=2))]
        assert [seen.user for seen in await store.users("rebels")] == ["luke"]

    async def test_nothing_is_left_behind(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1, user="userplum", session="sessionplum"), said(1, user="userpear")], now_ms=NOW)
        await assert_held(backend, b"userplum", b"sessionplum", b"userpear")
        await store.erase(Partition("acme", "userplum"))
        await assert_gone(backend, b"userplum", b"sessionplum")
        await assert_held(backend, b"userpear")

    async def test_of_many_sessions_nothing_is_left_behind(self, backend: UsageBackend) -> None:
        store = await backend.open()
        sessions = [f"session-{number}" for number in range(600)]
        await store.add([said(1, session=session) for session in sessions], now_ms=NOW)
        assert await store.erase(PLACE) == 3 * 601
        await assert_gone(backend, b"session-", b"luke")


class OldUsagePromises:
    """U6: what is too old is neither returned nor kept for ever."""

    @pytest.mark.parametrize("step", STEPS)
    async def test_a_step_is_kept_for_its_time(self, backend: UsageBackend, step: Step) -> None:
        store = await backend.open()
        begun, kept_ms = MIDNIGHT, KEPT[step] // _MS
        await store.add([said(1, minute=begun)], now_ms=begun)
        for series in SERIES:
            for now, expected in ((begun + kept_ms, [at(begun, Amounts(messages=1))]), (begun + kept_ms + 1, [])):
                assert await read(store, series, step, since=0, now=now) == expected

    async def test_what_is_told_too_late_is_counted_only_where_it_is_kept(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1)], now_ms=NOW)
        await store.add([said(2, minute=MIDNIGHT - 3 * DAY), said(4, minute=MIDNIGHT - 100 * DAY)], now_ms=NOW)
        counted = {
            step: [point.used.messages for point in await read(store, SERIES[2], step, since=0)] for step in STEPS
        }
        assert counted == {"minute": [1], "hour": [2, 1], "day": [4, 2, 1]}
        await store.add([said(9, user="late", minute=MIDNIGHT - 2_000 * DAY)], now_ms=NOW)
        assert [seen.user for seen in await store.users("acme")] == ["luke"]

    async def test_what_is_too_old_goes_as_others_come(self, backend: UsageBackend) -> None:
        store = await backend.open()
        await store.add([said(1, session="sessionplum"), said(1, user="userpear", session=None)], now_ms=NOW)
        await assert_held(backend, b"sessionplum", b"userpear")
        late = NOW + 2_000 * DAY
        for user in ("luke", "userpear"):
            await store.add([said(1, user=user, session=None, minute=late // MINUTE * MINUTE)], now_ms=late)
        for series in SERIES:
            assert len(await read(store, series, "day", since=0, now=late)) == (series[2] is None)
        await store.add(
            [said(1, user="new", minute=(late + 2_000 * DAY) // MINUTE * MINUTE)], now_ms=late + 2_000 * DAY
        )
        assert [seen.user for seen in await store.users("acme")] == ["new"]
        await assert_gone(backend, b"sessionplum")
