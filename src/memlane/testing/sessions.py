"""The suite every session store passes.

An adapter's test file subclasses `SessionStoreSuite` and overrides the `backend` fixture; see
`memlane.testing.backends`. pytest-asyncio must run in its `auto` mode.
"""

import asyncio

import pytest

from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.protocols.sessions import SessionStore
from memlane.testing.backends import SessionBackend
from memlane.testing.machines import check_sessions
from memlane.testing.probes import HOUR, NOW, PLACE, TRIP, append, assert_refused, block, bodies, gather, message, names
from memlane.testing.sessions_expiry import MessageExpiryPromises, SessionExpiryPromises
from memlane.testing.sessions_log import BlockPromises, OncePromises, OpaquePromises, ReadingPromises
from memlane.testing.sessions_outbox import OutboxPromises
from memlane.testing.sessions_removal import DeletionPromises, ExpiryRemovalPromises
from memlane.testing.sessions_swap import SwapPromises
from memlane.types.ids import Partition, SessionKey


class ListingPromises:
    """P8: sessions() lists the live sessions of exactly that partition, newest activity first."""

    async def test_an_unknown_partition_has_no_sessions(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert await store.sessions(PLACE, now_ms=NOW) == []

    async def test_sessions_are_listed_by_newest_activity(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for minute, name in enumerate(["b", "a", "c", "b", "a"]):
            await append(store, block(f"m{minute}", 2), key=SessionKey(PLACE, name), at=NOW + minute * 60_000)
        listed = await store.sessions(PLACE, now_ms=NOW + HOUR)
        assert [listing.session for listing in listed] == ["a", "b", "c"]
        assert [listing.count for listing in listed] == [4, 4, 2]

    async def test_a_listing_tells_count_times_and_end(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 3), default_ttl_ms=9 * HOUR)
        await append(store, block("b", 2), at=NOW + HOUR, default_ttl_ms=9 * HOUR)
        (listing,) = await store.sessions(PLACE, now_ms=NOW + 2 * HOUR)
        state = await store.read(TRIP, now_ms=NOW + 2 * HOUR)
        assert (listing.session, listing.count) == ("trip", 5)
        assert (listing.created_at_ms, listing.updated_at_ms, listing.expires_at_ms) == (
            NOW,
            NOW + HOUR,
            NOW + 10 * HOUR,
        )
        assert (state.created_at_ms, state.updated_at_ms, state.expires_at_ms) == (NOW, NOW + HOUR, NOW + 10 * HOUR)

    async def test_a_session_of_fields_only_is_listed(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await store.write_fields(TRIP, {"instructions": b"brief"}, now_ms=NOW, default_ttl_ms=None)
        assert [(listing.session, listing.count) for listing in await store.sessions(PLACE, now_ms=NOW)] == [
            ("trip", 0)
        ]

    async def test_many_sessions_are_all_listed(self, backend: SessionBackend) -> None:
        store = await backend.open()
        keys = [SessionKey(PLACE, f"s{number:03}") for number in range(300)]
        await gather(append(store, block("m", 1), key=key, at=NOW + number) for number, key in enumerate(keys))
        await append(store, block("m", 1), key=SessionKey(Partition("acme", "leia"), "hers"), at=NOW + 999)
        listed = await store.sessions(PLACE, now_ms=NOW + HOUR)
        assert [listing.session for listing in listed] == [key.session for key in reversed(keys)]


class SessionServicePromises:
    """P9: a store that cannot answer says so in time, with nothing half-written; and its life cycle."""

    async def test_a_backend_that_is_down_is_unavailable_and_nothing_is_half_written(
        self, backend: SessionBackend
    ) -> None:
        store = await backend.open()
        await append(store, block("before", 2))
        if backend.outage is None:
            with pytest.raises(UnsupportedError):
                await backend.break_()
            return
        await backend.break_()
        await assert_refused(
            backend,
            lambda: append(store, block("during", 3)),
            lambda: store.read(TRIP, now_ms=NOW),
            lambda: store.swap_field(TRIP, "x", b"unseen", b"y", now_ms=NOW),
            store.ping,
        )
        await backend.restore()
        said = await _read_when_back(store)
        assert said in (names(block("before", 2)), names([*block("before", 2), *block("during", 3)]))
        await append(store, block("during", 3))
        assert bodies(await store.read(TRIP, now_ms=NOW)) == names([*block("before", 2), *block("during", 3)])

    async def test_ping_tells_what_answers(self, backend: SessionBackend) -> None:
        facts = await (await backend.open()).ping()
        assert facts["server"]
        assert all(isinstance(fact, str) for fact in facts.values())

    async def test_closing_one_connection_twice_leaves_the_others(self, backend: SessionBackend) -> None:
        store, other = await backend.connect(), await backend.open()
        await append(store, block("a", 1))
        await store.aclose()
        await store.aclose()
        await append(other, [message("b")])
        assert bodies(await other.read(TRIP, now_ms=NOW)) == [b"a/0", b"b"]


class SessionStoreSuite(
    ReadingPromises,
    BlockPromises,
    OncePromises,
    OpaquePromises,
    OutboxPromises,
    DeletionPromises,
    ExpiryRemovalPromises,
    SessionExpiryPromises,
    MessageExpiryPromises,
    ListingPromises,
    SwapPromises,
    SessionServicePromises,
):
    """Checks the promises P1-P10 of `SessionStore`, P11 is `WorkLedgerSuite`'s; subclass it and override `backend`."""

    @pytest.fixture
    def backend(self) -> SessionBackend:
        """Yield a fresh, empty backend; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `backend`")

    def test_random_programs_agree_with_the_model(self, backend: SessionBackend) -> None:
        check_sessions(backend)


async def _read_when_back(store: SessionStore) -> list[bytes]:
    """Read until the store has noticed that its backend is back."""
    async with asyncio.timeout(30):
        while True:
            try:
                return bodies(await store.read(TRIP, now_ms=NOW))
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
