"""Promise P7 of session stores: what has expired is never returned nor counted, and nothing else goes with it.

Time is the caller's: the tests move `now_ms` and wait for nothing.
"""

import pytest

from memlane.protocols.sessions import SessionState
from memlane.testing.backends import SessionBackend
from memlane.testing.probes import HOUR, NOW, PLACE, TRIP, append, block, bodies, message, names
from memlane.types.ids import SessionKey

_CENTURY = 100 * 365 * 24 * HOUR


class SessionExpiryPromises:
    """P7 for whole sessions: the time to live slides with every write."""

    async def test_a_session_ends_exactly_when_its_time_to_live_does(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 2), default_ttl_ms=HOUR)
        before = await store.read(TRIP, now_ms=NOW + HOUR - 1)
        assert (before.exists, before.count, before.expires_at_ms, before.ttl_ms) == (True, 2, NOW + HOUR, None)
        assert await store.read(TRIP, now_ms=NOW + HOUR) == SessionState()
        assert await store.sessions(PLACE, now_ms=NOW + HOUR) == []

    async def test_without_a_time_to_live_a_session_never_ends(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 2))
        state = await store.read(TRIP, now_ms=NOW + _CENTURY)
        assert (state.count, state.expires_at_ms) == (2, None)

    async def test_every_write_renews_the_time_to_live_and_no_read_does(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 1), default_ttl_ms=HOUR)
        half = HOUR // 2
        await append(store, block("b", 1), at=NOW + half, default_ttl_ms=HOUR)
        assert (await store.read(TRIP, now_ms=NOW + HOUR)).expires_at_ms == NOW + half + HOUR
        await store.write_fields(TRIP, {"summary": b"s"}, now_ms=NOW + HOUR, default_ttl_ms=HOUR)
        state = await store.read(TRIP, now_ms=NOW + 2 * HOUR - 1)
        assert (state.count, state.expires_at_ms) == (2, NOW + 2 * HOUR)
        assert not (await store.read(TRIP, now_ms=NOW + 2 * HOUR)).exists

    async def test_a_repeated_append_renews_the_time_to_live_too(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 1), default_ttl_ms=HOUR)
        await append(store, block("a", 1), at=NOW + HOUR - 1, default_ttl_ms=HOUR)
        assert (await store.read(TRIP, now_ms=NOW + HOUR)).count == 1

    async def test_the_default_of_the_newest_write_counts(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 1), default_ttl_ms=HOUR)
        await append(store, block("b", 1), default_ttl_ms=None)
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (state.count, state.expires_at_ms) == (2, None)
        await append(store, block("c", 1), at=NOW + HOUR, default_ttl_ms=HOUR)
        assert (await store.read(TRIP, now_ms=NOW + HOUR)).expires_at_ms == NOW + 2 * HOUR

    async def test_a_time_to_live_of_its_own_beats_the_default_and_slides(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 2), default_ttl_ms=HOUR)
        assert await store.expire(TRIP, 3 * HOUR, now_ms=NOW) == 2
        state = await store.read(TRIP, now_ms=NOW + 2 * HOUR)
        assert (state.ttl_ms, state.expires_at_ms, state.count) == (3 * HOUR, NOW + 3 * HOUR, 2)
        await append(store, block("b", 1), at=NOW + 2 * HOUR, default_ttl_ms=HOUR)
        state = await store.read(TRIP, now_ms=NOW + 4 * HOUR)
        assert (state.count, state.expires_at_ms) == (3, NOW + 5 * HOUR)
        await store.write_fields(TRIP, {"x": b"y"}, now_ms=NOW + 4 * HOUR, default_ttl_ms=None)
        assert (await store.read(TRIP, now_ms=NOW + 4 * HOUR)).expires_at_ms == NOW + 7 * HOUR
        assert not (await store.read(TRIP, now_ms=NOW + 7 * HOUR)).exists

    async def test_never_of_its_own_beats_the_default(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 1), default_ttl_ms=HOUR)
        await store.expire(TRIP, None, now_ms=NOW)
        await append(store, block("b", 1), default_ttl_ms=HOUR)
        state = await store.read(TRIP, now_ms=NOW + _CENTURY)
        assert (state.count, state.ttl_ms, state.expires_at_ms) == (2, 0, None)

    async def test_a_shorter_time_to_live_ends_a_session_sooner(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 1), default_ttl_ms=9 * HOUR)
        await store.expire(TRIP, HOUR, now_ms=NOW)
        assert not (await store.read(TRIP, now_ms=NOW + HOUR)).exists

    async def test_setting_the_time_to_live_begins_a_new_session(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert await store.expire(TRIP, 2 * HOUR, now_ms=NOW) == 0
        state = await store.read(TRIP, now_ms=NOW)
        assert (state.exists, state.ttl_ms, state.expires_at_ms) == (True, 2 * HOUR, NOW + 2 * HOUR)
        await append(store, block("m", 1), default_ttl_ms=9 * HOUR)
        assert not (await store.read(TRIP, now_ms=NOW + 2 * HOUR)).exists

    async def test_after_its_end_a_session_begins_anew(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [message("m", b"old"), message("n", b"old")])
        await store.write_fields(TRIP, {"summary": b"old"}, now_ms=NOW, default_ttl_ms=None)
        await store.expire(TRIP, HOUR, now_ms=NOW)
        later = NOW + 2 * HOUR
        result = await append(store, [message("m", b"new")], at=later)
        assert result[0].body is None
        state = await store.read(TRIP, now_ms=later)
        assert (bodies(state), state.count, state.fields) == ([b"new"], 1, {})
        assert (state.created_at_ms, state.ttl_ms, state.expires_at_ms) == (later, None, None)
        assert [listed.count for listed in await store.sessions(PLACE, now_ms=later)] == [1]

    async def test_a_field_written_after_the_end_finds_nothing_of_before(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 2), default_ttl_ms=HOUR)
        await store.write_fields(TRIP, {"old": b"x"}, now_ms=NOW, default_ttl_ms=HOUR)
        await store.write_fields(TRIP, {"new": b"y"}, now_ms=NOW + HOUR, default_ttl_ms=HOUR)
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (state.count, state.messages, state.fields) == (0, [], {"new": b"y"})

    async def test_setting_a_time_to_live_after_the_end_finds_no_messages(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 2), default_ttl_ms=HOUR)
        assert await store.expire(TRIP, 9 * HOUR, now_ms=NOW + HOUR) == 0
        assert (await store.read(TRIP, now_ms=NOW + HOUR)).messages == []

    async def test_one_session_ends_without_the_others(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for number in range(1, 5):
            key = SessionKey(PLACE, f"s{number}")
            await append(store, block("m", number), key=key, default_ttl_ms=number * HOUR)
        for hours in range(5):
            listed = await store.sessions(PLACE, now_ms=NOW + hours * HOUR)
            assert sorted(listing.count for listing in listed) == list(range(hours + 1, 5))


class MessageExpiryPromises:
    """P7 for the last n messages: expire(last=n) takes only those n, and in their time."""

    @pytest.mark.parametrize("last", [1, 2, 5, 6, 1_000])
    async def test_the_last_n_go_in_their_time_and_no_others(self, backend: SessionBackend, last: int) -> None:
        store = await backend.open()
        messages = block("m", 5)
        await append(store, messages)
        assert await store.expire(TRIP, HOUR, now_ms=NOW, last=last) == min(last, 5)
        before = await store.read(TRIP, now_ms=NOW + HOUR - 1)
        assert (before.count, bodies(before)) == (5, names(messages))
        own = [stored.expires_at_ms for stored in before.messages]
        assert own == [None] * (5 - min(last, 5)) + [NOW + HOUR] * min(last, 5)
        kept = messages[: max(0, 5 - last)]
        after = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (after.exists, after.count, bodies(after)) == (True, len(kept), names(kept))
        assert [listed.count for listed in await store.sessions(PLACE, now_ms=NOW + HOUR)] == [len(kept)]

    async def test_what_is_said_later_is_not_taken_with_them(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 3))
        await store.expire(TRIP, HOUR, now_ms=NOW, last=2)
        await append(store, block("b", 2))
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (state.count, bodies(state)) == (3, [b"a/0", b"b/0", b"b/1"])
        await append(store, block("c", 1), at=NOW + HOUR)
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (state.count, bodies(state)) == (4, [b"a/0", b"b/0", b"b/1", b"c/0"])
        positions = [stored.position for stored in state.messages]
        assert positions == sorted(set(positions))

    async def test_the_last_n_of_a_read_skip_what_has_expired(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 4))
        await store.expire(TRIP, HOUR, now_ms=NOW, last=2)
        await append(store, block("b", 1))
        late = NOW + HOUR
        assert bodies(await store.read(TRIP, now_ms=late, last=2)) == [b"a/1", b"b/0"]
        newest = (await store.read(TRIP, now_ms=late, last=1)).messages[0]
        older = await store.read(TRIP, now_ms=late, last=1, before=newest.position)
        assert bodies(older) == [b"a/1"]

    async def test_the_n_newest_are_counted_among_what_lives(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 4))
        await store.expire(TRIP, HOUR, now_ms=NOW, last=2)
        assert await store.expire(TRIP, HOUR, now_ms=NOW + HOUR, last=1) == 1
        assert bodies(await store.read(TRIP, now_ms=NOW + HOUR)) == [b"a/0", b"a/1"]
        assert bodies(await store.read(TRIP, now_ms=NOW + 2 * HOUR)) == [b"a/0"]

    async def test_a_second_time_replaces_the_first_for_the_messages_it_takes(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 5))
        await store.expire(TRIP, HOUR, now_ms=NOW, last=3)
        assert await store.expire(TRIP, 3 * HOUR, now_ms=NOW, last=1) == 1
        assert bodies(await store.read(TRIP, now_ms=NOW + 2 * HOUR)) == [b"a/0", b"a/1", b"a/4"]
        assert bodies(await store.read(TRIP, now_ms=NOW + 3 * HOUR)) == [b"a/0", b"a/1"]

    async def test_a_shorter_time_replaces_longer_ones(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 5))
        await store.expire(TRIP, 5 * HOUR, now_ms=NOW, last=1)
        await store.expire(TRIP, 3 * HOUR, now_ms=NOW, last=3)
        assert await store.expire(TRIP, HOUR, now_ms=NOW, last=4) == 4
        assert bodies(await store.read(TRIP, now_ms=NOW + HOUR)) == [b"a/0"]

    async def test_a_read_says_how_many_have_their_own_time_and_when_the_first_goes(
        self, backend: SessionBackend
    ) -> None:
        store = await backend.open()
        await append(store, block("a", 6), default_ttl_ms=9 * HOUR)
        await store.expire(TRIP, 3 * HOUR, now_ms=NOW, last=4)
        await store.expire(TRIP, HOUR, now_ms=NOW, last=1)
        await append(store, block("b", 1), default_ttl_ms=9 * HOUR)
        told: list[tuple[int, int | None]] = []
        for hours in (0, 1, 3):
            state = await store.read(TRIP, now_ms=NOW + hours * HOUR, last=0)
            told.append((state.expiring, state.expiring_at_ms))
        assert told == [(4, NOW + HOUR), (3, NOW + 3 * HOUR), (0, None)]

    async def test_messages_live_as_long_as_the_session_again(self, backend: SessionBackend) -> None:
        store = await backend.open()
        messages = block("a", 4)
        await append(store, messages)
        await store.expire(TRIP, HOUR, now_ms=NOW, last=3)
        assert await store.expire(TRIP, None, now_ms=NOW, last=2) == 2
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert bodies(state) == [b"a/0", b"a/2", b"a/3"]
        assert [stored.expires_at_ms for stored in state.messages] == [None, None, None]
        await append(store, block("b", 1), at=NOW + HOUR)
        assert bodies(await store.read(TRIP, now_ms=NOW + _CENTURY)) == [b"a/0", b"a/2", b"a/3", b"b/0"]

    async def test_their_time_is_not_renewed_by_writes(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 2), default_ttl_ms=2 * HOUR)
        await store.expire(TRIP, HOUR, now_ms=NOW, last=1)
        await append(store, block("b", 1), at=NOW + HOUR - 1, default_ttl_ms=2 * HOUR)
        assert bodies(await store.read(TRIP, now_ms=NOW + HOUR)) == [b"a/0", b"b/0"]

    async def test_their_own_time_outlives_no_session(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 2), default_ttl_ms=HOUR)
        await store.expire(TRIP, 5 * HOUR, now_ms=NOW, last=1)
        assert await store.read(TRIP, now_ms=NOW + HOUR) == SessionState()
        await append(store, block("b", 1), at=NOW + HOUR)
        assert bodies(await store.read(TRIP, now_ms=NOW + HOUR)) == [b"b/0"]

    async def test_an_expired_id_is_free_and_a_living_one_is_not(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [message("kept", b"1"), message("gone", b"1")])
        await store.expire(TRIP, HOUR, now_ms=NOW, last=1)
        early = await append(store, [message("gone", b"2")], at=NOW + HOUR - 1)
        assert early[0].body == b"1"
        late = await append(store, [message("gone", b"2"), message("kept", b"2")], at=NOW + HOUR)
        assert [appended.body for appended in late] == [None, b"1"]
        assert bodies(await store.read(TRIP, now_ms=NOW + HOUR)) == [b"1", b"2"]

    async def test_fields_stay_when_every_message_has_expired(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 2))
        await store.write_fields(TRIP, {"instructions": b"brief"}, now_ms=NOW, default_ttl_ms=None)
        await store.expire(TRIP, HOUR, now_ms=NOW, last=2)
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (state.exists, state.count, state.fields) == (True, 0, {"instructions": b"brief"})

    async def test_an_unknown_session_has_no_last_messages(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert await store.expire(TRIP, HOUR, now_ms=NOW, last=3) == 0
        assert not (await store.read(TRIP, now_ms=NOW)).exists
        assert await store.sessions(PLACE, now_ms=NOW) == []
