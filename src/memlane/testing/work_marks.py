"""Promises W1 and W6 of work ledgers, and P11 of session stores: what was appended to is due, what is gone is not."""

import asyncio
import random
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from memlane.protocols.sessions import NewMessage
from memlane.protocols.work import Claim, DuePartition, DueSession, WorkLedger
from memlane.testing.backends import WorkBackend, Workplace
from memlane.testing.hostile import IDS, PARTITIONS
from memlane.testing.probes import (
    CANCELLATIONS,
    HOUR,
    NOW,
    PLACE,
    TRIP,
    append,
    assert_gone,
    assert_held,
    block,
    cancel_after,
    gather,
    message,
)
from memlane.types.ids import Partition, SessionKey

LEASE = 60_000
"""How long the suites lease a partition; milliseconds."""
_SECRET = SessionKey(Partition("tenantplum", "userplum"), "sessionplum")


async def claim_all(work: WorkLedger, *, at: int = NOW, early: bool = False) -> dict[Partition, Claim]:
    """Lease all that can be claimed."""
    claims = await work.claim(now_ms=at, lease_ms=LEASE, limit=1_000, early=early)
    return {claim.partition: claim for claim in claims}


async def claim_place(work: WorkLedger, *, at: int = NOW) -> Claim:
    """Lease the one partition that most tests append to."""
    claims = await claim_all(work, at=at)
    assert list(claims) == [PLACE]
    return claims[PLACE]


async def due_names(work: WorkLedger, partition: Partition = PLACE) -> list[str]:
    """Return the names of the sessions that are due in a partition, in order of name."""
    return sorted(session.session for session in await work.due(partition, now_ms=NOW))


async def later(turns: int, work: Awaitable[Any]) -> None:
    """Do `work` once the loop has turned so often."""
    for _ in range(turns):
        await asyncio.sleep(0)
    await work


