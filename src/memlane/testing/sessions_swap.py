"""Promise P10 of session stores: swap_field() writes only what nobody else has changed, and is no activity."""

import pytest

from memlane.protocols.sessions import SessionState, SessionStore
from memlane.testing.backends import SessionBackend
from memlane.testing.hostile import BODIES, IDS
from memlane.testing.probes import CANCELLATIONS, HOUR, NOW, PLACE, TRIP, append, block, cancel_after, gather
from memlane.types.ids import SessionKey


class SwapPromises:
    """P10: a document is replaced only if it still is what the caller saw; the session does not notice."""

    async def test_a_document_is_replaced_if_it_is_what_was_seen(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await _begin(store, {"summary": b"one", "x": b"kept"})
        assert await other.swap_field(TRIP, "summary", b"one", b"two", now_ms=NOW)
        assert await _fields(store) == {"summary": b"two", "x": b"kept"}
        assert not await other.swap_field(TRIP, "summary", b"one", b"three", now_ms=NOW)
        assert await _fields(store) == {"summary": b"two", "x": b"kept"}

    async def test_an_absent_document_is_written_if_it_was_seen_absent(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 1))
        assert not await store.swap_field(TRIP, "summary", b"one", b"two", now_ms=NOW)
        assert await _fields(store) == {}
        assert await store.swap_field(TRIP, "summary", None, b"one", now_ms=NOW)
        assert not await store.swap_field(TRIP, "summary", None, b"two", now_ms=NOW)
        assert await _fields(store) == {"summary": b"one"}

    async def test_a_document_is_removed_if_it_is_what_was_seen(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await _begin(store, {"summary": b"one", "x": b"kept"})
        assert not await store.swap_field(TRIP, "summary", b"two", None, now_ms=NOW)
        assert not await store.swap_field(TRIP, "summary", None, None, now_ms=NOW)
        assert await store.swap_field(TRIP, "summary", b"one", None, now_ms=NOW)
        assert await _fields(store) == {"x": b"kept"}
        assert await store.swap_field(TRIP, "summary", None, None, now_ms=NOW)

    async def test_empty_is_not_absent(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 1))
        assert not await store.swap_field(TRIP, "summary", b"", b"x", now_ms=NOW)
        assert await store.swap_field(TRIP, "summary", None, b"", now_ms=NOW)
        assert not await store.swap_field(TRIP, "summary", None, b"x", now_ms=NOW)
        assert await _fields(store) == {"summary": b""}
        assert await store.swap_field(TRIP, "summary", b"", b"x", now_ms=NOW)

    async def test_any_bytes_are_swapped_exactly(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await _begin(store, {"summary": BODIES[-1]})
        for old, new in zip((BODIES[-1], *BODIES), BODIES, strict=False):
            assert not await store.swap_field(TRIP, "summary", old + b"\0", b"wrong", now_ms=NOW)
            assert await store.swap_field(TRIP, "summary", old, new, now_ms=NOW)
            assert await _fields(store) == {"summary": new}

    async def test_hostile_names_and_sessions_are_kept_apart(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await _begin(store, dict.fromkeys(IDS[::2], b"one"))
        for number, id_ in enumerate(IDS):
            assert await store.swap_field(TRIP, id_, b"one", b"two", now_ms=NOW) is (number % 2 == 0)
            assert not await store.swap_field(SessionKey(PLACE, id_), "summary", None, b"x", now_ms=NOW)
        assert await _fields(store) == dict.fromkeys(IDS[::2], b"two")

    async def test_a_swap_meant_for_an_earlier_session_of_the_name_is_refused(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 1))
        began = (await store.read(TRIP, now_ms=NOW)).created_at_ms
        assert await store.swap_field(TRIP, "summary", None, b"one", now_ms=NOW, created_at_ms=began)
        await store.delete(TRIP)
        await store.append(TRIP, block("m", 1), now_ms=NOW + 1, default_ttl_ms=None)
        assert not await store.swap_field(TRIP, "summary", None, b"two", now_ms=NOW + 1, created_at_ms=began)
        assert await _fields(store) == {}
        assert await store.swap_field(TRIP, "summary", None, b"two", now_ms=NOW + 1)

    async def test_the_newest_position_is_told_whether_or_not_its_message_lives(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert (await store.read(TRIP, now_ms=NOW)).last_position == 0
        await append(store, block("m", 3))
        assert (await store.read(TRIP, now_ms=NOW, last=0)).last_position == 3
        await store.expire(TRIP, 5, now_ms=NOW, last=1)
        assert (await store.read(TRIP, now_ms=NOW + 10)).last_position == 3

    async def test_a_swap_makes_no_session(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert not await store.swap_field(TRIP, "summary", None, b"one", now_ms=NOW)
        assert not await store.swap_field(TRIP, "summary", None, None, now_ms=NOW)
        await append(store, block("m", 1))
        await store.delete(TRIP)
        assert not await store.swap_field(TRIP, "summary", None, b"one", now_ms=NOW)
        assert await store.read(TRIP, now_ms=NOW) == SessionState()
        assert await store.sessions(PLACE, now_ms=NOW) == []

    async def test_a_session_past_its_time_cannot_be_swapped_into(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await store.write_fields(TRIP, {"summary": b"one"}, now_ms=NOW, default_ttl_ms=HOUR)
        assert await store.swap_field(TRIP, "summary", b"one", b"two", now_ms=NOW + HOUR - 1)
        assert not await store.swap_field(TRIP, "summary", b"two", b"three", now_ms=NOW + HOUR)
        assert not await store.swap_field(TRIP, "summary", None, b"three", now_ms=NOW + HOUR)
        await append(store, block("m", 1), at=NOW + HOUR)
        assert (await store.read(TRIP, now_ms=NOW + HOUR)).fields == {}

    @pytest.mark.parametrize("own", [True, False], ids=["ttl-of-its-own", "default-ttl"])
    async def test_a_swap_is_no_activity(self, backend: SessionBackend, *, own: bool) -> None:
        store = await backend.open()
        await append(store, block("m", 2), default_ttl_ms=2 * HOUR)
        await store.write_fields(TRIP, {"summary": b"one"}, now_ms=NOW, default_ttl_ms=2 * HOUR)
        if own:
            await store.expire(TRIP, 3 * HOUR, now_ms=NOW)
        await append(store, block("m", 1), key=SessionKey(PLACE, "newer"), at=NOW + 1)
        before = await store.read(TRIP, now_ms=NOW + HOUR)
        listed = await store.sessions(PLACE, now_ms=NOW + HOUR)
        for old, new in ((b"one", b"two"), (b"two", None), (None, b"three")):
            assert await store.swap_field(TRIP, "summary", old, new, now_ms=NOW + HOUR)
        after = await store.read(TRIP, now_ms=NOW + HOUR)
        assert (after.updated_at_ms, after.expires_at_ms, after.ttl_ms) == (NOW, before.expires_at_ms, before.ttl_ms)
        assert (after.messages, after.count, after.created_at_ms) == (before.messages, 2, NOW)
        assert await store.sessions(PLACE, now_ms=NOW + HOUR) == listed
        assert [listing.session for listing in listed] == ["newer", "trip"]
        end = NOW + (3 if own else 2) * HOUR
        assert (await store.read(TRIP, now_ms=end - 1)).exists
        assert not (await store.read(TRIP, now_ms=end)).exists

    async def test_of_twenty_concurrent_swaps_exactly_one_wins(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await append(stores[0], block("m", 1))
        for old in (None, b"one"):
            new = [b"%d of %s" % (number, old or b"none") for number in range(20)]
            results = await gather(
                stores[number % 4].swap_field(TRIP, "summary", old, body, now_ms=NOW) for number, body in enumerate(new)
            )
            assert sum(results) == 1
            winner = new[results.index(True)]
            assert await _fields(stores[1]) == {"summary": winner}
            await stores[0].swap_field(TRIP, "summary", winner, b"one", now_ms=NOW)

    async def test_concurrent_counting_by_swaps_loses_nothing(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await _begin(stores[0], {"summary": b"0"})
        await gather(_count(stores[number % 4], 5) for number in range(8))
        assert await _fields(stores[0]) == {"summary": b"40"}

    async def test_a_cancelled_swap_is_wholly_there_or_not_at_all(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await _begin(store, {"summary": b"none"})
        known = b"none"
        for number, (turns, seconds) in enumerate(CANCELLATIONS):
            new = b"%d" % number
            await cancel_after(store.swap_field(TRIP, "summary", known, new, now_ms=NOW), turns=turns, seconds=seconds)
            # The swap may still be under way; whichever comes first, one more swap settles it.
            await other.swap_field(TRIP, "summary", known, new, now_ms=NOW)
            known = (await _fields(other))["summary"]
            assert known == new


async def _begin(store: SessionStore, fields: dict[str, bytes]) -> None:
    await store.write_fields(TRIP, fields, now_ms=NOW, default_ttl_ms=None)


async def _fields(store: SessionStore) -> dict[str, bytes]:
    return (await store.read(TRIP, now_ms=NOW, last=0)).fields


async def _count(store: SessionStore, times: int) -> None:
    """Add to the number that stands in a document, starting over when another was faster."""
    while times:
        seen = (await _fields(store))["summary"]
        times -= await store.swap_field(TRIP, "summary", seen, b"%d" % (int(seen) + 1), now_ms=NOW)
