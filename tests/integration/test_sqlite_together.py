"""Appends that wait together are written together, and what comes of them is what would come of them one by one."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage
from memlane.types.ids import Partition, SessionKey

NOW = 1_750_000_000_000
PLACE = Partition("acme", "luke")
TRIP = SessionKey(PLACE, "trip")
HOME = SessionKey(PLACE, "home")


@pytest.fixture
def store(driver: SqliteDriver) -> SqliteSessionStore:
    return SqliteSessionStore(driver, shares_memories=True)


@pytest.fixture
def memories(driver: SqliteDriver) -> SqliteMemoryStore:
    return SqliteMemoryStore(driver)


async def append(
    store: SqliteSessionStore,
    *ids: str,
    key: SessionKey = TRIP,
    at: int = NOW,
    ttl_ms: int | None = None,
    memories_until: int | None = None,
) -> list[Appended]:
    rows = [NewMessage(id_, id_.encode(), MemoryRow(f"of {id_}", id_.encode(), memories_until)) for id_ in ids]
    return await store.append(key, rows, now_ms=at, default_ttl_ms=ttl_ms)


async def said(store: SqliteSessionStore, key: SessionKey = TRIP, *, at: int = NOW) -> dict[int, str]:
    state = await store.read(key, now_ms=at)
    assert state.count == len(state.messages)
    return {stored.position: stored.body.decode() for stored in state.messages}


async def remembered(memories: SqliteMemoryStore, *, at: int = NOW) -> list[str]:
    return [row.id for row in await memories.scan(PLACE, now_ms=at)]


@contextlib.asynccontextmanager
async def gathering(driver: SqliteDriver) -> AsyncGenerator[list[str]]:
    """Hold the writer, so that what is written inside waits together; yields the statements that it then runs."""
    begun, go_on, statements = threading.Event(), threading.Event(), list[str]()

    def hold(connection: sqlite3.Connection) -> None:
        begun.set()
        assert go_on.wait(30)
        connection.set_trace_callback(statements.append)

    holding = asyncio.create_task(driver.write(hold))
    await asyncio.to_thread(begun.wait, 30)
    try:
        yield statements
        await asyncio.sleep(0.05)
    finally:
        go_on.set()
        await holding


async def test_a_statement_writes_the_rows_of_many_sessions(driver: SqliteDriver, store: SqliteSessionStore) -> None:
    keys = [SessionKey(Partition("acme", f"user {number}"), "s") for number in range(20)]
    for key in keys:
        await append(store, "first", key=key)
    async with gathering(driver) as statements:
        writing = [asyncio.create_task(append(store, "a", "b", key=key)) for key in keys]
    assert await asyncio.gather(*writing) == [[Appended(2), Appended(3)]] * 20
    assert len([text for text in statements if text.startswith("INSERT INTO messages")]) == 2
    assert len([text for text in statements if "UPDATE sessions" in text]) == 1
    assert [await said(store, key) for key in keys] == [{1: "first", 2: "a", 3: "b"}] * 20


async def test_one_that_is_there_already_takes_no_place_from_the_others(
    driver: SqliteDriver, store: SqliteSessionStore, memories: SqliteMemoryStore
) -> None:
    await append(store, "old")
    async with gathering(driver):
        blocks = [("a",), ("b", "old", "c"), ("a",), ("d", "d")]
        writing = [asyncio.create_task(append(store, *ids)) for ids in blocks]
    assert await asyncio.gather(*writing) == [
        [Appended(2)],
        [Appended(3), Appended(1, b"old"), Appended(4)],
        [Appended(2, b"a")],
        [Appended(5), Appended(5, b"d")],
    ]
    assert await said(store) == {1: "old", 2: "a", 3: "b", 4: "c", 5: "d"}
    assert await remembered(memories) == ["of a", "of b", "of c", "of d", "of old"]


async def test_what_has_expired_is_gone_before_the_others_are_written(
    driver: SqliteDriver, store: SqliteSessionStore, memories: SqliteMemoryStore
) -> None:
    await append(store, "a", "b", ttl_ms=10_000)
    await store.expire(TRIP, 5_000, now_ms=NOW, last=1)
    await append(store, "short", key=HOME, ttl_ms=1_000, memories_until=NOW + 1_000)
    async with gathering(driver):
        writing = [
            asyncio.create_task(append(store, "c", key=key, at=NOW + 5_000, ttl_ms=1_000)) for key in (TRIP, HOME)
        ]
    assert await asyncio.gather(*writing) == [[Appended(3)], [Appended(1)]]
    assert await said(store, at=NOW + 5_000) == {1: "a", 3: "c"}
    assert await said(store, HOME, at=NOW + 5_000) == {1: "c"}
    assert await said(store, HOME, at=NOW + 6_000) == {}
    assert await remembered(memories) == ["of a", "of b", "of c"]


async def test_a_memory_that_comes_back_is_no_longer_buried(
    driver: SqliteDriver, store: SqliteSessionStore, memories: SqliteMemoryStore
) -> None:
    await append(store, "a", "b")
    await memories.delete(PLACE, ["of a", "of b"], now_ms=NOW)
    await append(store, "a", "c", key=HOME)
    changes = await memories.changes(PLACE, None, now_ms=NOW)
    assert [(change.id, change.body) for change in changes.items] == [("of a", b"a"), ("of c", b"c")]
    gone = await driver.read(lambda connection: connection.execute("SELECT memory FROM tombstones").fetchall())
    assert gone == [("of b",)]


async def test_what_others_wrote_meanwhile_is_not_overlooked(
    tmp_path: Path, store: SqliteSessionStore, memories: SqliteMemoryStore
) -> None:
    other = SqliteSessionStore.from_url(f"sqlite:///{tmp_path / 'm.db'}", shares_memories=True)
    for number in range(3):
        await append(store, f"mine {number}")
        await append(other, f"other {number}")
    await memories.put(PLACE, [MemoryRow("z", b"z")], now_ms=NOW)
    assert await append(store, "last") == [Appended(7)]
    assert await store.delete(TRIP) == 7
    assert await append(other, "new") == [Appended(1)]
    assert await append(store, "newer") == [Appended(2)]
    changes = await memories.changes(PLACE, None, now_ms=NOW)
    assert [change.id for change in changes.items][-4:] == ["z", "of last", "of new", "of newer"]
    await other.aclose()


async def test_one_that_the_database_refuses_takes_no_other_with_it(
    driver: SqliteDriver, store: SqliteSessionStore
) -> None:
    await append(store, "before")
    async with gathering(driver):
        bad = NewMessage("bad", "not bytes")  # type: ignore[arg-type]  # a STRICT table refuses it
        writing = [
            asyncio.create_task(append(store, "a")),
            asyncio.create_task(store.append(TRIP, [bad], now_ms=NOW, default_ttl_ms=None)),
            asyncio.create_task(append(store, "b")),
        ]
    outcomes = await asyncio.gather(*writing, return_exceptions=True)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False]
    assert await said(store) == {1: "before", 2: "a", 3: "b"}