class MarkPromises:
    """W1 and P11: once append() has returned, its session is due until finish() for its newest position or later."""

    async def test_nothing_is_due_where_nothing_was_appended(self, backend: WorkBackend) -> None:
        place = await backend.open()
        assert await place.work.claim(now_ms=NOW, lease_ms=LEASE) == []
        assert await place.work.due(PLACE, now_ms=NOW) == []
        assert await place.work.partitions(now_ms=NOW, limit=10) == []

    async def test_an_append_leaves_its_session_due_on_every_connection(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        await append(place.sessions, block("a", 2))
        await append(place.sessions, block("a", 1), key=SessionKey(PLACE, "other"), at=NOW + 5)
        for work in (place.work, other.work):
            assert await work.due(PLACE, now_ms=NOW + 5) == [
                DueSession(session="trip", since_ms=NOW),
                DueSession(session="other", since_ms=NOW + 5),
            ]
        assert list(await claim_all(other.work, at=NOW + 5)) == [PLACE]

    async def test_a_session_is_due_since_the_first_append_that_no_work_has_seen(self, backend: WorkBackend) -> None:
        place = await backend.open()
        for minute in range(3):
            await append(place.sessions, block(f"b{minute}", 1), at=NOW + minute * 60_000)
        assert await place.work.due(PLACE, now_ms=NOW + HOUR) == [DueSession(session="trip", since_ms=NOW)]
        claim = await claim_place(place.work, at=NOW + HOUR)
        assert await place.work.finish(claim, "trip", upto=3, now_ms=NOW + HOUR)
        await append(place.sessions, block("c", 1), at=NOW + HOUR + 1)
        assert await place.work.due(PLACE, now_ms=NOW + HOUR + 1) == [
            DueSession(session="trip", since_ms=NOW + HOUR + 1)
        ]

    async def test_nothing_but_an_append_makes_a_session_due(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await place.sessions.write_fields(TRIP, {"summary": b"s"}, now_ms=NOW, default_ttl_ms=None)
        await place.sessions.swap_field(TRIP, "summary", b"s", b"t", now_ms=NOW)
        await place.sessions.expire(TRIP, HOUR, now_ms=NOW)
        await place.sessions.read(TRIP, now_ms=NOW)
        assert await place.work.due(PLACE, now_ms=NOW) == []
        assert await claim_all(place.work) == {}

    async def test_finish_for_the_newest_position_clears_and_for_an_older_one_does_not(
        self, backend: WorkBackend
    ) -> None:
        place = await backend.open()
        newest = (await append(place.sessions, block("m", 3)))[-1].position
        claim = await claim_place(place.work)
        assert not await place.work.finish(claim, "trip", upto=0, now_ms=NOW)
        assert not await place.work.finish(claim, "trip", upto=newest - 1, now_ms=NOW)
        assert await due_names(place.work) == ["trip"]
        assert await place.work.finish(claim, "trip", upto=newest, now_ms=NOW)
        assert await due_names(place.work) == []
        assert await place.work.finish(claim, "trip", upto=newest, now_ms=NOW)

    async def test_finish_for_a_position_that_is_still_to_come_clears(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 3))
        assert await place.work.finish(await claim_place(place.work), "trip", upto=10**9, now_ms=NOW)
        assert await due_names(place.work) == []

    async def test_finishing_one_session_leaves_the_others_due(self, backend: WorkBackend) -> None:
        place = await backend.open()
        for name in ("trip", "Trip", "trip ", "t*"):
            await append(place.sessions, block("m", 2), key=SessionKey(PLACE, name))
        claim = await claim_place(place.work)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        assert await place.work.finish(claim, "t*", upto=2, now_ms=NOW)
        assert await due_names(place.work) == ["Trip", "trip "]

    async def test_an_append_between_claim_and_finish_leaves_its_session_due(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        seen = (await append(place.sessions, block("a", 2)))[-1].position
        claim = await claim_place(place.work)
        newest = (await append(other.sessions, block("b", 1)))[-1].position
        assert not await place.work.finish(claim, "trip", upto=seen, now_ms=NOW)
        assert await due_names(place.work) == ["trip"]
        assert await place.work.finish(claim, "trip", upto=newest, now_ms=NOW)

    async def test_an_append_during_finish_leaves_its_session_due(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        for number in range(30):
            seen = (await append(place.sessions, block(f"a{number}", 1)))[-1].position
            claim = await claim_place(place.work)
            finishing = place.work.finish(claim, "trip", upto=seen, now_ms=NOW)
            appending = append(other.sessions, block(f"b{number}", 1))
            await gather([later(number % 4, appending), later(number // 4 % 3, finishing)])
            assert await due_names(place.work) == ["trip"]
            await place.work.release(claim, at_ms=NOW, now_ms=NOW)

    async def test_an_append_right_after_finish_makes_its_session_due_again(self, backend: WorkBackend) -> None:
        place, other = await backend.open(), await backend.open()
        for number in range(5):
            # Each side appends in turn: neither may believe that the session is due still because it made it so.
            writer = (place, other)[number % 2]
            newest = (await append(writer.sessions, block(f"b{number}", 1)))[-1].position
            assert await due_names(place.work) == ["trip"]
            claim = await claim_place(other.work)
            assert await other.work.finish(claim, "trip", upto=newest, now_ms=NOW)
            await append(place.sessions, block(f"c{number}", 1))
            assert await due_names(other.work) == ["trip"]
            await other.work.release(claim, at_ms=NOW, now_ms=NOW)

    async def test_a_block_with_something_new_makes_its_session_due(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        claim = await claim_place(place.work)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW)
        await append(place.sessions, [message("m/0"), message("new"), message("m/1")])
        assert await due_names(place.work) == ["trip"]

    async def test_a_session_that_is_no_more_is_clear(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 3))
        await append(place.sessions, block("m", 3), key=SessionKey(PLACE, "deleted"))
        await append(place.sessions, block("m", 3), key=SessionKey(PLACE, "expired"), default_ttl_ms=LEASE // 2)
        claim = await claim_place(place.work)
        await place.sessions.delete(SessionKey(PLACE, "deleted"))
        for name in ("deleted", "expired", "unknown"):
            assert await place.work.finish(claim, name, upto=0, now_ms=NOW + LEASE // 2)
        assert await due_names(place.work) == ["trip"]

    async def test_what_begins_anew_after_its_end_is_due_anew(self, backend: WorkBackend) -> None:
        place = await backend.open()
        for at in (NOW, NOW + HOUR, NOW + 3 * HOUR):
            await append(place.sessions, [message("m", b"%d" % at)], at=at, default_ttl_ms=HOUR)
            assert await due_names(place.work) == ["trip"]
            claim = await claim_place(place.work, at=at)
            assert await place.work.finish(claim, "trip", upto=1, now_ms=at)
            await place.work.release(claim, at_ms=at, now_ms=at)

    async def test_what_begins_anew_after_its_deletion_is_due_anew(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 3))
        claim = await claim_place(place.work)
        assert await place.work.finish(claim, "trip", upto=3, now_ms=NOW)
        await place.sessions.delete(TRIP)
        await append(place.sessions, block("m", 1))
        assert await due_names(place.work) == ["trip"]

    async def test_finish_meant_for_an_earlier_session_of_the_name_leaves_the_mark(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 3))
        began = (await place.sessions.read(TRIP, now_ms=NOW)).created_at_ms
        claim = await claim_place(place.work)
        await place.sessions.delete(TRIP)
        await place.sessions.append(TRIP, block("m", 1), now_ms=NOW + 1, default_ttl_ms=None)
        assert not await place.work.finish(claim, "trip", upto=3, now_ms=NOW + 1, created_at_ms=began)
        assert await due_names(place.work) == ["trip"]
        assert await place.work.finish(claim, "trip", upto=3, now_ms=NOW + 1, created_at_ms=NOW + 1)

    async def test_marks_outlive_the_connections_that_made_them(self, backend: WorkBackend) -> None:
        first = await backend.connect()
        await append(first.sessions, block("m", 2))
        await first.aclose()
        place = await backend.open()
        claim = await claim_place(place.work)
        assert await place.work.finish(claim, "trip", upto=2, now_ms=NOW)

    async def test_a_cancelled_append_is_due_if_it_landed(self, backend: WorkBackend) -> None:
        place = await backend.open()
        keys = [SessionKey(PLACE, f"s{number:02}") for number in range(len(CANCELLATIONS))]
        for key, (turns, seconds) in zip(keys, CANCELLATIONS, strict=True):
            await cancel_after(append(place.sessions, block("m", 2), key=key), turns=turns, seconds=seconds)
        await append(place.sessions, block("m", 2))
        due = set(await due_names(place.work))
        states = await gather(place.sessions.read(key, now_ms=NOW, last=0) for key in keys)
        assert [key.session for key, state in zip(keys, states, strict=True) if state.count] == sorted(due - {"trip"})

    async def test_concurrent_appends_to_many_sessions_are_all_due(self, backend: WorkBackend) -> None:
        places = [await backend.open() for _ in range(4)]
        keys = [SessionKey(Partition("acme", f"user{number % 5}"), f"s{number:02}") for number in range(40)]
        await gather(append(places[number % 4].sessions, block("m", 2), key=key) for number, key in enumerate(keys * 2))
        for user in range(5):
            mine = [key.session for key in keys if key.partition.user == f"user{user}"]
            assert await due_names(places[0].work, Partition("acme", f"user{user}")) == sorted(mine)
        assert len(await claim_all(places[1].work)) == 5

    @pytest.mark.parametrize("seed", range(3))
    async def test_no_append_among_claims_and_finishes_is_forgotten(self, backend: WorkBackend, seed: int) -> None:
        writers, workers = [await backend.open() for _ in range(2)], [await backend.open() for _ in range(2)]
        dice, seen, done = random.Random(seed), dict[str, int](), asyncio.Event()

        async def write() -> None:
            await gather(_append_at_random(place, dice) for place in writers)
            done.set()

        await gather([write(), *(_work_until(done, place, seen, dice) for place in workers)])
        due = await due_names(workers[0].work)
        for number in range(3):
            state = await writers[0].sessions.read(SessionKey(PLACE, f"s{number}"), now_ms=NOW, last=1)
            assert f"s{number}" in due or seen[f"s{number}"] == state.messages[-1].position
        await _work_until(done, workers[0], seen, dice)
        assert await due_names(workers[1].work) == []
        assert await claim_all(workers[1].work) == {}


class MarkRemovalPromises:
    """W6: erase() of a partition and deletion of a session leave no mark of them; ids are compared exactly."""

    async def test_a_deleted_session_leaves_no_mark(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        await append(place.sessions, block("m", 2), key=SessionKey(PLACE, "kept"))
        await place.sessions.delete(TRIP)
        assert await due_names(place.work) == ["kept"]
        await place.sessions.delete(SessionKey(PLACE, "kept"))
        assert await due_names(place.work) == []
        assert await place.work.partitions(now_ms=NOW, limit=10) == []
        assert await claim_all(place.work) == {}

    async def test_a_deleted_session_leaves_no_trace_of_its_failures(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2), key=_SECRET)
        claim = (await claim_all(place.work))[_SECRET.partition]
        await place.work.fail(claim, "sessionplum", error="errorplum", set_aside=True, now_ms=NOW)
        await assert_held(backend, b"errorplum")
        await place.sessions.delete(_SECRET)
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        await assert_gone(backend, b"sessionplum", b"errorplum")
        await _assert_not_listed(place.work)

    @pytest.mark.parametrize("held", [True, False], ids=["leased", "released"])
    async def test_an_erased_user_leaves_no_trace(self, backend: WorkBackend, *, held: bool) -> None:
        place = await backend.open()
        for name in ("sessionplum", "sessionplum2"):
            await append(place.sessions, block("m", 2), key=SessionKey(_SECRET.partition, name))
        await append(place.sessions, block("m", 2))
        claim = (await claim_all(place.work))[_SECRET.partition]
        await place.work.fail(claim, "sessionplum", error="errorplum", set_aside=True, now_ms=NOW)
        if not held:
            await place.work.release(claim, at_ms=NOW + HOUR, now_ms=NOW)
        await assert_held(backend, b"userplum", b"sessionplum", b"errorplum")
        await place.sessions.erase(_SECRET.partition)
        assert not await place.work.finish(claim, "sessionplum2", upto=2, now_ms=NOW)
        assert not await place.work.extend(claim, now_ms=NOW, lease_ms=LEASE)
        await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        await assert_gone(backend, b"userplum", b"sessionplum", b"errorplum")
        await _assert_not_listed(place.work)
        assert await due_names(place.work) == ["trip"]

    async def test_what_is_appended_after_an_erasure_is_due(self, backend: WorkBackend) -> None:
        place = await backend.open()
        await append(place.sessions, block("m", 2))
        await claim_place(place.work)
        await place.sessions.erase(PLACE)
        await append(place.sessions, block("n", 1), at=NOW + 1)
        assert await place.work.due(PLACE, now_ms=NOW + 1) == [DueSession(session="trip", since_ms=NOW + 1)]
        claim = await claim_place(place.work, at=NOW + 1)
        assert await place.work.finish(claim, "trip", upto=1, now_ms=NOW + 1)

    async def test_every_session_id_is_due_by_itself(self, backend: WorkBackend) -> None:
        place = await backend.open()
        for id_ in IDS:
            await append(place.sessions, block("m", 1), key=SessionKey(PLACE, id_))
        assert await due_names(place.work) == sorted(IDS)
        claim = await claim_place(place.work)
        for id_ in IDS[::2]:
            assert await place.work.finish(claim, id_, upto=1, now_ms=NOW)
        for id_ in IDS[1::4]:
            assert await place.work.fail(claim, id_, error="x", set_aside=True, now_ms=NOW)
        expected = {id_: (number % 4 == 1) for number, id_ in enumerate(IDS) if number % 2}
        due = await place.work.due(PLACE, now_ms=NOW)
        assert {session.session: session.set_aside for session in due} == expected

    async def test_partitions_that_look_alike_never_meet(self, backend: WorkBackend) -> None:
        place = await backend.open()
        partitions = [*PARTITIONS, *(Partition(id_, "luke") for id_ in IDS), *(Partition("acme", id_) for id_ in IDS)]
        for partition in partitions:
            await append(place.sessions, block("m", 1), key=SessionKey(partition, "c"))
        claims = await claim_all(place.work)
        assert set(claims) == set(partitions)
        assert len({claim.lease for claim in claims.values()}) == len(partitions)
        for partition in partitions[::2]:
            assert await place.work.finish(claims[partition], "c", upto=1, now_ms=NOW)
            await place.work.release(claims[partition], at_ms=NOW, now_ms=NOW)
        listed = await place.work.partitions(now_ms=NOW, limit=1_000)
        assert {one.partition for one in listed} == set(partitions[1::2])
        for partition in PARTITIONS:
            await place.sessions.erase(partition)
        listed = await place.work.partitions(now_ms=NOW, limit=1_000)
        assert {one.partition for one in listed} == set(partitions[1::2]) - set(PARTITIONS)


async def _assert_not_listed(work: WorkLedger) -> None:
    assert await work.due(_SECRET.partition, now_ms=NOW) == []
    assert _SECRET.partition not in _partitions(await work.partitions(now_ms=NOW, limit=10))
    assert _SECRET.partition not in await claim_all(work, at=NOW + HOUR, early=True)


def _partitions(listed: Sequence[DuePartition]) -> list[Partition]:
    return [one.partition for one in listed]


async def _append_at_random(place: Workplace, dice: random.Random) -> None:
    for _ in range(40):
        key = SessionKey(PLACE, f"s{dice.randrange(3)}")
        new: list[NewMessage] = [message(f"{dice.getrandbits(60):x}") for _ in range(dice.randint(1, 3))]
        await append(place.sessions, new, key=key)
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)


async def _work_until(done: asyncio.Event, place: Workplace, seen: dict[str, int], dice: random.Random) -> None:
    """Work like a worker, until there are no writers and then once more; note the newest positions seen."""
    last_round = False
    while not last_round:
        last_round = done.is_set()
        for claim in await place.work.claim(now_ms=NOW, lease_ms=LEASE):
            for session in await place.work.due(claim.partition, now_ms=NOW):
                key = SessionKey(claim.partition, session.session)
                state = await place.sessions.read(key, now_ms=NOW, last=1)
                await asyncio.sleep(dice.choice((0, 0, 0.001)))
                upto = state.messages[-1].position
                if await place.work.finish(claim, session.session, upto=upto, now_ms=NOW):
                    seen[session.session] = upto
            await place.work.release(claim, at_ms=NOW, now_ms=NOW)
        await asyncio.sleep(0)
