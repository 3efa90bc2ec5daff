"""Promises W2-W4 and W8 of work ledgers: who may work on what, until when, and what comes next."""

import random

from memlane.protocols.work import Claim, DueSession, WorkLedger
from memlane.testing.backends import WorkBackend, Workplace
from memlane.testing.probes import HOUR, NOW, PLACE, append, block, gather
from memlane.testing.work_marks import LEASE, claim_all, claim_place, due_names, later
from memlane.types.ids import Partition, SessionKey

_OTHER = SessionKey(PLACE, "other")


class LeasePromises:
    """W2 and W3: a partition is claimed by one caller at a time; whose lease is over changes nothing."""

    async def test_of_twenty_concurrent_claimers_exactly_one_gets_a_partition(self, backend: WorkBackend) -> None:
        places = [await backend.open() for _ in range(4)]
        for turn in range(5):
            await append(places[turn % 4].sessions, block(f"b{turn}", 1))
            claims = await gather(places[number % 4].work.claim(now_ms=NOW, lease_ms=LEASE) for number in range(20))
            (claim,) = [claim for one in claims for claim in one]
            await places[turn % 4].work.release(claim, at_ms=NOW, now_ms=NOW)

    async def test_concurrent_claimers_share_partitions_without_overlap(self, backend: WorkBackend) -> None:
        places = [await backend.open() for _ in range(4)]
        partitions = await _fill(places[0], 30)
        shares = await gather(
            places[number % 4].work.claim(now_ms=NOW + HOUR, lease_ms=LEASE, limit=4) for number in range(12)
        )
        assert all(len(share) <= 4 for share in shares)
        claimed = [claim for share in shares for claim in share]
        assert sorted(claim.partition for claim in claimed) == sorted(partitions)
        assert len({claim.lease for claim in claimed}) == len(partitions)

    async def test_a_lease_ends_in_its_time_and_another_takes_over(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("m", 2))
        first = await claim_place(place.work)
        assert await claim_all(other.work, at=NOW + LEASE - 1) == {}
        second = await claim_place(other.work, at=NOW + LEASE)
        assert second.lease != first.lease
        assert await claim_all(place.work, at=NOW + LEASE) == {}

    async def test_a_claim_gives_no_more_than_its_limit(self, backend: WorkBackend) -> None:
        place = await backend.open()
        partitions = await _fill(place, 7)
        sizes = [
            len(await place.work.claim(now_ms=NOW + HOUR, lease_ms=LEASE, limit=limit)) for limit in (1, 2, 3, 4, 5)
        ]
        assert sizes == [1, 2, 3, 1, 0]
        assert len(partitions) == 7

    async def test_an_early_claim_takes_nothing_that_is_leased(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        assert await claim_all(place.work, early=True) == {}
        await place.work.extend(claim, now_ms=NOW, lease_ms=3 * LEASE)
        assert await claim_all(place.work, at=NOW + 2 * LEASE, early=True) == {}

    async def test_an_extended_lease_lasts_longer(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        assert await place.work.extend(claim, now_ms=NOW + LEASE - 1, lease_ms=LEASE)
        assert await claim_all(other.work, at=NOW + 2 * LEASE - 2) == {}
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW + 2 * LEASE - 2)
        await append(place.sessions, block("n", 1))
        assert await other.work.claim(now_ms=NOW + 2 * LEASE - 1, lease_ms=LEASE) != []

    async def test_an_ended_lease_changes_nothing(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await _check_powerless(place.work, claim, at=NOW + LEASE)
        assert await due_names(place.work) == ["trip"]
        assert await claim_all(place.work, at=NOW + LEASE) != {}

    async def test_a_lease_that_was_taken_over_changes_nothing(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("m", 2))
        first = await claim_place(place.work)
        late = NOW + LEASE
        second = await claim_place(other.work, at=late)
        await _check_powerless(place.work, first, at=late)
        await _check_powerless(place.work, first, at=NOW)  # a clock that is behind
        assert await claim_all(place.work, at=late + 1) == {}
        assert await other.work.extend(second, now_ms=late + 1, lease_ms=LEASE)
        assert await other.work.finish(second, "trip", upto=2, now_ms=late + 1)

    async def test_a_released_lease_changes_nothing(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        await _check_powerless(place.work, claim, at=NOW)
        assert list(await claim_all(place.work)) == [PLACE]

    async def test_a_lease_is_good_for_its_partition_only(self, backend: WorkBackend) -> None:
        place = await backend.open()
        other = Partition("acme", "leia")
        await append(place.sessions, block("m", 2))
        await append(place.sessions, block("m", 2), key=SessionKey(other, "trip"))
        claims = await claim_all(place.work)
        await _check_powerless(place.work, Claim(other, claims[PLACE].lease), at=NOW)
        assert await place.work.finish(claims[other], "trip", upto=2, now_ms=NOW)
        assert await due_names(place.work) == ["trip"]

    async def test_random_workers_with_short_leases_never_work_at_once(self, backend: WorkBackend) -> None:
        places = [await backend.open() for _ in range(3)]
        await _fill(places[0], 4)
        dice, now = random.Random(7), NOW + HOUR
        held: dict[Partition, tuple[Claim, int]] = {}
        for _ in range(150):
            now += dice.randrange(30)
            place = dice.choice(places)
            for claim in await place.work.claim(now_ms=now, lease_ms=100):
                assert claim.partition not in held or held[claim.partition][1] <= now
                held[claim.partition] = claim, now + 100
            claim, until = held[dice.choice(list(held))]
            if dice.random() < 0.5:
                assert await place.work.extend(claim, now_ms=now, lease_ms=100) is (now < until)
                held[claim.partition] = claim, (now + 100 if now < until else until)
            elif dice.random() < 0.5:
                await place.work.release(claim, at_ms=now, now_ms=now)
                held[claim.partition] = claim, min(now, until)


class ReleasePromises:
    """W4 and W8: what is due comes back, at the time that was said or with news; the longest waiting first."""

    async def test_a_partition_with_nothing_due_leaves_the_ledger(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        assert await claim_all(place.work, at=NOW + 100 * HOUR, early=True) == {}
        assert await place.work.partitions(now_ms=NOW, limit=10) == []

    async def test_an_append_brings_back_what_had_left_the_ledger(self, backend: WorkBackend) -> None:
        place = await backend.open()
        for number in range(4):
            newest = (await append(place.sessions, block(f"b{number}", 1)))[-1].position
            claim = await claim_place(place.work)
            assert await place.work.finish(claim, "trip", upto=newest, now_ms=NOW)
            await place.work.release(claim, at_ms=NOW + HOUR, now_ms=NOW)
            assert await claim_all(place.work, at=NOW + HOUR) == {}

    async def test_what_is_still_due_can_be_claimed_at_the_time_that_was_said(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("m", 2))
        await place.work.release(await claim_place(place.work), at_ms=NOW + HOUR, now_ms=NOW)
        assert await claim_all(other.work, at=NOW + HOUR - 1) == {}
        assert await other.work.due(PLACE, now_ms=NOW) == [DueSession(session="trip", since_ms=NOW)]
        (listed,) = await other.work.partitions(now_ms=NOW, limit=10)
        assert (listed.partition, listed.ready_at_ms, listed.leased) == (PLACE, NOW + HOUR, False)
        assert list(await claim_all(other.work, at=NOW + HOUR)) == [PLACE]

    async def test_an_early_claim_takes_what_was_put_off(self, backend: WorkBackend) -> None:
        place = await backend.open()
        partitions = await _fill(place, 3)
        for claim in (await claim_all(place.work, at=NOW + HOUR)).values():
            await place.work.release(claim, at_ms=NOW + 9 * HOUR, now_ms=NOW + HOUR)
        assert await claim_all(place.work, at=NOW + HOUR) == {}
        assert set(await claim_all(place.work, at=NOW + HOUR, early=True)) == set(partitions)
        assert await claim_all(place.work, at=NOW + HOUR, early=True) == {}

    async def test_a_session_that_becomes_due_brings_back_what_was_put_off(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        await place.work.release(await claim_place(place.work), at_ms=NOW + HOUR, now_ms=NOW)
        await append(place.sessions, block("m", 2), key=_OTHER, at=NOW + 5)
        await claim_place(place.work, at=NOW + 5)
        assert await due_names(place.work) == ["other", "trip"]

    async def test_a_session_that_becomes_due_during_a_lease_is_not_put_off(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        await append(other.sessions, block("m", 2), key=_OTHER)
        assert await claim_all(other.work, at=NOW + 5) == {}
        await place.work.release(claim, at_ms=NOW + HOUR, now_ms=NOW + 5)
        claim = await claim_place(other.work, at=NOW + 5)
        await other.work.release(claim, at_ms=NOW + HOUR, now_ms=NOW + 5)
        assert await claim_all(other.work, at=NOW + 6) == {}

    async def test_an_append_after_the_last_finish_keeps_the_partition_on_the_ledger(
        self, backend: WorkBackend
    ) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        await append(place.sessions, block("n", 1))
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        await claim_place(place.work)
        assert await due_names(place.work) == ["trip"]

    async def test_what_nobody_released_comes_back_when_its_lease_ends(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        await claim_place(place.work)
        await append(place.sessions, block("n", 1), at=NOW + 1)
        claim = await claim_place(place.work, at=NOW + LEASE)
        assert await place.work.finish(claim, "trip", upto=3, now_ms=NOW + LEASE)

    async def test_nothing_comes_back_of_a_worker_that_died_with_its_work_done(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        assert await claim_all(place.work, at=NOW + LEASE) == {}
        await append(place.sessions, block("n", 1), at=NOW + LEASE)
        await claim_place(place.work, at=NOW + LEASE)

    async def test_those_that_have_waited_longest_are_claimed_first(self, backend: WorkBackend) -> None:
        place = await backend.open()
        partitions = await _fill(place, 12)
        claimed: list[Partition] = []
        while claims := await place.work.claim(now_ms=NOW + HOUR, lease_ms=LEASE, limit=5):
            claimed += [claim.partition for claim in claims]
        assert claimed == partitions

    async def test_what_was_put_off_waits_since_the_time_that_was_said(self, backend: WorkBackend) -> None:
        place = await backend.open()
        partitions = await _fill(place, 4)
        now = NOW + HOUR
        claims = await claim_all(place.work, at=now)
        for partition, minutes in zip(partitions, (3, 1, 4, 2), strict=True):
            await place.work.release(claims[partition], at_ms=now + minutes * 60_000, now_ms=now)
        (first,) = await place.work.claim(now_ms=now + HOUR, lease_ms=HOUR)
        second, third = await place.work.claim(now_ms=now + HOUR, lease_ms=HOUR, limit=2)
        assert [claim.partition for claim in (first, second, third)] == [partitions[1], partitions[3], partitions[0]]

    async def test_partitions_are_listed_with_their_sessions_the_longest_waiting_first(
        self, backend: WorkBackend
    ) -> None:
        place = await backend.open()
        partitions = await _fill(place, 7)
        for number, partition in enumerate(partitions):
            await append(place.sessions, block("m", 1), key=SessionKey(partition, "more"), at=NOW + 100 + number)
        (claim,) = await place.work.claim(now_ms=NOW + HOUR, lease_ms=LEASE)
        listed = await place.work.partitions(now_ms=NOW + HOUR, limit=10)
        assert sorted(one.partition for one in listed) == sorted(partitions)
        waiting = [one for one in listed if one.partition != claim.partition]
        assert [one.partition for one in waiting] == partitions[1:]
        assert [one.ready_at_ms for one in waiting] == [NOW + number for number in range(1, 7)]
        assert [one.partition for one in listed if one.leased] == [claim.partition] == partitions[:1]
        for one in listed:
            assert [session.session for session in one.sessions] == ["s", "more"]
        assert len(await place.work.partitions(now_ms=NOW + HOUR, limit=3)) == 3
        late = await place.work.partitions(now_ms=NOW + HOUR + LEASE, limit=10)
        assert not any(one.leased for one in late)

    async def test_releasing_during_appends_forgets_none(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        for number in range(30):
            await append(place.sessions, block(f"a{number}", 1))
            claim = await claim_place(place.work)
            assert await place.work.finish(claim, "trip", upto=10**6, now_ms=NOW)
            await gather(
                [
                    later(number % 4, append(other.sessions, block(f"b{number}", 1))),
                    later(number // 4 % 3, place.work.release(claim, at_ms=NOW, now_ms=NOW)),
                ]
            )
            claim = await claim_place(other.work)
            assert await due_names(place.work) == ["trip"]
            assert await other.work.finish(claim, "trip", upto=10**6, now_ms=NOW)
            await other.work.release(claim, at_ms=NOW, now_ms=NOW)


async def _fill(place: Workplace, size: int) -> list[Partition]:
    """Append to partitions, one millisecond after the other from NOW on, and return them in that order."""
    partitions = [Partition("acme", f"user {(number * 7) % 31:02}") for number in range(size)]
    for number, partition in enumerate(partitions):
        await append(place.sessions, block("m", 2), key=SessionKey(partition, "s"), at=NOW + number)
    return partitions


async def _check_powerless(work: WorkLedger, claim: Claim, *, at: int) -> None:
    """Check that whoever has this claim changes nothing."""
    before = await work.due(claim.partition, now_ms=at)
    assert not await work.finish(claim, "trip", upto=10**6, now_ms=at)
    assert not await work.fail(claim, "trip", error="late", set_aside=True, now_ms=at)
    assert not await work.extend(claim, now_ms=at, lease_ms=LEASE)
    await work.release(claim, at_ms=at + HOUR, now_ms=at)
    assert await work.due(claim.partition, now_ms=at) == before
