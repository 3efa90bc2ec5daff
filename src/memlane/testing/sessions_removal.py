"""Promise P6 of session stores: what is deleted, erased or expired is gone, behind the side door too."""

import asyncio

from memlane.protocols.sessions import SessionState, SessionStore
from memlane.testing.backends import SessionBackend
from memlane.testing.probes import (
    BLINK,
    HOUR,
    NOW,
    PLACE,
    TRIP,
    append,
    assert_gone,
    assert_held,
    block,
    bodies,
    gather,
    message,
    real_now_ms,
    row,
)
from memlane.types.ids import Partition, SessionKey

_SECRET = SessionKey(Partition("tenantplum", "userplum"), "sessionplum")
_WORDS = (b"bodyplum", b"idplum", b"fieldplum")


class DeletionPromises:
    """P6 on demand: delete() and erase()."""

    async def test_deleting_a_session_leaves_nothing_behind(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW)
        await assert_held(backend, b"sessionplum", *_WORDS)
        assert await store.delete(_SECRET) == 3
        assert await store.read(_SECRET, now_ms=NOW) == SessionState()
        assert await store.sessions(_SECRET.partition, now_ms=NOW) == []
        await assert_gone(backend, b"sessionplum", *_WORDS)

    async def test_deleting_takes_messages_with_a_time_of_their_own_too(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW)
        await store.expire(_SECRET, HOUR, now_ms=NOW, last=2)
        await append(store, [message("idplum9", b"bodyplum9")], key=_SECRET)
        assert await store.delete(_SECRET) == 4
        assert not (await store.read(_SECRET, now_ms=NOW)).exists
        await assert_gone(backend, b"sessionplum", *_WORDS)

    async def test_deleting_twice_or_the_unknown_removes_nothing(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert await store.delete(TRIP) == 0
        await append(store, block("m", 2))
        assert await store.delete(TRIP) == 2
        assert await store.delete(TRIP) == 0

    async def test_a_deleted_session_begins_anew(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 3))
        await store.write_fields(TRIP, {"summary": b"s"}, now_ms=NOW, default_ttl_ms=None)
        await store.expire(TRIP, HOUR, now_ms=NOW)
        await store.expire(TRIP, HOUR, now_ms=NOW, last=1)
        await store.delete(TRIP)
        await append(store, block("n", 2), at=NOW + HOUR)
        state = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (bodies(state), state.count, state.fields) == ([b"n/0", b"n/1"], 2, {})
        assert (state.ttl_ms, state.created_at_ms) == (None, NOW + HOUR)

    async def test_a_deletion_among_appends_leaves_whole_blocks(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(2)]
        writes = [append(stores[number % 2], block(f"b{number}", 4)) for number in range(24)]
        deletions = [stores[number % 2].delete(TRIP) for number in range(4)]
        mixed = [*writes[:6], deletions[0], *writes[6:12], deletions[1], deletions[2], *writes[12:], deletions[3]]
        results = await gather(mixed)
        removed = [result for result in results if isinstance(result, int)]
        state = await stores[0].read(TRIP, now_ms=NOW)
        assert all(count % 4 == 0 for count in (state.count, *removed))
        assert sum(removed) + state.count == 24 * 4
        assert len(state.messages) == state.count

    async def test_erasing_a_user_leaves_no_trace_at_all(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await _plant(store, at=NOW)
        await store.expire(_SECRET, HOUR, now_ms=NOW, last=1)
        other = SessionKey(_SECRET.partition, "sessionplum2")
        await append(store, [message("idplum", b"bodyplum")], key=other)
        await append(store, block("m", 2))
        await assert_held(backend, b"userplum", b"sessionplum", *_WORDS)
        removed = await store.erase(_SECRET.partition)
        assert removed == {"sessions": 2, "messages": 4, "waiting": 0}
        assert await store.sessions(_SECRET.partition, now_ms=NOW) == []
        assert (await store.read(TRIP, now_ms=NOW)).count == 2
        await assert_gone(backend, b"userplum", b"sessionplum", *_WORDS)

    async def test_erasing_empties_the_outbox(self, backend: SessionBackend) -> None:
        store = await backend.open()
        kept = row("memoryplum", b"thoughtplum")
        await append(store, [message("m", b"bodyplum", kept)], key=_SECRET)
        waiting = 0 if store.shares_memories else 1
        assert len(await store.pending(_SECRET.partition, limit=10)) == waiting
        assert await store.erase(_SECRET.partition) == {"sessions": 1, "messages": 1, "waiting": waiting}
        assert await store.pending(_SECRET.partition, limit=10) == []
        assert _SECRET.partition not in await store.unsettled(limit=10)
        await assert_gone(backend, b"bodyplum", *([] if store.shares_memories else [b"thoughtplum", b"userplum"]))

    async def test_erasing_again_or_the_unknown_removes_nothing(self, backend: SessionBackend) -> None:
        store = await backend.open()
        nothing = {"sessions": 0, "messages": 0, "waiting": 0}
        assert await store.erase(PLACE) == nothing
        await append(store, block("m", 2))
        await store.erase(PLACE)
        assert await store.erase(PLACE) == nothing
        await append(store, block("m", 2))
        assert (await store.read(TRIP, now_ms=NOW)).count == 2

    async def test_erasing_a_user_with_many_sessions_takes_all(self, backend: SessionBackend) -> None:
        store = await backend.open()
        keys = [SessionKey(PLACE, f"s{number}") for number in range(150)]
        await gather(append(store, block("m", 2), key=key) for key in keys)
        assert await store.erase(PLACE) == {"sessions": 150, "messages": 300, "waiting": 0}
        assert await store.sessions(PLACE, now_ms=NOW) == []
        assert [(await store.read(key, now_ms=NOW)).exists for key in keys] == [False] * 150


class ExpiryRemovalPromises:
    """P6 in time: what has expired is removed, by the backend's own clock or by sweep()."""

    async def test_an_expired_session_leaves_nothing_behind(self, backend: SessionBackend) -> None:
        store = await backend.open()
        begun = real_now_ms()
        await _plant(store, at=begun)
        await append(store, [message("idplum9", b"bodyplum9")], key=_SECRET, at=begun, default_ttl_ms=BLINK)
        await assert_held(backend, b"sessionplum", *_WORDS)
        await _pass_time(backend, store, begun)
        await assert_gone(backend, b"sessionplum", *_WORDS)

    async def test_expired_messages_leave_nothing_behind_and_the_others_stay(self, backend: SessionBackend) -> None:
        store = await backend.open()
        begun = real_now_ms()
        await append(store, block("kept", 2), at=begun)
        await append(store, [message("idplum", b"bodyplum")], at=begun)
        await store.expire(TRIP, BLINK, now_ms=begun, last=1)
        await append(store, block("later", 2), at=begun)
        await assert_held(backend, b"idplum", b"bodyplum")
        await _pass_time(backend, store, begun)
        await assert_gone(backend, b"idplum", b"bodyplum")
        state = await store.read(TRIP, now_ms=begun + BLINK)
        assert bodies(state) == [b"kept/0", b"kept/1", b"later/0", b"later/1"]

    async def test_a_session_renewed_in_real_time_stays_whole(self, backend: SessionBackend) -> None:
        store = await backend.open()
        begun = real_now_ms()
        await _plant(store, at=begun)
        await append(store, [message("idplum9", b"bodyplum9")], key=_SECRET, at=begun, default_ttl_ms=BLINK)
        await append(store, [message("m", b"m")], key=_SECRET, at=begun, default_ttl_ms=HOUR)
        await _pass_time(backend, store, begun)
        state = await store.read(_SECRET, now_ms=begun + BLINK)
        assert (state.count, len(state.messages), len(state.fields)) == (5, 5, 1)

    async def test_sweeping_takes_what_has_expired_and_nothing_else(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for number in range(6):
            key = SessionKey(PLACE, f"s{number}")
            await append(store, block("m", 3), key=key, default_ttl_ms=HOUR if number % 2 else None)
        await store.expire(SessionKey(PLACE, "s0"), HOUR, now_ms=NOW, last=1)
        assert await store.sweep(now_ms=NOW) == 0
        assert len(await store.sessions(PLACE, now_ms=NOW)) == 6
        assert await store.sweep(now_ms=NOW + HOUR) >= 0
        states = [await store.read(SessionKey(PLACE, f"s{number}"), now_ms=NOW + HOUR) for number in range(6)]
        assert [len(state.messages) for state in states] == [2, 0, 3, 0, 3, 0]
        assert [state.count for state in states] == [2, 0, 3, 0, 3, 0]


async def _plant(store: SessionStore, *, at: int) -> None:
    """Give the secret session three messages and a field that never expire."""
    messages = [message(f"idplum{number}", b"bodyplum%d" % number) for number in range(3)]
    await append(store, messages, key=_SECRET, at=at)
    await store.write_fields(_SECRET, {"summary": b"fieldplum"}, now_ms=at, default_ttl_ms=None)


async def _pass_time(backend: SessionBackend, store: SessionStore, begun: int) -> None:
    """Let BLINK go by: wait for a backend that looks at its own clock, else sweep as if it had."""
    if backend.native_expiry:
        await asyncio.sleep(max(0, begun + BLINK - real_now_ms()) / 1_000)
    await store.sweep(now_ms=begun + BLINK)
