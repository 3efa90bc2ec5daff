"""The suite every memory store passes.

An adapter's test file subclasses `MemoryStoreSuite` and overrides the `backend` fixture; see
`memlane.testing.backends`. pytest-asyncio must run in its `auto` mode.
"""

import asyncio

import pytest

from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.protocols.memories import MemoryRow, MemoryStore, Replacement
from memlane.testing.backends import MemoryBackend
from memlane.testing.machines import check_memories
from memlane.testing.memories_changes import FollowingPromises, IncarnationPromises, VectorPromises
from memlane.testing.memories_content import ApartPromises, ContentPromises, ProfilePromises, PutPromises
from memlane.testing.memories_profile import ConditionalProfilePromises
from memlane.testing.memories_removal import ExpiredContentPromises, RemovalPromises
from memlane.testing.memories_replace import ReplacePromises
from memlane.testing.probes import NOW, PLACE, assert_refused, row, rows


class MemoryServicePromises:
    """M10: a store that cannot answer says so in time, with nothing half-written; and its life cycle."""

    async def test_a_backend_that_is_down_is_unavailable_and_nothing_is_half_written(
        self, backend: MemoryBackend
    ) -> None:
        store = await backend.open()
        await store.put(PLACE, rows("before", 2), now_ms=NOW)
        if backend.outage is None:
            with pytest.raises(UnsupportedError):
                await backend.break_()
            return
        await backend.break_()
        unseen = Replacement(row("before-0000"), b"unseen")
        await assert_refused(
            backend,
            lambda: store.put(PLACE, rows("during", 3), now_ms=NOW),
            lambda: store.replace(PLACE, [unseen], now_ms=NOW),
            lambda: store.scan(PLACE, now_ms=NOW),
            lambda: store.changes(PLACE, None, now_ms=NOW),
            store.ping,
        )
        await backend.restore()
        kept = await _scan_when_back(store)
        assert kept in (rows("before", 2), [*rows("before", 2), *rows("during", 3)])

    async def test_ping_tells_what_answers(self, backend: MemoryBackend) -> None:
        facts = await (await backend.open()).ping()
        assert facts["server"]
        assert all(isinstance(fact, str) for fact in facts.values())

    async def test_closing_one_connection_twice_leaves_the_others(self, backend: MemoryBackend) -> None:
        store, other = await backend.connect(), await backend.open()
        await store.put(PLACE, [row("a")], now_ms=NOW)
        await store.aclose()
        await store.aclose()
        await other.put(PLACE, [row("b")], now_ms=NOW)
        assert await other.scan(PLACE, now_ms=NOW) == [row("a"), row("b")]


class MemoryStoreSuite(
    ContentPromises,
    PutPromises,
    ApartPromises,
    ProfilePromises,
    FollowingPromises,
    IncarnationPromises,
    VectorPromises,
    RemovalPromises,
    ExpiredContentPromises,
    ReplacePromises,
    ConditionalProfilePromises,
    MemoryServicePromises,
):
    """Checks the promises M1-M12 of `MemoryStore`; subclass it and override `backend`."""

    @pytest.fixture
    def backend(self) -> MemoryBackend:
        """Yield a fresh, empty backend; an override may be asynchronous."""
        raise NotImplementedError("override the fixture `backend`")

    def test_random_programs_agree_with_the_model(self, backend: MemoryBackend) -> None:
        check_memories(backend)


async def _scan_when_back(store: MemoryStore) -> list[MemoryRow]:
    """Scan until the store has noticed that its backend is back."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await store.scan(PLACE, now_ms=NOW)
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
