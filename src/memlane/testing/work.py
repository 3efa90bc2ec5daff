"""The suite every work ledger passes, with the session store that marks what is due on the same backend.

An adapter's test file subclasses `WorkLedgerSuite` and overrides the `backend` fixture; see
`memlane.testing.backends`. pytest-asyncio must run in its `auto` mode.
"""

import asyncio

import pytest

from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.protocols.work import DueSession, WorkLedger
from memlane.testing.backends import WorkBackend
from memlane.testing.hostile import IDS
from memlane.testing.machines import check_work
from memlane.testing.probes import HOUR, NOW, PLACE, append, assert_refused, block, gather
from memlane.testing.work_leases import LeasePromises, ReleasePromises
from memlane.testing.work_marks import LEASE, MarkPromises, MarkRemovalPromises, claim_all, claim_place, due_names
from memlane.types.ids import SessionKey

_DAY = "2026-11-20"


class SetAsidePromises:
    """W5: what was set aside is never due again by itself, but stays listed until retry() brings it back."""

    async def test_failures_are_counted_and_the_last_one_is_told(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        for tries, error in enumerate(("model_unavailable", "malformed_output"), 1):
            assert await place.work.fail(claim, "trip", error=error, set_aside=False, now_ms=NOW)
            assert await other.work.due(PLACE, now_ms=NOW) == [
                DueSession(session="trip", since_ms=NOW, tries=tries, error=error)
            ]
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        claim = await claim_place(other.work)
        assert await other.work.finish(claim, "trip", upto=2, now_ms=NOW)
        await append(place.sessions, block("n", 1))
        assert await place.work.due(PLACE, now_ms=NOW) == [DueSession(session="trip", since_ms=NOW)]

    async def test_an_append_does_not_forget_failures(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await place.work.fail(claim, "trip", error="x", set_aside=False, now_ms=NOW)
        await append(place.sessions, block("n", 1), at=NOW + 1)
        assert await place.work.due(PLACE, now_ms=NOW) == [DueSession(session="trip", since_ms=NOW, tries=1, error="x")]

    async def test_what_is_not_due_cannot_fail(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        assert not await place.work.fail(claim, "unknown", error="x", set_aside=True, now_ms=NOW)
        await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        assert not await place.work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
        assert await place.work.due(PLACE, now_ms=NOW) == []

    async def test_what_was_set_aside_is_listed_and_not_claimed(self, backend: WorkBackend) -> None:
        place = await backend.open()
        aside = DueSession(session="trip", since_ms=NOW, tries=1, set_aside=True, error="x")
        await _set_aside(backend, "trip")
        assert await place.work.due(PLACE, now_ms=NOW) == [aside]
        for early in (False, True):
            assert await claim_all(place.work, at=NOW + 100 * HOUR, early=early) == {}
        (listed,) = await place.work.partitions(now_ms=NOW, limit=10)
        assert (listed.partition, listed.leased, listed.sessions) == (PLACE, False, [aside])

    async def test_what_was_set_aside_is_not_claimed_though_its_worker_died(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await place.work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
        assert await claim_all(place.work, at=NOW + LEASE) == {}
        assert len(await place.work.partitions(now_ms=NOW + LEASE, limit=10)) == 1

    async def test_an_append_does_not_bring_back_what_was_set_aside(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await _set_aside(backend, "trip")
        await append(place.sessions, block("n", 1), at=NOW + 1)
        assert await claim_all(place.work, at=NOW + 1, early=True) == {}
        assert [session.set_aside for session in await place.work.due(PLACE, now_ms=NOW + 1)] == [True]

    async def test_a_further_failure_does_not_bring_back_what_was_set_aside(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await place.work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
        assert await place.work.fail(claim, "trip", error="y", set_aside=False, now_ms=NOW)
        assert await place.work.due(PLACE, now_ms=NOW) == [
            DueSession(session="trip", since_ms=NOW, tries=2, set_aside=True, error="y")
        ]

    async def test_what_was_set_aside_holds_up_no_other_session(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await _set_aside(backend, "trip")
        await append(place.sessions, block("m", 2), key=SessionKey(PLACE, "other"), at=NOW + 1)
        claim = await claim_place(place.work, at=NOW + 1)
        assert await place.work.finish(claim, "other", upto=2, now_ms=NOW + 1)
        await place.work.release(claim, at_ms=NOW + 1, now_ms=NOW + 1)
        assert await claim_all(place.work, at=NOW + HOUR) == {}
        assert await due_names(place.work) == ["trip"]

    async def test_what_was_set_aside_can_be_finished(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await place.work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        assert await place.work.partitions(now_ms=NOW, limit=10) == []

    async def test_a_retry_brings_back_at_once_and_with_no_tries(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await _set_aside(backend, "a", "b", "c")
        assert await other.work.retry(PLACE, ["a", "c", "a", "unknown"], now_ms=NOW + 5) == 2
        due = {session.session: session for session in await place.work.due(PLACE, now_ms=NOW + 5)}
        assert [due[name].set_aside for name in "abc"] == [False, True, False]
        assert [due[name].tries for name in "abc"] == [0, 1, 0]
        assert [due[name].error for name in "abc"] == ["", "x", ""]
        claim = await claim_place(place.work, at=NOW + 5)
        assert await place.work.finish(claim, "a", upto=2, now_ms=NOW + 5)
        assert await place.work.retry(PLACE, ["a", "c"], now_ms=NOW + 5) == 0

    async def test_a_retry_brings_back_what_was_put_off_or_is_leased(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2), key=SessionKey(PLACE, "waits"))
        await _set_aside(backend, "trip", release_at=NOW + 9 * HOUR)
        assert await place.work.retry(PLACE, ["waits"], now_ms=NOW) == 0
        assert await claim_all(place.work) == {}
        assert await place.work.retry(PLACE, ["trip"], now_ms=NOW) == 1
        claim = await claim_place(place.work)
        await place.work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
        assert await place.work.retry(PLACE, ["trip"], now_ms=NOW) == 1
        assert await claim_all(place.work) == {}
        await place.work.release(claim, at_ms=NOW + 9 * HOUR, now_ms=NOW)
        assert list(await claim_all(place.work)) == [PLACE]

    async def test_a_retry_where_nothing_is_set_aside_changes_nothing(self, backend: WorkBackend) -> None:
        place = await backend.open()
        assert await place.work.retry(PLACE, ["trip"], now_ms=NOW) == 0
        await append(place.sessions, block("m", 2))
        assert await place.work.retry(PLACE, [], now_ms=NOW) == 0
        assert await place.work.due(PLACE, now_ms=NOW) == [DueSession(session="trip", since_ms=NOW)]


class SpendingPromises:
    """W7: what is spent in one day never passes the limit."""

    async def test_spending_stops_at_the_limit(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        assert await _spend(place.work, 60)
        assert not await _spend(other.work, 41)
        assert await _spend(other.work, 40)
        assert not await _spend(place.work, 1)
        assert await _spend(place.work, 0)

    async def test_what_was_refused_is_not_spent(self, backend: WorkBackend) -> None:
        place = await backend.open()
        assert not await _spend(place.work, 101)
        assert await _spend(place.work, 100)

    async def test_a_limit_that_was_raised_or_lowered_counts(self, backend: WorkBackend) -> None:
        place = await backend.open()
        assert await _spend(place.work, 100)
        assert not await _spend(place.work, 1, limit=50)
        assert await _spend(place.work, 1, limit=101)
        assert not await _spend(place.work, 1, limit=101)

    async def test_concurrent_spending_never_passes_the_limit(self, backend: WorkBackend) -> None:
        places = [await backend.open() for _ in range(4)]
        spent = await gather(_spend(places[number % 4].work, 7) for number in range(40))
        assert sum(spent) == 100 // 7
        assert await _spend(places[0].work, 100 - 7 * (100 // 7))

    async def test_every_day_and_every_tenant_has_a_budget_of_its_own(self, backend: WorkBackend) -> None:
        place = await backend.open()
        tenants = [*IDS, "acme", "acme:2026"]
        for tenant in tenants:
            assert await place.work.spend(tenant, _DAY, 100, limit=100, now_ms=NOW)
        for tenant in tenants:
            assert not await place.work.spend(tenant, _DAY, 1, limit=100, now_ms=NOW)
            assert await place.work.spend(tenant, "2026-11-21", 1, limit=100, now_ms=NOW)

    async def test_large_amounts_are_added_exactly(self, backend: WorkBackend) -> None:
        place = await backend.open()
        limit = 10**15 + 1
        assert await _spend(place.work, 10**15, limit=limit)
        assert not await _spend(place.work, 2, limit=limit)
        assert await _spend(place.work, 1, limit=limit)

    async def test_a_day_is_kept_while_it_lasts(self, backend: WorkBackend) -> None:
        place = await backend.open()
        assert await _spend(place.work, 100)
        assert not await place.work.spend("acme", _DAY, 1, limit=100, now_ms=NOW + 24 * HOUR)


class LedgerServicePromises:
    """W9: a ledger that cannot answer says so in time, with nothing half-written; W1: what is due stays due."""

    async def test_a_backend_that_is_down_is_unavailable_and_forgets_nothing(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        await append(place.sessions, block("m", 2), key=SessionKey(PLACE, "other"))
        claim = await claim_place(place.work)
        if backend.outage is None:
            with pytest.raises(UnsupportedError):
                await backend.break_()
            return
        await backend.break_()
        await assert_refused(
            backend,
            lambda: place.work.claim(now_ms=NOW, lease_ms=LEASE),
            lambda: place.work.due(PLACE, now_ms=NOW),
            lambda: place.work.finish(claim, "trip", upto=0, now_ms=NOW),
            lambda: _spend(place.work, 1),
        )
        await backend.restore()
        assert sorted(await _due_when_back(place.work)) == ["other", "trip"]
        late = NOW + 2 * LEASE  # whoever claimed before, or during the outage, is gone by then
        claim = await claim_place(place.work, at=late)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=late)
        assert await due_names(place.work) == ["other"]


class WorkLedgerSuite(
    MarkPromises,
    MarkRemovalPromises,
    LeasePromises,
    ReleasePromises,
    SetAsidePromises,
    SpendingPromises,
    LedgerServicePromises,
):
    """Checks the promises W1-W9 of `WorkLedger` and P11 of `SessionStore`; subclass it and override `backend`."""

    @pytest.fixture
    def backend(self) -> WorkBackend:
        """Yield a fresh, empty backend; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `backend`")

    def test_random_programs_agree_with_the_model(self, backend: WorkBackend) -> None:
        check_work(backend)


async def _set_aside(backend: WorkBackend, *names: str, release_at: int = NOW) -> None:
    """Let sessions fail for good."""
    place = await backend.open()
    for name in names:
        await append(place.sessions, block("m", 2), key=SessionKey(PLACE, name))
    claim = await claim_place(place.work)
    for name in names:
        assert await place.work.fail(claim, name, error="x", set_aside=True, now_ms=NOW)
    await place.work.release(claim, at_ms=release_at, now_ms=NOW)


async def _spend(work: WorkLedger, amount: int, *, limit: int = 100) -> bool:
    return await work.spend("acme", _DAY, amount, limit=limit, now_ms=NOW)


async def _due_when_back(work: WorkLedger) -> list[str]:
    """Ask until the ledger has noticed that its backend is back."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await due_names(work)
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
