"""What readers of a SQLite memory store notice: restored backups, forgotten tombstones, other embedders, expiry."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from memlane.adapters._drivers._sqlite_memory_rows import MOST_TOMBSTONES
from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.protocols.memories import Change, Changes, MemoryRow
from memlane.types.ids import Partition

NOW = 1_750_000_000_000
PLACE = Partition("acme", "luke")


class Reader:
    """Follows a partition page by page, as recall does."""

    def __init__(self, store: SqliteMemoryStore, *, embedder: str | None = None) -> None:
        self.store = store
        self.embedder = embedder
        self.known: dict[str, Change] = {}
        self.cursor: str | None = None
        self.resets = 0

    async def follow(self, *, limit: int = 7, at: int = NOW) -> dict[str, bytes | None]:
        more = True
        while more:
            page = await self.store.changes(PLACE, self.cursor, now_ms=at, embedder=self.embedder, limit=limit)
            more = page.more
            self._apply(page)
        return {id_: change.body for id_, change in self.known.items()}

    def _apply(self, page: Changes) -> None:
        if page.reset:
            self.known.clear()
            self.resets += 1
        self.known.update({change.id: change for change in page.items})
        self.known = {id_: change for id_, change in self.known.items() if change.body is not None}
        self.cursor = page.cursor


@pytest.fixture
def store(driver: SqliteDriver) -> SqliteMemoryStore:
    return SqliteMemoryStore(driver)


async def put(store: SqliteMemoryStore, *ids: str, body: bytes = b"body", expires_at_ms: int | None = None) -> None:
    await store.put(PLACE, [MemoryRow(id_, body, expires_at_ms) for id_ in ids], now_ms=NOW)


async def stored(store: SqliteMemoryStore) -> dict[str, bytes]:
    return {row.id: row.body for row in await store.scan(PLACE, now_ms=NOW, limit=100_000)}


@pytest.mark.parametrize("written_since", [["new1", "new2"], ["new1"], ["new1", "new2", "new3"]])
async def test_a_reader_of_writes_that_a_restored_backup_lost_begins_anew(
    tmp_path: Path, store: SqliteMemoryStore, written_since: list[str]
) -> None:
    await put(store, "old1", "old2")
    reader = Reader(store)
    with (
        contextlib.closing(sqlite3.connect(tmp_path / "m.db")) as live,
        contextlib.closing(sqlite3.connect(tmp_path / "backup.db")) as backup,
    ):
        live.backup(backup)
        await put(store, "lost1", "lost2")
        assert sorted(await reader.follow()) == ["lost1", "lost2", "old1", "old2"]
        backup.backup(live)
    await put(store, *written_since)
    assert await reader.follow() == await stored(store)
    assert reader.resets == 2


async def test_a_reader_behind_the_oldest_tombstone_begins_anew_and_others_do_not(store: SqliteMemoryStore) -> None:
    ids = [f"m{number:05}" for number in range(MOST_TOMBSTONES + 500)]
    await put(store, "stays", *ids)
    behind, between = Reader(store), Reader(store)
    await behind.follow(limit=1_000)
    await between.follow(limit=1_000)
    await store.delete(PLACE, ids[:600], now_ms=NOW)
    await between.follow(limit=1_000)
    await store.delete(PLACE, ids[600:], now_ms=NOW)
    for reader in (behind, between):
        assert await reader.follow(limit=1_000) == {"stays": b"body"}
    assert (behind.resets, between.resets) == (2, 1)


async def test_a_memory_that_came_back_is_not_taken_for_gone(store: SqliteMemoryStore) -> None:
    await put(store, "a", "b", "c")
    reader = Reader(store)
    await reader.follow()
    await store.delete(PLACE, ["b", "c"], now_ms=NOW)
    await put(store, "b", body=b"again")
    assert await reader.follow(limit=1) == {"a": b"body", "b": b"again"}
    assert reader.resets == 1


async def test_vectors_of_embedders_stay_apart_and_go_with_their_body(store: SqliteMemoryStore) -> None:
    await put(store, "a", "b")
    await store.put_vectors(PLACE, "one", {"a": b"1a", "b": b"1b", "unknown": b"1u"}, now_ms=NOW)
    await store.put_vectors(PLACE, "two", {"a": b"2a"}, now_ms=NOW)
    await put(store, "b", body=b"other")
    vectors: dict[str | None, dict[str, bytes | None]] = {}
    for embedder in ("one", "two", "three", None):
        reader = Reader(store, embedder=embedder)
        await reader.follow()
        vectors[embedder] = {id_: change.vector for id_, change in sorted(reader.known.items())}
    nothing = {"a": None, "b": None}
    assert vectors == {"one": {"a": b"1a", "b": None}, "two": {"a": b"2a", "b": None}, "three": nothing, None: nothing}


async def test_a_longer_life_that_a_reader_missed_does_not_outlast_its_end(store: SqliteMemoryStore) -> None:
    await put(store, "a")
    await put(store, "b")
    reader = Reader(store)
    await reader.follow()
    await put(store, "a", body=b"for a while", expires_at_ms=NOW + 1_000)
    assert await store.sweep(now_ms=NOW + 1_000) == 1
    assert await reader.follow(at=NOW + 1_000) == {"b": b"body"}
    assert reader.resets == 1


async def test_sweeping_leaves_no_name_of_a_user_without_memories(
    driver: SqliteDriver, store: SqliteMemoryStore
) -> None:
    await put(store, "a", expires_at_ms=NOW + 1_000)
    await store.update_profile(PLACE, {"diet": b"x"}, replace=False, ttl_ms=1_000, now_ms=NOW)
    reader = Reader(store)
    await reader.follow()
    await store.sweep(now_ms=NOW + 1_000)
    left = await driver.read(lambda connection: connection.execute("SELECT * FROM partitions").fetchall())
    assert left == []
    assert await reader.follow(at=NOW + 1_000) == {}


@pytest.mark.parametrize("cursor", ["", "x", ":::", "none:0:0:", "none:1:1:a", "a:b:c:d", "a:-1:1:c", "9" * 40])
async def test_a_cursor_of_something_else_gives_everything(store: SqliteMemoryStore, cursor: str) -> None:
    await put(store, "a")
    changes = await store.changes(PLACE, cursor, now_ms=NOW)
    assert (changes.reset, [change.id for change in changes.items]) == (True, ["a"])
    epoch = changes.cursor.partition(":")[0]
    for rest in ("99:99:a", "0:99:a", "²:²:a", "1:1:b", "-1:1:a", f"{'9' * 5_000}:1:a", "1:1"):
        assert (await store.changes(PLACE, f"{epoch}:{rest}", now_ms=NOW)).reset
